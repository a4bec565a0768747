/**
 * Removes events bit by bit: those of deleted groups and streams at once, those past their group's retention when they are.
 *
 * V1. One transaction removes a few chunks, so that neither the loop nor other changes wait for a large log to go.
 * V2. What is to be removed is in the store (`log_removals`, `retention_days`): a restarted server goes on with it.
 */
import type { Cancel } from '../../base/clock.ts';
import type { World } from '../../base/world.ts';
import type { Store } from '../../store/store.ts';
import { SPAN } from './chunk.ts';
import { DAY } from './put.ts';
import type { ChunkHead, LogsStore } from './store.ts';

export type Removal = {
  /** Inside a transaction: there is something to remove, or a retention was set. */
  due(): void;
  start(): void;
  stop(): Promise<void>;
};

/** One transaction removes this many chunks, or streams. */
const CHUNKS = 50;
const STREAMS = 500;
/** Retention is looked at this often; AWS lets up to 72 hours pass. In milliseconds. */
const BETWEEN = 3_600_000;
/** After a change that the store refused (a full disk). */
const AGAIN_AFTER = 10_000;

export function createRemoval(parts: { store: Store; db: LogsStore; world: World }): Removal {
  const { store, db, world } = parts;
  const { clock } = world;
  let cancel: Cancel = () => {};
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  function later(wait: number): void {
    cancel();
    if (!stopped) cancel = clock.at(clock.now() + wait, run);
  }

  function run(): void {
    if (stopped) return;
    if (running) {
      again = true;
      return;
    }
    running = removeAll().then(
      () => {
        if (db.groupsWithRetention({}).length > 0) later(BETWEEN);
      },
      (error: Error) => {
        world.log('warn', 'logs.not-removed', { message: error.message });
        later(AGAIN_AFTER);
      },
    );
    running = running.finally(() => {
      running = undefined;
      if (!again) return;
      again = false;
      run();
    });
  }

  async function removeAll(): Promise<void> {
    while (!stopped && (await store.transact(removeSome))) {
      await new Promise<void>((resolve) => clock.soon(resolve));
    }
  }

  /** Inside a transaction. Answers whether there may be more. */
  function removeSome(): boolean {
    const removal = db.nextRemoval({});
    if (!removal) return expireSome();
    const { id, log_group: group, stream } = removal;
    const chunks =
      stream === 0
        ? db.expired({ group, before: Number.MAX_SAFE_INTEGER, limit: CHUNKS })
        : db.ofStream({ stream, limit: CHUNKS });
    remove(chunks);
    if (chunks.length > 0) return true;
    if (stream === 0 && db.deleteStreamsOf({ group, limit: STREAMS }) > 0) return true;
    db.deleteRemoval({ id });
    return true;
  }

  function expireSome(): boolean {
    for (const { id: group, retention_days: days } of db.groupsWithRetention({})) {
      // What begins so early ends before the limit, too.
      const before = clock.now() - days! * DAY - SPAN;
      const chunks = db.expired({ group, before, limit: CHUNKS });
      if (chunks.length === 0) continue;
      remove(chunks);
      for (const stream of new Set(chunks.map((chunk) => chunk.stream))) db.renewFirstEvent({ id: stream });
      return true;
    }
    return false;
  }

  function remove(chunks: readonly ChunkHead[]): void {
    for (const { id, log_group, bytes } of chunks) {
      db.deleteChunk({ id });
      db.addBytes({ id: log_group, bytes: -bytes });
    }
  }

  return {
    due: () => store.whenDurable(run),
    start() {
      if (db.nextRemoval({}) || db.groupsWithRetention({}).length > 0) later(0);
    },
    async stop() {
      stopped = true;
      cancel();
      await running;
    },
  };
}
