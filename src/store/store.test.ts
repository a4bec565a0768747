import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld, type World } from '../base/world.ts';
import { auditMigrations, auditTrail } from './audit.ts';
import { createCommitter } from './committer.ts';
import { dataFolder } from './folder.ts';
import type { Migrations } from './migrations.ts';
import { openMemoryStore, openStore } from './store.ts';

const folders: string[] = [];
const world: World = { ...systemWorld, log: silentLog };
const notes: Migrations = { owner: 'notes', steps: ['CREATE TABLE notes (text TEXT NOT NULL UNIQUE) STRICT'] };

function temporaryFolder() {
  const root = mkdtempSync(join(tmpdir(), 'telar-store-'));
  folders.push(root);
  return dataFolder(root);
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

const add = 'INSERT INTO notes (text) VALUES ($text)';
const list = 'SELECT text FROM notes ORDER BY text';
const texts = (rows: { text: string }[]) => rows.map(({ text }) => text);

describe('the store', () => {
  it('keeps what it acknowledged across a close and a reopening', async () => {
    const folder = temporaryFolder();
    const first = openStore(folder, [notes], world);
    await first.transact(() => first.sql.change<{ text: string }>(add)({ text: 'kept' }));
    await first.close();
    const second = openStore(folder, [notes], world);
    expect(texts(second.sql.all<Record<string, never>, { text: string }>(list)({}))).toEqual(['kept']);
    await second.close();
  });

  it('refuses a second server on the folder, naming the first, and lets it in once the first has gone', async () => {
    const folder = temporaryFolder();
    const first = openStore(folder, [notes], world);
    writeFileSync(folder.server, JSON.stringify({ url: 'http://127.0.0.1:4566', pid: 7 }));
    expect(() => openStore(folder, [notes], world)).toThrow(/Another Telar server runs on .*process 7.*4566/);
    await first.close();
    await openStore(folder, [notes], world).close();
  });

  it('refuses a folder that a newer Telar wrote, and changes nothing in it', async () => {
    const folder = temporaryFolder();
    await openStore(folder, [{ owner: 'notes', steps: [...notes.steps, 'CREATE TABLE more (x) '] }], world).close();
    expect(() => openStore(folder, [notes], world)).toThrow(
      /newer Telar \(notes is at version 2, this Telar knows 1\)/,
    );
  });

  it('brings an older folder forward', async () => {
    const folder = temporaryFolder();
    await openStore(folder, [notes], world).close();
    const steps = [...notes.steps, 'ALTER TABLE notes ADD COLUMN colour TEXT'];
    const store = openStore(folder, [{ owner: 'notes', steps }], world);
    await store.transact(() => store.sql.change("INSERT INTO notes (text, colour) VALUES ('a', 'red')")({}));
    await store.close();
  });

  it('does not start over where state.db has gone from a folder that was in use', async () => {
    const folder = temporaryFolder();
    await openStore(folder, [notes], world).close();
    writeFileSync(folder.credentials, '{}');
    rmSync(folder.database);
    expect(() => openStore(folder, [notes], world)).toThrow(/state\.db is missing, though this folder was in use/);
  });

  it('names a damaged state.db as damaged, and leaves it as it is', () => {
    const folder = temporaryFolder();
    writeFileSync(folder.database, 'this is not a database, but it is long enough to be taken for one'.repeat(20));
    expect(() => openStore(folder, [notes], world)).toThrow(/state\.db is damaged.*telar fsck/s);
    expect(() => openStore(folder, [notes], world)).toThrow(/damaged/);
  });
});

describe('the group committer', () => {
  function slowDisk() {
    const database = new DatabaseSync(':memory:');
    database.exec(notes.steps[0]!);
    const syncs: (() => void)[] = [];
    const committer = createCommitter(
      database,
      { sync: () => new Promise((done) => syncs.push(done)) },
      world,
      () => {},
    );
    const insert = database.prepare('INSERT INTO notes (text) VALUES (?)');
    const work = (text: string) => () => {
      committer.markChanged();
      insert.run(text);
    };
    const write = (text: string) => committer.transact(work(text));
    const writeAhead = (text: string) => committer.commitAhead(work(text));
    return { database, committer, syncs, write, writeAhead };
  }
  const turn = () => new Promise((resolve) => setImmediate(resolve));

  it('answers nobody before the sync, and lets groups that committed meanwhile share the next one', async () => {
    const { syncs, write } = slowDisk();
    const answered: string[] = [];
    const tell = (name: string) => () => void answered.push(name);
    void write('a').then(tell('a'));
    await turn();
    void write('b').then(tell('b'));
    await turn();
    void write('c').then(tell('c'));
    await turn();
    expect([syncs.length, answered]).toEqual([1, []]);
    syncs[0]!();
    await turn();
    expect([syncs.length, answered]).toEqual([2, ['a']]);
    syncs[1]!();
    await turn();
    expect(answered).toEqual(['a', 'b', 'c']);
  });

  it('makes a reader wait for the durability of what it may have seen', async () => {
    const { committer, syncs, write } = slowDisk();
    void write('a');
    await turn();
    let read = false;
    void committer.transact(() => 1).then(() => (read = true));
    await turn();
    expect(read).toBe(false);
    syncs[0]!();
    await turn();
    expect(read).toBe(true);
  });

  describe('what is committed ahead', () => {
    it('is answered once committed, and made durable with the next that somebody waits for', async () => {
      const { database, syncs, write, writeAhead } = slowDisk();
      await writeAhead('a');
      expect([syncs.length, database.isTransaction]).toEqual([0, false]);
      let written = false;
      void write('b').then(() => (written = true));
      await turn();
      expect([syncs.length, written]).toEqual([1, false]);
      syncs[0]!();
      await turn();
      expect([syncs.length, written]).toEqual([1, true]);
    });

    it('is durable before a reader hears of it', async () => {
      const { committer, syncs, writeAhead } = slowDisk();
      await writeAhead('a');
      let read = false;
      void committer.read(() => 1).then(() => (read = true));
      await turn();
      expect([syncs.length, read]).toEqual([1, false]);
      syncs[0]!();
      await turn();
      expect(read).toBe(true);
    });

    it('is made durable at once if something is to happen then', async () => {
      const { committer, syncs } = slowDisk();
      const order: string[] = [];
      await committer.commitAhead(() => {
        committer.markChanged();
        committer.whenDurable(() => order.push('durable'));
      });
      order.push('answered');
      expect(syncs.length).toBe(1);
      syncs[0]!();
      await turn();
      expect(order).toEqual(['answered', 'durable']);
    });

    it('is made durable soon when nobody waits, and before the store is drained', async () => {
      const { committer, syncs, writeAhead } = slowDisk();
      await writeAhead('a');
      await vi.waitFor(() => expect(syncs.length).toBe(1));
      syncs[0]!();
      await turn();
      await writeAhead('b');
      let drained = false;
      const draining = committer.drain().then(() => (drained = true));
      await turn();
      expect([syncs.length, drained]).toEqual([2, false]);
      syncs[1]!();
      await draining;
    });
  });

  it('undoes a failed work alone, in memory too, and commits its neighbours', async () => {
    const database = new DatabaseSync(':memory:');
    const store = openMemoryStore(database, [notes], world);
    const insert = store.sql.change<{ text: string }>(add);
    const undone: string[] = [];
    const good = store.transact(() => insert({ text: 'good' }));
    const bad = store.transact(() => {
      store.whenUndone(() => undone.push('first'));
      store.whenUndone(() => undone.push('second'));
      insert({ text: 'bad' });
      insert({ text: 'bad' });
    });
    await expect(bad).rejects.toThrow(/UNIQUE/);
    await good;
    expect(undone).toEqual(['second', 'first']);
    expect(texts(store.sql.all<Record<string, never>, { text: string }>(list)({}))).toEqual(['good']);
  });

  it('runs what waits for durability before it answers, and never when the work failed', async () => {
    const store = openMemoryStore(new DatabaseSync(':memory:'), [notes], world);
    const order: string[] = [];
    const failed = store.transact(() => {
      store.whenDurable(() => order.push('never'));
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await store.transact(() => store.whenDurable(() => order.push('durable'))).then(() => order.push('answered'));
    expect(order).toEqual(['durable', 'answered']);
  });

  it('leaves nobody waiting whose group was open when a sync failed', async () => {
    const database = new DatabaseSync(':memory:');
    let fail: (error: Error) => void = () => {};
    const sync = () => new Promise<void>((_, reject) => (fail = reject));
    const committer = createCommitter(database, { sync }, world, () => {});
    const first = committer.transact(() => committer.markChanged());
    await turn();
    const second = committer.transact(() => committer.markChanged());
    fail(new Error('EIO'));
    await expect(first).rejects.toThrow(/EIO/);
    await expect(second).rejects.toThrow(/EIO/);
  });

  it('refuses all further work after a failed sync', async () => {
    const database = new DatabaseSync(':memory:');
    const broken = createCommitter(database, { sync: () => Promise.reject(new Error('EIO')) }, world, () => {});
    await expect(broken.transact(() => broken.markChanged())).rejects.toThrow(
      /refused to make state\.db durable \(EIO\)/,
    );
    await expect(broken.transact(() => 1)).rejects.toThrow(/refused/);
  });
});

describe('the audit trail', () => {
  it('finds the first row that was changed, taken out or put between', async () => {
    const database = new DatabaseSync(':memory:');
    const store = openMemoryStore(database, [auditMigrations], world);
    const trail = auditTrail(store.sql);
    await store.transact(() => {
      for (let n = 1; n <= 5; n += 1) trail.append(n, { n });
    });
    expect(trail.verify()).toBeUndefined();
    database.exec(`UPDATE audit SET record = '{"n":33}' WHERE seq = 3`);
    expect(trail.verify()).toBe(3);
    database.exec('DELETE FROM audit WHERE seq = 3');
    expect(trail.verify()).toBe(4);
  });
});
