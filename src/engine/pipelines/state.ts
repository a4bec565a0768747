/**
 * The state of a pipeline execution: what its events have led to so far. `language.ts` alone changes it.
 *
 * P1. A step's status moves only along `STEP_TRANSITIONS` (statuses.ts).
 * P2. `waiting[i]` counts the upstream steps of i that have not ended; `open` counts the steps that have not ended.
 */
import { assert } from '../../base/assert.ts';
import type { CacheAttribute } from '../../definition/pipeline/cacheKey.ts';
import { parsePipeline } from '../../definition/pipeline/parse.ts';
import type { Plan } from '../../definition/pipeline/plan.ts';
import type { DocumentOutcome, StepResult } from '../../definition/pipeline/resolve.ts';
import type { Failure } from '../../definition/pipeline/retry.ts';
import type { PipelineDefinition } from '../../definition/pipeline/types.ts';
import {
  EXECUTION_TRANSITIONS,
  type ExecutionStatus,
  hasEnded,
  STEP_TRANSITIONS,
  type StepStatus,
} from './statuses.ts';

/** All that a run is begun with; fixed for its life. */
export type ExecutionInput = {
  executionArn: string;
  executionId: string;
  pipelineArn: string;
  pipelineName: string;
  roleArn: string;
  region: string;
  /** The definition's text, as it was when the execution started. */
  definition: string;
  parameters: Readonly<Record<string, string | number | boolean>>;
  /** Steps reused from an earlier execution, with their results, and steps left out (selective execution). */
  reused: Readonly<Record<string, StepResult>>;
  leftOut: readonly string[];
  /** The execution that the reused results are from. */
  reusedFrom: string | undefined;
  maxParallel: number | undefined;
};

/** What a step's job is, for ListPipelineExecutionSteps: `{ ProcessingJob: { Arn } }`, `{ Condition: { Outcome } }`, … */
export type StepMetadata = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** One input that differs between a run of a step and an earlier one. */
export type CacheChange = { input: string; before: string; after: string };

/** What the step cache said of a start, and why: for `telar why`. The engine only keeps it. */
export type CacheVerdict =
  /** The step does not ask for the cache. */
  | { verdict: 'off' }
  | { verdict: 'hit'; source: string; attributes: readonly CacheAttribute[] }
  /** `compared` is the newest earlier run; absent when there was none. */
  | {
      verdict: 'miss';
      reason: string;
      compared?: string;
      changes: readonly CacheChange[];
      attributes: readonly CacheAttribute[];
    };

export type StepState = {
  status: StepStatus;
  /** Starts so far, over the whole life of the execution: names its tasks. */
  starts: number;
  /** Retries by policy since the execution was started or retried: AttemptCount. */
  retries: number;
  firstFailureAt: number | undefined;
  startedAt: number | undefined;
  endedAt: number | undefined;
  result: StepResult | undefined;
  failure: Failure | undefined;
  metadata: StepMetadata;
  cacheHit: { sourceExecutionArn: string } | undefined;
  cache: CacheVerdict | undefined;
  /** Documents that must be read before the step can start. */
  needs: Set<string>;
  reused: boolean;
  leftOut: boolean;
};

export type StepMove = { step: StepState; from: StepStatus; to: StepStatus };

export type PipelineState = {
  input: ExecutionInput;
  definition: PipelineDefinition;
  plan: Plan;
  status: ExecutionStatus;
  failureReason: string | undefined;
  startedAt: number;
  endedAt: number | undefined;
  changedAt: number;
  steps: StepState[];
  waiting: number[];
  /** Steps whose turn has come, in order; `readyHead` is the first not yet taken. */
  ready: number[];
  readyHead: number;
  /** Tasks and timers of steps under way, and documents being read. */
  active: number;
  /** Steps between a failed attempt and their retry. */
  retrying: Set<number>;
  open: number;
  documents: Map<string, DocumentOutcome>;
  /** Reads so far: names their tasks. */
  reads: number;
  /** Document → steps that wait for it. */
  readers: Map<string, number[]>;
  maxParallel: number;
  /** What the newest event has led to, in order. */
  moves: StepMove[];
  /** A step has failed for good, or a Fail step was reached: nothing further starts. */
  failing: boolean;
  /** A Fail step was reached: the execution cannot be retried. */
  failedByDesign: boolean;
};

/** Executions of one definition share its parsed form: a definition of 2,000 steps is parsed once, not once a run. */
const parsed = new Map<string, { definition: PipelineDefinition; plan: Plan }>();
const PARSED_KEPT = 32;

function parsedDefinition(text: string): { definition: PipelineDefinition; plan: Plan } {
  const known = parsed.get(text);
  if (known) return known;
  const result = parsePipeline(text);
  assert('plan' in result, 'a definition was checked before an execution of it started');
  if (parsed.size >= PARSED_KEPT)
    for (const oldest of [...parsed.keys()].slice(0, PARSED_KEPT / 2)) parsed.delete(oldest);
  parsed.set(text, result);
  return result;
}

export function beginExecution(input: ExecutionInput): PipelineState {
  const { definition, plan } = parsedDefinition(input.definition);
  const leftOut = new Set(input.leftOut);
  const steps = plan.steps.map(({ name }): StepState => {
    const result = Object.hasOwn(input.reused, name) ? input.reused[name] : undefined;
    return {
      status: result ? 'Succeeded' : leftOut.has(name) ? 'Skipped' : 'Waiting',
      starts: 0,
      retries: 0,
      firstFailureAt: undefined,
      startedAt: undefined,
      endedAt: undefined,
      result,
      failure: undefined,
      metadata: {},
      cacheHit: undefined,
      cache: undefined,
      needs: new Set(),
      reused: result !== undefined,
      leftOut: leftOut.has(name),
    };
  });
  return {
    input,
    definition,
    plan,
    status: 'Executing',
    failureReason: undefined,
    startedAt: 0,
    endedAt: undefined,
    changedAt: 0,
    steps,
    waiting: plan.steps.map(({ upstream }) => upstream.filter((index) => steps[index]!.status === 'Waiting').length),
    ready: [],
    readyHead: 0,
    active: 0,
    retrying: new Set(),
    open: steps.filter(({ status }) => !hasEnded(status)).length,
    documents: new Map(),
    reads: 0,
    readers: new Map(),
    maxParallel: input.maxParallel ?? Number.POSITIVE_INFINITY,
    moves: [],
    failing: false,
    failedByDesign: false,
  };
}

export function setStatus(state: PipelineState, step: StepState, status: StepStatus): void {
  assert(STEP_TRANSITIONS[step.status].includes(status), `a step goes from ${step.status} to ${status}`);
  state.moves.push({ step, from: step.status, to: status });
  step.status = status;
}

export function setExecutionStatus(state: PipelineState, status: ExecutionStatus): void {
  assert(EXECUTION_TRANSITIONS[state.status].includes(status), `an execution goes from ${state.status} to ${status}`);
  state.status = status;
}
