// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
/** Every operator, and what a missing key does: from "Condition operators" and "Multivalued context keys" in the IAM user guide. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseConditions } from './conditions.ts';
import { compileTest } from './conditionTests.ts';

type Given = string | string[] | undefined;

/** Whether `{ [operator]: { [key]: wanted } }` holds for a request with this value of the key `t:k`. */
function holds(operator: string, wanted: string | string[], given: Given, more: Record<string, string> = {}): boolean {
  const [test] = parseConditions({ [operator]: { 'T:k': wanted } }, '$', (path, message) => {
    throw new Error(`${path} ${message}`);
  });
  const values: Record<string, Given> = { 't:k': given, ...more };
  return compileTest(
    test!,
    true,
  )((key) => {
    const value = values[key];
    return value === undefined ? undefined : [value].flat();
  });
}

describe('operators', () => {
  it.each([
    ['StringEquals', 'a', 'a', true],
    ['StringEquals', 'a', 'A', false],
    ['StringEquals', 'a*', 'ab', false],
    ['StringEquals', ['a', 'b'], 'b', true],
    ['StringNotEquals', ['a', 'b'], 'b', false],
    ['StringNotEquals', ['a', 'b'], 'c', true],
    ['StringEqualsIgnoreCase', 'a', 'A', true],
    ['StringNotEqualsIgnoreCase', 'a', 'A', false],
    ['StringLike', 'home/*', 'home/x', true],
    ['StringLike', 'home/?', 'home/xy', false],
    ['StringLike', 'Home/*', 'home/x', false],
    ['StringNotLike', ['home/*', 'tmp/*'], 'tmp/x', false],
    ['NumericEquals', '10', '10.0', true],
    ['NumericNotEquals', '10', '11', true],
    ['NumericLessThan', '10', '9', true],
    ['NumericLessThan', '10', '10', false],
    ['NumericLessThanEquals', '10', '10', true],
    ['NumericGreaterThan', '10', '9', false],
    ['NumericGreaterThanEquals', '-1e1', '-10', true],
    ['NumericEquals', '10', 'ten', false],
    ['DateEquals', '2026-01-02T00:00:00Z', '2026-01-02', true],
    ['DateNotEquals', '2026-01-02T00:00:00Z', '2026-01-03T00:00:00Z', true],
    ['DateLessThan', '2026-01-02T00:00:00+01:00', '2026-01-01T22:59:59Z', true],
    ['DateGreaterThan', '1767312000', '2026-01-02T00:00:01Z', true],
    ['DateLessThanEquals', '2026-01-02T00:00:00Z', '2026-01-02T00:00:00Z', true],
    ['DateGreaterThanEquals', '2026-01-02', 'yesterday', false],
    ['Bool', 'true', 'TRUE', true],
    ['Bool', 'false', 'true', false],
    ['Bool', 'yes', 'yes', false],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ5', true],
    ['BinaryEquals', 'QmluYXJ5', 'QmluYXJ4', false],
    ['IpAddress', '203.0.113.0/24', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '203.0.114.9', false],
    ['IpAddress', '203.0.113.9', '203.0.113.9', true],
    ['IpAddress', '203.0.113.0/24', '::ffff:203.0.113.9', true],
    ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678:9::1', true],
    ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5679::1', false],
    ['IpAddress', '0.0.0.0/0', '2001:db8::1', false],
    ['IpAddress', '203.0.113.0/33', '203.0.113.9', false],
    ['IpAddress', 'office', '203.0.113.9', false],
    ['NotIpAddress', ['203.0.113.0/24', '::1'], '::1', false],
    ['NotIpAddress', '203.0.113.0/24', '10.0.0.1', true],
    ['ArnEquals', 'arn:aws:s3:::b*', 'arn:aws:s3:::bucket', true],
    ['ArnLike', 'arn:aws:iam::*:role/a-*', 'arn:aws:iam::1:role/a-b', true],
    ['ArnLike', 'arn:aws:*:role/a', 'arn:aws:iam::1:role/a', false],
    ['ArnNotEquals', 'arn:aws:iam::1:role/a', 'arn:aws:iam::1:role/b', true],
    ['ArnNotLike', 'arn:aws:iam::*:role/*', 'arn:aws:iam::1:role/b', false],
    ['Null', 'true', undefined, true],
    ['Null', 'true', 'a', false],
    ['Null', 'false', 'a', true],
    ['Null', 'false', [], false],
  ] as [string, string | string[], Given, boolean][])('%s %j on %j is %s', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });
});

describe('a key that the request lacks', () => {
  it.each([
    ['StringEquals', false],
    ['StringNotEquals', true],
    ['StringLike', false],
    ['StringNotLike', true],
    ['NumericLessThan', false],
    ['NotIpAddress', true],
    ['ArnNotLike', true],
    ['Bool', false],
    ['StringEqualsIfExists', true],
    ['BoolIfExists', true],
    ['StringNotEqualsIfExists', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringNotEquals', false],
    ['ForAnyValue:StringEqualsIfExists', true],
  ])('%s holds: %s', (operator, expected) => expect(holds(operator, 'true', undefined)).toBe(expected));

  it('has no IfExists form of Null', () => {
    expect(() => holds('NullIfExists', 'true', undefined)).toThrow(/Invalid condition operator/);
  });
});

describe('several values', () => {
  it.each([
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'b'], ['a', 'c'], false],
    ['ForAllValues:StringEquals', ['a', 'b'], [''], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['a', 'b'], ['c', 'a'], false],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['x', 'b'], true],
    ['ForAnyValue:StringEquals', ['a', 'b'], ['x'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'x'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false],
    ['ForAnyValue:StringLike', ['a*'], ['x', 'ab'], true],
  ] as [string, string[], string[], boolean][])('%s %j on %j is %s', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given)).toBe(expected);
  });
});

describe('policy variables', () => {
  const name = { 'aws:username': 'anna', 'aws:principaltag/cost center': 'x*', 'aws:multi': '' };
  it.each([
    ['StringEquals', '${aws:username}', 'anna', true],
    ['StringEquals', '${AWS:UserName}', 'anna', true],
    ['StringLike', 'home/${aws:username}/*', 'home/anna/x', true],
    ['StringLike', 'home/${aws:username}/*', 'home/bob/x', false],
    ['StringLike', '${aws:PrincipalTag/cost center}', 'xy', false],
    ['StringLike', '${aws:PrincipalTag/cost center}', 'x*', true],
    ['StringEquals', "${aws:PrincipalTag/team, 'none'}", 'none', true],
    ['StringEquals', "${aws:username, 'none'}", 'anna', true],
    ['StringLike', 'a${*}', 'ab', false],
    ['StringLike', 'a${*}', 'a*', true],
    ['StringLike', 'a${?}${$}', 'a?$', true],
    ['StringEquals', '${aws:missing}', '', false],
    ['StringNotEquals', '${aws:missing}', 'a', true],
    ['StringLike', '${aws:missing}*', 'a', false],
    ['ArnLike', 'arn:aws:s3:::${aws:username}/*', 'arn:aws:s3:::anna/x', true],
    ['NumericEquals', '${aws:username}', 'anna', false],
  ])('%s %s on %s is %s', (operator, wanted, given, expected) => {
    expect(holds(operator, wanted, given, name)).toBe(expected);
  });

  it('stand for text, never for wildcards', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (value, given) => {
        expect(holds('StringLike', '${aws:username}', given, { 'aws:username': value })).toBe(value === given);
      }),
    );
  });
});
