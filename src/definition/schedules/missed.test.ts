import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catchUp, PUNCTUAL } from './missed.ts';
import { nextOccurrence } from './next.ts';
import { parseSchedule } from './parse.ts';
import type { ScheduleExpression } from './types.ts';

const schedule = (text: string): ScheduleExpression => {
  const parsed = parseSchedule(text, 'scheduler');
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.schedule;
};
const at = (text: string) => Date.parse(text);

describe('a schedule that comes back after a while', () => {
  it('on time has missed nothing', () => {
    const due = at('2026-11-27T10:00Z');
    const daily = schedule('cron(0 10 * * ? *)');
    const next = at('2026-11-28T10:00Z');
    expect(catchUp(daily, due, due + 20, { anchor: 0 })).toEqual({
      at: due,
      missed: false,
      passedOver: undefined,
      next,
    });
    expect(catchUp(daily, due, due + PUNCTUAL, { anchor: 0 }).missed).toBe(false);
    expect(catchUp(daily, due, due + PUNCTUAL + 1, { anchor: 0 }).missed).toBe(true);
    expect(catchUp(daily, due, due + PUNCTUAL + 1, { anchor: 0 }, 60_000).missed).toBe(false);
  });

  it('has missed all but the last, however many they were', () => {
    const [first, now] = [at('2020-01-01T00:00Z'), at('2026-11-27T10:00:30Z')];
    expect(catchUp(schedule('rate(1 minute)'), first, now, { anchor: first })).toEqual({
      ...{ at: at('2026-11-27T10:00Z'), missed: false, next: at('2026-11-27T10:01Z') },
      passedOver: at('2026-11-27T09:59Z'),
    });
    expect(catchUp(schedule('cron(0 9 * * ? *)'), first, now, { anchor: 0, timeZone: 'Europe/Madrid' })).toEqual({
      ...{ at: at('2026-11-27T08:00Z'), missed: true, next: at('2026-11-28T08:00Z') },
      passedOver: at('2026-11-26T08:00Z'),
    });
  });

  it('has no occurrence after its end', () => {
    const [first, end, now] = [at('2026-11-01T00:00Z'), at('2026-11-03T12:00Z'), at('2026-11-27T10:00Z')];
    expect(catchUp(schedule('cron(0 0 * * ? *)'), first, now, { anchor: 0, end })).toEqual({
      ...{ at: at('2026-11-03T00:00Z'), missed: true, next: undefined },
      passedOver: at('2026-11-02T00:00Z'),
    });
    expect(catchUp(schedule('at(2026-11-01T00:00:00)'), first, now, { anchor: 0 })).toEqual({
      ...{ at: first, missed: true, passedOver: undefined, next: undefined },
    });
  });

  it('finds what counting one by one finds', () => {
    const texts = [
      'cron(0/7 8-11 ? * MON-FRI *)',
      'cron(30 1 * * ? *)',
      'cron(* * 1 * ? *)',
      'rate(11 minutes)',
      'cron(0 0 L * ? *)',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.nat(40 * 86_400_000), fc.nat(40 * 86_400_000), (text, from, away) => {
        const span = { anchor: at('2026-10-01T00:00Z'), timeZone: 'Europe/Madrid' };
        const of = schedule(text);
        const first = nextOccurrence(of, span.anchor + from, span)!;
        let last = first;
        let before: number | undefined;
        for (let one: number | undefined = first; one !== undefined && one <= first + away; ) {
          before = one === first ? undefined : last;
          last = one;
          one = nextOccurrence(of, one, span);
        }
        const caught = catchUp(of, first, first + away, span);
        expect(caught).toMatchObject({ at: last, passedOver: before, next: nextOccurrence(of, last, span) });
      }),
      { numRuns: 50 },
    );
  });
});
