/**
 * Control groups of jobs: what bounds a job's memory, processors and processes, and tells what it uses.
 *
 * C1. A group is made and bounded before a process enters it, and nothing enters it but its job.
 * C2. A group outlives the server, as its job does: where it lies is written into the job's folder, and whoever carries the job
 *     further reads it there. It is removed with the job's folder.
 * C3. Groups that no job's folder names any more are removed when the server starts: only such as lie under its own name.
 */
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import { type Controller, findPlaces, type Place, type Places } from './cgroupPlaces.ts';
import { signal } from './processes.ts';

export type GroupLimits = { memoryBytes: number; cpus: number; processes: number };

/** What a group has used, and how often it was refused more. Undefined where its controller is missing. */
export type GroupUse = {
  cpuSeconds: number | undefined;
  /** Without the file cache that the kernel gives back when asked. */
  memoryBytes: number | undefined;
  /** The most there ever was, the file cache included. */
  peakMemoryBytes: number | undefined;
  processes: number | undefined;
  /** Processes killed because the group's memory was used up. */
  outOfMemory: number;
  /** Refused beginnings of processes. */
  refusedProcesses: number;
};

/** The period over which processors are shared out, in microseconds. */
const PERIOD = 100_000;

const write = (place: Place, file: string, value: string | number) =>
  writeFileSync(join(place.folder, file), `${value}`);

function tryWrite(place: Place, file: string, value: string | number): void {
  try {
    write(place, file, value);
  } catch {
    // A kernel without this file (no accounting of swap, say) has nothing to be bounded by it.
  }
}

function text(place: Place | undefined, file: string): string {
  try {
    return place ? readFileSync(join(place.folder, file), 'utf8') : '';
  } catch {
    return '';
  }
}

/** A file that holds one number. `max` and v1's largest number stand for no bound: nothing asks for those. */
function number(place: Place | undefined, file: string): number | undefined {
  const value = Number.parseInt(text(place, file), 10);
  return Number.isNaN(value) ? undefined : value;
}

/** A line `name value` of a file. */
function field(place: Place | undefined, file: string, name: string): number | undefined {
  const line = text(place, file)
    .split('\n')
    .find((each) => each.startsWith(`${name} `));
  return line === undefined ? undefined : Number(line.slice(name.length + 1));
}

/** The places of one job's group, below those of its data folder. */
export function groupPlaces(places: Places, name: string): Places {
  return Object.fromEntries(
    Object.entries(places).map(([controller, { version, folder }]) => [
      controller,
      { version, folder: join(folder, name) } satisfies Place,
    ]),
  );
}

const foldersOf = (places: Places): string[] => [...new Set(Object.values(places).map(({ folder }) => folder))];

/** Makes a group and bounds it; making it again bounds it anew. @throws what the file system says */
export function makeGroup(group: Places, { memoryBytes, cpus, processes }: GroupLimits): void {
  for (const folder of foldersOf(group)) mkdirSync(folder, { recursive: true });
  const { memory, cpu, pids } = group;
  if (memory?.version === 1) {
    // The bound of memory and swap together may never be below that of memory.
    tryWrite(memory, 'memory.memsw.limit_in_bytes', -1);
    write(memory, 'memory.limit_in_bytes', memoryBytes);
    tryWrite(memory, 'memory.memsw.limit_in_bytes', memoryBytes);
  } else if (memory) {
    write(memory, 'memory.max', memoryBytes);
    tryWrite(memory, 'memory.swap.max', 0);
  }
  // As many as there are is no bound.
  const quota = cpus < availableParallelism() ? Math.round(cpus * PERIOD) : undefined;
  if (cpu?.version === 1) {
    write(cpu, 'cpu.cfs_period_us', PERIOD);
    write(cpu, 'cpu.cfs_quota_us', quota ?? -1);
  } else if (cpu) write(cpu, 'cpu.max', `${quota ?? 'max'} ${PERIOD}`);
  if (pids) write(pids, 'pids.max', processes);
}

/** The files into which a process writes its own pid to enter a group. */
export function joinFiles(group: Places): string[] {
  return foldersOf(group).map((folder) => join(folder, 'cgroup.procs'));
}

export function groupUse({ memory, cpu, cpuacct, pids }: Places): GroupUse {
  const v1 = memory?.version === 1;
  const used = number(memory, v1 ? 'memory.usage_in_bytes' : 'memory.current');
  const cache = field(memory, 'memory.stat', v1 ? 'total_inactive_file' : 'inactive_file') ?? 0;
  const nanoseconds = number(cpuacct, 'cpuacct.usage');
  const microseconds = cpu?.version === 2 ? field(cpu, 'cpu.stat', 'usage_usec') : undefined;
  return {
    cpuSeconds:
      nanoseconds !== undefined ? nanoseconds / 1e9 : microseconds !== undefined ? microseconds / 1e6 : undefined,
    memoryBytes: used === undefined ? undefined : Math.max(0, used - cache),
    peakMemoryBytes: number(memory, v1 ? 'memory.max_usage_in_bytes' : 'memory.peak'),
    processes: number(pids, 'pids.current'),
    outOfMemory: field(memory, v1 ? 'memory.oom_control' : 'memory.events', 'oom_kill') ?? 0,
    refusedProcesses: field(pids, 'pids.events', 'max') ?? 0,
  };
}

/** The processes of a group, as this process numbers them. */
export function groupProcesses(group: Places): number[] {
  const pids = foldersOf(group).flatMap((folder) =>
    text({ version: 1, folder }, 'cgroup.procs').split('\n').filter(Boolean).map(Number),
  );
  return [...new Set(pids)].filter((pid) => pid > 0);
}

/** Kills whatever is in a group. */
function killGroup(group: Places): void {
  for (const pid of groupProcesses(group)) signal(pid, 'SIGKILL');
}

/** Removes a group; what still runs in it is killed. Whether it has gone: killed processes take a moment to leave. */
export function removeGroup(group: Places): boolean {
  killGroup(group);
  return foldersOf(group).every((folder) => {
    try {
      rmdirSync(folder);
      return true;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT';
    }
  });
}

/** The names of the groups that lie below these places. */
export function groupNames(places: Places): string[] {
  const names = foldersOf(places).flatMap((folder) => {
    try {
      return readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    } catch {
      return [];
    }
  });
  return [...new Set(names.map(({ name }) => basename(name)))];
}

/** What cannot be bounded on this machine, as `missingBounds` says it: by trying, which leaves nothing behind. */
export function tryBounds(): string | undefined {
  const places = findPlaces(`telar-tried-${process.pid}`);
  removeGroup(places);
  return missingBounds(places);
}

const BOUNDS: readonly [Controller, string][] = [
  ['memory', 'memory'],
  ['cpu', 'processors'],
  ['pids', 'processes'],
];

/** What cannot be bounded here, and what to do about it; undefined when everything can. */
export function missingBounds(places: Places): string | undefined {
  const missing = BOUNDS.filter(([controller]) => !places[controller]).map(([, words]) => words);
  if (missing.length === 0) return undefined;
  const what = missing.join(' and ');
  if (process.platform !== 'linux')
    return `${process.platform} has no control groups: the ${what} of jobs are not bounded.`;
  // RLIMIT_AS would bound addresses, not memory: programs reserve far more of the former than they use of the latter, and each
  // process would have a bound of its own.
  return `the ${what} of jobs are not bounded: this user may not make control groups here. Run Telar in a delegated one (systemd-run --user --scope telar up), or as root.`;
}
