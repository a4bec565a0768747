/** A run of a Glue job: what it was given, why it failed, and the log of its output or of its errors. */
import { useState } from 'react';
import { useAddress, useAsked } from '../../data/address.ts';
import { useLogStream } from '../../data/jobLog.ts';
import { useAct, useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Select } from '../../parts/form.tsx';
import { LogView } from '../../parts/log.tsx';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';

/** https://docs.aws.amazon.com/glue/latest/dg/job-run-statuses.html */
const UNDER_WAY = new Set(['STARTING', 'RUNNING', 'STOPPING', 'WAITING']);
const EVERY_MS = 2000;

export function GlueRun({ name, run }: { name: string; run: string }) {
  const [ended, setEnded] = useState(false);
  const { data, error } = useCall('glue', 'GetJobRun', { JobName: name, RunId: run }, { every: !ended && EVERY_MS });
  const found = data?.JobRun;
  const live = found !== undefined && UNDER_WAY.has(found.JobRunState ?? '');
  if (found !== undefined && !live && !ended) setEnded(true);
  if (error) return <Failure error={error} />;
  if (!found) return <Loading />;
  return (
    <div className="jobs-use">
      {found.ErrorMessage && <Banner tone="bad">{found.ErrorMessage}</Banner>}
      <Facts
        items={[
          ['Run', <code key="id">{run}</code>],
          ['Attempt', found.Attempt || undefined],
          ['Arguments', found.Arguments && <Json key="arguments" value={found.Arguments} />],
        ]}
      />
      {live && <StopRun name={name} run={run} stopping={found.JobRunState === 'STOPPING'} />}
      <RunLog group={found.LogGroupName ?? ''} run={run} live={live} />
    </div>
  );
}

function StopRun({ name, run, stopping }: { name: string; run: string; stopping: boolean }) {
  const [asked, setAsked] = useAsked('stop');
  const stop = useAct('glue', 'BatchStopJobRun');
  return (
    <div>
      <Button variant="danger" disabled={stopping} onClick={() => setAsked(true)}>
        {stopping ? 'Stopping' : 'Stop the run'}
      </Button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title="Stop the run?"
        action="Stop"
        danger
        command={`aws glue batch-stop-job-run --job-name ${quoted(name)} --job-run-ids ${run}`}
        onConfirm={() => stop.mutateAsync({ JobName: name, JobRunIds: [run] })}
      >
        <p>What it has stored so far stays.</p>
      </Confirm>
    </div>
  );
}

function RunLog({ group, run, live }: { group: string; run: string; live: boolean }) {
  const [which, choose] = useAddress('log', 'output');
  const logGroupName = `${group}/${which === 'error' ? 'error' : 'output'}`;
  const streams = useCall(
    'logs',
    'DescribeLogStreams',
    { logGroupName, logStreamNamePrefix: run },
    { enabled: group !== '', every: live && EVERY_MS },
  );
  const stream = streams.data?.logStreams?.find(({ logStreamName }) => logStreamName === run)?.logStreamName;
  const { lines, loading, error, more } = useLogStream(logGroupName, stream, live);
  return (
    <>
      <Select
        aria-label="Log"
        value={which}
        onChange={choose}
        options={[
          { value: 'output', label: 'Output' },
          { value: 'error', label: 'Errors' },
        ]}
      />
      {error && <Failure error={error} />}
      <LogView lines={lines} live={live} loading={loading || streams.isPending} more={more} label={`Log of ${run}`} />
      <CopyCommand
        command={`aws logs tail ${quoted(logGroupName)} --log-stream-names ${run}${live ? ' --follow' : ''}`}
      />
    </>
  );
}
