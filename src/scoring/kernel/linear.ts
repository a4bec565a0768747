/** Linear models (gblinear): a weight for each feature and group, and a bias; a missing value adds nothing. */

/** Adds to the sums of rows 0 to `rows`; arguments as in walk.ts. The bias is the last weight of each group. */
export function addLinear(
  weights: Float32Array,
  columns: Float32Array,
  stride: number,
  rows: number,
  sums: Float32Array,
  groups: number,
): void {
  const features = weights.length / groups - 1;
  for (let row = 0; row < rows; row += 1) {
    for (let group = 0; group < groups; group += 1) {
      const at = row * groups + group;
      sums[at] = sums[at]! + weights[features * groups + group]!;
      for (let feature = 0; feature < features; feature += 1) {
        const value = columns[feature * stride + row]!;
        if (!Number.isNaN(value)) sums[at] = sums[at]! + Math.fround(value * weights[feature * groups + group]!);
      }
    }
  }
}
