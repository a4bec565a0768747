/**
 * Finds the values of a JSON text of any length, one after the other, without holding more than one of them.
 *
 * The scanning functions are generators that yield when they need more bytes: what they were about to do is kept in them.
 *
 * S1. However the bytes are cut, the values are the same: bytes become text only when a value is whole.
 * S2. A value that is kept is bounded in size, every value in depth; what is passed over may be of any size.
 * S3. What is kept is parsed by JSON.parse; of what is passed over only the extent is known.
 */
import type { Json } from '../../../definition/asl/scope.ts';
import { itemTooLarge, MAX_ITEM_BYTES, MAX_ITEM_DEPTH, readerFailed } from './item.ts';

/** `before`: bytes that came before `bytes`. `ended`: none will follow. */
export type Cursor = { bytes: Buffer; at: number; before: number; ended: boolean };

/** Yields for more bytes; then `cursor` has them. */
export type Scan<T> = Generator<undefined, T, undefined>;

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const LIST = 0x5b;
const LIST_END = 0x5d;
const OBJECT = 0x7b;
const OBJECT_END = 0x7d;
export const Mark = { LIST, OBJECT } as const;

const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

const MARK_ORDER = [0xef, 0xbb, 0xbf];

/** A byte order mark before the text. */
export function* skipByteOrderMark(cursor: Cursor): Scan<void> {
  for (const byte of MARK_ORDER) {
    while (cursor.at === cursor.bytes.length && !cursor.ended) yield;
    if (cursor.bytes[cursor.at] !== byte) return;
    cursor.at += 1;
  }
}

/** The next byte that is no space, which is not taken; -1 at the end. */
export function* peek(cursor: Cursor): Scan<number> {
  for (;;) {
    const { bytes } = cursor;
    for (; cursor.at < bytes.length; cursor.at += 1) if (!isSpace(bytes[cursor.at]!)) return bytes[cursor.at]!;
    if (cursor.ended) return -1;
    yield;
  }
}

/** A value, parsed. It begins at the cursor, spaces aside. */
export function* keepValue(cursor: Cursor): Scan<Json> {
  yield* peek(cursor);
  const parts: Buffer[] = [];
  let size = 0;
  const extent = createExtent();
  for (;;) {
    const from = cursor.at;
    const whole = extent(cursor);
    size += cursor.at - from;
    if (size > MAX_ITEM_BYTES) throw itemTooLarge('An item of the JSON file');
    const part = cursor.bytes.subarray(from, cursor.at);
    if (whole) return parsed(cursor, parts.length === 0 ? part : Buffer.concat([...parts, part]));
    // A copy: nothing says that what gives the bytes does not use them again.
    parts.push(Buffer.from(part));
    yield;
  }
}

/** A value, passed over. */
export function* passValue(cursor: Cursor): Scan<void> {
  yield* peek(cursor);
  const extent = createExtent();
  while (!extent(cursor)) yield;
}

function parsed(cursor: Cursor, bytes: Buffer): Json {
  try {
    return JSON.parse(bytes.toString()) as Json;
  } catch {
    throw invalid(cursor, 'A value that ends there cannot be parsed');
  }
}

export const invalid = (cursor: Cursor, what: string) =>
  readerFailed(`The JSON file is not valid. ${what}, at byte ${cursor.before + cursor.at}.`);

/** Moves the cursor to the end of the value, or of the bytes. @returns whether the value is whole */
type Extent = (cursor: Cursor) => boolean;

function createExtent(): Extent {
  let depth = 0;
  let inString = false;
  let escaped = false;
  let started = false;

  /** The end of what does not end by itself: of a number, true, false, null. */
  function bare(cursor: Cursor): boolean {
    const { bytes } = cursor;
    for (; cursor.at < bytes.length; cursor.at += 1) {
      const byte = bytes[cursor.at]!;
      if (byte === COMMA || byte === LIST_END || byte === OBJECT_END || isSpace(byte)) {
        if (!started) throw invalid(cursor, 'A value is missing');
        return true;
      }
      started = true;
    }
    if (cursor.ended && !started) throw invalid(cursor, 'It ends too early');
    return cursor.ended;
  }

  function structure(cursor: Cursor): boolean {
    const { bytes } = cursor;
    for (let at = cursor.at; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        if (inString || depth > 0) continue;
      } else if (byte === QUOTE) {
        inString = true;
        continue;
      } else if (byte === LIST || byte === OBJECT) {
        depth += 1;
        if (depth > MAX_ITEM_DEPTH) throw readerFailed(`The JSON file is nested deeper than ${MAX_ITEM_DEPTH} levels.`);
        continue;
      } else if (byte === LIST_END || byte === OBJECT_END) {
        depth -= 1;
        if (depth > 0) continue;
      } else continue;
      cursor.at = at + 1;
      return true;
    }
    cursor.at = bytes.length;
    if (cursor.ended) throw invalid(cursor, 'It ends too early');
    return false;
  }

  return (cursor) => {
    if (depth > 0 || inString) return structure(cursor);
    const first = cursor.bytes[cursor.at];
    const structured = !started && (first === QUOTE || first === LIST || first === OBJECT);
    return structured ? structure(cursor) : bare(cursor);
  };
}

/**
 * Goes through the list or object at the cursor. `each` takes the value at the cursor and may end the walk there.
 *
 * @returns whether `each` has ended it
 */
export function* members(
  cursor: Cursor,
  each: (key: string | undefined, index: number) => Scan<boolean>,
): Scan<boolean> {
  const isObject = cursor.bytes[cursor.at] === OBJECT;
  const close = isObject ? OBJECT_END : LIST_END;
  cursor.at += 1;
  for (let index = 0; ; index += 1) {
    const first = yield* peek(cursor);
    if (first === close && index === 0) {
      cursor.at += 1;
      return false;
    }
    const key = isObject ? yield* keyAt(cursor, first) : undefined;
    if (yield* each(key, index)) return true;
    const next = yield* peek(cursor);
    if (next === -1) throw invalid(cursor, 'It ends too early');
    if (next !== COMMA && next !== close) throw invalid(cursor, 'A comma is missing');
    cursor.at += 1;
    if (next === close) return false;
  }
}

function* keyAt(cursor: Cursor, first: number): Scan<string> {
  if (first !== QUOTE) throw invalid(cursor, first === -1 ? 'It ends too early' : 'A name is missing');
  const key = (yield* keepValue(cursor)) as string;
  if ((yield* peek(cursor)) !== COLON) throw invalid(cursor, 'A colon is missing');
  cursor.at += 1;
  return key;
}
