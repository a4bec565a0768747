/** Starting what an execution ran again: as a whole, or from one of its steps on. */
import type { ReactNode } from 'react';
import { useAsked } from '../../data/address.ts';
import { useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Failure } from '../../parts/notice.tsx';
import { type Read, readDefinition } from './definition.ts';
import { fromHere } from './fromHere.ts';
import { StartDialog } from './startDialog.tsx';
import type { Execution } from './useExecution.ts';

type Props = {
  pipeline: string;
  execution: Execution;
  /** From this step on; everything without it. */
  step?: string;
  children: ReactNode;
};

/** With the definition that is the newest now; the values are the execution's. */
export function StartAgain({ pipeline, execution, step, children }: Props) {
  const [starting, setStarting] = useAsked(step === undefined ? 'start-again' : 'start-from');
  const { pipelineArn, parameters } = execution;
  const { data, error } = useCall(
    'sagemaker',
    'DescribePipeline',
    { PipelineName: pipelineArn },
    { enabled: starting },
  );
  const newest = data && readDefinition(data.PipelineDefinition ?? '');
  const close = () => setStarting(false);
  return (
    <>
      <Button disabled={!parameters} busy={starting && !data && !error} onClick={() => setStarting(true)}>
        {children}
      </Button>
      {starting && error && <Refused reason={error} onClose={close} />}
      {starting && newest && 'plan' in newest && (
        <Chosen {...{ pipeline, execution, newest }} step={step} onClose={close} />
      )}
    </>
  );
}

type ChosenProps = Omit<Props, 'children' | 'step'> & { newest: Read; step: string | undefined; onClose: () => void };

function Chosen({ pipeline, execution, newest, step, onClose }: ChosenProps) {
  const { arn, pipelineArn, parameters, moves } = execution;
  const from = step === undefined ? undefined : fromHere(newest.plan, step, arn, moves?.Steps ?? []);
  if (typeof from === 'string') return <Refused reason={new Error(from)} onClose={onClose} />;
  return (
    <StartDialog
      pipeline={pipeline}
      arn={pipelineArn}
      definition={newest.definition}
      repeated={parameters}
      from={from}
      onClose={onClose}
    />
  );
}

function Refused({ reason, onClose }: { reason: unknown; onClose: () => void }) {
  return (
    <Dialog open onClose={onClose} title="It cannot be started so" actions={<Button onClick={onClose}>Close</Button>}>
      <Failure error={reason} />
    </Dialog>
  );
}
