/** What is read of clients' texts is bounded, and nothing of it fails otherwise than by AWS's errors. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAwsError } from '../../protocol/errors.ts';
import { withAttributes } from './attributes.ts';
import { attributesFor, checkedAttributes, digestOf, writtenAttributes } from './messageAttributes.ts';
import { sourceOfHandle } from './moves.ts';
import { namedByUrl } from './names.ts';
import { withoutPermission, withPermission } from './policies.ts';
import { readReceipt } from './receipts.ts';
import { checkRedriveAllowPolicy, checkRedrivePolicy } from './redrive.ts';

/** Works, or is refused. */
function orRefused(work: () => unknown): void {
  try {
    work();
  } catch (error) {
    expect(isAwsError(error), String(error)).toBe(true);
  }
}

const text = fc.oneof(fc.string({ unit: 'binary' }), fc.json(), fc.webUrl(), fc.base64String());

it.each<[string, (given: string) => unknown]>([
  ['URL', namedByUrl],
  ['receipt handle', (given) => readReceipt(given, 1)],
  ['task handle', sourceOfHandle],
  ['redrive policy', checkRedrivePolicy],
  ['redrive allow policy', checkRedriveAllowPolicy],
  ['policy', (Policy) => withAttributes({}, { Policy })],
  ['attribute name', (name) => withAttributes({}, { [name]: '1' })],
  ['label', (label) => withPermission(undefined, 'arn', { label, accounts: ['000000000000'], actions: ['*'] })],
  ['account', (one) => withPermission(undefined, 'arn', { label: 'l', accounts: [one], actions: [one] })],
  ['label to be removed', (label) => withoutPermission('{"Statement":[]}', label)],
])('any text is a %s, or is refused as none', (_, read) => {
  fc.assert(
    fc.property(text, (given) => orRefused(() => read(given))),
    { numRuns: 300 },
  );
});

it.each([
  'http://localhost:4566/000000000000/../other',
  'http://localhost:4566/000000000000/a/b',
  'http://localhost:4566/000000000000/a%2fb',
  'http://localhost:4566/1/name',
  'file:///etc/passwd',
  `http://localhost/000000000000/${'x'.repeat(5000)}`,
])('%s names no queue', (url) => expect(() => namedByUrl(url)).toThrow('is not valid for this endpoint'));

it.each([
  ['http://localhost:4566/000000000000/orders', 'orders'],
  ['https://sqs.eu-west-1.amazonaws.com/000000000000/orders.fifo', 'orders.fifo'],
  ['/000000000000/orders', 'orders'],
])('%s names %s, wherever its host is', (url, name) =>
  expect(namedByUrl(url)).toEqual({ account: '000000000000', name }),
);

describe('attributes of messages', () => {
  const attribute = fc.oneof(
    fc.record({ DataType: fc.constantFrom('String', 'String.kind'), StringValue: fc.string({ minLength: 1 }) }),
    fc.record({ DataType: fc.constant('Binary'), BinaryValue: fc.uint8Array({ minLength: 1 }) }),
    fc.record({ DataType: fc.constant('Number'), StringValue: fc.integer().map(String) }),
    fc.record({ DataType: text, StringValue: text }),
  );

  it('that are taken come back as they were sent, in any order, with the same digest', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constantFrom('a', 'b.c', 'D-e_f'), text), attribute, { maxKeys: 4 }),
        (given) =>
          orRefused(() => {
            const checked = checkedAttributes(given);
            const kept = attributesFor(writtenAttributes(checked), ['All']);
            expect(digestOf([...kept].reverse())).toBe(digestOf(checked));
          }),
      ),
    );
  });

  it.each([
    [{ '.a': { DataType: 'String', StringValue: 'x' } }, /invalid name/],
    [{ 'AWS.x': { DataType: 'String', StringValue: 'x' } }, /invalid name/],
    [{ a: { DataType: 'Text', StringValue: 'x' } }, /supported type prefixes/],
    [{ a: { DataType: 'Number', StringValue: 'x' } }, /Can't cast the value/],
    [{ a: { DataType: 'String' } }, /non-empty message attribute value/],
    [{ a: { DataType: 'Binary', StringValue: 'x' } }, /non-empty message attribute value/],
    [Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, {}])), /exceeds the allowed maximum \[10\]/],
  ])('%j are refused', (given, message) => expect(() => checkedAttributes(given)).toThrow(message));
});
