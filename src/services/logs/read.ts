/**
 * Reads events in their order, out of chunks of one stream or of many, forwards or backwards, a page at a time.
 *
 * E1. Chunks are opened in the order of the events they begin with (backwards: end with), and an event is given only when
 *     no chunk that is not open yet can hold an earlier one. So what is open at a time are the chunks that overlap.
 * E2. A page ends with all that was asked for, or when it has done its work; it then says where the next one begins, which
 *     is further on than where it began itself.
 * E3. The loop is free again after each few milliseconds: between chunks, and within one between events.
 */
import { decodeChunk, SPAN } from './chunk.ts';
import { beforeAll, compareKeys, type Key, type LogEvent, sizeOf } from './event.ts';
import type { ChunkHead, LogsStore } from './store.ts';

export type Direction = 'forward' | 'backward';
export type FoundEvent = LogEvent & { key: Key };

/** Chunks in the order of a direction. */
export type Cursor = { peek(): ChunkHead | undefined; next(): void };

export type PageOf = {
  cursor: Cursor;
  /** Whether a chunk's stream is among those that are asked for. */
  includes(stream: number): boolean;
  direction: Direction;
  /** Events strictly behind this one, as seen in the direction … */
  after: Key;
  /** … and strictly before this one. */
  until: Key;
  wants(message: string): boolean;
  /** Events given at most, their bytes, and bytes looked at. */
  limits: { events: number; bytes: number; scanned: number };
  breathe(): Promise<void>;
};

/** `resume` is the `after` of the next page; undefined when all was looked at. */
export type EventPage = { events: FoundEvent[]; resume: Key | undefined };

/** Chunk heads that one statement reads, at most. */
const HEADS = 200;
/** What passing a chunk by counts, in bytes looked at. */
const HEAD_COST = 256;
/** Messages whose text one stretch looks at without asking for the time, in characters. */
const STRETCH = 16 * 1024;

const signOf = (direction: Direction) => (direction === 'forward' ? 1 : -1);

/** The chunks of a stream that can hold events behind `after`. */
export function streamCursor(db: LogsStore, stream: number, direction: Direction, after: Key): Cursor {
  if (direction === 'backward') {
    const begin = { at: after.at + SPAN, stream, seq: Number.MAX_SAFE_INTEGER };
    return cursorOf(
      (at) => db.backward({ ...at, stream, limit: HEADS }),
      begin,
      ({ last_at }) => last_at,
    );
  }
  const begin = { at: after.at - SPAN, stream, seq: 0 };
  return cursorOf(
    (at) => db.forward({ ...at, stream, limit: HEADS }),
    begin,
    ({ first_at }) => first_at,
  );
}

/** The same of a whole group, forwards. */
export function groupCursor(db: LogsStore, group: number, after: Key): Cursor {
  const begin = beforeAll(after.at - SPAN);
  return cursorOf(
    (at) => db.forwardInGroup({ ...at, group, limit: HEADS }),
    begin,
    ({ first_at }) => first_at,
  );
}

function cursorOf(read: (after: Key) => ChunkHead[], begin: Key, timeOf: (head: ChunkHead) => number): Cursor {
  let after = begin;
  let heads: ChunkHead[] | undefined;
  let at = 0;
  return {
    peek() {
      if (heads && at < heads.length) return heads[at];
      if (heads && heads.length < HEADS) return undefined;
      heads = read(after);
      at = 0;
      const last = heads.at(-1);
      if (last) after = { at: timeOf(last), stream: last.stream, seq: last.seq };
      return heads[0];
    },
    next() {
      at += 1;
    },
  };
}

/** Several cursors as one, forwards. */
export function merged(cursors: readonly Cursor[]): Cursor {
  const foremost = (): Cursor | undefined => {
    let best: Cursor | undefined;
    for (const cursor of cursors) {
      const head = cursor.peek();
      if (!head) continue;
      const leader = best?.peek();
      if (!leader || compareKeys(firstKey(head), firstKey(leader)) < 0) best = cursor;
    }
    return best;
  };
  return cursors.length === 1 ? cursors[0]! : { peek: () => foremost()?.peek(), next: () => foremost()?.next() };
}

