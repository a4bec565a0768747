/**
 * The bytes of objects: small ones travel in the row that names them, larger ones are files under the data folder's
 * `objects/`, named by their SHA-256. Rows belong to whoever stores objects; this module owns the files.
 *
 * B1. A file appears under its name only whole and synced (temporary file, datasync, rename, directory sync): whoever has
 *     received bytes may commit a row that names them.
 * B2. A file is never written again. Equal contents share one file.
 * B3. A file leaves only by `sweep`, which takes none that a row names or that anyone holds. `receive` holds what it
 *     returns until `release`, so that a sweep cannot slip between the rename and the commit of the row.
 * B4. Memory stays within a few chunks, however long an upload is; the loop itself digests small objects only (spill.ts).
 * B5. Names are made here, from digests and counters; nothing that a client sends becomes a path.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { mkdir, opendir, open as openFile, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type ChecksumAlgorithm, digestOf, hexadecimal } from '../protocol/checksums.ts';
import { createDigester, type Digests } from './digests.ts';
import type { DataFolder } from './folder.ts';
import { BLOCK, createBlocks, openSpill, type Spill } from './spill.ts';

/** Bytes at rest. */
export type StoredBytes =
  | { kind: 'inline'; bytes: Uint8Array }
  /** `file` is the lower-case hexadecimal SHA-256 of the content. */
  | { kind: 'file'; file: string; size: number };

export type Received = {
  stored: StoredBytes;
  /** In bytes. */
  size: number;
  /** Those that were asked for, base64; and SHA256, wherever the bytes became a file. */
  digests: Digests;
  /** Call once the row that names the bytes is committed, or given up. */
  release(): void;
};

export type ReceiveOptions = {
  /** The most bytes to accept. */
  limit: number;
  /** What to throw beyond the limit. */
  tooLong(): Error;
  /** What to compute of all bytes. @default none */
  digests?: readonly ChecksumAlgorithm[];
  /**
   * Nobody else has the chunks of the source: their memory is freed as they are worked off, and does not wait for the garbage
   * collector, which lets tens of megabytes gather.
   *
   * @default false
   */
  given?: boolean;
};

/** A stretch of bytes, both ends included, as in HTTP's Range. */
export type ByteRange = { first: number; last: number };

export type Bytes = {
  /**
   * Stores what `source` gives. On any error, the source's own included, nothing is left that anyone could read.
   *
   * @example
   * const received = await bytes.receive(request, { limit: 5 * 2 ** 30, tooLong, digests: ['MD5'] });
   * try { await store.transact(() => rows.insert(received.stored)) } finally { received.release() }
   */
  receive(source: AsyncIterable<Uint8Array> | Uint8Array, options: ReceiveOptions): Promise<Received>;
  /**
   * Bytes for reading, the whole when no range is given. A file is opened before this returns: a later sweep does not
   * disturb the reader, who must read the stream to its end or destroy it.
   */
  open(stored: StoredBytes, range?: ByteRange): Buffer | Readable;
  /** The file of stored bytes, to be read only; undefined for inline ones. */
  pathOf(stored: StoredBytes): string | undefined;
  /** Keeps the bytes from being swept until the answered function is called. */
  hold(stored: StoredBytes): () => void;
  /** Reads stored bytes through and compares them with their name: for `telar fsck`. Inline bytes are state.db's own affair. */
  verify(stored: StoredBytes): Promise<'sound' | 'missing' | 'changed'>;
  /**
   * Removes every file that nobody holds and for which `isReferenced` answers false: leftovers of a crash between a
   * rename and its commit, and of deleted rows. Answers how many went.
   */
  sweep(isReferenced: (file: string) => boolean): Promise<{ files: number }>;
};

/** Up to this many bytes travel in the row. */
export const INLINE_LIMIT = 64 * 1024;
/** The most that is read or handed over in one stretch. */
const CHUNK = BLOCK;
const FAN_OUT = /^[0-9a-f]{2}$/;
const DIGEST = /^[0-9a-f]{64}$/;
const UPLOAD = 'upload-';
const SWEPT = 'swept-';

type Place = Pick<DataFolder, 'objects' | 'temporary'>;

