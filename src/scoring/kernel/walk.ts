/**
 * The plain kernel: for each row, each tree is walked from its root to a leaf. For any depth and for few rows; lanes.ts is for many.
 *
 * W1. Sums are made in float32, tree after tree, as the library makes them.
 */
import type { Trees } from '../model/model.ts';

/**
 * Adds the trees' leaves to the sums of rows `from` to `to`.
 *
 * @param columns values column by column, each column `stride` long; NaN is missing
 * @param sums row by row, `groups` for each
 */
export function walkTrees(
  trees: Trees,
  columns: Float32Array,
  stride: number,
  rows: { from: number; to: number },
  sums: Float32Array,
  groups: number,
): void {
  const { roots, left, right, feature, value, missingLeft } = trees;
  for (let row = rows.from; row < rows.to; row += 1) {
    for (let tree = 0; tree < roots.length; tree += 1) {
      let node = roots[tree]!;
      while (left[node]! >= 0) {
        const found = columns[feature[node]! * stride + row]!;
        // A missing value compares as false with everything.
        const goesLeft = found < value[node]! || (Number.isNaN(found) && missingLeft[node] === 1);
        node = goesLeft ? left[node]! : right[node]!;
      }
      const sum = row * groups + trees.groups[tree]!;
      sums[sum] = sums[sum]! + value[node]!;
    }
  }
}
