/**
 * Calls of intrinsic functions, read into a tree: arguments are texts in single quotes, numbers, `true`, `false`, `null`, paths
 * and further calls. In texts a backslash stands before `'`, `{`, `}` and itself, and nowhere else.
 *
 * https://states-language.net/spec.html#intrinsic-functions
 */
import { atEnd, attempt, type Cursor, expect, peek, refuse, skipBlanks, take, takeMatch } from '../cursor.ts';
import { compileQuery, type Query } from '../jsonPath/query.ts';

export type Expression =
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Expression[] }
  | { readonly kind: 'query'; readonly query: Query }
  /** `written`: a text as it stands between its quotes, escapes and all; States.Format needs it. */
  | { readonly kind: 'literal'; readonly value: string | number | boolean | null; readonly written?: string };

const LONGEST = 10_000;
/** https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html */
const MOST_CALLS = 10;

export function parseIntrinsic(
  text: string,
): { ok: true; value: Expression & { kind: 'call' } } | { ok: false; reason: string } {
  return attempt(() => {
    if (text.length > LONGEST) refuse(`Calls of intrinsic functions may have ${LONGEST} characters`);
    const cursor = { text, at: 0, calls: 0 };
    skipBlanks(cursor);
    const call = readCall(cursor);
    skipBlanks(cursor);
    if (!atEnd(cursor)) refuse(`Unexpected character at position ${cursor.at}`);
    return call;
  });
}

type CallCursor = Cursor & { calls: number };

function readCall(cursor: CallCursor): Expression & { kind: 'call' } {
  cursor.calls += 1;
  if (cursor.calls > MOST_CALLS) refuse(`A field may call ${MOST_CALLS} intrinsic functions`);
  const name = takeMatch(cursor, /States\.[A-Za-z0-9]+/y) ?? refuse(`Expected a function at position ${cursor.at}`);
  skipBlanks(cursor);
  expect(cursor, '(');
  skipBlanks(cursor);
  const args: Expression[] = [];
  while (!take(cursor, ')')) {
    if (args.length > 0) {
      expect(cursor, ',');
      skipBlanks(cursor);
    }
    args.push(readArgument(cursor));
    skipBlanks(cursor);
  }
  return { kind: 'call', name, args };
}

function readArgument(cursor: CallCursor): Expression {
  const character = peek(cursor);
  if (character === "'") return readText(cursor);
  if (character === '$') return readPath(cursor);
  if (character === 'S') return readCall(cursor);
  const word = takeMatch(cursor, /(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
  if (word === undefined) return refuse(`Expected an argument at position ${cursor.at}`);
  if (word === 'null') return { kind: 'literal', value: null };
  if (word === 'true' || word === 'false') return { kind: 'literal', value: word === 'true' };
  const number = Number(word);
  return Number.isFinite(number) ? { kind: 'literal', value: number } : refuse(`${word} is too large a number`);
}

function readText(cursor: Cursor): Expression {
  expect(cursor, "'");
  const written = takeMatch(cursor, /(?:[^'\\]|\\['{}\\])*/y) ?? '';
  if (peek(cursor) === '\\') refuse(`Only ', {, } and \\ are escaped in a text, at position ${cursor.at}`);
  expect(cursor, "'");
  return { kind: 'literal', value: unescaped(written), written };
}

export function unescaped(written: string): string {
  return written.includes('\\') ? written.replaceAll(/\\(['{}\\])/g, '$1') : written;
}

/** A path goes on to the comma or bracket that ends the argument, except for those in its own brackets and quotes. */
function readPath(cursor: Cursor): Expression {
  const begin = cursor.at;
  let open = 0;
  for (;;) {
    const character = peek(cursor);
    if (character === '' || (open === 0 && (character === ',' || character === ')'))) break;
    if (open > 0 && (character === "'" || character === '"')) {
      takeMatch(cursor, character === "'" ? /'(?:[^'\\]|\\[\s\S])*'/y : /"(?:[^"\\]|\\[\s\S])*"/y) ??
        refuse(`What begins at position ${cursor.at} has no end`);
      continue;
    }
    if (character === '[' || character === '(') open += 1;
    if (character === ']' || character === ')') open -= 1;
    cursor.at += 1;
  }
  const compiled = compileQuery(cursor.text.slice(begin, cursor.at).trim());
  return compiled.ok ? { kind: 'query', query: compiled.query } : refuse(compiled.reason);
}
