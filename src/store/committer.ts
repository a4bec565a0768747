/**
 * The one group committer: every change to state.db, by a request or by the engine, goes through it.
 *
 * G1. `transact` runs its work at once, as a savepoint of the open group; its promise settles only when the group is durable.
 *     That of `commitAhead` settles when the group is committed: a later process finds it, though not after a loss of power.
 * G2. A group is committed as soon as the loop is free, never on a tick. Reads are answered with their group, too: as many answers
 *     at once are twice as many a second, since client and server then do not wake each other for every single one.
 * G3. Nothing that a group justifies happens before it is durable: `whenDurable` callbacks run after the sync, then the promises settle.
 * G4. What a failed work, or a failed commit, had changed in memory is undone through `whenUndone`.
 * G5. The loop never waits on a slow disk: a sync that takes long runs on another thread, and groups committed meanwhile share the next one.
 * G6. After a failed sync nothing is known to be durable: the store refuses all further work (the lesson of fsyncgate).
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Cancel } from '../base/clock.ts';
import type { World } from '../base/world.ts';
import type { Syncer } from './sync.ts';

export type Committer = {
  /** Runs `work` synchronously in the open group. Resolves with its result once durable; rejects with its error, undone. */
  transact<T>(work: () => T): Promise<T>;
  /**
   * As `transact`, for what only this machine depends on, such as the progress of its own processes: resolves once committed. It
   * becomes durable with the next group that somebody waits for, in their order, and at the latest after AHEAD.
   */
  commitAhead<T>(work: () => T): Promise<T>;
  /**
   * Runs `work`, which changes nothing, in the open group: it sees what is committed with that group or before, and resolves once
   * all it may have seen is durable.
   */
  read<T>(work: () => T): Promise<T>;
  /** Inside `transact`: runs `run` once the group is durable. */
  whenDurable(run: () => void): void;
  /** Inside `transact`: runs `run` if this work is rolled back, alone or with its group. */
  whenUndone(run: () => void): void;
  /** Inside `transact`: says that the group has something to make durable. */
  markChanged(): void;
  /** Commits what is open and waits until it is durable. */
  drain(): Promise<void>;
};

type Waiter = { settle(): void; fail(error: Error): void };
/**
 * `begun`: the transaction of SQLite's that it has. One of reads alone takes no lock that keeps others from writing.
 * `ahead`: who waits for the commit only.
 */
type Group = {
  begun: 'reading' | 'writing' | undefined;
  changed: boolean;
  durable: (() => void)[];
  undone: (() => void)[];
  ahead: Waiter[];
  waiters: Waiter[];
};

const emptyGroup = (): Group => ({ begun: undefined, changed: false, durable: [], undone: [], ahead: [], waiters: [] });

/** How long what was committed ahead may stay undurable, in milliseconds. */
const AHEAD = 100;

