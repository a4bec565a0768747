/**
 * Things that must reach someone: a rule's target, a topic's subscriber, a function that is invoked asynchronously. Each is a
 * row, written in the transaction that caused it and tried until it is delivered or given up. A service has a queue of its
 * own; in it, each receiver is a lane.
 *
 * L1. Nothing is lost: a row leaves only in the transaction that records its delivery, or that gives it up.
 * L2. What a delivery does in the store happens exactly once: it commits with the row's removal. What it does outside begins
 *     once the row is durable and happens at least once; a crash does not count as an attempt.
 * L3. A slow receiver holds up nobody else: so many at a time outside in a lane, and in the queue. Lanes take turns.
 * L4. In a lane deliveries begin in the order in which they fell due; one that is tried again goes to its new place.
 * L5. The loop works in slices of a few milliseconds. What cannot be recorded now (a full disk) is tried again until it can.
 */
import type { World } from '../base/world.ts';
import type { Store } from '../store/store.ts';
import { type DeliveryRow, deliveryStore } from './deliveryStore.ts';

export type Delivery<Body> = {
  /** Its own for good: a key for receivers that ask for one. */
  id: number;
  lane: string;
  body: Body;
  /** 1 at first. */
  attempt: number;
  /** Milliseconds since the epoch. */
  createdAt: number;
};

export type Deliverer<Body> = {
  /**
   * Inside a transaction: delivers within the store, or answers what has to be done outside, begun once that is durable.
   * What either throws is handed to `failed`, after what the transaction had done is undone.
   */
  deliver(delivery: Delivery<Body>): ((stopped: AbortSignal) => Promise<unknown>) | undefined;
  /** Inside the transaction that removes a delivery which was carried out outside. `answer` is what that resolved to. */
  delivered?(delivery: Delivery<Body>, answer: unknown): void;
  /**
   * Inside a transaction, after a failed attempt: when to try again, in milliseconds since the epoch. Undefined gives the
   * delivery up: whatever is due then (a dead-letter queue) is done here.
   */
  failed(delivery: Delivery<Body>, error: unknown): number | undefined;
};

export type Deliveries<Body> = {
  /** Inside a transaction. @param due milliseconds since the epoch; the default is at once */
  add(lane: string, body: Body, due?: number): void;
  /** Inside a transaction: forgets what waits for a receiver that is gone. What is under way outside runs to its end. */
  removeLane(lane: string): void;
  /** How many deliveries of a lane have not ended. */
  waiting(lane: string): number;
  /** Which these are, at most so many, in the order in which they fall due: a time in milliseconds since the epoch. */
  waitingIn(lane: string, most: number): (Delivery<Body> & { due: number })[];
  start(): void;
  /** Aborts what is under way outside, and resolves once all of it has ended. It stays to be delivered. */
  stop(): Promise<void>;
};

export type DeliveryLimits = {
  /** Under way outside at a time, in the whole queue. @default 64 */
  most?: number;
  /** And in one lane. @default 8 */
  perLane?: number;
};

type Parts<Body> = {
  store: Store;
  world: World;
  /** The service's name. */
  queue: string;
  deliverer: Deliverer<Body>;
  limits?: DeliveryLimits;
};

/** A slice ends after this many milliseconds, or this many deliveries. */
const SLICE = { milliseconds: 4, deliveries: 128 };
/** Deliveries that a lane begins before it is the next one's turn. */
const TURN = 32;
/** How long to wait before recording again what the store refused, in milliseconds. */
const AGAIN_AFTER = 1000;

