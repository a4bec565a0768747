import fc from 'fast-check';
import { expect, it } from 'vitest';
import { differences } from './differences.ts';

const different = (left: unknown, right: unknown) => differences(left, right).filter((one) => !one.same);

it('tells the leaves that differ, with the way to each', () => {
  const left = { rows: 10, spec: { inputs: [{ uri: 's3://a/1' }], image: 'x' }, 'a b': 1 };
  const right = { rows: 12, spec: { inputs: [{ uri: 's3://a/2' }, { uri: 's3://b' }], image: 'x' }, extra: true };
  expect(different(left, right)).toEqual([
    { path: 'rows', left: 10, right: 12, same: false },
    { path: 'spec.inputs[0].uri', left: 's3://a/1', right: 's3://a/2', same: false },
    { path: 'spec.inputs[1].uri', left: undefined, right: 's3://b', same: false },
    { path: '["a b"]', left: 1, right: undefined, same: false },
    { path: 'extra', left: undefined, right: true, same: false },
  ]);
});

it.each([
  [1, '1'],
  [null, undefined],
  [[], {}],
  [{ a: 1 }, [1]],
  [{ a: 1 }, 3],
  [Number.NaN, 0],
])('%j and %j differ', (left, right) => expect(different({ at: left }, { at: right })).not.toEqual([]));

it('finds nothing between equals, and something between others, whichever way round', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (left, right) => {
      expect(different(left, structuredClone(left))).toEqual([]);
      const equal = JSON.stringify(left) === JSON.stringify(right);
      if (!equal && different(left, right).length === 0) {
        // Only the order of keys, or the sign of a zero, may be what JSON tells apart.
        expect(left).toEqual(right);
      }
      expect(different(left, right)).toHaveLength(different(right, left).length);
    }),
  );
});

it('reads what is nested deeper than the stack is high', () => {
  let [left, right]: unknown[] = [1, 2];
  for (let depth = 0; depth < 20_000; depth += 1) [left, right] = [[left], [right]];
  expect(different(left, right)).toHaveLength(1);
});
