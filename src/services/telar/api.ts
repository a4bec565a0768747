/** The operations of the `telar` service: what AWS has no operation for. Shared with the CLI and the console. */
import type * as Zod from 'zod';
import type { z } from 'zod';
import { schemas } from '../../base/zod.ts';
import type { Layer } from '../../definition/policy/evaluate.ts';
import { type ExecutionOutputs, executionSchemas } from './executionsApi.ts';

export type { ExecutionStep } from './executionsApi.ts';

/** What goes on by itself: schedules, rules, notifications. */
const ofFlows = ({ z }: typeof Zod) =>
  ({
    /** When schedules next occur, and which they have missed. What is no schedule of this account is left out. */
    DescribeScheduleTimes: z.strictObject({ Arns: z.array(z.string().min(1).max(2048)).max(100) }),
    /**
     * What a schedule or a rule has set going: what still waits to be sent, and what the audit trail knows of, the newest first. Calls
     * that are data events (messages, invocations) are on record only where they were refused.
     */
    ListFirings: z.strictObject({
      Arn: z.string().min(1).max(2048),
      MaxResults: z.number().int().min(1).max(100).default(20),
    }),
    /** Mails that notifications have become, the newest first; `Next` of one page is `Before` of the next. */
    ListOutbox: z.strictObject({
      Before: z.number().int().min(1).optional(),
      MaxResults: z.number().int().min(1).max(1000).default(50),
    }),
    GetOutboxMessage: z.strictObject({ Id: z.number().int().min(1) }),
  }) as const;

/** Container images that jobs may run in. */
function ofImages({ z }: typeof Zod) {
  const imageUri = z.string().min(1).max(512);
  return {
    /** Begins to bring a container image from files of the server's machine: an OCI layout, or a tar archive. */
    ImportImage: z.strictObject({ Path: z.string().min(1).max(4096), Uri: imageUri }),
    /** Begins to bring a container image from its registry. */
    PullImage: z.strictObject({ Uri: imageUri }),
    /** How far the bringing of an image is, from a line on. */
    DescribeImageActivity: z.strictObject({ Uri: imageUri, From: z.number().int().min(0).default(0) }),
    ListImages: z.strictObject({}),
    RemoveImage: z.strictObject({ Uri: imageUri }),
  } as const;
}

export const telarSchemas = schemas((zod) => {
  const { z } = zod;
  return {
    ...executionSchemas(zod),
    ...ofImages(zod),
    ...ofFlows(zod),
    /** Whether a principal may do something, which statement decides it, and what kept the others from applying. */
    ExplainAccess: z.strictObject({
      /** Of a user, a role, or a session of a role. */
      PrincipalArn: z.string().min(1),
      Action: z.string().regex(/^[A-Za-z0-9-]+:[A-Za-z0-9]+$/, 'one action of a service, such as s3:GetObject'),
      Resource: z.string().min(1).default('*'),
      /** Condition keys of the request, and their values. */
      Context: z.record(z.string(), z.array(z.string())).default({}),
    }),
    /** What jobs under way use, or what one job used; and where those stand that wait. */
    ListJobUse: z.strictObject({
      JobArn: z.string().min(1).optional(),
      /** How many of the jobs that wait are listed: the first of them. */
      MaxWaiting: z.number().int().min(0).max(1000).default(100),
    }),
    /** Which objects a job has read and written, each with the content that it had then. */
    DescribeJobObjects: z.strictObject({
      JobArn: z.string().min(1).max(2048),
      MaxObjects: z.number().int().min(1).max(1000).default(200),
    }),
    /** Which jobs have read and written an object, the newest first: by their inputs and outputs, and with their own credentials. */
    ListObjectJobs: z.strictObject({
      Bucket: z.string().min(3).max(63),
      Key: z.string().min(1).max(1024),
      MaxResults: z.number().int().min(1).max(100).default(50),
    }),
    /** What the server is, and how it fares. */
    DescribeServer: z.strictObject({}),
    /**
     * What happens: events of the services and management events, from a place on; without one, from now on. Where nothing has
     * happened, it waits for up to so many seconds.
     */
    WatchEvents: z.strictObject({
      /** `Next` of the answer before. */
      After: z.string().max(64).optional(),
      WaitSeconds: z.number().min(0).max(20).default(0),
      MaxResults: z.number().int().min(1).max(500).default(100),
    }),
    /** Makes a link that signs whoever follows it in to the console, as the caller; once, within ten minutes. */
    CreateConsoleLink: z.strictObject({}),
    /** The newest management events of the audit trail. */
    ListAuditEvents: z.strictObject({ MaxResults: z.number().int().min(1).max(1000).default(100) }),
    /** How many objects lie under a prefix, and their bytes; of many the first 250,000, and that there are more. */
    MeasureObjects: z.strictObject({ Bucket: z.string().min(3).max(63), Prefix: z.string().max(1024).default('') }),
    /** What an object looks like: its format, its first rows, and what its columns hold. */
    PreviewObject: z.strictObject({
      Bucket: z.string().min(3).max(63),
      Key: z.string().min(1).max(1024),
      VersionId: z.string().min(1).max(1024).optional(),
      MaxRows: z.number().int().min(0).max(500).default(100),
    }),
    /** Frees what nobody can reach any more, or says what it would free. Call it again from `Next` until there is none. */
    CollectGarbage: z.strictObject({
      DryRun: z.boolean().default(false),
      /** Deleted and overwritten objects are kept for so long. */
      KeepDays: z.number().min(0).max(36_500).default(30),
      From: z.number().int().min(0).default(0),
    }),
  } as const;
});

