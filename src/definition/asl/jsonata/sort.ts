/**
 * Sorting: by the terms of an order-by clause, and `$sort`. A stable merge that compares the pairs which the reference
 * implementation compares, in its order: so the same pair is refused first.
 */
import type { Compilation } from './compilation.ts';
import { failure } from './failure.ts';
import { tupleFrame } from './frames.ts';
import { spend, spendItems } from './limits.ts';
import type { SortNode } from './syntax.ts';
import { type Dict, type Frame, freshList, isTupleStream, type List, type Run, type Value } from './values.ts';

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

/** An item with what its terms gave, each evaluated when it is first compared. */
type Keyed = { readonly item: Value; readonly keys: Value[] };

export type Sorter = (items: List, frame: Frame) => List;

export function compileSort(node: SortNode, { code }: Compilation): Sorter {
  const terms = node.terms.map((term) => ({ key: code(term.expression), sign: term.descending ? -1 : 1 }));
  return (items, frame) => {
    if (items.length <= 1) return items;
    const tuples = isTupleStream(items);
    const keyOf = ({ item, keys }: Keyed, index: number): Value => {
      if (index < keys.length) return keys[index];
      const term = terms[index] as (typeof terms)[number];
      const key = tuples ? term.key((item as Dict)['@'], tupleFrame(frame, item as Dict)) : term.key(item, frame);
      keys.push(key);
      return key;
    };
    const swaps: Swaps<Keyed> = (left, right) => {
      for (let index = 0; index < terms.length; index += 1) {
        const order = compare(keyOf(left, index), keyOf(right, index), terms[index]?.sign ?? 1);
        if (order !== 0) return order === 1;
      }
      return false;
    };
    const keyed = items.map((item): Keyed => ({ item, keys: [] }));
    return freshList(mergeSort(keyed, swaps, frame.run).map(({ item }) => item));
  };
}

const isOrdered = (value: Value): value is string | number => typeof value === 'string' || typeof value === 'number';

/** Nothing is last, whatever the direction. */
function compare(left: Value, right: Value, sign: number): number {
  if (left === undefined) return right === undefined ? 0 : 1;
  if (right === undefined) return -1;
  if (!isOrdered(left) || !isOrdered(right)) throw failure('T2008', { value: isOrdered(left) ? right : left });
  if (typeof left !== typeof right) throw failure('T2007', { value: left, value2: right });
  if (left === right) return 0;
  return left < right ? -sign : sign;
}
