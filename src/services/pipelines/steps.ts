/** The steps of an execution as ListPipelineExecutionSteps answers them. */

import type { PipelineState, StepState } from '../../engine/pipelines/state.ts';
import type { StepStatus } from '../../engine/pipelines/statuses.ts';
import { type Page, pageOf, SAGEMAKER_PAGE } from '../../protocol/pages.ts';

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

type Placed = { at: number; index: number; summary: StepSummary };

/**
 * One page of an execution's steps, the newest first unless asked otherwise. A position is a time and a place in the plan:
 * a step that a retry has put back to waiting meanwhile is no longer listed, and the page after it still is.
 */
export function stepPage(
  state: PipelineState,
  input: {
    SortOrder?: 'Ascending' | 'Descending' | undefined;
    NextToken?: string | undefined;
    MaxResults?: number | undefined;
  },
  query: { operation: string; arn: string },
): Page<StepSummary> {
  const order = input.SortOrder ?? 'Descending';
  const sign = order === 'Ascending' ? 1 : -1;
  const placed = placedSummaries(state).sort((a, b) => sign * compare(a, b));
  const { items, next } = pageOf<Placed>(
    { query: { ...query, order }, token: input.NextToken, limit: input.MaxResults ?? SAGEMAKER_PAGE },
    (after, limit) => {
      const last = after && { at: Number(after[0]), index: Number(after[1]) };
      return placed.filter((one) => !last || sign * compare(one, last) > 0).slice(0, limit);
    },
    ({ at, index }) => [at, index],
  );
  return { items: items.map(({ summary }) => summary), next };
}

const compare = (a: Omit<Placed, 'summary'>, b: Omit<Placed, 'summary'>): number => a.at - b.at || a.index - b.index;

/** The steps that have begun. Those that began together stay in the plan's order. */
function placedSummaries(state: PipelineState): Placed[] {
  const summaries: Placed[] = [];
  state.steps.forEach((step, index) => {
    if (step.status === 'Waiting' || step.status === 'Skipped') return;
    const { name, step: planned } = state.plan.steps[index]!;
    summaries.push({
      at: step.startedAt ?? state.startedAt,
      index,
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
  return summaries;
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
