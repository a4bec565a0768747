/**
 * All SQL of the identity service. IAM is global, so no key begins with a region. Names are unique without regard to case.
 *
 * Q1. Whatever may change what a principal is allowed goes through `touching`: the caches of permissions depend on it.
 *
 * Secrets are kept in clear, as signature version 4 needs them; the data folder is closed to other users of the machine.
 */
import type { Migrations } from '../../store/migrations.ts';
import type { Parameters, Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'identity',
  steps: [
    `CREATE TABLE identity_users (
       name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, tags TEXT NOT NULL, created_at INTEGER NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX identity_users_folded ON identity_users (lower(name));
     CREATE TABLE identity_roles (
       name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, tags TEXT NOT NULL, created_at INTEGER NOT NULL,
       trust TEXT NOT NULL, description TEXT, max_session_seconds INTEGER NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX identity_roles_folded ON identity_roles (lower(name));
     CREATE TABLE identity_inline_policies (
       holder_kind TEXT NOT NULL CHECK (holder_kind IN ('role', 'user')), holder TEXT NOT NULL, name TEXT NOT NULL,
       document TEXT NOT NULL, PRIMARY KEY (holder_kind, holder, name)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE identity_policies (
       arn TEXT PRIMARY KEY, name TEXT NOT NULL, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, tags TEXT NOT NULL,
       description TEXT, default_version INTEGER NOT NULL, next_version INTEGER NOT NULL,
       created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX identity_policies_folded ON identity_policies (lower(name));
     CREATE TABLE identity_policy_versions (
       arn TEXT NOT NULL REFERENCES identity_policies ON DELETE CASCADE, version INTEGER NOT NULL, document TEXT NOT NULL,
       created_at INTEGER NOT NULL, PRIMARY KEY (arn, version)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE identity_attachments (
       holder_kind TEXT NOT NULL CHECK (holder_kind IN ('role', 'user')), holder TEXT NOT NULL, policy_arn TEXT NOT NULL,
       PRIMARY KEY (holder_kind, holder, policy_arn)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX identity_attachments_policy ON identity_attachments (policy_arn);
     CREATE TABLE identity_access_keys (
       id TEXT PRIMARY KEY, secret TEXT NOT NULL, user TEXT NOT NULL REFERENCES identity_users (name),
       status TEXT NOT NULL CHECK (status IN ('Active', 'Inactive')), created_at INTEGER NOT NULL,
       used_at INTEGER, used_service TEXT, used_region TEXT
     ) STRICT;
     CREATE INDEX identity_access_keys_user ON identity_access_keys (user);
     CREATE TABLE identity_sessions (
       key_id TEXT PRIMARY KEY, secret TEXT NOT NULL, token TEXT NOT NULL, owner_id TEXT NOT NULL,
       kind TEXT NOT NULL CHECK (kind IN ('user', 'assumed-role')), arn TEXT NOT NULL, user_id TEXT NOT NULL,
       expires_at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX identity_sessions_owner ON identity_sessions (owner_id);
     CREATE INDEX identity_sessions_expiry ON identity_sessions (expires_at);`,
    // Boundaries, session policies and tags, and groups, which hold policies as users and roles do.
    `ALTER TABLE identity_users ADD COLUMN boundary TEXT;
     ALTER TABLE identity_roles ADD COLUMN boundary TEXT;
     ALTER TABLE identity_sessions ADD COLUMN facts TEXT NOT NULL DEFAULT '{"issuedAt":0}';
     UPDATE identity_sessions SET facts = json_object('issuedAt', max(0, expires_at - 3600000));
     CREATE TABLE identity_groups (
       name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE, path TEXT NOT NULL, created_at INTEGER NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX identity_groups_folded ON identity_groups (lower(name));
     CREATE TABLE identity_members (
       user TEXT NOT NULL REFERENCES identity_users (name), group_name TEXT NOT NULL REFERENCES identity_groups (name),
       PRIMARY KEY (user, group_name)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX identity_members_group ON identity_members (group_name);
     CREATE TABLE identity_inline (
       holder_kind TEXT NOT NULL CHECK (holder_kind IN ('role', 'user', 'group')), holder TEXT NOT NULL, name TEXT NOT NULL,
       document TEXT NOT NULL, PRIMARY KEY (holder_kind, holder, name)
     ) STRICT, WITHOUT ROWID;
     INSERT INTO identity_inline SELECT * FROM identity_inline_policies;
     DROP TABLE identity_inline_policies;
     CREATE TABLE identity_attached (
       holder_kind TEXT NOT NULL CHECK (holder_kind IN ('role', 'user', 'group')), holder TEXT NOT NULL,
       policy_arn TEXT NOT NULL, PRIMARY KEY (holder_kind, holder, policy_arn)
     ) STRICT, WITHOUT ROWID;
     INSERT INTO identity_attached SELECT * FROM identity_attachments;
     DROP TABLE identity_attachments;
     CREATE INDEX identity_attached_policy ON identity_attached (policy_arn);`,
  ],
};

