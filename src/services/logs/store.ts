/**
 * All SQL of the logs service: groups, their tags, streams, events in chunks, what is being removed, and how far files are
 * shipped.
 *
 * D1. Ids of groups and streams are never used again: what a deleted one left is found by its id, and removed bit by bit.
 */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'logs',
  steps: [
    `CREATE TABLE log_groups (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       class TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       retention_days INTEGER,
       stored_bytes INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;
     CREATE TABLE log_group_tags (
       log_group INTEGER NOT NULL,
       key TEXT NOT NULL,
       value TEXT NOT NULL,
       PRIMARY KEY (log_group, key)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE log_streams (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       log_group INTEGER NOT NULL,
       name TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       first_event INTEGER,
       last_event INTEGER,
       last_ingested INTEGER,
       -- The number of the next event; the first has 1.
       next_seq INTEGER NOT NULL,
       UNIQUE (log_group, name)
     ) STRICT;
     CREATE INDEX log_streams_by_time ON log_streams (log_group, coalesce(last_event, 0), name);
     CREATE TABLE log_chunks (
       id INTEGER PRIMARY KEY,
       log_group INTEGER NOT NULL,
       stream INTEGER NOT NULL,
       -- The number of its first event.
       seq INTEGER NOT NULL,
       count INTEGER NOT NULL,
       first_at INTEGER NOT NULL,
       last_at INTEGER NOT NULL,
       bytes INTEGER NOT NULL,
       payload BLOB NOT NULL
     ) STRICT;
     CREATE INDEX log_chunks_forward ON log_chunks (stream, first_at, seq);
     CREATE INDEX log_chunks_backward ON log_chunks (stream, last_at, seq);
     CREATE INDEX log_chunks_of_group ON log_chunks (log_group, first_at, stream, seq);
     CREATE INDEX log_chunks_in_order ON log_chunks (stream, seq);
     -- What deleted groups and streams left; a stream of 0 stands for all of a group.
     CREATE TABLE log_removals (
       id INTEGER PRIMARY KEY,
       log_group INTEGER NOT NULL,
       stream INTEGER NOT NULL
     ) STRICT;
     -- Files that are shipped into streams: the bytes up to position are events.
     CREATE TABLE log_files (
       id TEXT PRIMARY KEY,
       region TEXT NOT NULL,
       log_group TEXT NOT NULL,
       stream TEXT NOT NULL,
       position INTEGER NOT NULL,
       omitted INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;`,
  ],
};

export type GroupRow = {
  id: number;
  region: string;
  name: string;
  class: 'STANDARD' | 'INFREQUENT_ACCESS';
  created_at: number;
  retention_days: number | null;
  stored_bytes: number;
};

export type StreamRow = {
  id: number;
  log_group: number;
  name: string;
  created_at: number;
  first_event: number | null;
  last_event: number | null;
  last_ingested: number | null;
  next_seq: number;
};

/** A chunk without its payload. */
export type ChunkHead = {
  id: number;
  log_group: number;
  stream: number;
  seq: number;
  count: number;
  first_at: number;
  last_at: number;
  bytes: number;
};

export type FileRow = {
  id: string;
  region: string;
  log_group: string;
  stream: string;
  position: number;
  omitted: number;
};

export type RemovalRow = { id: number; log_group: number; stream: number };

const HEAD = 'id, log_group, stream, seq, count, first_at, last_at, bytes';
type Range = { from: string; below: string };
type After = { at: number; stream: number; seq: number; limit: number };

export type LogsStore = ReturnType<typeof logsStore>;

export function logsStore(sql: Sql) {
  return { ...groupStatements(sql), ...streamStatements(sql), ...chunkStatements(sql), ...fileStatements(sql) };
}

