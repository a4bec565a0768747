/**
 * All SQL of the queues service. Owns the tables `queue*`.
 *
 * S1. A queue's messages belong to its *content*, an id that is never used again. To purge or delete a queue is to give its
 *     content up, at once and however long it is; the rows are cleared away afterwards, so many at a time.
 * S2. `queue_contents.total` is how many rows a content has: triggers keep it, so that nobody counts them.
 */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'queues',
  steps: [
    `CREATE TABLE queues (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       content INTEGER NOT NULL,
       -- Those that were set, by their names, as JSON.
       attributes TEXT NOT NULL,
       -- The queue that takes what is received too often: the ARN of its RedrivePolicy.
       dead_letters TEXT,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;
     CREATE INDEX queues_by_dead_letters ON queues (region, dead_letters, name) WHERE dead_letters IS NOT NULL;
     CREATE TABLE queue_contents (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       total INTEGER NOT NULL,
       -- Whether its rows are to be cleared away.
       given_up INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX queue_contents_given_up ON queue_contents (id) WHERE given_up = 1;
     CREATE TABLE queue_messages (
       -- Their order.
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       content INTEGER NOT NULL,
       message_id TEXT NOT NULL,
       body TEXT NOT NULL,
       md5 TEXT NOT NULL,
       -- Bytes of body and attributes.
       size INTEGER NOT NULL,
       -- As JSON.
       attributes TEXT,
       sender TEXT NOT NULL,
       trace_header TEXT,
       -- The ARN of the queue that it came from as a dead letter.
       source TEXT,
       group_id TEXT,
       deduplication_id TEXT,
       sent_at INTEGER NOT NULL,
       -- It can be received from then on.
       visible_at INTEGER NOT NULL,
       -- How often it was received: an earlier receipt is no longer good for a later one.
       receives INTEGER NOT NULL,
       first_received_at INTEGER,
       received_at INTEGER
     ) STRICT;
     CREATE INDEX queue_messages_visible ON queue_messages (content, visible_at, receives);
     CREATE INDEX queue_messages_sent ON queue_messages (content, sent_at);
     CREATE INDEX queue_messages_group ON queue_messages (content, group_id) WHERE group_id IS NOT NULL;
     CREATE TRIGGER queue_messages_added AFTER INSERT ON queue_messages BEGIN
       UPDATE queue_contents SET total = total + 1 WHERE id = new.content;
     END;
     CREATE TRIGGER queue_messages_removed AFTER DELETE ON queue_messages BEGIN
       UPDATE queue_contents SET total = total - 1 WHERE id = old.content;
     END;
     -- Of FIFO queues: the groups that have messages, and when the next of each can be received.
     CREATE TABLE queue_groups (
       content INTEGER NOT NULL,
       group_id TEXT NOT NULL,
       ready_at INTEGER NOT NULL,
       PRIMARY KEY (content, group_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX queue_groups_ready ON queue_groups (content, ready_at);
     -- What was sent in the last minutes. The scope is a group's id, or nothing for the whole queue.
     CREATE TABLE queue_deduplications (
       queue INTEGER NOT NULL,
       scope TEXT NOT NULL,
       deduplication_id TEXT NOT NULL,
       message_id TEXT NOT NULL,
       sequence INTEGER NOT NULL,
       until INTEGER NOT NULL,
       PRIMARY KEY (queue, scope, deduplication_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX queue_deduplications_until ON queue_deduplications (until);
     -- What a receive's attempt took.
     CREATE TABLE queue_attempts (
       queue INTEGER NOT NULL,
       attempt_id TEXT NOT NULL,
       content INTEGER NOT NULL,
       -- A list of { id, receives, visible_at }.
       taken TEXT NOT NULL,
       until INTEGER NOT NULL,
       PRIMARY KEY (queue, attempt_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX queue_attempts_until ON queue_attempts (until);
     CREATE TABLE queue_moves (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       handle TEXT NOT NULL UNIQUE,
       region TEXT NOT NULL,
       source TEXT NOT NULL,
       destination TEXT,
       rate INTEGER,
       status TEXT NOT NULL,
       moved INTEGER NOT NULL,
       to_move INTEGER NOT NULL,
       -- What was sent later is not moved.
       last_message INTEGER NOT NULL,
       failure TEXT,
       started_at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX queue_moves_of ON queue_moves (region, source, id);`,
  ],
};

export type QueueRow = {
  id: number;
  region: string;
  name: string;
  content: number;
  attributes: string;
  dead_letters: string | null;
  created_at: number;
  modified_at: number;
};

