/**
 * Sorting, for order-by clauses and `$sort`: a stable merge that compares the pairs which the reference implementation compares,
 * in its order, so that the same pair is refused first.
 */
import { spend, spendItems } from './limits.ts';
import type { Run } from './values.ts';

/** Whether `right` goes before `left`. */
export type Swaps<T> = (left: T, right: T) => boolean;

export function mergeSort<T>(items: readonly T[], swaps: Swaps<T>, run: Run): T[] {
  if (items.length <= 1) return [...items];
  spendItems(run, items.length);
  const middle = Math.floor(items.length / 2);
  const left = mergeSort(items.slice(0, middle), swaps, run);
  const right = mergeSort(items.slice(middle), swaps, run);
  const merged: T[] = [];
  let [at, other] = [0, 0];
  while (at < left.length && other < right.length) {
    spend(run, 1);
    if (swaps(left[at] as T, right[other] as T)) merged.push(right[other++] as T);
    else merged.push(left[at++] as T);
  }
  while (at < left.length) merged.push(left[at++] as T);
  while (other < right.length) merged.push(right[other++] as T);
  return merged;
}
