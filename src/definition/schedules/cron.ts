/** Reads the fields of `cron(minutes hours day-of-month month day-of-week year)`. */
import { type CronDays, type CronSchedule, type Dialect, FIRST_YEAR, LAST_YEAR } from './types.ts';

type Field = {
  first: number;
  last: number;
  /** In the order of their numbers, from `first`. */
  names?: readonly string[];
  /** No `/`: days of the week have no steps. */
  stepless?: boolean;
  /** A range may go over the end of the field: `FRI-MON`. Years do not come again. */
  wraps: boolean;
};

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

const MINUTES: Field = { first: 0, last: 59, wraps: true };
const HOURS: Field = { first: 0, last: 23, wraps: true };
const DAYS: Field = { first: 1, last: 31, wraps: true };
const MONTH: Field = { first: 1, last: 12, names: MONTHS, wraps: true };
const WEEKDAY: Field = { first: 1, last: 7, names: WEEKDAYS, stepless: true, wraps: true };
const YEARS: Field = { first: FIRST_YEAR, last: LAST_YEAR, wraps: false };

/** Longer than any field that says something; what is longer is not looked at. */
const LONGEST = 1024;

/** @param text between the parentheses. The Scheduler may leave the year out. */
export function parseCron(text: string, dialect: Dialect): CronSchedule | undefined {
  if (text.length > LONGEST || !/^\S/.test(text) || !/\S$/.test(text)) return undefined;
  const fields = text.toUpperCase().split(/[ \t]+/);
  if (fields.length === 5 && dialect === 'scheduler') fields.push('*');
  if (fields.length !== 6) return undefined;
  const [minute, hour, dayOfMonth, month, dayOfWeek, year] = fields as [string, string, string, string, string, string];
  const [minutes, hours] = [values(minute, MINUTES), values(hour, HOURS)];
  const [months, years] = [values(month, MONTH), values(year, YEARS)];
  const days = parseDays(dayOfMonth, dayOfWeek);
  if (!minutes || !hours || !days || !months || !years) return undefined;
  return { kind: 'cron', minutes, hours, days, months, years };
}

/** Exactly one of both fields says something; the other is `?`. */
function parseDays(dayOfMonth: string, dayOfWeek: string): CronDays | undefined {
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  return dayOfWeek === '?' ? parseDaysOfMonth(dayOfMonth) : parseDaysOfWeek(dayOfWeek);
}

function parseDaysOfMonth(text: string): CronDays | undefined {
  if (text === 'L' || text === 'LW') return { by: 'last', weekday: text === 'LW' };
  const nearest = /^(\d{1,2})W$/.exec(text);
  if (nearest) {
    const number = valueIn(nearest[1]!, DAYS);
    return number === undefined ? undefined : { by: 'nearest', number };
  }
  const numbers = values(text, DAYS);
  return numbers && { by: 'number', numbers };
}

function parseDaysOfWeek(text: string): CronDays | undefined {
  // The last day of the week.
  if (text === 'L') return { by: 'weekday', weekdays: [6] };
  const special = /^(\w+?)(?:L|#([1-5]))$/.exec(text);
  if (special) {
    const day = valueIn(special[1]!, WEEKDAY);
    if (day === undefined) return undefined;
    const weekday = day - 1;
    return special[2] ? { by: 'nth-weekday', weekday, nth: Number(special[2]) } : { by: 'last-weekday', weekday };
  }
  const days = values(text, WEEKDAY);
  return days && { by: 'weekday', weekdays: days.map((day) => day - 1) };
}

/** A list of values, ranges and steps, as ascending values. */
function values(text: string, field: Field): readonly number[] | undefined {
  const found = new Set<number>();
  for (const part of text.split(',')) {
    const run = parsePart(part, field);
    if (!run) return undefined;
    for (const value of run) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

/** `5`, `1-5`, `*`, and each with a step: `5/10` goes from 5 to the end of the field. */
function parsePart(text: string, field: Field): number[] | undefined {
  const part = /^(?:(\*)|(\w+)(?:-(\w+))?)(?:\/(\d{1,3}))?$/.exec(text);
  if (!part) return undefined;
  const [, all, from, to, step] = part;
  if (step !== undefined && (field.stepless || Number(step) < 1 || Number(step) > field.last)) return undefined;
  const first = all ? field.first : valueIn(from!, field);
  const last = to !== undefined ? valueIn(to, field) : all || step !== undefined ? field.last : first;
  if (first === undefined || last === undefined) return undefined;
  return run(first, last, Number(step ?? 1), field);
}

function run(first: number, last: number, step: number, field: Field): number[] | undefined {
  if (last < first && !field.wraps) return undefined;
  const size = field.last - field.first + 1;
  const end = last < first ? last + size : last;
  const found: number[] = [];
  for (let value = first; value <= end; value += step) {
    found.push(value > field.last ? value - size : value);
  }
  return found;
}

function valueIn(text: string, { first, last, names }: Field): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  if (named >= 0) return named + first;
  if (!/^\d{1,4}$/.test(text)) return undefined;
  const value = Number(text);
  return value >= first && value <= last ? value : undefined;
}
