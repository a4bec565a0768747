/**
 * SageMaker processing, training and transform jobs that really run: their operations, the scheduler that carries them through their
 * phases, their files and their lineage. Owns the tables `jobs` and `job_*`.
 */
import { availableParallelism, totalmem } from 'node:os';
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Service } from '../../protocol/service.ts';
import type { Runner } from '../../runner/runner.ts';
import type { Store } from '../../store/store.ts';
import { createAdmission } from './admission.ts';
import type { JobLimits, JobRunner, Parts } from './context.ts';
import { adoptKeptLogs } from './files/adopt.ts';
import type { JobFiles } from './files/files.ts';
import { createJobFiles } from './files/index.ts';
import { describe } from './job.ts';
import { createLives } from './life.ts';
import { createLineage } from './lineage.ts';
import { jobOperations } from './operations.ts';
import { createOrders, type Orders } from './orders.ts';
import type { JobEnd, JobLineage, JobPorts, LogSink, ObjectVersion } from './ports.ts';
import { type JobObjectUse, type JobRow, jobsStore, type SageMakerKind } from './store.ts';
import { createDrives, noDrives } from './transform/drives.ts';
import { type JobUse, jobUse } from './use.ts';

export type { JobRunner } from './context.ts';
export type { JobFiles, OutputBatch } from './files/files.ts';
export type { OrderDescription } from './order.ts';
export type { Orders } from './orders.ts';
export type { Job, JobPlan } from './plan.ts';
export type { JobEnd, JobLineage, JobObjects, JobPorts, ScoreFiles } from './ports.ts';
export { migrations as jobsMigrations } from './store.ts';

/** What the files of jobs need, where they are real. */
type RealFiles = {
  runner: JobRunner & Pick<Runner, 'folder' | 'remove'>;
  /** Where the output of jobs goes. */
  logSink: LogSink;
  /** Where release 0.1.0 kept the logs of jobs that are over. */
  keptLogs?: string;
};

export type JobsContext = {
  /** The SageMaker API, made once by the server. */
  api: Api;
  store: Store;
  world: World;
  ports: JobPorts;
  /** @default what this machine has, promised twice; 10,000 waiting jobs; 120 s between SIGTERM and SIGKILL, as on AWS */
  limits?: Partial<JobLimits & JobLimits['machine']>;
} & (RealFiles | { runner: JobRunner; files: JobFiles });

export type FollowingJob = { after: number; arn: string; record: JobEnd['describe'] };

/** Times are milliseconds since the epoch; a job that is not over has no end. */
export type KnownJob = FollowingJob & {
  kind: SageMakerKind;
  name: string;
  region: string;
  requester: string;
  createdAt: number;
  endedAt: number | null;
};

export type JobsService = {
  service: Service;
  /** Jobs of other services. */
  orders: Orders;
  /** Whether a job of SageMaker's exists: for its tags. */
  exists(arn: string): boolean;
  /** Its Describe answer; undefined when there is no such job. */
  description(arn: string): JobEnd['describe'] | undefined;
  /** Training jobs of a region after one, in the order of their creation: for Search. */
  trainingJobs(region: string, after: number, limit: number): FollowingJob[];
  /** All jobs after one, in the order of their creation. */
  jobsAfter(after: number, limit: number): KnownJob[];
  lineageOf(jobArn: string): JobLineage;
  /** The jobs that wrote an object, whichever version; of a key that ends in a slash, any object under it. */
  writersOf(bucket: string, key: string): { job: string; key: string; version: string }[];
  /** The jobs that have read or written an object, whichever version, the newest first. */
  usersOf(bucket: string, key: string, most: number): JobObjectUse[];
  /** When the oldest job was made that is not over yet; undefined when all are. Milliseconds since the epoch. */
  unfinishedSince(): number | undefined;
  /** Inside a transaction: somebody read an object with this access key. Costs a look into a map when it is no job's. */
  recorder(accessKeyId: string): ((read: ObjectVersion) => void) | undefined;
  use: JobUse;
};

const isSageMakers = (row: JobRow | undefined): row is JobRow => row !== undefined && row.kind !== 'Glue';

const GRACE = 120_000;
const WAITING = 10_000;
const PROMISE = 2;
/** The server and the system have the rest. */
const MEMORY_FOR_JOBS = 0.9;

/** Of a machine, or of the container in which the server runs. */
function machine(): JobLimits['machine'] {
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return { cpus: availableParallelism(), memoryBytes: Math.floor(memory * MEMORY_FOR_JOBS) };
}

export function createJobsService(context: JobsContext): JobsService {
  const { api, store, world, ports, runner } = context;
  const { cpus, memoryBytes, ...given } = context.limits ?? {};
  const limits: JobLimits = {
    ...{ promise: PROMISE, atATime: Number.POSITIVE_INFINITY, waiting: WAITING, telarOnly: false, grace: GRACE },
    ...given,
    machine: { ...machine(), ...(cpus !== undefined && { cpus }), ...(memoryBytes !== undefined && { memoryBytes }) },
  };
  const db = jobsStore(store.sql);
  const parts: Parts = {
    api,
    store,
    world,
    ports,
    runner,
    db,
    files: 'files' in context ? context.files : createJobFiles({ ...context, world, ports }),
    drives: 'files' in context ? noDrives : createDrives(context.runner),
    lineage: createLineage(db, store),
    admission: createAdmission(limits),
    limits,
  };
  const lives = createLives(parts);
  let closing = false;
  let adopting: Promise<void> | undefined;
  return {
    service: {
      name: 'jobs',
      api,
      operations: jobOperations(parts, lives),
      start() {
        lives.start();
        if ('files' in context || context.keptLogs === undefined) return;
        const { logSink, keptLogs } = context;
        const adoption = { logSink, log: world.log, job: (id: string) => db.jobOfId({ id }), closing: () => closing };
        adopting = adoptKeptLogs(keptLogs, adoption);
      },
      async stop() {
        closing = true;
        // First, so that work which is broken off is recorded by nobody.
        const closed = lives.stop();
        await parts.drives.stop();
        await closed;
        await adopting;
      },
    },
    orders: createOrders(parts, lives),
    exists: (arn) => isSageMakers(db.job({ arn })),
    description(arn) {
      const row = db.job({ arn });
      return isSageMakers(row) ? describe(row) : undefined;
    },
    trainingJobs: (region, after, limit) =>
      db
        .following({ region, kind: 'Training', after, limit })
        .map((row) => ({ after: row.seq, arn: row.arn, record: describe(row) })),
    jobsAfter: (after, limit) =>
      db.after({ after, limit }).map((row) => ({
        ...{ after: row.seq, arn: row.arn, kind: row.kind, name: row.name, region: row.region },
        ...{ requester: row.requester, createdAt: row.created_at, endedAt: row.ended_at, record: describe(row) },
      })),
    lineageOf: parts.lineage.of,
    recorder: parts.lineage.recorder,
    use: jobUse(parts),
    writersOf: (bucket, key) =>
      db.writers({ bucket, from: key, below: key.endsWith('/') ? `${key.slice(0, -1)}0` : `${key}\u0000` }),
    usersOf: (bucket, key, limit) => db.users({ bucket, key, limit }),
    unfinishedSince: () => db.unfinished({}).find(({ phase }) => phase !== 'ended')?.created_at,
  };
}
