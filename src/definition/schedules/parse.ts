/**
 * Reads schedule expressions. Pure: text in, a schedule or AWS's refusal of the text out.
 *
 * P1. What is accepted means on AWS what it means here. Where AWS's pages are silent (ranges that wrap, names in lower case),
 *     it is read as Quartz does, whose language this is.
 */
import { parseCron } from './cron.ts';
import type { ScheduleExpression } from './types.ts';
import { type AtSchedule, type Dialect, FIRST_YEAR, LAST_YEAR, type RateSchedule } from './types.ts';

export type ParsedSchedule = { schedule: ScheduleExpression } | { problem: string };

const MILLISECONDS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
/** 2,000 years: what a rate of days may come to, so that times stay within what can be counted. */
const LONGEST_RATE = 2_000 * 365 * MILLISECONDS.day;

/**
 * Parses a schedule expression.
 *
 * @returns the schedule, or AWS's sentence
 * @example parseSchedule('cron(0 8 ? * MON-FRI *)', 'scheduler')
 * @example parseSchedule('rate(1 minutes)', 'rules') // { problem: 'Parameter ScheduleExpression is not valid.' }
 */
export function parseSchedule(text: string, dialect: Dialect): ParsedSchedule {
  const schedule = read(text, dialect);
  if (schedule) return { schedule };
  return {
    problem:
      dialect === 'rules' ? 'Parameter ScheduleExpression is not valid.' : `Invalid Schedule Expression ${text}.`,
  };
}

function read(text: string, dialect: Dialect): ScheduleExpression | undefined {
  const call = /^(cron|rate|at)\((.*)\)$/s.exec(text);
  if (!call) return undefined;
  const [, kind, inner] = call as unknown as [string, 'cron' | 'rate' | 'at', string];
  if (kind === 'cron') return parseCron(inner, dialect);
  if (kind === 'rate') return parseRate(inner, dialect);
  return dialect === 'scheduler' ? parseAt(inner) : undefined;
}

/** Rules want `1 minute` and `2 minutes`; the Scheduler is recorded to take `1 minutes`, too. */
function parseRate(text: string, dialect: Dialect): RateSchedule | undefined {
  const rate = /^([0-9]{1,10}) (minute|hour|day)(s?)$/.exec(text);
  if (!rate) return undefined;
  const value = Number(rate[1]);
  if (dialect === 'rules' && (value === 1) === (rate[3] === 's')) return undefined;
  const milliseconds = value * MILLISECONDS[rate[2] as keyof typeof MILLISECONDS];
  return value > 0 && milliseconds <= LONGEST_RATE ? { kind: 'rate', milliseconds } : undefined;
}

function parseAt(text: string): AtSchedule | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/.test(text)) return undefined;
  const wall = Date.parse(`${text}Z`);
  const year = Number(text.slice(0, 4));
  if (Number.isNaN(wall) || year < FIRST_YEAR || year > LAST_YEAR) return undefined;
  // February 30 is no day, and no 1 March either.
  return new Date(wall).toISOString().startsWith(text) ? { kind: 'at', wall } : undefined;
}
