/** The steps of an execution as ListPipelineExecutionSteps answers them. */
import type { PipelineState, StepState, StepStatus } from '../../engine/pipelines/state.ts';

/** What SageMaker lists: a step appears once it has begun. */
type ListedStatus = Exclude<StepStatus, 'Waiting' | 'Skipped'>;

export type StepSummary = {
  StepName: string;
  StepDisplayName: string | undefined;
  StepDescription: string | undefined;
  StartTime: Date | undefined;
  EndTime: Date | undefined;
  StepStatus: ListedStatus;
  CacheHitResult: { SourcePipelineExecutionArn: string } | undefined;
  FailureReason: string | undefined;
  Metadata: Record<string, Record<string, string>>;
  /** Retries by policy: 0 for a step that succeeded at once. */
  AttemptCount: number;
  SelectiveExecutionResult: { SourcePipelineExecutionArn: string } | undefined;
};

/** The steps that have begun, the oldest first. */
export function stepSummaries(state: PipelineState): StepSummary[] {
  const summaries: { at: number; summary: StepSummary }[] = [];
  state.steps.forEach((step, index) => {
    if (step.status === 'Waiting' || step.status === 'Skipped') return;
    const { name, step: planned } = state.plan.steps[index]!;
    summaries.push({
      at: step.startedAt ?? state.startedAt,
      summary: {
        StepName: name,
        StepDisplayName: planned.DisplayName,
        StepDescription: planned.Description,
        StartTime: date(step.startedAt),
        EndTime: date(step.endedAt),
        StepStatus: step.status,
        CacheHitResult: step.cacheHit && { SourcePipelineExecutionArn: step.cacheHit.sourceExecutionArn },
        FailureReason: failureReason(step),
        Metadata: step.metadata as StepSummary['Metadata'],
        AttemptCount: step.retries,
        SelectiveExecutionResult: reusedFrom(state, step),
      },
    });
  });
  // Stable: steps that began together stay in the plan's order.
  return summaries.sort((a, b) => a.at - b.at).map(({ summary }) => summary);
}

function date(at: number | undefined): Date | undefined {
  return at === undefined ? undefined : new Date(at);
}

/** At most 1,024 characters, as AWS cuts it. */
function failureReason({ status, failure }: StepState): string | undefined {
  return status === 'Failed' ? failure?.reason.slice(0, 1024) : undefined;
}

function reusedFrom(state: PipelineState, step: StepState) {
  const { reusedFrom: source } = state.input;
  return step.reused && source ? { SourcePipelineExecutionArn: source } : undefined;
}
