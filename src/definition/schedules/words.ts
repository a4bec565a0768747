/** What a schedule says, as people say it: `Monday to Friday at 08:00`. Pure; a time zone is for the caller to add. */
import { parseSchedule } from './parse.ts';
import { type CronDays, type CronSchedule, type Dialect, FIRST_YEAR, LAST_YEAR, type RateSchedule } from './types.ts';

const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const NTH = ['first', 'second', 'third', 'fourth', 'fifth'];
// biome-ignore format: a year
const MONTHS = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'];
const UNITS = [
  { name: 'day', milliseconds: 86_400_000 },
  { name: 'hour', milliseconds: 3_600_000 },
  { name: 'minute', milliseconds: 60_000 },
] as const;
/** More times of a day than these are not listed one by one. */
const MOST_TIMES = 6;

/**
 * @returns a phrase that begins a sentence; the expression itself where it is none
 * @example scheduleInWords('cron(0 8 ? * MON-FRI *)', 'rules') // 'Monday to Friday at 08:00'
 */
export function scheduleInWords(expression: string, dialect: Dialect): string {
  const parsed = parseSchedule(expression, dialect);
  if ('problem' in parsed) return expression;
  const { schedule } = parsed;
  switch (schedule.kind) {
    case 'rate':
      return capital(rateInWords(schedule));
    case 'at': {
      const [date, time] = new Date(schedule.wall).toISOString().split(/[T.]/);
      return `Once, on ${date} at ${time}`;
    }
    case 'cron':
      return capital(cronInWords(schedule));
  }
}

function rateInWords({ milliseconds }: RateSchedule): string {
  const unit = UNITS.find((one) => milliseconds % one.milliseconds === 0) ?? UNITS[2];
  return every(milliseconds / unit.milliseconds, unit.name);
}

function cronInWords({ minutes, hours, days, months, years }: CronSchedule): string {
  const time = timeInWords(hours, minutes);
  const day = daysInWords(days);
  const when = time.startsWith('at ') ? `${day} ${time}` : day === 'every day' ? time : `${time}, ${day}`;
  const inMonths = months.length === 12 ? [] : [`in ${names(months, (month) => MONTHS[month - 1]!)}`];
  const inYears = years.length === LAST_YEAR - FIRST_YEAR + 1 ? [] : [`in ${runs(years, String, ' to ')}`];
  return [when, ...inMonths, ...inYears].join(', ');
}

/** Begins with `at` where it names times of a day. */
function timeInWords(hours: readonly number[], minutes: readonly number[]): string {
  if (hours.length * minutes.length <= MOST_TIMES) {
    return `at ${list(hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`)))}`;
  }
  const past = pastHour(minutes);
  if (hours.length === 24) return past;
  const step = stepOf(hours, 24);
  if (step !== undefined && minutes.length === 1) return `${every(step, 'hour')} from 00:${two(minutes[0]!)}`;
  return `${past}, in the hours ${runs(hours, two, '–')}`;
}

function pastHour(minutes: readonly number[]): string {
  const step = stepOf(minutes, 60);
  if (step !== undefined) return every(step, 'minute');
  if (minutes.length === 1 && minutes[0] === 0) return 'every hour';
  return `every hour, ${runs(minutes, String, '–')} minutes past`;
}

/** What lies between values that begin with 0 and go on as far apart from each other as the last from the end. */
function stepOf(values: readonly number[], size: number): number | undefined {
  const step = size / values.length;
  return Number.isInteger(step) && values.every((value, index) => value === index * step) && values.length > 1
    ? step
    : undefined;
}

function daysInWords(days: CronDays): string {
  switch (days.by) {
    case 'number':
      if (days.numbers.length === 31) return 'every day';
      return `on day${days.numbers.length === 1 ? '' : 's'} ${runs(days.numbers, String, '–')} of the month`;
    case 'last':
      return `on the last ${days.weekday ? 'day from Monday to Friday' : 'day'} of the month`;
    case 'nearest':
      return `on the day from Monday to Friday nearest to day ${days.number} of the month`;
    case 'weekday':
      if (days.weekdays.length === 7) return 'every day';
      return names(days.weekdays.length === 1 ? days.weekdays : fromMonday(days.weekdays), (day) =>
        days.weekdays.length === 1 ? `every ${weekdayName(day)}` : weekdayName(day),
      );
    case 'last-weekday':
      return `on the last ${weekdayName(days.weekday)} of the month`;
    case 'nth-weekday':
      return `on the ${NTH[days.nth - 1]} ${weekdayName(days.weekday)} of the month`;
  }
}

const weekdayName = (day: number): string => WEEKDAYS[day % 7]!;
/** Sunday ends a week. */
const fromMonday = (weekdays: readonly number[]): number[] =>
  weekdays.map((day) => (day === 0 ? 7 : day)).sort((a, b) => a - b);

/** Of names: from three on that follow each other, the first and the last. */
const names = (values: readonly number[], name: (value: number) => string): string => runs(values, name, ' to ');

function runs(values: readonly number[], name: (value: number) => string, to: string): string {
  const found: number[][] = [];
  for (const value of values) {
    const run = found.at(-1);
    if (run?.at(-1) === value - 1) run.push(value);
    else found.push([value]);
  }
  return list(found.flatMap((run) => (run.length > 2 ? [`${name(run[0]!)}${to}${name(run.at(-1)!)}`] : run.map(name))));
}

const list = (texts: readonly string[]): string =>
  texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} and ${texts.at(-1)}`;
const every = (count: number, unit: string): string => (count === 1 ? `every ${unit}` : `every ${count} ${unit}s`);
const two = (value: number): string => String(value).padStart(2, '0');
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
