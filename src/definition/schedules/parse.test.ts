/** The language of schedule expressions: AWS's user guides, and what is recorded of AWS (tests/parity/schedules). */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSchedule } from './parse.ts';
import type { ScheduleExpression } from './types.ts';

const read = (text: string, dialect: 'rules' | 'scheduler' = 'scheduler'): ScheduleExpression | string => {
  const parsed = parseSchedule(text, dialect);
  return 'schedule' in parsed ? parsed.schedule : parsed.problem;
};
const isValid = (text: string, dialect?: 'rules' | 'scheduler') => typeof read(text, dialect) === 'object';

describe('a cron expression', () => {
  it('has lists, ranges, steps and names', () => {
    expect(read('cron(0,30 8-10 ? JAN,jul-SEP/2 mon-WED,7 2026-2028)')).toEqual({
      kind: 'cron',
      minutes: [0, 30],
      hours: [8, 9, 10],
      days: { by: 'weekday', weekdays: [1, 2, 3, 6] },
      months: [1, 7, 9],
      years: [2026, 2027, 2028],
    });
    expect(read('cron(50/5 */6 1-10/4 * ? 2190/5)')).toMatchObject({
      minutes: [50, 55],
      hours: [0, 6, 12, 18],
      days: { by: 'number', numbers: [1, 5, 9] },
      years: [2190, 2195],
    });
  });

  it('has ranges that go over the end', () => {
    expect(read('cron(0 22-2 ? NOV-FEB FRI-MON *)')).toMatchObject({
      hours: [0, 1, 2, 22, 23],
      months: [1, 2, 11, 12],
      days: { by: 'weekday', weekdays: [0, 1, 5, 6] },
    });
  });

  it.each([
    ['L *', '?', { by: 'last', weekday: false }],
    ['LW *', '?', { by: 'last', weekday: true }],
    ['15W *', '?', { by: 'nearest', number: 15 }],
    ['? *', 'L', { by: 'weekday', weekdays: [6] }],
    ['? *', '6L', { by: 'last-weekday', weekday: 5 }],
    ['? *', 'FRIL', { by: 'last-weekday', weekday: 5 }],
    ['? *', 'SAT#3', { by: 'nth-weekday', weekday: 6, nth: 3 }],
  ])('names days by their place: %s %s', (day, weekday, days) => {
    expect(read(`cron(0 0 ${day} ${weekday} *)`)).toMatchObject({ days });
  });

  it.each([
    ['no fields', ''],
    ['seven fields', '0 0 0 * * ? *'],
    ['both days', '0 0 * * * *'],
    ['no day', '0 0 ? * ? *'],
    ['a question elsewhere', '? 0 * * ? *'],
    ['a minute too many', '60 0 * * ? *'],
    ['an hour too many', '0 24 * * ? *'],
    ['day 0', '0 0 0 * ? *'],
    ['day 32', '0 0 32 * ? *'],
    ['month 13', '0 0 1 13 ? *'],
    ['weekday 0', '0 0 ? * 0 *'],
    ['weekday 8', '0 0 ? * 8 *'],
    ['a year too early', '0 0 * * ? 1969'],
    ['a year too late', '0 0 * * ? 2200'],
    ['years backwards', '0 0 * * ? 2030-2020'],
    ['a name that is none', '0 0 ? * NOT *'],
    ['a name of another field', '0 0 ? MON * *'],
    ['no step', '0/0 0 * * ? *'],
    ['a step over the field', '0/60 0 * * ? *'],
    ['a step of weekdays', '0 0 ? * 2/2 *'],
    ['two numbered weekdays', '0 0 ? * 3#1,6#3 *'],
    ['a sixth Monday', '0 0 ? * 2#6 *'],
    ['32W', '0 0 32W * ? *'],
    ['last days in a list', '0 0 1,L * ? *'],
    ['days before the last', '0 0 L-3 * ? *'],
    ['an empty part', '0,,5 0 * * ? *'],
    ['signs', '-5 0 * * ? *'],
    ['blanks around', ' 0 0 * * ? * '],
  ])('is refused with %s', (_, fields) => {
    expect(read(`cron(${fields})`)).toBe(`Invalid Schedule Expression cron(${fields}).`);
    expect(read(`cron(${fields})`, 'rules')).toBe('Parameter ScheduleExpression is not valid.');
  });

  it('may leave out the year in the Scheduler only', () => {
    expect(read('cron(0 0 * * ?)')).toEqual(read('cron(0 0 * * ? *)'));
    expect(isValid('cron(0 0 * * ?)', 'rules')).toBe(false);
  });
});

describe('a rate', () => {
  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(5 hours)', 18_000_000],
    ['rate(7 days)', 604_800_000],
  ])('%s', (text, milliseconds) => {
    expect(read(text)).toEqual({ kind: 'rate', milliseconds });
    expect(read(text, 'rules')).toEqual({ kind: 'rate', milliseconds });
  });

  it('has its unit in the number of its value in rules, and in either in the Scheduler', () => {
    for (const text of ['rate(1 minutes)', 'rate(2 day)']) {
      expect(isValid(text, 'rules')).toBe(false);
      expect(isValid(text, 'scheduler')).toBe(true);
    }
  });

  it.each([
    'rate(0 minutes)',
    'rate(1.5 hours)',
    'rate(10 seconds)',
    'rate(9999999999 days)',
    'rate(5 minutes',
    'rate(5  minutes)',
  ])('%s is refused', (text) => {
    expect(isValid(text)).toBe(false);
  });
});

describe('a time', () => {
  it('is a time on the wall, in the Scheduler only', () => {
    expect(read('at(2026-11-27T13:00:05)')).toEqual({ kind: 'at', wall: Date.UTC(2026, 10, 27, 13, 0, 5) });
    expect(isValid('at(2026-11-27T13:00:05)', 'rules')).toBe(false);
  });

  it.each([
    '2026-02-29T00:00:00',
    '2026-13-01T00:00:00',
    '2026-01-01T24:00:00',
    '2026-01-01T00:00:60',
    '1969-01-01T00:00:00',
    '2200-01-01T00:00:00',
  ])('at(%s) is refused', (text) => {
    expect(read(`at(${text})`)).toBe(`Invalid Schedule Expression at(${text}).`);
  });
});

it('refuses or reads any text, and quickly', () => {
  const likely = fc.stringMatching(/^(cron|rate|at)\([-0-9*?LW#/, A-Z]{0,40}\)$/);
  fc.assert(
    fc.property(fc.oneof(fc.string(), likely), (text) => {
      for (const dialect of ['rules', 'scheduler'] as const) {
        const read = parseSchedule(text, dialect);
        expect('schedule' in read || read.problem.length > 0).toBe(true);
      }
    }),
  );
  expect(isValid(`cron(${'0,'.repeat(100_000)}0 0 * * ? *)`)).toBe(false);
});
