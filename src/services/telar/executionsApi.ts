/** The operations about executions of pipelines: their inputs, and what they answer. */
import type * as Zod from 'zod';
import type { Json } from '../../definition/pipeline/types.ts';
import type { CacheVerdict } from '../../engine/pipelines/state.ts';
import type { ExecutionStatus, StepStatus } from '../../engine/pipelines/statuses.ts';

export function executionSchemas({ z }: typeof Zod) {
  return {
    /** Why a step ran, or did not: the cache's verdict and what it compared. */
    ExplainStep: z.strictObject({ PipelineExecutionArn: z.string().min(1), StepName: z.string().min(1) }),
    /** All steps of an execution in the plan's order, those too that wait or were skipped; of thousands the rest from `Next` on. */
    DescribeExecutionSteps: z.strictObject({
      PipelineExecutionArn: z.string().min(1),
      From: z.number().int().min(0).default(0),
    }),
    /** How long executions took, and by which version; what is none is left out. */
    DescribeExecutionTimes: z.strictObject({ PipelineExecutionArns: z.array(z.string().min(1).max(2048)).max(100) }),
    /** One step with the values that it was given and what it left behind. */
    DescribeExecutionStep: z.strictObject({ PipelineExecutionArn: z.string().min(1), StepName: z.string().min(1) }),
  } as const;
}

export type ExecutionOutputs = {
  ExplainStep: {
    StepName: string;
    StepStatus: string;
    Cache: CacheVerdict | { verdict: 'none'; reason: string };
    SourcePipelineExecutionArn: string | undefined;
  };
  DescribeExecutionSteps: {
    ExecutionStatus: ExecutionStatus;
    MayStop: boolean;
    /** False, too, after a Fail step. */
    MayRetry: boolean;
    StartTime: string;
    EndTime: string | undefined;
    Steps: ExecutionStep[];
    Next: number | undefined;
  };
  DescribeExecutionTimes: {
    Times: {
      PipelineExecutionArn: string;
      PipelineVersionId: number;
      StartTime: string;
      EndTime: string | undefined;
    }[];
  };
  DescribeExecutionStep: ExecutionOutputs['ExplainStep'] & {
    StepType: string;
    StartTime: string | undefined;
    EndTime: string | undefined;
    HasEnded: boolean;
    /** So often it was started, retries included; and retries by policy since the execution was started or retried. */
    Starts: number;
    Retries: number;
    /** Expressions that have no value yet stand as they are written. */
    Arguments: Json;
    /** What Describe answers of its job or model; undefined until it has succeeded. */
    Properties: Json | undefined;
    OutputParameters: { readonly [name: string]: Json } | undefined;
    Outcome: 'True' | 'False' | undefined;
    /** As ListPipelineExecutionSteps has it. */
    Metadata: { readonly [kind: string]: { readonly [member: string]: Json } };
    FailureReason: string | undefined;
    /** Of each start whose work is a job, the first first; one that was refused has none of that name. */
    JobNames: string[];
  };
};

export type ExecutionStep = {
  StepName: string;
  StepStatus: StepStatus;
  StartTime: string | undefined;
  EndTime: string | undefined;
  /** By policy; undefined for none. */
  Retries: number | undefined;
  Outcome: 'True' | 'False' | undefined;
  /** Of the job, model, package or function. */
  ArnOfWork: string | undefined;
  /** The execution whose result the cache, or selective execution, took over. */
  CacheSourceArn: string | undefined;
  ReusedFromArn: string | undefined;
  /** By selective execution. */
  LeftOut: true | undefined;
  /** Its beginning. */
  FailureReason: string | undefined;
};
