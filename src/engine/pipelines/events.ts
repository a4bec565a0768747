/** The journal of a pipeline execution: its events and the tasks that its steps ask for. */
import type { DocumentOutcome, StepResult } from '../../definition/pipeline/resolve.ts';
import type { Failure } from '../../definition/pipeline/retry.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { KernelEvent } from '../language.ts';
import type { CacheVerdict, StepMetadata } from './state.ts';

/** `start` numbers the starts of one step: an end belongs to the start that it names, and to no other. */
type OfStep = { step: string; start: number };

export type PipelineEvent =
  | { kind: 'started' }
  | ({ kind: 'step-started'; metadata: StepMetadata; cache?: CacheVerdict } & OfStep)
  | ({
      kind: 'step-succeeded';
      result: StepResult;
      metadata?: StepMetadata;
      cacheHit?: { sourceExecutionArn: string };
      cache?: CacheVerdict;
    } & OfStep)
  | ({ kind: 'step-failed'; failure: Failure; metadata?: StepMetadata } & OfStep)
  | ({ kind: 'step-stopped'; metadata?: StepMetadata } & OfStep)
  | { kind: 'document-read'; uri: string; outcome: DocumentOutcome }
  | { kind: 'stop-requested' }
  | { kind: 'retry-requested'; maxParallel?: number }
  | { kind: 'updated'; maxParallel?: number };

export type AnyPipelineEvent = PipelineEvent | KernelEvent;

export type PipelineTask =
  /** Start the job, or do the work, of a step whose arguments are resolved. */
  | ({
      kind: 'step';
      arguments: { [key: string]: Json };
      /** What a Lambda or Callback step says beside its arguments, resolved: whom it is for. */
      beside?: { [key: string]: Json };
    } & OfStep)
  /** Read a JSON document that an expression needs. */
  | { kind: 'read'; uri: string };

export const stepTask = (step: string, start: number): string => `step:${step}#${start}`;
export const readTask = (count: number): string => `read:${count}`;
export const retryTimer = (step: string): string => `retry:${step}`;

/** The step and start that a step's task is named after; undefined for other tasks. */
export function parseStepTask(task: string): OfStep | undefined {
  const match = /^step:(.+)#(\d+)$/.exec(task);
  return match ? { step: match[1]!, start: Number(match[2]) } : undefined;
}
