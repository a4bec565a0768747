/** All SQL of the models service. */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'models',
  steps: [
    `CREATE TABLE models (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       arn TEXT NOT NULL UNIQUE,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       request TEXT NOT NULL,
       served TEXT NOT NULL,
       created_at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX models_by_name ON models (region, name);
     CREATE INDEX models_by_time ON models (region, created_at, id);`,
  ],
};

export type ModelRow = {
  id: number;
  arn: string;
  region: string;
  name: string;
  /** The Create request as JSON, tags left out. */
  request: string;
  /** JSON of `ServedModel`: what serves it, its model package looked up when it was created. */
  served: string;
  created_at: number;
};

export type SortBy = 'Name' | 'CreationTime';
export type SortOrder = 'Ascending' | 'Descending';

/** Null filters match everything. The page begins after (`key`, `tie`), or at the start when `key` is null. */
export type Listing = {
  region: string;
  contains: string | null;
  after: number | null;
  before: number | null;
  key: string | number | null;
  tie: number | null;
  limit: number;
};

const COLUMNS: Readonly<Record<SortBy, string>> = { Name: 'name', CreationTime: 'created_at' };

export type ModelsStore = ReturnType<typeof modelsStore>;

export function modelsStore(sql: Sql) {
  const list = (by: SortBy, order: SortOrder) => {
    const [sign, direction] = order === 'Ascending' ? ['>', 'ASC'] : ['<', 'DESC'];
    return sql.all<Listing, ModelRow>(
      `SELECT * FROM models
       WHERE region = $region AND ($contains IS NULL OR instr(lower(name), lower($contains)))
         AND ($after IS NULL OR created_at > $after) AND ($before IS NULL OR created_at < $before)
         AND ($key IS NULL OR (${COLUMNS[by]}, id) ${sign} ($key, $tie))
       ORDER BY ${COLUMNS[by]} ${direction}, id ${direction} LIMIT $limit`,
    );
  };
  const orders = (by: SortBy) => ({ Ascending: list(by, 'Ascending'), Descending: list(by, 'Descending') });
  return {
    insert: sql.insert<Omit<ModelRow, 'id'>>(
      `INSERT INTO models (arn, region, name, request, served, created_at)
       VALUES ($arn, $region, $name, $request, $served, $created_at)`,
    ),
    model: sql.one<{ arn: string }, ModelRow>('SELECT * FROM models WHERE arn = $arn'),
    remove: sql.change<{ id: number }>('DELETE FROM models WHERE id = $id'),
    list: { Name: orders('Name'), CreationTime: orders('CreationTime') },
  };
}
