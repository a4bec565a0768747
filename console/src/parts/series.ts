/** Series of points made ready to draw: one common axis, gaps where a series has no point, and few enough rows to read out. Pure. */

export type Series = { label: string; points: readonly (readonly [x: number, y: number])[] };

/** The first list holds every x, ascending; each other one a series' values there, null where it has none. */
export function aligned(series: readonly Series[]): [number[], ...(number | null)[][]] {
  const xs = [...new Set(series.flatMap(({ points }) => points.map(([x]) => x)).filter(Number.isFinite))].sort(
    (a, b) => a - b,
  );
  const place = new Map(xs.map((x, index) => [x, index]));
  const columns = series.map(({ points }) => {
    const column = new Array<number | null>(xs.length).fill(null);
    for (const [x, y] of points) {
      const at = place.get(x);
      if (at !== undefined && Number.isFinite(y)) column[at] = y;
    }
    return column;
  });
  return [xs, ...columns];
}

/** Up to `most` places of a list of `count`, spread evenly, the first and the last among them. */
export function spread(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  return Array.from({ length: most }, (_, index) => Math.round((index * (count - 1)) / (most - 1)));
}

export type Bin = { from: number; to: number; count: number };

/** How often values fall into each of `bins` equal ranges; values that are no numbers are not counted. */
export function binned(values: readonly number[], bins: number): Bin[] {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return [];
  let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of known) {
    if (value < least) least = value;
    if (value > most) most = value;
  }
  const width = (most - least) / bins;
  // Also where the range is too narrow, or too wide, to be divided.
  if (!(width > 0 && Number.isFinite(width))) return [{ from: least, to: most, count: known.length }];
  const counts = new Array<number>(bins).fill(0);
  for (const value of known) {
    const at = Math.min(bins - 1, Math.floor((value - least) / width));
    counts[at] = (counts[at] ?? 0) + 1;
  }
  return counts.map((count, index) => ({ from: least + index * width, to: least + (index + 1) * width, count }));
}
