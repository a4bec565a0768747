/** All SQL of the model registry. Names are unique within a region. */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'registry',
  steps: [
    `CREATE TABLE registry_groups (
       id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
       next_version INTEGER NOT NULL, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, UNIQUE (region, name)
     ) STRICT;
     CREATE TABLE registry_packages (
       id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, name TEXT NOT NULL, version INTEGER NOT NULL,
       approval TEXT, approval_description TEXT, kept TEXT NOT NULL, token TEXT, request TEXT NOT NULL,
       created_at INTEGER NOT NULL, created_by TEXT NOT NULL, modified_at INTEGER, modified_by TEXT,
       UNIQUE (region, name, version)
     ) STRICT;
     CREATE UNIQUE INDEX registry_packages_token ON registry_packages (region, token) WHERE token IS NOT NULL;
     CREATE INDEX registry_packages_created ON registry_packages (region, created_at, id);`,
    `ALTER TABLE registry_groups ADD COLUMN policy TEXT;
     -- The ClientTokens of updates, each with a digest of the request that it came with.
     CREATE TABLE registry_update_tokens (
       region TEXT NOT NULL, token TEXT NOT NULL, request TEXT NOT NULL, PRIMARY KEY (region, token)
     ) STRICT, WITHOUT ROWID;`,
  ],
};

/** Times are milliseconds since the epoch; `created_by` and `modified_by` are SageMaker's UserContext as JSON. */
export type GroupRow = {
  id: number;
  region: string;
  name: string;
  description: string | null;
  /** Grows only: the number of a deleted version is never given again. */
  next_version: number;
  created_at: number;
  created_by: string;
  /** The group's resource policy, as it was sent. */
  policy: string | null;
};

export type PackageRow = {
  id: number;
  region: string;
  /** Of the group, or of the package itself when it is unversioned. */
  name: string;
  /** From 1; 0 when the package is unversioned. */
  version: number;
  approval: string | null;
  approval_description: string | null;
  /** The members that are kept as given, as JSON. */
  kept: string;
  /** The ClientToken that made it, and a digest of the request that it came with. */
  token: string | null;
  request: string;
  created_at: number;
  created_by: string;
  modified_at: number | null;
  modified_by: string | null;
};

type Named = { region: string; name: string };
/** Rows of a region after an id, in the order in which they were made. */
type Following = { region: string; after: number; limit: number };
type Versioned = Named & { version: number };

export type SortBy = 'CreationTime' | 'Name';
export type SortOrder = 'Ascending' | 'Descending';

/** Null filters match everything. The page begins after (`key`, `tie`), or at the start when `key` is null. */
export type Filters = {
  region: string;
  contains: string | null;
  after: number | null;
  before: number | null;
  key: string | number | null;
  tie: number | null;
  limit: number;
};
export type PackageFilters = Filters & {
  group: string | null;
  approval: string | null;
  /** 1 to list versions, packages without version, or both. */
  versioned: number;
  unversioned: number;
};

/** Columns that sort: the first by what was asked, the second to break ties. */
const COLUMNS = {
  groups: { CreationTime: ['created_at', 'id'], Name: ['name', 'id'] },
  packages: { CreationTime: ['created_at', 'id'], Name: ['name', 'version'] },
} as const;

const FILTERS = `region = $region AND ($contains IS NULL OR instr(lower(name), lower($contains)))
  AND ($after IS NULL OR created_at > $after) AND ($before IS NULL OR created_at < $before)`;
const PACKAGE_FILTERS = `${FILTERS} AND ($group IS NULL OR (name = $group AND version > 0))
  AND ($approval IS NULL OR approval = $approval) AND (($versioned AND version > 0) OR ($unversioned AND version = 0))`;

function sorted(table: keyof typeof COLUMNS, by: SortBy, order: SortOrder): string {
  const [column, tie] = COLUMNS[table][by];
  const [sign, direction] = order === 'Ascending' ? ['>', 'ASC'] : ['<', 'DESC'];
  return `AND ($key IS NULL OR (${column}, ${tie}) ${sign} ($key, $tie))
    ORDER BY ${column} ${direction}, ${tie} ${direction} LIMIT $limit`;
}

