/** What holds of values whatever the operator: their truth, equality and size, and how lists are put together. */
import { failure } from './failure.ts';
import { checkNesting, STEPS_PER_OBJECT, spend, spendAdded, spendItems, spendText } from './limits.ts';
import {
  asList,
  type Dict,
  freshDict,
  freshList,
  isCallable,
  isDict,
  isList,
  isNumber,
  isOuterWrapper,
  type List,
  member,
  type Run,
  sequence,
  type Value,
} from './values.ts';

/** A number that can be computed with. @throws D1001 for infinities, which JSON has none of */
export function numeric(value: Value): value is number {
  if (!isNumber(value)) return false;
  if (!Number.isFinite(value)) throw failure('D1001', { value });
  return true;
}

/** Whether a value counts as true; nothing where there is nothing. */
export function truth(value: Value, run: Run, depth = 0): boolean | undefined {
  if (value === undefined) return undefined;
  if (isList(value)) {
    checkNesting(depth);
    spendItems(run, value.length);
    return value.some((item) => truth(item, run, depth + 1));
  }
  if (typeof value === 'string') return value !== '';
  if (typeof value === 'number') return numeric(value) && value !== 0;
  if (isDict(value)) {
    for (const name in value) if (Object.hasOwn(value, name)) return true;
    return false;
  }
  return value === true;
}

export const isTrue = (value: Value, run: Run): boolean => truth(value, run) === true;

export function deepEqual(left: Value, right: Value, run: Run, depth = 0): boolean {
  if (left === right) return true;
  if (isList(left)) {
    if (!isList(right) || left.length !== right.length) return false;
    checkNesting(depth);
    spendItems(run, left.length + 1);
    return left.every((item, index) => deepEqual(item, right[index], run, depth + 1));
  }
  if (!isDict(left) || !isDict(right)) return false;
  checkNesting(depth);
  const names = Object.keys(left);
  spend(run, STEPS_PER_OBJECT / 2 + names.length);
  if (names.length !== Object.keys(right).length) return false;
  return names.every((name) => Object.hasOwn(right, name) && deepEqual(left[name], right[name], run, depth + 1));
}

/** `left` and the items of `right` in one list; nothing adds nothing. */
export function append(left: Value, right: Value, run: Run): Value {
  if (left === undefined) return right;
  if (right === undefined) return left;
  const [first, second] = [asList(left), asList(right)];
  spendItems(run, first.length + second.length);
  return freshList((first as Value[]).concat(second as Value[]));
}

/** Adds the items of a list, or a single value, to a list just made. */
export function pushAll(target: List, value: Value, run: Run): void {
  if (!isList(value)) {
    target.push(value);
    return;
  }
  spendAdded(run, target.length, value.length);
  for (const item of value) target.push(item);
}

/** The member of that name: of an object, or of every object in a list, however deep the list. */
export function lookup(value: Value, name: string, run: Run, depth = 0): Value {
  if (isList(value)) {
    checkNesting(depth);
    spend(run, 1 + value.length);
    const found = sequence();
    for (const item of value) {
      const one = lookup(item, name, run, depth + 1);
      if (one !== undefined) pushAll(found, one, run);
    }
    return found;
  }
  return isDict(value) ? member(value, name) : undefined;
}

/** All items of lists in lists. */
export function flattenInto(target: List, value: Value, run: Run, depth = 0): void {
  if (!isList(value)) {
    target.push(value);
    return;
  }
  checkNesting(depth);
  spend(run, 1 + value.length);
  for (const item of value) flattenInto(target, item, run, depth + 1);
}

/** The numbers that JSONata writes: fifteen digits where there are more. */
const written = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(15)));

/** `$string`. @throws D3001, D1001 for infinities */
export function textOf(value: Value, run: Run, pretty = false): string {
  if (typeof value === 'string') return value;
  if (value === undefined || isCallable(value)) return '';
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw failure('D3001', { value });
    return JSON.stringify(written(value));
  }
  const document = isOuterWrapper(value) ? value[0] : value;
  const { characters } = measure(document, run, new Map());
  spendText(run, pretty ? characters * 2 : characters);
  const text = JSON.stringify(
    document,
    (_name, part: Value) => {
      if (typeof part === 'number') return numeric(part) ? written(part) : null;
      return isCallable(part) ? '' : part;
    },
    pretty ? 2 : 0,
  );
  spendText(run, text.length);
  return text;
}

/** How many characters a value has as JSON, about; what stands in several places counts in each, but is looked at once. */
export type Measure = { readonly characters: number; readonly nesting: number };
type Measured = Map<List | Dict, Measure>;

const CHARACTERS_OF_SCALAR = 4;

export function measure(value: Value, run: Run, known: Measured, depth = 0): Measure {
  if (typeof value === 'string') return { characters: value.length + 2, nesting: 0 };
  if (typeof value !== 'object' || value === null) return { characters: CHARACTERS_OF_SCALAR, nesting: 0 };
  const before = known.get(value);
  if (before) return before;
  checkNesting(depth);
  let [characters, nesting] = [2, 0];
  const add = (part: Value) => {
    const one = measure(part, run, known, depth + 1);
    characters += one.characters + 1;
    nesting = Math.max(nesting, one.nesting);
  };
  if (isList(value)) {
    spend(run, 1 + value.length / 2);
    for (const item of value) add(item);
  } else {
    const names = Object.keys(value);
    spend(run, STEPS_PER_OBJECT / 4 + names.length);
    for (const name of names) {
      characters += name.length + 3;
      add(value[name]);
    }
  }
  const found = { characters, nesting: nesting + 1 };
  checkNesting(depth + found.nesting);
  known.set(value, found);
  return found;
}

/** A deep copy as JSON would give it, made here: what a transform may change. */
export function clone(value: Value, run: Run, depth = 0): Value {
  if (typeof value === 'number') return numeric(value) ? written(value) + 0 : null;
  if (isCallable(value)) return '';
  if (isList(value)) {
    checkNesting(depth);
    spend(run, 1 + value.length);
    return freshList(value.map((item) => (item === undefined ? null : clone(item, run, depth + 1))));
  }
  if (!isDict(value)) return value;
  checkNesting(depth);
  const copy = freshDict();
  const names = Object.keys(value);
  spend(run, STEPS_PER_OBJECT + names.length);
  for (const name of names) {
    const part = clone(value[name], run, depth + 1);
    if (part !== undefined) copy[name] = part;
  }
  return copy;
}
