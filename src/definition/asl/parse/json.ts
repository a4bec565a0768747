/**
 * JSON, refused in the words of the parser that AWS reads definitions with (Jackson): where it breaks, and what was expected there.
 *
 * J1. What JSON.parse takes is taken with the same value, except: an object that names a field twice, and what is nested deeper than
 *     `MAX_DEPTH`. Text after the value is refused.
 */
import type { Json, JsonObject } from '../scope.ts';

export type Parsed =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly message: string; readonly location: string };

/** Jackson's own. */
const MAX_DEPTH = 1000;
const MAX_SNIPPET = 500;
const MAX_TOKEN = 256;
const VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";

// biome-ignore lint/suspicious/noControlCharactersInRegex: what JSON does not take unescaped
const PLAIN = /[^"\\\u0000-\u001f]*/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const TOKEN = /[\p{ID_Continue}$]+/uy;
const LITERALS: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['null', null],
  ['true', true],
  ['false', false],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

type Reader = { readonly text: string; at: number; depth: number };
type Fault = { readonly fault: string };

export function parseJson(text: string): Parsed {
  const reader: Reader = { text, at: 0, depth: 0 };
  try {
    const value = readValue(reader);
    skipSpace(reader);
    if (reader.at < text.length) throw unexpected(reader, 'Expected the end of the definition');
    return { ok: true, value };
  } catch (error) {
    if (!isFault(error)) throw error;
    const location = sourceAt(text, reader.at);
    return { ok: false, message: `${error.fault}\n at ${location}`, location };
  }
}

/** Thrown within this file only, where a value is half read. */
const fault = (message: string): Error & Fault => Object.assign(new Error(message), { fault: message });
const isFault = (error: unknown): error is Error & Fault => error instanceof Error && 'fault' in error;

/** Jackson counts from 1, and stands behind what it has read. */
export function sourceAt(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - (before.lastIndexOf('\n') + 1) + 1;
  const rest = text.length - MAX_SNIPPET;
  const source = `"${text.slice(0, MAX_SNIPPET)}"${rest > 0 ? `[truncated ${rest} chars]` : ''}`;
  return `[Source: (String)${source}; line: ${line}, column: ${column}]`;
}

function unexpected(reader: Reader, expected: string): Error & Fault {
  const code = reader.text.charCodeAt(reader.at);
  reader.at += 1;
  return fault(`Unexpected character (${character(code)}): ${expected}`);
}

const character = (code: number): string =>
  code < 0x20 ? `(CTRL-CHAR, code ${code})` : `'${String.fromCharCode(code)}' (code ${code})`;

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? '';
  reader.at += found.length;
  return found;
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const code = reader.text.charCodeAt(reader.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
    reader.at += 1;
  }
}

function readValue(reader: Reader): Json {
  skipSpace(reader);
  const { text, at } = reader;
  switch (text[at]) {
    case '{':
      return nested(reader, readObject);
    case '[':
      return nested(reader, readArray);
    case '"':
      return readString(reader, 'value');
    case undefined:
      throw fault('Unexpected end-of-input: expected a value');
  }
  const code = text.charCodeAt(at);
  if (code === 0x2d || (code >= 0x30 && code <= 0x39)) return readNumber(reader);
  const token = match(reader, TOKEN);
  if (token === '') throw unexpected(reader, `expected a valid value ${VALUES}`);
  const literal = LITERALS.get(token);
  if (literal !== undefined) return literal;
  const shown = token.length > MAX_TOKEN ? `${token.slice(0, MAX_TOKEN)}...` : token;
  throw fault(`Unrecognized token '${shown}': was expecting ${VALUES}`);
}

function nested<T>(reader: Reader, read: (reader: Reader, start: number) => T): T {
  reader.depth += 1;
  if (reader.depth > MAX_DEPTH) {
    throw fault(`Document nesting depth (${reader.depth}) exceeds the maximum allowed (${MAX_DEPTH})`);
  }
  const start = reader.at;
  reader.at += 1;
  const value = read(reader, start);
  reader.depth -= 1;
  return value;
}

