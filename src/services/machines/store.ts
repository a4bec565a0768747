/**
 * All SQL of the machines service. Names are unique within a region, and within a machine.
 *
 * S1. A revision is never changed: what began with it goes on with it. Versions name a revision.
 * S2. Ids are never used again, so that what belongs to a deleted machine never belongs to its successor of the same name.
 */
import type { MachineType } from '../../definition/asl/types.ts';
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { MachineStatus } from './legal.ts';

export const migrations: Migrations = {
  owner: 'machines',
  steps: [
    `CREATE TABLE machines (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       type TEXT NOT NULL,
       status TEXT NOT NULL,
       -- The id of the newest of its revisions.
       revision INTEGER NOT NULL,
       -- Grows only: the number of a deleted version is never given again.
       next_version INTEGER NOT NULL,
       -- Whether CreateStateMachine was to publish, and with which description: what makes a request the same again.
       published INTEGER NOT NULL,
       published_description TEXT,
       created_at INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;
     CREATE TABLE machine_revisions (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       machine INTEGER NOT NULL,
       -- As clients name it; the first has none.
       revision_id TEXT,
       definition TEXT NOT NULL,
       -- By state, the variables that it refers to; as JSON.
       variables TEXT NOT NULL,
       role_arn TEXT NOT NULL,
       logging TEXT NOT NULL,
       tracing INTEGER NOT NULL,
       created_at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX machine_revisions_of ON machine_revisions (machine);
     CREATE TABLE machine_versions (
       machine INTEGER NOT NULL,
       version INTEGER NOT NULL,
       revision INTEGER NOT NULL,
       description TEXT,
       created_at INTEGER NOT NULL,
       PRIMARY KEY (machine, version)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE machine_aliases (
       machine INTEGER NOT NULL,
       name TEXT NOT NULL,
       description TEXT,
       -- A list of { version, weight }.
       routing TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       updated_at INTEGER NOT NULL,
       PRIMARY KEY (machine, name)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE activities (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;`,
  ],
};

/** Times are milliseconds since the epoch. */
export type MachineRow = {
  id: number;
  region: string;
  name: string;
  type: MachineType;
  status: MachineStatus;
  revision: number;
  next_version: number;
  published: number;
  published_description: string | null;
  created_at: number;
};

export type RevisionRow = {
  id: number;
  machine: number;
  revision_id: string | null;
  definition: string;
  variables: string;
  role_arn: string;
  /** A LoggingConfiguration as it was given, with what it left out; as JSON. */
  logging: string;
  tracing: number;
  created_at: number;
};

export type VersionRow = {
  machine: number;
  version: number;
  revision: number;
  description: string | null;
  created_at: number;
};

export type AliasRow = {
  machine: number;
  name: string;
  description: string | null;
  /** Routes as JSON. */
  routing: string;
  created_at: number;
  updated_at: number;
};

export type ActivityRow = { id: number; region: string; name: string; created_at: number };

type Named = { region: string; name: string };
type Id = { id: number };
type Of = { machine: number };
/** A page of rows after a name, in the order of the names. */
type AfterName = { after: string; limit: number };

export type MachinesStore = ReturnType<typeof machinesStore>;

export function machinesStore(sql: Sql) {
  return {
    ...machineStatements(sql),
    ...versionStatements(sql),
    ...aliasStatements(sql),
    ...activityStatements(sql),
  };
}