/** Tags are JSON: `{ "key": "value" }`. Times are milliseconds since the epoch. */
export type UserRow = {
  name: string;
  id: string;
  path: string;
  tags: string;
  created_at: number;
  /** The ARN of the managed policy that bounds it. */
  boundary: string | null;
};
export type GroupRow = { name: string; id: string; path: string; created_at: number };
export type RoleRow = UserRow & { trust: string; description: string | null; max_session_seconds: number };
export type PolicyRow = {
  arn: string;
  name: string;
  id: string;
  path: string;
  tags: string;
  description: string | null;
  default_version: number;
  next_version: number;
  created_at: number;
  updated_at: number;
};
export type VersionRow = { arn: string; version: number; document: string; created_at: number };
/** Whom a policy is given to. */
export type Holder = { holder_kind: HolderKind; holder: string };
export type HolderKind = 'role' | 'user' | 'group';
export type AccessKeyRow = {
  id: string;
  secret: string;
  user: string;
  status: 'Active' | 'Inactive';
  created_at: number;
  used_at: number | null;
  used_service: string | null;
  used_region: string | null;
};
export type SessionRow = {
  key_id: string;
  secret: string;
  token: string;
  /** The id of the role or user behind the session: it ends with them. */
  owner_id: string;
  kind: 'user' | 'assumed-role';
  arn: string;
  /** As GetCallerIdentity answers it. */
  user_id: string;
  expires_at: number;
  /** JSON: the principal's SessionFacts. */
  facts: string;
};

type Name = { name: string };
type Arn = { arn: string };
/** A stretch of names in alphabetical order, under a path. */
type Stretch = { after: string; prefix: string; limit: number };

const UNDER_PATH = 'substr(path, 1, length($prefix)) = $prefix';
const STRETCH = `name > $after AND ${UNDER_PATH} ORDER BY name LIMIT $limit`;
const HOLDER = 'holder_kind = $holder_kind AND holder = $holder';

export type IdentityStore = ReturnType<typeof identityStore>;

/** @param permissionsChange called before each change to what some principal is allowed */
export function identityStore(sql: Sql, permissionsChange: () => void) {
  const touching = { ...sql, change: touched(sql, permissionsChange) };
  return {
    users: users(touching),
    roles: roles(touching),
    groups: groups(touching),
    policies: policies(touching),
    held: held(touching),
    credentials: credentials(sql),
  };
}

function touched(sql: Sql, permissionsChange: () => void): Sql['change'] {
  return <P extends Parameters>(text: string) => {
    const change = sql.change<P>(text);
    return (parameters: P) => {
      permissionsChange();
      return change(parameters);
    };
  };
}

function users(sql: Sql) {
  return {
    get: sql.one<Name, UserRow>('SELECT * FROM identity_users WHERE name = $name'),
    sameName: sql.one<Name, Name>('SELECT name FROM identity_users WHERE lower(name) = lower($name)'),
    list: sql.all<Stretch, UserRow>(`SELECT * FROM identity_users WHERE ${STRETCH}`),
    insert: sql.change<UserRow>('INSERT INTO identity_users VALUES ($name, $id, $path, $tags, $created_at, $boundary)'),
    setTags: sql.change<Name & { tags: string }>('UPDATE identity_users SET tags = $tags WHERE name = $name'),
    setBoundary: sql.change<Name & { boundary: string | null }>(
      'UPDATE identity_users SET boundary = $boundary WHERE name = $name',
    ),
    bounded: sql.one<{ boundary: string }, { count: number }>(
      'SELECT count(*) AS count FROM identity_users WHERE boundary = $boundary',
    ),
    byId: sql.one<{ id: string }, UserRow>('SELECT * FROM identity_users WHERE id = $id'),
    remove: sql.change<Name>('DELETE FROM identity_users WHERE name = $name'),
  };
}

