/** What the machine does now: the jobs that run with what they use, those that wait with their places, and what is promised. */

import { PHASES } from '../../data/jobPhases.ts';
import { hrefOf, links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { CopyCommand } from '../../parts/command.tsx';
import { bytes, NOTHING, number } from '../../parts/format.ts';
import { Banner, Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Duration } from '../../parts/time.tsx';
import { isKind } from './kinds.ts';
import { totalOf } from './use.ts';

type Use = Output<'telar', 'ListJobUse'>;
type UsedJob = Use['Jobs'][number];

/** No event tells what a job uses: it is asked for, slowly while nothing runs. */
const EVERY_MS = { busy: 2000, idle: 10_000 };

export function JobsNow() {
  const first = useCall('telar', 'ListJobUse', {});
  const busy = (first.data?.Jobs.length ?? 0) > 0;
  const { data, error, refetch } = useCall('telar', 'ListJobUse', {}, { every: busy ? EVERY_MS.busy : EVERY_MS.idle });
  return (
    <Section title="Now" actions={data && <Promised machine={data.Machine} />}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data?.Machine.NotBounded && <Banner tone="warn">{data.Machine.NotBounded}</Banner>}
      {data && (
        <DataTable
          label="Jobs under way"
          dense
          rows={data.Jobs}
          keyOf={({ JobArn }) => JobArn}
          hrefOf={jobHref}
          empty={<Empty title="No job runs or waits" />}
          columns={COLUMNS}
        />
      )}
      {data && data.Jobs.length > 0 && <CopyCommand command="telar top" />}
    </Section>
  );
}

function Promised({ machine }: { machine: Use['Machine'] }) {
  return (
    <span className="jobs-quiet">
      {number(machine.PromisedCpus)} of {number(machine.CapacityCpus)} processors and{' '}
      {bytes(machine.PromisedMemoryBytes)} of {bytes(machine.CapacityMemoryBytes)} promised
      {machine.JobsWaiting > 0 && `; ${machine.JobsWaiting.toLocaleString('en-GB')} wait`}
    </span>
  );
}

/** By its name as it was given: in an ARN all letters are small. */
function jobHref({ JobType, JobName, JobArn }: UsedJob): string | undefined {
  const kind = JobType.toLowerCase();
  return isKind(kind) ? links.job(kind, JobName) : hrefOf(JobArn);
}

const COLUMNS: Column<UsedJob>[] = [
  { id: 'name', header: 'Job', cell: ({ JobName }) => JobName },
  { id: 'kind', header: 'Kind', width: '7rem', cell: ({ JobType }) => JobType },
  {
    ...{ id: 'phase', header: 'Doing', width: '15rem' },
    cell: ({ Phase, QueuePosition, Status: status }) =>
      QueuePosition === undefined ? (
        <Status status={status === 'Stopping' ? status : (PHASES[Phase] ?? Phase)} tone="busy" />
      ) : (
        <Status status={`Waiting, place ${QueuePosition}`} tone="idle" />
      ),
  },
  {
    ...{ id: 'cpu', header: 'Processors', width: '9rem', align: 'right' },
    cell: ({ Hosts, CpuLimit, InstanceCount }) => {
      const used = totalOf(Hosts, 'CpuPercent');
      return used === undefined ? NOTHING : `${number(used / 100, 2)} of ${number(CpuLimit * InstanceCount)}`;
    },
  },
  {
    ...{ id: 'memory', header: 'Memory', width: '11rem', align: 'right' },
    cell: ({ Hosts, MemoryLimitBytes, InstanceCount }) => {
      const used = totalOf(Hosts, 'MemoryBytes');
      return used === undefined ? NOTHING : `${bytes(used)} of ${bytes(MemoryLimitBytes * InstanceCount)}`;
    },
  },
  {
    ...{ id: 'since', header: 'For', width: '7rem', align: 'right' },
    cell: ({ StartedAt, CreatedAt }) => <Duration from={StartedAt ?? CreatedAt} />,
  },
];
