/** All SQL of occurrences: when each thing with a schedule next occurs. Owns the table `occurrences`. */
import type { Migrations } from '../store/migrations.ts';
import type { Sql } from '../store/sql.ts';

export const occurrenceMigrations: Migrations = {
  owner: 'occurrences',
  steps: [
    `CREATE TABLE occurrences (
       owner TEXT NOT NULL, key TEXT NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (owner, key)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX occurrences_by_next ON occurrences (owner, next);`,
  ],
};

type Keyed = { owner: string; key: string };

export function occurrenceStore(sql: Sql) {
  return {
    set: sql.change<Keyed & { next: number }>(
      `INSERT INTO occurrences (owner, key, next) VALUES ($owner, $key, $next)
       ON CONFLICT (owner, key) DO UPDATE SET next = excluded.next`,
    ),
    remove: sql.change<Keyed>('DELETE FROM occurrences WHERE owner = $owner AND key = $key'),
    nextOf: sql.one<Keyed, { next: number }>('SELECT next FROM occurrences WHERE owner = $owner AND key = $key'),
    due: sql.all<{ owner: string; now: number; most: number }, { key: string }>(
      'SELECT key FROM occurrences WHERE owner = $owner AND next <= $now ORDER BY next, key LIMIT $most',
    ),
    earliest: sql.one<{ owner: string; now: number }, { next: number | null }>(
      'SELECT min(next) AS next FROM occurrences WHERE owner = $owner AND next > $now',
    ),
  };
}
