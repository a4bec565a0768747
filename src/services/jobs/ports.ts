/** What the jobs service needs from others; wired by the server. */
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Call } from '../../protocol/service.ts';
import type { JobKind, SageMakerKind } from './kinds.ts';

/** One version of one object. */
export type ObjectVersion = { bucket: string; key: string; version: string };

/** What a job touched: what a later cache hit must find unchanged. */
export type JobLineage = {
  /** Objects that it read, through its inputs or with its own credentials. */
  reads: readonly ObjectVersion[];
  /** Prefixes that it read whole, each with a digest of what lay under it. */
  prefixes: readonly PrefixRead[];
  /** Objects that it wrote through its outputs. */
  outputs: readonly ObjectVersion[];
};

export type PrefixRead = { uri: string; fingerprint: string };

/** How a job ended. */
export type JobEnd = {
  jobArn: string;
  kind: JobKind;
  status: 'Completed' | 'Failed' | 'Stopped';
  /** The job's Describe answer, after its end. */
  describe: Readonly<Record<string, unknown>>;
  /** Of a transform job: what its model was made of. */
  servedBy: ServedBy | undefined;
  failureReason: string | undefined;
  /** The fault was Telar's or the machine's, not the job's own. */
  internal: boolean;
};

export type ServedBy = { image: string; dataUri: string | undefined };

export type NewJob = { arn: string; kind: SageMakerKind; name: string };

/** SageMaker's own: the trial that a job belongs to. */
export type ExperimentConfig = {
  ExperimentName?: string | undefined;
  TrialName?: string | undefined;
  TrialComponentDisplayName?: string | undefined;
  RunName?: string | undefined;
};

/** Keys of a role's session, as STS answers them. */
export type JobCredentials = { AccessKeyId: string; SecretAccessKey: string; SessionToken: string };

export type ListedObject = { key: string; version: string; size: number };

/** An object's content: a file that is only to be read, or the bytes themselves. */
export type ObjectContent = { path: string } | { bytes: Uint8Array };

/** Bytes that are stored durably and seen by nobody yet. */
export type ReceivedOutput = {
  /** Inside a transaction: makes them an object. @throws NoSuchBucket when the bucket has gone meanwhile */
  write(): ObjectVersion;
  /** Once written, or given up. */
  release(): void;
};

/** Objects as a role may see and write them: every function refuses with AccessDenied what the call's role may not do. */
export type JobObjects = {
  /**
   * Every object whose key begins with the prefix, in S3's order, and a digest of them: it changes when one is added, removed
   * or written anew. Rejects with NoSuchBucket, AccessDenied.
   */
  list(call: Call, bucket: string, prefix: string): Promise<{ objects: readonly ListedObject[]; fingerprint: string }>;
  /** The current version of an object. @throws NoSuchBucket, NoSuchKey, AccessDenied */
  head(call: Call, bucket: string, key: string): ListedObject;
  /** The content of one version. @throws NoSuchKey, AccessDenied */
  open(call: Call, object: ObjectVersion): ObjectContent;
  /** Takes in a file's or a buffer's bytes, durably. @throws NoSuchBucket, KeyTooLongError, AccessDenied */
  receive(call: Call, bucket: string, key: string, content: string | Uint8Array): Promise<ReceivedOutput>;
};

/** What serves a transform job's model. */
export type JobModel = {
  name: string;
  /** The model's role, which is the job's. */
  roleArn: string;
  image: string;
  environment: Readonly<Record<string, string>>;
  data: { uri: string; form: 'archive' | 'object' | 'prefix' } | undefined;
  networkIsolation: boolean;
};

/**
 * Scores files of CSV, rows without a label, with the one model that lies in a folder, and writes what the model's container
 * would have answered, a line for each row; or says why it does not. What it has written then is not to be used. Rejects when the
 * signal is aborted.
 */
export type ScoreFiles = (
  batch: {
    /** What a container would see as /opt/ml/model. */
    model: string;
    files: readonly { input: string; output: string }[];
    accept: 'text/csv' | 'application/jsonlines';
    /** Bytes; a longer line is declined. */
    longestLine: number;
    /** DataProcessing's: what of a row is scored, whether it stands before its score, and what of that is written. */
    filters: { inputFilter: string; join: boolean; outputFilter: string } | undefined;
  },
  signal: AbortSignal,
) => Promise<{ scored: true } | { scored: false; reason: string }>;

export type JobPorts = {
  /** Inside the transaction that changes a job's status. */
  emit: EmitEvent;
  /** Absent: every transform job goes through its container. */
  scoreFiles?: ScoreFiles;
  objects: JobObjects;
  /** A call made by a role, under a session name, in a region. */
  callAs(roleArn: string, region: string, session: string): Call;
  /** Whether the role exists and SageMaker may assume it for this job. */
  roleExists(roleArn: string, jobArn: string): boolean;
  /** Inside a transaction: opens a session of a role. */
  roleSession(roleArn: string, sessionName: string, seconds: number): JobCredentials;
  /** Where jobs reach this server. */
  endpointUrl(): string;
  /**
   * What sends a job's HTTPS clients to this server, where they ask AWS's own addresses; undefined where they are not sent.
   * Absent: none are.
   *
   * @param names of the job's hosts, which reach each other
   */
  proxyVariables?(credentials: JobCredentials, names: readonly string[]): Record<string, string> | undefined;
  /** What serves a model; undefined when there is none of this name. */
  model(call: Pick<Call, 'account' | 'region'>, name: string): JobModel | undefined;
  /** Inside the transaction that ends a job. */
  jobEnded(end: JobEnd): void;
  /** Inside the transaction that has a process of an order to be. */
  orderBegun?(arn: string, kind: JobKind): void;
  /** Inside the transaction that creates a job. @throws AwsErrors for an experiment or trial that is not there */
  jobCreated(job: NewJob, experiment: ExperimentConfig, call: Call): void;
  /** Inside the transaction that deletes a job, with its last Describe answer. */
  jobDeleted(jobArn: string, describe: JobEnd['describe']): void;
  /** What the making of an image's environment tells people, line by line. */
  progress(jobArn: string, line: string): void;
  setTags(arn: string, tags: readonly Tag[]): void;
  removeTags(arn: string): void;
};

export type Tag = { Key?: string | undefined; Value?: string | undefined };

/** The output of one host of one job, which grows in a file. */
export type LogSource = {
  /** Names it for all time. */
  id: string;
  region: string;
  /** The log group's name. */
  group: string;
  /** What the log stream's name begins with. */
  stream: string;
  /** That is the whole of its name. */
  exact?: boolean;
  path: string;
  /** When its lines were written, where that is over: milliseconds since the epoch. @default they are being written */
  writtenAt?: number;
};

/** Where the output of jobs goes, so that clients can read it. */
export type LogSink = {
  /** Begins, or goes on, to ship a file, which need not exist yet. */
  follow(source: LogSource): void;
  /** The file will not grow any more. Resolves when all of it is durable; rejects when it cannot be now. */
  finish(source: LogSource): Promise<void>;
  /** The file is gone. */
  forget(id: string): Promise<void>;
};
