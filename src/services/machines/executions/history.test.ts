/** Pages of a history, both ways, wherever turns begin. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventsAfter, eventsBefore, type Outcome } from './history.ts';

const reading = { input: '', includeData: true };

/** Turns of so many events each; 0 is one that led to nothing. */
function turnsOf(sizes: readonly number[], details?: object) {
  let next = 1;
  const turns = sizes.map((size): Outcome | undefined => {
    if (size === 0) return undefined;
    const events = Array.from({ length: size }, (_, index) => [
      'PassStateEntered',
      next + index - 1,
      ...(details ? [details] : []),
    ]);
    const outcome = `${next}${JSON.stringify(events)}`;
    next += size;
    return { at: next, outcome };
  });
  let reads = 0;
  return {
    ...{ count: next - 1, reads: () => reads },
    outcomes: {
      length: turns.length,
      at: (index: number) => {
        reads += 1;
        return turns[index];
      },
    },
  };
}

const idsOf = ({ events }: ReturnType<typeof eventsAfter>) => events.map(({ id }) => id!);

describe('the pages of a history', () => {
  const sizes = fc.array(fc.nat(7), { maxLength: 40 });

  it('hold each event once, oldest first and newest first', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 9 }), (given, most) => {
        const { outcomes, count } = turnsOf(given);
        const all = Array.from({ length: count }, (_, index) => index + 1);
        const forwards: number[] = [];
        for (let more = true; more; ) {
          const page = eventsAfter(outcomes, forwards.at(-1) ?? 0, most, reading);
          forwards.push(...idsOf(page));
          expect(page.events.length).toBe(Math.min(most, count - forwards.length + page.events.length));
          more = page.more;
        }
        expect(forwards).toEqual(all);
        const backwards: number[] = [];
        for (let more = true; more; ) {
          const page = eventsBefore(outcomes, backwards.at(-1) ?? Number.POSITIVE_INFINITY, most, reading);
          backwards.push(...idsOf(page));
          more = page.more;
        }
        expect(backwards).toEqual(all.toReversed());
      }),
    );
  });

  it('read little beside what they hold, however long the history', () => {
    const { outcomes, reads } = turnsOf(Array.from({ length: 8192 }, () => 3));
    expect(idsOf(eventsAfter(outcomes, 20_000, 30, reading))).toHaveLength(30);
    expect(idsOf(eventsBefore(outcomes, 20_000, 30, reading))).toHaveLength(30);
    // 13 halves, each of which looks for a turn and reads it, and ten turns; both ways.
    expect(reads()).toBeLessThan(2 * (13 * 2 + 16));
  });

  it('end before they hold too much, and say that there is more', () => {
    const { outcomes } = turnsOf(
      Array.from({ length: 40 }, () => 1),
      { input: 'x'.repeat(256 * 1024) },
    );
    const page = eventsAfter(outcomes, 0, 1000, reading);
    expect(page).toMatchObject({ more: true });
    expect(idsOf(page)).toEqual(Array.from({ length: 16 }, (_, index) => index + 1));
    expect(idsOf(eventsBefore(outcomes, 17, 1000, reading))).toEqual(idsOf(page).toReversed());
    expect(eventsBefore(outcomes, 17, 1000, reading).more).toBe(false);
  });
});