export type MessageRow = {
  id: number;
  content: number;
  message_id: string;
  body: string;
  md5: string;
  size: number;
  attributes: string | null;
  sender: string;
  trace_header: string | null;
  source: string | null;
  group_id: string | null;
  deduplication_id: string | null;
  sent_at: number;
  visible_at: number;
  receives: number;
  first_received_at: number | null;
  received_at: number | null;
};

/** A message that may be received. */
export type Candidate = Pick<MessageRow, 'id' | 'receives' | 'size' | 'visible_at' | 'group_id'>;

export type MoveStatus = 'RUNNING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

export type MoveRow = {
  id: number;
  handle: string;
  region: string;
  source: string;
  destination: string | null;
  rate: number | null;
  status: MoveStatus;
  moved: number;
  to_move: number;
  last_message: number;
  failure: string | null;
  started_at: number;
};

type Id = { id: number };
type Content = { content: number };
type Named = { region: string; name: string };
type Group = Content & { group: string };

export type QueuesStore = ReturnType<typeof queuesStore>;

export function queuesStore(sql: Sql) {
  return {
    ...queueStatements(sql),
    ...contentStatements(sql),
    ...messageStatements(sql),
    ...receiveStatements(sql),
    ...groupStatements(sql),
    ...recentStatements(sql),
    ...moveStatements(sql),
  };
}

function queueStatements(sql: Sql) {
  return {
    queue: sql.one<Named, QueueRow>('SELECT * FROM queues WHERE region = $region AND name = $name'),
    queues: sql.all<{ region: string; prefix: string; after: string; limit: number }, QueueRow>(
      `SELECT * FROM queues WHERE region = $region AND name >= $prefix AND name > $after
         AND substr(name, 1, length($prefix)) = $prefix
       ORDER BY name LIMIT $limit`,
    ),
    queuesWithDeadLetters: sql.all<{ region: string; arn: string; after: string; limit: number }, QueueRow>(
      `SELECT * FROM queues WHERE region = $region AND dead_letters = $arn AND name > $after ORDER BY name LIMIT $limit`,
    ),
    insertQueue: sql.insert<Omit<QueueRow, 'id'>>(
      `INSERT INTO queues (region, name, content, attributes, dead_letters, created_at, modified_at)
       VALUES ($region, $name, $content, $attributes, $dead_letters, $created_at, $modified_at)`,
    ),
    setAttributes: sql.change<Id & Pick<QueueRow, 'attributes' | 'dead_letters' | 'modified_at'>>(
      `UPDATE queues SET attributes = $attributes, dead_letters = $dead_letters, modified_at = $modified_at WHERE id = $id`,
    ),
    setContent: sql.change<Id & Content>('UPDATE queues SET content = $content WHERE id = $id'),
    removeQueue: sql.change<Id>('DELETE FROM queues WHERE id = $id'),
  };
}

function contentStatements(sql: Sql) {
  return {
    insertContent: sql.insert<Record<never, never>>('INSERT INTO queue_contents (total, given_up) VALUES (0, 0)'),
    giveUpContent: sql.change<Content>('UPDATE queue_contents SET given_up = 1 WHERE id = $content'),
    contentGivenUp: sql.one<Record<never, never>, Id>('SELECT id FROM queue_contents WHERE given_up = 1 LIMIT 1'),
    clearMessages: sql.change<Content & { most: number }>(
      `DELETE FROM queue_messages WHERE id IN
         (SELECT id FROM queue_messages WHERE content = $content LIMIT $most)`,
    ),
    clearGroups: sql.change<Content & { most: number }>(
      `DELETE FROM queue_groups WHERE (content, group_id) IN
         (SELECT content, group_id FROM queue_groups WHERE content = $content LIMIT $most)`,
    ),
    removeContent: sql.change<Content>('DELETE FROM queue_contents WHERE id = $content'),
    total: sql.one<Content, { total: number }>('SELECT total FROM queue_contents WHERE id = $content'),
    /** Sent at or before an instant. */
    expired: sql.one<Content & { sent: number }, { count: number }>(
      'SELECT count(*) AS count FROM queue_messages WHERE content = $content AND sent_at <= $sent',
    ),
    clearExpired: sql.changed<Content & { sent: number; most: number }, Pick<MessageRow, 'group_id'>>(
      `DELETE FROM queue_messages WHERE id IN
         (SELECT id FROM queue_messages WHERE content = $content AND sent_at <= $sent LIMIT $most)
       RETURNING group_id`,
    ),
    /** Of what cannot be received now. */
    hidden: sql.one<Content & { now: number }, { delayed: number; inFlight: number }>(
      `SELECT count(*) FILTER (WHERE receives = 0) AS delayed, count(*) FILTER (WHERE receives > 0) AS inFlight
       FROM queue_messages INDEXED BY queue_messages_visible WHERE content = $content AND visible_at > $now`,
    ),
    queueAfter: sql.one<Id, QueueRow>('SELECT * FROM queues WHERE id > $id ORDER BY id LIMIT 1'),
  };
}

