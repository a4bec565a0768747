/**
 * A simulated machine: one seeded order of everything that happens. Time stands still while something runs and jumps to
 * the next event otherwise; a crash ends the server's incarnation at a chosen crash point, and what was not committed is gone.
 *
 * M1. The same seed gives the same run, to the last event: nothing here reads the real clock or real randomness.
 * M2. After a crash nothing of the old incarnation acts: its timers never fire, its transactions never settle.
 */
import type { CrashPoint, World } from '../../src/base/world.ts';
import type { Store } from '../../src/store/store.ts';

export type Rng = {
  next(): number;
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(from: readonly T[]): T;
};

/** A small seeded generator (mulberry32). */
export function rng(seed: number): Rng {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const int = (below: number) => Math.floor(next() * below);
  return { next, int, chance: (probability) => next() < probability, pick: (from) => from[int(from.length)]! };
}

/** A seed for one purpose, from a seed and a name: what happens to a job does not depend on when it is asked. */
export function seedOf(seed: number, name: string): number {
  let mixed = seed >>> 0;
  for (let index = 0; index < name.length; index += 1)
    mixed = Math.imul(mixed ^ name.charCodeAt(index), 0x01000193) >>> 0;
  return mixed;
}

class Crash extends Error {}

/** What a commit fails with when the simulated disk is full. It is empty again a moment later. */
export const DISK_FULL = 'database or disk is full';
/** One commit in so many finds the disk full. */
const FULL_ONE_IN = 60;
/** A run of this many events does not end by itself: the longest that do take a few thousand. */
const TOO_MANY_EVENTS = 60_000;

type Due = { at: number; order: number; run: () => void };

export type Machine = {
  now(): number;
  /** Something of the machine itself, which outlives the server: a process that ends, a crash at a time. */
  schedule(at: number, run: () => void): void;
  /** A world for a new incarnation of the server. The former one, if any, is dead. */
  boot(crashAt: number): Incarnation;
  /** Runs until nothing is due any more, or the incarnation has crashed. */
  run(): Promise<'idle' | 'crashed' | 'stuck'>;
  /** Lets time pass with no server: processes end meanwhile. */
  pass(until: number): Promise<void>;
  /** How many crash points the incarnation has passed. */
  passed(): number;
  /** What servers logged that none should ever have to. */
  complaints(): readonly string[];
};

export type Incarnation = {
  world: World;
  alive(): boolean;
  /** The store as this incarnation sees it: after its death, transactions neither run nor settle. */
  guard(store: Store): Store;
};

const BEGINNING = Date.UTC(2026, 0, 1);
/** An event is followed by so many turns of the microtask queue: the longest chain of promises in the server, with room. */
const MICROTASKS = 64;

export function createMachine(seed: number): Machine {
  let time = BEGINNING;
  let order = 0;
  let due: Due[] = [];
  let soon: (() => void)[] = [];
  let current: { alive: boolean; passed: number } = { alive: false, passed: 0 };
  const complaints: string[] = [];
  const random = rng(seedOf(seed, 'world'));

  const add = (at: number, run: () => void) => {
    const entry = { at: Math.max(at, time), order: order++, run };
    due.push(entry);
    return () => {
      due = due.filter((other) => other !== entry);
    };
  };

  function boot(crashAt: number): Incarnation {
    const life = { alive: true, passed: 0 };
    current = life;
    soon = [];
    const whileAlive = (run: () => void) => () => {
      if (life.alive) run();
    };
    const world: World = {
      log(_level, event, fields) {
        if (!life.alive) return;
        if (event === 'engine.folded-differently') complaints.push(`${event}: ${JSON.stringify(fields)}`);
        if (event === 'engine.not-recorded' && !String(fields?.['message']).includes(DISK_FULL)) {
          complaints.push(`${event}: ${JSON.stringify(fields)}`);
        }
      },
      random: {
        fill(bytes) {
          for (let index = 0; index < bytes.length; index += 1) bytes[index] = random.int(256);
        },
      },
      clock: {
        now: () => time,
        monotonic: () => time,
        at: (at, run) => add(at, whileAlive(run)),
        soon: (run) => void soon.push(whileAlive(run)),
      },
      crashPoint(point: CrashPoint) {
        if (!life.alive) throw new Crash();
        if (point === 'commit:before' && random.int(FULL_ONE_IN) === 0) throw new Error(DISK_FULL);
        life.passed += 1;
        if (life.passed === crashAt) {
          life.alive = false;
          throw new Crash();
        }
      },
    };
    return {
      world,
      alive: () => life.alive,
      guard: (store) => ({
        ...store,
        transact: (work) => (life.alive ? store.transact(work) : new Promise(() => {})),
        commitAhead: (work) => (life.alive ? store.commitAhead(work) : new Promise(() => {})),
      }),
    };
  }

  async function settle(run: () => void): Promise<void> {
    try {
      run();
    } catch (error) {
      if (!(error instanceof Crash)) throw error;
    }
    for (let turn = 0; turn < MICROTASKS && current.alive; turn += 1) await undefined;
  }

  function takeNext(): Due | undefined {
    let best: Due | undefined;
    for (const entry of due) {
      if (!best || entry.at < best.at || (entry.at === best.at && entry.order < best.order)) best = entry;
    }
    if (best) due.splice(due.indexOf(best), 1);
    return best;
  }

  async function run(): Promise<'idle' | 'crashed' | 'stuck'> {
    for (let events = 0; current.alive; events += 1) {
      if (events > TOO_MANY_EVENTS) return 'stuck';
      const first = soon.shift();
      const next = first ? undefined : takeNext();
      if (!first && !next) return 'idle';
      if (next) time = next.at;
      await settle(first ?? next!.run);
    }
    return 'crashed';
  }

  async function pass(until: number): Promise<void> {
    for (let next = takeNext(); next; next = takeNext()) {
      if (next.at > until) {
        due.push(next);
        break;
      }
      time = next.at;
      next.run();
    }
    time = Math.max(time, until);
  }

  return {
    now: () => time,
    schedule: (at, run) => void add(at, run),
    boot,
    run,
    pass,
    passed: () => current.passed,
    complaints: () => complaints,
  };
}
