/**
 * The steps of an execution, folded into what is drawn of them.
 *
 * S1. A node, a row or a bar of a step that has not changed is the one of before: so much as moved is rendered, no more.
 */
import type { ExecutionStep } from '../../../../src/services/telar/api.ts';
import { duration, millisOf } from '../../parts/format.ts';
import type { GraphNode } from '../../parts/graph/graph.tsx';
import type { TimelineRow } from '../../parts/timeline.tsx';
import { kindOf, type Read } from './definition.ts';

/** What a step became, for people: a word of SageMaker's, or what the cache or selective execution made of it. */
export function statusOf(step: ExecutionStep, executionStatus: string): string {
  if (step.StepStatus === 'Waiting' && hasEnded(executionStatus)) return 'NotStarted';
  return step.StepStatus;
}

export const hasEnded = (executionStatus: string): boolean =>
  executionStatus !== 'Executing' && executionStatus !== 'Stopping';

/** Milliseconds from its beginning to its end; undefined for what has not ended, or never began. */
export function tookOf({ StartTime, EndTime }: Pick<ExecutionStep, 'StartTime' | 'EndTime'>): number | undefined {
  return StartTime === undefined || EndTime === undefined ? undefined : millisOf(EndTime) - millisOf(StartTime);
}

/** What a node says under its name. */
export function detailOf(kind: string, step: ExecutionStep): string {
  if (step.CacheSourceArn !== undefined) return `${kind} · cached`;
  if (step.ReusedFromArn !== undefined) return `${kind} · reused`;
  if (step.LeftOut) return `${kind} · left out`;
  if (step.Outcome !== undefined) return `${kind} · ${step.Outcome === 'True' ? 'holds' : 'does not hold'}`;
  const took = tookOf(step);
  if (took !== undefined) return `${kind} · ${duration(took)}`;
  return step.Retries ? `${kind} · retry ${step.Retries}` : kind;
}

/** Keeps what `make` made of a step as long as the step, and the execution's being over, stay the same. */
function keeping<T>(make: (step: ExecutionStep, executionStatus: string) => T) {
  const made = new WeakMap<ExecutionStep, { over: boolean; value: T }>();
  return (step: ExecutionStep, executionStatus: string): T => {
    const over = hasEnded(executionStatus);
    const known = made.get(step);
    if (known?.over === over) return known.value;
    const value = make(step, executionStatus);
    made.set(step, { over, value });
    return value;
  };
}

/** Folds answers into nodes; one for each page, as it remembers. */
export function nodeFolder({ plan }: Read) {
  const fold = keeping((step, executionStatus): GraphNode => {
    const planned = plan.steps[plan.byName.get(step.StepName) ?? -1]?.step;
    const kind = kindOf(planned?.Type ?? 'Step');
    return {
      id: step.StepName,
      label: planned?.DisplayName ?? step.StepName,
      kind,
      status: statusOf(step, executionStatus),
      detail: detailOf(kind, step),
    };
  });
  return (steps: readonly ExecutionStep[], executionStatus: string): GraphNode[] =>
    steps.map((step) => fold(step, executionStatus));
}

const bar = keeping((step): TimelineRow => {
  const cached = step.CacheSourceArn === undefined ? '' : ', from the cache';
  return {
    id: step.StepName,
    label: step.StepName,
    bars: [{ from: step.StartTime!, to: step.EndTime, status: step.StepStatus, title: `${step.StepName}${cached}` }],
  };
});

/** A row for each step that has begun, the first first; a step that has not is no bar. */
export function timelineRows(steps: readonly ExecutionStep[], executionStatus: string): TimelineRow[] {
  return steps
    .filter(({ StartTime }) => StartTime !== undefined)
    .map((step, index) => ({ step, index, at: millisOf(step.StartTime!) }))
    .sort((left, right) => left.at - right.at || left.index - right.index)
    .map(({ step }) => bar(step, executionStatus));
}

/** How many steps have which status, those first that want attention. */
export function countsOf(steps: readonly ExecutionStep[], executionStatus: string): [status: string, count: number][] {
  const counts = new Map<string, number>(ORDER.map((status) => [status, 0]));
  for (const step of steps) {
    const status = statusOf(step, executionStatus);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count > 0);
}

const ORDER = [
  'Failed',
  'Executing',
  'Starting',
  'Stopping',
  'Stopped',
  'Succeeded',
  'Waiting',
  'Skipped',
  'NotStarted',
];

/** The step that somebody who opens the page wants to see: what failed first; nothing otherwise. */
export function firstFailed(steps: readonly ExecutionStep[]): string | undefined {
  let found: ExecutionStep | undefined;
  for (const step of steps) {
    if (step.StepStatus !== 'Failed') continue;
    if (!found || (step.EndTime ?? '') < (found.EndTime ?? '')) found = step;
  }
  return found?.StepName;
}
