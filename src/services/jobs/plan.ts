/**
 * What any job is to Telar, whatever its type: an image with a command and an environment, inputs (objects to folders),
 * outputs (folders to objects), limits. The requests of all types are brought to this form.
 */

import type { MetricDefinition } from '../../definition/jobs/metrics.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { Amount } from './queue.ts';
import type { JobKind, JobRow } from './store.ts';
import type { Processing } from './transform/records.ts';

export type PlannedInput = {
  /** As the request names it: for messages. */
  name: string;
  /** `S3Prefix`: every object whose key begins so. `ManifestFile`: those that a JSON document lists. `S3Object`: the very one. */
  type: 'S3Prefix' | 'ManifestFile' | 'S3Object';
  uri: string;
  gzip: boolean;
  /** The object is an archive (tar.gz), which is unpacked. */
  unpacked?: boolean;
  /** Each host gets a part of the objects, not all of them. */
  sharded: boolean;
  /** Below /opt/ml, without a slash at its ends. */
  folder: string;
  /** Below `ASIDE` instead, where the job's process does not see it. */
  aside?: true;
};

export type PlannedOutput = { name: string; folder: string; aside?: true } & (
  | /** Each file under the folder becomes an object under the URI. */
  { form: 'files'; uri: string } /** The folder becomes one archive, the object of this URI. */
  | { form: 'archive'; uri: string; evenEmpty: boolean }
);

export type JobPlan = {
  image: string;
  entrypoint: readonly string[] | undefined;
  arguments: readonly string[];
  /** What the request asks for; the service adds credentials and addresses. */
  environment: Readonly<Record<string, string>>;
  networkIsolation: boolean;
  maxRuntimeSeconds: number;
  /** `size`: of one instance, where the type is none of SageMaker's. */
  instances: { type: string; count: number; size?: Amount };
  /** The volume of each instance: neither its inputs nor what is written to it may be larger. In bytes. */
  volumeBytes: number;
  inputs: readonly PlannedInput[];
  outputs: readonly PlannedOutput[];
  /** How often the job is begun anew when it fails for a reason that is not its own. */
  retries: number;
  /** Outputs are stored also when the job was stopped, as a training job's model is. */
  storeWhenStopped: boolean;
  /** Folders below /opt/ml that exist from the beginning. */
  folders: readonly string[];
  /** Path below /opt/ml → JSON document. */
  configuration: Readonly<Record<string, Json>>;
  /** The same for what differs from host to host. */
  hostConfiguration: readonly Readonly<Record<string, Json>>[];
  metrics: readonly MetricDefinition[];
  /** Where its output goes, where that is not SageMaker's place for jobs of its type. */
  log?: PlannedLog;
  /** The process serves a model, and these are asked of it: its job is done when they are answered. */
  transform?: TransformPlan;
};

/** The very names of a log group and stream; of what the process writes as its errors into a file below /opt/ml, apart. */
export type PlannedLog = { group: string; stream: string; errors?: { group: string; file: string } };

/** How files are carried through a model. */
export type TransformPlan = {
  split: 'None' | 'Line' | 'RecordIO' | 'TFRecord';
  /** Undefined: as the container says; so below. */
  strategy: 'SingleRecord' | 'MultiRecord' | undefined;
  assemble: 'None' | 'Line';
  maxPayloadMegabytes: number | undefined;
  maxConcurrent: number | undefined;
  contentType: string | undefined;
  accept: string | undefined;
  /** The files are compressed. */
  gzip: boolean;
  timeoutSeconds: number;
  retries: number;
  /** Undefined: records and answers are passed on as they are. */
  processing: Processing | undefined;
};

/** A job as its files and its process need to know it. */
export type Job = Pick<JobRow, 'arn' | 'id' | 'kind' | 'name' | 'region'> & { roleArn: string; plan: JobPlan };

/** A folder beside /opt/ml: what belongs to a job and is not its process's business. */
export const ASIDE = { folder: 'aside', inputs: 'inputs', outputs: 'outputs' } as const;
export const ML = '/opt/ml';
/** The names that the services give the sessions of their jobs' roles. */
export const SESSIONS: Readonly<Record<JobKind, string>> = {
  ...{ Processing: 'SageMaker', Training: 'SageMaker', Transform: 'SageMaker' },
  Glue: 'GlueJobRunnerSession',
};
export const GIGABYTE = 1024 ** 3;
/** Seconds; for both types of jobs, when the request has none. */
export const DEFAULT_MAX_RUNTIME = 86_400;

/** The part of a path below a folder, or undefined when it does not lie there or would leave it. */
export function pathBelow(path: string, folder: string): string | undefined {
  if (path !== folder && !path.startsWith(`${folder}/`)) return undefined;
  const parts = path.slice(folder.length).split('/').filter(Boolean);
  return parts.some((part) => part === '.' || part === '..' || part.includes('\0')) ? undefined : parts.join('/');
}

/** Bucket and key of an S3 URI; the key may be empty. @example parseS3Uri('s3://b/a/c') // { bucket: 'b', key: 'a/c' } */
export function parseS3Uri(uri: string): { bucket: string; key: string } | undefined {
  const match = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(uri);
  return match ? { bucket: match[1]!, key: match[2] ?? '' } : undefined;
}

/** A document as it stands in a job's configuration: without what is absent. */
export function json(value: object): Json {
  return JSON.parse(JSON.stringify(value)) as Json;
}
