/** Sample events match the patterns that they are fitted to: as the server matches them. */
import { expect, it } from 'vitest';
import { compilePattern } from '../../../../src/definition/patterns/index.ts';
import { fitted, sampleEvent } from './fitted.ts';

const place = { account: '123456789012', region: 'eu-west-1', at: new Date('2026-11-27T06:00:00Z') };

const S3 = { source: ['aws.s3'], 'detail-type': ['Object Created'] };
const STATES = { source: ['aws.states'], 'detail-type': ['Step Functions Execution Status Change'] };

it.each<[string, object]>([
  [
    'a bucket and the beginning of a key',
    { ...S3, detail: { bucket: { name: ['d'] }, object: { key: [{ prefix: 'raw/' }] } } },
  ],
  [
    'one of several, and the end of an ARN',
    { ...STATES, detail: { status: ['ABORTED', 'TIMED_OUT'], stateMachineArn: [{ suffix: ':training' }] } },
  ],
  ['what is there already', { ...STATES, detail: { status: ['ABORTED', 'FAILED'] } }],
  [
    'numbers',
    { source: ['shop'], detail: { amount: [{ numeric: ['>', 50] }], count: [{ numeric: ['>=', 1, '<', 9] }] } },
  ],
  ['letters of either case, and any', { detail: { a: [{ 'equals-ignore-case': 'ABC' }], b: [{ wildcard: 'x*y*' }] } }],
  [
    'what is there, is not, or is another',
    { detail: { a: [{ exists: true }], order: [{ exists: false }], b: [{ 'anything-but': ['x'] }] } },
  ],
  ['one of two', { $or: [{ detail: { a: ['b'] } }, { source: ['c'] }] }],
  ['a resource', { resources: [{ prefix: 'arn:aws:s3:::' }] }],
  ['nothing and a number', { detail: { none: [null], n: [3], yes: [true] } }],
])('%s', (_, pattern) => {
  const compiled = compilePattern(JSON.stringify(pattern));
  if (!compiled.ok) throw new Error(compiled.reason);
  expect(compiled.pattern.matches(sampleEvent(JSON.stringify(pattern), place))).toBe(true);
});

it.each(['[', '[]', '"x"', '{"a": 1}'])('%s changes nothing', (pattern) =>
  expect(fitted({ b: 2 }, pattern)).toEqual({ b: 2 }),
);
