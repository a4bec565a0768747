/** When schedules occur, as their rows say. */
import { assert } from '../../base/assert.ts';
import { nextOccurrence, type Span } from '../../definition/schedules/next.ts';
import { parseSchedule } from '../../definition/schedules/parse.ts';
import type { ScheduleExpression } from '../../definition/schedules/types.ts';
import type { ScheduleRow, Settings } from './store.ts';

type Timed = Pick<ScheduleRow, 'expression' | 'time_zone' | 'start_at' | 'end_at' | 'anchor' | 'created_at'>;

export function expressionOf({ expression }: Pick<Settings, 'expression'>): ScheduleExpression {
  const parsed = parseSchedule(expression, 'scheduler');
  assert('schedule' in parsed, `the schedule expression ${expression} was accepted before`);
  return parsed.schedule;
}

/** A rate counts from the StartDate, which is its first occurrence; without one, from when it began. */
export function spanOf({ time_zone, start_at, end_at, anchor, created_at }: Timed): Span {
  return {
    timeZone: time_zone,
    start: start_at ?? undefined,
    end: end_at ?? undefined,
    anchor: start_at ?? anchor ?? created_at,
  };
}

/** The first occurrence at an instant or after it. */
export const firstFrom = (row: Timed, instant: number): number | undefined =>
  nextOccurrence(expressionOf(row), instant - 1, spanOf(row));

/** Whether two configurations occur at the same times. */
export const sameTimes = (a: Settings, b: Settings): boolean =>
  a.expression === b.expression && a.time_zone === b.time_zone && a.start_at === b.start_at && a.end_at === b.end_at;
