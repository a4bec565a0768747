import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwsError } from '../../protocol/errors.ts';
import { checkFilter, type FilterScope, filtered } from './filters.ts';
import type { Message } from './messages.ts';

const message = (text: string, attributes: Message['attributes'] = {}): Message => ({
  ...{ messageId: 'id', at: 0, text, attributes },
});

const byAttributes = (policy: object, attributes: Message['attributes']) =>
  filtered(message('text', attributes))(JSON.stringify(policy), undefined, 'sqs');
const byBody = (policy: object, text: string) => filtered(message(text))(JSON.stringify(policy), 'MessageBody', 'sqs');

const text = (Value: string) => ({ Type: 'String', Value });

describe('a filter over attributes', () => {
  const policy = {
    store: ['example_corp'],
    event: [{ 'anything-but': 'order_cancelled' }],
    price: [{ numeric: ['>=', 100] }],
  };
  it.each([
    [
      'all hold',
      { store: text('example_corp'), event: text('placed'), price: { Type: 'Number', Value: '210.75' } },
      true,
    ],
    [
      'one does not',
      { store: text('example_corp'), event: text('order_cancelled'), price: { Type: 'Number', Value: '210' } },
      false,
    ],
    ['one is missing', { store: text('example_corp'), event: text('placed') }, false],
    ['a number as text', { store: text('example_corp'), event: text('placed'), price: text('210') }, false],
    [
      'an array has one of them',
      {
        store: { Type: 'String.Array', Value: '["a","example_corp"]' },
        event: text('x'),
        price: { Type: 'Number', Value: '1e3' },
      },
      true,
    ],
  ])('where %s', (_, attributes, passes) => expect(byAttributes(policy, attributes)).toBe(passes));

  it('does not see what is Binary', () => {
    const attributes = { key: { Type: 'Binary', Value: 'AAAA' } };
    expect(byAttributes({ key: [{ exists: true }] }, attributes)).toBe(false);
    expect(byAttributes({ key: [{ exists: false }] }, attributes)).toBe(true);
  });

  it('takes names with dots', () => expect(byAttributes({ 'a.b': ['c'] }, { 'a.b': text('c') })).toBe(true));
});

describe('a filter over the text', () => {
  const policy = {
    detail: { metric: ['f1'], value: [{ numeric: ['<', 0.8] }] },
    $or: [{ stage: ['prod'] }, { urgent: [true] }],
  };
  it.each([
    ['{"detail":{"metric":"f1","value":0.71},"stage":"prod"}', true],
    ['{"detail":{"metric":"f1","value":0.71},"urgent":true}', true],
    ['{"detail":{"metric":"f1","value":0.71}}', false],
    ['{"detail":{"metric":"f1","value":0.9},"stage":"prod"}', false],
    ['no JSON', false],
    ['["f1"]', false],
  ])('%s: %s', (body, passes) => expect(byBody(policy, body)).toBe(passes));

  it('looks at the text that the protocol gets', () => {
    const both = { ...message('{"a":1}'), texts: { default: '{"a":1}', lambda: '{"a":2}' } };
    const passes = filtered(both);
    expect([passes('{"a":[2]}', 'MessageBody', 'lambda'), passes('{"a":[2]}', 'MessageBody', 'sqs')]).toEqual([
      true,
      false,
    ]);
  });
});

describe('a policy that AWS would not take', () => {
  const many = (count: number) => Array.from({ length: count }, (_, nth) => `v${nth}`);
  const refusal = (policy: unknown, scope?: FilterScope) => {
    try {
      checkFilter(typeof policy === 'string' ? policy : JSON.stringify(policy), scope);
      return undefined;
    } catch (error) {
      if (!isAwsError(error)) throw error;
      return error.message.replace('Invalid parameter: FilterPolicy: ', '');
    }
  };

  it.each<[unknown, FilterScope | undefined, string | undefined]>([
    [{ a: many(150) }, undefined, undefined],
    [{ a: many(151) }, undefined, 'Filter policy is too complex'],
    [{ a: many(10), b: many(15) }, undefined, undefined],
    [{ a: many(10), b: many(16) }, undefined, 'Filter policy is too complex'],
    // AWS's own example: 4 values at the third level by 3 at the second.
    [{ key_a: { key_b: { key_c: many(4) } }, key_d: { key_e: many(3) } }, 'MessageBody', undefined],
    [
      { key_a: { key_b: { key_c: many(6) } }, key_d: { key_e: many(5) } },
      'MessageBody',
      'Filter policy is too complex',
    ],
    [{ $or: [{ a: many(100) }, { b: many(51) }] }, undefined, 'Filter policy is too complex'],
    [
      { a: ['1'], b: ['1'], c: ['1'], d: ['1'], e: ['1'], f: ['1'] },
      undefined,
      'Filter policy can not have more than 5 keys',
    ],
    [{ a: { b: ['c'] } }, undefined, 'Filter policy scope MessageAttributes does not support nested filter policy'],
    [{ a: { b: ['c'] } }, 'MessageBody', undefined],
    [
      { a: [{ numeric: ['=', 2e9] }] },
      undefined,
      'Numbers must lie between -1000000000 and 1000000000, and one does not',
    ],
  ])('%j %s', (policy, scope, expected) => expect(refusal(policy, scope)).toBe(expected));

  it.each(['', 'no JSON', '[]', '{"a":"b"}', '{"a":[]}', '{"a":[{"like":"b"}]}', '{"a":[["b"]]}'])('%s', (policy) =>
    expect(refusal(policy)).toEqual(expect.any(String)),
  );

  it('and any other text either is a policy or is refused as one', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (policy) => {
        expect(['string', 'undefined']).toContain(typeof refusal(policy, 'MessageBody'));
      }),
    ));
});