/** One statement for each way to sort. */
function bySort<T>(statement: (by: SortBy, order: SortOrder) => T): Record<SortBy, Record<SortOrder, T>> {
  const orders = (by: SortBy) => ({ Ascending: statement(by, 'Ascending'), Descending: statement(by, 'Descending') });
  return { CreationTime: orders('CreationTime'), Name: orders('Name') };
}

export type RegistryStore = ReturnType<typeof registryStore>;

export function registryStore(sql: Sql) {
  return {
    group: sql.one<Named, GroupRow>('SELECT * FROM registry_groups WHERE region = $region AND name = $name'),
    groups: bySort((by, order) =>
      sql.all<Filters, GroupRow>(`SELECT * FROM registry_groups WHERE ${FILTERS} ${sorted('groups', by, order)}`),
    ),
    insertGroup: sql.insert<Omit<GroupRow, 'id' | 'policy'>>(
      `INSERT INTO registry_groups (region, name, description, next_version, created_at, created_by)
       VALUES ($region, $name, $description, $next_version, $created_at, $created_by)`,
    ),
    setNextVersion: sql.change<{ id: number; next_version: number }>(
      'UPDATE registry_groups SET next_version = $next_version WHERE id = $id',
    ),
    setPolicy: sql.change<Pick<GroupRow, 'id' | 'policy'>>(
      'UPDATE registry_groups SET policy = $policy WHERE id = $id',
    ),
    policy: sql.one<Named, Pick<GroupRow, 'policy'>>(
      'SELECT policy FROM registry_groups WHERE region = $region AND name = $name',
    ),
    removeGroup: sql.change<{ id: number }>('DELETE FROM registry_groups WHERE id = $id'),
    versions: sql.one<Named, { count: number }>(
      'SELECT count(*) AS count FROM registry_packages WHERE region = $region AND name = $name AND version > 0',
    ),
    package: sql.one<Versioned, PackageRow>(
      'SELECT * FROM registry_packages WHERE region = $region AND name = $name AND version = $version',
    ),
    packageOfToken: sql.one<{ region: string; token: string }, PackageRow>(
      'SELECT * FROM registry_packages WHERE region = $region AND token = $token',
    ),
    packages: bySort((by, order) =>
      sql.all<PackageFilters, PackageRow>(
        `SELECT * FROM registry_packages WHERE ${PACKAGE_FILTERS} ${sorted('packages', by, order)}`,
      ),
    ),
    insertPackage: sql.insert<Omit<PackageRow, 'id'>>(
      `INSERT INTO registry_packages (region, name, version, approval, approval_description, kept, token, request,
         created_at, created_by, modified_at, modified_by)
       VALUES ($region, $name, $version, $approval, $approval_description, $kept, $token, $request,
         $created_at, $created_by, $modified_at, $modified_by)`,
    ),
    updatePackage: sql.change<
      Pick<PackageRow, 'id' | 'approval' | 'approval_description' | 'kept' | 'modified_at' | 'modified_by'>
    >(
      `UPDATE registry_packages SET approval = $approval, approval_description = $approval_description, kept = $kept,
         modified_at = $modified_at, modified_by = $modified_by WHERE id = $id`,
    ),
    updateOfToken: sql.one<{ region: string; token: string }, { request: string }>(
      'SELECT request FROM registry_update_tokens WHERE region = $region AND token = $token',
    ),
    insertUpdateToken: sql.change<{ region: string; token: string; request: string }>(
      'INSERT INTO registry_update_tokens VALUES ($region, $token, $request)',
    ),
    /** In the order in which they were registered. */
    packagesAfter: sql.all<{ after: number; limit: number }, Pick<PackageRow, 'id' | 'kept'>>(
      'SELECT id, kept FROM registry_packages WHERE id > $after ORDER BY id LIMIT $limit',
    ),
    allAfter: sql.all<{ after: number; limit: number }, PackageRow>(
      'SELECT * FROM registry_packages WHERE id > $after ORDER BY id LIMIT $limit',
    ),
    groupsFollowing: sql.all<Following, GroupRow>(
      'SELECT * FROM registry_groups WHERE region = $region AND id > $after ORDER BY id LIMIT $limit',
    ),
    packagesFollowing: sql.all<Following, PackageRow>(
      'SELECT * FROM registry_packages WHERE region = $region AND id > $after ORDER BY id LIMIT $limit',
    ),
    removePackage: sql.change<{ id: number }>('DELETE FROM registry_packages WHERE id = $id'),
  };
}
