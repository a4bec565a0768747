/** Functions that call functions: own ones, since the library's are asynchronous. */
import { apply } from '../apply.ts';
import { isTrue } from '../data.ts';
import { failure } from '../failure.ts';
import { spend } from '../limits.ts';
import { mergeSort } from '../mergeSort.ts';
import {
  type Callable,
  type Dict,
  freshDict,
  freshList,
  isCallable,
  type List,
  type Run,
  sequence,
  type Value,
} from '../values.ts';
import type { Implementation } from './implementation.ts';
import { sortPlain } from './lists.ts';

export const HIGHER_ORDER: Readonly<Record<string, Implementation>> = {
  each: ([value, callee], { run }) => each(value as Dict | undefined, callee as Callable, run),
  filter: ([list, callee], { run }) => filter(list as List | undefined, callee as Callable, run),
  map: ([list, callee], { run }) => map(list as List | undefined, callee as Callable, run),
  reduce: ([list, callee, start], { run }) => reduce(list as List | undefined, callee as Callable, start, run),
  sift: ([value, callee], { run }) => sift(value as Dict | undefined, callee as Callable, run),
  single: ([list, callee], { run }) => single(list as List | undefined, callee as Callable | undefined, run),
  sort: ([list, callee], { run }) => sort(list as List | undefined, callee as Callable | undefined, run),
};

/** An item, its place or name, and all of them: as many as the function declares. */
function call(callee: Callable | undefined, item: Value, place: Value, all: Value, run: Run): Value {
  spend(run, 1);
  if (!isCallable(callee)) throw failure('T1006');
  const { arity } = callee;
  return apply(callee, arity >= 3 ? [item, place, all] : arity === 2 ? [item, place] : [item], null, run);
}

function map(list: List | undefined, callee: Callable, run: Run): Value {
  if (list === undefined) return undefined;
  const found = sequence();
  for (let index = 0; index < list.length; index += 1) {
    const value = call(callee, list[index], index, list, run);
    if (value !== undefined) found.push(value);
  }
  return found;
}

function filter(list: List | undefined, callee: Callable, run: Run): Value {
  if (list === undefined) return undefined;
  const found = sequence();
  for (let index = 0; index < list.length; index += 1)
    if (isTrue(call(callee, list[index], index, list, run), run)) found.push(list[index]);
  return found;
}

function single(list: List | undefined, callee: Callable | undefined, run: Run): Value {
  if (list === undefined) return undefined;
  let found: number | undefined;
  for (let index = 0; index < list.length; index += 1) {
    if (callee !== undefined && !isTrue(call(callee, list[index], index, list, run), run)) continue;
    if (found !== undefined) throw failure('D3138', { index });
    found = index;
  }
  if (found === undefined) throw failure('D3139');
  return list[found];
}

function reduce(list: List | undefined, callee: Callable, start: Value, run: Run): Value {
  if (list === undefined) return undefined;
  const { arity } = callee;
  if (arity < 2) throw failure('D3050', { index: 1 });
  const begun = start === undefined && list.length > 0;
  let value = begun ? list[0] : start;
  for (let index = begun ? 1 : 0; index < list.length; index += 1) {
    spend(run, 1);
    value = apply(callee, [value, list[index], index, list].slice(0, Math.min(arity, 4)), null, run);
  }
  return value;
}

function each(value: Dict | undefined, callee: Callable, run: Run): Value {
  const found = sequence();
  for (const name of Object.keys(value ?? {})) {
    const one = call(callee, value?.[name], name, value, run);
    if (one !== undefined) found.push(one);
  }
  return found;
}

function sift(value: Dict | undefined, callee: Callable, run: Run): Value {
  const found = freshDict();
  let any = false;
  for (const name of Object.keys(value ?? {})) {
    if (!isTrue(call(callee, value?.[name], name, value, run), run)) continue;
    found[name] = value?.[name];
    any = true;
  }
  return any ? found : undefined;
}

function sort(list: List | undefined, callee: Callable | undefined, run: Run): Value {
  if (list === undefined || list.length <= 1) return list;
  if (callee === undefined) return sortPlain(list, run);
  const swaps = (left: Value, right: Value) => Boolean(apply(callee, [left, right], null, run));
  return freshList(mergeSort(list, swaps, run));
}
