/**
 * The syntax tree of an expression, as the library's parser gives it. Its own types say `any` of most of it: here each kind of
 * node has the members that the parser sets.
 */
import jsonata from 'jsonata';
import type { Signature } from './values.ts';

type Common = {
  /** `[]` was written behind it. */
  keepArray?: true;
  /** Predicates of a node that is no step of a path. */
  predicate?: Stage[];
  /** `{…}` behind it. */
  group?: { readonly lhs: Pair[] };
  /** What a step of a path has besides. */
  stages?: Stage[];
  consarray?: true;
  /** From this step on the path carries tuples of bindings. */
  tuple?: true;
  /** `@$name`, `#$name`. */
  focus?: string;
  index?: string;
  /** Under which name a `%` further on finds the item that this step was taken from. */
  ancestor?: { readonly label: string };
};

export type Pair = readonly [Node, Node];
export type Stage =
  | { readonly type: 'filter'; readonly expr: Node }
  | { readonly type: 'index'; readonly value: string };
export type SortTerm = { readonly descending: boolean; readonly expression: Node };

export type PathNode = Common & { type: 'path'; steps: Node[]; keepSingletonArray?: true };
export type BinaryNode = Common & { type: 'binary'; value: string; lhs: Node; rhs: Node };
export type UnaryNode = Common &
  (
    | { type: 'unary'; value: '-'; expression: Node }
    | { type: 'unary'; value: '['; expressions: Node[] }
    | { type: 'unary'; value: '{'; lhs: Pair[] }
  );
export type LiteralNode = Common & { type: 'string' | 'number' | 'value'; value: string | number | boolean | null };
export type NameNode = Common & { type: 'name'; value: string };
export type VariableNode = Common & { type: 'variable'; value: string };
export type CallNode = Common & { type: 'function'; procedure: Node; arguments: Node[] };
export type PartialNode = Common & { type: 'partial'; procedure: Node; arguments: (Node | OpenNode)[] };
/** The `?` of a partial application. */
export type OpenNode = { type: 'operator'; value: '?' };
export type LambdaNode = Common & {
  type: 'lambda';
  arguments: VariableNode[];
  signature?: Signature;
  body: Node;
  /** The body is a call in tail position, and this is no function of the expression. */
  thunk?: true;
};
export type ConditionNode = Common & { type: 'condition'; condition: Node; then: Node; else?: Node };
export type BlockNode = Common & { type: 'block'; expressions: Node[] };
export type BindNode = Common & { type: 'bind'; lhs: VariableNode; rhs: Node };
export type ApplyNode = Common & { type: 'apply'; lhs: Node; rhs: Node };
export type TransformNode = Common & { type: 'transform'; pattern: Node; update: Node; delete?: Node };
export type SortNode = Common & { type: 'sort'; terms: SortTerm[] };
export type RegexNode = Common & { type: 'regex'; value: RegExp };
export type ParentNode = Common & { type: 'parent'; slot: { readonly label: string } };

export type Node =
  | PathNode
  | BinaryNode
  | UnaryNode
  | LiteralNode
  | NameNode
  | VariableNode
  | CallNode
  | PartialNode
  | LambdaNode
  | ConditionNode
  | BlockNode
  | BindNode
  | ApplyNode
  | TransformNode
  | SortNode
  | RegexNode
  | ParentNode
  | (Common & { type: 'wildcard' | 'descendant' });

export type Parsed = { readonly ok: true; readonly tree: Node } | { readonly ok: false; readonly message: string };

/** The parser recurses: what is nested deeper than this could not be evaluated either, since depth is bounded. */
const DEEPEST_BRACKETS = 250;

/** @returns the tree, or what is wrong with the text, in the parser's words, which are AWS's */
export function parseExpression(text: string): Parsed {
  if (bracketsIn(text) > DEEPEST_BRACKETS)
    return { ok: false, message: `The expression is nested deeper than ${DEEPEST_BRACKETS} brackets` };
  try {
    const tree = jsonata(text).ast() as unknown as Node;
    return isTooDeep(tree) ? TOO_DEEP : { ok: true, tree };
  } catch (error) {
    return error instanceof RangeError ? TOO_DEEP : { ok: false, message: messageOf(error) };
  }
}

const TOO_DEEP: Parsed = { ok: false, message: 'The expression is nested too deeply' };
/** What goes through a tree recurses. Ten times what can be evaluated, since not all of a tree is. */
const DEEPEST_TREE = 1_000;

function isTooDeep(tree: Node): boolean {
  let level: Node[] = [tree];
  for (let depth = 0; depth <= DEEPEST_TREE; depth += 1) {
    if (level.length === 0) return false;
    level = level.flatMap((node) => {
      const { same, inner } = partsOf(node);
      return [...same, ...inner];
    });
  }
  return true;
}

function messageOf(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? error.message : undefined;
  return typeof message === 'string' ? message : String(error);
}

/** How deep brackets lie in one another, at most: those in texts count too, which is no harm at this bound. */
function bracketsIn(text: string): number {
  let [depth, deepest] = [0, 0];
  for (const character of text) {
    if ('([{'.includes(character)) deepest = Math.max(deepest, ++depth);
    else if (')]}'.includes(character)) depth -= 1;
  }
  return deepest;
}

/** The parts of a node that are nodes; those that see the context of the node itself apart from those that see another. */
export type Parts = { readonly same: readonly Node[]; readonly inner: readonly Node[] };

const pairs = (list: readonly Pair[]): Node[] => list.flat();
const filters = (stages: readonly Stage[] = []): Node[] =>
  stages.flatMap((stage) => (stage.type === 'filter' ? [stage.expr] : []));
const isNode = (part: Node | OpenNode): part is Node => part.type !== 'operator';

export function partsOf(node: Node): Parts {
  const inner = [...filters(node.stages), ...filters(node.predicate), ...(node.group ? pairs(node.group.lhs) : [])];
  const parts = (same: readonly Node[], more: readonly Node[] = []): Parts => ({ same, inner: [...inner, ...more] });
  switch (node.type) {
    case 'path':
      return parts(node.steps.slice(0, 1), node.steps.slice(1));
    case 'binary':
    case 'apply':
      return parts([node.lhs, node.rhs]);
    case 'unary':
      if (node.value === '[') return parts(node.expressions);
      return node.value === '{' ? parts(pairs(node.lhs)) : parts([node.expression]);
    case 'function':
    case 'partial':
      return parts([node.procedure, ...(node.arguments as (Node | OpenNode)[]).filter(isNode)]);
    case 'lambda':
      return parts([node.body]);
    case 'condition':
      return parts([node.condition, node.then, ...(node.else ? [node.else] : [])]);
    case 'block':
      return parts(node.expressions);
    case 'bind':
      return parts([node.rhs]);
    case 'transform':
      return parts([], [node.pattern, node.update, ...(node.delete ? [node.delete] : [])]);
    case 'sort':
      return parts(
        [],
        node.terms.map((term) => term.expression),
      );
    default:
      return parts([]);
  }
}
