/** All SQL of functions. A version's number is 0 for $LATEST. */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { State, UpdateStatus } from './legal.ts';

export const migrations: Migrations = {
  owner: 'functions',
  steps: [
    `CREATE TABLE functions (
      id INTEGER PRIMARY KEY AUTOINCREMENT, region TEXT NOT NULL, name TEXT NOT NULL, next_version INTEGER NOT NULL,
      reserved INTEGER, created_at INTEGER NOT NULL, UNIQUE (region, name)
    ) STRICT;
    CREATE TABLE function_versions (
      id INTEGER PRIMARY KEY AUTOINCREMENT, function INTEGER NOT NULL REFERENCES functions (id), version INTEGER NOT NULL,
      configuration TEXT NOT NULL, code TEXT NOT NULL, code_size INTEGER NOT NULL, revision_id TEXT NOT NULL,
      modified_at INTEGER NOT NULL, state TEXT NOT NULL, state_reason TEXT, update_status TEXT NOT NULL, update_reason TEXT,
      UNIQUE (function, version)
    ) STRICT;
    CREATE INDEX function_versions_code ON function_versions (code);
    CREATE INDEX function_versions_unfinished ON function_versions (id)
      WHERE state = 'Pending' OR update_status = 'InProgress';
    CREATE TABLE function_aliases (
      function INTEGER NOT NULL REFERENCES functions (id), name TEXT NOT NULL, version INTEGER NOT NULL,
      description TEXT NOT NULL, routing TEXT NOT NULL, revision_id TEXT NOT NULL, PRIMARY KEY (function, name)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE function_policies (
      function INTEGER NOT NULL REFERENCES functions (id), qualifier TEXT NOT NULL, policy TEXT NOT NULL,
      revision_id TEXT NOT NULL, PRIMARY KEY (function, qualifier)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE function_event_configs (
      function INTEGER NOT NULL REFERENCES functions (id), qualifier TEXT NOT NULL, retries INTEGER, age INTEGER,
      on_success TEXT, on_failure TEXT, modified_at INTEGER NOT NULL, PRIMARY KEY (function, qualifier)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE function_sources (
      uuid TEXT PRIMARY KEY, region TEXT NOT NULL, function INTEGER NOT NULL REFERENCES functions (id),
      qualifier TEXT NOT NULL, source TEXT NOT NULL, configuration TEXT NOT NULL, enabled INTEGER NOT NULL,
      modified_at INTEGER NOT NULL, last_result TEXT NOT NULL, UNIQUE (function, qualifier, source)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX function_sources_region ON function_sources (region, uuid);`,
  ],
};

export type FunctionRow = {
  id: number;
  region: string;
  name: string;
  next_version: number;
  reserved: number | null;
  created_at: number;
};

export type VersionRow = {
  id: number;
  function: number;
  version: number;
  /** A `Configuration`, as JSON. */
  configuration: string;
  /** The SHA-256 of its zip, in hexadecimal. */
  code: string;
  code_size: number;
  revision_id: string;
  modified_at: number;
  state: State;
  state_reason: string | null;
  update_status: UpdateStatus;
  update_reason: string | null;
};

export type AliasRow = {
  function: number;
  name: string;
  version: number;
  description: string;
  /** `{ "2": 0.1 }` */
  routing: string;
  revision_id: string;
};

export type PolicyRow = { function: number; qualifier: string; policy: string; revision_id: string };

export type EventConfigRow = {
  function: number;
  qualifier: string;
  retries: number | null;
  age: number | null;
  on_success: string | null;
  on_failure: string | null;
  modified_at: number;
};

export type SourceRow = {
  uuid: string;
  region: string;
  function: number;
  qualifier: string;
  source: string;
  /** A `SourceConfiguration`, as JSON. */
  configuration: string;
  enabled: number;
  modified_at: number;
  last_result: string;
};

type Named = { region: string; name: string };
type Id = { id: number };
type Of = { function: number };
type Qualified = Of & { qualifier: string };

export type FunctionsStore = ReturnType<typeof functionsStore>;

export function functionsStore(sql: Sql) {
  return {
    ...functionStatements(sql),
    ...versionStatements(sql),
    ...aliasStatements(sql),
    ...policyStatements(sql),
    ...eventConfigStatements(sql),
    ...sourceStatements(sql),
  };
}

