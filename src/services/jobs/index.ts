/**
 * SageMaker processing and training jobs that really run: their operations, the scheduler that carries them through their
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
import type { JobFiles } from './files/files.ts';
import { createJobFiles, type JobLogs, jobLogs } from './files/index.ts';
import { hostName, hostsOf } from './hosts.ts';
import { jobOf } from './job.ts';
import { createLives } from './life.ts';
import { createLineage } from './lineage.ts';
import { jobOperations } from './operations.ts';
import type { JobLineage, JobPorts } from './ports.ts';
import { jobsStore } from './store.ts';
import { type JobUse, jobUse } from './use.ts';

export type { JobRunner } from './context.ts';
export type { JobFiles, OutputBatch } from './files/files.ts';
export type { Job } from './plan.ts';
export type { JobEnd, JobLineage, JobObjects, JobPorts } from './ports.ts';
export { migrations as jobsMigrations } from './store.ts';

/** What the files of jobs need, where they are real. */
type RealFiles = {
  runner: JobRunner & Pick<Runner, 'folder' | 'remove'>;
  /** Where the logs of jobs that are over are kept. */
  logsFolder: string;
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

export type JobsService = {
  service: Service;
  /** Whether a job exists: for its tags. */
  exists(arn: string): boolean;
  lineageOf(jobArn: string): JobLineage;
  /** Inside a transaction: somebody read an object with this access key. Costs a look into a map when it is no job's. */
  recordRead(accessKeyId: string, bucket: string, key: string, version: string): void;
  /**
   * The file with the output of one of a job's hosts so far, and whether it is whole; undefined when there is no such job or host,
   * or its files are simulated.
   */
  logOf(jobArn: string, host?: string): { path: string; ended: boolean } | undefined;
  use: JobUse;
};

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
  const real = 'files' in context ? undefined : context;
  const logs: JobLogs | undefined = real && jobLogs(real.runner, real.logsFolder);
  const parts: Parts = {
    api,
    store,
    world,
    ports,
    runner,
    db,
    files: 'files' in context ? context.files : createJobFiles({ world, ports, runner: context.runner, logs: logs! }),
    lineage: createLineage(db, store),
    admission: createAdmission(limits),
    limits,
  };
  const lives = createLives(parts);
  return {
    service: {
      name: 'jobs',
      api,
      operations: jobOperations(parts, lives),
      start: lives.start,
      stop: lives.stop,
    },
    exists: (arn) => db.job({ arn }) !== undefined,
    lineageOf: parts.lineage.of,
    recordRead: parts.lineage.recordRead,
    use: jobUse(parts),
    logOf(arn, name = hostName(0)) {
      const row = db.job({ arn });
      const host = row && hostsOf(jobOf(row)).find((each) => each.name === name);
      return host && logs && { path: logs.pathOf(host.id), ended: row.phase === 'ended' };
    },
  };
}
