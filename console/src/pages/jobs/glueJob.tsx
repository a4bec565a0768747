/** A Glue job: what it is, its runs, and of the run that is chosen its arguments and log. */
import { useAddress, useAsked } from '../../data/address.ts';
import { hrefOf, links } from '../../data/links.ts';
import { useAct, useCall, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { duration, NOTHING, shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { useToasts } from '../../parts/toast.tsx';
import type { PageProps } from '../area.ts';
import { GlueRun } from './glueRun.tsx';
import './jobs.css';

type Job = NonNullable<Output<'glue', 'GetJob'>['Job']>;

/** No event of Glue's tells of a run before it has ended. */
const EVERY_MS = 5000;

export function GlueJobPage({ params: { name } }: PageProps<'name'>) {
  const { data, error, refetch } = useCall('glue', 'GetJob', { JobName: name });
  return (
    <Page
      title={name}
      crumbs={[
        { label: 'Jobs', href: links.jobs() },
        { label: 'Glue', href: `${links.jobs()}?kind=glue` },
      ]}
      actions={data && <StartRun name={name} />}
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data?.Job && (
        <>
          <JobFacts job={data.Job} />
          <Runs name={name} />
        </>
      )}
    </Page>
  );
}

function JobFacts({ job }: { job: Job }) {
  const script = job.Command?.ScriptLocation;
  const href = script === undefined ? undefined : hrefOf(script);
  return (
    <div className="jobs-facts">
      <Facts
        items={[
          ['Description', job.Description],
          [
            'Script',
            href === undefined ? (
              script
            ) : (
              <a key="script" href={href}>
                {script}
              </a>
            ),
          ],
          ['Command', job.Command?.Name],
          ['Glue version', job.GlueVersion],
          ['Workers', job.NumberOfWorkers && `${job.NumberOfWorkers} × ${job.WorkerType}`],
          ['Capacity', job.MaxCapacity && `${job.MaxCapacity} DPU`],
          ['Timeout', job.Timeout && duration(job.Timeout * 60_000)],
          ['Retries', job.MaxRetries],
          ['Role', job.Role && shortName(job.Role)],
          ['Changed', <Time key="changed" at={job.LastModifiedOn} />],
        ]}
      />
      {Object.keys(job.DefaultArguments ?? {}).length > 0 && (
        <Section title="Default arguments">
          <Json value={job.DefaultArguments} />
        </Section>
      )}
    </div>
  );
}

function Runs({ name }: { name: string }) {
  const [chosen, choose] = useAddress('run');
  const { items, error, more, refetch } = usePages(
    'glue',
    'GetJobRuns',
    { JobName: name, MaxResults: 100 },
    ({ JobRuns }) => JobRuns,
    { every: EVERY_MS },
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <Section title="Runs">
      <DataTable
        label={`Runs of ${name}`}
        dense
        rows={items}
        keyOf={({ Id = '' }) => Id}
        onOpen={({ Id }) => choose(Id === chosen ? undefined : Id)}
        selected={chosen}
        more={more}
        empty={
          <Empty title="It has not run yet" command={`aws glue start-job-run --job-name ${quoted(name)}`}>
            Start it here, from a shell, or from a state of a state machine.
          </Empty>
        }
        columns={[
          {
            id: 'id',
            header: 'Run',
            width: '14rem',
            cell: ({ Id = '' }) => <code title={Id}>{Id.slice(0, 18)}…</code>,
          },
          {
            id: 'state',
            header: 'State',
            width: '9rem',
            cell: ({ JobRunState = '' }) => <Status status={JobRunState} />,
          },
          { id: 'started', header: 'Started', width: '8rem', cell: ({ StartedOn }) => <Time at={StartedOn} /> },
          {
            ...{ id: 'took', header: 'Took', width: '8rem', align: 'right' },
            cell: ({ StartedOn, CompletedOn }) => <Duration from={StartedOn} to={CompletedOn} />,
          },
          { id: 'error', header: 'Error', cell: ({ ErrorMessage }) => ErrorMessage ?? NOTHING },
        ]}
      />
      {chosen !== undefined && <GlueRun key={chosen} name={name} run={chosen} />}
    </Section>
  );
}

function StartRun({ name }: { name: string }) {
  const [asked, setAsked] = useAsked('start');
  const start = useAct('glue', 'StartJobRun');
  const { show } = useToasts();
  return (
    <>
      <Button variant="primary" onClick={() => setAsked(true)}>
        Start a run
      </Button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
        title={`Start a run of ${name}?`}
        action="Start"
        command={`aws glue start-job-run --job-name ${quoted(name)}`}
        onConfirm={async () => {
          await start.mutateAsync({ JobName: name });
          show('The run is started.', 'good');
        }}
      >
        <p>It runs with the job’s default arguments; a shell or a state machine may give it others.</p>
      </Confirm>
    </>
  );
}
