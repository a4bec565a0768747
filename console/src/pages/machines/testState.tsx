/** Trying a state by itself (TestState), with the input that it had or another: nothing is left behind. */
import { useState } from 'react';
import { isJson } from '../../../../src/base/json.ts';
import { useAct } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Dialog } from '../../parts/dialog.tsx';
import { Field, JsonInput } from '../../parts/form.tsx';
import { Failure } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { commands } from './commands.ts';
import { compact, indented, parsed } from './json.ts';

type Props = {
  /** An execution's or a machine's ARN: whose definition it is. */
  arn: string;
  definition: string;
  roleArn: string | undefined;
  name: string;
  input: string | undefined;
  onClose(): void;
};

export function TestDialog({ arn, definition, roleArn, name, input, onClose }: Props) {
  const [text, setText] = useState(indented(input ?? '{}'));
  const [mock, setMock] = useState('');
  const test = useAct('states', 'TestState');
  const valid = isJson(text) && (mock === '' || isJson(mock));
  const submit = () =>
    test.mutate({
      ...{ definition, stateName: name, input: text, inspectionLevel: 'DEBUG' },
      ...(roleArn !== undefined && { roleArn }),
      ...(mock !== '' && { mock: { result: mock } }),
    });
  const actions = (
    <>
      <Button onClick={onClose}>Close</Button>
      <Button variant="primary" busy={test.isPending} disabled={!valid} onClick={submit}>
        Test
      </Button>
    </>
  );
  return (
    <Dialog open onClose={onClose} title={`Test ${name}`} actions={actions}>
      <Field label="Input">
        <JsonInput value={text} onChange={setText} rows={8} />
      </Field>
      <Field label="Answer of its work" hint="JSON that stands for it; where it is empty, the work is really done.">
        <JsonInput value={mock} onChange={setMock} rows={3} />
      </Field>
      <CopyCommand
        command={commands.testState({ arn, roleArn, state: name, input: compact(text), mock: compact(mock) })}
      />
      {test.error && <Failure error={test.error} />}
      {test.data && <Outcome outcome={test.data} />}
    </Dialog>
  );
}

type Tested = NonNullable<ReturnType<typeof useAct<'states', 'TestState'>>['data']>;

function Outcome({ outcome }: { outcome: Tested }) {
  const { status = '', output, error, cause, nextState, inspectionData = {} } = outcome;
  const steps = Object.entries(inspectionData).map(([name, value]) => [
    name,
    typeof value === 'string' ? parsed(value) : value,
  ]);
  return (
    <div className="machines-stack" role="status">
      <Facts
        items={[
          ['Outcome', <Status key="status" status={status} />],
          ['Next state', nextState],
          ['Error', error],
          ['Cause', cause],
        ]}
      />
      {output !== undefined && (
        <div>
          <h3 className="machines-part">Output</h3>
          <Json value={parsed(output)} open={3} />
        </div>
      )}
      {steps.length > 0 && (
        <div>
          <h3 className="machines-part">On its way</h3>
          <Json value={Object.fromEntries(steps)} open={1} />
        </div>
      )}
    </div>
  );
}
