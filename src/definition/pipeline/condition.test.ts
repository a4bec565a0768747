import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { evaluateConditions, type Verdict } from './condition.ts';
import type { Scope } from './resolve.ts';
import { COMPARISONS, type Condition, type Expression, type Json } from './types.ts';

const scope: Scope = {
  parameter: (name) => (name === 'Threshold' ? 0.78 : undefined),
  execution: {},
  step: () => undefined,
  document: (uri) => (uri === 's3://b/read.json' ? { ok: true, value: { a: 0.81 } } : undefined),
};
const not = (condition: Condition): Condition => ({ Type: 'Not', Condition: condition });
const or = (...conditions: Condition[]): Condition => ({ Type: 'Or', Conditions: conditions });
const yes: Condition = { Type: 'Equals', LeftValue: 1, RightValue: 1 };
const no: Condition = { Type: 'Equals', LeftValue: 1, RightValue: 2 };
const broken: Condition = { Type: 'Equals', LeftValue: true, RightValue: 2 };
const unread = (key: string): Condition => ({
  Type: 'Equals',
  LeftValue: { 'Std:JsonGet': { S3Uri: `s3://b/${key}`, Path: 'a' } },
  RightValue: 1,
});
const value = (verdict: Verdict) => (verdict.ok ? verdict.value : verdict);

describe('comparisons', () => {
  test.each<[Condition['Type'], Json, Json, boolean]>([
    ['Equals', 1, 1.0, true],
    ['Equals', 1, '1.0', true],
    ['Equals', 'a', 'a', true],
    ['Equals', '1', '1.0', false],
    ['Equals', true, 'True', true],
    ['Equals', 'false', false, true],
    ['NotEquals', 1, 2, true],
    ['NotEquals', 'a', 'a', false],
    ['GreaterThan', 0.79, 0.78, true],
    ['GreaterThan', 0.78, 0.78, false],
    ['GreaterThan', '10', '9', true],
    ['GreaterThanOrEqualTo', 0.78, '0.78', true],
    ['LessThan', -1, '1e-3', true],
    ['LessThanOrEqualTo', 2, 1, false],
    ['GreaterThan', '2026-11-27T06:49:55.000Z', '2020-12-01', true],
    ['LessThan', '2026-11-27T06:49:55+02:00', '2026-11-27T05:00:00Z', true],
    ['GreaterThanOrEqualTo', '2026-11-27', '2026-11-27 00:00', true],
  ])('%s of %j and %j is %j', (type, left, right, verdict) => {
    const condition = { Type: type, LeftValue: left, RightValue: right } as Condition;
    expect(value(evaluateConditions([condition], scope))).toBe(verdict);
  });

  test.each<[Condition['Type'], Json, Json]>([
    ['Equals', 1, 'one'],
    ['Equals', true, 1],
    ['NotEquals', null, 1],
    ['GreaterThan', 'b', 'a'],
    ['LessThan', true, 2],
    ['GreaterThanOrEqualTo', 'n/a', 0.78],
    ['GreaterThan', '2026-13-01', '2020-12-01'],
    ['GreaterThan', '2020-12-01', 2020],
    ['Equals', [1], [1]],
  ])('%s of %j and %j is an error that names both', (type, left, right) => {
    const condition = { Type: type, LeftValue: left, RightValue: right } as Condition;
    const message = expect.stringContaining(`${JSON.stringify(left)} and ${JSON.stringify(right)}`);
    expect(evaluateConditions([condition], scope)).toEqual({
      ok: false,
      error: { code: 'OperandsDoNotCompare', message },
    });
  });

  test('operands are resolved, and an error says what they were written as', () => {
    const accuracy: Expression = { 'Std:JsonGet': { S3Uri: 's3://b/read.json', Path: 'a' } };
    const threshold: Expression = { Get: 'Parameters.Threshold' };
    const gate: Condition = { Type: 'GreaterThanOrEqualTo', LeftValue: accuracy, RightValue: threshold };
    expect(value(evaluateConditions([gate], scope))).toBe(true);
    const wrong = evaluateConditions([{ ...gate, Type: 'LessThan', LeftValue: 'x' }], scope);
    expect(JSON.stringify(wrong)).toContain('0.78 (from {\\"Get\\":\\"Parameters.Threshold\\"})');
  });
});

test('In and NotIn look for an equal value among others of any kind', () => {
  const among = (query: Json, ...values: Json[]): Condition => ({ Type: 'In', QueryValue: query, Values: values });
  expect(value(evaluateConditions([among(2, 'a', true, '2.0')], scope))).toBe(true);
  expect(value(evaluateConditions([among('a', 'b', 1)], scope))).toBe(false);
  expect(value(evaluateConditions([{ ...among('a', 'b', 1), Type: 'NotIn' } as Condition], scope))).toBe(true);
});

describe('Not, Or and the list of conditions', () => {
  test.each<[string, Condition[], boolean]>([
    ['all hold', [yes, not(no)], true],
    ['one does not', [yes, no], false],
    ['any of Or', [or(no, yes)], true],
    ['none of Or', [or(no, not(yes))], false],
    ['the first that settles it decides', [no, broken], false],
    ['the same in Or', [or(yes, broken)], true],
    ['nested', [not(or(no, not(or(no, yes))))], true],
  ])('%s', (_, conditions, verdict) => {
    expect(evaluateConditions(conditions, scope)).toEqual({ ok: true, value: verdict });
  });

  test('documents are asked for together, errors wait until they are read', () => {
    const needs = ['s3://b/1.json', 's3://b/2.json'];
    expect(evaluateConditions([unread('1.json'), broken, unread('2.json')], scope)).toEqual({ ok: false, needs });
    expect(evaluateConditions([no, unread('1.json')], scope)).toEqual({ ok: true, value: false });
    expect(evaluateConditions([or(unread('1.json'), yes)], scope)).toEqual({ ok: false, needs: ['s3://b/1.json'] });
  });
});

test('for numbers in any writing, each comparison agrees with its opposite', () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n));
  const written = fc.tuple(number, fc.boolean()).map(([n, asText]): Json => (asText ? String(n) : n));
  const opposite = { GreaterThan: 'LessThanOrEqualTo', LessThan: 'GreaterThanOrEqualTo' } as const;
  fc.assert(
    fc.property(written, written, (left, right) => {
      for (const [type, other] of Object.entries(opposite)) {
        const condition = (Type: string) => ({ Type, LeftValue: left, RightValue: right }) as Condition;
        const verdict = value(evaluateConditions([condition(type)], scope));
        expect(value(evaluateConditions([condition(other)], scope))).toBe(!verdict);
      }
    }),
  );
});

test('answers for any operands', () => {
  fc.assert(
    fc.property(fc.constantFrom(...COMPARISONS), fc.jsonValue(), fc.jsonValue(), (Type, left, right) => {
      const condition = { Type, LeftValue: left, RightValue: right } as Condition;
      expect(typeof evaluateConditions([condition], scope).ok).toBe('boolean');
    }),
  );
});
