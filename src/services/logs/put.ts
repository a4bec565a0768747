/**
 * Which events of a PutLogEvents are taken, and how they are written.
 *
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
import { type Chunk, chunksOf, decodeChunk, encodeChunk, GROWS_BELOW, SPAN } from './chunk.ts';
import type { Parts } from './context.ts';
import { logErrors } from './errors.ts';
import { type LogEvent, sizeOf } from './event.ts';
import type { ChunkHead, StreamRow } from './store.ts';

const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const LARGEST_BATCH = 1_048_576;
/** Of one event, AWS's overhead included. */
const LARGEST_EVENT = 1_048_576;
const LONGEST_SPAN = DAY;
const TOO_OLD = 14 * DAY;
const TOO_NEW = 2 * HOUR;

/** An event as it is sent; the chain has found its members present. */
type Sent = { timestamp?: number | undefined; message?: string | undefined };

export type Rejected = {
  tooNewLogEventStartIndex?: number;
  tooOldLogEventEndIndex?: number;
  expiredLogEventEndIndex?: number;
};

/**
 * @param retentionDays of the group
 * @throws InvalidParameterException when the batch as a whole is not as it must be
 */
export function admitted(
  sent: readonly Sent[],
  now: number,
  retentionDays: number | null,
): { events: LogEvent[]; rejected: Rejected | undefined } {
  const events = sent.map(({ timestamp, message }) => ({
    at: timestamp!,
    message: message!.toWellFormed(),
    ingested: now,
  }));
  checkBatch(events);
  const before = (age: number) => countWhile(events, ({ at }) => at < now - age);
  const tooOld = before(TOO_OLD);
  const expired = retentionDays === null ? 0 : before(retentionDays * DAY);
  const timely = countWhile(events, ({ at }) => at <= now + TOO_NEW);
  const rejected: Rejected = {
    ...(timely < events.length ? { tooNewLogEventStartIndex: timely } : {}),
    ...(tooOld > 0 ? { tooOldLogEventEndIndex: tooOld } : {}),
    ...(expired > 0 ? { expiredLogEventEndIndex: expired } : {}),
  };
  return {
    events: events.slice(Math.max(tooOld, expired), timely),
    rejected: Object.keys(rejected).length > 0 ? rejected : undefined,
  };
}

function checkBatch(events: readonly LogEvent[]): void {
  let bytes = 0;
  let latest = 0;
  for (const event of events) {
    const size = sizeOf(event);
    if (size > LARGEST_EVENT) throw logErrors.eventTooLarge(size, LARGEST_EVENT);
    bytes += size;
    if (event.at < latest) throw logErrors.notChronological();
    latest = event.at;
  }
  if (bytes > LARGEST_BATCH) throw logErrors.batchTooLarge(bytes, LARGEST_BATCH);
  if (events.length > 0 && latest - events[0]!.at > LONGEST_SPAN) throw logErrors.tooWide();
}

/** How many from the beginning. */
function countWhile(events: readonly LogEvent[], holds: (event: LogEvent) => boolean): number {
  const end = events.findIndex((event) => !holds(event));
  return end < 0 ? events.length : end;
}

/** Events ready to be written: encoding them takes longer than writing them. */
export type Encoded = Chunk & { payload: Uint8Array };

/** @param breathe lets others in between chunks */
export async function encoded(events: readonly LogEvent[], breathe: () => Promise<void>): Promise<Encoded[]> {
  const all: Encoded[] = [];
  for (const chunk of chunksOf(events)) {
    all.push({ ...chunk, payload: encodeChunk(chunk.events) });
    await breathe();
  }
  return all;
}

/** The same of the few events of one moment. */
export function encodedAtOnce(events: readonly LogEvent[]): Encoded[] {
  return chunksOf(events).map((chunk) => ({ ...chunk, payload: encodeChunk(chunk.events) }));
}

/** Inside a transaction: adds events to the end of a stream. */
export function append({ db }: Pick<Parts, 'db'>, stream: StreamRow, chunks: readonly Encoded[]): void {
  let seq = stream.next_seq;
  let bytes = 0;
  const ends = { first: Number.POSITIVE_INFINITY, last: 0, ingested: 0 };
  for (const [index, chunk] of chunks.entries()) {
    const grown = index === 0 && grow({ db }, stream, chunk);
    if (!grown) insert({ db }, stream, seq, chunk);
    seq += chunk.events.length;
    bytes += chunk.bytes;
    ends.first = Math.min(ends.first, chunk.events[0]!.at);
    ends.last = Math.max(ends.last, chunk.events.at(-1)!.at);
    ends.ingested = chunk.events.at(-1)!.ingested;
  }
  if (seq === stream.next_seq) return;
  db.noteEvents({ id: stream.id, ...ends, next_seq: seq });
  db.addBytes({ id: stream.log_group, bytes });
}

function insert({ db }: Pick<Parts, 'db'>, stream: StreamRow, seq: number, { events, bytes, payload }: Encoded): void {
  db.insertChunk({
    ...{ log_group: stream.log_group, stream: stream.id, seq, count: events.length, bytes, payload },
    ...{ first_at: events[0]!.at, last_at: events.at(-1)!.at },
  });
}

/** Adds a few events to the chunk before, where they fit. */
function grow({ db }: Pick<Parts, 'db'>, stream: StreamRow, { events, bytes }: Encoded): boolean {
  if (bytes > GROWS_BELOW) return false;
  const last = db.newestChunk({ stream: stream.id });
  if (!last || !fits(last, bytes, events)) return false;
  const all = [...decodeChunk(db.payload({ id: last.id })!.payload), ...events];
  db.growChunk({
    ...{ id: last.id, count: all.length, bytes: last.bytes + bytes, last_at: events.at(-1)!.at },
    payload: encodeChunk(all),
  });
  return true;
}

function fits(last: ChunkHead, bytes: number, events: readonly LogEvent[]): boolean {
  const inOrder = events[0]!.at >= last.last_at && events.at(-1)!.at - last.first_at <= SPAN;
  return inOrder && last.bytes + bytes <= GROWS_BELOW;
}
