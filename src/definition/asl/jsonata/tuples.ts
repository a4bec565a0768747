/**
 * Paths that bind: the items that pass from step to step are tuples, of the item itself (`@`), what `@$name` and `#$name` bound,
 * and the items that a `%` further on asks for.
 */
import type { Compilation } from './compilation.ts';
import { type Filter, filter } from './filter.ts';
import { tupleFrame } from './frames.ts';
import { spend } from './limits.ts';
import { compileSort } from './sort.ts';
import type { Node, PathNode, Stage } from './syntax.ts';
import {
  type Code,
  type Dict,
  type Frame,
  freshDict,
  freshList,
  isConstructed,
  isList,
  isTupleStream,
  type List,
  type Run,
  sequence,
  tupleStream,
  type Value,
} from './values.ts';

/** One step: from the tuples so far, or from the items where there are none yet. */
type TupleStep = (tuples: List | undefined, items: List, frame: Frame) => List;
/** A step before the first that binds. */
type PlainStep = (items: List, frame: Frame) => List;

export function compileTuplePath(node: PathNode, compilation: Compilation): Code {
  // What an array constructor binds as the first step is lost, as in the reference implementation.
  const first = node.steps.findIndex((step, index) => step.tuple && !(index === 0 && step.consarray));
  const plain = node.steps
    .slice(0, first < 0 ? undefined : first)
    .map((step, index) => plainStep(step, index === 0, compilation));
  const binding = first < 0 ? [] : node.steps.slice(first).map((step) => tupleStep(step, compilation));
  const absolute = node.steps[0]?.type === 'variable';
  const carried = node.tuple === true;
  return (input, frame) => {
    let items: List = isList(input) && !absolute ? input : sequence([input]);
    for (const step of plain) {
      items = step(items, frame);
      if (items.length === 0) return items;
    }
    let tuples: List | undefined;
    for (const step of binding) tuples = step(tuples, items, frame);
    const stream = tuples ?? tupleStream();
    return carried ? stream : sequence(stream.map((tuple) => (tuple as Dict)['@']));
  };
}

function plainStep(step: Node, first: boolean, compilation: Compilation): PlainStep {
  if (step.type === 'sort') {
    const sort = compileSort(step, compilation);
    const stages = compileStages(step.stages, compilation);
    return (items, frame) => stages(sort(items, frame), frame);
  }
  const code = compilation.code(step);
  if (first && step.consarray) return (items, frame) => code(items, frame) as List;
  const stages = compileStages(step.stages, compilation);
  return (items, frame) => {
    const found = sequence();
    for (const item of items) {
      spend(frame.run, 1);
      let value = code(item, frame);
      if (step.stages) value = stages(value, frame);
      if (value === undefined) continue;
      if (!isList(value) || isConstructed(value)) found.push(value);
      else for (const part of value) found.push(part);
    }
    return found;
  };
}

/** Predicates, and `#` behind them: the place of a tuple among those that are left. */
function compileStages(stages: readonly Stage[] = [], compilation: Compilation): (items: Value, frame: Frame) => List {
  const compiled = stages.map((stage): Filter => {
    if (stage.type === 'filter') return filter(stage.expr, compilation);
    return (items) => {
      for (const [place, tuple] of (items as List).entries()) (tuple as Dict)[stage.value] = place;
      return items as List;
    };
  });
  return (items, frame) => compiled.reduce((left, stage) => stage(left, frame), items as List);
}

function tupleStep(step: Node, compilation: Compilation): TupleStep {
  const stages = compileStages(step.stages, compilation);
  if (step.type === 'sort') {
    const sort = compileSort(step, compilation);
    return (tuples, items, frame) =>
      stages(tuples ? sort(tuples, frame) : placed(sort(items, frame), step.index), frame);
  }
  const code = compilation.code(step);
  return (tuples, items, frame) => {
    const found = tupleStream();
    for (const tuple of tuples ?? items.map(tupleOf)) {
      spend(frame.run, 1);
      const value = code((tuple as Dict)['@'], tupleFrame(frame, tuple as Dict));
      if (value !== undefined) addTuples(found, tuple as Dict, value, step, frame.run);
    }
    return stages(found, frame);
  };
}

const tupleOf = (item: Value): Dict => Object.assign(freshDict(), { '@': item });

/** The items of an ordered list, with their places under a name. */
function placed(items: List, index: string | undefined): List {
  return tupleStream(
    items.map((item, place) => {
      const tuple = tupleOf(item);
      if (index !== undefined) tuple[index] = place;
      return tuple;
    }),
  );
}

function addTuples(found: List, tuple: Dict, value: Value, step: Node, run: Run): void {
  const values: List = isList(value) ? value : freshList([value]);
  const carries = isTupleStream(values);
  for (const [place, one] of values.entries()) {
    spend(run, 1);
    const next = Object.assign(freshDict(), tuple);
    if (carries) Object.assign(next, one);
    else bindIn(next, tuple['@'], one, place, step);
    found.push(next);
  }
}

function bindIn(next: Dict, item: Value, value: Value, place: number, step: Node): void {
  next[step.focus ?? '@'] = value;
  if (step.index !== undefined) next[step.index] = place;
  if (step.ancestor) next[step.ancestor.label] = item;
}
