/**
 * Room in the WAL ahead of what is written to it. A sync that has to record that the file grew takes about twice as long as
 * one of blocks that the file has already, and most syncs of a young server are of the former kind.
 *
 * W1. Only zeros, only beyond the file's end, and only while the loop is here: nobody else writes to the WAL (S1). SQLite ends
 *     its recovery at the first frame that is none, and a frame of zeros is none.
 * W2. Room is never worth an error: where there is none to be had, there is none.
 */
import { fdatasync, fstatSync, writeSync } from 'node:fs';

export type WalSpace = {
  /** A group was committed. */
  afterCommit(): void;
  /** So much of the WAL is in use, in bytes. */
  used(bytes: number): void;
  /** Resolves once nothing is written any more. */
  stop(): Promise<void>;
};

/** A server that writes little needs no room. */
const COMMITS_BEFORE = 200;
/** In bytes: at first, then this much more than twice of what is in use, up to what a WAL grows to before it is restarted. */
const FIRST = 4 * 1024 * 1024;
const MOST = 80 * 1024 * 1024;
/** Bytes at a time: a sync of the loop's waits for that of a slice, which must not take long. */
const SLICE = 128 * 1024;

export function keepWalSpace(descriptor: number): WalSpace {
  let zeros: Buffer | undefined;
  let commits = 0;
  let wanted = 0;
  let stopped = false;
  let filling: Promise<void> | undefined;

  /** Slice by slice, each synced on a thread before the next. */
  async function fill(): Promise<void> {
    zeros ??= Buffer.alloc(SLICE);
    while (!stopped && fstatSync(descriptor).size < wanted) {
      writeSync(descriptor, zeros, 0, SLICE, fstatSync(descriptor).size);
      await new Promise<void>((resolve, reject) =>
        fdatasync(descriptor, (error) => (error ? reject(error) : resolve())),
      );
    }
  }

  function want(bytes: number): void {
    wanted = Math.max(wanted, bytes);
    if (stopped || filling) return;
    filling = fill()
      .catch(() => {
        stopped = true;
      })
      .finally(() => {
        filling = undefined;
      });
  }

  return {
    afterCommit() {
      commits += 1;
      if (commits === COMMITS_BEFORE) want(FIRST);
    },
    used(bytes) {
      if (commits >= COMMITS_BEFORE) want(Math.min(2 * bytes + FIRST, MOST));
    },
    async stop() {
      stopped = true;
      await filling;
    },
  };
}
