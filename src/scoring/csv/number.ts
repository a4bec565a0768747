/**
 * Numbers of a CSV field, read from bytes: what Python's `float` makes of the field, rounded to float32, as the DMatrix keeps it.
 *
 * N1. The quick way is taken only where its result is certain; the rest goes the exact way, through text.
 * N2. An empty field and `nan` are missing values (NaN). Infinity, and what is too large for float32, is refused, as XGBoost
 *     refuses it. So is everything else that is no number: quotes, words, digits in other scripts or with underscores.
 */
import { badInput } from '../errors.ts';

export const COMMA = 0x2c;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
export const SPACE = 0x20;
const TAB = 0x09;

/** The largest magnitude that rounds to a float32. */
const MOST = 3.4028235677973362e38;
/** Mantissas below it take one more digit and stay whole numbers of a double. */
const ROOM = 1e14;
/** Above what dropped digits can change, relative to the number. */
const DOUBT = 2e-14;
/** Powers of ten that are exact. */
const POWERS = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const MISSING = /^(?:[+-]?nan)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** Where the field that was read last ends: at its comma, or at its line's end. */
export const cursor = { at: 0 };

/**
 * The value of the field that begins at `start`; the caller sees to it that a line feed follows it somewhere.
 *
 * @throws ScoringError, of which the message is about the field only
 */
export function numberAt(bytes: Uint8Array, start: number): number {
  let at = start;
  let code = bytes[at]!;
  const isNegative = code === 0x2d;
  if (isNegative) code = bytes[++at]!;
  const first = at;
  let mantissa = 0;
  let power = 0;
  let isWhole = true;
  for (; code >= 0x30 && code <= 0x39; code = bytes[++at]!) {
    if (mantissa < ROOM) mantissa = mantissa * 10 + (code - 0x30);
    else {
      power += 1;
      isWhole = false;
    }
  }
  let digits = at - first;
  if (code === 0x2e) {
    code = bytes[++at]!;
    const point = at;
    for (; code >= 0x30 && code <= 0x39; code = bytes[++at]!) {
      if (mantissa < ROOM) {
        mantissa = mantissa * 10 + (code - 0x30);
        power -= 1;
      } else isWhole = false;
    }
    digits += at - point;
  }
  // Exponents, blanks, signs and words are rare enough for the exact way.
  const isPlain = digits > 0 && (code === COMMA || code === NEWLINE || code === RETURN);
  if (!isPlain || power < -22 || power > 22) return exact(bytes, start);
  const value = power < 0 ? mantissa / POWERS[-power]! : mantissa * POWERS[power]!;
  if (!isWhole && Math.fround(value * (1 - DOUBT)) !== Math.fround(value * (1 + DOUBT))) return exact(bytes, start);
  cursor.at = at;
  return isNegative ? -value : value;
}

/** Where the field that begins at `start` ends. */
function fieldEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  for (let code = bytes[at]!; code !== COMMA && code !== NEWLINE; code = bytes[++at]!);
  return bytes[at] === NEWLINE && at > start && bytes[at - 1] === RETURN ? at - 1 : at;
}

function exact(bytes: Uint8Array, start: number): number {
  let end = fieldEnd(bytes, start);
  cursor.at = end;
  let from = start;
  while (from < end && (bytes[from] === SPACE || bytes[from] === TAB)) from += 1;
  while (end > from && (bytes[end - 1] === SPACE || bytes[end - 1] === TAB)) end -= 1;
  if (from === end) return Number.NaN;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, Math.min(end - from, 1000)).toString('latin1');
  if (NUMBER.test(text)) {
    const value = Number(text);
    if (Math.abs(value) <= MOST) return value;
    throw badInput(`${quoted(text)} is too large for a float32.`);
  }
  if (MISSING.test(text)) return Number.NaN;
  if (INFINITE.test(text)) throw badInput(`${quoted(text)} is infinite, which XGBoost does not take.`);
  if (text.startsWith('"')) throw badInput(`${quoted(text)} is quoted; write numbers without quotes.`);
  throw badInput(`${quoted(text)} is not a number.`);
}

function quoted(text: string): string {
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
