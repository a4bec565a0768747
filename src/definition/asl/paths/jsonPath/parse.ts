/**
 * The text of a JSONPath becomes a `Path`, by Jayway's syntax: names after a dot go on to the next `.`, `[` or `(`, names in
 * brackets are quoted, and functions stand at the end.
 *
 * P1. Any text is parsed or refused, in time linear in its length, however deep it nests.
 */
import {
  atEnd,
  attempt,
  type Cursor,
  expect,
  peek,
  readQuoted,
  refuse,
  skipBlanks,
  take,
  takeMatch,
} from '../cursor.ts';
import { readLiteral, readTest } from './parseFilter.ts';
import type { Call, FunctionName, Operand, Path, Root, Step } from './syntax.ts';

const LONGEST_PATH = 10_000;
const MOST_STEPS = 500;
const DEEPEST_PATH = 20;

const FUNCTIONS: ReadonlySet<string> = new Set<FunctionName>([
  'append',
  'avg',
  'concat',
  'first',
  'index',
  'keys',
  'last',
  'length',
  'max',
  'min',
  'size',
  'stddev',
  'sum',
]);

const IDENTIFIER = /[\p{ID_Start}_][\p{ID_Continue}]*/uy;
/** Characters that end a name after a dot; within filters and arguments more of them do. */
const NAME = /[^\s.[(]+/y;
const INNER_NAME = /[^\s.[(\]),<>=!~&|]+/y;

/** @example parsePath('$.a[0]') // { ok: true, value: { root: { kind: 'document' }, steps: [ … ] } } */
export function parsePath(text: string): { ok: true; value: Path } | { ok: false; reason: string } {
  return attempt(() => {
    if (text.length > LONGEST_PATH) refuse(`Paths may have ${LONGEST_PATH} characters`);
    const cursor = { text: text.trim(), at: 0 };
    const path = readPath(cursor, 0);
    if (!atEnd(cursor)) refuse(`Illegal character at position ${cursor.at}`);
    return path;
  });
}

function readPath(cursor: Cursor, depth: number): Path {
  if (depth > DEEPEST_PATH) refuse(`Paths may be nested ${DEEPEST_PATH} deep`);
  const root = readRoot(cursor, depth);
  const steps: Step[] = [];
  for (;;) {
    const next = readStep(cursor, depth);
    if (next === undefined) return { root, steps };
    if ('name' in next && 'args' in next) return { root, steps, call: next };
    steps.push(...next);
    if (steps.length > MOST_STEPS) refuse(`Paths may have ${MOST_STEPS} steps`);
  }
}

function readRoot(cursor: Cursor, depth: number): Root {
  if (depth > 0 && take(cursor, '@')) return { kind: 'item' };
  if (!take(cursor, '$')) refuse("Path must start with '$'");
  if (take(cursor, '$')) return { kind: 'context' };
  const name = takeMatch(cursor, IDENTIFIER);
  return name === undefined ? { kind: 'document' } : { kind: 'variable', name };
}

/** One step, `..` and the one after it, a function, or undefined where the path ends. */
function readStep(cursor: Cursor, depth: number): Step[] | Call | undefined {
  if (peek(cursor) === '[') return [readBrackets(cursor, depth)];
  if (!take(cursor, '.')) return undefined;
  const scan: Step[] = take(cursor, '.') ? [{ kind: 'scan' }] : [];
  if (peek(cursor) === '[') return [...scan, readBrackets(cursor, depth)];
  if (take(cursor, '*')) return [...scan, { kind: 'wildcard' }];
  const name = takeMatch(cursor, depth === 0 ? NAME : INNER_NAME);
  if (name === undefined) refuse(`Expected a name at position ${cursor.at}`);
  if (!take(cursor, '(')) return [...scan, { kind: 'member', name }];
  if (scan.length > 0) refuse('Functions follow one dot');
  return readCall(cursor, name, depth);
}

function readCall(cursor: Cursor, name: string, depth: number): Call {
  if (!FUNCTIONS.has(name)) refuse(`Function with name: ${name} does not exist.`);
  const args: Operand[] = [];
  skipBlanks(cursor);
  while (!take(cursor, ')')) {
    if (args.length > 0) expect(cursor, ',');
    skipBlanks(cursor);
    const isPath = peek(cursor) === '$' || peek(cursor) === '@';
    args.push(
      isPath ? { kind: 'path', path: readPath(cursor, depth + 1) } : { kind: 'literal', value: readLiteral(cursor) },
    );
    skipBlanks(cursor);
  }
  return { name: name as FunctionName, args };
}

function readBrackets(cursor: Cursor, depth: number): Step {
  expect(cursor, '[');
  skipBlanks(cursor);
  const step = readBracketed(cursor, depth);
  skipBlanks(cursor);
  expect(cursor, ']');
  return step;
}

function readBracketed(cursor: Cursor, depth: number): Step {
  const character = peek(cursor);
  if (take(cursor, '*')) return { kind: 'wildcard' };
  if (character === "'" || character === '"') return members(readList(cursor, readQuoted));
  if (take(cursor, '?')) {
    skipBlanks(cursor);
    expect(cursor, '(');
    const test = readTest(cursor, (at) => readPath(at, depth + 1));
    skipBlanks(cursor);
    expect(cursor, ')');
    return { kind: 'filter', test };
  }
  const from = character === ':' ? undefined : readInteger(cursor);
  skipBlanks(cursor);
  if (take(cursor, ':')) return readSlice(cursor, from);
  if (from === undefined) refuse(`Expected a number at position ${cursor.at}`);
  if (!take(cursor, ',')) return { kind: 'index', index: from };
  return { kind: 'indices', indices: [from, ...readList(cursor, readInteger)] };
}

function readSlice(cursor: Cursor, from: number | undefined): Step {
  skipBlanks(cursor);
  const to = /[\d-]/.test(peek(cursor)) ? readInteger(cursor) : undefined;
  if (from === undefined && to === undefined) refuse(`Expected a number at position ${cursor.at}`);
  // A third number is read and has no meaning, as in Jayway.
  if (take(cursor, ':')) readInteger(cursor);
  return { kind: 'slice', ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
}

function readList<T>(cursor: Cursor, read: (cursor: Cursor) => T): T[] {
  const items: T[] = [];
  do {
    skipBlanks(cursor);
    items.push(read(cursor));
    skipBlanks(cursor);
  } while (take(cursor, ','));
  return items;
}

function readInteger(cursor: Cursor): number {
  const digits = takeMatch(cursor, /-?\d{1,9}/y);
  return digits === undefined ? refuse(`Expected a number at position ${cursor.at}`) : Number(digits);
}

function members(names: readonly string[]): Step {
  const [name] = names;
  return names.length === 1 && name !== undefined
    ? { kind: 'member', name }
    : { kind: 'members', names: [...new Set(names)] };
}
