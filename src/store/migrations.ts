/**
 * The schema of state.db. Each owner (the engine, a service) brings its own list of steps; a step once released is never edited.
 *
 * M1. An older data folder is brought forward, each owner in one transaction; a newer one is refused and left untouched.
 */
import type { DatabaseSync } from 'node:sqlite';

export type Migrations = {
  /** Who owns these tables, for example `engine` or `objects`. */
  owner: string;
  /** SQL, oldest first. A folder at version n has run the first n. */
  steps: readonly string[];
};

export function migrate(database: DatabaseSync, all: readonly Migrations[]): void {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (owner TEXT PRIMARY KEY, version INTEGER NOT NULL) STRICT');
  const versions = new Map(
    database
      .prepare('SELECT owner, version FROM migrations')
      .all()
      .map((row) => [row['owner'] as string, row['version'] as number]),
  );
  const known = new Map(all.map((migrations) => [migrations.owner, migrations.steps.length]));
  for (const [owner, version] of versions) {
    const newest = known.get(owner) ?? 0;
    if (version > newest) {
      throw new Error(
        `This data folder was written by a newer Telar (${owner} is at version ${version}, this Telar knows ${newest}). Nothing was changed. Use that newer Telar, or another folder.`,
      );
    }
  }
  const record = database.prepare(
    'INSERT INTO migrations (owner, version) VALUES (?, ?) ON CONFLICT (owner) DO UPDATE SET version = excluded.version',
  );
  for (const { owner, steps } of all) {
    const from = versions.get(owner) ?? 0;
    if (from === steps.length) continue;
    database.exec('BEGIN IMMEDIATE');
    try {
      for (const step of steps.slice(from)) database.exec(step);
      record.run(owner, steps.length);
      database.exec('COMMIT');
    } catch (error) {
      database.exec('ROLLBACK');
      throw error;
    }
  }
}
