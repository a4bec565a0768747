/** Functions of lists and objects that call no function. Own ones: what they make is marked (U1), and their loops are counted (B1). */
import { append, clone, deepEqual, lookup } from '../data.ts';
import { failure } from '../failure.ts';
import { checkNesting, spend, spendItems } from '../limits.ts';
import { mergeSort } from '../mergeSort.ts';
import {
  type Dict,
  freshDict,
  freshList,
  isCallable,
  isDict,
  isList,
  isSequence,
  type List,
  type Run,
  sequence,
  type Value,
} from '../values.ts';
import type { Implementation } from './implementation.ts';
import { randomFraction } from './random.ts';

export const LISTS: Readonly<Record<string, Implementation>> = {
  append: ([left, right], { run }) => append(left, right, run),
  clone: ([value], { run }) => clone(value, run),
  count: ([list]) => (list === undefined ? 0 : (list as List).length),
  distinct: ([list], { run }) => distinct(list, run),
  keys: ([value], { run }) => keys(value, run),
  lookup: ([value, name], { run }) => lookup(value, name as string, run),
  merge: ([list], { run }) => merge(list as List | undefined, run),
  reverse: ([list], { run }) => reverse(list as List | undefined, run),
  shuffle: ([list], { run }) => shuffle(list as List | undefined, run),
  spread: ([value], { run }) => spread(value, run),
  zip: (lists, { run }) => zip(lists, run),
  sum: ([list], { run }) => total(list as number[] | undefined, run),
  average: ([list], { run }) => {
    const numbers = list as number[] | undefined;
    return numbers === undefined || numbers.length === 0 ? undefined : (total(numbers, run) as number) / numbers.length;
  },
  max: ([list], { run }) => extreme(list as number[] | undefined, run, Math.max),
  min: ([list], { run }) => extreme(list as number[] | undefined, run, Math.min),
};

function total(numbers: readonly number[] | undefined, run: Run): number | undefined {
  if (numbers === undefined) return undefined;
  spendItems(run, numbers.length);
  let sum = 0;
  for (const number of numbers) sum += number;
  return sum;
}

function extreme(
  numbers: readonly number[] | undefined,
  run: Run,
  choose: (left: number, right: number) => number,
): number | undefined {
  if (numbers === undefined || numbers.length === 0) return undefined;
  spendItems(run, numbers.length);
  let found = numbers[0] as number;
  for (const number of numbers) found = choose(found, number);
  return found;
}

/** Equal values once each, in the order in which they come first. Texts and numbers are found without comparing all. */
function distinct(value: Value, run: Run): Value {
  if (!isList(value) || value.length <= 1) return value;
  const found = isSequence(value) ? sequence() : freshList();
  const scalars = new Set<Value>();
  const structures: Value[] = [];
  spendItems(run, value.length);
  for (const item of value) {
    if (typeof item === 'object' && item !== null) {
      spend(run, 2 * structures.length);
      if (structures.some((other) => deepEqual(other, item, run))) continue;
      structures.push(item);
    } else if (scalars.has(item)) continue;
    else scalars.add(item);
    found.push(item);
  }
  return found;
}

function keys(value: Value, run: Run): List {
  const names = freshDict();
  collectKeys(value, names, run, 0);
  return sequence(Object.keys(names));
}

function collectKeys(value: Value, names: Dict, run: Run, depth: number): void {
  checkNesting(depth);
  if (isList(value)) {
    spend(run, value.length);
    for (const item of value) collectKeys(item, names, run, depth + 1);
  } else if (isDict(value)) {
    const own = Object.keys(value);
    spend(run, own.length);
    for (const name of own) names[name] = true;
  }
}

function merge(list: List | undefined, run: Run): Value {
  if (list === undefined) return undefined;
  const merged = freshDict();
  for (const item of list) {
    if (!isDict(item)) continue;
    const names = Object.keys(item);
    spend(run, 1 + names.length);
    for (const name of names) merged[name] = item[name];
  }
  return merged;
}

function reverse(list: List | undefined, run: Run): Value {
  if (list === undefined || list.length <= 1) return list;
  spendItems(run, list.length);
  return freshList([...list].reverse());
}

/** Fisher and Yates', inside out, of the execution's own chance. */
function shuffle(list: List | undefined, run: Run): Value {
  if (list === undefined || list.length <= 1) return list;
  spend(run, list.length);
  const shuffled = freshList();
  for (const [index, item] of list.entries()) {
    const place = Math.floor(randomFraction(run) * (index + 1));
    if (place < index) shuffled.push(shuffled[place]);
    shuffled[place] = item;
  }
  return shuffled;
}

function spread(value: Value, run: Run, depth = 0): Value {
  if (isList(value)) {
    checkNesting(depth);
    spend(run, value.length);
    const parts = value.map((item) => spread(item, run, depth + 1)).filter((part) => part !== undefined);
    const all = parts.length === 0 ? sequence() : freshList();
    for (const part of parts) {
      if (isList(part)) for (const one of part) all.push(one);
      else all.push(part);
    }
    return all;
  }
  if (!isDict(value)) return isCallable(value) ? undefined : value;
  const names = Object.keys(value);
  spend(run, names.length);
  return sequence(names.map((name) => Object.assign(freshDict(), { [name]: value[name] })));
}

function zip(lists: readonly Value[], run: Run): List {
  const length = Math.min(...lists.map((list) => (isList(list) ? list.length : 0)));
  if (!Number.isFinite(length)) return freshList();
  spendItems(run, length * lists.length);
  return freshList(Array.from({ length }, (_none, index) => freshList(lists.map((list) => (list as List)[index]))));
}

/** `$sort` without a function: of numbers alone, or of texts alone. @throws D3070 */
export function sortPlain(list: List, run: Run): List {
  const [first] = list;
  const kind = typeof first;
  spendItems(run, list.length);
  if ((kind !== 'number' && kind !== 'string') || list.some((item) => typeof item !== kind)) throw failure('D3070');
  return freshList(mergeSort(list as (string | number)[], (left, right) => left > right, run));
}
