/** The operations of the `telar` service: what AWS has no operation for. Shared with the CLI and the console. */
import { z } from 'zod';
import type { Layer } from '../../definition/policy/evaluate.ts';
import type { CacheVerdict } from '../../engine/pipelines/state.ts';

export const telarSchemas = {
  /** Why a step ran, or did not: the cache's verdict and what it compared. */
  ExplainStep: z.strictObject({ PipelineExecutionArn: z.string().min(1), StepName: z.string().min(1) }),
  /** A part of a job's log, from a byte on. */
  GetJobLog: z.strictObject({
    JobArn: z.string().min(1),
    From: z.number().int().min(0).default(0),
    /** Bytes at most. */
    Limit: z.number().int().min(1).max(1_048_576).default(262_144),
    /** One of several hosts. @default algo-1 */
    Host: z.string().min(1).optional(),
  }),
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
  ListJobUse: z.strictObject({ JobArn: z.string().min(1).optional() }),
  /** What the server is, and how it fares. */
  DescribeServer: z.strictObject({}),
  /** The newest management events of the audit trail. */
  ListAuditEvents: z.strictObject({ MaxResults: z.number().int().min(1).max(1000).default(100) }),
} as const;

export type TelarInput<Name extends keyof typeof telarSchemas> = z.infer<(typeof telarSchemas)[Name]>;

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

export type TelarOutputs = {
  ExplainStep: {
    StepName: string;
    StepStatus: string;
    Cache: CacheVerdict | { verdict: 'none'; reason: string };
    SourcePipelineExecutionArn: string | undefined;
  };
  ExplainAccess: AccessExplanation;
  GetJobLog: {
    /** UTF-8; a character cut by the limit is left for the next call. */
    Text: string;
    /** Where to go on. */
    Next: number;
    /** The log has ended: nothing will be added. */
    Ended: boolean;
  };
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
  DescribeServer: {
    Version: string;
    Account: string;
    DataFolder: string;
    StartedAt: string;
    /** Highest delay of the event loop since the last call, in milliseconds. */
    LoopLagMilliseconds: number;
  };
  ListAuditEvents: { Events: { Sequence: number; Time: string; Event: unknown }[] };
};
