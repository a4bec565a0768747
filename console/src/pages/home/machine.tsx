/** The machine: what jobs have of it now, who waits, and how the server fares. */
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { bytes, number } from '../../parts/format.ts';
import { Banner, Failure } from '../../parts/notice.tsx';
import { Facts, Section } from '../../parts/page.tsx';
import { Duration } from '../../parts/time.tsx';

/** Nothing tells of what a process uses: it is asked for. */
const EVERY_MS = 3000;

type Storage = NonNullable<Output<'telar', 'DescribeServer'>['Storage']>;

const storageText = ({ DatabaseBytes, FreeBytes, TotalBytes }: Storage): string =>
  `${bytes(FreeBytes)} of ${bytes(TotalBytes)} free; the database takes ${bytes(DatabaseBytes)}`;

export function Machine() {
  const use = useCall('telar', 'ListJobUse', { MaxWaiting: 0 }, { every: EVERY_MS });
  const server = useCall('telar', 'DescribeServer', {}, { every: 5 * EVERY_MS });
  const { Machine: machine, Jobs: jobs = [] } = use.data ?? {};
  const hosts = jobs.flatMap(({ Hosts }) => Hosts);
  const cpus = hosts.reduce((sum, { CpuPercent = 0 }) => sum + CpuPercent / 100, 0);
  const memory = hosts.reduce((sum, { MemoryBytes = 0 }) => sum + MemoryBytes, 0);
  return (
    <Section title="This machine">
      {use.error && <Failure error={use.error} />}
      {machine?.NotBounded && <Banner tone="warn">{machine.NotBounded}</Banner>}
      <Facts
        items={[
          ['Jobs', machine && `${jobs.length} ${jobs.length === 1 ? 'runs' : 'run'}, ${machine.JobsWaiting} wait`],
          ['Processors', machine && `${number(cpus, 2)} of ${machine.Cpus} in use by jobs`],
          ['Memory', machine && `${bytes(memory)} of ${bytes(machine.MemoryBytes)} in use by jobs`],
          ['Server', server.data && `Telar ${server.data.Version}`],
          ['Up for', server.data && <Duration key="up" from={server.data.StartedAt} />],
          ['Disk', server.data?.Storage && storageText(server.data.Storage)],
          ['Data folder', server.data && <code key="folder">{server.data.DataFolder}</code>],
        ]}
      />
    </Section>
  );
}
