/**
 * The one durable store of a server: state.db behind typed statements and the group committer.
 *
 * S1. One writer: this connection. Checkpoints run beside it, on a connection of their own.
 * S2. A damaged database is named as such at start; it is never repaired silently or started over.
 */
import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { systemWorld, type World } from '../base/world.ts';
import { startCheckpoints } from './checkpoints.ts';
import { type Committer, createCommitter } from './committer.ts';
import { createDataFolder, type DataFolder, lockDataFolder } from './folder.ts';
import { type Migrations, migrate } from './migrations.ts';
import { keepReserve } from './reserve.ts';
import { type Sql, sqlOver } from './sql.ts';
import { noSync, walSyncer } from './sync.ts';
import { keepWalSpace } from './walSpace.ts';

export type Store = Pick<Committer, 'transact' | 'commitAhead' | 'read' | 'whenDurable' | 'whenUndone' | 'drain'> & {
  sql: Sql;
  close(): Promise<void>;
};

/**
 * Opens the store of a data folder, which it creates when missing and locks against a second server.
 *
 * @throws when another server holds the folder, the folder is from a newer Telar, or state.db is damaged
 */
export function openStore(folder: DataFolder, migrations: readonly Migrations[], world: World = systemWorld): Store {
  createDataFolder(folder);
  const lock = lockDataFolder(folder);
  let database: DatabaseSync | undefined;
  try {
    database = openDatabase(folder, migrations);
    const wal = openSync(`${folder.database}-wal`, 'r+');
    const space = keepWalSpace(wal);
    const checkpoints = startCheckpoints(folder.database, database, world.log, space.used);
    const committer = createCommitter(database, walSyncer(wal, world.clock.monotonic), world, () => {
      space.afterCommit();
      checkpoints.afterCommit();
    });
    const reserve = keepReserve(folder.reserve, world);
    const heard = <T>(done: Promise<T>): Promise<T> => {
      done.catch(reserve.onError);
      return done;
    };
    return {
      ...exposed(committer, database),
      transact: (work) => heard(committer.transact(work)),
      commitAhead: (work) => heard(committer.commitAhead(work)),
      async close() {
        await reserve.stop();
        await committer.drain();
        await checkpoints.stop();
        await space.stop();
        closeSync(wal);
        database?.close();
        lock.release();
      },
    };
  } catch (error) {
    database?.close();
    lock.release();
    throw error;
  }
}

/** A store over a database that the caller keeps: for simulations, which reopen it after each simulated crash. */
export function openMemoryStore(database: DatabaseSync, migrations: readonly Migrations[], world: World): Store {
  if (database.isTransaction) database.exec('ROLLBACK');
  database.exec('PRAGMA foreign_keys=ON');
  migrate(database, migrations);
  const committer = createCommitter(database, noSync, world, () => {});
  return { ...exposed(committer, database), close: () => committer.drain() };
}

function exposed(committer: Committer, database: DatabaseSync): Omit<Store, 'close'> {
  const { transact, commitAhead, read, whenDurable, whenUndone, drain, markChanged } = committer;
  return { transact, commitAhead, read, whenDurable, whenUndone, drain, sql: sqlOver(database, markChanged) };
}

/** Above this size, in bytes, pages are not looked at before the start: it takes some 0.6 ms for each megabyte. */
const LARGEST_CHECKED = 64 * 1024 * 1024;

/**
 * Looks for damage with a connection that changes nothing: one that writes would carry the -wal file over into the damaged
 * database when it is closed.
 */
function checkDatabase(folder: DataFolder): void {
  const size = statSync(folder.database, { throwIfNoEntry: false })?.size;
  if (size === undefined && existsSync(folder.credentials)) throw missing(folder);
  if (size === undefined) return;
  const used = existsSync(folder.credentials) || existsSync(`${folder.database}-wal`);
  // A first start that crashed leaves an empty file too, but nothing beside it.
  if (size === 0 && used) throw damaged(folder, 'the file is empty, though this folder was in use');
  if (size === 0) return;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(folder.database, { readOnly: true, timeout: 10_000 });
    const pragma = size > LARGEST_CHECKED ? 'schema_version' : 'quick_check(1)';
    const found = database.prepare(`PRAGMA ${pragma}`).get()?.['quick_check'] ?? 'ok';
    if (found !== 'ok') throw damaged(folder, sqliteSays(String(found)));
  } catch (error) {
    throw isDamage(error) ? damaged(folder, sqliteSays((error as Error).message)) : error;
  } finally {
    database?.close();
  }
}

function openDatabase(folder: DataFolder, migrations: readonly Migrations[]): DatabaseSync {
  checkDatabase(folder);
  const database = new DatabaseSync(folder.database);
  try {
    database.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;',
    );
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw isDamage(error) ? damaged(folder, sqliteSays((error as Error).message)) : error;
  }
}

const SQLITE_CORRUPT = 11;
const SQLITE_NOTADB = 26;

function isDamage(error: unknown): boolean {
  if (!(error instanceof Error && 'errcode' in error)) return false;
  // The low byte of an extended code is the code itself.
  const code = Number(error.errcode) & 0xff;
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB;
}

const sqliteSays = (message: string) => `SQLite says: ${message}`;

function missing(folder: DataFolder): Error {
  return new Error(
    `${folder.database} is missing, though this folder was in use. Nothing was changed. Restore the file from a backup, or move the folder away to start afresh.`,
  );
}

function damaged(folder: DataFolder, said: string): Error {
  return new Error(
    `${folder.database} is damaged (${said}). Nothing was changed. Run 'telar fsck' for what can still be read, restore the file from a backup together with its -wal file, or move the folder away to start afresh.`,
  );
}
