/**
 * Makes committed WAL frames durable. SQLite runs at synchronous=NORMAL and leaves the sync of each commit to us, which
 * gives what synchronous=FULL gives (an fdatasync of the WAL before anyone is told) without the loop waiting for the disk.
 * See docs/decisions/0002-group-commit.md for the measurements.
 */
import { fdatasync, fdatasyncSync } from 'node:fs';

/** Returns nothing when the sync is already done, a promise when it is under way. */
export type Syncer = { sync(): Promise<void> | undefined };

/** Above this many milliseconds a sync is not worth waiting for on the loop: handing it to a thread costs about 0.05. */
const WORTH_A_THREAD = 0.5;

export const noSync: Syncer = { sync: () => undefined };

/**
 * Syncs `descriptor`: on the loop while the disk answers at once, on a thread when it is slow. Both are timed, so that a
 * disk that changes its mind is followed.
 *
 * @param monotonic milliseconds from any origin
 */
export function walSyncer(descriptor: number, monotonic: () => number): Syncer {
  let usual = Number.POSITIVE_INFINITY;
  const timed = (started: number) => {
    const took = monotonic() - started;
    usual = usual === Number.POSITIVE_INFINITY ? took : usual * 0.8 + took * 0.2;
  };
  const onThread = () =>
    new Promise<void>((resolve, reject) => {
      const started = monotonic();
      fdatasync(descriptor, (error) => {
        timed(started);
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
      timed(started);
      return undefined;
    },
  };
}
