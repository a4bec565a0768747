/** What can be done with an execution: stop it, go on with it, start it again, compare it. */

import { useAsked } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useAct, useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { shortName } from '../../parts/format.ts';
import { PlayIcon, RetryIcon, StopIcon } from '../../parts/icons.tsx';
import { useToasts } from '../../parts/toast.tsx';
import { StartAgain } from './startAgain.tsx';
import type { Execution } from './useExecution.ts';

type Props = { pipeline: string; id: string; execution: Execution };

export function ExecutionActions({ pipeline, id, execution }: Props) {
  const { moves } = execution;
  return (
    <>
      <CompareWithBefore pipeline={pipeline} id={id} execution={execution} />
      {moves?.MayStop && <Stop id={id} execution={execution} />}
      {moves?.MayRetry && <Retry id={id} execution={execution} />}
      <StartAgain pipeline={pipeline} execution={execution}>
        <PlayIcon /> Start again
      </StartAgain>
    </>
  );
}

function Stop({ id, execution: { arn } }: Omit<Props, 'pipeline'>) {
  const [asking, setAsking] = useAsked('stop');
  const stop = useAct('sagemaker', 'StopPipelineExecution');
  const { show } = useToasts();
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <StopIcon /> Stop
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Stop this execution?"
        action="Stop it"
        danger
        command={`telar stop ${id}`}
        onConfirm={async () => {
          await stop.mutateAsync({ PipelineExecutionArn: arn, ClientRequestToken: crypto.randomUUID() });
          show('It is being stopped.');
        }}
      >
        What runs is ended, and nothing further begins. It can be retried later: what has succeeded is kept.
      </Confirm>
    </>
  );
}

function Retry({ id, execution: { arn } }: Omit<Props, 'pipeline'>) {
  const [asking, setAsking] = useAsked('retry');
  const retry = useAct('sagemaker', 'RetryPipelineExecution');
  const { show } = useToasts();
  return (
    <>
      <Button onClick={() => setAsking(true)}>
        <RetryIcon /> Retry
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title="Retry this execution?"
        action="Retry it"
        command={`telar retry ${id}`}
        onConfirm={async () => {
          await retry.mutateAsync({ PipelineExecutionArn: arn, ClientRequestToken: crypto.randomUUID() });
          show('It goes on where it ended.', 'good');
        }}
      >
        It goes on where it ended, with the same definition, code and parameters; what has succeeded does not run again.
        A script’s fault is not cured by this: publish the correction and start a new execution.
      </Confirm>
    </>
  );
}

/** The one before it is what an execution is compared with, most of the time. */
function CompareWithBefore({ pipeline, id, execution }: Props) {
  const at = execution.described?.CreationTime;
  const { data } = useCall(
    'sagemaker',
    'ListPipelineExecutions',
    { PipelineName: execution.pipelineArn, MaxResults: 1, ...(at !== undefined && { CreatedBefore: at }) },
    { enabled: at !== undefined, fixed: true },
  );
  const before = data?.PipelineExecutionSummaries?.[0]?.PipelineExecutionArn;
  if (before === undefined) return null;
  return <a href={links.comparePipelineExecutions(pipeline, shortName(before), id)}>Compare with the one before</a>;
}
