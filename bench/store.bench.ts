/** The group committer: durable commits a second, and how long a slow disk holds the loop up. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { silentLog } from '../src/base/log.ts';
import { systemWorld, type World } from '../src/base/world.ts';
import { createCommitter } from '../src/store/committer.ts';
import { dataFolder } from '../src/store/folder.ts';
import { openStore, type Store } from '../src/store/store.ts';
import type { Syncer } from '../src/store/sync.ts';
import { atLeast, atMost, type Bench } from './lib/figures.ts';

const world: World = { ...systemWorld, log: silentLog };
const RUNS = 5;
const SLOW_SYNC = 5;

export const bench: Bench = {
  name: 'store',
  describe:
    'The group committer: durable commits of one 178-byte row each, one after the other and from 100 writers at once; and how long the loop is held up when a sync takes 5 ms, on a thread and on the loop.',
  notMeasured: [
    'a disk that is really slow: the 5 ms syncs are simulated, as a timer (thread) and as a blocked thread (loop)',
    'checkpoints of a large database',
  ],
  async run(progress) {
    const [sequential, concurrent]: [number[], number[]] = [[], []];
    const [threadLag, loopLag]: [number[], number[]] = [[], []];
    for (let run = 1; run <= RUNS; run += 1) {
      progress(`run ${run} of ${RUNS}`);
      await withStore(async (store) => {
        sequential.push(await rate(store, 1, 5_000));
        concurrent.push(await rate(store, 100, 100_000));
      });
      threadLag.push(await longestStall({ sync: () => new Promise((done) => setTimeout(done, SLOW_SYNC)) }));
      loopLag.push(await longestStall({ sync: blockingSync }));
    }
    return [
      atLeast('durable commits, one writer', 'commits/s', sequential),
      atLeast('durable commits, 100 writers', 'commits/s', concurrent),
      atMost('longest hold-up of the loop, 5 ms syncs', 'ms', threadLag, {
        target: 10,
        peer: { name: 'the same syncs on the loop (synchronous=FULL)', samples: loopLag },
      }),
    ];
  },
};

async function withStore(use: (store: Store) => Promise<void>): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'telar-bench-'));
  const store = openStore(
    dataFolder(root),
    [{ owner: 'bench', steps: ['CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT) STRICT'] }],
    world,
  );
  try {
    await use(store);
  } finally {
    await store.close();
    rmSync(root, { recursive: true, force: true });
  }
}

/** Commits a second, each acknowledged before its writer goes on. */
async function rate(store: Store, writers: number, commits: number): Promise<number> {
  const insert = store.sql.change<{ text: string }>('INSERT INTO rows (text) VALUES ($text)');
  const text = 'x'.repeat(178);
  const started = performance.now();
  const writer = async () => {
    for (let done = 0; done < commits / writers; done += 1) await store.transact(() => insert({ text }));
  };
  await Promise.all(Array.from({ length: writers }, writer));
  return (commits / (performance.now() - started)) * 1000;
}

function blockingSync(): undefined {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, SLOW_SYNC);
}

/** The longest time between two turns of the loop while ten writers commit for half a second. */
async function longestStall(syncer: Syncer): Promise<number> {
  const database = new DatabaseSync(':memory:');
  database.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT) STRICT');
  const committer = createCommitter(database, syncer, world, () => {});
  const insert = database.prepare('INSERT INTO rows (text) VALUES (?)');
  let open = true;
  const writer = async () => {
    while (open) {
      await committer.transact(() => {
        committer.markChanged();
        insert.run('x');
      });
    }
  };
  const writers = Array.from({ length: 10 }, writer);
  let longest = 0;
  const until = performance.now() + 500;
  for (let last = performance.now(); last < until; ) {
    await new Promise((turn) => setImmediate(turn));
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
  }
  open = false;
  await Promise.all(writers);
  database.close();
  return longest;
}
