/**
 * Ships files that grow, the output of jobs, into log streams while they grow.
 *
 * S1. Exactly once: a file's position is saved in the transaction of the events that it justifies, so that a server that
 *     starts again goes on where the events end.
 * S2. What is held of a file is one piece of it, and the next one is read when that is durable: a job that writes faster
 *     than the disk waits in its file.
 * S3. A file is taken up to its limit; beyond it the file is cut while its job goes on writing, and of what is left out the
 *     last bytes are told at the end, since an error's message stands there.
 * S4. `finish` resolves when all of the file is committed, and not before: durable with whatever is recorded next, such as the end
 *     of the job. It rejects when that cannot be now (a full disk).
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open } from 'node:fs/promises';
import type { Cancel } from '../../../base/clock.ts';
import { breather, type Parts } from '../context.ts';
import type { LogEvent } from '../event.ts';
import { createGroup } from '../groupOperations.ts';
import { append, encoded } from '../put.ts';
import type { FileRow } from '../store.ts';
import { createStream } from '../streamOperations.ts';
import { linesIn, PIECE } from './lines.ts';

/** The output of one host of one job. */
export type LogSource = {
  /** Names it for all time. */
  id: string;
  region: string;
  /** The group's name; it is made when it is missing. */
  group: string;
  /** What the stream's name begins with: it is this, a hyphen, and the seconds since the epoch at which it begins. */
  stream: string;
  /** That is the whole of its name. */
  exact?: boolean;
  path: string;
  /** When its lines were written, where that is over: milliseconds since the epoch. @default they are being written */
  writtenAt?: number;
};

export type LogSink = {
  /** Begins, or goes on, to ship a file, which need not exist yet. */
  follow(source: LogSource): void;
  /** The file will not grow any more. Resolves when all of it is durable; rejects when it cannot be now. */
  finish(source: LogSource): Promise<void>;
  /** The file is gone: forgets how far it was shipped. */
  forget(id: string): Promise<void>;
};

export type Shipping = LogSink & { stop(): Promise<void> };

/** How often files are looked at, in milliseconds. */
const BETWEEN = 250;
/** How far a file may grow beyond its limit before it is cut. */
const SLACK = 64 * 1024 * 1024;
/** What is told of the end of a log that was too long. */
const KEPT_END = 64 * 1024;

/** A job that is not isolated could put a link or a pipe where its output is. */
const SAFELY = constants.O_NOFOLLOW | constants.O_NONBLOCK;

type Followed = { source: LogSource; cancel: Cancel; work: Promise<void> };
type Shipment = { row: FileRow; file: FileHandle; atEnd: boolean };