function machineStatements(sql: Sql) {
  return {
    machine: sql.one<Named, MachineRow>('SELECT * FROM machines WHERE region = $region AND name = $name'),
    machineOfId: sql.one<Id, MachineRow>('SELECT * FROM machines WHERE id = $id'),
    machines: sql.all<AfterName & { region: string }, MachineRow>(
      'SELECT * FROM machines WHERE region = $region AND name > $after ORDER BY name LIMIT $limit',
    ),
    machineCount: sql.one<{ region: string }, { count: number }>(
      'SELECT count(*) AS count FROM machines WHERE region = $region',
    ),
    insertMachine: sql.insert<Omit<MachineRow, 'id'>>(
      `INSERT INTO machines (region, name, type, status, revision, next_version, published, published_description, created_at)
       VALUES ($region, $name, $type, $status, $revision, $next_version, $published, $published_description, $created_at)`,
    ),
    setRevision: sql.change<Id & { revision: number }>('UPDATE machines SET revision = $revision WHERE id = $id'),
    setNextVersion: sql.change<Id & { next_version: number }>(
      'UPDATE machines SET next_version = $next_version WHERE id = $id',
    ),
    setStatus: sql.change<Id & { status: MachineStatus }>('UPDATE machines SET status = $status WHERE id = $id'),
    removeMachine: sql.change<Id>('DELETE FROM machines WHERE id = $id'),
    revision: sql.one<Id, RevisionRow>('SELECT * FROM machine_revisions WHERE id = $id'),
    insertRevision: sql.insert<Omit<RevisionRow, 'id'>>(
      `INSERT INTO machine_revisions (machine, revision_id, definition, variables, role_arn, logging, tracing, created_at)
       VALUES ($machine, $revision_id, $definition, $variables, $role_arn, $logging, $tracing, $created_at)`,
    ),
    removeRevisions: sql.change<Of>('DELETE FROM machine_revisions WHERE machine = $machine'),
  };
}

function versionStatements(sql: Sql) {
  return {
    version: sql.one<Of & { version: number }, VersionRow>(
      'SELECT * FROM machine_versions WHERE machine = $machine AND version = $version',
    ),
    versionOfRevision: sql.one<Of & { revision: number }, VersionRow>(
      'SELECT * FROM machine_versions WHERE machine = $machine AND revision = $revision ORDER BY version DESC LIMIT 1',
    ),
    /** The newest first. */
    versions: sql.all<Of & { before: number; limit: number }, VersionRow>(
      `SELECT * FROM machine_versions WHERE machine = $machine AND version < $before
       ORDER BY version DESC LIMIT $limit`,
    ),
    versionCount: sql.one<Of, { count: number }>(
      'SELECT count(*) AS count FROM machine_versions WHERE machine = $machine',
    ),
    insertVersion: sql.change<VersionRow>(
      'INSERT INTO machine_versions VALUES ($machine, $version, $revision, $description, $created_at)',
    ),
    removeVersion: sql.change<Of & { version: number }>(
      'DELETE FROM machine_versions WHERE machine = $machine AND version = $version',
    ),
    removeVersions: sql.change<Of>('DELETE FROM machine_versions WHERE machine = $machine'),
  };
}

function aliasStatements(sql: Sql) {
  return {
    alias: sql.one<Of & { name: string }, AliasRow>(
      'SELECT * FROM machine_aliases WHERE machine = $machine AND name = $name',
    ),
    /** A machine has a hundred at most: all of them. */
    aliases: sql.all<Of, AliasRow>('SELECT * FROM machine_aliases WHERE machine = $machine ORDER BY name'),
    insertAlias: sql.change<AliasRow>(
      'INSERT INTO machine_aliases VALUES ($machine, $name, $description, $routing, $created_at, $updated_at)',
    ),
    updateAlias: sql.change<Omit<AliasRow, 'created_at'>>(
      `UPDATE machine_aliases SET description = $description, routing = $routing, updated_at = $updated_at
       WHERE machine = $machine AND name = $name`,
    ),
    removeAlias: sql.change<Of & { name: string }>(
      'DELETE FROM machine_aliases WHERE machine = $machine AND name = $name',
    ),
    removeAliases: sql.change<Of>('DELETE FROM machine_aliases WHERE machine = $machine'),
  };
}

function activityStatements(sql: Sql) {
  return {
    activity: sql.one<Named, ActivityRow>('SELECT * FROM activities WHERE region = $region AND name = $name'),
    activities: sql.all<AfterName & { region: string }, ActivityRow>(
      'SELECT * FROM activities WHERE region = $region AND name > $after ORDER BY name LIMIT $limit',
    ),
    activityCount: sql.one<{ region: string }, { count: number }>(
      'SELECT count(*) AS count FROM activities WHERE region = $region',
    ),
    insertActivity: sql.insert<Omit<ActivityRow, 'id'>>(
      'INSERT INTO activities (region, name, created_at) VALUES ($region, $name, $created_at)',
    ),
    removeActivity: sql.change<Id>('DELETE FROM activities WHERE id = $id'),
  };
}
