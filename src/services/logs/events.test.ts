/** Events on the disk and back: chunks, and reading them in order, against the simplest way to do the same. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStore, START, testWorld } from '../../../tests/support/operations.ts';
import type { Store } from '../../store/store.ts';
import { chunksOf, decodeChunk, encodeChunk, SPAN } from './chunk.ts';
import { beforeAll as beginning, compareKeys, eventId, type Key, keyOfId, type LogEvent, sizeOf } from './event.ts';
import { createGroup } from './groupOperations.ts';
import { append, encoded } from './put.ts';
import { type FoundEvent, groupCursor, merged, type PageOf, readPage, streamCursor } from './read.ts';
import { type LogsStore, logsStore, migrations } from './store.ts';
import { createStream } from './streamOperations.ts';

const breathe = async () => {};
const event = fc.record({
  at: fc.integer({ min: 0, max: 3 * SPAN }).map((after) => START + after),
  message: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
  ingested: fc.integer({ min: -SPAN, max: SPAN }).map((after) => START + after),
});
const batch = fc.array(event, { minLength: 1, maxLength: 12 }).map((events) => events.toSorted((a, b) => a.at - b.at));

describe('chunks', () => {
  it('give back what was put in', () => {
    fc.assert(fc.property(batch, (events) => void expect(decodeChunk(encodeChunk(events))).toEqual(events)));
  });

  it('hold a minute, 64 kB or one event, and are cut nowhere else', () => {
    const at = (seconds: number, length = 1): LogEvent => ({
      ...{ at: START + seconds * 1000, message: 'x'.repeat(length), ingested: START },
    });
    const lengths = (events: LogEvent[]) => chunksOf(events).map((chunk) => chunk.events.length);
    expect(lengths([at(0), at(30), at(60), at(61), at(121)])).toEqual([3, 2]);
    expect(lengths([at(0, 40_000), at(0, 20_000), at(0, 20_000), at(0, 900_000), at(0)])).toEqual([2, 1, 1, 1]);
    expect(lengths(Array.from({ length: 4500 }, () => at(0)))).toEqual([2000, 2000, 500]);
    expect(chunksOf([])).toEqual([]);
  });
});

describe('an id', () => {
  it('is 56 digits that say where an event stands', () => {
    const key: Key = { at: START, stream: 7, seq: 42 };
    expect(eventId(key)).toMatch(/^\d{56}$/);
    expect(keyOfId(eventId(key))).toEqual(key);
    expect([keyOfId('1'), keyOfId(`3${'9'.repeat(55)}`)]).toEqual([undefined, undefined]);
    expect(eventId(key) < eventId({ ...key, seq: 43 })).toBe(true);
  });
});

/** Streams of one group, filled with batches as they come; and all their events, for comparison. */
async function filled(batches: readonly { stream: number; events: LogEvent[] }[]) {
  const store: Store = memoryStore([migrations], testWorld());
  const db = logsStore(store.sql);
  const group = await store.transact(() => createGroup({ db }, 'us-east-1', 'g', START));
  const streams: number[] = [];
  for (const name of ['a', 'b', 'c']) {
    streams.push((await store.transact(() => createStream({ db }, group, name, START))).id);
  }
  const all: FoundEvent[] = [];
  for (const { stream: index, events } of batches) {
    const stream = db.streamOfId({ id: streams[index]! })!;
    all.push(...events.map((one, n) => ({ ...one, key: { at: one.at, stream: stream.id, seq: stream.next_seq + n } })));
    const chunks = await encoded(events, breathe);
    await store.transact(() => append({ db }, stream, chunks));
  }
  return { db, group: group.id, streams, all: all.toSorted((a, b) => compareKeys(a.key, b.key)), store };
}

const batches = fc.array(fc.record({ stream: fc.nat({ max: 2 }), events: batch }), { maxLength: 12 });
const END = beginning(Number.MAX_SAFE_INTEGER);
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** Every page, and how many there were. */
async function readAll(
  page: (after: Key) => Omit<PageOf, 'breathe' | 'includes'> & Partial<Pick<PageOf, 'includes'>>,
  db: LogsStore,
  from: Key,
) {
  const events: FoundEvent[] = [];
  let pages = 0;
  for (let after: Key | undefined = from; after; pages += 1) {
    const read = await readPage(db, { includes: () => true, breathe, ...page(after) });
    events.push(...read.events);
    expect(read.resume).not.toEqual(after);
    after = read.resume;
  }
  return { events, pages };
}