/** @param limit of one file, in bytes */
export function createShipping(parts: Parts, limit: number): Shipping {
  const { db, store, world } = parts;
  const { clock } = world;
  const followed = new Map<string, Followed>();
  const turns = new Map<string, Promise<void>>();
  let stopped = false;

  function follow(source: LogSource): void {
    if (stopped || followed.has(source.id)) return;
    const one: Followed = { source, cancel: () => {}, work: Promise.resolve() };
    followed.set(source.id, one);
    look(one);
  }

  function look(one: Followed): void {
    one.work = inTurn(one.source.id, () => ship(one.source, false))
      .catch((error: Error) => {
        world.log('warn', 'logs.not-shipped', { file: one.source.path, message: error.message });
      })
      .then(() => {
        if (stopped || followed.get(one.source.id) !== one) return;
        one.cancel = clock.at(clock.now() + BETWEEN, () => look(one));
      });
  }

  async function finish(source: LogSource): Promise<void> {
    // As with everything that a server which closes has not done: the next one does it.
    if (stopped) return new Promise(() => {});
    const one = followed.get(source.id);
    followed.delete(source.id);
    one?.cancel();
    await one?.work;
    return inTurn(source.id, () => ship(source, true));
  }

  /** Whoever asks for the same file twice at once is served once after the other (S1). */
  function inTurn(id: string, work: () => Promise<void>): Promise<void> {
    const turn = (turns.get(id) ?? Promise.resolve()).then(work);
    const over = turn.catch(() => {});
    turns.set(id, over);
    void over.then(() => turns.get(id) === over && turns.delete(id));
    return turn;
  }

  async function ship(source: LogSource, atEnd: boolean): Promise<void> {
    const size = await sizeOf(source.path);
    const known = db.file({ id: source.id });
    if (size === undefined || (!atEnd && size === (known?.position ?? 0))) return;
    const file = await open(source.path, constants.O_RDONLY | SAFELY);
    try {
      const row = known ?? firstRow(source);
      await shipFrom(source, { row, file, atEnd }, size);
    } finally {
      await file.close();
    }
  }

  function firstRow({ id, region, group, stream: given, exact, writtenAt = clock.now() }: LogSource): FileRow {
    const stream = exact ? given : `${given}-${Math.floor(writtenAt / 1000)}`;
    return { id, region, log_group: group, stream, position: 0, omitted: 0 };
  }

  async function shipFrom(source: LogSource, shipment: Shipment, size: number): Promise<void> {
    const { row, file, atEnd } = shipment;
    if (size < row.position) {
      await write(source, { ...row, position: 0 }, ['telar: The job emptied its output; it goes on from here.']);
      row.position = 0;
    }
    if (row.position === size) return;
    const end = Math.min(size, limit);
    const piece = Buffer.allocUnsafe(Math.min(PIECE, Math.max(0, end - row.position)));
    while (!stopped && row.position < end) {
      const { bytesRead } = await file.read(piece, 0, Math.min(piece.length, end - row.position), row.position);
      if (bytesRead === 0) break;
      const last = row.position + bytesRead >= end && (atEnd || size > limit);
      const { messages, consumed } = linesIn(piece.subarray(0, bytesRead), last);
      if (consumed === 0) break;
      row.position += consumed;
      await write(source, row, messages, row.position < end);
    }
    if (size > limit && row.position >= limit) await beyondLimit(source, shipment, size);
  }

  /** The log has all that it may have. */
  async function beyondLimit(source: LogSource, { row, file, atEnd }: Shipment, size: number): Promise<void> {
    if (row.omitted === 0) {
      row.omitted = 1;
      await write(source, row, [
        `telar: This log is longer than the ${limit} bytes that are kept of a job's log. The rest is left out, except for its end.`,
      ]);
    }
    if (!atEnd) {
      if (size <= limit + SLACK) return;
      row.omitted += size - limit;
      await cut(source.path, limit);
      return write(source, row, []);
    }
    const kept = Math.min(KEPT_END, size - limit);
    const bytes = Buffer.alloc(kept);
    await file.read(bytes, 0, kept, size - kept);
    const omitted = row.omitted - 1 + size - limit - kept;
    row.position = size;
    const messages: string[] = [];
    for (let at = 0; at < kept; ) {
      const part = linesIn(bytes.subarray(at), true);
      messages.push(...part.messages);
      at += part.consumed;
    }
    const note = omitted > 0 ? [`telar: ${omitted} bytes of this log were left out here.`] : [];
    return write(source, row, [...note, ...messages]);
  }

  /** Resolves once the messages, and how far the file was read for them, are committed; durable, where more is to come (S2). */
  async function write(
    { writtenAt }: LogSource,
    row: FileRow,
    messages: readonly string[],
    more = true,
  ): Promise<void> {
    const now = clock.now();
    const saved = { ...row };
    const at = Math.max(writtenAt ?? now, newestEvent(row));
    const events = messages.map((message): LogEvent => ({ at, message, ingested: now }));
    const chunks = await encoded(events, breather(world));
    const commit = more ? store.transact : store.commitAhead;
    await commit(() => {
      const { region, log_group: name } = saved;
      // They may have been deleted meanwhile: a job that runs has its log.
      const group = db.group({ region, name }) ?? createGroup(parts, region, name, now);
      const stream =
        db.stream({ group: group.id, name: saved.stream }) ?? createStream(parts, group, saved.stream, now);
      append(parts, stream, chunks);
      db.saveFile(saved);
    });
  }

  /** A clock that is set back does not turn lines around. */
  function newestEvent({ region, log_group: name, stream }: FileRow): number {
    const group = db.group({ region, name });
    return (group && db.stream({ group: group.id, name: stream })?.last_event) ?? 0;
  }

  return {
    follow,
    finish,
    forget: (id) => store.commitAhead(() => void db.deleteFile({ id })),
    async stop() {
      stopped = true;
      for (const one of followed.values()) one.cancel();
      await Promise.all([...turns.values(), ...[...followed.values()].map(({ work }) => work)]);
    },
  };
}

async function cut(path: string, size: number): Promise<void> {
  const file = await open(path, constants.O_WRONLY | SAFELY);
  try {
    await file.truncate(size);
  } finally {
    await file.close();
  }
}

/** Undefined where there is no file; what a job has put in its place is none. */
async function sizeOf(path: string): Promise<number | undefined> {
  try {
    const found = await lstat(path);
    return found.isFile() ? found.size : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
