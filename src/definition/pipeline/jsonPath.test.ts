import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatSegments, parseJsonPath, select } from './jsonPath.ts';
import type { Json } from './types.ts';

test.each<[string, ReturnType<typeof parseJsonPath>]>([
  ['metrics.accuracy', ['metrics', 'accuracy']],
  ['$.metrics.accuracy', ['metrics', 'accuracy']],
  ['$', []],
  ["$['a b'][0].c", ['a b', 0, 'c']],
  ['["validation:auc"].value', ['validation:auc', 'value']],
  ['Result[10]', ['Result', 10]],
  ['', undefined],
  ['$.', undefined],
  ['a..b', undefined],
  ['.a', ['a']],
  ['a.', undefined],
  ['a[', undefined],
  ['a[-1]', undefined],
  ["a['b", undefined],
  ['a b', ['a b']],
])('%j is read as %j', (text, segments) => {
  expect(parseJsonPath(text)).toEqual(segments);
});

test('a list is asked by position or by the name that its items bear', () => {
  const describe = {
    Outputs: [
      { OutputName: 'train', S3Uri: 's3://a' },
      { OutputName: 'val', S3Uri: 's3://b' },
    ],
  };
  expect(select(describe, ['Outputs', 'val', 'S3Uri'])).toEqual({ found: true, value: 's3://b' });
  expect(select(describe, ['Outputs', 0, 'S3Uri'])).toEqual({ found: true, value: 's3://a' });
  expect(select(describe, ['Outputs', 'test'])).toEqual({ found: false, depth: 1, at: describe.Outputs });
});

test('only own members are seen', () => {
  for (const name of ['__proto__', 'constructor', 'toString', 'length']) {
    expect(select({ a: [1] }, [name]).found).toBe(false);
    expect(select({ a: [1] }, ['a', name]).found).toBe(false);
    expect(select('text', [name]).found).toBe(false);
  }
});

test('a path read, written and read again is the same', () => {
  const name = fc
    .oneof(fc.string({ minLength: 1 }), fc.constantFrom('a', 'b-c'))
    .filter((text) => !/['"[\]]/.test(text));
  const segments = fc.array(fc.oneof(name, fc.nat({ max: 999_999_999 })), { minLength: 1, maxLength: 6 });
  fc.assert(fc.property(segments, (path) => void expect(parseJsonPath(formatSegments(path))).toEqual(path)));
});

test('any text is read or refused, and any value can be walked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.jsonValue(), (text, value) => {
      const segments = parseJsonPath(text);
      if (segments) expect(typeof select(value as Json, segments).found).toBe('boolean');
    }),
  );
});
