import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { best, compare, type Order, type Placed, type SortKey } from './best.ts';

const key: fc.Arbitrary<SortKey> = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom('a', 'b', 'c'),
  fc.constant(null),
);
const places = fc
  .uniqueArray(fc.record({ key, tie: fc.string({ maxLength: 4 }) }), { selector: ({ tie }) => tie })
  .map((all): Placed<string>[] => all.map((place) => ({ ...place, item: place.tie })));
const order = fc.constantFrom<Order>('Ascending', 'Descending');

describe('the first few of many', () => {
  it('are page for page what sorting all of them gives', () => {
    fc.assert(
      fc.property(places, order, fc.integer({ min: 1, max: 4 }), (all, by, size) => {
        const sorted = [...all].sort((a, b) => compare(a, b, by));
        const paged: Placed<string>[] = [];
        for (let after: Placed<string> | undefined; paged.length < all.length; after = paged.at(-1)) {
          const page = best<string>(size, by, after);
          for (const place of all) page.offer(place);
          expect(page.kept.length).toBeGreaterThan(0);
          paged.push(...page.kept);
        }
        expect(paged).toEqual(sorted);
      }),
    );
  });

  it('have what has no value last, in both orders', () => {
    const all: Placed<string>[] = [
      { key: null, tie: 'none', item: '' },
      { key: 'text', tie: 'text', item: '' },
      { key: 1, tie: 'number', item: '' },
    ];
    const sorted = (by: Order) => [...all].sort((a, b) => compare(a, b, by)).map(({ tie }) => tie);
    expect(sorted('Ascending')).toEqual(['number', 'text', 'none']);
    expect(sorted('Descending')).toEqual(['text', 'number', 'none']);
  });
});
