/** Invokes a function with an event, and shows what it answered, how long it took, and what it printed. */
import { useState } from 'react';
import { fromBase64, toBase64 } from '../../data/base64.ts';
import { useAct, useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Code, Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, JsonInput, Select } from '../../parts/form.tsx';
import { duration } from '../../parts/format.ts';
import { PlayIcon } from '../../parts/icons.tsx';
import { jsonOrText } from '../../parts/jsonText.ts';
import { Banner, Failure } from '../../parts/notice.tsx';
import { Facts, Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { reportOf } from './report.ts';
import './functions.css';

type Answer = Output<'lambda', 'Invoke'>;

export function Invoke({ name }: { name: string }) {
  const [event, setEvent] = useState('{\n  "from": "the console"\n}');
  const [qualifier, setQualifier] = useState('$LATEST');
  const aliases = useCall('lambda', 'ListAliases', { FunctionName: name });
  const names = (aliases.data?.Aliases ?? []).map(({ Name = '' }) => Name);
  const invoke = useAct('lambda', 'Invoke');
  const press = () =>
    invoke.mutate({
      ...{ FunctionName: name, Qualifier: qualifier, InvocationType: 'RequestResponse', LogType: 'Tail' },
      Payload: toBase64(event),
    });
  const command = `aws lambda invoke --function-name ${quoted(name)} --qualifier ${quoted(qualifier)} --cli-binary-format raw-in-base64-out --payload ${quoted(JSON.stringify(jsonOrText(event)))} --log-type Tail /dev/stdout`;
  return (
    <div className="function-invoke">
      {names.length > 0 && (
        <Field label="Version">
          <Select value={qualifier} onChange={setQualifier} options={['$LATEST', ...names]} />
        </Field>
      )}
      <p>
        You invoke it yourself, and wait: it takes your permission for <code>lambda:InvokeFunction</code>.
      </p>
      <Field label="Event">
        <JsonInput value={event} onChange={setEvent} rows={10} />
      </Field>
      <div>
        <Button variant="primary" busy={invoke.isPending} onClick={press}>
          <PlayIcon /> Invoke
        </Button>
      </div>
      <CopyCommand command={command} />
      {invoke.error && <Failure error={invoke.error} />}
      {invoke.data && <Answered answer={invoke.data} />}
    </div>
  );
}

function Answered({ answer }: { answer: Answer }) {
  const { FunctionError, Payload, LogResult, ExecutedVersion } = answer;
  const log = LogResult === undefined ? '' : fromBase64(LogResult);
  const report = reportOf(log);
  const payload = Payload === undefined ? undefined : jsonOrText(fromBase64(Payload as unknown as string));
  return (
    <>
      {FunctionError === undefined ? (
        <Banner tone="good">It answered.</Banner>
      ) : (
        <Banner tone="bad">It failed: {FunctionError.toLowerCase()} error.</Banner>
      )}
      <Facts
        items={[
          ['Version', ExecutedVersion],
          ['Took', report && duration(report.duration)],
          ['Start', report && (report.init === undefined ? 'Warm' : `Cold, ${duration(report.init)}`)],
          ['Memory', report && `${report.memoryUsed} MB of ${report.memorySize} MB`],
        ]}
      />
      <Section title="Answer">
        <Json value={payload} />
      </Section>
      {log !== '' && (
        <Section title="End of its log">
          <Code text={log} label="Copy the log" />
        </Section>
      )}
    </>
  );
}
