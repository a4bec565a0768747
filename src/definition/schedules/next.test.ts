/** When schedules occur: beside an oracle that looks at every minute, beside croner, and through changes of the clocks. */
import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextOccurrence, type Span } from './next.ts';
import { parseSchedule } from './parse.ts';
import type { ScheduleExpression } from './types.ts';

const schedule = (text: string): ScheduleExpression => {
  const parsed = parseSchedule(text, 'scheduler');
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.schedule;
};

/** The next so many occurrences after an instant, in UTC. */
function nexts(text: string, after: string, count: number, span: Partial<Span> = {}): string[] {
  const [of, found] = [schedule(text), [] as string[]];
  let at: number | undefined = Date.parse(after);
  while (found.length < count) {
    at = nextOccurrence(of, at, { anchor: at, ...span });
    if (at === undefined) break;
    found.push(new Date(at).toISOString().replace('.000Z', 'Z'));
  }
  return found;
}

/** A field as text, and what it holds. Ranges do not wrap, since croner's do not. */
const field = (first: number, last: number): fc.Arbitrary<{ text: string; holds(value: number): boolean }> => {
  const value = fc.integer({ min: first, max: last });
  return fc.oneof(
    fc.constant({ text: '*', holds: () => true }),
    fc.uniqueArray(value, { minLength: 1, maxLength: 4 }).map((list) => ({
      text: list.join(','),
      holds: (one: number) => list.includes(one),
    })),
    fc.tuple(value, value, fc.integer({ min: 1, max: Math.min(last, 9) })).map(([a, b, step]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return {
        text: `${from}-${to}/${step}`,
        holds: (one: number) => one >= from && one <= to && (one - from) % step === 0,
      };
    }),
  );
};

/** The two fields of days, and which days they hold. */
const days = fc.oneof(
  field(1, 31).map(({ text, holds }) => ({ day: text, weekday: '?', holds: (date: Date) => holds(date.getUTCDate()) })),
  fc.uniqueArray(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 3 }).map((list) => ({
    ...{ day: '?', weekday: list.join(',') },
    holds: (date: Date) => list.includes(date.getUTCDay() + 1),
  })),
  fc.tuple(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 })).map(([weekday, nth]) => ({
    ...{ day: '?', weekday: `${weekday}#${nth}` },
    holds: (date: Date) => date.getUTCDay() + 1 === weekday && Math.ceil(date.getUTCDate() / 7) === nth,
  })),
  fc.integer({ min: 1, max: 7 }).map((weekday) => ({
    ...{ day: '?', weekday: `${weekday}L` },
    holds: (date: Date) => date.getUTCDay() + 1 === weekday && addDays(date, 7).getUTCMonth() !== date.getUTCMonth(),
  })),
  fc.constant({
    ...{ day: 'L', weekday: '?' },
    holds: (date: Date) => addDays(date, 1).getUTCMonth() !== date.getUTCMonth(),
  }),
);
const addDays = (date: Date, count: number): Date => new Date(date.getTime() + count * 86_400_000);

const crons = fc.record({ minute: field(0, 59), hour: field(0, 23), days, month: field(1, 12) });
const instants = (from: string, to: string) => fc.integer({ min: Date.parse(from), max: Date.parse(to) });

