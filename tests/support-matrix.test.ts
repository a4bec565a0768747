import { expect, it } from 'vitest';
import { staleness, unknownOperations } from '../scripts/support.ts';

it('docs/support.md says what the dispatch table and the SDK models say', () => {
  expect(staleness()).toBeUndefined();
});

it('every row of the dispatch table is an operation of its API', () => {
  expect(unknownOperations()).toEqual([]);
});
