/**
 * Who may invoke now, and with which worker.
 *
 * P1. Of a function with a share of its own at most that many invocations run at a time; of all others together what is left of
 *     the account's thousand.
 * P2. The machine bears so many workers, with so much memory. Whoever finds none waits, within their patience; functions take
 *     turns, and nobody waits for a worker while one that rests serves nobody.
 * P3. A worker serves one version as it stood when it began. What changes lets its workers end; what rests long ends.
 */
import type { Cancel, Clock } from '../../base/clock.ts';
import type { Worker } from '../../runner/functions/worker.ts';
import { LIMITS } from './legal.ts';

/** What an invocation needs a worker for. */
export type Wanted = {
  /** Names a version as it stands. */
  key: string;
  functionId: number;
  region: string;
  /** Its share, where it has one. */
  reserved: number | undefined;
  memoryBytes: number;
};

/** A worker's place in the machine, taken. `worker` is undefined where one is to be started in it. */
export type Lease = {
  worker: Kept | undefined;
  /** One that was started. */
  put(worker: Kept): void;
  /** @param again whether the worker can serve another */
  release(again: boolean): void;
};

/** A worker, and what its user keeps beside it. */
export type Kept = { worker: Worker; end(): Promise<void>; expires: number };

export type Refused = 'reserved' | 'concurrency' | 'machine';

export type Pool = {
  /**
   * @param patience milliseconds for which to wait for the machine; whoever has none of it left waits for nothing
   * @param waits whether to wait for concurrency, too
   */
  take(wanted: Wanted, patience: number, waits: boolean): Promise<Lease | Refused>;
  /** Lets workers end that serve none of these versions any more. */
  retire(functionId: number, keys: readonly string[]): void;
  most: number;
  close(): Promise<void>;
};

/** Nobody used a worker for so long: it ends. In milliseconds. */
const IDLE = 5 * 60_000;
const SWEEP = 30_000;

type Place = { wanted: Wanted; kept: Kept | undefined; busy: boolean; since: number };
type Waiter = { wanted: Wanted; waits: boolean; serve(lease: Lease): void; cancel(): void };

export type PoolOptions = { clock: Clock; workers: number; memoryBytes: number; reservedInAll(region: string): number };

export function createPool({ clock, workers: most, memoryBytes, reservedInAll }: PoolOptions): Pool {
  const places = new Set<Place>();
  const retired = new Set<Place>();
  const ending = new Set<Promise<void>>();
  /** By function, in the order of their turns. */
  const waiting = new Map<number, Waiter[]>();
  let closed = false;
  let cancelSweep: Cancel | undefined;

  const count = (matches: (place: Place) => boolean) => {
    let found = 0;
    for (const place of places) if (place.busy && matches(place)) found += 1;
    return found;
  };

  /** P1. */
  function refusal({ functionId, reserved, region }: Wanted): Refused | undefined {
    if (reserved !== undefined) {
      return count(({ wanted }) => wanted.functionId === functionId) >= reserved ? 'reserved' : undefined;
    }
    const others = count(({ wanted }) => wanted.region === region && wanted.reserved === undefined);
    return others >= LIMITS.concurrency - reservedInAll(region) ? 'concurrency' : undefined;
  }

  function drop(place: Place): void {
    if (!places.delete(place)) return;
    retired.delete(place);
    const done = place.kept?.end().finally(() => ending.delete(done!));
    if (done) ending.add(done);
  }

  const fits = (bytes: number) => {
    let held = bytes;
    for (const { wanted } of places) held += wanted.memoryBytes;
    // One alone is never too large.
    return places.size < most && (places.size === 0 || held <= memoryBytes);
  };

  /** P2. A place with a worker that rests, or an empty one. */
  function place(wanted: Wanted): Place | undefined {
    for (const each of [...places].reverse()) {
      if (each.busy || each.wanted.key !== wanted.key) continue;
      if (!each.kept!.worker.over() && each.kept!.expires > clock.now()) return each;
      drop(each);
    }
    const resting = [...places].filter(({ busy }) => !busy).sort((a, b) => a.since - b.since);
    while (!fits(wanted.memoryBytes)) {
      const longest = resting.shift();
      if (!longest) return undefined;
      drop(longest);
    }
    const made: Place = { wanted, kept: undefined, busy: false, since: clock.now() };
    places.add(made);
    return made;
  }

  function lease(taken: Place, wanted: Wanted): Lease {
    Object.assign(taken, { busy: true, wanted });
    let held = true;
    return {
      worker: taken.kept,
      put(kept) {
        taken.kept = kept;
      },
      release(again) {
        if (!held) return;
        held = false;
        Object.assign(taken, { busy: false, since: clock.now() });
        // The last that was used is the next to be.
        if (again && taken.kept && !retired.has(taken) && !closed) {
          places.delete(taken);
          places.add(taken);
        } else drop(taken);
        armSweep();
        serve();
      },
    };
  }

  function tryTake(wanted: Wanted): Lease | Refused {
    const refused = refusal(wanted);
    if (refused) return refused;
    const taken = place(wanted);
    return taken ? lease(taken, wanted) : 'machine';
  }

  /** Functions take turns. */
  function serve(): void {
    for (const [id, waiters] of [...waiting]) {
      const [first] = waiters;
      const taken = first && tryTake(first.wanted);
      if (!first || typeof taken !== 'object') continue;
      waiters.shift();
      waiting.delete(id);
      if (waiters.length > 0) waiting.set(id, waiters);
      first.cancel();
      first.serve(taken);
    }
  }

  function wait(wanted: Wanted, waits: boolean, patience: number): Promise<Lease | Refused> {
    return new Promise((resolve) => {
      const waiters = waiting.get(wanted.functionId) ?? [];
      const cancel = clock.at(clock.now() + patience, () => {
        waiters.splice(waiters.indexOf(waiter), 1);
        resolve(refusal(wanted) ?? 'machine');
      });
      const waiter: Waiter = { wanted, waits, cancel, serve: resolve };
      waiters.push(waiter);
      waiting.set(wanted.functionId, waiters);
    });
  }

  function sweep(): void {
    for (const each of [...places])
      if (!each.busy && (clock.now() - each.since > IDLE || each.kept?.worker.over())) drop(each);
    cancelSweep = undefined;
    armSweep();
  }

  /** While there is anything to look at. */
  function armSweep(): void {
    if (!closed && places.size > 0) cancelSweep ??= clock.at(clock.now() + SWEEP, sweep);
  }

  return {
    most,
    async take(wanted, patience, waits) {
      if (closed) return 'machine';
      const queued = (waiting.get(wanted.functionId)?.length ?? 0) > 0;
      const taken = queued && waits ? 'machine' : tryTake(wanted);
      if (typeof taken === 'object' || patience <= 0) return taken;
      return taken === 'machine' || waits ? wait(wanted, waits, patience) : taken;
    },
    retire(functionId, keys) {
      for (const each of [...places]) {
        if (each.wanted.functionId !== functionId || keys.includes(each.wanted.key)) continue;
        if (each.busy) retired.add(each);
        else drop(each);
      }
      serve();
    },
    async close() {
      closed = true;
      cancelSweep?.();
      for (const each of [...places]) drop(each);
      await Promise.all(ending);
    },
  };
}
