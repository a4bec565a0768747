/** The operations of the `telar` service: what AWS has no operation for. Shared with the CLI and the console. */
import { z } from 'zod';
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
  }),
  /** What the server is, and how it fares. */
  DescribeServer: z.strictObject({}),
  /** The newest management events of the audit trail. */
  ListAuditEvents: z.strictObject({ MaxResults: z.number().int().min(1).max(1000).default(100) }),
  /** Frees what nobody can reach any more, or says what it would free. Call it again from `Next` until there is none. */
  CollectGarbage: z.strictObject({
    DryRun: z.boolean().default(false),
    /** Deleted and overwritten objects are kept for so long. */
    KeepDays: z.number().min(0).max(36_500).default(30),
    From: z.number().int().min(0).default(0),
  }),
} as const;

export type TelarInput<Name extends keyof typeof telarSchemas> = z.infer<(typeof telarSchemas)[Name]>;

type Amount = { Count: number; Bytes: number };

export type TelarOutputs = {
  ExplainStep: {
    StepName: string;
    StepStatus: string;
    Cache: CacheVerdict | { verdict: 'none'; reason: string };
    SourcePipelineExecutionArn: string | undefined;
  };
  GetJobLog: {
    /** UTF-8; a character cut by the limit is left for the next call. */
    Text: string;
    /** Where to go on. */
    Next: number;
    /** The log has ended: nothing will be added. */
    Ended: boolean;
  };
  DescribeServer: {
    Version: string;
    Account: string;
    DataFolder: string;
    StartedAt: string;
    /** Highest delay of the event loop since the last call, in milliseconds. */
    LoopLagMilliseconds: number;
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
  ListAuditEvents: { Events: { Sequence: number; Time: string; Event: unknown }[] };
};