function roles(sql: Sql) {
  return {
    get: sql.one<Name, RoleRow>('SELECT * FROM identity_roles WHERE name = $name'),
    sameName: sql.one<Name, Name>('SELECT name FROM identity_roles WHERE lower(name) = lower($name)'),
    list: sql.all<Stretch, RoleRow>(`SELECT * FROM identity_roles WHERE ${STRETCH}`),
    insert: sql.change<RoleRow>(
      'INSERT INTO identity_roles VALUES ($name, $id, $path, $tags, $created_at, $trust, $description, $max_session_seconds, $boundary)',
    ),
    setTags: sql.change<Name & { tags: string }>('UPDATE identity_roles SET tags = $tags WHERE name = $name'),
    setTrust: sql.change<Name & { trust: string }>('UPDATE identity_roles SET trust = $trust WHERE name = $name'),
    update: sql.change<Pick<RoleRow, 'name' | 'description' | 'max_session_seconds'>>(
      'UPDATE identity_roles SET description = $description, max_session_seconds = $max_session_seconds WHERE name = $name',
    ),
    setBoundary: sql.change<Name & { boundary: string | null }>(
      'UPDATE identity_roles SET boundary = $boundary WHERE name = $name',
    ),
    bounded: sql.one<{ boundary: string }, { count: number }>(
      'SELECT count(*) AS count FROM identity_roles WHERE boundary = $boundary',
    ),
    byId: sql.one<{ id: string }, RoleRow>('SELECT * FROM identity_roles WHERE id = $id'),
    remove: sql.change<Name>('DELETE FROM identity_roles WHERE name = $name'),
  };
}

type Member = { user: string; group_name: string };

function groups(sql: Sql) {
  return {
    get: sql.one<Name, GroupRow>('SELECT * FROM identity_groups WHERE name = $name'),
    sameName: sql.one<Name, Name>('SELECT name FROM identity_groups WHERE lower(name) = lower($name)'),
    list: sql.all<Stretch, GroupRow>(`SELECT * FROM identity_groups WHERE ${STRETCH}`),
    insert: sql.change<GroupRow>('INSERT INTO identity_groups VALUES ($name, $id, $path, $created_at)'),
    remove: sql.change<Name>('DELETE FROM identity_groups WHERE name = $name'),
    add: sql.change<Member>('INSERT INTO identity_members VALUES ($user, $group_name) ON CONFLICT DO NOTHING'),
    leave: sql.change<Member>('DELETE FROM identity_members WHERE user = $user AND group_name = $group_name'),
    of: sql.all<{ user: string }, GroupRow>(
      `SELECT g.* FROM identity_groups g JOIN identity_members m ON m.group_name = g.name WHERE m.user = $user
       ORDER BY g.name`,
    ),
    members: sql.all<{ group_name: string }, UserRow>(
      `SELECT u.* FROM identity_users u JOIN identity_members m ON m.user = u.name WHERE m.group_name = $group_name
       ORDER BY u.name`,
    ),
  };
}

function policies(sql: Sql) {
  return {
    get: sql.one<Arn, PolicyRow>('SELECT * FROM identity_policies WHERE arn = $arn'),
    sameName: sql.one<Name, Name>('SELECT name FROM identity_policies WHERE lower(name) = lower($name)'),
    list: sql.all<Stretch & { onlyAttached: number; bounding: number }, PolicyRow>(
      `SELECT * FROM identity_policies WHERE ($onlyAttached = 0 OR arn IN (SELECT policy_arn FROM identity_attached))
       AND ($bounding = 0 OR arn IN (SELECT boundary FROM identity_users UNION SELECT boundary FROM identity_roles))
       AND arn > $after AND ${UNDER_PATH} ORDER BY arn LIMIT $limit`,
    ),
    insert: sql.change<PolicyRow>(
      `INSERT INTO identity_policies VALUES
       ($arn, $name, $id, $path, $tags, $description, $default_version, $next_version, $created_at, $updated_at)`,
    ),
    update: sql.change<Pick<PolicyRow, 'arn' | 'default_version' | 'next_version' | 'updated_at'>>(
      `UPDATE identity_policies SET default_version = $default_version, next_version = $next_version,
       updated_at = $updated_at WHERE arn = $arn`,
    ),
    remove: sql.change<Arn>('DELETE FROM identity_policies WHERE arn = $arn'),
    version: sql.one<Arn & { version: number }, VersionRow>(
      'SELECT * FROM identity_policy_versions WHERE arn = $arn AND version = $version',
    ),
    versions: sql.all<Arn, VersionRow>('SELECT * FROM identity_policy_versions WHERE arn = $arn ORDER BY version DESC'),
    insertVersion: sql.change<VersionRow>(
      'INSERT INTO identity_policy_versions VALUES ($arn, $version, $document, $created_at)',
    ),
    removeVersion: sql.change<Arn & { version: number }>(
      'DELETE FROM identity_policy_versions WHERE arn = $arn AND version = $version',
    ),
  };
}

