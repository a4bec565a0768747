import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../store/store.ts';
import { createDeliveries, type Deliverer, type Deliveries, type DeliveryLimits } from './deliveries.ts';
import { deliveryMigrations } from './deliveryStore.ts';
import { settled, stillWorld } from './testing.ts';

type Body = { to: string; text: string };

const started: Deliveries<Body>[] = [];
afterEach(() => Promise.all(started.splice(0).map((one) => one.stop())));

/** A queue on a store in memory, in a world that stands still. */
function harness(database = new DatabaseSync(':memory:')) {
  const { world, fill, pass } = stillWorld();
  const store = openMemoryStore(database, [deliveryMigrations], world);
  return {
    ...{ store, fill, pass },
    rows: () => database.prepare('SELECT lane, due, attempt FROM deliveries ORDER BY id').all(),
    queue(deliverer: Deliverer<Body>, limits: DeliveryLimits = {}) {
      const deliveries = createDeliveries<Body>({ store, world, queue: 'test', deliverer, limits });
      started.push(deliveries);
      return deliveries;
    },
  };
}

const to = (lane: string, text = 'hello'): [string, Body] => [lane, { to: lane, text }];
const never = () => {
  throw new Error('nothing fails here');
};

describe('deliveries', () => {
  it('deliver within the store in the order in which they fell due, and leave nothing behind', async () => {
    const { store, queue, rows } = harness();
    const seen: string[] = [];
    const deliveries = queue({ deliver: ({ body }) => void seen.push(body.text), failed: never });
    deliveries.start();
    await store.transact(() => {
      for (let n = 0; n < 300; n += 1) deliveries.add(...to('a', String(n)));
    });
    await settled();
    expect(seen).toEqual(Array.from({ length: 300 }, (_, n) => String(n)));
    expect(rows()).toEqual([]);
  });

  it('of a transaction that is undone are never seen', async () => {
    const { store, queue } = harness();
    const seen: string[] = [];
    const deliveries = queue({ deliver: ({ body }) => void seen.push(body.text), failed: never });
    deliveries.start();
    const undone = store.transact(() => {
      deliveries.add(...to('a'));
      throw new Error('on second thoughts');
    });
    await expect(undone).rejects.toThrow('second thoughts');
    await settled();
    expect(seen).toEqual([]);
  });

  it('undo what a failed attempt did in the store, are tried when they are told to, and given up', async () => {
    const { store, queue, rows, pass } = harness();
    const attempts: number[] = [];
    const given: string[] = [];
    const other = queue({ deliver: () => undefined, failed: never });
    const deliveries = queue({
      deliver({ attempt }) {
        attempts.push(attempt);
        other.add(...to('must not stay'));
        throw new Error(`no ${attempt}`);
      },
      failed({ attempt, createdAt }, error) {
        if (attempt < 3) return createdAt + attempt * 1000;
        given.push((error as Error).message);
        return undefined;
      },
    });
    deliveries.start();
    await store.transact(() => deliveries.add(...to('a')));
    await settled();
    expect(attempts).toEqual([1]);
    expect(rows()).toEqual([{ lane: 'a', due: 1_001_000, attempt: 2 }]);
    await pass(999);
    expect(attempts).toEqual([1]);
    await pass(1);
    await pass(1000);
    expect(attempts).toEqual([1, 2, 3]);
    expect(given).toEqual(['no 3']);
    expect(rows()).toEqual([]);
  });

  it('to a receiver that hangs hold up no other, and its own only beyond its share', async () => {
    const { store, queue } = harness();
    const begun: string[] = [];
    let release = () => {};
    const gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const deliveries = queue(
      {
        deliver: ({ body }) => {
          begun.push(`${body.to}${body.text}`);
          return () => (body.to === 'slow' ? gate : Promise.resolve());
        },
        failed: never,
      },
      { most: 4, perLane: 2 },
    );
    deliveries.start();
    await store.transact(() => {
      for (let n = 0; n < 4; n += 1) deliveries.add(...to('slow', String(n)));
      for (let n = 0; n < 4; n += 1) deliveries.add(...to('quick', String(n)));
    });
    await settled();
    expect(begun.toSorted()).toEqual(['quick0', 'quick1', 'quick2', 'quick3', 'slow0', 'slow1']);
    expect(deliveries.waiting('slow')).toBe(4);
    release();
    await settled();
    expect(begun).toHaveLength(8);
    expect(deliveries.waiting('slow')).toBe(0);
  });

  it('record the answer of what was done outside with the removal of the row', async () => {
    const { store, queue, rows } = harness();
    const answers: unknown[] = [];
    const deliveries = queue({
      deliver: () => async () => 'received',
      delivered: (_, answer) => void answers.push(answer),
      failed: never,
    });
    deliveries.start();
    await store.transact(() => deliveries.add(...to('a')));
    await settled();
    expect(answers).toEqual(['received']);
    expect(rows()).toEqual([]);
  });

  it('that a server was about when it stopped are delivered by the next one, as the same attempt', async () => {
    const database = new DatabaseSync(':memory:');
    const first = harness(database);
    const hanging = first.queue({
      deliver: () => (stopped) =>
        new Promise((_, reject) => stopped.addEventListener('abort', () => reject(new Error('stopped')))),
      failed: never,
    });
    hanging.start();
    await first.store.transact(() => hanging.add(...to('a')));
    await settled();
    await hanging.stop();
    const attempts: number[] = [];
    const next = harness(database);
    const deliveries = next.queue({ deliver: ({ attempt }) => void attempts.push(attempt), failed: never });
    deliveries.start();
    await settled();
    expect(attempts).toEqual([1]);
  });

  it('wait for a full disk, and are delivered once it takes the record', async () => {
    const { store, queue, fill, pass, rows } = harness();
    const delivered: number[] = [];
    const deliveries = queue({
      deliver: () => async () => {},
      delivered: () => void delivered.push(1),
      failed: never,
    });
    deliveries.start();
    await store.transact(() => deliveries.add(...to('a')));
    fill(true);
    await settled();
    expect(rows()).toHaveLength(1);
    fill(false);
    await pass(1000);
    await pass(1000);
    expect(rows()).toEqual([]);
    expect(delivered.length).toBeGreaterThanOrEqual(1);
  });

  it('to a receiver that is gone are forgotten', async () => {
    const { store, queue, rows, pass } = harness();
    const seen: string[] = [];
    const deliveries = queue({ deliver: ({ lane }) => void seen.push(lane), failed: never });
    deliveries.start();
    await store.transact(() => {
      deliveries.add(...to('gone'), 1_005_000);
      deliveries.add(...to('stays'), 1_005_000);
    });
    await store.transact(() => deliveries.removeLane('gone'));
    await pass(5000);
    expect(seen).toEqual(['stays']);
    expect(rows()).toEqual([]);
  });
});
