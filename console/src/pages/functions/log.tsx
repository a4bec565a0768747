/** What a function has logged, of all its workers, in the order of time. */
import { useState } from 'react';
import { useGroupLog } from '../../data/groupLog.ts';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { LogView } from '../../parts/log.tsx';
import { Banner, Empty, Failure } from '../../parts/notice.tsx';
import { quoted } from '../../parts/shell.ts';
import './functions.css';

const SPANS = [
  { value: '15', label: 'The last 15 minutes', since: '15m' },
  { value: '60', label: 'The last hour', since: '1h' },
  { value: '1440', label: 'The last day', since: '1d' },
  { value: '10080', label: 'The last week', since: '1w' },
] as const;

export function FunctionLog({ group }: { group: string }) {
  const [minutes, setMinutes] = useState<string>('60');
  const { lines, loading, absent, cut, error } = useGroupLog(group, Number(minutes) * 60_000);
  const since = SPANS.find(({ value }) => value === minutes)?.since ?? '1h';
  return (
    <div className="function-log">
      <Field label="Since">
        <Select value={minutes} onChange={setMinutes} options={SPANS.map(({ value, label }) => ({ value, label }))} />
      </Field>
      {error && <Failure error={error} />}
      {cut && <Banner tone="warn">There is more than is shown here: choose less time, or read it in a shell.</Banner>}
      {absent ? (
        <Empty title="It has logged nothing yet">The log begins with the first invocation.</Empty>
      ) : (
        <LogView label={`Log of ${group}`} lines={lines} live loading={loading} />
      )}
      <CopyCommand command={`aws logs tail ${quoted(group)} --since ${since} --follow`} />
    </div>
  );
}
