/**
 * Paths: each step is evaluated for every item that the step before gave, and what it gives is put together in one sequence.
 *
 * P1. A list that a step gives is flattened by one level; a list that is the only result of the last step stays the list it is.
 * P2. From a step that binds (`@`, `#`, or one that a `%` refers to) on, items are tuples of bindings (tuples.ts).
 */
import type { Compilation } from './compilation.ts';
import { lookup } from './data.ts';
import { type Filter, filter } from './filter.ts';
import { globalVariable, statesField } from './frames.ts';
import { compileGroup } from './group.ts';
import { spend, spendAdded } from './limits.ts';
import { compileSort, type Sorter } from './sort.ts';
import type { Node, PathNode } from './syntax.ts';
import { compileTuplePath } from './tuples.ts';
import {
  type Code,
  type Frame,
  isConstructed,
  isDict,
  isFreshList,
  isList,
  isSequence,
  type List,
  markKept,
  member,
  type Run,
  sequence,
  type Value,
} from './values.ts';

type Step =
  | { readonly kind: 'each'; readonly code: Code; readonly filters: readonly Filter[]; readonly whole: boolean }
  | { readonly kind: 'sort'; readonly sort: Sorter; readonly filters: readonly Filter[] };

export function compilePath(node: PathNode, compilation: Compilation): Code {
  const walk = node.steps.some((step) => step.tuple)
    ? compileTuplePath(node, compilation)
    : (compileNames(node, compilation) ?? compileSteps(node, compilation));
  const keep = node.keepSingletonArray === true;
  const group = node.group ? compileGroup(node.group.lhs, compilation) : undefined;
  if (!keep && !group) return walk;
  return (input, frame) => {
    let found = walk(input, frame);
    if (keep && isConstructed(found) && !isSequence(found)) found = sequence([found]);
    if (keep && isFreshList(found)) markKept(found);
    return group ? group(found, frame) : found;
  };
}

const stepFilters = (step: Node, compilation: Compilation): Filter[] =>
  (step.stages ?? []).flatMap((stage) => (stage.type === 'filter' ? [filter(stage.expr, compilation)] : []));

function compileSteps(node: PathNode, compilation: Compilation): Code {
  const steps = node.steps.map((step, index): Step => {
    const filters = stepFilters(step, compilation);
    if (step.type === 'sort') return { kind: 'sort', sort: compileSort(step, compilation), filters };
    return { kind: 'each', code: compilation.code(step), filters, whole: index === 0 && step.consarray === true };
  });
  const absolute = node.steps[0]?.type === 'variable';
  return (input, frame) => runSteps(steps, 0, isList(input) && !absolute ? input : sequence([input]), frame);
}

function runSteps(steps: readonly Step[], from: number, start: List, frame: Frame): List {
  let items = start;
  for (let index = from; index < steps.length; index += 1) {
    items = runStep(steps[index] as Step, items, index === steps.length - 1, frame);
    if (items.length === 0) break;
  }
  return items;
}

function runStep(step: Step, items: List, last: boolean, frame: Frame): List {
  if (step.kind === 'sort')
    return step.filters.reduce((sorted, apply) => apply(sorted, frame), step.sort(items, frame));
  if (step.whole) {
    const value = step.code(items, frame);
    return isList(value) ? value : sequence();
  }
  const { run } = frame;
  const found = sequence();
  let [count, only]: [number, Value] = [0, undefined];
  for (const item of items) {
    spend(run, 1);
    let value = step.code(item, frame);
    for (const apply of step.filters) value = apply(value, frame);
    if (value === undefined) continue;
    count += 1;
    only = value;
    addFlat(found, value, run);
  }
  return last && count === 1 && isList(only) && !isSequence(only) ? only : found;
}

/** P1. */
function addFlat(found: List, value: Value, run: Run): void {
  if (!isList(value) || isConstructed(value)) {
    found.push(value);
    return;
  }
  spendAdded(run, found.length, value.length);
  for (const item of value) found.push(item);
}

/** `$states.input.a.b`, `name.first`: while no list is met there is one item, and no sequence has to be made of it. */
function compileNames(node: PathNode, compilation: Compilation): Code | undefined {
  const rest = node.steps.slice(1);
  if (!rest.every(isPlainName)) return undefined;
  const start = startOf(node, compilation);
  if (!start) return undefined;
  const names = node.steps.slice(start.taken).map((step) => (step.type === 'name' ? step.value : ''));
  return (input, frame) => {
    const { run } = frame;
    spend(run, names.length);
    let value = start.code(input, frame);
    for (let index = 0; index < names.length; index += 1) {
      if (isList(value)) return namesOf(value, names, index, run);
      value = isDict(value) ? member(value, names[index] as string) : undefined;
      if (value === undefined) return undefined;
    }
    return isSequence(value) ? sequence([...value]) : value;
  };
}

const isPlainName = (step: Node) => step.type === 'name' && !step.stages && !step.keepArray;

function startOf(node: PathNode, compilation: Compilation): { code: Code; taken: number } | undefined {
  const [first, second] = node.steps;
  if (!first || first.stages || first.keepArray) return undefined;
  if (first.type === 'name') return { code: (input) => input, taken: 0 };
  if (first.type !== 'variable' || first.predicate || first.value === '') return undefined;
  const field = first.value === 'states' && second?.type === 'name' ? statesField(second.value) : undefined;
  if (field && !compilation.bound.has('states')) return { code: (_input, { run }) => field(run), taken: 2 };
  return compilation.bound.has(first.value)
    ? { code: compilation.code(first), taken: 1 }
    : {
        code: (
          (global) =>
          (_input: Value, { run }: Frame) =>
            global(run)
        )(globalVariable(first.value)),
        taken: 1,
      };
}

/** The rest of the names, from the first that is looked up in a list. */
function namesOf(list: List, names: readonly string[], from: number, run: Run): Value {
  let items: List = isConstructed(list) ? [list] : list;
  for (let index = from; index < names.length; index += 1) {
    const found = sequence();
    let [count, only]: [number, Value] = [0, undefined];
    spend(run, items.length);
    for (const item of items) {
      let value = lookup(item, names[index] as string, run);
      if (isSequence(value) && value.length <= 1) value = value[0];
      if (value === undefined) continue;
      count += 1;
      only = value;
      addFlat(found, value, run);
    }
    if (index === names.length - 1 && count === 1 && isList(only) && !isSequence(only)) return only;
    if (found.length === 0) return undefined;
    items = found;
  }
  return items;
}
