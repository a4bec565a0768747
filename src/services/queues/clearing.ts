/**
 * Clears away what nobody can receive any more: the messages of purged and deleted queues, at once; those past their retention,
 * every hour while there are queues. So many rows in a transaction, so that everyone else has the loop between.
 */
import type { Cancel } from '../../base/clock.ts';
import type { World } from '../../base/world.ts';
import type { Store } from '../../store/store.ts';
import { settingsOf } from './attributes.ts';
import { settle } from './groups.ts';
import type { QueueRow, QueuesStore } from './store.ts';

export type Clearing = {
  /** Inside a transaction: something has been given up, or there is a new queue. */
  soon(): void;
  start(): void;
  stop(): void;
};

type Parts = { db: QueuesStore; store: Pick<Store, 'transact' | 'whenDurable'>; world: World };

const ROWS = 200;
const HOUR = 3_600_000;
/** After a failure, such as a full disk, in milliseconds. */
const AGAIN_AFTER = 10_000;

export function createClearing({ db, store, world }: Parts): Clearing {
  const { clock, log } = world;
  let stopped = false;
  let underWay = false;
  let timer: Cancel | undefined;
  let expiredFrom = 0;

  /** Answers whether there may be more. */
  function clearGivenUp(): boolean {
    const found = db.contentGivenUp({});
    if (!found) return false;
    const content = found.id;
    const rows = db.clearMessages({ content, most: ROWS }) + db.clearGroups({ content, most: ROWS });
    if (rows === 0) db.removeContent({ content });
    return true;
  }

  /** Of one queue after the other: answers whether there may be more. */
  function clearExpired(): boolean {
    const queue = db.queueAfter({ id: expiredFrom });
    if (!queue) return false;
    if (clearExpiredOf(queue) < ROWS) expiredFrom = queue.id;
    return true;
  }

  function clearExpiredOf({ content, attributes }: QueueRow): number {
    const { retention, fifo } = settingsOf(attributes);
    const now = clock.now();
    const sent = now - retention * 1000;
    const gone = db.clearExpired({ content, sent, most: ROWS });
    if (fifo)
      for (const group of new Set(gone.map(({ group_id }) => group_id!))) settle(db, { content, group, now, sent });
    return gone.length;
  }

  function run(): void {
    if (underWay || stopped) return;
    underWay = true;
    step();
  }

  function step(): void {
    store
      .transact(() => clearGivenUp() || clearExpired())
      .then(
        (more) => {
          if (stopped) return;
          if (more) return clock.soon(step);
          underWay = false;
          // The next queue that is made begins anew.
          if (db.queueAfter({ id: 0 })) again(HOUR);
        },
        (error: Error) => {
          underWay = false;
          log('error', 'queues.not-cleared', { message: error.message, againAfterMilliseconds: AGAIN_AFTER });
          again(AGAIN_AFTER);
        },
      );
  }

  function again(after: number): void {
    timer?.();
    if (stopped) return;
    timer = clock.at(clock.now() + after, () => {
      expiredFrom = 0;
      run();
    });
  }

  return {
    soon: () => store.whenDurable(run),
    start: run,
    stop() {
      stopped = true;
      timer?.();
    },
  };
}
