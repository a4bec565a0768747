import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ticks, timeTicks } from './axis.ts';

describe('the marks of an axis', () => {
  it.each([
    [0, 1, 5, [0, 0.2, 0.4, 0.6, 0.8, 1]],
    [0, 97, 5, [0, 20, 40, 60, 80]],
    [0.1, 0.4, 3, [0.1, 0.2, 0.3, 0.4]],
    [-5, 5, 4, [-5, 0, 5]],
    [3, 3, 4, [3]],
    [Number.NaN, 1, 4, []],
  ])('from %d to %d', (from, to, most, at) => expect(ticks(from, to, most)).toEqual(at));

  it('lie within it, in order, and are few', () => {
    const value = fc.double({ min: -1e12, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(value, value, fc.integer({ min: 1, max: 20 }), (a, b, most) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const marks = ticks(from, to, most);
        expect(marks.length).toBeLessThanOrEqual(most + 2);
      }),
    );
  });
});

describe('the marks of time', () => {
  const noon = Date.parse('2026-11-27T12:00:00Z');
  it('stand at round times', () => {
    expect(timeTicks(noon + 1000, noon + 60_000, 6, 0)).toEqual({
      at: [10, 20, 30, 40, 50, 60].map((seconds) => noon + seconds * 1000),
      step: 10_000,
    });
    expect(timeTicks(noon, noon + 7_200_000, 4, 0).step).toBe(1_800_000);
  });

  it('are whole days where the person is', () => {
    const { at } = timeTicks(noon, noon + 3 * 86_400_000, 3, -120);
    expect(at.map((one) => new Date(one).toISOString())).toEqual([
      '2026-11-27T22:00:00.000Z',
      '2026-11-28T22:00:00.000Z',
      '2026-11-29T22:00:00.000Z',
    ]);
  });

  it('of years are few', () => expect(timeTicks(0, 60 * 365 * 86_400_000, 6, 0).at.length).toBeLessThanOrEqual(8));
});
