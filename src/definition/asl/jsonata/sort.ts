/** `^(<price, >name)`: the items of a path in the order of their terms, each of which gives texts alone or numbers alone. */
import type { Compilation } from './compilation.ts';
import { failure } from './failure.ts';
import { tupleFrame } from './frames.ts';
import { mergeSort, type Swaps } from './mergeSort.ts';
import type { SortNode } from './syntax.ts';
import { type Dict, type Frame, freshList, isTupleStream, type List, type Value } from './values.ts';

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
