/** What is deleted, and what is past its retention, goes bit by bit, also on a server that starts again. */
import { DatabaseSync } from 'node:sqlite';
import { beforeEach, describe, expect, it } from 'vitest';
import { START, testWorld } from '../../../tests/support/operations.ts';
import { openMemoryStore, type Store } from '../../store/store.ts';
import { createGroup } from './groupOperations.ts';
import { append, DAY, encoded } from './put.ts';
import { createRemoval, type Removal } from './removal.ts';
import { type GroupRow, type LogsStore, logsStore, migrations, type StreamRow } from './store.ts';
import { createStream } from './streamOperations.ts';

let database: DatabaseSync;
let store: Store;
let db: LogsStore;
let removal: Removal;
let time: { time: number };
/** Timers by the time at which they fire. */
let timers: { at: number; run: () => void }[];
let transactions: number;

function open(): void {
  const world = testWorld(time);
  world.clock.at = (at, run) => {
    const timer = { at, run };
    timers.push(timer);
    return () => void timers.splice(timers.indexOf(timer), 1);
  };
  const opened = openMemoryStore(database, [migrations], world);
  store = {
    ...opened,
    transact(work) {
      transactions += 1;
      return opened.transact(work);
    },
  };
  db = logsStore(store.sql);
  removal = createRemoval({ store, db, world });
}
beforeEach(() => {
  database = new DatabaseSync(':memory:');
  [time, timers, transactions] = [{ time: START }, [], 0];
  open();
});

/** Fires what is due, until nothing is. */
async function passTo(at: number): Promise<void> {
  time.time = at;
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 5));
    const due = timers.filter((timer) => timer.at <= at);
    if (due.length === 0) return;
    timers = timers.filter((timer) => timer.at > at);
    for (const { run } of due) run();
  }
}
async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function filled(name: string, chunks: number, at: (n: number) => number) {
  const group = await store.transact(() => createGroup({ db }, 'us-east-1', name, START));
  const stream = await store.transact(() => createStream({ db }, group, 's', START));
  const message = 'x'.repeat(20_000);
  for (let n = 0; n < chunks; n += 1) {
    const events = await encoded([{ at: at(n), message, ingested: START }], async () => {});
    await store.transact(() => append({ db }, db.streamOfId({ id: stream.id })!, events));
  }
  return { group, stream };
}
const chunksOf = ({ id }: StreamRow) => db.ofStream({ stream: id, limit: 1000 });
const bytesOf = ({ region, name }: GroupRow) => db.group({ region, name })?.stored_bytes;

describe('retention', () => {
  it('removes what is past it when it is set, and later what has become so', async () => {
    const { group, stream } = await filled('g', 200, (n) => START - 10 * DAY + n * (DAY / 20));
    const before = transactions;
    await store.transact(() => {
      db.setRetention({ id: group.id, days: 5 });
      removal.due();
    });
    await until(() => chunksOf(stream).length === 100 && timers.length === 1);
    // Not in one go.
    expect(transactions - before).toBeGreaterThan(2);
    expect(bytesOf(group)).toBe(100 * 20_026);
    expect(db.streamOfId({ id: stream.id })?.first_event).toBe(START - 5 * DAY);
    await passTo(START + DAY);
    expect(chunksOf(stream)).toHaveLength(80);
    await store.transact(() => db.setRetention({ id: group.id, days: null }));
    await passTo(START + 30 * DAY);
    expect(chunksOf(stream)).toHaveLength(80);
    expect(timers).toEqual([]);
  });
});

describe('what was deleted', () => {
  it('goes after a restart, too, and takes nothing else with it', async () => {
    const gone = await filled('gone', 120, () => START);
    const kept = await filled('kept', 3, () => START);
    await store.transact(() => {
      db.deleteGroup({ id: gone.group.id });
      db.addRemoval({ group: gone.group.id, stream: 0 });
    });
    // A server that ended before it began; the next one finds it.
    open();
    removal.start();
    await passTo(START);
    await until(() => db.nextRemoval({}) === undefined);
    expect([chunksOf(gone.stream), db.streamOfId({ id: gone.stream.id })]).toEqual([[], undefined]);
    expect(chunksOf(kept.stream)).toHaveLength(3);

    await store.transact(() => {
      db.deleteStream({ id: kept.stream.id });
      db.addRemoval({ group: kept.group.id, stream: kept.stream.id });
      removal.due();
    });
    await until(() => db.nextRemoval({}) === undefined);
    expect([chunksOf(kept.stream), bytesOf(kept.group)]).toEqual([[], 0]);
    await removal.stop();
  });
});
