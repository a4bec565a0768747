/**
 * Makes committed WAL frames durable. SQLite runs at synchronous=NORMAL and leaves the sync of each commit to us, which
 * gives what synchronous=FULL gives (an fdatasync of the WAL before anyone is told) without the loop waiting for the disk.
 * See docs/decisions/0002-group-commit.md for the measurements.
 */
import { fdatasync, fdatasyncSync } from 'node:fs';

/** Returns nothing when the sync is already done, a promise when it is under way. */
export type Syncer = { sync(): Promise<void> | undefined };

/** Above this many milliseconds a sync is not worth waiting for on the loop: a busy loop hears of a thread that is done a millisecond late. */
const WORTH_A_THREAD = 1;

/**
 * Of so many syncs on the thread the quickest tells how fast the disk is: the others also waited for a loop that was busy, and
 * would keep a fast disk on the thread for good.
 */
const LOOKED_AT = 32;

export const noSync: Syncer = { sync: () => undefined };

/**
 * Syncs `descriptor`: on the loop while the disk answers at once, on a thread when it is slow. Both are timed, so that a
 * disk that changes its mind is followed.
 *
 * @param monotonic milliseconds from any origin
 */
export function walSyncer(descriptor: number, monotonic: () => number): Syncer {
  let usual = Number.POSITIVE_INFINITY;
  let least = Number.POSITIVE_INFINITY;
  let looked = 0;
  const timedOnLoop = (took: number) => {
    usual = usual * 0.8 + took * 0.2;
  };
  const timedOnThread = (took: number) => {
    least = Math.min(least, took);
    looked += 1;
    // The first one says which way to begin.
    if (usual !== Number.POSITIVE_INFINITY && looked < LOOKED_AT) return;
    usual = least;
    least = Number.POSITIVE_INFINITY;
    looked = 0;
  };
  const onThread = () =>
    new Promise<void>((resolve, reject) => {
      const started = monotonic();
      fdatasync(descriptor, (error) => {
        timedOnThread(monotonic() - started);
        if (error) reject(error);
        else resolve();
      });
    });
  return {
    sync() {
      if (usual > WORTH_A_THREAD) return onThread();
      const started = monotonic();
      try {
        fdatasyncSync(descriptor);
      } catch (error) {
        return Promise.reject(error);
      }
      timedOnLoop(monotonic() - started);
      return undefined;
    },
  };
}
