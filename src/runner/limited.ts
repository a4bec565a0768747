/**
 * A runner whose jobs are bounded: each in control groups of its own, with resource limits and a volume, watched while it runs.
 *
 * L1. A job's limits are in its folder (`limits.json`) before its process exists: a later server goes on from there.
 * L2. A job that fills its volume is killed, and its folder says so first: whoever hears of its end knows why.
 * L3. What cannot be bounded on this machine is said (`missing`), never pretended.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, realpathSync, rmdirSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join } from 'node:path';
import type { World } from '../base/world.ts';
import {
  type GroupLimits,
  groupNames,
  groupPlaces,
  groupUse,
  joinFiles,
  makeGroup,
  missingBounds,
  removeGroup,
} from './cgroup.ts';
import { findPlaces, type Places } from './cgroupPlaces.ts';
import type { Bounding } from './confinement.ts';
import { runnerError } from './errors.ts';
import { FILES, writeWhole } from './folder.ts';
import { parseIdentity } from './processes.ts';
import type { JobExit, LaunchSpec, Runner } from './runner.ts';
import type { WaitingGroups } from './waitingGroups.ts';
import { createWatch, type HostUse } from './watch.ts';

export type HostLimits = GroupLimits & {
  volumeBytes: number;
  /** Of one file. @default volumeBytes */
  fileBytes?: number;
};

export type LimitedSpec = Omit<LaunchSpec, 'confinement' | 'bounding'> & { limits?: HostLimits };

/** Of what a job wanted more than it may have, and ended for it. */
export type Excess = 'memory' | 'volume' | 'processes';

/** What a job used in all, as far as it was seen. */
export type TotalUse = { cpuSeconds: number; peakMemoryBytes: number };

export type LimitedExit = JobExit & { excess?: Excess | undefined; use?: TotalUse | undefined };

export type LimitedRunner = Omit<Runner, 'launch' | 'exit' | 'close'> & {
  launch(spec: LimitedSpec): Promise<void>;
  exit(jobId: string): Promise<LimitedExit>;
  /** What a running job uses; undefined before the first look. */
  use(jobId: string): HostUse | undefined;
  /** What this machine does not let jobs be bounded in: a sentence. */
  missing: string | undefined;
  /** The server closes: takes back what no job needs any more. @returns whether nothing is left; called again until then */
  close(): boolean;
};

type Recorded = { limits: HostLimits; group: Places };

const OPEN_FILES = 65_536;
const rlimitsFor = (fileBytes: number) => ({ CORE: 0, NOFILE: OPEN_FILES, FSIZE: fileBytes });
/** The volume that SageMaker's SDK asks for. */
export const USUAL_FILE_BYTES = 30 * 1024 ** 3;
/** Of a job with that. */
export const USUAL_LIMITS = rlimitsFor(USUAL_FILE_BYTES);
/** Processes that were killed leave their group within moments. */
const GONE = { tries: 40, every: 25 };
const LIMITS = 'limits.json';
const EXCESS = 'excess';

const LEAST_PROCESSES = 1024;
const MOST_PROCESSES = 16_384;
/** Processes and threads that an instance of so many processors may have: room for any program, none for a fork bomb. */
export function processesFor(cpus: number): number {
  return Math.min(MOST_PROCESSES, Math.max(LEAST_PROCESSES, cpus * 256));
}

/**
 * What tells libraries how many threads to use, where a job has fewer processors than the machine: they count the machine's, and
 * more threads than processors make a job slower. The job's own settings come first.
 */
