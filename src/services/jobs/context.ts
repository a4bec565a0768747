/** What the parts of the jobs service share. */
import type { World } from '../../base/world.ts';
import type { Api } from '../../protocol/api.ts';
import type { Call } from '../../protocol/service.ts';
import type { LimitedRunner } from '../../runner/limited.ts';
import type { Store } from '../../store/store.ts';
import type { Admission, Machine } from './admission.ts';
import type { JobFiles } from './files/files.ts';
import type { Lineage } from './lineage.ts';
import type { JobCredentials, JobPorts } from './ports.ts';
import type { JobRow, JobsStore, SageMakerKind } from './store.ts';
import type { Drives } from './transform/drives.ts';

/** The SDK whose types the operations take and answer. */
export type Sdk = typeof import('@aws-sdk/client-sagemaker');

/** What the service runs jobs with: a simulation gives its own. */
export type JobRunner = Pick<
  LimitedRunner,
  'refusal' | 'prepared' | 'prepare' | 'launch' | 'launched' | 'exit' | 'stop'
> &
  Partial<Pick<LimitedRunner, 'use' | 'missing'>>;

export type JobLimits = Machine & {
  /** Jobs that may wait; one more is refused. */
  waiting: number;
  /** Jobs reach Telar's server alone, not the machine's network. */
  telarOnly: boolean;
  /** Milliseconds between SIGTERM and SIGKILL. */
  grace: number;
};

export type Parts = {
  api: Api;
  store: Store;
  world: World;
  ports: JobPorts;
  runner: JobRunner;
  files: JobFiles;
  drives: Drives;
  db: JobsStore;
  lineage: Lineage;
  admission: Admission;
  limits: JobLimits;
};

/** One job under way in this process. */
export type Life = {
  arn: string;
  /** Aborted when the job is told to stop or is out of time. */
  abort: AbortController;
  /** It was under way when this server started. */
  recovered: boolean;
  /** The keys for its process, once they are durable. */
  credentials?: JobCredentials;
};

/** Inside a transaction, with the row as it then is. */
export type Recording = (row: JobRow) => void;

/** What a phase of a job found out, to be recorded. */
export type Step = {
  record: Recording;
  /** Called once recorded, or given up. */
  release?: () => void;
};

const RESOURCES: Readonly<Record<SageMakerKind, string>> = {
  Processing: 'processing-job',
  Training: 'training-job',
  Transform: 'transform-job',
};

/** SageMaker writes names into ARNs in lower case. */
export function jobArn(call: Pick<Call, 'region' | 'account'>, kind: SageMakerKind, name: string): string {
  return `arn:aws:sagemaker:${call.region}:${call.account}:${RESOURCES[kind]}/${name.toLowerCase()}`;
}

export function modelArn(call: Pick<Call, 'region' | 'account'>, name: string): string {
  return `arn:aws:sagemaker:${call.region}:${call.account}:model/${name.toLowerCase()}`;
}
