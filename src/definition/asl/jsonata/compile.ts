/**
 * An expression's tree becomes one function: every node a closure over those of its parts, made once. Evaluating it is
 * synchronous, and counts what it does (limits.ts).
 *
 * E1. A value that a node gives is settled: a sequence of nothing is nothing, and one of one item is the item, unless `[]` kept it.
 * E2. The depth of nodes in one another is counted as the reference implementation counts it, so that AWS's bound of 100 holds.
 */
import { compileBlock, compileCondition } from './blocks.ts';
import { compileCall, compileLambda, compilePartial, compilePipe, compileTail } from './calls.ts';
import type { Compilation } from './compilation.ts';
import { lookup } from './data.ts';
import { filter } from './filter.ts';
import { bind, globalVariable, lookUp } from './frames.ts';
import { compileGroup } from './group.ts';
import { enter, spend } from './limits.ts';
import { compileArray, compileBinary, compileNegation } from './operators.ts';
import { compilePath } from './path.ts';
import { compilePattern } from './regex/callable.ts';
import { descendants, wildcard } from './selectors.ts';
import type { BindNode, NameNode, Node, VariableNode } from './syntax.ts';
import { compileTransform } from './transform.ts';
import {
  type Code,
  isDict,
  isKept,
  isList,
  isOuterWrapper,
  isSequence,
  isTupleStream,
  markKept,
  member,
  type Value,
} from './values.ts';

export function compileTree(tree: Node, bound: ReadonlySet<string>): Code {
  const compilation: Compilation = {
    bound,
    code: (node) => compileNode(node, compilation),
    tail: (node) => compileTail(node, compilation),
  };
  return compilation.code(tree);
}

/** E1. */
function settle(value: Value, keep: boolean): Value {
  if (!isSequence(value) || isTupleStream(value)) return value;
  if (keep) markKept(value);
  if (value.length === 0) return undefined;
  return value.length === 1 && !isKept(value) ? value[0] : value;
}

function compileNode(node: Node, compilation: Compilation): Code {
  const core = compileCore(node, compilation);
  if (isPlainName(node)) return core;
  const predicates = (node.predicate ?? []).flatMap((stage) =>
    stage.type === 'filter' ? [filter(stage.expr, compilation)] : [],
  );
  const group = node.type !== 'path' && node.group ? compileGroup(node.group.lhs, compilation) : undefined;
  const keep = node.keepArray === true;
  if (isLeaf(node) && predicates.length === 0 && !group)
    return SELECTORS.has(node.type) ? (input, frame) => settle(core(input, frame), keep) : core;
  return (input, frame) => {
    const { run } = frame;
    enter(run);
    let value = core(input, frame);
    for (const predicate of predicates) value = predicate(value, frame);
    if (group) value = group(value, frame);
    run.depth -= 1;
    return settle(value, keep);
  };
}

/** `price`: a path of one name, much the most frequent of nodes. The path counts as one level and the name as one (E2). */
const isPlainName = (node: Node): boolean =>
  node.type === 'path' &&
  node.steps.length === 1 &&
  isNameAlone(node.steps[0]) &&
  !node.keepSingletonArray &&
  !node.group;
const isNameAlone = (step: Node | undefined) => step?.type === 'name' && !step.stages && !step.tuple && !step.keepArray;

/** Leaves that may give a sequence. */
const SELECTORS: ReadonlySet<Node['type']> = new Set(['name', 'variable', 'parent', 'wildcard', 'descendant']);

const LEAVES: ReadonlySet<Node['type']> = new Set([
  'string',
  'number',
  'value',
  'name',
  'variable',
  'regex',
  'lambda',
  'transform',
  'parent',
  'wildcard',
  'descendant',
]);
const isLeaf = (node: Node) => LEAVES.has(node.type);

function compileCore(node: Node, compilation: Compilation): Code {
  switch (node.type) {
    case 'string':
    case 'number':
    case 'value': {
      const { value } = node;
      return () => value;
    }
    case 'name': {
      const name = node.value;
      return (input, { run }) => lookup(input, name, run);
    }
    case 'variable':
      return compileVariable(node, compilation);
    case 'path':
      return isPlainName(node)
        ? compileName((node.steps[0] as NameNode).value, compilePath(node, compilation))
        : compilePath(node, compilation);
    case 'binary':
      return compileBinary(node, compilation);
    case 'unary':
      if (node.value === '[') return compileArray(node, compilation);
      return node.value === '{' ? compileGroup(node.lhs, compilation) : compileNegation(node, compilation);
    case 'condition':
      return compileCondition(node, compilation.code(node.then), node.else && compilation.code(node.else), compilation);
    case 'block':
      return compileBlock(node, compilation.code, compilation);
    case 'bind':
      return compileBind(node, compilation);
    case 'function':
      return compileCall(node, compilation);
    case 'partial':
      return compilePartial(node, compilation);
    case 'lambda':
      return compileLambda(node, compilation);
    case 'apply':
      return compilePipe(node, compilation);
    case 'regex':
      return compilePattern(node);
    case 'transform':
      return compileTransform(node, compilation);
    case 'wildcard':
      return (input, { run }) => wildcard(input, run);
    case 'descendant':
      return (input, { run }) => descendants(input, run);
    case 'parent': {
      const { label } = node.slot;
      return (_input, frame) => lookUp(frame, label);
    }
    case 'sort':
      throw new Error('An order-by clause stands in a path');
  }
}

/** `whole` is the same path, for context items that are lists. */
function compileName(name: string, whole: Code): Code {
  return (input, frame) => {
    const { run } = frame;
    enter(run);
    const value = isDict(input) ? member(input, name) : isList(input) ? whole(input, frame) : undefined;
    run.depth -= 1;
    return settle(value, false);
  };
}

function compileVariable(node: VariableNode, { bound }: Compilation): Code {
  const name = node.value;
  if (name === '') return (input) => (isOuterWrapper(input) ? input[0] : input);
  const global = globalVariable(name);
  if (!bound.has(name)) return (_input, { run }) => global(run);
  return (_input, frame) => {
    spend(frame.run, 1);
    return lookUp(frame, name, global);
  };
}

function compileBind(node: BindNode, { code }: Compilation): Code {
  const value = code(node.rhs);
  const name = node.lhs.value;
  return (input, frame) => {
    const bound = value(input, frame);
    bind(frame, name, bound);
    return bound;
  };
}