const firstKey = ({ first_at, stream, seq }: ChunkHead): Key => ({ at: first_at, stream, seq });
const lastKey = ({ last_at, stream, seq, count }: ChunkHead): Key => ({ at: last_at, stream, seq: seq + count - 1 });

/** Events of one chunk that are still to be given. */
type OpenChunk = { events: FoundEvent[]; next: number };

export async function readPage(db: LogsStore, page: PageOf): Promise<EventPage> {
  const { cursor, limits, breathe } = page;
  const sign = signOf(page.direction);
  const near = page.direction === 'forward' ? firstKey : lastKey;
  const far = page.direction === 'forward' ? lastKey : firstKey;
  const before = (a: Key, b: Key) => sign * compareKeys(a, b) < 0;
  /** In the order of their next events. */
  const open: OpenChunk[] = [];
  const events: FoundEvent[] = [];
  let bytes = 0;
  let scanned = 0;

  for (;;) {
    const first = open[0];
    const event = first?.events[first.next];
    const head = cursor.peek();
    const ahead = head && before(near(head), page.until) ? head : undefined;
    if (event && (!ahead || before(event.key, near(ahead)))) {
      const size = sizeOf(event);
      if (events.length === limits.events || (events.length > 0 && bytes + size > limits.bytes))
        return { events, resume: justBefore(event.key, sign) };
      events.push(event);
      bytes += size;
      first!.next += 1;
      reorder(open, before);
      continue;
    }
    if (!ahead) return { events, resume: undefined };
    // Only where this page has come further than its beginning: else the next one would do the same work again.
    if (scanned >= limits.scanned && before(page.after, justBefore(near(ahead), sign)))
      return { events, resume: justBefore(near(ahead), sign) };
    cursor.next();
    await breathe();
    scanned += HEAD_COST;
    if (!before(page.after, far(ahead)) || !page.includes(ahead.stream)) continue;
    const opened = await openChunk(db, ahead, page);
    scanned += ahead.bytes;
    if (opened.events.length === 0) continue;
    open.push(opened);
    for (let at = open.length - 1; at > 0 && isBefore(open[at]!, open[at - 1]!, before); at -= 1) {
      [open[at - 1], open[at]] = [open[at]!, open[at - 1]!];
    }
  }
}

type Order = (a: Key, b: Key) => boolean;

const isBefore = (a: OpenChunk, b: OpenChunk, before: Order) => before(a.events[a.next]!.key, b.events[b.next]!.key);

/** The first chunk has given an event: it goes where its next one belongs, or away. */
function reorder(open: OpenChunk[], before: Order): void {
  if (open[0]!.next === open[0]!.events.length) {
    open.shift();
    return;
  }
  for (let at = 0; at + 1 < open.length && isBefore(open[at + 1]!, open[at]!, before); at += 1) {
    [open[at], open[at + 1]] = [open[at + 1]!, open[at]!];
  }
}

/** Behind everything that comes before this event, and before the event itself. */
function justBefore(key: Key, sign: number): Key {
  return { ...key, seq: key.seq - sign };
}

async function openChunk(db: LogsStore, head: ChunkHead, page: PageOf): Promise<OpenChunk> {
  const sign = signOf(page.direction);
  const row = db.payload({ id: head.id });
  // It may have expired since its head was read.
  if (!row) return { events: [], next: 0 };
  const found: FoundEvent[] = [];
  let looked = 0;
  for (const [index, event] of decodeChunk(row.payload).entries()) {
    const key = { at: event.at, stream: head.stream, seq: head.seq + index };
    if (sign * compareKeys(key, page.after) <= 0 || sign * compareKeys(key, page.until) >= 0) continue;
    looked += event.message.length;
    if (looked > STRETCH) {
      looked = 0;
      await page.breathe();
    }
    if (page.wants(event.message)) found.push({ ...event, key });
  }
  return { events: sign > 0 ? found : found.reverse(), next: 0 };
}
