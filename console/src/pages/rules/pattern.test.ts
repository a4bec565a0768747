/** Patterns in a few words. */
import { expect, it } from 'vitest';
import { patternInWords } from './pattern.ts';

it.each([
  [{ source: ['aws.s3'], 'detail-type': ['Object Created'] }, 'Object Created from aws.s3'],
  [{ source: ['a', 'b'] }, 'Events from a, b'],
  [{ 'detail-type': [{ prefix: 'Step' }] }, '{"prefix":"Step"}'],
  [{ source: ['aws.states'], detail: { status: ['FAILED'] } }, 'Events from aws.states, by detail'],
  [{ account: ['000000000000'] }, 'Events, by account'],
])('%j', (pattern, words) => expect(patternInWords(JSON.stringify(pattern))).toBe(words));

it('is a pattern, whatever else it is', () => expect(patternInWords('[')).toBe('A pattern'));