function groupStatements(sql: Sql) {
  return {
    insertGroup: sql.insert<Omit<GroupRow, 'id' | 'stored_bytes' | 'retention_days'>>(
      `INSERT INTO log_groups (region, name, class, created_at, retention_days, stored_bytes)
       VALUES ($region, $name, $class, $created_at, NULL, 0)`,
    ),
    group: sql.one<{ region: string; name: string }, GroupRow>(
      'SELECT * FROM log_groups WHERE region = $region AND name = $name',
    ),
    /** By name, after a name; `pattern` is a part of the name, `class` is `''` for all. */
    groups: sql.all<Range & { region: string; after: string; pattern: string; class: string; limit: number }, GroupRow>(
      `SELECT * FROM log_groups
       WHERE region = $region AND name >= $from AND name < $below AND name > $after
         AND instr(name, $pattern) > 0 AND ($class = '' OR class = $class)
       ORDER BY name LIMIT $limit`,
    ),
    groupsWithRetention: sql.all<Record<never, never>, GroupRow>(
      'SELECT * FROM log_groups WHERE retention_days IS NOT NULL',
    ),
    setRetention: sql.change<{ id: number; days: number | null }>(
      'UPDATE log_groups SET retention_days = $days WHERE id = $id',
    ),
    addBytes: sql.change<{ id: number; bytes: number }>(
      'UPDATE log_groups SET stored_bytes = max(0, stored_bytes + $bytes) WHERE id = $id',
    ),
    deleteGroup: sql.change<{ id: number }>('DELETE FROM log_groups WHERE id = $id'),
    tags: sql.all<{ id: number }, { key: string; value: string }>(
      'SELECT key, value FROM log_group_tags WHERE log_group = $id ORDER BY key',
    ),
    putTag: sql.change<{ id: number; key: string; value: string }>(
      'INSERT INTO log_group_tags VALUES ($id, $key, $value) ON CONFLICT DO UPDATE SET value = excluded.value',
    ),
    deleteTag: sql.change<{ id: number; key: string }>(
      'DELETE FROM log_group_tags WHERE log_group = $id AND key = $key',
    ),
    deleteTags: sql.change<{ id: number }>('DELETE FROM log_group_tags WHERE log_group = $id'),
  };
}

function streamStatements(sql: Sql) {
  const byTime = (order: 'ASC' | 'DESC') =>
    sql.all<{ group: number; at: number; after: string; limit: number }, StreamRow>(
      `SELECT * FROM log_streams
       WHERE log_group = $group AND (coalesce(last_event, 0), name) ${order === 'ASC' ? '>' : '<'} ($at, $after)
       ORDER BY coalesce(last_event, 0) ${order}, name ${order} LIMIT $limit`,
    );
  const byName = (order: 'ASC' | 'DESC') =>
    sql.all<Range & { group: number; after: string; limit: number }, StreamRow>(
      `SELECT * FROM log_streams
       WHERE log_group = $group AND name >= $from AND name < $below AND name ${order === 'ASC' ? '>' : '<'} $after
       ORDER BY name ${order} LIMIT $limit`,
    );
  return {
    insertStream: sql.insert<{ group: number; name: string; created_at: number }>(
      `INSERT INTO log_streams (log_group, name, created_at, first_event, last_event, last_ingested, next_seq)
       VALUES ($group, $name, $created_at, NULL, NULL, NULL, 1)`,
    ),
    stream: sql.one<{ group: number; name: string }, StreamRow>(
      'SELECT * FROM log_streams WHERE log_group = $group AND name = $name',
    ),
    streamOfId: sql.one<{ id: number }, StreamRow>('SELECT * FROM log_streams WHERE id = $id'),
    streamsByName: { ASC: byName('ASC'), DESC: byName('DESC') },
    streamsByTime: { ASC: byTime('ASC'), DESC: byTime('DESC') },
    noteEvents: sql.change<{ id: number; first: number; last: number; ingested: number; next_seq: number }>(
      `UPDATE log_streams SET first_event = min(coalesce(first_event, $first), $first),
         last_event = max(coalesce(last_event, $last), $last), last_ingested = $ingested, next_seq = $next_seq
       WHERE id = $id`,
    ),
    /** After its oldest events went. */
    renewFirstEvent: sql.change<{ id: number }>(
      'UPDATE log_streams SET first_event = (SELECT min(first_at) FROM log_chunks WHERE stream = $id) WHERE id = $id',
    ),
    deleteStream: sql.change<{ id: number }>('DELETE FROM log_streams WHERE id = $id'),
    deleteStreamsOf: sql.change<{ group: number; limit: number }>(
      'DELETE FROM log_streams WHERE id IN (SELECT id FROM log_streams WHERE log_group = $group LIMIT $limit)',
    ),
  };
}

