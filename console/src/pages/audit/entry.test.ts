/** How records of the audit trail are read and found. */
import { expect, it } from 'vitest';
import { entryOf, matches } from './entry.ts';

const entry = entryOf({
  ...{ Sequence: 3, Time: '2026-11-27T10:00:00.000Z' },
  Event: { api: 's3', operation: 'CreateBucket', principal: 'arn:aws:iam::0:user/ana', resources: ['arn:aws:s3:::b'] },
});

it('reads a record, and one that lacks everything', () => {
  expect(entry).toMatchObject({ sequence: 3, operation: 'CreateBucket', error: undefined });
  expect(entryOf({ Sequence: 1, Time: '', Event: null })).toMatchObject({ api: '', resources: [] });
});

it('finds it by all words, in any case', () => {
  expect(matches(entry, 'ANA createbucket')).toBe(true);
  expect(matches(entry, '')).toBe(true);
  expect(matches(entry, 'ana deletebucket')).toBe(false);
});
