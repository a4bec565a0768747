/**
 * The tests of `[?( … )]`: `&&` binds more than `||`, `!` negates what follows, a path alone asks whether there is something.
 * How paths are read is given from outside, since paths hold filters and filters hold paths.
 */
import type { Json } from '../../scope.ts';
import { type Cursor, expect, peek, readQuoted, refuse, skipBlanks, take, takeMatch } from '../cursor.ts';
import { OPERATORS, type Operand, type Operator, type Path, type Test } from './syntax.ts';

/** Reads a path at the cursor, which stands on its `$` or `@`. */
export type ReadPath = (cursor: Cursor) => Path;

const DEEPEST_TEST = 50;
const LONGEST_PATTERN = 1_000;

/** Reads a test; the cursor is left behind it. */
export function readTest(cursor: Cursor, readPath: ReadPath, depth = 0): Test {
  if (depth > DEEPEST_TEST) refuse(`Filters may be nested ${DEEPEST_TEST} deep`);
  const readAll = (kind: 'and' | 'or', sign: string, read: () => Test): Test => {
    const first = read();
    const tests = [first];
    for (skipBlanks(cursor); take(cursor, sign); skipBlanks(cursor)) tests.push(read());
    return tests.length === 1 ? first : { kind, tests };
  };
  return readAll('or', '||', () => readAll('and', '&&', () => readOne(cursor, readPath, depth)));
}

function readOne(cursor: Cursor, readPath: ReadPath, depth: number): Test {
  if (depth > DEEPEST_TEST) refuse(`Filters may be nested ${DEEPEST_TEST} deep`);
  skipBlanks(cursor);
  if (take(cursor, '!')) return { kind: 'not', test: readOne(cursor, readPath, depth + 1) };
  if (take(cursor, '(')) {
    const inner = readTest(cursor, readPath, depth + 1);
    skipBlanks(cursor);
    expect(cursor, ')');
    return inner;
  }
  const left = readOperand(cursor, readPath);
  const operator = readOperator(cursor);
  if (operator) {
    const right = readOperand(cursor, readPath);
    if (operator === '=~' && left.kind !== 'pattern' && right.kind !== 'pattern') refuse('=~ needs a pattern: /…/');
    return { kind: 'compare', left, operator, right };
  }
  if (left.kind !== 'path') refuse(`Expected an operator at position ${cursor.at}`);
  return { kind: 'exists', path: left.path };
}

function readOperator(cursor: Cursor): Operator | undefined {
  skipBlanks(cursor);
  const here = cursor.text.slice(cursor.at, cursor.at + 9).toLowerCase();
  const operator = OPERATORS.find((known) => here.startsWith(known) && !/^[a-z]+\w/.test(here.slice(known.length - 1)));
  if (operator) cursor.at += operator.length;
  return operator;
}

function readOperand(cursor: Cursor, readPath: ReadPath): Operand {
  skipBlanks(cursor);
  const character = peek(cursor);
  if (character === '$' || character === '@') return { kind: 'path', path: readPath(cursor) };
  if (character === '/') return readPattern(cursor);
  return { kind: 'literal', value: readLiteral(cursor) };
}

/** A text in quotes of either sort, a number, `true`, `false`, `null`, or a list or object as JSON writes them. */
export function readLiteral(cursor: Cursor): Json {
  const character = peek(cursor);
  if (character === "'" || character === '"') return readQuoted(cursor);
  if (character === '[' || character === '{') return readJson(cursor);
  const word = takeMatch(cursor, /(?:true|false|null)\b|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y);
  if (word === undefined) refuse(`Expected a value at position ${cursor.at}`);
  const value: Json = JSON.parse(word.replace(/^(-?)0+(?=\d)/, '$1'));
  return typeof value === 'number' && !Number.isFinite(value) ? refuse(`${word} is too large a number`) : value;
}

/** A list or an object; texts in single quotes are taken too, as Jayway does. */
function readJson(cursor: Cursor): Json {
  const begin = cursor.at;
  let json = '';
  let open = 0;
  do {
    const character = peek(cursor);
    if (character === '') refuse(`What begins at position ${begin} has no end`);
    if (character === "'" || character === '"') {
      json += JSON.stringify(readQuoted(cursor));
      continue;
    }
    if (character === '[' || character === '{') open += 1;
    if (character === ']' || character === '}') open -= 1;
    json += character;
    cursor.at += 1;
  } while (open > 0);
  try {
    return JSON.parse(json);
  } catch {
    return refuse(`What begins at position ${begin} is not JSON`);
  }
}

function readPattern(cursor: Cursor): Operand {
  cursor.at += 1;
  const source = takeMatch(cursor, /(?:[^/\\]|\\[\s\S])*/y) ?? '';
  if (source.length > LONGEST_PATTERN) refuse(`Patterns may have ${LONGEST_PATTERN} characters`);
  expect(cursor, '/');
  return { kind: 'pattern', source: source.replaceAll('\\/', '/'), ignoreCase: take(cursor, 'i') };
}
