/**
 * Universal Binary JSON, as XGBoost writes it: big-endian, lengths of any integer type, arrays with a type and a count.
 *
 * U1. Hostile bytes end in a ScoringError: counts are held against the bytes that are left before anything is made of them, and
 *     nesting is bounded.
 */
import { badModel } from '../errors.ts';
import type { Json } from './json.ts';

const MOST_NESTING = 32;
const text = new TextDecoder();

type Reader = { bytes: Uint8Array; view: DataView; at: number };

/** Bytes of a value of each type of fixed size. */
const SIZES: Readonly<Record<string, number>> = { i: 1, U: 1, I: 2, u: 2, l: 4, m: 4, L: 8, M: 8, d: 4, D: 8 };

/** @throws ScoringError */
export function parseUbj(bytes: Uint8Array): Json {
  const reader = { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at: 0 };
  return value(reader, marker(reader), 0);
}

function broken(reader: Reader, what: string): Error {
  return badModel(`The model is no proper UBJSON: ${what} at byte ${reader.at}.`);
}

/** Where the next `count` bytes begin. */
function take(reader: Reader, count: number): number {
  const from = reader.at;
  if (!(count >= 0 && count <= reader.bytes.length - from)) throw broken(reader, 'it ends too early');
  reader.at = from + count;
  return from;
}

/** The next type; no-operations are passed over. */
function marker(reader: Reader): string {
  for (;;) {
    const found = String.fromCharCode(reader.bytes[take(reader, 1)]!);
    if (found !== 'N') return found;
  }
}

function number(reader: Reader, type: string): number {
  const { view } = reader;
  const at = take(reader, SIZES[type]!);
  switch (type) {
    case 'i':
      return view.getInt8(at);
    case 'U':
      return view.getUint8(at);
    case 'I':
      return view.getInt16(at);
    case 'u':
      return view.getUint16(at);
    case 'l':
      return view.getInt32(at);
    case 'm':
      return view.getUint32(at);
    case 'L':
    case 'M':
      return Number(view.getBigInt64(at));
    case 'd':
      return view.getFloat32(at);
    default:
      return view.getFloat64(at);
  }
}

function length(reader: Reader): number {
  const type = marker(reader);
  if (!'iUIulmLM'.includes(type)) throw broken(reader, `a length of type "${type}"`);
  return number(reader, type);
}

function string(reader: Reader): string {
  const count = length(reader);
  const from = take(reader, count);
  return text.decode(reader.bytes.subarray(from, from + count));
}

function value(reader: Reader, type: string, depth: number): Json {
  if (depth > MOST_NESTING) throw broken(reader, `more than ${MOST_NESTING} levels of nesting`);
  if (Object.hasOwn(SIZES, type)) return number(reader, type);
  switch (type) {
    case '{':
      return object(reader, depth);
    case '[':
      return array(reader, depth);
    case 'S':
    case 'H':
      return string(reader);
    case 'C':
      return String.fromCharCode(reader.bytes[take(reader, 1)]!);
    case 'T':
      return true;
    case 'F':
      return false;
    case 'Z':
      return null;
    default:
      throw broken(reader, `an unknown type "${type}"`);
  }
}

/** `$` type and `#` count, which may stand behind the opening of an array or object. */
function header(reader: Reader): { type: string | undefined; count: number | undefined } {
  const next = () => String.fromCharCode(reader.bytes[reader.at] ?? 0);
  let type: string | undefined;
  if (next() === '$') {
    take(reader, 1);
    type = marker(reader);
    if (next() !== '#') throw broken(reader, 'a typed container without a count');
  }
  if (next() !== '#') return { type, count: undefined };
  take(reader, 1);
  const count = length(reader);
  // Every element has a byte at least, save those of a type without content, which XGBoost never writes.
  const least = type === undefined ? 1 : (SIZES[type] ?? 1);
  if ('TFZN'.includes(type ?? '-') || !(count >= 0 && count * least <= reader.bytes.length - reader.at))
    throw broken(reader, `a container of ${count} values`);
  return { type, count };
}

function array(reader: Reader, depth: number): Json {
  const { type, count } = header(reader);
  if (type !== undefined && count !== undefined && Object.hasOwn(SIZES, type)) {
    const numbers = type === 'd' ? new Float32Array(count) : new Float64Array(count);
    for (let index = 0; index < count; index += 1) numbers[index] = number(reader, type);
    return numbers;
  }
  const made: Json[] = [];
  if (count !== undefined) {
    for (let index = 0; index < count; index += 1) made.push(value(reader, type ?? marker(reader), depth + 1));
    return made;
  }
  for (let next = marker(reader); next !== ']'; next = marker(reader)) made.push(value(reader, next, depth + 1));
  return made;
}

function object(reader: Reader, depth: number): Json {
  const { type, count } = header(reader);
  const made = new Map<string, Json>();
  const closed = () => {
    if (reader.bytes[reader.at] !== 0x7d) return false;
    take(reader, 1);
    return true;
  };
  for (let index = 0; count === undefined ? !closed() : index < count; index += 1) {
    const key = string(reader);
    made.set(key, value(reader, type ?? marker(reader), depth + 1));
  }
  return made;
}
