import { cpSync, fstatSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld } from '../base/world.ts';
import { dataFolder } from './folder.ts';
import { openStore } from './store.ts';
import { keepWalSpace } from './walSpace.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

function temporary(): string {
  const root = mkdtempSync(join(tmpdir(), 'telar-wal-'));
  roots.push(root);
  return root;
}

const world = { ...systemWorld, log: silentLog };
const rows = { owner: 'test', steps: ['CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT) STRICT'] };
const COMMITS = 1200;
const FRAME = 4096 + 24;

it('room is zeros behind what is there, and none before a server has written for a while', async () => {
  const path = join(temporary(), 'wal');
  const descriptor = openSync(path, 'w+');
  writeSync(descriptor, Buffer.alloc(5000, 7));
  const space = keepWalSpace(descriptor);
  for (let commit = 1; commit < 200; commit += 1) space.afterCommit();
  space.used(5000);
  await space.stop();
  expect(fstatSync(descriptor).size).toBe(5000);

  const next = keepWalSpace(descriptor);
  for (let commit = 0; commit < 200; commit += 1) next.afterCommit();
  while (fstatSync(descriptor).size < 4_000_000) await new Promise((resolve) => setTimeout(resolve, 1));
  await next.stop();
  const bytes = readFileSync(path);
  expect(bytes.subarray(0, 5000).equals(Buffer.alloc(5000, 7))).toBe(true);
  expect(bytes.subarray(5000).every((byte) => byte === 0)).toBe(true);
});

it('a store whose WAL ends in room is found again as it was after a crash', async () => {
  const root = temporary();
  const store = openStore(dataFolder(join(root, 'data')), [rows], world);
  const insert = store.sql.change<{ text: string }>('INSERT INTO rows (text) VALUES ($text)');
  for (let commit = 0; commit < COMMITS; commit += 1) await store.transact(() => insert({ text: `row ${commit}` }));
  const wal = join(root, 'data/state.db-wal');
  while (statSync(wal).size < COMMITS * FRAME) await new Promise((resolve) => setTimeout(resolve, 5));
  cpSync(join(root, 'data'), join(root, 'crashed'), { recursive: true });
  await store.close();

  const again = openStore(dataFolder(join(root, 'crashed')), [rows], world);
  const count = again.sql.one<Record<string, never>, { count: number }>('SELECT count(*) AS count FROM rows')(
    {},
  )?.count;
  expect(count).toBe(COMMITS);
  await again.close();
});
