import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bindParameters } from './parameters.ts';
import type { ParameterDefinition } from './types.ts';

const Parameters: ParameterDefinition[] = [
  { Name: 'Uri', Type: 'String' },
  { Name: 'Threshold', Type: 'Float', DefaultValue: 0.78 },
  { Name: 'Count', Type: 'Integer', DefaultValue: 2 },
  { Name: 'Flag', Type: 'Boolean', DefaultValue: false },
  { Name: 'Mode', Type: 'String', DefaultValue: 'a', EnumValues: ['a', 'b'] },
];
const given = (values: Record<string, string>) => Object.entries(values).map(([Name, Value]) => ({ Name, Value }));

test('values are typed, defaults fill in, and the listing shows texts in the order of the pipeline', () => {
  expect(bindParameters({ Parameters }, given({ Flag: 'True', Count: '-7', Uri: 's3://b/k' }))).toEqual({
    values: { Uri: 's3://b/k', Threshold: 0.78, Count: -7, Flag: true, Mode: 'a' },
    listed: [
      { Name: 'Uri', Value: 's3://b/k' },
      { Name: 'Threshold', Value: '0.78' },
      { Name: 'Count', Value: '-7' },
      { Name: 'Flag', Value: 'true' },
      { Name: 'Mode', Value: 'a' },
    ],
  });
});

test('a pipeline without parameters takes none', () => {
  expect(bindParameters({}, [])).toEqual({ values: {}, listed: [] });
});

describe('refuses', () => {
  test.each<[string, Record<string, string>, string, string, RegExp]>([
    ['a missing value', {}, '$.PipelineParameters', 'missing-parameter', /'Uri' \(String\) has no default/],
    [
      'an unknown name',
      { Threshhold: '1' },
      '$.PipelineParameters[0].Name',
      'unknown-parameter',
      /Did you mean 'Threshold'/,
    ],
    ['no number', { Threshold: 'high' }, '$.PipelineParameters[0].Value', 'parameter-type', /'high' is no number/],
    ['infinity', { Threshold: 'Infinity' }, '$.PipelineParameters[0].Value', 'parameter-type', /Float/],
    ['a part of a whole', { Count: '1.5' }, '$.PipelineParameters[0].Value', 'parameter-type', /whole number/],
    [
      'a huge whole number',
      { Count: '9007199254740993' },
      '$.PipelineParameters[0].Value',
      'parameter-type',
      /Integer/,
    ],
    ['no boolean', { Flag: 'yes' }, '$.PipelineParameters[0].Value', 'parameter-type', /True or False/],
    ['another value', { Mode: 'c' }, '$.PipelineParameters[0].Value', 'enum-values', /'a' and 'b', and was given 'c'/],
    ['a long value', { Uri: 'x'.repeat(1025) }, '$.PipelineParameters[0].Value', 'too-long', /1025 characters/],
  ])('%s', (_, values, path, rule, words) => {
    const bound = bindParameters({ Parameters }, given(values));
    expect('problems' in bound && bound.problems).toContainEqual({ path, rule, message: expect.stringMatching(words) });
  });

  test('a value given twice, and everything else at once', () => {
    const twice = [...given({ Uri: 'a' }), ...given({ Uri: 'b', Count: 'x', Nobody: '1' })];
    const bound = bindParameters({ Parameters }, twice);
    const rules = 'problems' in bound ? bound.problems.map(({ rule }) => rule) : [];
    expect(rules).toEqual(['duplicate-parameter', 'parameter-type', 'unknown-parameter']);
  });
});

test('what is listed binds to the same values again', () => {
  const values = fc.record({
    Uri: fc.string({ maxLength: 1024 }),
    Threshold: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    Count: fc.maxSafeInteger().map(String),
    Flag: fc.constantFrom('True', 'false'),
  });
  fc.assert(
    fc.property(values, (start) => {
      const first = bindParameters({ Parameters }, given(start));
      if ('problems' in first) throw new Error(JSON.stringify(first.problems));
      expect(bindParameters({ Parameters }, first.listed)).toEqual({
        ...first,
        values: { ...first.values, Threshold: Number(start.Threshold) + 0, Count: Number(start.Count) + 0 },
      });
    }),
  );
});
