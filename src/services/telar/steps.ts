/**
 * Executions of pipelines as AWS has no operation for: why a step ran, all steps at once with those that have not begun, one with the values
 * that it was given; and how long executions took.
 */

import { expressionsBeside } from '../../definition/pipeline/members.ts';
import { resolveInPart } from '../../definition/pipeline/resolveInPart.ts';
import type { Arguments, Json } from '../../definition/pipeline/types.ts';
import { jobName, scopeOf } from '../../engine/pipelines/scope.ts';
import type { PipelineState, StepState } from '../../engine/pipelines/state.ts';
import { hasEnded, mayRetry, mayStop } from '../../engine/pipelines/statuses.ts';
import { type Operation, reads } from '../../protocol/service.ts';
import type { ExecutionStep, TelarInput, TelarOutputs } from './api.ts';
import { errors } from './errors.ts';
import type { TelarPorts } from './ports.ts';

type Names = 'ExplainStep' | 'DescribeExecutionSteps' | 'DescribeExecutionStep' | 'DescribeExecutionTimes';
type Table = { [N in Names]: Operation<TelarInput<N>, TelarOutputs[N]> };
type Ports = Pick<TelarPorts, 'executionState' | 'executionTimes'>;

/** In one answer: a definition may have ten thousand, and the loop must not write all of them at a stretch. */
const STEPS = 3000;

const onExecution = (action: string) => (input: { PipelineExecutionArn: string }) => [
  { action: `telar:${action}`, resource: input.PipelineExecutionArn },
];

export function stepOperations(ports: Ports): Table {
  return {
    ExplainStep: reads(onExecution('ExplainStep'), (input) => explain(stepOf(ports, input))),
    DescribeExecutionSteps: reads(onExecution('DescribeExecutionSteps'), ({ PipelineExecutionArn, From }) => {
      const state = stateOf(ports, PipelineExecutionArn);
      const to = From + STEPS;
      return {
        ExecutionStatus: state.status,
        MayStop: mayStop(state.status),
        MayRetry: mayRetry(state.status) && !state.failedByDesign,
        StartTime: time(state.startedAt)!,
        EndTime: time(state.endedAt),
        Steps: state.steps.slice(From, to).map((step, index) => summary(state, step, From + index)),
        Next: to < state.steps.length ? to : undefined,
      };
    }),
    DescribeExecutionStep: reads(onExecution('DescribeExecutionStep'), (input) => describe(stepOf(ports, input))),
    DescribeExecutionTimes: reads(
      ({ PipelineExecutionArns }) =>
        PipelineExecutionArns.map((resource) => ({ action: 'telar:DescribeExecutionTimes', resource })),
      ({ PipelineExecutionArns }) => ({
        Times: PipelineExecutionArns.flatMap((PipelineExecutionArn) => {
          const found = ports.executionTimes(PipelineExecutionArn);
          if (!found) return [];
          const { version: PipelineVersionId, startedAt, endedAt } = found;
          return [{ PipelineExecutionArn, PipelineVersionId, StartTime: time(startedAt)!, EndTime: time(endedAt) }];
        }),
      }),
    ),
  };
}

type Found = { state: PipelineState; step: StepState; index: number };

function stateOf(ports: Ports, arn: string): PipelineState {
  const state = ports.executionState(arn);
  if (!state) throw errors.noExecution(arn);
  return state;
}

function stepOf(ports: Ports, { PipelineExecutionArn, StepName }: TelarInput<'ExplainStep'>): Found {
  const state = stateOf(ports, PipelineExecutionArn);
  const index = state.plan.byName.get(StepName);
  if (index === undefined) throw errors.noStep(StepName, [...state.plan.byName.keys()]);
  return { state, step: state.steps[index]!, index };
}

function explain({ state, step, index }: Found): TelarOutputs['ExplainStep'] {
  return {
    StepName: state.plan.steps[index]!.name,
    StepStatus: step.status,
    Cache: step.cache ?? {
      verdict: 'none' as const,
      reason: withoutVerdict(step.status),
    },
    SourcePipelineExecutionArn: step.cacheHit?.sourceExecutionArn,
  };
}

function withoutVerdict(status: string): string {
  switch (status) {
    case 'Waiting':
      return 'The step has not begun: what it waits for has not ended, or its execution has.';
    case 'Skipped':
      return 'The step was skipped: it stands in a branch that was not taken, or after such a step.';
    default:
      return 'Steps of this type are not cached.';
  }
}

const time = (at: number | undefined) => (at === undefined ? undefined : new Date(at).toISOString());

/** Members that are undefined are not written: thousands of steps are asked for again and again. */
function summary(state: PipelineState, step: StepState, index: number): ExecutionStep {
  return {
    StepName: state.plan.steps[index]!.name,
    StepStatus: step.status,
    StartTime: time(step.startedAt),
    EndTime: time(step.endedAt),
    Retries: step.retries === 0 ? undefined : step.retries,
    Outcome: step.result?.outcome,
    ArnOfWork: arnOf(step),
    CacheSourceArn: step.cacheHit?.sourceExecutionArn,
    ReusedFromArn: step.reused ? state.input.reusedFrom : undefined,
    LeftOut: step.leftOut || undefined,
    FailureReason: step.status === 'Failed' ? beginningOf(step.failure?.reason) : undefined,
  };
}

/** In a list; one step tells the whole. */
const LONGEST_REASON = 300;

const beginningOf = (reason: string | undefined) =>
  reason !== undefined && reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)}…` : reason;

/** Of the job, model, package or function that a step made or called. */
function arnOf({ metadata }: StepState): string | undefined {
  for (const { Arn } of Object.values(metadata)) if (typeof Arn === 'string') return Arn;
  return undefined;
}

function describe(found: Found): TelarOutputs['DescribeExecutionStep'] {
  const { state, step, index } = found;
  const { step: planned, name } = state.plan.steps[index]!;
  const scope = scopeOf(state, index, Math.max(1, step.starts), step.startedAt ?? state.changedAt);
  const beside = expressionsBeside(planned);
  return {
    ...explain(found),
    StepType: planned.Type,
    StartTime: time(step.startedAt),
    EndTime: time(step.endedAt),
    Starts: step.starts,
    Retries: step.retries,
    Arguments: resolveInPart({ ...(planned.Arguments as Arguments), ...beside }, scope),
    Properties: step.result?.describe,
    OutputParameters: step.result?.outputParameters,
    Outcome: step.result?.outcome,
    Metadata: step.metadata as { readonly [kind: string]: { readonly [member: string]: Json } },
    FailureReason: step.failure?.reason,
    JobNames:
      JOB_STEPS.has(planned.Type) && !step.cacheHit
        ? Array.from({ length: step.starts }, (_, start) => jobName(state.input.executionId, name, start + 1))
        : [],
    HasEnded: hasEnded(step.status),
  };
}

/** Whose starts are jobs of these names, one each. */
const JOB_STEPS: ReadonlySet<string> = new Set(['Processing', 'Training', 'Transform']);
