/**
 * Paths of any sort, compiled once into a chain of functions, each of which hands what it finds to the next.
 *
 * S1. A definite path gives a value or undefined; any other gives a list, empty where nothing is found (Step Functions does not
 *     mind that a name before the first wildcard is missing).
 * S2. Every value looked at is paid for (effort.ts), and what is found is paid for as it will be written; nothing recurses with the
 *     depth of the document.
 */
import type { Json, JsonObject } from '../../scope.ts';
import { type Effort, type Select, spend } from './effort.ts';
import { compileTest, type ItemTest } from './filter.ts';
import { callFunction } from './functions.ts';
import { type Call, isDefinite, type Operand, type Path, type Step } from './syntax.ts';
import { childrenOf, isObject, itemOf, memberOf } from './values.ts';

type Link = (value: Json, effort: Effort, found: Json[]) => void;

export function compileSelect(path: Path): Select {
  const select = selectSteps(path);
  const call = path.call;
  if (!call) return select;
  const args = call.args.map(compileOperand);
  const definite = isDefinite(path);
  const scans = path.steps.some(({ kind }) => kind === 'scan');
  return (effort, item) => {
    const target = select(effort, item);
    const given = args.map((arg) => arg(effort, item));
    if (target === undefined) return undefined;
    if (definite || !Array.isArray(target)) return callFunction(call.name, target, given, effort);
    if (scans) return callFunction(call.name, isLength(call) ? target.flatMap(childrenOf) : target, given, effort);
    const results = defined(target.map((each) => callFunction(call.name, each, given, effort)));
    return results.length === target.length ? results : undefined;
  };
}

/** Jayway takes the length of what has been found by a scan as the number of items in all of it. */
function isLength({ name }: Call): boolean {
  return name === 'length' || name === 'size';
}

function selectSteps(path: Path): Select {
  const link = chain(path.steps);
  const definite = isDefinite(path);
  const begin = beginAt(path);
  return (effort, item) => {
    const found: Json[] = [];
    const start = begin(effort, item);
    if (start !== undefined) link(start, effort, found);
    return definite ? found[0] : found;
  };
}

function beginAt({ root }: Path): Select {
  if (root.kind === 'document') return ({ scope }) => scope.input;
  if (root.kind === 'context') return ({ scope }) => scope.context();
  if (root.kind === 'item') return (_effort, item) => item;
  return ({ scope }) => scope.variables.get(root.name);
}

/** What stands at a side of a comparison, or is given to a function. What does not depend on the item is looked up once. */
function compileOperand(operand: Operand): Select {
  if (operand.kind === 'literal') return () => operand.value;
  if (operand.kind === 'pattern') return () => undefined;
  const { path } = operand;
  const select = compileSelect(path);
  if (path.root.kind === 'item') return select;
  return (effort, item) => {
    if (effort.roots.has(path)) return effort.roots.get(path);
    const value = select(effort, item);
    effort.roots.set(path, value);
    return value;
  };
}

function chain(steps: readonly Step[]): Link {
  let next: Link = (value, _effort, found) => {
    found.push(value);
  };
  for (const [position, step] of [...steps.entries()].reverse()) {
    const scanned = steps[position - 1]?.kind === 'scan';
    next = linkOf(step, next, { scanned, last: position === steps.length - 1 });
  }
  return next;
}

function linkOf(step: Step, next: Link, place: { scanned: boolean; last: boolean }): Link {
  const toEach = (values: readonly Json[], effort: Effort, found: Json[]) => {
    spend(effort, values.length);
    for (const value of values) next(value, effort, found);
  };
  const toOne = (value: Json | undefined, effort: Effort, found: Json[]) => {
    spend(effort);
    if (value !== undefined) next(value, effort, found);
  };
  switch (step.kind) {
    case 'member':
      return (value, effort, found) => toOne(memberOf(value, step.name), effort, found);
    case 'index':
      return (value, effort, found) => toOne(itemOf(value, step.index) ?? beyond(value, place.last), effort, found);
    case 'members':
      if (place.last) return mergeMembers(step.names, place.scanned, toOne);
      return (value, effort, found) => toEach(defined(step.names.map((name) => memberOf(value, name))), effort, found);
    case 'indices':
      return (value, effort, found) =>
        toEach(defined(step.indices.map((index) => itemOf(value, index) ?? beyond(value, place.last))), effort, found);
    case 'slice':
      return (value, effort, found) => toEach(Array.isArray(value) ? sliceOf(value, step) : [], effort, found);
    case 'wildcard':
      return (value, effort, found) => toEach(childrenOf(value), effort, found);
    case 'scan':
      return scan(next);
    case 'filter': {
      const test = compileTest(step.test, compileOperand);
      return filter(test, toEach, place.scanned);
    }
  }
}

/** An item that a list does not have is null at the end of a path, as AWS has it, and nothing elsewhere. */
function beyond(value: Json, last: boolean): null | undefined {
  return Array.isArray(value) && last ? null : undefined;
}

/** As Jayway does it: between two bounds it counts up from one to the other, and only then takes those below 0 from the end. */
function sliceOf(list: readonly Json[], { from, to }: Step & { kind: 'slice' }): readonly Json[] {
  if (from === undefined || to === undefined) return list.slice(from ?? 0, to);
  if (from >= 0) return to <= from ? [] : list.slice(from, to);
  const begin = Math.max(from, -list.length);
  const places = Array.from({ length: Math.max(0, Math.min(to, list.length) - begin) }, (_, place) => begin + place);
  return defined(places.map((place) => list.at(place)));
}

/** `['a','b']` at the end of a path: an object of those members that there are. Below `..`: only where all are. */
function mergeMembers(
  names: readonly string[],
  all: boolean,
  give: (value: Json | undefined, effort: Effort, found: Json[]) => void,
): Link {
  return (value, effort, found) => {
    if (!isObject(value)) return;
    const present = names.filter((name) => Object.hasOwn(value, name));
    if (all && present.length < names.length) return;
    const merged: JsonObject = Object.fromEntries(present.map((name) => [name, value[name] ?? null]));
    give(merged, effort, found);
  };
}

/** Hands on every list and object below, the value itself first, in the order of the document. */
function scan(next: Link): Link {
  return (value, effort, found) => {
    const waiting: Json[] = [value];
    for (let here = waiting.pop(); here !== undefined; here = waiting.pop()) {
      if (typeof here !== 'object' || here === null) continue;
      next(here, effort, found);
      const children = childrenOf(here);
      spend(effort, children.length);
      for (let position = children.length - 1; position >= 0; position -= 1) waiting.push(children[position] ?? null);
    }
  };
}

/** Of a list the items that pass, an object itself if it does. Below `..`, where each is visited, it is tested itself. */
function filter(
  test: ItemTest,
  give: (values: readonly Json[], effort: Effort, found: Json[]) => void,
  scanned: boolean,
): Link {
  return (value, effort, found) => {
    if (Array.isArray(value) && !scanned) {
      spend(effort, value.length);
      give(
        value.filter((item) => test(item, effort)),
        effort,
        found,
      );
    } else if (typeof value === 'object' && value !== null && test(value, effort)) {
      give([value], effort, found);
    }
  };
}

function defined(values: readonly (Json | undefined)[]): Json[] {
  return values.filter((value) => value !== undefined);
}
