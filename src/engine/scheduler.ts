/**
 * The loop that starts queued tasks and fires timers. It owns what is in memory of them: the queue and the armed timer.
 *
 * H1. The store is the truth: the queue may name a task that was rolled back, and starting it then does nothing.
 * H2. The loop works in slices of a few milliseconds, each task in a transaction of its own, and then lets others go first.
 * H3. Starting a task inside the store waits for nothing: it commits in the very group of the event that asked for it, or
 *     in a later one when there is much to start. Work outside the store begins only when that event is durable.
 * H4. What cannot be recorded now (a full disk) is tried again until it can: nothing is dropped.
 */
import type { World } from '../base/world.ts';
import type { Store } from '../store/store.ts';
import type { EngineStore } from './store.ts';

export type Scheduler = {
  taskQueued(run: number, task: string): void;
  timerSet(at: number): void;
  /** Runs `work` in a transaction, again and again until it is durable. `what` names it in the log. */
  persist(what: string, work: () => void): void;
  recover(): void;
  stop(): void;
  isStopped(): boolean;
};

type Callbacks = {
  startTask(run: number, task: string): (() => Promise<void>) | undefined;
  startFailed(run: number, task: string, error: unknown): void;
  fireTimer(run: number, timer: string): void;
};

/** A slice ends after this many milliseconds, or this many tasks. */
const SLICE = { milliseconds: 4, tasks: 128 };
/** How long to wait before recording again what the store refused, in milliseconds. */
const AGAIN_AFTER = 1000;

export function createScheduler(store: Store, db: EngineStore, world: World, callbacks: Callbacks): Scheduler {
  const queue: { run: number; task: string }[] = [];
  let head = 0;
  let awake = false;
  let stopped = false;
  /** Timers wait until then: what they led to could not be recorded. */
  let held = 0;
  let armed: { at: number; cancel: () => void } | undefined;

  /** The first slice runs before the loop turns, and so before the group of its cause is committed (H3). */
  function wake(): void {
    if (awake || stopped) return;
    awake = true;
    queueMicrotask(slice);
  }

  /** THE loop: one slice, then back to sleep or to the end of the line. What is queued meanwhile does not wake it: it is awake. */
  function slice(): void {
    if (stopped) return;
    const started = world.clock.monotonic();
    for (let count = 0; head < queue.length && count < SLICE.tasks; count += 1) {
      const { run, task } = queue[head++]!;
      startOne(run, task);
      if (world.clock.monotonic() - started > SLICE.milliseconds) break;
    }
    if (head === queue.length) {
      queue.length = 0;
      head = 0;
      awake = false;
      return;
    }
    world.clock.soon(slice);
  }

  function startOne(run: number, task: string): void {
    let refused: { error: unknown } | undefined;
    const started = store.transact(() => {
      try {
        const outside = callbacks.startTask(run, task);
        if (outside) store.whenDurable(() => void outside());
      } catch (error) {
        refused = { error };
        throw error;
      }
    });
    started.catch((error: Error) => {
      if (refused) {
        const { error: reason } = refused;
        persist(`refusal of task ${task} of run ${run}`, () => callbacks.startFailed(run, task, reason));
      } else later(`start of task ${task} of run ${run}`, error, () => enqueue(run, task));
    });
  }

  function persist(what: string, work: () => void): void {
    if (!stopped) store.transact(work).catch((error: Error) => later(what, error, () => persist(what, work)));
  }

  function notRecorded(what: string, { message }: Error): void {
    world.log('error', 'engine.not-recorded', { what, message, againAfterMilliseconds: AGAIN_AFTER });
  }

  function later(what: string, error: Error, again: () => void): void {
    notRecorded(what, error);
    world.clock.at(world.clock.now() + AGAIN_AFTER, again);
  }

  function enqueue(run: number, task: string): void {
    queue.push({ run, task });
    wake();
  }

  function arm(due: number): void {
    const at = Math.max(due, held);
    if (stopped || (armed && armed.at <= at)) return;
    armed?.cancel();
    armed = { at, cancel: world.clock.at(at, fireDue) };
  }

  function fireDue(): void {
    armed = undefined;
    if (stopped) return;
    for (const { run, timer } of db.dueTimers({ now: world.clock.now(), most: SLICE.tasks })) {
      store
        .transact(() => callbacks.fireTimer(run, timer))
        .catch((error: Error) => {
          held = world.clock.now() + AGAIN_AFTER;
          notRecorded(`timer ${timer} of run ${run}`, error);
          armed?.cancel();
          armed = undefined;
          arm(held);
        });
    }
    const next = db.nextTimer({})?.due;
    if (next !== null && next !== undefined) arm(next);
  }

  return {
    taskQueued: enqueue,
    timerSet: arm,
    persist,
    recover() {
      for (const state of ['outside', 'queued'] as const) queue.push(...db.tasksInState({ state }));
      if (queue.length > 0) wake();
      fireDue();
    },
    isStopped: () => stopped,
    stop() {
      stopped = true;
      armed?.cancel();
    },
  };
}