/** Opens the bytes of a data folder, which must exist and be locked. Torn uploads of an earlier process are removed. */
export function openBytes(place: Place): Bytes {
  for (const name of readdirSync(place.temporary)) {
    if (name.startsWith(UPLOAD) || name.startsWith(SWEPT)) rmSync(join(place.temporary, name), { force: true });
  }
  const holds = createHolds();
  const digester = createDigester();
  const blocks = createBlocks();
  let counter = 0;
  /** The fan-out folders that exist durably, so far as this process knows. */
  const directories = new Map<string, Promise<void>>();
  const temporary = (prefix: string) => join(place.temporary, `${prefix}${++counter}`);
  const pathOf = (file: string) => join(place.objects, file.slice(0, 2), file);

  async function receive(
    source: AsyncIterable<Uint8Array> | Uint8Array,
    { limit, tooLong, digests = [], given = false }: ReceiveOptions,
  ): Promise<Received> {
    if (source instanceof Uint8Array) {
      if (source.length > limit) throw tooLong();
      if (source.length <= INLINE_LIMIT) return inlined([source], source.length, digests);
    }
    const early: Uint8Array[] = [];
    let size = 0;
    let spill: Spill | undefined;
    try {
      for await (const chunk of piecesOf(source)) {
        size += chunk.length;
        if (size > limit) throw tooLong();
        if (spill) await spill.write(chunk);
        else early.push(chunk);
        if (spill || size <= INLINE_LIMIT) continue;
        spill = await openSpill(digester, blocks, temporary(UPLOAD), digests, given);
        for (const each of early) await spill.write(each);
      }
      if (!spill) return inlined(early, size, digests);
      const computed = await spill.finish();
      const file = hexadecimal(computed.get('SHA256')!);
      const release = holds.add(file);
      try {
        await settle(spill.path, file);
      } catch (error) {
        release();
        throw error;
      }
      return { stored: { kind: 'file', file, size }, size, digests: computed, release };
    } catch (error) {
      await spill?.discard();
      throw error;
    }
  }

  /** Gives a synced temporary file its name, durably. The file is held already. */
  async function settle(path: string, file: string): Promise<void> {
    const directory = join(place.objects, file.slice(0, 2));
    await ready(directory);
    if (existsSync(pathOf(file))) await rm(path);
    else renameSync(path, pathOf(file));
    // Also when the file was there: whoever renamed it may not have synced yet.
    await syncDirectory(directory);
  }

  function ready(directory: string): Promise<void> {
    let made = directories.get(directory);
    if (!made) {
      made = mkdir(directory, { recursive: true, mode: 0o700 }).then(() => syncDirectory(place.objects));
      directories.set(directory, made);
      made.catch(() => directories.delete(directory));
    }
    return made;
  }

  async function sweep(isReferenced: (file: string) => boolean): Promise<{ files: number }> {
    let files = 0;
    for (const directory of await readdir(place.objects)) {
      if (!FAN_OUT.test(directory)) continue;
      // Read a few names at a time, so that the loop is free between them.
      for await (const { name } of await opendir(join(place.objects, directory))) {
        // Checked and moved away in one stretch: no upload of the same content can come between.
        if (!DIGEST.test(name) || holds.has(name) || isReferenced(name)) continue;
        // Another sweep may have been here since the name was read.
        if (!existsSync(pathOf(name))) continue;
        const gone = temporary(SWEPT);
        renameSync(pathOf(name), gone);
        await rm(gone);
        files += 1;
      }
    }
    return { files };
  }

  async function verify(stored: StoredBytes): Promise<'sound' | 'missing' | 'changed'> {
    if (stored.kind === 'inline') return 'sound';
    if (!existsSync(pathOf(stored.file))) return 'missing';
    const sha256 = createHash('sha256');
    const content = createReadStream(pathOf(stored.file), { highWaterMark: CHUNK });
    for await (const chunk of content as AsyncIterable<Buffer>) sha256.update(chunk);
    return sha256.digest('hex') === stored.file ? 'sound' : 'changed';
  }

  return {
    receive,
    verify,
    sweep,
    open(stored, range) {
      if (stored.kind === 'inline') {
        const bytes = Buffer.from(stored.bytes.buffer, stored.bytes.byteOffset, stored.bytes.byteLength);
        return range ? bytes.subarray(range.first, range.last + 1) : bytes;
      }
      const fd = openSync(pathOf(stored.file), 'r');
      const limits = range ? { start: range.first, end: range.last } : { start: 0 };
      return createReadStream('', { fd, highWaterMark: CHUNK, ...limits });
    },
    pathOf: (stored) => (stored.kind === 'inline' ? undefined : pathOf(stored.file)),
    hold: (stored) => (stored.kind === 'inline' ? () => {} : holds.add(stored.file)),
  };
}

/** How many bytes are stored. */
export function sizeOf(stored: StoredBytes): number {
  return stored.kind === 'inline' ? stored.bytes.length : stored.size;
}

type Holds = { add(file: string): () => void; has(file: string): boolean };

/** Who uses which file, counted: the same content may be held many times over. */
function createHolds(): Holds {
  const counts = new Map<string, number>();
  return {
    has: (file) => counts.has(file),
    add(file) {
      counts.set(file, (counts.get(file) ?? 0) + 1);
      let held = true;
      return () => {
        if (!held) return;
        held = false;
        const left = counts.get(file)! - 1;
        if (left === 0) counts.delete(file);
        else counts.set(file, left);
      };
    },
  };
}

/** Bytes that travel in their row. */
function inlined(chunks: readonly Uint8Array[], size: number, wanted: readonly ChecksumAlgorithm[]): Received {
  const bytes = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, size);
  const digests = new Map(wanted.map((algorithm) => [algorithm, digestOf(algorithm, bytes)]));
  return { stored: { kind: 'inline', bytes }, size, digests, release: () => {} };
}

async function syncDirectory(path: string): Promise<void> {
  const directory = await openFile(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** The same bytes in pieces of at most CHUNK. */
async function* piecesOf(source: AsyncIterable<Uint8Array> | Uint8Array): AsyncGenerator<Uint8Array> {
  for await (const chunk of source instanceof Uint8Array ? [source] : source) {
    if (chunk.length <= CHUNK) yield chunk;
    else for (let at = 0; at < chunk.length; at += CHUNK) yield chunk.subarray(at, at + CHUNK);
  }
}
