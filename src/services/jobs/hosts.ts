/**
 * The hosts of a job: InstanceCount processes, each in a sandbox of its own, under the names that SageMaker gives them.
 *
 * H1. The first host is known to the runner by the job's own id, the nth as `<id>-<n>`: ids end in eight drawn characters, so that
 *     none is another job's.
 * H2. A job ends when all of its hosts have. Once one has failed, the others are stopped, and its end is the job's.
 */
import type { LimitedExit, TotalUse } from '../../runner/limited.ts';
import { hostAddress, type JobHost } from '../../runner/network.ts';
import type { Job } from './plan.ts';

export type Host = { id: string; name: string };

/** How the hosts of a job ended: as the one did that decides, and what each used. */
export type JobHostsExit = LimitedExit & {
  /** Which one decides, from 0; absent where there is but one. */
  host?: number | undefined;
  uses?: readonly (TotalUse | null)[] | undefined;
};

export const hostName = (index: number) => `algo-${index + 1}`;

/** Names of so many hosts. */
export const hostNames = (count: number): string[] => Array.from({ length: count }, (_, index) => hostName(index));

export function hostsOf({ id, plan }: Pick<Job, 'id' | 'plan'>): Host[] {
  return hostNames(plan.instances.count).map((name, index) => ({ id: hostId(id, index), name }));
}

const hostId = (jobId: string, index: number) => (index === 0 ? jobId : `${jobId}-${index + 1}`);

/** How one host finds the others; undefined where there are none. */
export function networkOf(job: Pick<Job, 'id' | 'plan'>, host: Host): JobHost | undefined {
  const hosts = hostsOf(job);
  if (hosts.length === 1) return undefined;
  return { name: host.name, names: hosts.map(({ name }, index) => ({ name, address: hostAddress(job.id, index) })) };
}

export const succeeded = (exit: LimitedExit): boolean => exit.kind === 'exited' && exit.code === 0;

/**
 * The end of a job out of those of its hosts.
 *
 * @param first the host that was seen to fail first, where that was seen. Otherwise one that failed by itself is looked for: the
 *        others were stopped on its account.
 */
export function jobExit(exits: readonly LimitedExit[], first: number | undefined): JobHostsExit {
  if (exits.length === 1) return withUses(exits[0]!, exits);
  const failed = exits.flatMap((exit, index) => (succeeded(exit) ? [] : [index]));
  const byItself = failed.find((index) => exits[index]!.excess !== undefined || exits[index]!.kind === 'exited');
  const host = first ?? byItself ?? failed[0] ?? 0;
  return { ...withUses(exits[host]!, exits), host };
}

function withUses({ use: _, ...exit }: LimitedExit, exits: readonly LimitedExit[]): JobHostsExit {
  return exits.some(({ use }) => use) ? { ...exit, uses: exits.map(({ use }) => use ?? null) } : exit;
}
