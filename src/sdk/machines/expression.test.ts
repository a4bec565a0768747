import fc from 'fast-check';
import evaluator from 'jsonata';
import { describe, expect, test } from 'vitest';
import { reference } from '../references.ts';
import { type Expression, expression, jsonata, orElse, readAs, text, type Writing, write } from './expression.ts';

const writing: Writing = {
  account: '123456789012',
  region: 'eu-west-1',
  language: 'JSONata',
  machine: "machine 'm'",
  subject: "state 'S' of machine 'm'",
};
const result = expression<{ f1: number; 'odd-name': { and: string }; list: { x: number }[] }>(() => '$states.result');
const written = (value: unknown) => write(value, writing);
/** What an expression gives when JSONata evaluates it. */
const evaluated = async (value: Expression<unknown>, variables: Record<string, unknown> = {}) =>
  JSON.parse(
    JSON.stringify(await evaluator(String(written(value)).slice(2, -2)).evaluate(null, variables)) ?? 'null',
  ) as unknown;

describe('reading members', () => {
  test('names them as JSONata does', () => {
    expect(written(result.f1)).toBe('{% $states.result.f1 %}');
    expect(written(result['odd-name'].and)).toBe('{% $states.result.`odd-name`.`and` %}');
    expect(written(result.list[0].x)).toBe('{% $states.result.list[0].x %}');
  });

  test('of a longer expression reads from all of it', async () => {
    const merged = jsonata<{ b: number }>`$merge([${{ a: 1 }}, ${{ b: 2 }}])`;
    expect(written(merged.b)).toBe('{% ($merge([{"a": 1}, {"b": 2}])).b %}');
    expect(await evaluated(merged.b)).toBe(2);
  });

  test('refuses a name that JSONata cannot write', () => {
    expect(() => written(readAs<Record<string, string>>(result)['a`b'])).toThrow(
      /the member .a`b.: JSONata cannot name it/,
    );
  });
});

describe('inserting values', () => {
  test('any text stays that text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme' }), fc.string(), async (one, two) => {
        expect(await evaluated(text`${one}/${jsonata`$two`}`, { two })).toBe(`${one}/${two}`);
      }),
      { numRuns: 50 },
    );
  });

  test('any JSON stays that JSON', async () => {
    // JSONata takes -0 for 0, and a list of one for its item where it is not told otherwise.
    const json = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)));
    await fc.assert(
      fc.asyncProperty(json, async (value) => {
        const plain = { ...value };
        expect(await evaluated(jsonata`[${plain}, 0]`)).toEqual([plain, 0]);
      }),
      { numRuns: 50 },
    );
  });

  test('a negative number is no subtraction', async () => {
    expect(await evaluated(jsonata`3 -${-2}`)).toBe(5);
  });

  test('an expression in another keeps its own order', async () => {
    const sum = jsonata<number>`1 + 2`;
    expect(await evaluated(jsonata`${sum} * 3`)).toBe(9);
  });

  test('an object with expressions in it', async () => {
    expect(await evaluated(jsonata`$string(${{ a: jsonata`$x`, b: [jsonata`$x + 1`], c: undefined }})`, { x: 1 })).toBe(
      '{"a":1,"b":[2]}',
    );
  });

  test('what depends on the account is written where it is known', () => {
    expect(written(text`arn:${({ account }: { account: string }) => account}`)).toBe('{% "arn:123456789012" %}');
    expect(written({ Role: ({ region }: { region: string }) => region })).toEqual({ Role: 'eu-west-1' });
  });
});

describe('texts', () => {
  test('in texts become one, and what is known stands together', () => {
    const prefix = text`s3://${'bucket'}/${result.f1}`;
    expect(written(text`${prefix}/a/${1}.csv`)).toBe('{% "s3://bucket/" & $states.result.f1 & "/a/1.csv" %}');
  });

  test('of one value are texts, even when the value is a number', async () => {
    expect(await evaluated(text`${jsonata<number>`1`}`)).toBe('1');
    expect(await evaluated(text``)).toBe('');
  });
});

test('orElse gives the other value only where there is none', async () => {
  const value = orElse(jsonata<string>`$x.y`, 'none');
  expect(await evaluated(value, { x: {} })).toBe('none');
  expect(await evaluated(value, { x: { y: '' } })).toBe('');
});

describe('what cannot be written', () => {
  test('an expression in a plain template literal or in JSON.stringify', () => {
    expect(() => `${result}`).toThrow(/known only while the machine runs.*Write text/);
    expect(() => JSON.stringify({ result })).toThrow(/known only while the machine runs/);
  });

  test('what JSON does not hold, named with the state', () => {
    expect(() => written({ at: new Date(0) })).toThrow(
      "In state 'S' of machine 'm': a Date is given where JSON belongs",
    );
    expect(() => written([Number.NaN])).toThrow(/NaN is given, which JSON cannot hold/);
    expect(() => written({ big: 1n })).toThrow(/a bigint is given/);
  });
});

test('a pipeline’s reference is no value of a machine', () => {
  expect(() => written({ uri: reference({ Get: 'Parameters.X' }) })).toThrow(
    /"Parameters.X"} is a pipeline's reference/,
  );
});
