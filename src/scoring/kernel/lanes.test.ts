import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createForest, type SourceTree, type Trees } from '../model/model.ts';
import { prepareLanes, scoreLanes } from './lanes.ts';
import { LANES, MOST_DEPTH } from './lanesCode.ts';
import { walkTrees } from './walk.ts';

const FEATURES = 3;
const GROUPS = 2;

/** Few enough that values meet thresholds, with the odd ones. */
const number = fc
  .constantFrom(-1e30, -2, -0.125, -0, 0, 1e-40, 0.125, 1, 1.5, 2, 7, 3e38, -Infinity, Infinity)
  .map(Math.fround);
const value = fc.oneof({ weight: 8, arbitrary: number }, { weight: 1, arbitrary: fc.constant(Number.NaN) });

type Shape = { feature: number; threshold: number; missingLeft: boolean; left: Shape; right: Shape } | { leaf: number };

const shapes = (depth: number): fc.Arbitrary<Shape> => {
  const leaf = fc.record({ leaf: fc.float({ min: -2, max: 2, noNaN: true }) });
  if (depth === 0) return leaf;
  const split = fc.record({
    feature: fc.nat({ max: FEATURES - 1 }),
    threshold: number,
    missingLeft: fc.boolean(),
    left: shapes(depth - 1),
    right: shapes(depth - 1),
  });
  return fc.oneof({ weight: 9, arbitrary: split }, { weight: 1, arbitrary: leaf });
};

function flattened(shape: Shape): SourceTree {
  const [left, right, feature, values]: number[][] = [[], [], [], []];
  const missing: boolean[] = [];
  const add = (node: Shape): number => {
    const index = left!.length;
    left!.push(-1);
    right!.push(-1);
    feature!.push('leaf' in node ? 0 : node.feature);
    values!.push('leaf' in node ? node.leaf : node.threshold);
    missing.push('leaf' in node ? false : node.missingLeft);
    if ('leaf' in node) return index;
    left![index] = add(node.left);
    right![index] = add(node.right);
    return index;
  };
  add(shape);
  return { left: left!, right: right!, feature: feature!, value: values!, missingLeft: (node) => missing[node]! };
}

function forest(shapes: readonly Shape[]): Trees {
  const made = createForest(FEATURES, GROUPS);
  for (const [index, shape] of shapes.entries()) made.add(flattened(shape), index % GROUPS, 1);
  return made.finish();
}

describe('lanes', () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'add the same as a walk, bit for bit, with trees of depth %d',
    (depth) => {
      const blocks = fc.array(value, { minLength: FEATURES * LANES, maxLength: FEATURES * LANES });
      fc.assert(
        fc.property(fc.array(shapes(depth), { minLength: 1, maxLength: 4 }), blocks, (trees, values) => {
          const made = forest(trees);
          const columns = Float32Array.from(values);
          const [quick, plain] = [new Float32Array(LANES * GROUPS), new Float32Array(LANES * GROUPS)];
          scoreLanes(prepareLanes(made, GROUPS)!, columns, LANES, 0, quick, GROUPS);
          walkTrees(made, columns, LANES, { from: 0, to: LANES }, plain, GROUPS);
          expect(quick).toEqual(plain);
        }),
        { numRuns: depth > 8 ? 4 : depth > 5 ? 15 : 60 },
      );
    },
  );

  it('leave deeper trees to the walk', () => {
    let shape: Shape = { leaf: 1 };
    for (let depth = 0; depth <= MOST_DEPTH; depth += 1)
      shape = { feature: 0, threshold: depth, missingLeft: true, left: shape, right: { leaf: depth } };
    expect(prepareLanes(forest([shape]), GROUPS)).toBeUndefined();
  });

  it('leave more trees than memory has room for to the walk', () => {
    const few = forest([{ leaf: 1 }]);
    const count = 70_000;
    const many = {
      ...few,
      roots: new Int32Array(count),
      groups: new Int32Array(count),
      depths: new Int32Array(count).fill(8),
    };
    expect(prepareLanes(few, GROUPS)).toBeDefined();
    expect(prepareLanes(many, GROUPS)).toBeUndefined();
  });
});
