/**
 * Looks at running jobs once a second: what they use, for whoever watches, and whether one has filled its volume.
 *
 * O1. A look costs the loop little: files of control groups are read at once, /proc and the disk without waiting.
 * O2. The disk is looked at by a few `du` at a time, at most one for each job, and a job with very many files the more rarely, the
 *     longer that takes: it holds up no look at another.
 */
import { execFile } from 'node:child_process';
import type { Cancel, Clock } from '../base/clock.ts';
import { groupUse } from './cgroup.ts';
import type { Places } from './cgroupPlaces.ts';
import { SYSTEM_PATH } from './isolation.ts';
import { treeUse } from './processUse.ts';

export type Sample = { at: number; cpuPercent: number; memoryBytes: number };

/** What a job's process and all below it use now. */
export type HostUse = {
  cpuSeconds: number;
  /** 100 is one processor. Since the last look. */
  cpuPercent: number;
  memoryBytes: number;
  peakMemoryBytes: number;
  diskBytes: number;
  processes: number;
  /** The last two minutes, the newest last. */
  series: readonly Sample[];
};

export type Watched = {
  group: Places;
  /** The process that stands for the job, once there is one. */
  process(): number | undefined;
  /** Where the job's files are. */
  folders: readonly string[];
  volumeBytes: number;
  /** The job's files have grown beyond its volume. Called once; must not throw. */
  onFull(diskBytes: number): void;
};

type Watching = Watched & { use: HostUse; diskDue: number; measuring: boolean; full: boolean };

const EVERY = 1000;
const KEPT = 120;
/** Between two looks at a job's disk: this, or so many times as long as a look takes. */
const DISK = { every: 2000, times: 20, atATime: 4 };
const NOTHING: HostUse = {
  ...{ cpuSeconds: 0, cpuPercent: 0, memoryBytes: 0, peakMemoryBytes: 0, diskBytes: 0, processes: 0, series: [] },
};

export type Watch = {
  add(jobId: string, watched: Watched): void;
  /** @returns what was last seen */
  remove(jobId: string): HostUse | undefined;
  use(jobId: string): HostUse | undefined;
};

export function createWatch(clock: Clock): Watch {
  const jobs = new Map<string, Watching>();
  let cancel: Cancel | undefined;
  let last = clock.now();
  let measuring = 0;

  async function look(): Promise<void> {
    const withoutGroup = [...jobs.values()].filter(({ group }) => !group.memory || !hasProcessors(group));
    const roots = withoutGroup.flatMap((job) => job.process() ?? []);
    const trees = await treeUse(roots);
    const now = clock.now();
    const seconds = Math.max(0.001, (now - last) / 1000);
    last = now;
    for (const job of jobs.values()) {
      const seen = groupUse(job.group);
      const tree = trees.get(job.process() ?? -1);
      const cpuSeconds = seen.cpuSeconds ?? tree?.cpuSeconds ?? job.use.cpuSeconds;
      const memoryBytes = seen.memoryBytes ?? tree?.memoryBytes ?? 0;
      const cpuPercent = Math.max(0, Math.round(((cpuSeconds - job.use.cpuSeconds) / seconds) * 1000) / 10);
      const sample = { at: now, cpuPercent, memoryBytes };
      job.use = {
        ...{ cpuSeconds, cpuPercent, memoryBytes, diskBytes: job.use.diskBytes },
        peakMemoryBytes: seen.peakMemoryBytes ?? Math.max(job.use.peakMemoryBytes, memoryBytes),
        processes: seen.processes ?? tree?.processes ?? 0,
        series: [...job.use.series.slice(1 - KEPT), sample],
      };
    }
    measureDisks();
  }

  function measureDisks(): void {
    for (const [jobId, job] of jobs) {
      if (measuring >= DISK.atATime) return;
      if (job.measuring || clock.now() < job.diskDue) continue;
      measuring += 1;
      job.measuring = true;
      void measure(jobId, job).finally(() => {
        measuring -= 1;
        job.measuring = false;
      });
    }
  }

  async function measure(jobId: string, job: Watching): Promise<void> {
    const began = clock.now();
    const diskBytes = await diskUse(job.folders);
    job.diskDue = clock.now() + Math.max(DISK.every, (clock.now() - began) * DISK.times);
    if (diskBytes === undefined) return;
    job.use = { ...job.use, diskBytes };
    if (diskBytes <= job.volumeBytes || job.full || jobs.get(jobId) !== job) return;
    job.full = true;
    job.onFull(diskBytes);
  }

  function arm(): void {
    if (cancel || jobs.size === 0) return;
    cancel = clock.at(clock.now() + EVERY, () => {
      void look().finally(() => {
        cancel = undefined;
        arm();
      });
    });
  }

  return {
    add(jobId, watched) {
      if (jobs.has(jobId)) return;
      if (jobs.size === 0) last = clock.now();
      jobs.set(jobId, { ...watched, use: NOTHING, diskDue: 0, measuring: false, full: false });
      arm();
    },
    remove(jobId) {
      const use = jobs.get(jobId)?.use;
      jobs.delete(jobId);
      if (jobs.size > 0) return use;
      cancel?.();
      cancel = undefined;
      return use;
    },
    use: (jobId) => jobs.get(jobId)?.use,
  };
}

const hasProcessors = ({ cpuacct, cpu }: Places) => cpuacct !== undefined || cpu?.version === 2;

/** Bytes that the files below these folders take on the disk. Links are not followed; other file systems are not entered. */
function diskUse(folders: readonly string[]): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { env: { PATH: SYSTEM_PATH, LC_ALL: 'C' }, timeout: 300_000 };
    // A job's files come and go meanwhile: `du` then complains, and what it has summed up still holds.
    execFile('du', ['-skx', '--', ...folders], options, (_error, stdout) => {
      const sizes = stdout.split('\n').flatMap((line) => {
        const kilobytes = Number.parseInt(line, 10);
        return Number.isNaN(kilobytes) ? [] : [kilobytes * 1024];
      });
      resolve(sizes.length === 0 ? undefined : sizes.reduce((sum, size) => sum + size, 0));
    });
  });
}
