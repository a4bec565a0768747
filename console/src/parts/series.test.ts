import fc from 'fast-check';
import { expect, it } from 'vitest';
import { aligned, binned, spread } from './series.ts';

it('gives all series one axis, with gaps', () => {
  const left = {
    label: 'a',
    points: [
      [1, 10],
      [3, 30],
    ] as const,
  };
  const right = {
    label: 'b',
    points: [
      [3, 3],
      [2, Number.NaN],
      [2.5, 2],
    ] as const,
  };
  expect(aligned([left, right])).toEqual([
    [1, 2, 2.5, 3],
    [10, null, null, 30],
    [null, null, 2, 3],
  ]);
  expect(aligned([])).toEqual([[]]);
});

it.each([
  [3, 5, [0, 1, 2]],
  [100, 5, [0, 25, 50, 74, 99]],
  [0, 5, []],
])('of %d rows reads out %d', (count, most, places) => expect(spread(count, most)).toEqual(places));

it('counts each value in one bin', () => {
  expect(binned([1, 2, 2, 3, 4, Number.NaN], 3).map(({ count }) => count)).toEqual([1, 2, 2]);
  expect(binned([7, 7], 10)).toEqual([{ from: 7, to: 7, count: 2 }]);
  expect(binned([], 10)).toEqual([]);
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -1e9, max: 1e9, noNaN: true })),
      fc.integer({ min: 1, max: 50 }),
      (values, bins) => {
        expect(binned(values, bins).reduce((sum, { count }) => sum + count, 0)).toBe(values.length);
      },
    ),
  );
});
