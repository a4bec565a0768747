/** The log of a step's job, as it is written. */
import { useState } from 'react';
import { useJobLog } from '../../data/jobLog.ts';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { shortName } from '../../parts/format.ts';
import { LogView } from '../../parts/log.tsx';
import { Failure } from '../../parts/notice.tsx';
import { type DescribedStep, jobNameOf } from './described.ts';

export function StepLog({ job, execution, described }: { job: string; execution: string; described: DescribedStep }) {
  const [host, setHost] = useState<string>();
  const live = !described.HasEnded;
  const { lines, loading, error, more, streams } = useJobLog(job, jobNameOf(described), live, host);
  return (
    <>
      {streams.length > 1 && (
        <Field label="Host">
          <Select
            value={host ?? streams[0]!}
            onChange={setHost}
            options={streams.map((value) => ({ value, label: shortName(value) }))}
          />
        </Field>
      )}
      {error && <Failure error={error} />}
      <LogView lines={lines} live={live} loading={loading} more={more} label={`Log of ${described.StepName}`} />
      <CopyCommand
        command={`telar logs ${described.StepName} --execution ${shortName(execution)}${live ? ' -f' : ''}`}
      />
    </>
  );
}
