/** What can be done with an execution: stop it, go on where it failed, start one with the same input, compare it. */
import { useAddress } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useAct } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { PlayIcon, RetryIcon, StopIcon } from '../../parts/icons.tsx';
import { useToasts } from '../../parts/toast.tsx';
import { commands, nameOf } from './commands.ts';
import type { Execution } from './data.ts';
import type { Seen } from './seen.ts';
import { StartDialog } from './start.tsx';

/** The server says what is legal: whether it runs, and whether it may be redriven. */
export function ExecutionActions({ seen: { execution, running } }: { seen: Seen }) {
  const [asked, ask] = useAddress('ask');
  const close = () => ask(undefined);
  const { redriveStatus, stateMachineArn = '', executionArn = '', name = '', mapRunArn } = execution;
  return (
    <>
      {running && (
        <Button onClick={() => ask('stop')}>
          <StopIcon /> Stop
        </Button>
      )}
      {redriveStatus === 'REDRIVABLE' && (
        <Button variant="primary" onClick={() => ask('redrive')}>
          <RetryIcon /> Redrive
        </Button>
      )}
      {mapRunArn === undefined && (
        <Button onClick={() => ask('start')}>
          <PlayIcon /> Start again
        </Button>
      )}
      {mapRunArn === undefined && <a href={links.machineCompare(nameOf(stateMachineArn), name)}>Compare</a>}
      <Stop open={asked === 'stop' && running} arn={executionArn} onClose={close} />
      <Redrive open={asked === 'redrive' && redriveStatus === 'REDRIVABLE'} arn={executionArn} onClose={close} />
      {asked === 'start' && <StartAgain execution={execution} onClose={close} />}
    </>
  );
}

type Props = { open: boolean; arn: string; onClose(): void };

function Stop({ open, arn, onClose }: Props) {
  const stop = useAct('states', 'StopExecution');
  const { show } = useToasts();
  const confirm = async () => {
    await stop.mutateAsync({ executionArn: arn, error: 'Stopped', cause: 'Stopped in the console.' });
    show('The execution was stopped.', 'good');
  };
  return (
    <Confirm
      {...{ open, onClose, danger: true, action: 'Stop' }}
      title="Stop this execution?"
      command={commands.stop(arn)}
      onConfirm={confirm}
    >
      <p>It ends as aborted. What its tasks have begun and do not wait for goes on. It can be redriven later.</p>
    </Confirm>
  );
}

function Redrive({ open, arn, onClose }: Props) {
  const redrive = useAct('states', 'RedriveExecution');
  const { show } = useToasts();
  const confirm = async () => {
    await redrive.mutateAsync({ executionArn: arn });
    show('The execution goes on where it did not succeed.', 'good');
  };
  return (
    <Confirm
      {...{ open, onClose, action: 'Redrive' }}
      title="Redrive this execution?"
      command={commands.redrive(arn)}
      onConfirm={confirm}
    >
      <p>
        It goes on in the states that did not succeed, by the definition that it began with. What succeeded is not run
        again.
      </p>
    </Confirm>
  );
}

function StartAgain({ execution, onClose }: { execution: Execution; onClose(): void }) {
  const { stateMachineArn = '', input = '{}' } = execution;
  // Executions of Express machines have no page.
  const machine = { stateMachineArn, name: nameOf(stateMachineArn), type: 'STANDARD' } as const;
  return <StartDialog machine={machine} input={input} onClose={onClose} />;
}