describe('reading', () => {
  it('gives a group in order, by pages of any size, whatever was put in which order', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 9 }), fc.boolean(), async (given, size, whole) => {
        const { db, group, streams, all } = await filled(given);
        const cursor = (after: Key) =>
          whole ? groupCursor(db, group, after) : merged(streams.map((id) => streamCursor(db, id, 'forward', after)));
        const wants = (message: string) => message.length % 3 !== 0;
        const { events } = await readAll(
          (after) => ({
            ...{ direction: 'forward', after, until: END, cursor: cursor(after), wants },
            limits: { events: size, bytes: UNBOUNDED, scanned: 300 },
          }),
          db,
          beginning(0),
        );
        expect(events).toEqual(all.filter(({ message }) => wants(message)));
      }),
      { numRuns: 150 },
    );
  });

  it('gives a stream backwards, between two instants', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.integer({ min: 1, max: 9 }), fc.nat({ max: SPAN }), async (given, size, from) => {
        const { db, streams, all } = await filled(given);
        const [until, start] = [beginning(START + from), beginning(START + 2 * SPAN)];
        const { events } = await readAll(
          (after) => ({
            ...{ direction: 'backward', after, until, wants: () => true },
            cursor: streamCursor(db, streams[1]!, 'backward', after),
            limits: { events: size, bytes: UNBOUNDED, scanned: UNBOUNDED },
          }),
          db,
          start,
        );
        const expected = all.filter(
          ({ key, at }) => key.stream === streams[1] && at >= START + from && at < START + 2 * SPAN,
        );
        expect(events).toEqual(expected.reverse());
      }),
      { numRuns: 150 },
    );
  });

  it('ends a page at its bytes, and when it has looked at enough', async () => {
    const long = Array.from({ length: 400 }, (_, n) => ({
      at: START + n,
      message: `${n}`.repeat(300),
      ingested: START,
    }));
    const { db, streams } = await filled([{ stream: 0, events: long }]);
    const page = (limits: PageOf['limits'], wants = (_: string) => true) => {
      return readAll(
        (after) => ({
          ...{ direction: 'forward', after, until: END, wants, limits },
          cursor: streamCursor(db, streams[0]!, 'forward', after),
        }),
        db,
        beginning(0),
      );
    };
    const byBytes = await page({ events: UNBOUNDED, bytes: 20_000, scanned: UNBOUNDED });
    expect(byBytes.events).toHaveLength(400);
    expect(byBytes.pages).toBeGreaterThan(15);
    const byWork = await page({ events: UNBOUNDED, bytes: UNBOUNDED, scanned: 65_536 }, (text) =>
      text.startsWith('399'),
    );
    expect(byWork.events).toHaveLength(1);
    expect(byWork.pages).toBeGreaterThan(3);
  });
});

describe('writing', () => {
  it('makes no row for each of many single events', async () => {
    const { db, streams, group, all } = await filled(
      Array.from({ length: 500 }, (_, n) => ({
        ...{ stream: 0, events: [{ at: START + n, message: 'a line of a log', ingested: START + n }] },
      })),
    );
    const heads = db.ofStream({ stream: streams[0]!, limit: 500 });
    expect(heads.length).toBeLessThan(5);
    expect(heads.reduce((sum, { count }) => sum + count, 0)).toBe(500);
    expect(db.groups({ ...RANGE, limit: 1 })[0]?.stored_bytes).toBe(all.reduce((sum, one) => sum + sizeOf(one), 0));
    expect(db.streamOfId({ id: streams[0]! })).toMatchObject({
      ...{ log_group: group, first_event: START, last_event: START + 499, last_ingested: START + 499, next_seq: 501 },
    });
  });
});

const RANGE = { region: 'us-east-1', from: '', below: '\u{10FFFF}', after: '', pattern: '', class: '' };