/** @example const deliveries = createDeliveries<Target>({ store, world, queue: 'events', deliverer }); */
export function createDeliveries<Body>(parts: Parts<Body>): Deliveries<Body> {
  const { store, world, queue, deliverer } = parts;
  const { most = 64, perLane = 8 } = parts.limits ?? {};
  const db = deliveryStore(store.sql);
  /** Lanes that may have something due, in the order of their turns. */
  const ready = new Set<string>();
  /** The deliveries of each lane that are under way, in a transaction or outside. */
  const underWay = new Map<string, Set<number>>();
  const outside = new Set<Promise<void>>();
  const stopping = new AbortController();
  let awake = false;
  /** Everything that fell due until then has been noticed. */
  let noticed = Number.MIN_SAFE_INTEGER;
  let armed: { at: number; cancel(): void } | undefined;

  const busy = (lane: string): number => underWay.get(lane)?.size ?? 0;

  function wake(lane: string): void {
    ready.add(lane);
    if (awake || stopping.signal.aborted) return;
    awake = true;
    world.clock.soon(slice);
  }

  /** THE loop. What becomes ready meanwhile does not wake it: it is awake. */
  function slice(): void {
    if (stopping.signal.aborted) return;
    const started = world.clock.monotonic();
    let left = SLICE.deliveries;
    for (const lane of [...ready]) {
      if (outside.size >= most || left <= 0 || world.clock.monotonic() - started > SLICE.milliseconds) break;
      ready.delete(lane);
      left -= turn(lane, left);
    }
    // One that ends outside wakes the loop again.
    awake = ready.size > 0 && outside.size < most;
    if (awake) world.clock.soon(slice);
  }

  /** Begins what is due in a lane, at most so many, and answers how many that were. */
  function turn(lane: string, left: number): number {
    const room = Math.min(left, TURN);
    const due = db.dueInLane({ queue, lane, now: world.clock.now(), most: room + busy(lane) });
    let begun = 0;
    for (const row of due) {
      if (busy(lane) >= perLane || begun === room) break;
      if (underWay.get(lane)?.has(row.id)) continue;
      begin(row);
      begun += 1;
    }
    // There may be more; in a full lane, the next that ends says so.
    if (begun > 0 && busy(lane) < perLane) ready.add(lane);
    return begun;
  }

  function begin({ id, lane }: DeliveryRow): void {
    const lanes = underWay.get(lane) ?? new Set();
    underWay.set(lane, lanes.add(id));
    let refused: { error: unknown } | undefined;
    const recorded = store.transact(() => {
      const row = db.byId({ id });
      if (!row) return ended(id, lane);
      const delivery = deliveryOf<Body>(row);
      try {
        const work = deliverer.deliver(delivery);
        if (work) store.whenDurable(() => follow(delivery, work));
        else {
          db.remove({ id });
          ended(id, lane);
        }
      } catch (error) {
        refused = { error };
        throw error;
      }
    });
    recorded.catch((error: Error) => {
      if (refused) fail(id, lane, refused.error);
      else later(`delivery ${id} of ${queue}`, error, () => ended(id, lane));
    });
  }

  function follow(delivery: Delivery<Body>, work: (stopped: AbortSignal) => Promise<unknown>): void {
    const { id, lane } = delivery;
    const done = work(stopping.signal)
      .then(
        (answer) =>
          persist(`the end of delivery ${id} of ${queue}`, () => {
            if (!db.byId({ id })) return;
            deliverer.delivered?.(delivery, answer);
            db.remove({ id });
          }),
        (error) => (stopping.signal.aborted ? undefined : failed(id, error)),
      )
      .finally(() => {
        outside.delete(done);
        ended(id, lane);
      });
    outside.add(done);
  }

  function fail(id: number, lane: string, error: unknown): void {
    void failed(id, error).finally(() => ended(id, lane));
  }

  /** Records a failed attempt, and what follows from it. */
  function failed(id: number, error: unknown): Promise<void> {
    return persist(`the failure of delivery ${id} of ${queue}`, () => {
      const row = db.byId({ id });
      if (!row) return;
      const again = deliverer.failed(deliveryOf<Body>(row), error);
      if (again === undefined) db.remove({ id });
      else {
        db.again({ id, due: again, attempt: row.attempt + 1 });
        notice(row.lane, again);
      }
    });
  }

  /** What was refused by the store, and not by `work` itself, is tried again until it is recorded or the server stops. */
  function persist(what: string, work: () => void): Promise<void> {
    return store.transact(work).catch(
      (error: Error) =>
        new Promise<void>((resolve) => {
          later(what, error, () => resolve(stopping.signal.aborted ? undefined : persist(what, work)));
        }),
    );
  }

  function later(what: string, { message }: Error, again: () => void): void {
    world.log('error', 'deliveries.not-recorded', { what, message, againAfterMilliseconds: AGAIN_AFTER });
    if (stopping.signal.aborted) return again();
    const run = () => {
      stopping.signal.removeEventListener('abort', run);
      cancel();
      again();
    };
    const cancel = world.clock.at(world.clock.now() + AGAIN_AFTER, run);
    stopping.signal.addEventListener('abort', run);
  }

  /** A place is free, in the lane and in the queue. */
  function ended(id: number, lane: string): void {
    const lanes = underWay.get(lane);
    lanes?.delete(id);
    if (lanes?.size === 0) underWay.delete(lane);
    wake(lane);
  }

  function notice(lane: string, due: number): void {
    if (due <= world.clock.now()) wake(lane);
    else arm(due);
  }

  function arm(at: number): void {
    if (stopping.signal.aborted || (armed && armed.at <= at)) return;
    armed?.cancel();
    armed = { at, cancel: world.clock.at(at, fallDue) };
  }

  function fallDue(): void {
    armed = undefined;
    if (stopping.signal.aborted) return;
    const now = world.clock.now();
    for (const { lane } of db.lanesDue({ queue, after: noticed, now })) wake(lane);
    noticed = now;
    const next = db.nextDue({ queue, now })?.due;
    if (next !== null && next !== undefined) arm(next);
  }

  return {
    add(lane, body, due = world.clock.now()) {
      db.add({ queue, lane, due, attempt: 1, created: world.clock.now(), body: JSON.stringify(body) });
      notice(lane, due);
    },
    removeLane: (lane) => void db.removeLane({ queue, lane }),
    waiting: (lane) => db.waiting({ queue, lane })?.count ?? 0,
    waitingIn: (lane, most) =>
      db.inLane({ queue, lane, most }).map((row) => ({ ...deliveryOf<Body>(row), due: row.due })),
    start: fallDue,
    async stop() {
      stopping.abort();
      armed?.cancel();
      await Promise.all(outside);
    },
  };
}

function deliveryOf<Body>({ id, lane, attempt, created, body }: DeliveryRow): Delivery<Body> {
  return { id, lane, attempt, createdAt: created, body: JSON.parse(body) as Body };
}
