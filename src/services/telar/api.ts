/** The operations of the `telar` service: what AWS has no operation for. Shared with the CLI and the console. */
import { z } from 'zod';
import type { CacheVerdict } from '../../engine/pipelines/state.ts';

export const telarSchemas = {
  /** Why a step ran, or did not: the cache's verdict and what it compared. */
  ExplainStep: z.strictObject({ PipelineExecutionArn: z.string().min(1), StepName: z.string().min(1) }),
  /** What the server is, and how it fares. */
  DescribeServer: z.strictObject({}),
  /** The newest management events of the audit trail. */
  ListAuditEvents: z.strictObject({ MaxResults: z.number().int().min(1).max(1000).default(100) }),
} as const;

export type TelarInput<Name extends keyof typeof telarSchemas> = z.infer<(typeof telarSchemas)[Name]>;

export type TelarOutputs = {
  ExplainStep: {
    StepName: string;
    StepStatus: string;
    Cache: CacheVerdict | { verdict: 'none'; reason: string };
    SourcePipelineExecutionArn: string | undefined;
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