/** The policies that roles, users and groups hold, inline and attached. */
function held(sql: Sql) {
  return {
    inline: sql.one<Holder & Name, { document: string }>(
      `SELECT document FROM identity_inline WHERE ${HOLDER} AND name = $name`,
    ),
    inlines: sql.all<Holder, Name & { document: string }>(
      `SELECT name, document FROM identity_inline WHERE ${HOLDER} ORDER BY name`,
    ),
    putInline: sql.change<Holder & Name & { document: string }>(
      `INSERT INTO identity_inline VALUES ($holder_kind, $holder, $name, $document)
       ON CONFLICT DO UPDATE SET document = excluded.document`,
    ),
    removeInline: sql.change<Holder & Name>(`DELETE FROM identity_inline WHERE ${HOLDER} AND name = $name`),
    attached: sql.all<Holder, { policy_arn: string }>(
      `SELECT policy_arn FROM identity_attached WHERE ${HOLDER} ORDER BY policy_arn`,
    ),
    attach: sql.change<Holder & { policy_arn: string }>(
      'INSERT INTO identity_attached VALUES ($holder_kind, $holder, $policy_arn) ON CONFLICT DO NOTHING',
    ),
    detach: sql.change<Holder & { policy_arn: string }>(
      `DELETE FROM identity_attached WHERE ${HOLDER} AND policy_arn = $policy_arn`,
    ),
    attachments: sql.one<{ policy_arn: string }, { count: number }>(
      'SELECT count(*) AS count FROM identity_attached WHERE policy_arn = $policy_arn',
    ),
  };
}

function credentials(sql: Sql) {
  return {
    allKeys: sql.all<Parameters, AccessKeyRow>('SELECT * FROM identity_access_keys'),
    key: sql.one<{ id: string }, AccessKeyRow>('SELECT * FROM identity_access_keys WHERE id = $id'),
    keysOf: sql.all<{ user: string }, AccessKeyRow>(
      'SELECT * FROM identity_access_keys WHERE user = $user ORDER BY created_at, id',
    ),
    insertKey: sql.change<AccessKeyRow>(
      'INSERT INTO identity_access_keys VALUES ($id, $secret, $user, $status, $created_at, $used_at, $used_service, $used_region)',
    ),
    setKeyStatus: sql.change<Pick<AccessKeyRow, 'id' | 'status'>>(
      'UPDATE identity_access_keys SET status = $status WHERE id = $id',
    ),
    setKeyUse: sql.change<Pick<AccessKeyRow, 'id' | 'used_at' | 'used_service' | 'used_region'>>(
      'UPDATE identity_access_keys SET used_at = $used_at, used_service = $used_service, used_region = $used_region WHERE id = $id',
    ),
    removeKey: sql.change<{ id: string }>('DELETE FROM identity_access_keys WHERE id = $id'),
    allSessions: sql.all<Parameters, SessionRow>('SELECT * FROM identity_sessions'),
    sessionsOf: sql.all<{ owner_id: string }, SessionRow>('SELECT * FROM identity_sessions WHERE owner_id = $owner_id'),
    expiredSessions: sql.all<{ before: number; limit: number }, SessionRow>(
      'SELECT * FROM identity_sessions WHERE expires_at < $before ORDER BY expires_at LIMIT $limit',
    ),
    insertSession: sql.change<SessionRow>(
      'INSERT INTO identity_sessions VALUES ($key_id, $secret, $token, $owner_id, $kind, $arn, $user_id, $expires_at, $facts)',
    ),
    removeSession: sql.change<{ key_id: string }>('DELETE FROM identity_sessions WHERE key_id = $key_id'),
  };
}