function messageStatements(sql: Sql) {
  return {
    insertMessage: sql.insert<Omit<MessageRow, 'id' | 'first_received_at' | 'received_at' | 'source' | 'receives'>>(
      `INSERT INTO queue_messages (content, message_id, body, md5, size, attributes, sender, trace_header, group_id,
         deduplication_id, sent_at, visible_at, receives)
       VALUES ($content, $message_id, $body, $md5, $size, $attributes, $sender, $trace_header, $group_id,
         $deduplication_id, $sent_at, $visible_at, 0)`,
    ),
    message: sql.one<Id, MessageRow>('SELECT * FROM queue_messages WHERE id = $id'),
    removeMessage: sql.change<Id>('DELETE FROM queue_messages WHERE id = $id'),
    setVisible: sql.change<Id & { visible: number }>('UPDATE queue_messages SET visible_at = $visible WHERE id = $id'),
    /** To the end of another content. It keeps its own time of sending unless one is given. */
    copyMessage: sql.insert<Id & Content & { source: string; sent: number | null; now: number }>(
      `INSERT INTO queue_messages (content, message_id, body, md5, size, attributes, sender, trace_header, source,
         group_id, deduplication_id, sent_at, visible_at, receives, first_received_at)
       SELECT $content, message_id, body, md5, size, attributes, sender, trace_header, $source,
         group_id, deduplication_id, coalesce($sent, sent_at), $now, receives, first_received_at
       FROM queue_messages WHERE id = $id`,
    ),
    resendMessage: sql.insert<Id & Content & { message_id: string; now: number }>(
      `INSERT INTO queue_messages (content, message_id, body, md5, size, attributes, sender, trace_header,
         group_id, deduplication_id, sent_at, visible_at, receives)
       SELECT $content, $message_id, body, md5, size, attributes, sender, trace_header,
         group_id, deduplication_id, $now, $now, 0
       FROM queue_messages WHERE id = $id`,
    ),
    lastMessage: sql.one<Record<never, never>, { id: number | null }>('SELECT max(id) AS id FROM queue_messages'),
  };
}

const CANDIDATE = 'id, receives, size, visible_at, group_id';

function receiveStatements(sql: Sql) {
  return {
    /** The longest visible first. */
    visible: sql.all<Content & { now: number; sent: number; most: number }, Candidate>(
      `SELECT ${CANDIDATE} FROM queue_messages INDEXED BY queue_messages_visible
       WHERE content = $content AND visible_at <= $now AND sent_at > $sent ORDER BY visible_at, id LIMIT $most`,
    ),
    nextVisible: sql.one<Content & { now: number }, { at: number | null }>(
      'SELECT min(visible_at) AS at FROM queue_messages WHERE content = $content AND visible_at > $now',
    ),
    /** @param ids a list, as JSON */
    take: sql.changed<{ ids: string; now: number; until: number }, MessageRow>(
      `UPDATE queue_messages SET visible_at = $until, receives = receives + 1, received_at = $now,
         first_received_at = coalesce(first_received_at, $now)
       WHERE id IN (SELECT value FROM json_each($ids)) RETURNING *`,
    ),
    /** What an earlier attempt took, hidden for longer. */
    takeAgain: sql.changed<{ ids: string; until: number }, MessageRow>(
      'UPDATE queue_messages SET visible_at = $until WHERE id IN (SELECT value FROM json_each($ids)) RETURNING *',
    ),
  };
}