function functionStatements(sql: Sql) {
  return {
    function: sql.one<Named, FunctionRow>('SELECT * FROM functions WHERE region = $region AND name = $name'),
    functionOfId: sql.one<Id, FunctionRow>('SELECT * FROM functions WHERE id = $id'),
    functions: sql.all<{ region: string; after: string; limit: number }, FunctionRow>(
      'SELECT * FROM functions WHERE region = $region AND name > $after ORDER BY name LIMIT $limit',
    ),
    insertFunction: sql.insert<Omit<FunctionRow, 'id'>>(
      'INSERT INTO functions (region, name, next_version, reserved, created_at) VALUES ($region, $name, $next_version, $reserved, $created_at)',
    ),
    setNextVersion: sql.change<Id & { next_version: number }>(
      'UPDATE functions SET next_version = $next_version WHERE id = $id',
    ),
    setReserved: sql.change<Id & { reserved: number | null }>(
      'UPDATE functions SET reserved = $reserved WHERE id = $id',
    ),
    removeFunction: sql.change<Id>('DELETE FROM functions WHERE id = $id'),
    reservedInAll: sql.one<{ region: string; except: number }, { sum: number }>(
      'SELECT coalesce(sum(reserved), 0) AS sum FROM functions WHERE region = $region AND id <> $except',
    ),
    usage: sql.one<{ region: string }, { functions: number; bytes: number }>(
      `SELECT count(DISTINCT f.id) AS functions, coalesce(sum(v.code_size), 0) AS bytes
       FROM functions f JOIN function_versions v ON v.function = f.id WHERE f.region = $region`,
    ),
  };
}

function versionStatements(sql: Sql) {
  return {
    version: sql.one<Of & { version: number }, VersionRow>(
      'SELECT * FROM function_versions WHERE function = $function AND version = $version',
    ),
    versionOfId: sql.one<Id, VersionRow>('SELECT * FROM function_versions WHERE id = $id'),
    versions: sql.all<Of & { after: number; limit: number }, VersionRow>(
      'SELECT * FROM function_versions WHERE function = $function AND version > $after ORDER BY version LIMIT $limit',
    ),
    newestVersion: sql.one<Of, VersionRow>(
      'SELECT * FROM function_versions WHERE function = $function AND version > 0 ORDER BY version DESC LIMIT 1',
    ),
    insertVersion: sql.insert<Omit<VersionRow, 'id'>>(
      `INSERT INTO function_versions (function, version, configuration, code, code_size, revision_id, modified_at, state, state_reason, update_status, update_reason)
       VALUES ($function, $version, $configuration, $code, $code_size, $revision_id, $modified_at, $state, $state_reason, $update_status, $update_reason)`,
    ),
    saveVersion: sql.change<VersionRow>(
      `UPDATE function_versions SET configuration = $configuration, code = $code, code_size = $code_size,
       revision_id = $revision_id, modified_at = $modified_at, state = $state, state_reason = $state_reason,
       update_status = $update_status, update_reason = $update_reason WHERE id = $id`,
    ),
    removeVersion: sql.change<Id>('DELETE FROM function_versions WHERE id = $id'),
    removeVersions: sql.change<Of>('DELETE FROM function_versions WHERE function = $function'),
    unfinished: sql.all<Record<string, never>, VersionRow>(
      "SELECT * FROM function_versions WHERE state = 'Pending' OR update_status = 'InProgress'",
    ),
    codeUsed: sql.one<{ code: string }, { id: number }>('SELECT id FROM function_versions WHERE code = $code LIMIT 1'),
  };
}

function aliasStatements(sql: Sql) {
  return {
    alias: sql.one<Of & { name: string }, AliasRow>(
      'SELECT * FROM function_aliases WHERE function = $function AND name = $name',
    ),
    aliases: sql.all<Of & { after: string; limit: number }, AliasRow>(
      'SELECT * FROM function_aliases WHERE function = $function AND name > $after ORDER BY name LIMIT $limit',
    ),
    insertAlias: sql.change<AliasRow>(
      'INSERT INTO function_aliases VALUES ($function, $name, $version, $description, $routing, $revision_id)',
    ),
    saveAlias: sql.change<AliasRow>(
      `UPDATE function_aliases SET version = $version, description = $description, routing = $routing,
       revision_id = $revision_id WHERE function = $function AND name = $name`,
    ),
    removeAlias: sql.change<Of & { name: string }>(
      'DELETE FROM function_aliases WHERE function = $function AND name = $name',
    ),
    removeAliases: sql.change<Of>('DELETE FROM function_aliases WHERE function = $function'),
  };
}

