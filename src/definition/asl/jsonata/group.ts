/**
 * `{key: value}`: of one item an object; of several, their items by key, each group's value evaluated for the items of the group.
 *
 * G1. All keys are evaluated before any value. A key that two pairs give is an error (D1009).
 */
import type { Compilation } from './compilation.ts';
import { failure } from './failure.ts';
import { tupleFrame } from './frames.ts';
import { STEPS_PER_OBJECT, spend, spendAdded } from './limits.ts';
import type { Pair } from './syntax.ts';
import {
  type Code,
  type Dict,
  type Frame,
  freshDict,
  freshList,
  isList,
  isTupleStream,
  type List,
  type Run,
  type Value,
} from './values.ts';

type CompiledPair = { readonly key: Code; readonly value: Code };
/** Data gathered as `$append` would; `own`: the list is this one's, and can be added to. */
type Collected = { data: Value; own: boolean };
type Group = Collected & { readonly pair: CompiledPair };

export function compileGroup(source: readonly Pair[], { code }: Compilation): Code {
  const pairs = source.map(([key, value]): CompiledPair => ({ key: code(key), value: code(value) }));
  return (input, frame) => {
    if (!isList(input)) return single(pairs, input, frame);
    const tuples = isTupleStream(input);
    const items = input.length === 0 && !tuples ? [undefined] : input;
    spend(frame.run, STEPS_PER_OBJECT);
    const groups = new Map<string, Group>();
    for (const item of items) collect(groups, pairs, item, tuples, frame);
    const result = freshDict();
    for (const key of inOrder(groups)) {
      const { data, pair } = groups.get(key) as Group;
      const value = tuples ? ofTuples(pair.value, data, frame) : pair.value(data, frame);
      if (value !== undefined) result[key] = value;
    }
    return result;
  };
}

/** G1, of one item: what there is to an object constructor mostly. */
function single(pairs: readonly CompiledPair[], item: Value, frame: Frame): Dict {
  const keys = pairs.map((pair) => keyOf(pair, item, frame));
  spend(frame.run, STEPS_PER_OBJECT);
  const result = freshDict();
  const seen = new Set<string>();
  for (const key of keys) {
    if (key === undefined) continue;
    if (seen.has(key)) throw failure('D1009', { value: key });
    seen.add(key);
  }
  for (const [index, key] of keys.entries()) {
    if (key === undefined) continue;
    const value = pairs[index]?.value(item, frame);
    if (value !== undefined) result[key] = value;
  }
  return result;
}

function keyOf(pair: CompiledPair, context: Value, frame: Frame): string | undefined {
  spend(frame.run, 1);
  const key = pair.key(context, frame);
  if (key !== undefined && typeof key !== 'string') throw failure('T1003', { value: key });
  return key;
}

/** The order of an object's names, in which values are evaluated: numbers first. */
function inOrder(groups: ReadonlyMap<string, Group>): string[] {
  const names = freshDict();
  for (const key of groups.keys()) names[key] = null;
  return Object.keys(names);
}

function collect(
  groups: Map<string, Group>,
  pairs: readonly CompiledPair[],
  item: Value,
  tuples: boolean,
  frame: Frame,
): void {
  const { run } = frame;
  const [context, inside] = tuples ? [(item as Dict)['@'], tupleFrame(frame, item as Dict)] : [item, frame];
  for (const pair of pairs) {
    const key = keyOf(pair, context, inside);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (!group) groups.set(key, { data: item, pair, own: false });
    else if (group.pair !== pair) throw failure('D1009', { value: key });
    else add(group, item, run);
  }
}

/** As `$append` would, without copying the group for every item. */
function add(group: Collected, item: Value, run: Run): void {
  if (item === undefined) return;
  if (group.data === undefined) {
    group.data = item;
    return;
  }
  if (!group.own) {
    group.data = freshList(isList(group.data) ? [...group.data] : [group.data]);
    group.own = true;
  }
  const data = group.data as List;
  if (isList(item)) {
    spendAdded(run, data.length, item.length);
    for (const part of item) data.push(part);
  } else data.push(item);
}

/** The value of a group of tuples: each binding stands for those of all its tuples. */
function ofTuples(value: Code, data: Value, frame: Frame): Value {
  const tuples = (isList(data) ? data : [data]) as Dict[];
  const together = freshDict();
  Object.assign(together, tuples[0]);
  const groups = new Map<string, Collected>();
  for (const tuple of tuples.slice(1)) {
    spend(frame.run, 1);
    for (const name of Object.keys(tuple)) {
      const group = groups.get(name) ?? { data: together[name], own: false };
      groups.set(name, group);
      add(group, tuple[name], frame.run);
      together[name] = group.data;
    }
  }
  const context = together['@'];
  delete together['@'];
  return value(context, tupleFrame(frame, together));
}