function chunkStatements(sql: Sql) {
  return {
    insertChunk: sql.change<Omit<ChunkHead, 'id'> & { payload: Uint8Array }>(
      `INSERT INTO log_chunks (log_group, stream, seq, count, first_at, last_at, bytes, payload)
       VALUES ($log_group, $stream, $seq, $count, $first_at, $last_at, $bytes, $payload)`,
    ),
    growChunk: sql.change<{ id: number; count: number; last_at: number; bytes: number; payload: Uint8Array }>(
      'UPDATE log_chunks SET count = $count, last_at = $last_at, bytes = $bytes, payload = $payload WHERE id = $id',
    ),
    /** The one with the events that came last. */
    newestChunk: sql.one<{ stream: number }, ChunkHead>(
      `SELECT ${HEAD} FROM log_chunks WHERE stream = $stream ORDER BY seq DESC LIMIT 1`,
    ),
    payload: sql.one<{ id: number }, { payload: Uint8Array }>('SELECT payload FROM log_chunks WHERE id = $id'),
    /** In the order of their first events. */
    forward: sql.all<After, ChunkHead>(
      `SELECT ${HEAD} FROM log_chunks WHERE stream = $stream AND (first_at, seq) > ($at, $seq)
       ORDER BY first_at, seq LIMIT $limit`,
    ),
    /** In the order of their last events, from the end. */
    backward: sql.all<After, ChunkHead>(
      `SELECT ${HEAD} FROM log_chunks WHERE stream = $stream AND (last_at, seq) < ($at, $seq)
       ORDER BY last_at DESC, seq DESC LIMIT $limit`,
    ),
    forwardInGroup: sql.all<After & { group: number }, ChunkHead>(
      `SELECT ${HEAD} FROM log_chunks WHERE log_group = $group AND (first_at, stream, seq) > ($at, $stream, $seq)
       ORDER BY first_at, stream, seq LIMIT $limit`,
    ),
    expired: sql.all<{ group: number; before: number; limit: number }, ChunkHead>(
      `SELECT ${HEAD} FROM log_chunks WHERE log_group = $group AND first_at < $before ORDER BY first_at LIMIT $limit`,
    ),
    ofStream: sql.all<{ stream: number; limit: number }, ChunkHead>(
      `SELECT ${HEAD} FROM log_chunks WHERE stream = $stream LIMIT $limit`,
    ),
    deleteChunk: sql.change<{ id: number }>('DELETE FROM log_chunks WHERE id = $id'),
    addRemoval: sql.change<{ group: number; stream: number }>(
      'INSERT INTO log_removals (log_group, stream) VALUES ($group, $stream)',
    ),
    nextRemoval: sql.one<Record<never, never>, RemovalRow>('SELECT * FROM log_removals ORDER BY id LIMIT 1'),
    deleteRemoval: sql.change<{ id: number }>('DELETE FROM log_removals WHERE id = $id'),
  };
}

function fileStatements(sql: Sql) {
  return {
    file: sql.one<{ id: string }, FileRow>('SELECT * FROM log_files WHERE id = $id'),
    saveFile: sql.change<FileRow>(
      `INSERT INTO log_files VALUES ($id, $region, $log_group, $stream, $position, $omitted)
       ON CONFLICT (id) DO UPDATE SET position = excluded.position, omitted = excluded.omitted`,
    ),
    deleteFile: sql.change<{ id: string }>('DELETE FROM log_files WHERE id = $id'),
  };
}