function policyStatements(sql: Sql) {
  return {
    policy: sql.one<Qualified, PolicyRow>(
      'SELECT * FROM function_policies WHERE function = $function AND qualifier = $qualifier',
    ),
    putPolicy: sql.change<PolicyRow>(
      `INSERT INTO function_policies VALUES ($function, $qualifier, $policy, $revision_id)
       ON CONFLICT (function, qualifier) DO UPDATE SET policy = excluded.policy, revision_id = excluded.revision_id`,
    ),
    removePolicy: sql.change<Qualified>(
      'DELETE FROM function_policies WHERE function = $function AND qualifier = $qualifier',
    ),
    removePolicies: sql.change<Of>('DELETE FROM function_policies WHERE function = $function'),
  };
}

function eventConfigStatements(sql: Sql) {
  return {
    eventConfig: sql.one<Qualified, EventConfigRow>(
      'SELECT * FROM function_event_configs WHERE function = $function AND qualifier = $qualifier',
    ),
    eventConfigs: sql.all<Of & { after: string; limit: number }, EventConfigRow>(
      `SELECT * FROM function_event_configs WHERE function = $function AND qualifier > $after
       ORDER BY qualifier LIMIT $limit`,
    ),
    putEventConfig: sql.change<EventConfigRow>(
      `INSERT INTO function_event_configs VALUES ($function, $qualifier, $retries, $age, $on_success, $on_failure, $modified_at)
       ON CONFLICT (function, qualifier) DO UPDATE SET retries = excluded.retries, age = excluded.age,
       on_success = excluded.on_success, on_failure = excluded.on_failure, modified_at = excluded.modified_at`,
    ),
    removeEventConfig: sql.change<Qualified>(
      'DELETE FROM function_event_configs WHERE function = $function AND qualifier = $qualifier',
    ),
    removeEventConfigs: sql.change<Of>('DELETE FROM function_event_configs WHERE function = $function'),
  };
}

function sourceStatements(sql: Sql) {
  return {
    source: sql.one<{ region: string; uuid: string }, SourceRow>(
      'SELECT * FROM function_sources WHERE region = $region AND uuid = $uuid',
    ),
    sourceBetween: sql.one<Qualified & { source: string }, SourceRow>(
      'SELECT * FROM function_sources WHERE function = $function AND qualifier = $qualifier AND source = $source',
    ),
    sources: sql.all<{ region: string; after: string; limit: number; function: number; source: string }, SourceRow>(
      `SELECT * FROM function_sources WHERE region = $region AND uuid > $after
       AND ($function = 0 OR function = $function) AND ($source = '' OR source = $source) ORDER BY uuid LIMIT $limit`,
    ),
    sourceOfId: sql.one<{ uuid: string }, SourceRow>('SELECT * FROM function_sources WHERE uuid = $uuid'),
    allSources: sql.all<Record<string, never>, SourceRow>('SELECT * FROM function_sources'),
    insertSource: sql.change<SourceRow>(
      `INSERT INTO function_sources VALUES ($uuid, $region, $function, $qualifier, $source, $configuration, $enabled,
       $modified_at, $last_result)`,
    ),
    saveSource: sql.change<SourceRow>(
      `UPDATE function_sources SET function = $function, qualifier = $qualifier, configuration = $configuration,
       enabled = $enabled, modified_at = $modified_at, last_result = $last_result WHERE uuid = $uuid`,
    ),
    setSourceResult: sql.change<{ uuid: string; last_result: string }>(
      'UPDATE function_sources SET last_result = $last_result WHERE uuid = $uuid',
    ),
    removeSource: sql.change<{ uuid: string }>('DELETE FROM function_sources WHERE uuid = $uuid'),
    removeSources: sql.change<Of>('DELETE FROM function_sources WHERE function = $function'),
  };
}
