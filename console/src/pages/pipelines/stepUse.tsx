/** What the job of a running step does and uses. */
import { PHASES } from '../../data/jobPhases.ts';
import { useCall } from '../../data/queries.ts';
import { bytes } from '../../parts/format.ts';
import { Facts } from '../../parts/page.tsx';

const EVERY_MS = 2000;

export function StepUse({ job }: { job: string }) {
  const { data } = useCall('telar', 'ListJobUse', { JobArn: job }, { every: EVERY_MS });
  const found = data?.Jobs[0];
  if (!found) return null;
  const { Phase, QueuePosition, Hosts, MemoryLimitBytes, CpuLimit } = found;
  const host = Hosts[0];
  return (
    <Facts
      items={[
        [
          'Doing',
          `${PHASES[Phase] ?? Phase}${QueuePosition === undefined ? '' : `, place ${QueuePosition} of the queue`}`,
        ],
        ['Processor', host?.CpuPercent !== undefined && `${Math.round(host.CpuPercent)} % of ${CpuLimit * 100} %`],
        ['Memory', host?.MemoryBytes !== undefined && `${bytes(host.MemoryBytes)} of ${bytes(MemoryLimitBytes)}`],
      ].map(([label, value]) => [label as string, value || undefined] as const)}
    />
  );
}
