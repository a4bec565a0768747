/**
 * A machine for tests of jobs: a clock that tests move, processes and files in memory, and servers that may crash on it.
 * The database, the processes and the clock outlive a server; everything else dies with it.
 */
import { DatabaseSync } from 'node:sqlite';
import * as sdk from '@aws-sdk/client-sagemaker';
import { silentLog } from '../../src/base/log.ts';
import { type CrashPoint, systemWorld, type World } from '../../src/base/world.ts';
import { defineApi } from '../../src/protocol/models.ts';
import type { Call, InputOf, Operation, OutputOf } from '../../src/protocol/service.ts';
import type { LimitedExit as JobExit, LimitedSpec as LaunchSpec } from '../../src/runner/limited.ts';
import type { Sdk } from '../../src/services/jobs/context.ts';
import {
  createJobsService,
  type Job,
  type JobEnd,
  type JobFiles,
  type JobPorts,
  type JobRunner,
  jobsMigrations,
} from '../../src/services/jobs/index.ts';
import { openMemoryStore, type Store } from '../../src/store/store.ts';
import { ACCOUNT, perform, START, testCall } from './operations.ts';

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/jobs`;
const IMAGE = 'telar/node:24';

export const api = defineApi({
  ...{ name: 'sagemaker', signingNames: ['sagemaker'], protocol: 'json-1.1', version: '2017-07-24' },
  ...{ targetPrefix: 'SageMaker', sdk: () => sdk },
});

type Process = { spec: LaunchSpec; exit: JobExit | undefined; signals: string[]; graces: number[] };

export type Machine = ReturnType<typeof createMachine>;
export type TestServer = ReturnType<Machine['start']>;

/** Lets everything happen that is ready to. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 30; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

export function createMachine() {
  const database = new DatabaseSync(':memory:');
  const processes = new Map<string, Process>();
  // In the database, so that an end which a crash undoes is undone here, too.
  database.exec('CREATE TABLE test_ends (job_end TEXT NOT NULL)');
  const machine = {
    time: START,
    database,
    processes,
    /** The ends that were told, and not undone. */
    get ends(): JobEnd[] {
      return database
        .prepare('SELECT job_end FROM test_ends')
        .all()
        .map((row) => JSON.parse(String(row['job_end'])) as JobEnd);
    },
    told(end: JobEnd) {
      database.prepare('INSERT INTO test_ends VALUES (?)').run(JSON.stringify(end));
    },
    /** Which folders were staged, stored and discarded, in order. */
    acts: [] as string[],
    notes: [] as string[],
    /** What runs when a process is launched: an exit, or nothing while it runs on. */
    onLaunch: undefined as ((spec: LaunchSpec) => JobExit | undefined) | undefined,
    onPrepare: undefined as ((image: string, progress: (line: string) => void) => Promise<void>) | undefined,
    onStage: undefined as ((signal: AbortSignal) => Promise<void>) | undefined,
    onStore: undefined as (() => void) | undefined,
    onWrite: undefined as (() => void) | undefined,
    lastLine: undefined as string | undefined,
    failure: undefined as string | undefined,
    intact: true,
    sessions: 0,
    /** The job that was staged last. */
    staged: undefined as Job | undefined,
    /** Objects made by outputs. */
    objects: [] as string[],
    /** Ends the process of a job from outside; by the beginning of its id. */
    exit(name: string, exit: JobExit) {
      const found = [...processes].find(([id]) => id.startsWith(name));
      if (!found) throw new Error(`No process of ${name}`);
      found[1].exit = exit;
    },
    process: (name: string) => [...processes].find(([id]) => id.startsWith(name))?.[1],
    start,
  };

  function start(
    options: {
      crashAt?: CrashPoint | undefined;
      crashAfterTurns?: number;
      atATime?: number;
      waiting?: number;
      cpus?: number;
    } = {},
  ) {
    const server = { alive: true };
    let turns = 0;
    const timers = new Set<{ at: number; run: () => void }>();
    const crash = () => {
      server.alive = false;
      timers.clear();
    };
    class Crash extends Error {}
    const world: World = {
      ...systemWorld,
      log: silentLog,
      crashPoint(point) {
        if (point !== options.crashAt) return;
        crash();
        throw new Crash();
      },
      clock: {
        now: () => machine.time,
        monotonic: () => machine.time,
        at(at, run) {
          const timer = { at, run };
          if (server.alive) timers.add(timer);
          return () => void timers.delete(timer);
        },
        soon(run) {
          setImmediate(() => {
            if (!server.alive) return;
            turns += 1;
            if (turns > (options.crashAfterTurns ?? Number.POSITIVE_INFINITY)) return crash();
            try {
              run();
            } catch (error) {
              if (!(error instanceof Crash)) throw error;
            }
          });
        },
      },
    };
    /** What a server waits for never comes once it is dead. */
    const whileAlive = <T>(work: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        work().then(
          (value) => server.alive && resolve(value),
          (error) => server.alive && reject(error),
        );
      });
    const opened = openMemoryStore(database, [jobsMigrations], world);
    const store: Store = {
      ...opened,
      transact: (work) => (server.alive ? opened.transact(work) : new Promise(() => {})),
      commitAhead: (work) => (server.alive ? opened.commitAhead(work) : new Promise(() => {})),
    };
    const service = createJobsService({
      api,
      store,
      world,
      ports: fakePorts(machine),
      runner: fakeRunner(machine, server, whileAlive),
      files: fakeFiles(machine, whileAlive),
      limits: {
        ...{ cpus: options.cpus ?? 64, memoryBytes: 1024 ** 4 },
        ...{ promise: 1, atATime: options.atATime ?? 4, waiting: options.waiting ?? 100, grace: 1000 },
      },
    });
    void service.service.start?.();
    const operations = service.service.operations as Readonly<globalThis.Record<string, Operation<unknown, unknown>>>;
    return {
      ...service,
      store,
      world,
      crash,
      call: <N extends string>(name: N, input: InputOf<Sdk, N>, call: Partial<Call> = {}) =>
        perform(store, operations[name]!, input, testCall({ now: machine.time, ...call })) as Promise<OutputOf<Sdk, N>>,
      /** Moves the clock, and fires what is due. */
      async advance(milliseconds: number) {
        machine.time += milliseconds;
        for (const timer of [...timers].sort((a, b) => a.at - b.at)) {
          if (timer.at > machine.time || !timers.delete(timer)) continue;
          timer.run();
        }
        await settle();
      },
    };
  }
  return machine;
}

type State = Pick<
  ReturnType<typeof createMachine>,
  'time' | 'sessions' | 'told' | 'acts' | 'notes' | 'objects' | 'intact' | 'lastLine' | 'failure'
> & {
  processes: Map<string, Process>;
  staged: Job | undefined;
  onLaunch: ((spec: LaunchSpec) => JobExit | undefined) | undefined;
  onPrepare: ((image: string, progress: (line: string) => void) => Promise<void>) | undefined;
  onStage: ((signal: AbortSignal) => Promise<void>) | undefined;
  onStore: (() => void) | undefined;
  onWrite: (() => void) | undefined;
};

function fakePorts(machine: State): JobPorts {
  const refuse = (): never => {
    throw new Error('These files are in memory');
  };
  return {
    objects: { list: refuse, head: refuse, open: refuse, receive: refuse },
    callAs: () => testCall(),
    emit: () => {},
    roleExists: (arn) => arn === ROLE,
    roleSession() {
      machine.sessions += 1;
      return { AccessKeyId: `ASIA${machine.sessions}`, SecretAccessKey: 'secret', SessionToken: 'token' };
    },
    model: () => undefined,
    endpointUrl: () => 'http://127.0.0.1:4566',
    jobEnded: (end) => machine.told(end),

    jobCreated: () => {},
    jobDeleted: () => {},
    progress: () => {},
    setTags: () => {},
    removeTags: () => {},
  };
}

type WhileAlive = <T>(work: () => Promise<T>) => Promise<T>;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

function fakeRunner(machine: State, server: { alive: boolean }, whileAlive: WhileAlive): JobRunner {
  const process = (id: string) => machine.processes.get(id)!;
  return {
    refusal: (image) =>
      image === IMAGE || image.includes('xgboost') ? undefined : `There is no image '${image}' here.`,
    prepared: () => false,
    prepare: (image, progress) => whileAlive(async () => machine.onPrepare?.(image, progress)),
    launched: (id) => machine.processes.has(id),
    launch: (spec) =>
      whileAlive(async () => {
        if (machine.processes.has(spec.jobId)) return;
        machine.acts.push('launch');
        machine.processes.set(spec.jobId, { spec, exit: machine.onLaunch?.(spec), signals: [], graces: [] });
      }),
    exit: (id) =>
      whileAlive(async () => {
        await until(() => !server.alive || process(id).exit !== undefined);
        return process(id).exit!;
      }),
    stop: (id, grace) =>
      whileAlive(async () => {
        process(id).graces.push(grace);
        process(id).exit ??= { kind: 'signalled', signal: 'SIGTERM' };
      }),
  };
}

function fakeFiles(machine: State, whileAlive: WhileAlive): JobFiles {
  return {
    note: (_job, line) => void machine.notes.push(line),
    followLog: () => {},
    endLog: async () => {},
    stage: (job, signal) =>
      whileAlive(async () => {
        machine.acts.push('stage');
        machine.staged = job;
        await machine.onStage?.(signal);
        return {
          reads: [{ bucket: 'data', key: 'in', version: '1' }],
          prefixes: [{ uri: 's3://data/in', fingerprint: 'f' }],
        };
      }),
    intact: () => machine.intact,
    store: (_job, outputs) =>
      whileAlive(async () => {
        machine.acts.push('store');
        machine.onStore?.();
        const report = { failure: machine.failure, message: undefined, lastLine: machine.lastLine, metrics: [] };
        return { report, batches: outputs ? fakeBatches(machine) : [] };
      }),
    discard: () => whileAlive(async () => void machine.acts.push('discard')),
  };
}

function fakeBatches(machine: State) {
  return ['one', 'two'].map((key) => ({
    write() {
      machine.onWrite?.();
      machine.objects.push(key);
      return [{ bucket: 'data', key, version: '7' }];
    },
    release: () => {},
  }));
}

export const processingJob = (name: string, more: object = {}): InputOf<Sdk, 'CreateProcessingJob'> => ({
  ProcessingJobName: name,
  RoleArn: ROLE,
  AppSpecification: { ImageUri: IMAGE, ContainerEntrypoint: ['node', '/opt/ml/processing/code/main.ts'] },
  ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  ...more,
});

export const trainingJob = (name: string, more: object = {}): InputOf<Sdk, 'CreateTrainingJob'> => ({
  TrainingJobName: name,
  RoleArn: ROLE,
  AlgorithmSpecification: { TrainingImage: IMAGE, TrainingInputMode: 'File' },
  OutputDataConfig: { S3OutputPath: 's3://models/titanic/' },
  ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 3600 },
  ...more,
});
