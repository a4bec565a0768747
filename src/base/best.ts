/**
 * The first few of many in an order, without keeping or sorting the many: a page of what has no index. Pure.
 *
 * B1. Numbers and times come before texts, texts before what has no value at all; ties are broken by a text that is unique.
 *     Descending is the exact reverse, except that what has no value stays last.
 */

export type SortKey = number | string | null;
export type Place = { key: SortKey; tie: string };
export type Placed<T> = Place & { item: T };
export type Order = 'Ascending' | 'Descending';

export function sortKey(value: string | number | boolean | Date | undefined): SortKey {
  if (value === undefined) return null;
  if (value instanceof Date) return value.getTime();
  return typeof value === 'boolean' ? String(value) : value;
}

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function compareKeys(a: number | string, b: number | string): number {
  if (typeof a === 'number') return typeof b === 'number' ? a - b : -1;
  return typeof b === 'number' ? 1 : compareTexts(a, b);
}

export function compare(a: Place, b: Place, order: Order): number {
  const sign = order === 'Ascending' ? 1 : -1;
  if (a.key === null || b.key === null) {
    if (a.key !== b.key) return a.key === null ? 1 : -1;
    return sign * compareTexts(a.tie, b.tie);
  }
  return sign * (compareKeys(a.key, b.key) || compareTexts(a.tie, b.tie));
}

/** A place as a page's token keeps it, which holds texts and numbers only. */
export const toPosition = ({ key, tie }: Place): (string | number)[] => (key === null ? [tie] : [tie, key]);
export const fromPosition = ([tie, key]: readonly (string | number)[]): Place => ({
  tie: String(tie),
  key: key ?? null,
});

/** Takes items one by one and keeps the first `most` of them after a place. */
export function best<T>(most: number, order: Order, after: Place | undefined) {
  const kept: Placed<T>[] = [];
  return {
    kept: kept as readonly Placed<T>[],
    offer(placed: Placed<T>): void {
      if (after && compare(placed, after, order) <= 0) return;
      const last = kept.at(-1);
      if (kept.length >= most && last && compare(placed, last, order) >= 0) return;
      let [low, high] = [0, kept.length];
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (compare(kept[middle]!, placed, order) < 0) low = middle + 1;
        else high = middle;
      }
      kept.splice(low, 0, placed);
      if (kept.length > most) kept.pop();
    },
  };
}
