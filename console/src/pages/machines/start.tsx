/** Starting an execution: its input, from the last ones or written anew, and its name. An Express machine answers here. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { isJson } from '../../../../src/base/json.ts';
import { call } from '../../data/call.ts';
import { links } from '../../data/links.ts';
import { useAct, useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, JsonInput, Select, TextInput } from '../../parts/form.tsx';
import { absolute } from '../../parts/format.ts';
import { Failure } from '../../parts/notice.tsx';
import { Status } from '../../parts/status.tsx';
import { phraseOf } from '../../parts/tone.ts';
import { commands } from './commands.ts';
import type { ListedExecution, Machine } from './data.ts';
import { compact, indented, parsed } from './json.ts';

type Props = {
  machine: Pick<Machine, 'stateMachineArn' | 'name' | 'type'>;
  /** Where it begins. @default the newest execution's */
  input?: string | undefined;
  onClose(): void;
};

const OFFERED = 10;

export function StartDialog({ machine, input, onClose }: Props) {
  const { stateMachineArn = '', type } = machine;
  const [written, setWritten] = useState<string | undefined>(input === undefined ? undefined : indented(input));
  const [name, setName] = useState('');
  const [synchronous, setSynchronous] = useState<Output<'states', 'StartSyncExecution'>>();
  const start = useAct('states', 'StartExecution');
  const startSync = useAct('states', 'StartSyncExecution');
  const [, navigate] = useLocation();
  const last = useLastExecutions(stateMachineArn, type === 'STANDARD');
  const newest = useNewestInput(last?.[0]?.executionArn, written === undefined);
  const text = written ?? (newest === undefined ? '{}' : indented(newest));
  const valid = isJson(text);
  const given = { stateMachineArn, input: text, ...(name !== '' && { name }) };
  const submit = () => {
    if (type === 'EXPRESS') startSync.mutate(given, { onSuccess: setSynchronous });
    else
      start.mutate(given, {
        onSuccess({ executionArn = '' }) {
          // Back leads to the page, and not to its dialog.
          onClose();
          navigate(`~${links.machineExecution(executionArn)}`);
        },
      });
  };
  const actions = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button variant="primary" busy={start.isPending || startSync.isPending} disabled={!valid} onClick={submit}>
        Start
      </Button>
    </>
  );
  const error = start.error ?? startSync.error;
  return (
    <Dialog open onClose={onClose} title={`Start ${machine.name}`} actions={actions}>
      {last && last.length > 0 && <LastInputs executions={last} onChoose={(chosen) => setWritten(indented(chosen))} />}
      <Field label="Input">
        <JsonInput value={text} onChange={setWritten} />
      </Field>
      <Field label="Name" hint="Of the execution; one is made up where you give none.">
        <TextInput value={name} onChange={setName} maxLength={80} />
      </Field>
      <CopyCommand command={commands.start(stateMachineArn, name, compact(text))} />
      {error && <Failure error={error} />}
      {synchronous && <Answer answer={synchronous} />}
    </Dialog>
  );
}

function useLastExecutions(stateMachineArn: string, enabled: boolean): readonly ListedExecution[] | undefined {
  return useCall('states', 'ListExecutions', { stateMachineArn, maxResults: OFFERED }, { enabled }).data?.executions;
}

function useNewestInput(arn: string | undefined, enabled: boolean): string | undefined {
  const asked = { executionArn: arn ?? '' };
  return useCall('states', 'DescribeExecution', asked, { enabled: enabled && arn !== undefined }).data?.input;
}

function LastInputs(props: { executions: readonly ListedExecution[]; onChoose(input: string): void }) {
  const { executions, onChoose } = props;
  const [chosen, setChosen] = useState('');
  const [error, setError] = useState<unknown>();
  const choose = (executionArn: string) => {
    setChosen(executionArn);
    if (executionArn === '') return;
    setError(undefined);
    call('states', 'DescribeExecution', { executionArn }).then(({ input = '{}' }) => onChoose(input), setError);
  };
  const options = executions.map(({ executionArn = '', name, status = '', startDate }) => ({
    value: executionArn,
    label: `${startDate === undefined ? '' : absolute(startDate)}, ${phraseOf(status).toLowerCase()}: ${name}`,
  }));
  return (
    <>
      <Field label="Input of an earlier execution">
        <Select
          value={chosen}
          options={[{ value: '', label: 'Choose one to begin with' }, ...options]}
          onChange={choose}
        />
      </Field>
      {error !== undefined && <Failure error={error} />}
    </>
  );
}

/** Of an Express machine: its execution cannot be looked at afterwards. */
function Answer({ answer }: { answer: Output<'states', 'StartSyncExecution'> }) {
  const { status = '', output, error, cause } = answer;
  return (
    <div className="machines-stack" role="status">
      <Status status={status} />
      {output !== undefined && <Json value={parsed(output)} />}
      {error !== undefined && (
        <p>
          <code>{error}</code> {cause}
        </p>
      )}
    </div>
  );
}
