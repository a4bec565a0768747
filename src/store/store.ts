/**
 * The one durable store of a server: state.db behind typed statements and the group committer.
 *
 * S1. One writer: this connection. Checkpoints run beside it, on a connection of their own.
 * S2. A damaged database is named as such at start; it is never repaired silently or started over.
 */
import { closeSync, existsSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { systemWorld, type World } from '../base/world.ts';
import { startCheckpoints } from './checkpoints.ts';
import { type Committer, createCommitter } from './committer.ts';
import { createDataFolder, type DataFolder, lockDataFolder } from './folder.ts';
import { type Migrations, migrate } from './migrations.ts';
import { type Sql, sqlOver } from './sql.ts';
import { noSync, walSyncer } from './sync.ts';

export type Store = Pick<Committer, 'transact' | 'whenDurable' | 'whenUndone' | 'drain'> & {
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
    const checkpoints = startCheckpoints(folder.database, database, world.log);
    const committer = createCommitter(database, walSyncer(wal, world.clock.monotonic), world, checkpoints.afterCommit);
    return {
      ...exposed(committer, database),
      async close() {
        await committer.drain();
        await checkpoints.stop();
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
  const { transact, whenDurable, whenUndone, drain, markChanged } = committer;
  return { transact, whenDurable, whenUndone, drain, sql: sqlOver(database, markChanged) };
}

function openDatabase(folder: DataFolder, migrations: readonly Migrations[]): DatabaseSync {
  const existed = existsSync(folder.database);
  const database = new DatabaseSync(folder.database);
  try {
    database.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0; PRAGMA foreign_keys=ON; PRAGMA busy_timeout=10000; PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY;',
    );
    migrate(database, migrations);
    return database;
  } catch (error) {
    database.close();
    throw existed && isDamage(error) ? damaged(folder, error as Error) : error;
  }
}

function isDamage(error: unknown): boolean {
  return error instanceof Error && /malformed|not a database|disk image|corrupt/i.test(error.message);
}

function damaged(folder: DataFolder, cause: Error): Error {
  return new Error(
    `${folder.database} is damaged (SQLite says: ${cause.message}). Nothing was changed. Run 'telar fsck' for what can still be read, restore the file from a backup together with its -wal file, or move the folder away to start afresh.`,
    { cause },
  );
}
