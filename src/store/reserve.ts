/**
 * Room on the disk that is kept for state.db: whatever fills the disk, a job's script for example, must not keep the
 * server from recording that it did, since only then the job's files can be removed.
 *
 * R1. The room is given up when a change finds the disk full: whoever tries that change again finds room for it.
 * R2. It is taken again when the disk has much more room than that.
 */
import { rmSync } from 'node:fs';
import { rename, rm, statfs, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Cancel } from '../base/clock.ts';
import { isFullDisk } from '../base/fullDisk.ts';
import type { World } from '../base/world.ts';

export type Reserve = {
  /** Gives the room up if the error says that the disk is full. */
  onError(error: unknown): void;
  stop(): Promise<void>;
};

/** In bytes: thousands of small changes. */
const SIZE = 4 * 1024 * 1024;
/** How much room the disk must have for the reserve to be taken. */
const NEEDED = 4 * SIZE;
/** A server that lives for a moment only takes none; and how long until it is tried again. In milliseconds. */
const FIRST_AFTER = 500;
const AGAIN_AFTER = 10_000;

/** @param path of the file that holds the room */
export function keepReserve(path: string, { clock, random, log }: World): Reserve {
  let cancel: Cancel = () => {};
  let taking: Promise<void> | undefined;
  let stopped = false;
  let taken = false;

  function later(wait: number): void {
    cancel();
    if (stopped) return;
    cancel = clock.at(clock.now() + wait, () => {
      taking = take().finally(() => {
        taking = undefined;
      });
    });
  }

  async function take(): Promise<void> {
    const partial = `${path}.partial`;
    try {
      const { bavail, bsize } = await statfs(dirname(path));
      if (bavail * bsize < NEEDED) return later(AGAIN_AFTER);
      // Some file systems keep no room for zeros.
      const bytes = new Uint8Array(SIZE);
      random.fill(bytes);
      await writeFile(partial, bytes, { mode: 0o600 });
      await rename(partial, path);
      taken = true;
    } catch (error) {
      await rm(partial, { force: true }).catch(() => {});
      log('warn', 'store.no-reserve', { message: error instanceof Error ? error.message : String(error) });
      later(AGAIN_AFTER);
    }
  }

  later(FIRST_AFTER);
  return {
    onError(error) {
      if (!taken || !isFullDisk(error)) return;
      taken = false;
      rmSync(path, { force: true });
      log('warn', 'store.reserve-given-up', { bytes: SIZE });
      later(AGAIN_AFTER);
    },
    async stop() {
      stopped = true;
      cancel();
      await taking;
    },
  };
}
