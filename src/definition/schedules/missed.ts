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
  /** There were others before it, and none of these has run. */
  others: boolean;
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
  const until = { ...span, end: Math.min(now, span.end ?? now) };
  let last = first;
  // The last one lies where the answer to "is there another one until now?" turns from yes to no.
  if (nextOccurrence(schedule, first, until) !== undefined) {
    let [yes, no] = [first, now];
    while (no - yes > 1) {
      const middle = Math.floor((yes + no) / 2);
      if (nextOccurrence(schedule, middle, until) === undefined) no = middle;
      else yes = middle;
    }
    last = nextOccurrence(schedule, yes, until) ?? first;
  }
  const next = nextOccurrence(schedule, Math.max(last, now), span);
  return { at: last, missed: now > last + window + PUNCTUAL, others: last !== first, next };
}
