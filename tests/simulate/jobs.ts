/**
 * Simulated jobs: processes and files of the simulated machine. They outlive the server, as real ones do. How a job goes
 * depends on the seed, its step and which job of that step it is, never on when it runs.
 */
import type { LimitedSpec } from '../../src/runner/limited.ts';
import type { JobExit } from '../../src/runner/runner.ts';
import type { Job, JobFiles, JobRunner, OutputBatch } from '../../src/services/jobs/index.ts';
import type { ObjectAccess } from '../../src/services/objects/index.ts';
import { type Incarnation, type Machine, rng, seedOf } from './world.ts';

type Fate = { exit: JobExit; takes: number; accuracy: number; stages: number };
type Process = { exit: JobExit | undefined; waiters: Set<(exit: JobExit) => void> };

export type SimulatedJobs = {
  /** What a new incarnation of the server is given. `objects` is known once its system is made. */
  means(incarnation: Incarnation, objects: () => ObjectAccess): { runner: JobRunner; files: JobFiles };
  /** Processes so far. */
  started(): number;
  /** Jobs whose process still runs. */
  running(): string[];
};

export function createJobs(machine: Machine, seed: number): SimulatedJobs {
  const processes = new Map<string, Process>();
  const fates = new Map<string, Fate>();
  const hostCounts = new Map<string, number>();
  const jobsOfStep = new Map<string, number>();
  /** By their drawn ids, in the order in which they came. */
  const executions: string[] = [];

  /** Decided when the job is first seen; a job's name ends in its execution, step and start, the execution being drawn. */
  function fateOf(job: Pick<Job, 'id' | 'name'>): Fate {
    const known = fates.get(job.id);
    if (known) return known;
    const [, execution, name] = /^pipelines-([a-z0-9]{12})-(.+)-[a-z0-9]{10}$/.exec(job.name)!;
    if (!executions.includes(execution!)) executions.push(execution!);
    const step = `${executions.indexOf(execution!)}:${name}`;
    const nth = (jobsOfStep.get(step) ?? 0) + 1;
    jobsOfStep.set(step, nth);
    const random = rng(seedOf(seed, `${step}#${nth}`));
    const luck = random.next();
    const exit: JobExit =
      luck < 0.82
        ? { kind: 'exited', code: 0 }
        : luck < 0.92
          ? { kind: 'lost', reason: 'its supervisor was killed' }
          : { kind: 'exited', code: 1 };
    const fate = { exit, takes: random.int(120_000), accuracy: random.int(11) / 10, stages: random.int(3000) };
    fates.set(job.id, fate);
    return fate;
  }

  function end(process: Process, exit: JobExit): void {
    if (process.exit) return;
    process.exit = exit;
    for (const tell of process.waiters) tell(exit);
    process.waiters.clear();
  }

  /** The hosts of a job end one after the other; the last one, or the only one, as is the job's fate. */
  function hostEnd(jobId: string): { exit: JobExit; takes: number } {
    const [, id, host = '1'] = /^(.+-[a-z0-9]{8}?)(?:-(\d))?$/.exec(jobId)!;
    const { exit, takes } = fates.get(id!)!;
    const hosts = hostCounts.get(id!)!;
    return Number(host) === hosts
      ? { exit, takes }
      : { exit: { kind: 'exited', code: 0 }, takes: takes * (Number(host) / hosts) };
  }

  function launch(spec: LimitedSpec): void {
    // As the runner promises (R1): launching again attaches.
    if (processes.has(spec.jobId)) return;
    const process: Process = { exit: undefined, waiters: new Set() };
    processes.set(spec.jobId, process);
    const { exit, takes } = hostEnd(spec.jobId);
    machine.schedule(machine.now() + takes, () => end(process, exit));
  }

  function means({ world, alive }: Incarnation, objects: () => ObjectAccess) {
    const after = (milliseconds: number) =>
      new Promise<void>((resolve) => void world.clock.at(world.clock.now() + milliseconds, resolve));
    const runner: JobRunner = {
      refusal: () => undefined,
      prepare: async () => {},
      async launch(spec) {
        if (alive()) launch(spec);
      },
      launched: (jobId) => processes.has(jobId),
      exit(jobId) {
        const process = processes.get(jobId)!;
        if (process.exit) return Promise.resolve(process.exit);
        return new Promise((resolve) => process.waiters.add((exit) => alive() && resolve(exit)));
      },
      async stop(jobId) {
        const process = processes.get(jobId);
        if (process) end(process, { kind: 'signalled', signal: 'SIGTERM' });
      },
    };
    const files: JobFiles = {
      note: () => {},
      followLog: () => {},
      endLog: async () => {},
      intact: () => true,
      discard: async () => {},
      async stage(job) {
        hostCounts.set(job.id, job.plan.instances.count);
        await after(fateOf(job).stages);
        return { reads: [], prefixes: [] };
      },
      async store(job, outputs) {
        await after(10);
        const report = { failure: undefined, message: undefined, lastLine: undefined, metrics: [] };
        return { report, batches: outputs ? batches(job) : [] };
      },
    };
    async function* batches(job: Job): AsyncGenerator<OutputBatch> {
      for (const { form, uri } of job.plan.outputs) {
        const target = form === 'files' ? `${uri}/report.json` : uri;
        const [bucket, ...key] = target.slice('s3://'.length).split('/');
        const content = Buffer.from(JSON.stringify({ metrics: { accuracy: fateOf(job).accuracy } }));
        const received = await objects().receive({ bucket: bucket!, key: key.join('/') }, content);
        yield {
          write: () => [{ bucket: bucket!, key: key.join('/'), version: String(received.write().version) }],
          release: received.release,
        };
      }
    }
    return { runner, files };
  }

  return {
    means,
    started: () => processes.size,
    running: () => [...processes].filter(([, { exit }]) => !exit).map(([id]) => id),
  };
}
