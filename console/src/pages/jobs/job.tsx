/** A job: how it goes, what it was given and where that lies, what it uses, its curves, its log, and where it stands in the lineage. */
import { useAddress, useAsked } from '../../data/address.ts';
import { type JobLog, useJobLog } from '../../data/jobLog.ts';
import { Lineage } from '../../data/lineageView.tsx';
import { links } from '../../data/links.ts';
import { useAct } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { StopIcon } from '../../parts/icons.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { useToasts } from '../../parts/toast.tsx';
import type { PageProps } from '../area.ts';
import type { Described } from './described.ts';
import { JobFacts } from './facts.tsx';
import { JobFailure } from './failure.tsx';
import { Given } from './given.tsx';
import { isKind, isStoppable, isUnderWay, type Kind, WORDS } from './kinds.ts';
import { JobLogTab } from './logTab.tsx';
import { JobMetrics } from './metrics.tsx';
import { useJob } from './useJob.ts';
import { JobUse } from './useOf.tsx';
import './jobs.css';

export function JobPage({ params: { kind, name } }: PageProps<'kind' | 'name'>) {
  if (isKind(kind)) return <KnownJob kind={kind} name={name} />;
  return (
    <Page title={name} crumbs={[{ label: 'Jobs', href: links.jobs() }]}>
      <Empty title={`There are no jobs of the kind '${kind}'`}>
        Jobs are of the kinds processing, training and transform.
      </Empty>
    </Page>
  );
}

function KnownJob({ kind, name }: { kind: Kind; name: string }) {
  const { job, error, refetch } = useJob(kind, name);
  return (
    <Page
      // The address may come from an ARN, in which all letters are small.
      title={job?.name || name}
      crumbs={[
        { label: 'Jobs', href: links.jobs() },
        { label: WORDS[kind].many, href: `${links.jobs()}?kind=${kind}` },
      ]}
      status={job && <Status status={job.status} />}
      actions={job && isUnderWay(job.status) && <StopJob job={job} />}
    >
      {error && <Failure error={error} retry={refetch} />}
      {!job && !error && <Loading />}
      {job && <KnownDetails job={job} />}
    </Page>
  );
}

function KnownDetails({ job }: { job: Described }) {
  const [host, setHost] = useAddress('host');
  const log = useJobLog(job.arn, job.name, isUnderWay(job.status), host);
  return (
    <>
      <JobFailure job={job} log={log} />
      <JobFacts job={job} />
      <Details job={job} log={log} host={host} onHost={setHost} />
    </>
  );
}

type DetailsProps = { job: Described; log: JobLog; host: string | undefined; onHost(host: string): void };

function Details({ job, log, host, onHost }: DetailsProps) {
  const [tab, show] = useAddress('tab', 'given');
  const live = isUnderWay(job.status);
  return (
    <Tabs
      label="About the job"
      value={tab}
      onChange={show}
      tabs={[
        { id: 'given', label: 'Inputs and outputs', content: <Given job={job} /> },
        { id: 'use', label: 'Use of the machine', content: <JobUse arn={job.arn} live={live} /> },
        ...(job.kind === 'training'
          ? [{ id: 'metrics', label: 'Metrics', content: <JobMetrics job={job} log={log} /> }]
          : []),
        { id: 'log', label: 'Log', content: <JobLogTab job={job} log={log} host={host} onHost={onHost} /> },
        {
          ...{ id: 'lineage', label: 'Lineage' },
          content: (
            <Lineage
              source={job.arn}
              label="What the job read, and what it made"
              none="It is recorded when a processing or training job has ended: what it read, and what it made."
            />
          ),
        },
        { id: 'record', label: 'Whole record', content: <Json value={job.record} /> },
      ]}
    />
  );
}

function StopJob({ job: { kind, name, status } }: { job: Described }) {
  const [asked, setAsked] = useAsked('stop');
  const stop = useStop(kind, name);
  const { show } = useToasts();
  return (
    <>
      <Button variant="danger" disabled={!isStoppable(status)} onClick={() => setAsked(true)}>
        <StopIcon /> {status === 'Stopping' ? 'Stopping' : 'Stop'}
      </Button>
      <Confirm
        open={asked && isStoppable(status)}
        onClose={() => setAsked(false)}
        title={`Stop ${name}?`}
        action="Stop"
        danger
        command={`aws sagemaker ${WORDS[kind].stop} ${name}`}
        onConfirm={async () => {
          await stop();
          show(`${name} is being stopped.`);
        }}
      >
        <p>
          {kind === 'training'
            ? 'It gets two minutes to end by itself; what lies in /opt/ml/model by then is kept.'
            : 'What it has made so far is not stored.'}
        </p>
      </Confirm>
    </>
  );
}

function useStop(kind: Kind, name: string): () => Promise<unknown> {
  const processing = useAct('sagemaker', 'StopProcessingJob');
  const training = useAct('sagemaker', 'StopTrainingJob');
  const transform = useAct('sagemaker', 'StopTransformJob');
  return {
    processing: () => processing.mutateAsync({ ProcessingJobName: name }),
    training: () => training.mutateAsync({ TrainingJobName: name }),
    transform: () => transform.mutateAsync({ TransformJobName: name }),
  }[kind];
}
