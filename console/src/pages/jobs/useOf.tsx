/** What a job's hosts use while it runs, as lines; of a job that is over, its sums. */

import { PHASES } from '../../data/jobPhases.ts';
import { useCall } from '../../data/queries.ts';
import { LineChart } from '../../parts/chart.tsx';
import { bytes, duration, NOTHING, number } from '../../parts/format.ts';
import { Banner, Empty, Failure, Loading } from '../../parts/notice.tsx';
import { DataTable } from '../../parts/table.tsx';
import { linesOf } from './use.ts';

const EVERY_MS = 1000;

export function JobUse({ arn, live }: { arn: string; live: boolean }) {
  const { data, error, refetch } = useCall('telar', 'ListJobUse', { JobArn: arn }, { every: live && EVERY_MS });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  const job = data.Jobs[0];
  if (!job) return <Empty title="Nothing is known of what it used" />;
  const { Hosts, CpuLimit, MemoryLimitBytes, Phase, QueuePosition } = job;
  return (
    <div className="jobs-use">
      {live && (
        <p className="jobs-quiet">
          {PHASES[Phase] ?? Phase}
          {QueuePosition !== undefined && `, place ${QueuePosition} of the queue`}. Each host may use {number(CpuLimit)}{' '}
          processors and {bytes(MemoryLimitBytes)}.
        </p>
      )}
      {data.Machine.NotBounded && live && <Banner tone="warn">{data.Machine.NotBounded}</Banner>}
      {Hosts.some(({ Series = [] }) => Series.length > 0) && (
        <div className="jobs-charts">
          <LineChart label="Processors, % of one, last two minutes" xKind="time" series={linesOf(Hosts, 'cpu')} />
          <LineChart label="Memory, MiB, last two minutes" xKind="time" series={linesOf(Hosts, 'memory')} />
        </div>
      )}
      <DataTable
        label="Use by host"
        dense
        rows={Hosts}
        keyOf={({ Name }) => Name}
        empty={<Empty title="Nothing was seen yet">What it uses is looked at each second once its process runs.</Empty>}
        columns={[
          { id: 'host', header: 'Host', cell: ({ Name }) => Name },
          {
            ...{ id: 'cpu', header: 'Processor time', align: 'right' },
            cell: ({ CpuSeconds }) => (CpuSeconds === undefined ? NOTHING : duration(CpuSeconds * 1000)),
          },
          {
            ...{ id: 'memory', header: 'Memory now', align: 'right' },
            cell: ({ MemoryBytes }) => (MemoryBytes === undefined ? NOTHING : bytes(MemoryBytes)),
          },
          {
            ...{ id: 'peak', header: 'Most memory', align: 'right' },
            cell: ({ PeakMemoryBytes }) => (PeakMemoryBytes === undefined ? NOTHING : bytes(PeakMemoryBytes)),
          },
          {
            ...{ id: 'disk', header: 'Disk', align: 'right' },
            cell: ({ DiskBytes }) => (DiskBytes === undefined ? NOTHING : bytes(DiskBytes)),
          },
          {
            ...{ id: 'processes', header: 'Processes', align: 'right' },
            cell: ({ Processes }) => Processes ?? NOTHING,
          },
        ]}
      />
    </div>
  );
}
