/** Choice rules, beyond the comparisons that are recorded (recorded.test.ts). */
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../scope.ts';
import { outcome } from '../testing.ts';
import { compileChoiceTest } from './compile.ts';

const choose = (rule: JsonObject, input: Json, variables = {}) =>
  outcome(compileChoiceTest(rule), input, { variables });
const missing = (path: string) => ({
  failure: {
    error: 'States.Runtime',
    cause: `Invalid path '${path}': The choice state's condition path references an invalid value.`,
  },
});

describe('StringMatches', () => {
  it.each<[string, Json, boolean]>([
    ['log-*.txt', 'log-1.txt', true],
    ['log-*.txt', 'log-.txt', true],
    ['log-*.txt', 'log-1.txt.gz', false],
    ['*', '', true],
    ['a*b*c', 'a1b2b3c', true],
    ['a?c', 'abc', false],
    ['a.c', 'abc', false],
    ['a\\*c', 'a*c', true],
    ['a\\*c', 'abc', false],
    ['a\\\\*', 'a\\b', true],
    ['a\\b', 'a\\b', true],
    ['1', 1, false],
    [`${'a*'.repeat(500)}b`, 'a'.repeat(5_000), false],
  ])('%s against %j', (pattern, value, holds) => {
    expect(choose({ Variable: '$.v', StringMatches: pattern }, { v: value })).toEqual({ value: holds });
  });
});

describe('a rule', () => {
  const yes = { Variable: '$.t', BooleanEquals: true };
  const no = { Variable: '$.t', BooleanEquals: false };
  const broken = { Variable: '$.gone', IsNull: true };

  it.each<[JsonObject, boolean]>([
    [{ And: [yes, yes] }, true],
    [{ And: [yes, no] }, false],
    [{ And: [no, broken] }, false],
    [{ Or: [no, yes] }, true],
    [{ Or: [yes, broken] }, true],
    [{ Or: [no, no] }, false],
    [{ Not: no }, true],
    [{ Not: { And: [yes, { Or: [no, { Not: yes }] }] }, Next: 'A', Assign: {} }, true],
  ])('%j is %s', (rule, holds) => expect(choose(rule, { t: true })).toEqual({ value: holds }));

  it('reads variables, the context object and any path', () => {
    expect(choose({ Variable: '$a.b', StringEqualsPath: '$c' }, {}, { a: { b: 'x' }, c: 'x' })).toEqual({
      value: true,
    });
    expect(choose({ Variable: '$$.Execution', IsPresent: false }, {})).toEqual({ value: true });
    expect(choose({ Variable: '$.list.length()', NumericEquals: 2 }, { list: [1, 2] })).toEqual({ value: true });
    const compiled = compileChoiceTest({
      Or: [
        { Variable: '$b', NumericEqualsPath: '$a' },
        { Variable: '$b', IsNull: true },
      ],
    });
    expect(compiled.ok && compiled.variables).toEqual(['a', 'b']);
  });

  it.each([
    ['2016-12-05T21:29:29Z', true],
    ['2016-12-05T21:29:29.123+01:00', true],
    ['2016-12-05T21:29:29', false],
    ['2016-12-05', false],
    [1480973369, false],
  ])('IsTimestamp of %j is %s', (value, holds) => {
    expect(choose({ Variable: '$', IsTimestamp: true }, value)).toEqual({ value: holds });
    expect(choose({ Variable: '$', IsTimestamp: false }, value)).toEqual({ value: !holds });
  });

  it('compares timestamps as instants', () => {
    const rule = { Variable: '$', TimestampEquals: '2016-12-05T21:29:29Z' };
    expect(choose(rule, '2016-12-05T22:29:29+01:00')).toEqual({ value: true });
  });

  it('fails when something is not there, unless it asks for that', () => {
    expect(choose({ Variable: '$.gone', NumericEquals: 1 }, {})).toEqual(missing('$.gone'));
    expect(choose({ Variable: '$.gone', IsNull: true }, {})).toEqual(missing('$.gone'));
    expect(choose({ Variable: '$.a', NumericEqualsPath: '$.gone' }, { a: 1 })).toEqual(missing('$.gone'));
    expect(choose({ Variable: '$.gone.too', IsPresent: false }, {})).toEqual({ value: true });
    expect(choose({ Variable: '$.gone', IsPresent: true }, {})).toEqual({ value: false });
  });
});

describe('a rule that cannot be read', () => {
  it.each<[JsonObject, string, string]>([
    [
      { Variable: 'a', IsNull: true },
      '/Variable',
      "Value is not a Reference Path: Reference path didn't start with '$'",
    ],
    [{ Variable: '$.', IsNull: true }, '/Variable', 'Value must be a valid JSONPath.'],
    [{ IsNull: true }, '/Variable', 'Value must be a valid JSONPath.'],
    [{ Variable: '$' }, '', 'A choice rule must have exactly one comparison operator'],
    [{ Variable: '$', IsNull: true, IsString: true }, '', 'A choice rule must have exactly one comparison operator'],
    [{ Variable: '$', NumericIsh: 1 }, '/NumericIsh', "There is no comparison operator 'NumericIsh'"],
    [
      { Variable: '$', StringMatchesPath: '$.a' },
      '/StringMatchesPath',
      "There is no comparison operator 'StringMatchesPath'",
    ],
    [{ Variable: '$', NumericEquals: '1' }, '/NumericEquals', 'Expected value of type NUMBER'],
    [{ Variable: '$', IsPresent: 'yes' }, '/IsPresent', 'Expected value of type BOOLEAN'],
    [{ Variable: '$', TimestampEquals: 'now' }, '/TimestampEquals', 'String does not match RFC3339 timestamp'],
    [{ And: [] }, '', "The field 'And' must be a non-empty array"],
    [{ Or: [{ Not: 1 }] }, '/Or/0/Not', 'A choice rule must be an object'],
  ])('%j', (rule, at, message) => {
    expect(compileChoiceTest(rule)).toEqual({ ok: false, problems: [{ at, message }] });
  });

  it('is one that nests without end', () => {
    let rule: JsonObject = { Variable: '$', IsNull: true };
    for (let level = 0; level < 10_000; level += 1) rule = { Not: rule };
    expect(compileChoiceTest(rule).ok).toBe(false);
  });
});
