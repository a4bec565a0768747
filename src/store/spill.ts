/**
 * An upload that outgrew its row, on its way into a file: copied into blocks, which are digested by one thread and written by
 * another at the same time, and synced as they come, so that little is left to wait for at the end.
 *
 * L1. Memory: BLOCKS blocks in all, however many uploads there are, and each only while it is worked off; a slow client holds none.
 * L2. When `finish` or `discard` has resolved, nobody uses the file's descriptor any more.
 */
import { type FileHandle, open as openFile, rm } from 'node:fs/promises';
import { letGo } from '../base/letGo.ts';
import type { ChecksumAlgorithm } from '../protocol/checksums.ts';
import type { Digester, Digests } from './digests.ts';

export type Spill = {
  path: string;
  /** At most BLOCK bytes at a time. @throws the disk's error of an earlier write */
  write(chunk: Uint8Array): Promise<void>;
  /** Syncs and closes. */
  finish(): Promise<Digests>;
  /** Closes and removes the file, whatever has gone wrong. */
  discard(): Promise<void>;
};

export const BLOCK = 512 * 1024;
const BLOCKS = 48;
/** Blocks of one upload that may be under way. */
const AHEAD = 4;
/** Bytes after which what was written is sent to the disk. */
const SYNC_EVERY = 16 * 1024 * 1024;

/**
 * @param wanted digests besides SHA256, which is the file's name to be
 * @param given whether the chunks are the spill's own, to be freed once they are copied
 */
export async function openSpill(
  digester: Digester,
  blocks: Blocks,
  path: string,
  wanted: readonly ChecksumAlgorithm[],
  given: boolean,
): Promise<Spill> {
  // Readable by jobs that have it bound into their sandbox; the folders above keep everyone else out.
  const file = await openFile(path, 'wx', 0o444);
  const digest = digester.begin([...new Set<ChecksumAlgorithm>(['SHA256', ...wanted])]);
  const underWay = new Set<Promise<void>>();
  const syncing = backgroundSync(file);
  let waiting: Uint8Array[] = [];
  let length = 0;
  let position = 0;
  let failure: Error | undefined;
  let ended = false;

  async function workOff(block: SharedArrayBuffer, size: number, at: number): Promise<void> {
    try {
      await allDone([digest.push(block, size), writeAll(file, new Uint8Array(block, 0, size), at)]);
      syncing.written(size);
    } catch (error) {
      failure ??= error as Error;
    } finally {
      blocks.give(block);
    }
  }

  /** Hands over what is waiting, and waits while enough is under way. */
  async function flush(): Promise<void> {
    if (length > 0) {
      const block = await blocks.take();
      const target = new Uint8Array(block);
      let filled = 0;
      for (const chunk of waiting) {
        target.set(chunk, filled);
        filled += chunk.length;
        if (given) letGo(chunk);
      }
      const work = workOff(block, filled, position).then(() => void underWay.delete(work));
      underWay.add(work);
      position += filled;
      waiting = [];
      length = 0;
    }
    while (underWay.size >= AHEAD) await Promise.race(underWay);
    if (failure) throw failure;
  }

  async function end(): Promise<Digests> {
    await Promise.all(underWay);
    ended = true;
    return digest.end();
  }

  return {
    path,
    async write(chunk) {
      if (length + chunk.length > BLOCK) await flush();
      waiting.push(chunk);
      length += chunk.length;
    },
    async finish() {
      await flush();
      const digests = await end();
      if (failure) throw failure;
      await syncing.finish();
      await file.close();
      return digests;
    },
    async discard() {
      if (!ended) await end().catch(() => {});
      await syncing.settled();
      await file.close().catch(() => {});
      await rm(path, { force: true });
    },
  };
}

/** Sends what was written to the disk every now and then; one sync at a time. */
function backgroundSync(file: FileHandle) {
  let unsynced = 0;
  let running: Promise<void> | undefined;
  let failure: Error | undefined;
  return {
    written(size: number): void {
      unsynced += size;
      if (unsynced < SYNC_EVERY || running) return;
      unsynced = 0;
      running = file
        .datasync()
        .catch((error: Error) => {
          failure ??= error;
        })
        .finally(() => {
          running = undefined;
        });
    },
    async settled(): Promise<void> {
      await running;
    },
    /** A failed sync is told once: the one after it may succeed without what the first one lost. */
    async finish(): Promise<void> {
      await running;
      if (failure) throw failure;
      await file.datasync();
    },
  };
}

/** As Promise.all, but not before every one of them has come to its end. */
async function allDone(works: readonly Promise<unknown>[]): Promise<void> {
  for (const result of await Promise.allSettled(works)) if (result.status === 'rejected') throw result.reason;
}

/** The system may write less than it was given, for example when the disk is about to be full. */
async function writeAll(file: FileHandle, bytes: Uint8Array, at: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written, bytes.length - written, at + written)).bytesWritten;
  }
}

export type Blocks = { take(): Promise<SharedArrayBuffer>; give(block: SharedArrayBuffer): void };

/** BLOCKS blocks, made when first needed and used again: never garbage, never more. */
export function createBlocks(): Blocks {
  const free: SharedArrayBuffer[] = [];
  const waiting: ((block: SharedArrayBuffer) => void)[] = [];
  let made = 0;
  return {
    async take() {
      const found = free.pop();
      if (found) return found;
      if (made < BLOCKS) {
        made += 1;
        return new SharedArrayBuffer(BLOCK);
      }
      return new Promise((resolve) => waiting.push(resolve));
    },
    give(block) {
      const next = waiting.shift();
      if (next) next(block);
      else free.push(block);
    },
  };
}
