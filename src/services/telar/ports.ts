/** What the telar service shows of others; wired by the server. */
import type { Clock } from '../../base/clock.ts';
import type { PipelineState } from '../../engine/pipelines/state.ts';
import type { Access, Call } from '../../protocol/service.ts';
import type { ImageCatalogue } from '../../runner/images/oci/containers.ts';
import type { AccessExplanation, ScheduleTimes, SeenEvent, TelarInput } from './api.ts';

type Freed = { count: number; bytes: number };

export type GarbageReport = {
  versions: Freed;
  kept: Freed;
  uploads: number;
  files: Freed;
  next: number | undefined;
};

export type TelarPorts = {
  /** Frees what is older than so many days and no model's lineage names, from a place on, for a few seconds at most. */
  collectGarbage(query: { dryRun: boolean; keepDays: number; after: number }): Promise<GarbageReport>;
  /** @throws NoSuchEntity, InvalidInput for what is no principal of the account */
  explainAccess(input: TelarInput<'ExplainAccess'>, call: Call): AccessExplanation;
  executionState(arn: string): PipelineState | undefined;
  /** Of an execution of a pipeline, in milliseconds since the epoch; cheap where its state is not. */
  executionTimes(arn: string): { version: number; startedAt: number; endedAt: number | undefined } | undefined;
  /** The container images of this machine; undefined where jobs do not really run. */
  images: ImageCatalogue | undefined;
  /** What jobs use, and what the machine has for them. */
  jobUse: {
    jobs(mostWaiting: number): readonly SeenJob[];
    job(arn: string): SeenJob | undefined;
    machine(): SeenMachine;
  };
  /** What a job has read and written. */
  jobObjects(arn: string): { reads: readonly SeenObject[]; outputs: readonly SeenObject[] };
  /** The jobs that have read or written an object, the newest first. Times in milliseconds since the epoch. */
  jobsOfObject(bucket: string, key: string, most: number): readonly SeenObjectUse[];
  /** The mails that notifications have become. */
  outbox: {
    /** The newest first, older than one. */
    list(before: number, limit: number): readonly SeenMail[];
    get(id: number): (SeenMail & { body: string }) | undefined;
  };
  /** Undefined for what is no schedule of this account. */
  scheduleTimes(arn: string): Omit<ScheduleTimes, 'Arn'> | undefined;
  watching: {
    /** What came after a place, in order; from now on, where none is given. */
    since(after: string | undefined, most: number): { Events: SeenEvent[]; Next: string; Missed: boolean };
    /** Resolves when something happens, or after so many milliseconds. */
    next(milliseconds: number): Promise<void>;
  };
  /** By which the holder of a key is signed in to the console, once. Undefined for whoever calls without one. */
  consoleLink(accessKeyId: string | undefined): { url: string; expires: number | undefined };
  /** Objects of buckets, as GetObject finds and permits them. */
  objects: {
    accessToRead(name: ObjectName): readonly Access[];
    accessToList(name: { Bucket: string; Prefix?: string | undefined }): readonly Access[];
    /** @throws S3's errors */
    measure(bucket: string, prefix: string): Promise<{ objects: number; bytes: number; whole: boolean }>;
    /** @throws S3's errors */
    openFor(call: Call, name: ObjectName): OpenedObject;
  };
  clock: Pick<Clock, 'now' | 'at'>;
  auditEvents(most: number): { seq: number; at: number; record: string }[];
  /** Of one principal. */
  auditedOf(principal: string, most: number): { seq: number; at: number; record: string }[];
  /** What a schedule or a rule has set going; undefined for what is neither. */
  firings(arn: string, most: number): SeenFirings | undefined;
  server: { version: string; account: string; dataFolder: string; startedAt: number };
  /** Highest delay of the event loop since it was last asked, in milliseconds. */
  loopLag(): number;
  /** What the database takes, and the disk that the data folder lies on, in bytes; undefined where there is none. */
  storage(): { database: number; free: number; total: number } | undefined;
};

type ObjectName = { Bucket: string; Key: string; VersionId?: string | undefined };
type OpenedObject = { object: { size: number; attributes: { contentType?: string | undefined } } } & (
  | { path: string }
  | { bytes: Buffer }
);
export type SeenFirings = {
  /** Times in milliseconds since the epoch. */
  waiting: { at: number; due: number; attempt: number; target: string }[];
  callers: { principal: string; target: string }[];
};

type SeenObject = { bucket: string; key: string; version: string };

type SeenObjectUse = {
  arn: string;
  name: string;
  kind: string;
  created_at: number;
  use: 'input' | 'read' | 'output';
  version: string;
};

export type SeenMail = {
  id: number;
  region: string;
  /** Milliseconds since the epoch. */
  at: number;
  topic: string;
  subscription: string;
  kind: 'confirmation' | 'notification';
  sender: string;
  recipient: string;
  subject: string;
  bytes: number;
  status: 'kept' | 'waiting' | 'mailed' | 'failed';
  error: string | null;
};

type Amount = { cpus: number; memoryBytes: number };

export type SeenJob = {
  arn: string;
  name: string;
  kind: string;
  image: string;
  status: string;
  phase: string;
  requester: string;
  queuePosition: number | undefined;
  instances: { type: string; count: number };
  limits: Amount & { volumeBytes: number };
  createdAt: number;
  startedAt: number | undefined;
  endedAt: number | undefined;
  hosts: readonly SeenHost[];
};

export type SeenHost = {
  name: string;
  cpuSeconds?: number | undefined;
  cpuPercent?: number | undefined;
  memoryBytes?: number | undefined;
  peakMemoryBytes?: number | undefined;
  diskBytes?: number | undefined;
  processes?: number | undefined;
  series?: readonly { at: number; cpuPercent: number; memoryBytes: number }[] | undefined;
};

export type SeenMachine = {
  machine: Amount;
  capacity: Amount;
  promised: Amount;
  waiting: number;
  notBounded: string | undefined;
};
