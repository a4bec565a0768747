/**
 * What becomes of occurrences that fell due while nobody was there: the server was down, or the machine slept.
 *
 * M1. However many were missed, at most one runs, and it is the last one.
 */
import { nextOccurrence, type Span } from './next.ts';
import type { ScheduleExpression } from './types.ts';

/** `run-once`: the last one that was missed runs late. `skip`: none does. */
export type MissedPolicy = 'run-once' | 'skip';
export const MISSED_POLICIES: readonly MissedPolicy[] = ['run-once', 'skip'];

/** The tag by which a schedule group, or a rule, says it. */
export const MISSED_TAG = 'telar:missed';

/** AWS invokes within a minute; what is later than that was missed. In milliseconds. */
export const PUNCTUAL = 60_000;

export type CaughtUp = {
  /** The last occurrence that has fallen due. */
  at: number;
  missed: boolean;
  /** The last one before it, if others fell due as well: none of these has run. */
  passedOver: number | undefined;
  /** Undefined: never again. */
  next: number | undefined;
};

/**
 * Looks at a schedule whose next occurrence has come, or came long ago.
 *
 * @param first when it fell due
 * @param window how much later than due it may run without being missed, in milliseconds
 */
export function catchUp(schedule: ScheduleExpression, first: number, now: number, span: Span, window = 0): CaughtUp {
  const at = lastUntil(schedule, first, Math.min(now, span.end ?? now), span);
  return {
    ...{ at, missed: now > at + window + PUNCTUAL },
    passedOver: at === first ? undefined : lastUntil(schedule, first, at - 1, span),
    next: nextOccurrence(schedule, Math.max(at, now), span),
  };
}

/** The last occurrence until an instant, of which `first` is one. */
function lastUntil(schedule: ScheduleExpression, first: number, end: number, span: Span): number {
  const after = (instant: number) => nextOccurrence(schedule, instant, { ...span, end });
  if (after(first) === undefined) return first;
  // It lies where the answer to "is there another one?" turns from yes to no.
  let [yes, no] = [first, end];
  while (no - yes > 1) {
    const middle = Math.floor((yes + no) / 2);
    if (after(middle) === undefined) no = middle;
    else yes = middle;
  }
  return after(yes) ?? first;
}
