/**
 * Checks a data folder that no server uses: the database, the audit trail, the files of objects, what is left over.
 *
 * F1. Read-only: the database is opened for reading, nothing is migrated, removed or repaired.
 * F2. Total: a damaged part is a finding, and the other parts are still checked as far as they can be.
 */
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { contradictions, damagedObjects } from '../services/objects/fsck.ts';
import { migrations as objectsMigrations, objectsStore } from '../services/objects/store.ts';
import { auditTrail } from '../store/audit.ts';
import { openBytes } from '../store/bytes.ts';
import { type DataFolder, lockDataFolder } from '../store/folder.ts';
import type { Migrations } from '../store/migrations.ts';
import { type Sql, sqlOver } from '../store/sql.ts';
import { allMigrations } from './system.ts';

export type Finding = {
  /** `leftover`: harmless, and removed by the next start. */
  severity: 'damage' | 'leftover';
  part: 'state.db' | 'audit trail' | 'objects' | 'temporary';
  message: string;
};

export type FolderCheck = {
  folder: string;
  findings: Finding[];
  checked: { objectFiles: number; auditRecords: number };
};

const MOST_PROBLEMS = 20;

/**
 * @throws a sentence when there is no data folder, or a server uses it
 * @example (await checkFolder(dataFolder('.telar'))).findings.filter(({ severity }) => severity === 'damage')
 */
export async function checkFolder(folder: DataFolder): Promise<FolderCheck> {
  if (!existsSync(folder.database)) {
    throw new Error(`${folder.root} is no data folder: it has no state.db. Name one with --data.`);
  }
  const lock = lockDataFolder(folder);
  const check: FolderCheck = { folder: folder.root, findings: [], checked: { objectFiles: 0, auditRecords: 0 } };
  let database: DatabaseSync | undefined;
  try {
    database = openReadOnly(folder, check);
    if (database) checkDatabase(database, check);
    const sql = database && sqlOver(database, refuseWrites);
    if (sql) checkAudit(sql, check);
    await checkObjects(folder, sql, check);
    checkTemporary(folder, check);
    return check;
  } finally {
    database?.close();
    lock.release();
  }
}

function openReadOnly(folder: DataFolder, check: FolderCheck): DatabaseSync | undefined {
  try {
    const database = new DatabaseSync(folder.database, { readOnly: true });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch (error) {
    const advice =
      'Restore it from a backup together with its -wal file, or move the folder away to start afresh. Object files below are checked by their names.';
    damage(check, 'state.db', `${folder.database} cannot be read: ${text(error)}. ${advice}`);
    return undefined;
  }
}

function checkDatabase(database: DatabaseSync, check: FolderCheck): void {
  attempt(check, 'state.db', () => {
    for (const row of database.prepare(`PRAGMA integrity_check(${MOST_PROBLEMS})`).all()) {
      const said = String(row['integrity_check']);
      if (said !== 'ok') damage(check, 'state.db', said);
    }
    for (const row of database.prepare('PRAGMA foreign_key_check').all().slice(0, MOST_PROBLEMS)) {
      damage(
        check,
        'state.db',
        `Row ${row['rowid']} of ${row['table']} names a row of ${row['parent']} that is not there.`,
      );
    }
    const known = new Map(allMigrations.map(({ owner, steps }) => [owner, steps.length]));
    for (const row of database.prepare('SELECT owner, version FROM migrations').all()) {
      const newest = known.get(String(row['owner'])) ?? 0;
      if (Number(row['version']) <= newest) continue;
      damage(
        check,
        'state.db',
        `It was written by a newer Telar (${row['owner']} is at ${row['version']}, this one knows ${newest}).`,
      );
    }
  });
}

function checkAudit(sql: Sql, check: FolderCheck): void {
  attempt(check, 'audit trail', () => {
    const trail = auditTrail(sql);
    check.checked.auditRecords = trail.newest(1)[0]?.seq ?? 0;
    const broken = trail.verify();
    if (broken === undefined) return;
    damage(
      check,
      'audit trail',
      `The chain of hashes breaks at record ${broken}: it, or one before it, was changed or removed.`,
    );
  });
}

/** With the database, each file that a row names; without it, each file against its own name. */
async function checkObjects(folder: DataFolder, sql: Sql | undefined, check: FolderCheck): Promise<void> {
  if (!existsSync(folder.objects)) {
    damage(check, 'objects', `${folder.objects} is missing: the bytes of all larger objects lay there.`);
    return;
  }
  // Uploads that were torn are not to be cleared away here, so the folder of temporary files is another one.
  const elsewhere = mkdtempSync(join(tmpdir(), 'telar-fsck-'));
  const bytes = openBytes({ objects: folder.objects, temporary: elsewhere });
  const rows = sql && objectsStore(sql, () => {});
  try {
    if (rows) {
      for await (const { bucket, key, file, damage: kind, part } of damagedObjects(rows, bytes)) {
        const what = kind === 'missing' ? 'its file is missing' : 'its file holds other bytes than it should';
        const which = part === undefined ? '' : `, part ${part} of an upload under way`;
        damage(check, 'objects', `s3://${bucket}/${key}${which}: ${what} (${file}).`);
      }
      if (isCurrent(sql, objectsMigrations)) {
        for (const sentence of contradictions(rows)) damage(check, 'objects', sentence);
      }
    }
    let leftovers = 0;
    for (const file of objectFiles(folder)) {
      check.checked.objectFiles += 1;
      if (rows) {
        if (!rows.isReferenced(file)) leftovers += 1;
      } else if ((await bytes.verify({ kind: 'file', file, size: 0 })) === 'changed') {
        damage(check, 'objects', `${file} holds other bytes than its name says.`);
      }
    }
    if (leftovers > 0) leftover(check, 'objects', `${leftovers} files belong to no object.`);
  } catch (error) {
    damage(check, 'objects', `They could not all be checked: ${text(error)}.`);
  } finally {
    rmSync(elsewhere, { recursive: true, force: true });
  }
}

/** Whether an owner's tables are as this Telar makes them: a folder of an earlier one is migrated by its next start. */
function isCurrent(sql: Sql, { owner, steps }: Migrations): boolean {
  const version = sql.one<{ owner: string }, { version: number }>(
    'SELECT version FROM migrations WHERE owner = $owner',
  );
  return version({ owner })?.version === steps.length;
}

function* objectFiles({ objects }: DataFolder): Generator<string> {
  for (const directory of readdirSync(objects)) {
    if (!/^[0-9a-f]{2}$/.test(directory)) continue;
    for (const name of readdirSync(join(objects, directory))) if (/^[0-9a-f]{64}$/.test(name)) yield name;
  }
}

function checkTemporary({ temporary }: DataFolder, check: FolderCheck): void {
  const count = existsSync(temporary) ? readdirSync(temporary).length : 0;
  if (count > 0) leftover(check, 'temporary', `${count} uploads were under way when the server ended.`);
}

function attempt(check: FolderCheck, part: Finding['part'], run: () => void): void {
  try {
    run();
  } catch (error) {
    damage(check, part, `It could not be checked to its end: ${text(error)}.`);
  }
}

function damage(check: FolderCheck, part: Finding['part'], message: string): void {
  check.findings.push({ severity: 'damage', part, message });
}

function leftover(check: FolderCheck, part: Finding['part'], message: string): void {
  check.findings.push({ severity: 'leftover', part, message });
}

function refuseWrites(): never {
  throw new Error('telar fsck changes nothing');
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
