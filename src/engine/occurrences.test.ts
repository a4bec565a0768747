import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { openMemoryStore } from '../store/store.ts';
import { occurrenceMigrations } from './occurrenceStore.ts';
import { createOccurrences, type Occurrence, type Occurrences } from './occurrences.ts';
import { settled, stillWorld } from './testing.ts';

const started: Occurrences[] = [];
afterEach(() => {
  for (const one of started.splice(0)) one.stop();
});

/** A server's occurrences on a world that stands still. */
function harness(database = new DatabaseSync(':memory:')) {
  const still = stillWorld();
  const store = openMemoryStore(database, [occurrenceMigrations], still.world);
  return {
    ...{ store, database, fill: still.fill, stepBy: still.stepBy, pass: still.pass },
    occurrences(occur: (occurrence: Occurrence) => number | undefined) {
      const made = createOccurrences({ store, world: still.world, owner: 'test', occur });
      started.push(made);
      return made;
    },
    rows: () => database.prepare('SELECT key, next FROM occurrences ORDER BY key').all(),
  };
}

describe('occurrences', () => {
  it('happen when they fall due, again and again, until they say that they do not', async () => {
    const { store, occurrences, pass, rows } = harness();
    const seen: string[] = [];
    const made = occurrences(({ key, at, now }) => {
      seen.push(`${key} ${at} ${now - at}`);
      return at < 1_003_000 ? at + 1000 : undefined;
    });
    made.start();
    await store.transact(() => made.set('a', 1_001_000));
    await store.transact(() => made.set('b', 1_002_500));
    expect(made.nextOf('a')).toBe(1_001_000);
    await pass(10_000);
    expect(seen).toEqual(['a 1001000 0', 'a 1002000 0', 'b 1002500 0', 'a 1003000 0', 'b 1003500 0']);
    expect(rows()).toEqual([]);
  });

  it('commit with their row’s new time, or not at all', async () => {
    const { store, occurrences, pass, rows, fill, database } = harness();
    database.exec('CREATE TABLE done (at INTEGER)');
    const insert = store.sql.insert<{ at: number }>('INSERT INTO done VALUES ($at)');
    const made = occurrences(({ at }) => {
      insert({ at });
      return at + 60_000;
    });
    made.start();
    await store.transact(() => made.set('a', 1_001_000));
    fill(true);
    await pass(1500);
    expect(rows()).toEqual([{ key: 'a', next: 1_001_000 }]);
    fill(false);
    await pass(1500);
    expect(rows()).toEqual([{ key: 'a', next: 1_061_000 }]);
    expect(database.prepare('SELECT at FROM done').all()).toEqual([{ at: 1_001_000 }]);
  });

  it('that fail hold up no other, and are tried again', async () => {
    const { store, occurrences, pass } = harness();
    const seen: string[] = [];
    let broken = true;
    const made = occurrences(({ key }) => {
      if (key === 'a' && broken) throw new Error('on second thoughts');
      seen.push(key);
      return undefined;
    });
    made.start();
    await store.transact(() => made.set('a', 1_000_500));
    await store.transact(() => made.set('b', 1_000_600));
    await pass(1000);
    expect(seen).toEqual(['b']);
    broken = false;
    await pass(2000);
    expect(seen).toEqual(['b', 'a']);
  });

  it('that fell due while no server ran happen when one does, once', async () => {
    const first = harness();
    const before = first.occurrences(() => undefined);
    await first.store.transact(() => before.set('a', 900_000));
    const second = harness(first.database);
    const seen: Occurrence[] = [];
    const made = second.occurrences((one) => {
      seen.push(one);
      return undefined;
    });
    made.start();
    await second.pass(0);
    expect(seen).toEqual([{ key: 'a', at: 900_000, now: 1_000_000 }]);
  });

  it('do not come twice when the clock is set back, nor late when it is set forward', async () => {
    const { store, occurrences, pass, stepBy } = harness();
    const seen: number[] = [];
    const made = occurrences(({ at }) => {
      seen.push(at);
      return at + 600_000;
    });
    made.start();
    await store.transact(() => made.set('a', 1_600_000));
    await pass(600_000);
    expect(seen).toEqual([1_600_000]);
    stepBy(-300_000);
    await pass(600_000);
    expect(seen).toEqual([1_600_000]);
    stepBy(300_000);
    await pass(60_000);
    expect(seen).toEqual([1_600_000, 2_200_000]);
  });

  it('are a thousand at a time, each once', async () => {
    const { store, occurrences, pass, rows } = harness();
    const seen: number[] = [];
    const made = occurrences(({ key }) => {
      seen.push(Number(key));
      return undefined;
    });
    made.start();
    await store.transact(() => {
      for (let n = 0; n < 1000; n += 1) made.set(String(n), 1_001_000);
    });
    await pass(1001);
    await settled();
    expect(new Set(seen).size).toBe(1000);
    expect(seen).toHaveLength(1000);
    expect(rows()).toEqual([]);
  });
});
