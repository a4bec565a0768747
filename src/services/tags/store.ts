/** All SQL of the tags service: one row for each key of each tagged resource. */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'tags',
  steps: [
    `CREATE TABLE tags (
       region TEXT NOT NULL, arn TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (region, arn, key)
     ) STRICT, WITHOUT ROWID;`,
  ],
};

type Resource = { region: string; arn: string };
export type TagRow = { key: string; value: string };

export function tagRows(sql: Sql) {
  return {
    of: sql.all<Resource, TagRow>('SELECT key, value FROM tags WHERE region = $region AND arn = $arn ORDER BY key'),
    put: sql.change<Resource & TagRow>(
      'INSERT INTO tags VALUES ($region, $arn, $key, $value) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
    remove: sql.change<Resource & { key: string }>(
      'DELETE FROM tags WHERE region = $region AND arn = $arn AND key = $key',
    ),
    removeAll: sql.change<Resource>('DELETE FROM tags WHERE region = $region AND arn = $arn'),
  };
}

export type TagRows = ReturnType<typeof tagRows>;
