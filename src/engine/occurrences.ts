/**
 * Things that occur again and again, or once at a time: schedules, and rules that have one. Each is a row that says when it next
 * occurs. What an occurrence does, and the row's new time, commit together. A service has rows of its own.
 *
 * O1. Each occurrence happens once: it begins by the row, and the row goes on in the same transaction. A clock that is set back does
 *     not bring it back.
 * O2. None is lost: one that fell due while no server ran, or while the machine slept, happens as soon as one runs. What that means is for the
 *     service to say (`catchUp` in definition/schedules).
 * O3. A clock that is set forward is noticed within LONGEST_WAIT.
 * O4. One that fails, or that cannot be recorded now, holds up no other and is tried again.
 * O5. The loop works in slices of a few milliseconds.
 */
import { assert } from '../base/assert.ts';
import type { World } from '../base/world.ts';
import type { Store } from '../store/store.ts';
import { occurrenceStore } from './occurrenceStore.ts';

export type Occurrence = {
  key: string;
  /** When it fell due, in milliseconds since the epoch. */
  at: number;
  /** Not before `at`; later if nobody was there to see it. */
  now: number;
};

export type Occurrences = {
  /** Inside a transaction: when a key next occurs, in milliseconds since the epoch. What was set before is forgotten. */
  set(key: string, next: number): void;
  /** Inside a transaction: it does not occur any more. */
  remove(key: string): void;
  nextOf(key: string): number | undefined;
  start(): void;
  stop(): void;
};

type Parts = {
  store: Store;
  world: World;
  /** The service's name. */
  owner: string;
  /** Inside a transaction: does what is due, and answers when the key next occurs, after `at`; undefined: never again. */
  occur(occurrence: Occurrence): number | undefined;
};

/** A slice ends after this many milliseconds, or this many occurrences. */
const SLICE = { milliseconds: 4, occurrences: 128 };
/** How long to wait before trying again what has failed, in milliseconds. */
const AGAIN_AFTER = 1000;
/** Timers count the time that passes, not the time of day: so often, the clock is looked at. */
const LONGEST_WAIT = 60_000;

/** @example const occurrences = createOccurrences({ store, world, owner: 'scheduler', occur: ({ key, at }) => fire(key, at) }); */
export function createOccurrences({ store, world, owner, occur }: Parts): Occurrences {
  const db = occurrenceStore(store.sql);
  const { clock } = world;
  /** Those that failed, until they are tried again. */
  const held = new Set<string>();
  let running = false;
  let awake = false;
  let armed: { at: number; cancel(): void } | undefined;
  let release: (() => void) | undefined;

  function wake(): void {
    if (awake || !running) return;
    awake = true;
    clock.soon(slice);
  }

  /** THE loop. */
  function slice(): void {
    awake = false;
    if (!running) return;
    const [started, now] = [clock.monotonic(), clock.now()];
    const most = SLICE.occurrences + held.size;
    const due = db.due({ owner, now, most });
    let left = due.length === most;
    for (const { key } of due) {
      if (clock.monotonic() - started > SLICE.milliseconds) {
        left = true;
        break;
      }
      if (!held.has(key)) begin(key, now);
    }
    if (left) return wake();
    const next = db.earliest({ owner, now })?.next;
    if (next !== null && next !== undefined) arm(next);
  }

  function begin(key: string, now: number): void {
    const recorded = store.transact(() => {
      const at = db.nextOf({ owner, key })?.next;
      if (at === undefined || at > now) return;
      const next = occur({ key, at, now });
      if (next === undefined) return void db.remove({ owner, key });
      assert(next > at, `${key} of ${owner} occurs after it has occurred`);
      db.set({ owner, key, next });
      notice(next);
    });
    recorded.catch((error: Error) => hold(key, error));
  }

  function hold(key: string, { message }: Error): void {
    world.log('error', 'occurrences.failed', { owner, key, message, againAfterMilliseconds: AGAIN_AFTER });
    held.add(key);
    if (!running) return;
    release ??= clock.at(clock.now() + AGAIN_AFTER, () => {
      release = undefined;
      held.clear();
      wake();
    });
  }

  function notice(next: number): void {
    if (next <= clock.now()) wake();
    else arm(next);
  }

  function arm(next: number): void {
    const at = Math.min(next, clock.now() + LONGEST_WAIT);
    if (!running || (armed && armed.at <= at)) return;
    armed?.cancel();
    const cancel = clock.at(at, () => {
      armed = undefined;
      slice();
    });
    armed = { at, cancel };
  }

  return {
    set(key, next) {
      db.set({ owner, key, next });
      notice(next);
    },
    remove: (key) => void db.remove({ owner, key }),
    nextOf: (key) => db.nextOf({ owner, key })?.next,
    start() {
      running = true;
      slice();
    },
    stop() {
      running = false;
      armed?.cancel();
      release?.();
      [armed, release] = [undefined, undefined];
    },
  };
}
