/**
 * SageMaker processing and training jobs that really run: their operations, the scheduler that carries them through their
 * phases, their files and their lineage. Owns the tables `jobs` and `job_*`.
 */
import { availableParallelism } from 'node:os';
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Service } from '../../protocol/service.ts';
import type { Runner } from '../../runner/runner.ts';
import type { Store } from '../../store/store.ts';
import type { JobLimits, JobRunner, Parts } from './context.ts';
import { adoptKeptLogs } from './files/adopt.ts';
import type { JobFiles } from './files/files.ts';
import { createJobFiles } from './files/index.ts';
import { createLives } from './life.ts';
import { createLineage } from './lineage.ts';
import { jobOperations } from './operations.ts';
import type { JobLineage, JobPorts, LogSink } from './ports.ts';
import { jobsStore } from './store.ts';

export type { JobRunner } from './context.ts';
export type { JobFiles, OutputBatch } from './files/files.ts';
export type { Job } from './plan.ts';
export type { JobEnd, JobLineage, JobObjects, JobPorts } from './ports.ts';
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
  /** @default as many jobs at a time as the machine has processors; 120 s between SIGTERM and SIGKILL, as on AWS */
  limits?: Partial<JobLimits>;
} & (RealFiles | { runner: JobRunner; files: JobFiles });

export type JobsService = {
  service: Service;
  /** Whether a job exists: for its tags. */
  exists(arn: string): boolean;
  lineageOf(jobArn: string): JobLineage;
  /** Inside a transaction: somebody read an object with this access key. Costs a look into a map when it is no job's. */
  recordRead(accessKeyId: string, bucket: string, key: string, version: string): void;
};

const GRACE = 120_000;

export function createJobsService(context: JobsContext): JobsService {
  const { api, store, world, ports, runner, limits } = context;
  const db = jobsStore(store.sql);
  const parts: Parts = {
    api,
    store,
    world,
    ports,
    runner,
    db,
    files: 'files' in context ? context.files : createJobFiles({ ...context, world, ports }),
    lineage: createLineage(db, store),
    limits: { atATime: availableParallelism(), grace: GRACE, ...limits },
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
        await lives.stop();
        await adopting;
      },
    },
    exists: (arn) => db.job({ arn }) !== undefined,
    lineageOf: parts.lineage.of,
    recordRead: parts.lineage.recordRead,
  };
}