function threadCounts(cpus: number): Record<string, string> {
  if (cpus >= availableParallelism()) return {};
  const count = String(Math.max(1, Math.floor(cpus)));
  return { OMP_NUM_THREADS: count, PYTHON_CPU_COUNT: count };
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const recorded = (root: string): Recorded | undefined => {
  const text = read(join(root, LIMITS));
  return text === undefined ? undefined : (JSON.parse(text) as Recorded);
};

/** The name of the group that a job's folder names. */
function groupNameIn(root: string): string | undefined {
  const [place] = Object.values(recorded(root)?.group ?? {});
  return place && basename(place.folder);
}

/** Where the groups of the jobs of one folder are made; found once. */
export const jobPlaces = (jobsFolder: string): Places => findPlaces(groupsName(jobsFolder));

/** Names the groups of one folder of jobs. */
function groupsName(jobsFolder: string): string {
  mkdirSync(jobsFolder, { recursive: true });
  return `telar-${createHash('sha256').update(realpathSync(jobsFolder)).digest('hex').slice(0, 12)}`;
}

export type LimitedOptions = {
  runner: Runner;
  world: Pick<World, 'clock' | 'log'>;
  /** The runner's own. */
  jobsFolder: string;
  /** Where groups are made; found on this machine when left out. */
  places?: Places;
  /** Those that the runner has. */
  waitingGroups?: WaitingGroups;
};

export function limitRunner({ runner, world, jobsFolder, ...options }: LimitedOptions): LimitedRunner {
  const { clock } = world;
  const places = options.places ?? jobPlaces(jobsFolder);
  mkdirSync(jobsFolder, { recursive: true });
  const watch = createWatch(clock);
  /** Jobs that filled their volume, until their end is told. */
  const full = new Set<string>();
  const known = new Set(readdirSync(jobsFolder).flatMap((name) => groupNameIn(join(jobsFolder, name)) ?? []));
  for (const name of groupNames(places)) if (!known.has(name)) removeGroup(groupPlaces(places, name));

  /** Bounds the group and writes down that it is the job's, in place of one that was before. */
  function record(jobId: string, limits: HostLimits, group: Places): Places {
    const { root } = runner.folder(jobId);
    const known = recorded(root);
    if (known && runner.launched(jobId)) return known.group;
    try {
      makeGroup(group, limits);
    } catch (error) {
      const problem = `The control groups of job ${jobId} could not be made: ${(error as Error).message}.`;
      throw runnerError(
        'LaunchFailed',
        `${problem} Is ${Object.values(group)[0]?.folder ?? 'their folder'} still there?`,
      );
    }
    mkdirSync(root, { recursive: true, mode: 0o755 });
    writeWhole(join(root, LIMITS), JSON.stringify({ limits, group } satisfies Recorded));
    if (known && JSON.stringify(known.group) !== JSON.stringify(group)) removeGroup(known.group);
    return group;
  }

  function bounding(jobId: string, limits: HostLimits): Bounding {
    const rlimits = rlimitsFor(limits.fileBytes ?? limits.volumeBytes);
    return {
      rlimits,
      own: () => ({ join: joinFiles(record(jobId, limits, groupPlaces(places, jobId))), rlimits }),
      take(waiting) {
        record(jobId, limits, waiting.group);
        return { join: [], rlimits };
      },
    };
  }

  function observe(jobId: string): void {
    const { root, ml } = runner.folder(jobId);
    const known = recorded(root);
    if (!known) return;
    watch.add(jobId, {
      group: known.group,
      volumeBytes: known.limits.volumeBytes,
      folders: [ml, join(root, FILES.tmp)],
      process: () => parseIdentity(read(join(root, FILES.target)) ?? '')?.pid,
      onFull(diskBytes) {
        world.log('warn', 'jobs.volume-full', { job: jobId, diskBytes, volumeBytes: known.limits.volumeBytes });
        full.add(jobId);
        try {
          writeWhole(join(root, EXCESS), 'volume');
        } catch (error) {
          // The disk itself is full: this server still knows.
          world.log('warn', 'jobs.not-marked', { job: jobId, message: (error as Error).message });
        }
        runner.stop(jobId, 0).catch((error: Error) => {
          world.log('error', 'jobs.not-stopped', { job: jobId, message: error.message });
        });
      },
    });
  }

  async function exit(jobId: string): Promise<LimitedExit> {
    observe(jobId);
    const ended = await runner.exit(jobId);
    const last = watch.remove(jobId);
    // A job that ended before the first look was not seen: nothing is no figure.
    const seen = last && last.series.length > 0 ? last : undefined;
    const { root } = runner.folder(jobId);
    const known = recorded(root);
    if (!known) return ended;
    const marked = full.delete(jobId) || existsSync(join(root, EXCESS));
    return { ...ended, ...verdict(ended, known.group, marked, seen) };
  }

  return {
    ...runner,
    async launch({ limits, ...spec }) {
      if (!limits) return runner.launch(spec);
      const { memoryBytes, cpus } = limits;
      const environment = { ...threadCounts(limits.cpus), ...spec.environment };
      await runner.launch({
        ...spec,
        environment,
        bounding: bounding(spec.jobId, limits),
        bounds: { memoryBytes, cpus },
      });
      observe(spec.jobId);
    },
    exit,
    use: watch.use,
    missing: missingBounds(places),
    async remove(jobId) {
      const group = recorded(runner.folder(jobId).root)?.group;
      watch.remove(jobId);
      await runner.remove(jobId);
      if (group) await gone(group);
    },
    close() {
      runner.close();
      const left = options.waitingGroups?.sweep() === false;
      for (const place of Object.values(places)) {
        try {
          rmdirSync(place.folder);
        } catch {
          // Jobs run on in it.
        }
      }
      return !left;
    },
  };

  async function gone(group: Places): Promise<void> {
    for (let tries = 0; !removeGroup(group) && tries < GONE.tries; tries += 1) {
      await new Promise<void>((resolve) => void clock.at(clock.now() + GONE.every, resolve));
    }
  }
}

/** Why a job ended as it did, as far as its bounds had to do with it, and what it used. */
function verdict(ended: JobExit, group: Places, marked: boolean, seen: HostUse | undefined) {
  const use = groupUse(group);
  const failed = ended.kind === 'signalled' || (ended.kind === 'exited' && ended.code !== 0);
  const excess: Excess | undefined = !failed
    ? undefined
    : marked
      ? 'volume'
      : use.outOfMemory > 0
        ? 'memory'
        : use.refusedProcesses > 0
          ? 'processes'
          : undefined;
  const cpuSeconds = use.cpuSeconds ?? seen?.cpuSeconds;
  const peakMemoryBytes = use.peakMemoryBytes ?? seen?.peakMemoryBytes;
  return {
    ...(excess && { excess }),
    ...(cpuSeconds !== undefined &&
      peakMemoryBytes !== undefined && { use: { cpuSeconds: Math.round(cpuSeconds * 1000) / 1000, peakMemoryBytes } }),
  };
}