describe('a cron expression', () => {
  it('occurs at the first minute that it names', () => {
    fc.assert(
      fc.property(crons, instants('1999-01-01', '2101-01-01'), ({ minute, hour, days, month }, after) => {
        const of = schedule(`cron(${minute.text} ${hour.text} ${days.day} ${month.text} ${days.weekday} *)`);
        const next = nextOccurrence(of, after, { anchor: 0 });
        const first = (Math.floor(after / 60_000) + 1) * 60_000;
        for (let at = first; at < first + 40 * 86_400_000; at += 60_000) {
          const date = new Date(at);
          const named = month.holds(date.getUTCMonth() + 1) && days.holds(date);
          if (!named || !hour.holds(date.getUTCHours()) || !minute.holds(date.getUTCMinutes())) continue;
          expect(next).toBe(at);
          return;
        }
        if (next !== undefined) expect(next).toBeGreaterThanOrEqual(first + 40 * 86_400_000);
      }),
      { numRuns: 60 },
    );
  });

  it('occurs when croner says so, nearest weekdays and rare days included', () => {
    const place = fc.oneof(
      days.map(({ day, weekday }) => [day, weekday]),
      fc.integer({ min: 1, max: 31 }).map((day) => [`${day}W`, '?']),
      fc.constant(['LW', '?']),
      fc.integer({ min: 28, max: 31 }).map((day) => [`${day}`, '?']),
    );
    fc.assert(
      fc.property(
        crons,
        place,
        instants('1999-01-01', '2150-01-01'),
        ({ minute, hour, month }, [day, weekday], after) => {
          const text = `${minute.text} ${hour.text} ${day} ${month.text} ${weekday} *`;
          const options = { timezone: 'UTC', mode: '7-part', alternativeWeekdays: true, sloppyRanges: true } as const;
          const peer = new Cron(`0 ${text}`, options).nextRun(new Date(after))?.getTime();
          const next = nextOccurrence(schedule(`cron(${text})`), after, { anchor: 0 });
          if (peer === undefined || peer < Date.UTC(2200)) expect(next).toBe(peer);
          else expect(next).toBeUndefined();
        },
      ),
      { numRuns: 200 },
    );
  });

  it('in a zone occurs at the first minute whose wall has not been seen before', () => {
    const zone = fc.constantFrom(
      'America/New_York',
      'Europe/Madrid',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'Pacific/Apia',
    );
    const aroundChanges = fc.oneof(
      ...[
        '2026-03-08T05:00Z',
        '2026-11-01T04:00Z',
        '2026-03-28T23:00Z',
        '2026-10-24T22:00Z',
        '2026-04-04T13:00Z',
        '2026-10-03T14:00Z',
        '2011-12-30T02:00Z',
      ].map((at) => fc.integer({ min: Date.parse(at), max: Date.parse(at) + 6 * 3_600_000 })),
    );
    fc.assert(
      fc.property(field(0, 59), field(0, 23), zone, aroundChanges, (minute, hour, timeZone, after) => {
        const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
        const next = nextOccurrence(schedule(`cron(${minute.text} ${hour.text} * * ? *)`), after, {
          timeZone,
          anchor: 0,
        });
        const seen = new Set<string>();
        const first = (Math.floor(after / 60_000) + 1) * 60_000;
        for (let at = first - 3 * 3_600_000; at < first + 30 * 3_600_000; at += 60_000) {
          const wall = format.format(at);
          const known = seen.has(wall);
          seen.add(wall);
          const [hours, minutes] = wall.slice(-5).split(':').map(Number);
          if (at < first || known || !hour.holds(hours!) || !minute.holds(minutes!)) continue;
          expect(next).toBe(at);
          return;
        }
        expect(next! >= first + 30 * 3_600_000).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('is skipped in spring, and occurs once in autumn, as in AWS’s example', () => {
    const every = 'cron(30 2 * * ? *)';
    const timeZone = 'America/Los_Angeles';
    expect(nexts(every, '2026-03-07T00:00:00Z', 3, { timeZone })).toEqual([
      '2026-03-07T10:30:00Z',
      '2026-03-09T09:30:00Z',
      '2026-03-10T09:30:00Z',
    ]);
    expect(nexts('cron(30 1 * * ? *)', '2026-10-31T12:00:00Z', 2, { timeZone })).toEqual([
      '2026-11-01T08:30:00Z',
      '2026-11-02T09:30:00Z',
    ]);
  });

  it('that never occurs is none, and soon', () => {
    expect(nexts('cron(0 0 30 2 ? *)', '1970-01-01T00:00:00Z', 1, { timeZone: 'Europe/Madrid' })).toEqual([]);
    expect(nexts('cron(15 10 ? * 6L 2002-2005)', '2026-01-01T00:00:00Z', 1)).toEqual([]);
    expect(nexts('cron(0 0 29 2 ? *)', '2097-01-01T00:00:00Z', 1)).toEqual(['2104-02-29T00:00:00Z']);
    expect(nexts('cron(59 23 31 12 ? *)', '2199-12-31T23:58:59Z', 2)).toEqual(['2199-12-31T23:59:00Z']);
  });

  it('keeps to its start and its end, both included', () => {
    const span = { start: Date.parse('2026-11-27T10:00Z'), end: Date.parse('2026-11-27T12:00Z') };
    expect(nexts('cron(0 * * * ? *)', '2026-01-01T00:00:00Z', 5, span)).toEqual([
      '2026-11-27T10:00:00Z',
      '2026-11-27T11:00:00Z',
      '2026-11-27T12:00:00Z',
    ]);
  });
});

describe('a rate', () => {
  it('counts from its anchor, in real hours', () => {
    const anchor = Date.parse('2026-03-07T12:00:00Z');
    const span = { anchor, timeZone: 'America/New_York' };
    expect(nexts('rate(1 day)', '2026-03-01T00:00:00Z', 3, span)).toEqual([
      '2026-03-07T12:00:00Z',
      '2026-03-08T12:00:00Z',
      '2026-03-09T12:00:00Z',
    ]);
    expect(nexts('rate(5 minutes)', '2026-03-07T12:07:00Z', 1, span)).toEqual(['2026-03-07T12:10:00Z']);
    expect(nexts('rate(5 minutes)', '2026-03-07T12:10:00Z', 1, span)).toEqual(['2026-03-07T12:15:00Z']);
  });

  it('occurs after any instant at the next multiple', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5000 }), fc.nat(10 ** 10), fc.nat(10 ** 10), (minutes, anchor, after) => {
        const next = nextOccurrence(schedule(`rate(${minutes} minutes)`), after, { anchor })!;
        expect(next).toBeGreaterThan(after);
        expect((next - anchor) % (minutes * 60_000)).toBe(0);
        expect(next === anchor || next - minutes * 60_000 <= after).toBe(true);
      }),
    );
  });
});

describe('a time', () => {
  it('occurs once, on its zone’s wall, whatever start and end say', () => {
    const span = { timeZone: 'Europe/Madrid', start: Date.parse('2030-01-01Z'), end: Date.parse('2030-01-02Z') };
    expect(nexts('at(2026-07-01T09:00:00)', '2026-01-01T00:00:00Z', 3, span)).toEqual(['2026-07-01T07:00:00Z']);
  });

  it('that the wall skips occurs as much later, since it has no other day', () => {
    const span = { timeZone: 'Europe/Madrid' };
    expect(nexts('at(2026-03-29T02:30:00)', '2026-01-01T00:00:00Z', 1, span)).toEqual(['2026-03-29T01:30:00Z']);
  });
});
