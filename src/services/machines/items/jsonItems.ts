/**
 * Items of a JSON file: the elements of a list, or, below an ItemsPointer, the entries of an object.
 *
 * The list may be of any length. Without a pointer it is the whole document, checked to its end; with one, what follows the list
 * is not read.
 */
import { contentOf } from './bytes.ts';
import { type Pages, type Read, readerFailed } from './item.ts';
import {
  type Cursor,
  invalid,
  keepValue,
  Mark,
  members,
  passValue,
  peek,
  type Scan,
  skipByteOrderMark,
} from './jsonScan.ts';
import type { ReaderPorts, StoredObject } from './ports.ts';

const notIterable = () => readerFailed('Attempting to map over non-iterable node.');

const noSuchPath = () =>
  readerFailed('The provided ReaderConfig.ItemsPointer does not match any valid path in the JSON structure.');

/** @param pointer RFC 6901; empty is as good as none */
export async function* jsonItems(object: StoredObject, pointer: string | undefined, ports: ReaderPorts): Pages<Read> {
  let page: Read[] = [];
  const cursor: Cursor = { bytes: Buffer.alloc(0), at: 0, before: 0, ended: false };
  const scan = readItems(cursor, stepsOf(pointer ?? ''), (item) => page.push(item));
  for await (const slice of contentOf(object, ports)) {
    cursor.before += cursor.bytes.length;
    cursor.bytes = slice;
    cursor.at = 0;
    const { done } = scan.next();
    if (page.length > 0) yield page;
    page = [];
    if (done) return;
  }
  cursor.before += cursor.bytes.length;
  cursor.bytes = Buffer.alloc(0);
  cursor.at = 0;
  cursor.ended = true;
  scan.next();
  if (page.length > 0) yield page;
}

function stepsOf(pointer: string): string[] {
  if (pointer === '') return [];
  if (!pointer.startsWith('/')) throw noSuchPath();
  const parts = pointer.slice(1).split('/');
  return parts.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function* readItems(cursor: Cursor, steps: readonly string[], emit: (item: Read) => void): Scan<void> {
  yield* skipByteOrderMark(cursor);
  for (const step of steps) yield* enter(cursor, step);
  const first = yield* peek(cursor);
  if (first !== Mark.LIST && (first !== Mark.OBJECT || steps.length === 0)) {
    // What is no JSON at all is told as that.
    if (first !== Mark.OBJECT) yield* keepValue(cursor);
    throw notIterable();
  }
  yield* members(cursor, function* (key) {
    const value = yield* keepValue(cursor);
    emit(key === undefined ? { value } : { key, value });
    return false;
  });
  if (steps.length === 0 && (yield* peek(cursor)) !== -1) throw invalid(cursor, 'Something follows the list');
}

/** Moves to the member of that name, or of that place in a list. */
function* enter(cursor: Cursor, step: string): Scan<void> {
  const first = yield* peek(cursor);
  if (first !== Mark.LIST && first !== Mark.OBJECT) throw noSuchPath();
  const found = yield* members(cursor, function* (key, index) {
    if ((key ?? String(index)) === step) return true;
    yield* passValue(cursor);
    return false;
  });
  if (!found) throw noSuchPath();
}