/** What stands next; at the end of the text, what was opened and not closed is named. */
function peek(reader: Reader, kind: 'Object' | 'Array', start: number): string {
  skipSpace(reader);
  const sign = reader.text[reader.at];
  if (sign !== undefined) return sign;
  const opened = sourceAt(reader.text, start);
  throw fault(`Unexpected end-of-input: expected close marker for ${kind} (start marker at ${opened})`);
}

function readObject(reader: Reader, start: number): JsonObject {
  const object: JsonObject = {};
  if (peek(reader, 'Object', start) === '}') {
    reader.at += 1;
    return object;
  }
  for (;;) {
    if (peek(reader, 'Object', start) !== '"')
      throw unexpected(reader, 'was expecting double-quote to start field name');
    const name = readString(reader, 'name');
    if (Object.hasOwn(object, name)) throw fault(`Duplicate field '${name}'`);
    if (peek(reader, 'Object', start) !== ':') {
      throw unexpected(reader, 'was expecting a colon to separate field name and value');
    }
    reader.at += 1;
    put(object, name, readValue(reader));
    if (closes(reader, 'Object', start, '}')) return object;
  }
}

function put(object: JsonObject, name: string, value: Json): void {
  if (name !== '__proto__') object[name] = value;
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true });
}

function readArray(reader: Reader, start: number): Json[] {
  const array: Json[] = [];
  if (peek(reader, 'Array', start) === ']') {
    reader.at += 1;
    return array;
  }
  for (;;) {
    array.push(readValue(reader));
    if (closes(reader, 'Array', start, ']')) return array;
  }
}

/** After an entry: the end, or a comma before the next. */
function closes(reader: Reader, kind: 'Object' | 'Array', start: number, end: string): boolean {
  const sign = peek(reader, kind, start);
  if (sign === '}' || sign === ']') {
    reader.at += 1;
    if (sign === end) return true;
    throw fault(
      `Unexpected close marker '${sign}': expected '${end}' (for ${kind} starting at ${sourceAt(reader.text, start)})`,
    );
  }
  if (sign !== ',') throw unexpected(reader, `was expecting comma to separate ${kind} entries`);
  reader.at += 1;
  return false;
}

function readNumber(reader: Reader): number {
  const found = match(reader, NUMBER);
  if (found === '') {
    reader.at += 1;
    throw unexpected(reader, 'expected digit (0-9) to follow minus sign, for valid numeric value');
  }
  if (/^-?0$/.test(found) && /\d/.test(reader.text.charAt(reader.at))) {
    reader.at += 1;
    throw fault('Invalid numeric value: Leading zeroes not allowed');
  }
  return Number(found);
}

function readString(reader: Reader, what: 'name' | 'value'): string {
  reader.at += 1;
  let read = match(reader, PLAIN);
  for (;;) {
    const sign = reader.text[reader.at];
    if (sign === undefined) throw fault(unclosed(what));
    if (sign === '"') {
      reader.at += 1;
      return read;
    }
    if (sign !== '\\') {
      const code = reader.text.charCodeAt(reader.at);
      reader.at += 1;
      throw fault(
        `Illegal unquoted character (${character(code)}): has to be escaped using backslash to be included in ${what === 'name' ? 'name' : 'string value'}`,
      );
    }
    read += readEscape(reader) + match(reader, PLAIN);
  }
}

const unclosed = (what: 'name' | 'value'): string =>
  what === 'name'
    ? "Unexpected end-of-input in field name: was expecting closing '\"' for name"
    : 'Unexpected end-of-input: was expecting closing quote for a string value';

function readEscape(reader: Reader): string {
  const sign = reader.text[reader.at + 1];
  if (sign === undefined) throw fault('Unexpected end-of-input in character escape sequence');
  reader.at += 2;
  const plain = ESCAPES[sign];
  if (plain !== undefined) return plain;
  if (sign !== 'u') throw fault(`Unrecognized character escape ${character(sign.charCodeAt(0))}`);
  const digits = reader.text.slice(reader.at, reader.at + 4);
  if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw unexpected(reader, 'expected a hex-digit for character escape sequence');
  reader.at += 4;
  return String.fromCharCode(Number.parseInt(digits, 16));
}