export type TelarSchemas = ReturnType<typeof telarSchemas>;
export type TelarInput<Name extends keyof TelarSchemas> = z.infer<TelarSchemas[Name]>;

type Amount = { Count: number; Bytes: number };

/** `Content` stands for one content of one key, for all time: where it is equal, the very same bytes were there. */
export type JobObject = { Bucket: string; Key: string; Content: string };

export type ExplainedStatement = {
  Layer: Layer;
  Policy: string;
  /** Its place in the policy, from 1. */
  Statement: number;
  Sid: string | undefined;
  Effect: 'Allow' | 'Deny';
  /** All that kept it from applying; empty for one that applies. `service`: it is about other services' actions. */
  Misses: { Part: 'service' | 'action' | 'resource' | 'principal' | 'condition'; Text: string }[];
};

export type AccessExplanation = {
  PrincipalArn: string;
  Decision: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** Whose policies decided: those that allow or deny, or those that lack an Allow. */
  Layer: Layer;
  /** AWS's words for a refusal; of what is allowed, undefined. */
  Reason: string | undefined;
  DecidedBy: ExplainedStatement | undefined;
  Statements: ExplainedStatement[];
};

export type TelarOutputs = ExecutionOutputs & {
  ExplainAccess: AccessExplanation;
  ListJobUse: {
    Machine: {
      /** What there is for jobs. */
      Cpus: number;
      MemoryBytes: number;
      /** How much may be promised to jobs at a time, and is. */
      CapacityCpus: number;
      CapacityMemoryBytes: number;
      PromisedCpus: number;
      PromisedMemoryBytes: number;
      JobsWaiting: number;
      /** What jobs cannot be bounded in on this machine: a sentence. */
      NotBounded: string | undefined;
    };
    Jobs: {
      JobArn: string;
      JobName: string;
      JobType: string;
      Image: string;
      Status: string;
      /** How far it is: queued, preparing, staging, launching, running, storing, ended. */
      Phase: string;
      /** Who created it: requesters are served in turn. */
      Requester: string;
      /** From 1, while it waits. */
      QueuePosition: number | undefined;
      InstanceType: string;
      InstanceCount: number;
      /** Of each host. */
      CpuLimit: number;
      MemoryLimitBytes: number;
      VolumeBytes: number;
      CreatedAt: string;
      StartedAt: string | undefined;
      EndedAt: string | undefined;
      /** What was seen of each; of a job that is over, its sums. */
      Hosts: {
        Name: string;
        CpuSeconds: number | undefined;
        /** 100 is one processor. */
        CpuPercent: number | undefined;
        MemoryBytes: number | undefined;
        PeakMemoryBytes: number | undefined;
        DiskBytes: number | undefined;
        Processes: number | undefined;
        /** A sample a second, the last two minutes. */
        Series: { Time: string; CpuPercent: number; MemoryBytes: number }[] | undefined;
      }[];
    }[];
  };
  /** Current ones alone; `Whole` is false where there are more than were counted. */
  MeasureObjects: { Objects: number; Bytes: number; Whole: boolean };
  DescribeJobObjects: {
    Read: JobObject[];
    Wrote: JobObject[];
    /** How many of each are not told. */
    ReadLeftOut: number;
    WroteLeftOut: number;
  };
  ListObjectJobs: {
    Jobs: {
      JobArn: string;
      JobName: string;
      JobType: string;
      CreatedAt: string;
      Use: 'Read' | 'Wrote';
      /** As in DescribeJobObjects. */
      Content: string;
    }[];
  };
  DescribeServer: {
    Version: string;
    Account: string;
    DataFolder: string;
    StartedAt: string;
    /** Highest delay of the event loop since the last call, in milliseconds. */
    LoopLagMilliseconds: number;
    /** What the database takes of the disk that the data folder lies on, and what is free there. Undefined where nothing is stored on one. */
    Storage: { DatabaseBytes: number; FreeBytes: number; TotalBytes: number } | undefined;
  };
  CollectGarbage: {
    DryRun: boolean;
    /** Deleted and overwritten versions of objects, and their bytes: those that go, and those that models need. */
    Versions: Amount;
    KeptForModels: Amount;
    /** Records of completed uploads. */
    Uploads: number;
    /** Files that belong to no object; counted by the last call. */
    Files: Amount;
    Next: number | undefined;
  };
  WatchEvents: {
    Events: SeenEvent[];
    Next: string;
    /** Something happened between `After` and the first of these that is not kept any more. */
    Missed: boolean;
  };
  CreateConsoleLink: {
    Url: string;
    /** Undefined with authentication off: the link is the console's address. */
    ExpiresAt: string | undefined;
  };
  ListAuditEvents: { Events: { Sequence: number; Time: string; Event: unknown }[] };
  ImportImage: Record<never, never>;
  PullImage: Record<never, never>;
  DescribeImageActivity: {
    Status: 'Working' | 'Done' | 'Failed';
    /** For people. */
    Lines: string[];
    Next: number;
    FailureCode: string | undefined;
    FailureReason: string | undefined;
  };
  ListImages: {
    Images: {
      Uri: string;
      /** Of its manifest. */
      Digest: string;
      /** As stored, compressed. */
      SizeInBytes: number;
      Layers: number;
      Platform: string;
      BroughtAt: string;
      /** A path, or `registry`. */
      From: string;
    }[];
  };
  RemoveImage: Record<never, never>;
  ListOutbox: { Messages: OutboxMessage[]; Next: number | undefined };
  GetOutboxMessage: OutboxMessage & { Body: string };
  DescribeScheduleTimes: { Times: ScheduleTimes[] };
  ListFirings: { Firings: Firing[] };
  PreviewObject: ObjectPreview;
};

