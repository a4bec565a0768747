/**
 * What EventBridge is told of executions and their steps, as SageMaker tells it.
 * https://docs.aws.amazon.com/sagemaker/latest/dg/automating-sagemaker-with-eventbridge.html
 */
import type { PipelineState, StepMetadata, StepMove } from '../../engine/pipelines/state.ts';
import type { StepStatus } from '../../engine/pipelines/statuses.ts';
import type { Parts } from './context.ts';
import type { ExecutionRow } from './store.ts';

type Telling = Pick<Parts, 'ports'>;

/** What SageMaker has no name for, it does not tell. */
const UNTOLD: ReadonlySet<StepStatus> = new Set(['Waiting', 'Skipped']);
const told = (status: StepStatus) => (UNTOLD.has(status) ? null : status);

/** It tells seconds. */
const time = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');

/** Inside the transaction of the change. @param previous null when it begins */
export function tellOfExecution(
  { ports }: Telling,
  state: PipelineState,
  row: Pick<ExecutionRow, 'display_name' | 'description'>,
  previous: string | null,
): void {
  const { executionArn, pipelineArn, region } = state.input;
  const { status, startedAt, endedAt } = state;
  ports.emit({
    ...{ region, source: 'aws.sagemaker', resources: [pipelineArn, executionArn] },
    detailType: 'SageMaker Model Building Pipeline Execution Status Change',
    detail: () => ({
      pipelineExecutionDisplayName: row.display_name,
      currentPipelineExecutionStatus: status,
      previousPipelineExecutionStatus: previous,
      executionStartTime: time(startedAt),
      ...(endedAt !== undefined && { executionEndTime: time(endedAt) }),
      ...(row.description !== null && { pipelineExecutionDescription: row.description }),
      pipelineArn,
      pipelineExecutionArn: executionArn,
    }),
  });
}

/** Inside the transaction of an event: of the steps that it has moved, in order. */
export function tellOfSteps({ ports }: Telling, state: PipelineState): void {
  const { executionArn, pipelineArn, region } = state.input;
  for (const move of state.moves) {
    if (UNTOLD.has(move.to)) continue;
    ports.emit({
      ...{ region, source: 'aws.sagemaker', resources: [pipelineArn, executionArn] },
      detailType: 'SageMaker Model Building Pipeline Execution Step Status Change',
      detail: () => ({ ...stepDetail(state, move), pipelineArn, pipelineExecutionArn: executionArn }),
    });
  }
}

function stepDetail({ plan, steps }: PipelineState, { step, from, to }: StepMove) {
  const { name, step: planned } = plan.steps[steps.indexOf(step)]!;
  const ended = to === 'Succeeded' || to === 'Failed' || to === 'Stopped';
  return {
    metadata: withSmallInitials(step.metadata),
    ...(step.startedAt !== undefined && { stepStartTime: time(step.startedAt) }),
    ...(ended && step.endedAt !== undefined && { stepEndTime: time(step.endedAt) }),
    stepName: name,
    stepType: planned.Type,
    previousStepStatus: told(from),
    currentStepStatus: to,
    ...(to === 'Failed' && step.failure && { failureReason: step.failure.reason }),
    ...(step.cacheHit && { cacheHitResult: { sourcePipelineExecutionArn: step.cacheHit.sourceExecutionArn } }),
  };
}

const smallInitial = (name: string) => name.charAt(0).toLowerCase() + name.slice(1);

/** @example withSmallInitials({ ProcessingJob: { Arn } }) // { processingJob: { arn } } */
function withSmallInitials(metadata: StepMetadata): Record<string, Record<string, unknown>> {
  const small = <T, U>(members: Readonly<Record<string, T>>, value: (member: T) => U): Record<string, U> =>
    Object.fromEntries(Object.entries(members).map(([name, member]) => [smallInitial(name), value(member)]));
  return small(metadata, (members) => small(members, (member) => member));
}
