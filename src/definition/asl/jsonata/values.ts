/**
 * What a JSONata expression works with: JSON, nothing (`undefined`), functions, and lists that know more than JSON's arrays do.
 *
 * U1. What came in from a scope is never changed and never marked: only lists and objects that an evaluation has made carry marks,
 *     and every one of them does. `finish.ts` looks only into what is marked.
 * U2. A name of a member is looked up among an object's own members alone: `constructor` is not there unless it was put there.
 */
import type { Json, Scope } from '../scope.ts';

export type Value = undefined | null | boolean | number | string | List | Dict | Callable;

/** A list made here has `marks`; one that came in has none. */
export type List = Value[] & { marks?: number };
type Marked = Value[] & { marks: number };

/** An object made here has no prototype; one that came in has that of all objects. */
export type Dict = { [name: string]: Value };

/** `undefined` in a place where an argument was not given and where nothing was given are the same, as in JSONata. */
export type Callable = {
  /** What a lambda answers may be a call that is still to be made: only `apply` calls functions. */
  (args: readonly Value[], context: Value, run: Run): Value;
  /** How many parameters it declares: a function of lists is given as many of item, index and list. */
  arity: number;
  readonly signature?: Signature | undefined;
  /** Gives the same function with some of its arguments given: `$f(?, 1)`. */
  readonly partial?: ((args: readonly (Value | typeof OPEN)[]) => Callable) | undefined;
  /** Of a regular expression: its matcher, which text functions use without going through an object per match. */
  readonly pattern?: Pattern | undefined;
};

/** The place of an argument that a partial application leaves open. */
export const OPEN = Symbol('?');

export type Match = {
  readonly start: number;
  readonly end: number;
  readonly groups: readonly (string | undefined)[];
};

/** A compiled regular expression: the first match at or behind a place. Its work is charged to the run. */
export type Pattern = {
  readonly source: string;
  readonly exec: (text: string, from: number, run: Run) => Match | undefined;
};

/** One evaluation: what it may still do, how deep it is, and what it sees. */
export type Run = {
  /** Steps left: see limits.ts. */
  left: number;
  depth: number;
  readonly scope: Scope;
  /** `$$`; nothing on AWS, where an expression has no document of its own. */
  readonly root: Value;
  /** The call in tail position that the function just called has answered instead of a value. */
  tail: { readonly callee: Value; readonly args: readonly Value[]; readonly token: string | undefined } | undefined;
};

/** Variables of a block, of a function, or of a tuple; those around it are its parent's. The last of a name counts. */
export type Frame = {
  readonly run: Run;
  readonly parent: Frame | undefined;
  names: readonly string[];
  values: readonly Value[];
};

/** A compiled piece of an expression: a function of the context item and the variables. */
export type Code = (input: Value, frame: Frame) => Value;

/** Checks and completes arguments; `context` takes the place of a first one that is missing. @throws JsonataFailure */
export type Signature = { readonly validate: (args: readonly Value[], context: Value) => Value[] };

/** Made by an evaluation. */
const FRESH = 1;
/** A sequence: one of no items is nothing, one of one item is the item, a sequence in a sequence is its items. */
const SEQUENCE = 2;
/** A sequence of one item stays a list: `[]` was written behind it. */
const KEEP = 4;
/** An array constructor that stands as a step: not flattened into the steps around it. */
const CONSTRUCTED = 8;
/** Its items are tuples of bindings. */
const TUPLES = 16;
/** The list around a document that is a list itself. */
const OUTER = 32;

function marked(list: Value[], marks: number): List {
  (list as List).marks = marks;
  return list;
}

export const freshList = (items: Value[] = []): List => marked(items, FRESH);
export const sequence = (items: Value[] = []): List => marked(items, FRESH | SEQUENCE);
export const tupleStream = (items: Value[] = []): List => marked(items, FRESH | SEQUENCE | TUPLES);
export const outerWrapper = (document: List): List => marked([document], FRESH | SEQUENCE | OUTER);
export const markConstructed = (list: List): List => marked(list, (list.marks ?? FRESH) | CONSTRUCTED);
export const markKept = (list: List): List => marked(list, (list.marks ?? FRESH) | KEEP);

const has = (value: Value, mark: number) => Array.isArray(value) && (((value as List).marks ?? 0) & mark) !== 0;

export const isList = (value: Value): value is List => Array.isArray(value);
export const isSequence = (value: Value): value is Marked => has(value, SEQUENCE);
export const isFreshList = (value: Value): value is Marked => has(value, FRESH);
export const isKept = (value: Value): boolean => has(value, KEEP);
export const isConstructed = (value: Value): boolean => has(value, CONSTRUCTED);
export const isTupleStream = (value: Value): boolean => has(value, TUPLES);
export const isOuterWrapper = (value: Value): value is Marked => has(value, OUTER);
export const isCallable = (value: Value): value is Callable => typeof value === 'function';
export const isDict = (value: Value): value is Dict =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** An object without members, made here. It has no prototype, so that `__proto__` is a name like any other. */
export const freshDict = (): Dict => Object.create(null) as Dict;
export const isFreshDict = (dict: Dict): boolean => Object.getPrototypeOf(dict) === null;

/** U2. */
export const member = (dict: Dict, name: string): Value => (Object.hasOwn(dict, name) ? dict[name] : undefined);

/** What is a list, as it is; nothing as an empty one; anything else as a list of it. */
export const asList = (value: Value): List => (isList(value) ? value : sequence([value]));

/** D1001 is the caller's: a number that is none is not numeric. */
export const isNumber = (value: Value): value is number => typeof value === 'number' && !Number.isNaN(value);

/** JSON from a scope is a value as it stands. */
export const fromJson = (json: Json | undefined): Value => json as Value;