function groupStatements(sql: Sql) {
  return {
    /** One that is there is left as it is. */
    addGroup: sql.change<Group & { ready: number }>(
      'INSERT INTO queue_groups VALUES ($content, $group, $ready) ON CONFLICT DO NOTHING',
    ),
    setReady: sql.change<Group & { ready: number }>(
      'UPDATE queue_groups SET ready_at = $ready WHERE content = $content AND group_id = $group',
    ),
    removeGroup: sql.change<Group>('DELETE FROM queue_groups WHERE content = $content AND group_id = $group'),
    readyGroups: sql.all<Content & { now: number; most: number }, { group_id: string }>(
      `SELECT group_id FROM queue_groups INDEXED BY queue_groups_ready
       WHERE content = $content AND ready_at <= $now ORDER BY ready_at LIMIT $most`,
    ),
    nextReady: sql.one<Content & { now: number }, { at: number | null }>(
      'SELECT min(ready_at) AS at FROM queue_groups WHERE content = $content AND ready_at > $now',
    ),
    /** The first of a group. */
    head: sql.all<Group & { sent: number; most: number }, Candidate>(
      `SELECT ${CANDIDATE} FROM queue_messages INDEXED BY queue_messages_group
       WHERE content = $content AND group_id = $group AND sent_at > $sent ORDER BY id LIMIT $most`,
    ),
  };
}

function recentStatements(sql: Sql) {
  return {
    deduplication: sql.one<
      { queue: number; scope: string; deduplication_id: string },
      { message_id: string; sequence: number; until: number }
    >(
      `SELECT message_id, sequence, until FROM queue_deduplications
       WHERE queue = $queue AND scope = $scope AND deduplication_id = $deduplication_id`,
    ),
    putDeduplication: sql.change<{
      queue: number;
      scope: string;
      deduplication_id: string;
      message_id: string;
      sequence: number;
      until: number;
    }>(
      `INSERT OR REPLACE INTO queue_deduplications
       VALUES ($queue, $scope, $deduplication_id, $message_id, $sequence, $until)`,
    ),
    /** A few of those that are over: each that is added removes two. */
    clearDeduplications: sql.change<{ now: number }>(
      `DELETE FROM queue_deduplications WHERE (queue, scope, deduplication_id) IN
         (SELECT queue, scope, deduplication_id FROM queue_deduplications WHERE until <= $now LIMIT 2)`,
    ),
    attempt: sql.one<{ queue: number; attempt_id: string }, { content: number; taken: string; until: number }>(
      'SELECT content, taken, until FROM queue_attempts WHERE queue = $queue AND attempt_id = $attempt_id',
    ),
    putAttempt: sql.change<{ queue: number; attempt_id: string; content: number; taken: string; until: number }>(
      'INSERT OR REPLACE INTO queue_attempts VALUES ($queue, $attempt_id, $content, $taken, $until)',
    ),
    clearAttempts: sql.change<{ now: number }>(
      `DELETE FROM queue_attempts WHERE (queue, attempt_id) IN
         (SELECT queue, attempt_id FROM queue_attempts WHERE until <= $now LIMIT 2)`,
    ),
  };
}

function moveStatements(sql: Sql) {
  return {
    insertMove: sql.insert<Omit<MoveRow, 'id'>>(
      `INSERT INTO queue_moves (handle, region, source, destination, rate, status, moved, to_move, last_message, failure,
         started_at)
       VALUES ($handle, $region, $source, $destination, $rate, $status, $moved, $to_move, $last_message, $failure,
         $started_at)`,
    ),
    move: sql.one<Id, MoveRow>('SELECT * FROM queue_moves WHERE id = $id'),
    moveByHandle: sql.one<{ handle: string }, MoveRow>('SELECT * FROM queue_moves WHERE handle = $handle'),
    /** The newest first. */
    moves: sql.all<{ region: string; source: string; limit: number }, MoveRow>(
      'SELECT * FROM queue_moves WHERE region = $region AND source = $source ORDER BY id DESC LIMIT $limit',
    ),
    movesRunning: sql.all<Record<never, never>, MoveRow>("SELECT * FROM queue_moves WHERE status = 'RUNNING'"),
    setMove: sql.change<Id & Pick<MoveRow, 'status' | 'moved' | 'failure'>>(
      'UPDATE queue_moves SET status = $status, moved = $moved, failure = $failure WHERE id = $id',
    ),
    removeMoves: sql.change<{ region: string; source: string }>(
      'DELETE FROM queue_moves WHERE region = $region AND source = $source',
    ),
    /** The next to be moved. */
    movable: sql.all<Content & { now: number; last: number; most: number }, MessageRow>(
      `SELECT * FROM queue_messages INDEXED BY queue_messages_visible
       WHERE content = $content AND visible_at <= $now AND id <= $last ORDER BY visible_at, id LIMIT $most`,
    ),
  };
}
