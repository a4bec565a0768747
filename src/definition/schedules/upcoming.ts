/** The occurrences to come, for people: how many they like, and as the clock on a wall shows them. */
import { nextOccurrence, type Span } from './next.ts';
import type { ScheduleExpression } from './types.ts';

/**
 * An occurrence and those after it, at most so many.
 *
 * @param first a rate counts from any of its occurrences
 */
export function upcoming(
  schedule: ScheduleExpression,
  first: number,
  count: number,
  span: Omit<Span, 'anchor'>,
): number[] {
  const times = [first];
  while (times.length < count) {
    const next = nextOccurrence(schedule, times.at(-1)!, { ...span, anchor: first });
    if (next === undefined) break;
    times.push(next);
  }
  return times;
}

/**
 * A time on the wall of a zone, with the zone's name for its offset.
 *
 * @example wallTime(Date.UTC(2026, 6, 1, 6), 'Europe/Madrid') // 'Wed 2026-07-01 08:00:00 GMT+2'
 */
export function wallTime(at: number, timeZone: string | undefined): string {
  const format = new Intl.DateTimeFormat('en-GB', {
    ...{ timeZone, hourCycle: 'h23', weekday: 'short', timeZoneName: 'short' },
    ...{ year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' },
  });
  const part: Record<string, string> = {};
  for (const { type, value } of format.formatToParts(at)) part[type] = value;
  const { weekday, year, month, day, hour, minute, second, timeZoneName } = part;
  return `${weekday} ${year}-${month}-${day} ${hour}:${minute}:${second} ${timeZoneName}`;
}
