/**
 * An execution as people look at it: the plan's steps in order, branches below their condition, each with what has become
 * of it. Made from AWS's answers alone, which list a step only once it has begun: what is missing is told from the plan.
 */
import type { PipelineExecutionStep } from '@aws-sdk/client-sagemaker';
import { parsePipeline } from '../../definition/pipeline/parse.ts';
import type { Plan } from '../../definition/pipeline/plan.ts';
import type { PipelineDefinition, StepType } from '../../definition/pipeline/types.ts';
import type { StepStatus } from '../../engine/pipelines/statuses.ts';

/** `NotStarted`: its execution ended before. */
export type StepViewStatus = StepStatus | 'NotStarted';

export type StepView = {
  name: string;
  type: StepType;
  /** How many conditions it stands under. */
  depth: number;
  branch: 'if' | 'else' | undefined;
  status: StepViewStatus;
  /** Milliseconds since the epoch. */
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** The execution whose result was taken over: by the cache, or by selective execution. */
  cachedFrom: string | undefined;
  reusedFrom: string | undefined;
  /** Retries by policy. */
  retries: number;
  /** Of the processing or training job. */
  jobArn: string | undefined;
  modelPackageArn: string | undefined;
  outcome: 'True' | 'False' | undefined;
  reason: string | undefined;
};

export type ExecutionStatus = 'Executing' | 'Stopping' | 'Stopped' | 'Failed' | 'Succeeded';

export type ExecutionView = {
  arn: string;
  id: string;
  pipeline: string;
  pipelineArn: string;
  displayName: string;
  status: ExecutionStatus;
  reason: string | undefined;
  startedAt: number;
  /** The last change, once it has ended. */
  endedAt: number | undefined;
  parameters: Readonly<Record<string, string>>;
  steps: StepView[];
};

export type Planned = { definition: PipelineDefinition; plan: Plan };

/** @throws when the text is none that the server would have accepted */
export function planOf(definition: string): Planned {
  const parsed = parsePipeline(definition);
  if ('problems' in parsed) {
    throw new Error(`The definition cannot be read: ${parsed.problems.map(({ message }) => message).join(' ')}`);
  }
  return parsed;
}

export function hasEnded(status: ExecutionStatus): boolean {
  return status !== 'Executing' && status !== 'Stopping';
}

/** The last part of an ARN. @example lastPart('arn:…:pipeline/titanic/execution/abc') === 'abc' */
export function lastPart(arn: string): string {
  return arn.slice(arn.lastIndexOf('/') + 1);
}

/** @param listed what ListPipelineExecutionSteps answers, in any order */
export function stepViews(
  { plan }: Planned,
  listed: readonly PipelineExecutionStep[],
  status: ExecutionStatus,
): StepView[] {
  const byName = new Map(listed.map((step) => [step.StepName, step]));
  const views = plan.steps.map(({ name, step, branch }): StepView => {
    const seen = byName.get(name);
    return {
      name,
      type: step.Type,
      depth: branch ? 1 : 0,
      branch: branch?.side,
      status: (seen?.StepStatus as StepViewStatus | undefined) ?? 'Waiting',
      startedAt: seen?.StartTime?.getTime(),
      endedAt: seen?.EndTime?.getTime(),
      cachedFrom: seen?.CacheHitResult?.SourcePipelineExecutionArn,
      reusedFrom: seen?.SelectiveExecutionResult?.SourcePipelineExecutionArn,
      retries: seen?.AttemptCount ?? 0,
      ...metadataOf(seen),
      reason: seen?.FailureReason,
    };
  });
  markUnlisted(plan, views, status);
  return inReadingOrder(plan, views);
}

function metadataOf(step: PipelineExecutionStep | undefined): Pick<StepView, 'jobArn' | 'modelPackageArn' | 'outcome'> {
  const { ProcessingJob, TrainingJob, TransformJob, RegisterModel, Condition } = step?.Metadata ?? {};
  const outcome = Condition?.Outcome;
  return {
    jobArn: ProcessingJob?.Arn ?? TrainingJob?.Arn ?? TransformJob?.Arn,
    modelPackageArn: RegisterModel?.Arn,
    outcome: outcome === 'True' || outcome === 'False' ? outcome : undefined,
  };
}

/** Steps that will not run: in a branch not taken, after such a step, or because the execution has ended before them. */
function markUnlisted(plan: Plan, views: StepView[], status: ExecutionStatus): void {
  plan.steps.forEach(({ upstream, branch }, index) => {
    const view = views[index]!;
    if (view.status !== 'Waiting') return;
    const outcome = branch && views[branch.condition]!.outcome;
    const notTaken = outcome !== undefined && (outcome === 'True') !== (branch?.side === 'if');
    if (notTaken || upstream.some((before) => views[before]!.status === 'Skipped')) view.status = 'Skipped';
    else if (status === 'Succeeded') view.status = 'Skipped';
    else if (hasEnded(status)) view.status = 'NotStarted';
  });
}

/** Each condition directly followed by the steps of its branches. */
function inReadingOrder(plan: Plan, views: readonly StepView[]): StepView[] {
  return plan.steps.flatMap(({ branch, index }) => {
    if (branch) return [];
    const inside = plan.steps.filter((other) => other.branch?.condition === index);
    return [views[index]!, ...inside.map((other) => views[other.index]!)];
  });
}
