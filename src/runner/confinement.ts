/**
 * What a job's first process does to itself before it becomes the job: it enters its control groups and takes on its resource
 * limits, which all of its children inherit.
 *
 * Q1. A job that cannot enter its groups does not run: without a bound it could take the machine along.
 */
import { quote } from './shell.ts';
import type { WaitingGroup } from './waitingGroups.ts';

export type Confinement = {
  /** The `cgroup.procs` files into which the job's first process writes its own pid before anything else runs. */
  join: readonly string[];
  /** By the names of setrlimit(2) without `RLIMIT_`: bytes, or a number of things. */
  rlimits: Readonly<Partial<Record<ResourceLimit, number>>>;
};

/** How a job comes to its confinement: one of the two is asked for before its process runs anything; the last answer holds. */
export type Bounding = {
  rlimits: Confinement['rlimits'];
  /** In groups of its own, which its first process is to enter. @throws LaunchFailed */
  own(): Confinement;
  /** In the groups in which a process waits for a job: they become this job's. @throws LaunchFailed */
  take(waiting: WaitingGroup): Confinement;
};

export type ResourceLimit = 'CORE' | 'FSIZE' | 'NOFILE';

/** The shell's option and unit for each (POSIX counts files in blocks of 512 bytes). */
const SHELL: Readonly<Record<ResourceLimit, readonly [option: string, unit: number]>> = {
  CORE: ['-c', 512],
  FSIZE: ['-f', 512],
  NOFILE: ['-n', 1],
};

/** Where the whole machine runs out of memory, a job is ended before the server is. */
const FIRST_TO_GO = 'echo 500 2>/dev/null >"/proc/$$/oom_score_adj" || :\n';

/** Lines for the head of the script that becomes the job. */
export function confinementLines(confinement: Confinement | undefined): string {
  if (!confinement) return '';
  const joins = confinement.join.map((file) => `echo $$ >${quote(file)} || exit 125\n`);
  const limits = Object.entries(confinement.rlimits).map(([name, value]) => {
    const [option, unit] = SHELL[name as ResourceLimit];
    // What the server itself may not have more of, its jobs have no more of either.
    return `ulimit ${option} ${Math.floor(value / unit)} 2>/dev/null || :\n`;
  });
  // A write beyond the largest file then fails, and says so, instead of ending the program by a signal.
  const signals = confinement.rlimits.FSIZE === undefined ? '' : "trap '' XFSZ\n";
  return [...joins, FIRST_TO_GO, ...limits, signals].join('');
}
