/** What the pipelines service needs from others; wired by the server. */
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Call } from '../../protocol/service.ts';

/** A job or model package that a step made, as its own service describes it. */
export type Described = Readonly<Record<string, unknown>>;

/** One version of one object. */
export type ObjectVersion = { bucket: string; key: string; version: string };

/** What a finished job touched: what a later cache hit must find unchanged. */
export type JobLineage = {
  /** Objects that it read, through its inputs or with its own credentials. */
  reads: readonly ObjectVersion[];
  /** Prefixes that it read whole, each with a digest of what lay under it. */
  prefixes: readonly { uri: string; fingerprint: string }[];
  /** Objects that it wrote through its outputs. */
  outputs: readonly ObjectVersion[];
};

export type PipelinePorts = {
  /** Inside the transaction of an execution's event. */
  emit: EmitEvent;
  /** Runs a SageMaker operation inside the transaction under way, as the call's principal: the one dispatch. */
  invoke(operation: string, input: object, call: Call): Described;
  /** Registers a model version, as CreateModelPackage does; a group that is missing is made. */
  registerModel(input: object, call: Call): { ModelPackageArn: string };
  /** A call made by a role, under a session name, in a region: what a step's job is created with. */
  callAs(roleArn: string, region: string, session: string): Call;
  /** Inside the transaction that starts a job: makes the execution's experiment and trial, where they are missing. */
  pipelineRuns(run: PipelineRun, call: Call): void;
  /** Invokes a function, and waits for its answer: what it gave back, as text, or what it threw. @throws AwsErrors */
  invokeFunction(arn: string, payload: string, call: Call): Promise<{ payload: string; functionError: boolean }>;
  /** Inside a transaction: sends a message to a queue. @throws AwsErrors */
  sendMessage(queueUrl: string, body: string, call: Call): void;
  roleExists(roleArn: string): boolean;
  /** What serves a model just now: image, variables, place of its data; undefined when there is no such model. */
  servedModel(call: Call, name: string): Described | undefined;
  lineageOf(jobArn: string): JobLineage;
  /** Undefined when there is no such object. */
  currentVersion(bucket: string, key: string): string | undefined;
  /** A digest of the objects under a prefix: it changes when one is added, removed or written anew. */
  prefixFingerprint(s3Uri: string): string;
  /**
   * The text of an object, or of one of its versions, read as the caller may. Rejects with a sentence when it cannot be, or is
   * over `limit` bytes.
   */
  readText(s3Uri: string, limit: number, call: Call, versionId?: string): Promise<string>;
  setTags(arn: string, tags: readonly Tag[]): void;
  removeTags(arn: string): void;
};

export type PipelineRun = { experiment: string; trial: string; pipelineArn: string; executionArn: string };

export type Tag = { Key?: string | undefined; Value?: string | undefined };

/** How a step's job ended, as the jobs service tells it, inside the transaction that records it. */
export type JobEnd = {
  jobArn: string;
  status: 'Completed' | 'Failed' | 'Stopped';
  /** The job's Describe answer, after its end. */
  describe: Described;
  failureReason: string | undefined;
  /** The fault was Telar's or the machine's, not the job's own: retry policies for SageMaker.JOB_INTERNAL_ERROR apply. */
  internal: boolean;
};