/** What is no plain value is written as JSON; long texts are cut. */
export type PreviewCell = string | number | boolean | null;

export type ObjectPreview = {
  Format: 'CSV' | 'JSON' | 'JSON Lines' | 'Parquet' | 'Text';
  /** As many as there are; `Columns` are the first of them. */
  ColumnCount: number;
  Columns: ColumnSummary[];
  /** The first rows, in the order of `Columns`. */
  Rows: PreviewCell[][];
  /** The beginning of text, and of JSON that is no list. */
  Text: string | undefined;
  /** The rows that the summaries are of. */
  SampledRows: number;
  /** Of the whole object; undefined where only reading it all would tell. */
  TotalRows?: number;
  SampledBytes: number;
  /** All of the object was looked at. */
  WholeObject: boolean;
  /** Sentences about what was made of it. */
  Notes: string[];
};

export type ColumnSummary = {
  Name: string;
  /** `empty`: no value; `mixed`: values of several types. */
  Type: 'integer' | 'number' | 'boolean' | 'time' | 'text' | 'mixed' | 'empty';
  Missing: number;
  /** Of numbers and times. */
  Min?: number | string | undefined;
  Max?: number | string | undefined;
  Mean?: number;
  /** Undefined where there are more than are counted. */
  Distinct?: number;
  Histogram?: { From: number; To: number; Count: number }[];
  /** The most frequent values, where values recur. */
  Top?: { Value: string | number | boolean; Count: number }[];
};

export type SeenEvent = {
  /** `aws.sagemaker`; of a management event `telar.audit`. */
  Source: string;
  DetailType: string;
  Region: string;
  Time: string;
  /** ARNs of what it happened to. */
  Resources: readonly string[];
  /** Undefined where it is longer than 8 kB. */
  Detail?: Readonly<Record<string, unknown>> | undefined;
};

export type ScheduleTimes = {
  Arn: string;
  /** Undefined: it is disabled, or has no occurrence to come. */
  Next: string | undefined;
  /** What becomes of the occurrences that it misses. */
  MissedPolicy: 'run-once' | 'skip';
  /** The last one that was missed, and what became of it. */
  Missed: { At: string; Outcome: 'ran-late' | 'skipped' } | undefined;
};

export type Firing = {
  /** When it was scheduled for, or happened; of a call, when it was made. */
  Time: string;
  TargetArn: string;
  /** Waiting: it is to be sent, or to be tried again, at Due. */
  Status: 'Waiting' | 'Called' | 'Refused';
  Due: string | undefined;
  /** Of one that waits: 1 at first. */
  Attempt: number | undefined;
  /** Of a call: `states:StartExecution`. */
  Operation: string | undefined;
  ErrorCode: string | undefined;
};

export type OutboxMessage = {
  Id: number;
  Time: string;
  Kind: 'confirmation' | 'notification';
  TopicArn: string;
  SubscriptionArn: string;
  From: string;
  To: string;
  Subject: string;
  SizeInBytes: number;
  /** Kept: there is no mail server. Waiting, Mailed or Failed: what the mail server made of it. */
  Status: 'Kept' | 'Waiting' | 'Mailed' | 'Failed';
  FailureReason: string | undefined;
};
