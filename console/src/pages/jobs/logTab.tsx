/** A job's log, host by host: its end first, earlier lines as they are scrolled to, new ones as they come. */
import type { JobLog } from '../../data/jobLog.ts';
import { CopyCommand } from '../../parts/command.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { shortName } from '../../parts/format.ts';
import { LogView } from '../../parts/log.tsx';
import { Failure } from '../../parts/notice.tsx';
import type { Described } from './described.ts';
import { isUnderWay, type Kind } from './kinds.ts';

type Props = { job: Described; log: JobLog; host: string | undefined; onHost(host: string): void };

const GROUPS: Readonly<Record<Kind, string>> = {
  processing: '/aws/sagemaker/ProcessingJobs',
  training: '/aws/sagemaker/TrainingJobs',
  transform: '/aws/sagemaker/TransformJobs',
};

export function JobLogTab({ job, log, host, onHost }: Props) {
  const { lines, loading, error, more, streams } = log;
  const live = isUnderWay(job.status);
  return (
    <div className="jobs-use">
      {streams.length > 1 && (
        <Field label="Host">
          <Select
            value={host ?? streams[0]!}
            onChange={onHost}
            options={streams.map((value) => ({ value, label: value.slice(job.name.length + 1) || shortName(value) }))}
          />
        </Field>
      )}
      {error && <Failure error={error} />}
      <LogView lines={lines} live={live} loading={loading} more={more} label={`Log of ${job.name}`} />
      <CopyCommand
        command={`aws logs tail ${GROUPS[job.kind]} --log-stream-name-prefix ${job.name}/${live ? ' --follow' : ''}`}
      />
    </div>
  );
}
