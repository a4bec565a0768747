import { expect, it } from 'vitest';
import { staleness } from '../scripts/support.ts';

it('docs/support.md says what the dispatch table and the SDK models say', () => {
  expect(staleness()).toBeUndefined();
});
