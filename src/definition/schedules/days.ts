/** Which days of one month a cron expression names. */
import type { CronDays } from './types.ts';

/** From the first to the last, each at most once. @param month from 1 */
export function daysOf(days: CronDays, year: number, month: number): readonly number[] {
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate();
  /** 0 is Sunday. */
  const weekday = (day: number): number => new Date(Date.UTC(year, month - 1, day)).getUTCDay();
  switch (days.by) {
    case 'number':
      return days.numbers.filter((day) => day <= length);
    case 'last':
      return [days.weekday ? nearestWorkday(length, length, weekday(length)) : length];
    case 'nearest':
      return days.number > length ? [] : [nearestWorkday(days.number, length, weekday(days.number))];
    case 'weekday': {
      const first = weekday(1);
      const found: number[] = [];
      for (let day = 1; day <= length; day += 1) {
        if (days.weekdays.includes((first + day - 1) % 7)) found.push(day);
      }
      return found;
    }
    case 'last-weekday':
      return [length - ((weekday(length) - days.weekday + 7) % 7)];
    case 'nth-weekday': {
      const day = 1 + ((days.weekday - weekday(1) + 7) % 7) + 7 * (days.nth - 1);
      return day > length ? [] : [day];
    }
  }
}

/** Friday for a Saturday, Monday for a Sunday; but never in another month. */
function nearestWorkday(day: number, length: number, weekday: number): number {
  if (weekday === 6) return day === 1 ? 3 : day - 1;
  if (weekday === 0) return day === length ? day - 2 : day + 1;
  return day;
}