export function createCommitter(
  database: DatabaseSync,
  syncer: Syncer,
  world: World,
  onCommitted: () => void,
): Committer {
  const beginReading = database.prepare('BEGIN');
  const beginWriting = database.prepare('BEGIN IMMEDIATE');
  const commit = database.prepare('COMMIT');
  const savepoint = database.prepare('SAVEPOINT work');
  const release = database.prepare('RELEASE work');
  const rollbackWork = database.prepare('ROLLBACK TO work');

  let open: Group | undefined;
  let working = false;
  let failure: Error | undefined;
  let syncing = false;
  /** Committed, and waiting for the next sync. */
  let unsynced: Group[] = [];
  let syncLater: Cancel | undefined;

  function openGroup(): Group {
    if (open) return open;
    open = emptyGroup();
    world.clock.soon(commitOpen);
    return open;
  }

  function undo(group: Group, from: number): void {
    for (const run of group.undone.splice(from).reverse()) run();
  }

  function commitOpen(): void {
    const group = open;
    if (!group) return;
    open = undefined;
    try {
      if (group.changed) world.crashPoint('commit:before');
      if (group.begun) commit.run();
    } catch (error) {
      if (database.isTransaction) database.exec('ROLLBACK');
      undo(group, 0);
      failAll(group, error as Error);
      return;
    }
    if (group.changed) world.crashPoint('commit:after');
    if (failure) return failAll(group, failure);
    for (const waiter of group.ahead) waiter.settle();
    unsynced.push(group);
    if (!syncing) syncOrWait();
    if (group.changed) onCommitted();
  }

  function failAll({ ahead, waiters }: Pick<Group, 'ahead' | 'waiters'>, error: Error): void {
    for (const waiter of [...ahead, ...waiters]) waiter.fail(error);
  }

  function syncOrWait(): void {
    if (unsynced.some(({ waiters, durable }) => waiters.length > 0 || durable.length > 0)) return syncAll();
    if (unsynced.length > 0) syncLater ??= world.clock.at(world.clock.now() + AHEAD, syncAll);
  }

  /** Syncs until no committed group is left; the only place that acknowledges. */
  function syncAll(): void {
    syncLater?.();
    syncLater = undefined;
    while (unsynced.length > 0) {
      const groups = unsynced;
      unsynced = [];
      if (groups.some((group) => group.changed)) {
        const pending = syncer.sync();
        if (pending) {
          syncing = true;
          pending.then(
            () => {
              syncing = false;
              acknowledge(groups);
              syncOrWait();
            },
            (error: Error) => failForGood(error, groups),
          );
          return;
        }
      }
      acknowledge(groups);
    }
  }

  function acknowledge(groups: readonly Group[]): void {
    if (groups.some((group) => group.changed)) world.crashPoint('sync:after');
    for (const group of groups) for (const run of group.durable) run();
    for (const group of groups) for (const waiter of group.waiters) waiter.settle();
  }

  function failForGood(error: Error, groups: readonly Group[]): void {
    failure = new Error(
      `The disk refused to make state.db durable (${error.message}). Telar stops accepting work; check the disk, then start it again.`,
    );
    world.log('error', 'store.sync-failed', { message: error.message });
    // Whoever waited for the commit only has been told.
    for (const group of [...groups, ...unsynced]) for (const waiter of group.waiters) waiter.fail(failure);
    unsynced = [];
  }

  /** Without a transaction around them, each single read would lock the database and unlock it. */
  function letRead(group: Group): void {
    if (group.begun) return;
    beginReading.run();
    group.begun = 'reading';
  }

  function letWrite(group: Group): void {
    if (group.begun === 'writing') return;
    if (group.begun) commit.run();
    group.begun = undefined;
    beginWriting.run();
    group.begun = 'writing';
  }

  function run<T>(group: Group, work: () => T): T {
    const { durable, undone } = group;
    const marks = { durable: durable.length, undone: undone.length };
    // What is written first needs no savepoint: to undo it is to undo the transaction, in which there is nothing else.
    const first = group.begun !== 'writing';
    letWrite(group);
    if (!first) savepoint.run();
    working = true;
    try {
      const result = work();
      if (!first) release.run();
      return result;
    } catch (error) {
      // SQLite itself ends the whole transaction on errors such as a full disk; then the group is gone, not this work alone.
      if (database.isTransaction) {
        if (first) {
          database.exec('ROLLBACK');
          group.begun = undefined;
        } else {
          rollbackWork.run();
          release.run();
        }
        durable.length = marks.durable;
        undo(group, marks.undone);
      } else {
        open = undefined;
        undo(group, 0);
        failAll(group, error as Error);
      }
      throw error;
    } finally {
      working = false;
    }
  }

  function change<T>(work: () => T, until: 'ahead' | 'waiters'): Promise<T> {
    if (failure) return Promise.reject(failure);
    if (working) return Promise.reject(new Error('Broken invariant (a bug in Telar): transact inside transact'));
    const group = openGroup();
    let result: T;
    try {
      result = run(group, work);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => group[until].push({ settle: () => resolve(result), fail: reject }));
  }

  return {
    transact: (work) => change(work, 'waiters'),
    commitAhead: (work) => change(work, 'ahead'),
    read<T>(work: () => T): Promise<T> {
      if (failure) return Promise.reject(failure);
      if (working) return Promise.reject(new Error('Broken invariant (a bug in Telar): read inside transact'));
      const group = openGroup();
      let result: T;
      try {
        letRead(group);
        result = work();
      } catch (error) {
        return Promise.reject(error);
      }
      return new Promise((resolve, reject) => group.waiters.push({ settle: () => resolve(result), fail: reject }));
    },
    whenDurable: (callback) => void inGroup().durable.push(callback),
    whenUndone: (callback) => void inGroup().undone.push(callback),
    markChanged() {
      inGroup().changed = true;
    },
    async drain() {
      commitOpen();
      if (!syncing) syncAll();
      if (syncing) await new Promise<void>((resolve, reject) => unsyncedBarrier(resolve, reject));
      if (failure) throw failure;
    },
  };

  function unsyncedBarrier(resolve: () => void, reject: (error: Error) => void): void {
    unsynced.push({ ...emptyGroup(), waiters: [{ settle: resolve, fail: reject }] });
  }

  function inGroup(): Group {
    if (!open || !working)
      throw new Error('Broken invariant (a bug in Telar): state.db is changed only inside transact');
    return open;
  }
}
