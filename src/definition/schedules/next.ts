/**
 * When a schedule next occurs.
 *
 * N1. Pure, and bounded: it looks at no more than the months of the years that an expression may name.
 * N2. As AWS documents it for time zones: an occurrence in an hour that is skipped in spring is skipped, one in an hour that
 *     comes twice in autumn occurs the first time only; a rate counts real hours, whatever the clock on the wall does.
 * N3. The occurrence after an occurrence is later than it.
 */
import { daysOf } from './days.ts';
import type { CronSchedule, ScheduleExpression } from './types.ts';
import { instantOf, instantOrLater, wallOf } from './zones.ts';

export type Span = {
  /** Of the IANA database. A rate has none. @default UTC */
  timeZone?: string | undefined;
  /** The first and the last instant at which it may occur. A one-time schedule has neither. */
  start?: number | undefined;
  end?: number | undefined;
  /** What a rate counts from: itself the first occurrence, if it comes after `after`. */
  anchor: number;
};

const MINUTE = 60_000;

/**
 * The first occurrence after an instant, all in milliseconds since the epoch; undefined when there is none.
 *
 * @example nextOccurrence(schedule, Date.now(), { timeZone: 'Europe/Madrid', anchor: createdAt })
 */
export function nextOccurrence(schedule: ScheduleExpression, after: number, span: Span): number | undefined {
  const { timeZone = 'UTC', start, end, anchor } = span;
  if (schedule.kind === 'at') {
    const instant = instantOrLater(schedule.wall, timeZone);
    return instant > after ? instant : undefined;
  }
  const from = start === undefined ? after : Math.max(after, start - 1);
  const next =
    schedule.kind === 'rate'
      ? nextTick(from, anchor, schedule.milliseconds)
      : nextByCron(schedule, from, timeZone, end);
  return next !== undefined && (end === undefined || next <= end) ? next : undefined;
}

const nextTick = (after: number, anchor: number, every: number): number =>
  after < anchor ? anchor : anchor + (Math.floor((after - anchor) / every) + 1) * every;

function nextByCron(schedule: CronSchedule, after: number, timeZone: string, end = Infinity): number | undefined {
  // No wall is a day ahead.
  const latest = end + 24 * 60 * MINUTE;
  let wall = nextWall(schedule, wallOf(after, timeZone), latest);
  // Times that are skipped, or that had come before: those of one change of the clocks, at most.
  while (wall !== undefined) {
    const instant = instantOf(wall, timeZone);
    if (instant !== undefined && instant > after) return instant;
    wall = nextWall(schedule, wall, latest);
  }
  return undefined;
}

/** The next time on the wall, whether or not the wall ever shows it. None after the month of `latest` is looked for. */
function nextWall(schedule: CronSchedule, after: number, latest: number): number | undefined {
  const { minutes, hours, days, months, years } = schedule;
  const earliest = new Date((Math.floor(after / MINUTE) + 1) * MINUTE);
  /** Year, month, day, hour, minute: what comes first of each, as long as those before it are still the earliest ones. */
  const [year, month, day] = [earliest.getUTCFullYear(), earliest.getUTCMonth() + 1, earliest.getUTCDate()];
  const minuteOfDay = earliest.getUTCHours() * 60 + earliest.getUTCMinutes();
  for (const y of years) {
    if (y < year) continue;
    for (const m of months) {
      if (y === year && m < month) continue;
      if (Date.UTC(y, m - 1) > latest) return undefined;
      for (const d of daysOf(days, y, m)) {
        const here = y === year && m === month;
        if (here && d < day) continue;
        const time = timeOfDay(hours, minutes, here && d === day ? minuteOfDay : 0);
        if (time !== undefined) return Date.UTC(y, m - 1, d, 0, time);
      }
    }
  }
  return undefined;
}

/** In minutes from midnight. */
function timeOfDay(hours: readonly number[], minutes: readonly number[], earliest: number): number | undefined {
  for (const hour of hours) {
    if (hour * 60 + 59 < earliest) continue;
    for (const minute of minutes) {
      const time = hour * 60 + minute;
      if (time >= earliest) return time;
    }
  }
  return undefined;
}
