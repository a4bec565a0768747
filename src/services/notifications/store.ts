/**
 * All SQL of the notifications service.
 *
 * S1. A message is kept once, however many receivers wait for it, and as long as one does: `pending` counts the deliveries, and the
 *     fan-out that goes on, that have not ended.
 * S2. Ids are never used again: what waits for a removed subscription never reaches its successor.
 */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { Protocol, SubscriptionStatus } from './legal.ts';

export const migrations: Migrations = {
  owner: 'notifications',
  steps: [
    `CREATE TABLE sns_topics (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       -- Those that were set, as JSON; the policy apart, for it is asked at every request.
       attributes TEXT NOT NULL,
       policy TEXT,
       -- Of the newest message of a FIFO topic.
       sequence INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;
     CREATE TABLE sns_subscriptions (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       topic INTEGER NOT NULL,
       -- The last part of its ARN.
       uuid TEXT NOT NULL,
       protocol TEXT NOT NULL,
       endpoint TEXT NOT NULL,
       status TEXT NOT NULL,
       -- Confirms it, or restores it.
       token TEXT NOT NULL,
       -- Those that were set, as JSON.
       attributes TEXT NOT NULL,
       confirmation_authenticated INTEGER NOT NULL,
       authenticate_on_unsubscribe INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       UNIQUE (topic, uuid)
     ) STRICT;
     CREATE INDEX sns_subscriptions_of ON sns_subscriptions (topic, id);
     CREATE UNIQUE INDEX sns_subscriptions_to ON sns_subscriptions (topic, protocol, endpoint);
     CREATE TABLE sns_messages (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       topic INTEGER NOT NULL,
       -- As it was published, as JSON.
       message TEXT NOT NULL,
       pending INTEGER NOT NULL
     ) STRICT;
     CREATE TABLE sns_deduplication (
       topic INTEGER NOT NULL,
       -- The message group, or nothing where the whole topic is one scope.
       scope TEXT NOT NULL,
       deduplication_id TEXT NOT NULL,
       message_id TEXT NOT NULL,
       sequence TEXT NOT NULL,
       until INTEGER NOT NULL,
       PRIMARY KEY (topic, scope, deduplication_id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX sns_deduplication_until ON sns_deduplication (until);
     CREATE TABLE sns_outbox (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       -- Whose mail it is: one each.
       delivery INTEGER NOT NULL UNIQUE,
       region TEXT NOT NULL,
       at INTEGER NOT NULL,
       topic TEXT NOT NULL,
       subscription TEXT NOT NULL,
       kind TEXT NOT NULL,
       sender TEXT NOT NULL,
       recipient TEXT NOT NULL,
       subject TEXT NOT NULL,
       body TEXT NOT NULL,
       bytes INTEGER NOT NULL,
       -- kept, or waiting, mailed or failed where there is a mail server.
       status TEXT NOT NULL,
       error TEXT
     ) STRICT;`,
    `ALTER TABLE sns_subscriptions ADD COLUMN principal TEXT NOT NULL DEFAULT '';`,
  ],
};

export type TopicRow = {
  id: number;
  region: string;
  name: string;
  attributes: string;
  policy: string | null;
  sequence: number;
  created_at: number;
};

export type SubscriptionRow = {
  id: number;
  topic: number;
  uuid: string;
  protocol: Protocol;
  endpoint: string;
  status: SubscriptionStatus;
  token: string;
  attributes: string;
  confirmation_authenticated: number;
  authenticate_on_unsubscribe: number;
  created_at: number;
  /** Who subscribed it. */
  principal: string;
};

export type MessageRow = { id: number; topic: number; message: string; pending: number };

export type DeduplicationRow = {
  topic: number;
  scope: string;
  deduplication_id: string;
  message_id: string;
  sequence: string;
  until: number;
};

export type OutboxStatus = 'kept' | 'waiting' | 'mailed' | 'failed';
export type OutboxKind = 'confirmation' | 'notification';
export type OutboxRow = {
  id: number;
  delivery: number;
  region: string;
  at: number;
  topic: string;
  subscription: string;
  kind: OutboxKind;
  sender: string;
  recipient: string;
  subject: string;
  body: string;
  bytes: number;
  status: OutboxStatus;
  error: string | null;
};

type Id = { id: number };
type Of = { topic: number };

export type NotificationsStore = ReturnType<typeof notificationsStore>;

export function notificationsStore(sql: Sql) {
  return {
    ...topicStatements(sql),
    ...subscriptionStatements(sql),
    ...messageStatements(sql),
    ...outboxStatements(sql),
  };
}

function topicStatements(sql: Sql) {
  return {
    topic: sql.one<{ region: string; name: string }, TopicRow>(
      'SELECT * FROM sns_topics WHERE region = $region AND name = $name',
    ),
    topicOfId: sql.one<Id, TopicRow>('SELECT * FROM sns_topics WHERE id = $id'),
    topics: sql.all<{ region: string; after: string; limit: number }, TopicRow>(
      'SELECT * FROM sns_topics WHERE region = $region AND name > $after ORDER BY name LIMIT $limit',
    ),
    topicCount: sql.one<{ region: string }, { count: number }>(
      'SELECT count(*) AS count FROM sns_topics WHERE region = $region',
    ),
    insertTopic: sql.insert<Omit<TopicRow, 'id'>>(
      `INSERT INTO sns_topics (region, name, attributes, policy, sequence, created_at)
       VALUES ($region, $name, $attributes, $policy, $sequence, $created_at)`,
    ),
    setAttributes: sql.change<Id & { attributes: string }>(
      'UPDATE sns_topics SET attributes = $attributes WHERE id = $id',
    ),
    setPolicy: sql.change<Id & { policy: string | null }>('UPDATE sns_topics SET policy = $policy WHERE id = $id'),
    setSequence: sql.change<Id & { sequence: number }>('UPDATE sns_topics SET sequence = $sequence WHERE id = $id'),
    removeTopic: sql.change<Id>('DELETE FROM sns_topics WHERE id = $id'),
  };
}

function subscriptionStatements(sql: Sql) {
  return {
    subscription: sql.one<Of & { uuid: string }, SubscriptionRow>(
      'SELECT * FROM sns_subscriptions WHERE topic = $topic AND uuid = $uuid',
    ),
    subscriptionOfId: sql.one<Id, SubscriptionRow>('SELECT * FROM sns_subscriptions WHERE id = $id'),
    subscriptionTo: sql.one<Of & { protocol: string; endpoint: string }, SubscriptionRow>(
      'SELECT * FROM sns_subscriptions WHERE topic = $topic AND protocol = $protocol AND endpoint = $endpoint',
    ),
    subscriptionOfToken: sql.one<Of & { token: string }, SubscriptionRow>(
      'SELECT * FROM sns_subscriptions WHERE topic = $topic AND token = $token',
    ),
    subscriptionsOf: sql.all<Of & { after: number; limit: number }, SubscriptionRow>(
      `SELECT * FROM sns_subscriptions WHERE topic = $topic AND id > $after AND status <> 'deleted'
       ORDER BY id LIMIT $limit`,
    ),
    subscriptions: sql.all<{ region: string; after: number; limit: number }, SubscriptionRow & { topic_name: string }>(
      `SELECT sns_subscriptions.*, sns_topics.name AS topic_name
       FROM sns_subscriptions JOIN sns_topics ON sns_topics.id = sns_subscriptions.topic
       WHERE region = $region AND sns_subscriptions.id > $after AND status <> 'deleted'
       ORDER BY sns_subscriptions.id LIMIT $limit`,
    ),
    subscriptionCounts: sql.all<Of, { status: SubscriptionStatus; count: number }>(
      'SELECT status, count(*) AS count FROM sns_subscriptions WHERE topic = $topic GROUP BY status',
    ),
    filterCount: sql.one<Of & { id: number }, { count: number }>(
      `SELECT count(*) AS count FROM sns_subscriptions
       WHERE topic = $topic AND id <> $id AND status <> 'deleted' AND attributes LIKE '%"FilterPolicy":%'`,
    ),
    anySubscription: sql.one<Record<never, never>, Id>('SELECT id FROM sns_subscriptions LIMIT 1'),
    insertSubscription: sql.insert<Omit<SubscriptionRow, 'id'>>(
      `INSERT INTO sns_subscriptions
         (topic, uuid, protocol, endpoint, status, token, attributes, confirmation_authenticated, authenticate_on_unsubscribe, created_at, principal)
       VALUES ($topic, $uuid, $protocol, $endpoint, $status, $token, $attributes, $confirmation_authenticated,
         $authenticate_on_unsubscribe, $created_at, $principal)`,
    ),
    setSubscription: sql.change<
      Pick<
        SubscriptionRow,
        'id' | 'status' | 'token' | 'attributes' | 'confirmation_authenticated' | 'authenticate_on_unsubscribe'
      >
    >(
      `UPDATE sns_subscriptions SET status = $status, token = $token, attributes = $attributes,
         confirmation_authenticated = $confirmation_authenticated, authenticate_on_unsubscribe = $authenticate_on_unsubscribe
       WHERE id = $id`,
    ),
    removeSubscription: sql.change<Id>('DELETE FROM sns_subscriptions WHERE id = $id'),
    removeSubscriptionsOf: sql.change<Of>('DELETE FROM sns_subscriptions WHERE topic = $topic'),
  };
}

function messageStatements(sql: Sql) {
  return {
    message: sql.one<Id, MessageRow>('SELECT * FROM sns_messages WHERE id = $id'),
    insertMessage: sql.insert<Omit<MessageRow, 'id'>>(
      'INSERT INTO sns_messages (topic, message, pending) VALUES ($topic, $message, $pending)',
    ),
    addPending: sql.change<Id & { more: number }>('UPDATE sns_messages SET pending = pending + $more WHERE id = $id'),
    removeSettled: sql.change<Id>('DELETE FROM sns_messages WHERE id = $id AND pending <= 0'),
    deduplication: sql.one<Pick<DeduplicationRow, 'topic' | 'scope' | 'deduplication_id'>, DeduplicationRow>(
      `SELECT * FROM sns_deduplication
       WHERE topic = $topic AND scope = $scope AND deduplication_id = $deduplication_id`,
    ),
    putDeduplication: sql.change<DeduplicationRow>(
      `INSERT OR REPLACE INTO sns_deduplication
       VALUES ($topic, $scope, $deduplication_id, $message_id, $sequence, $until)`,
    ),
    forgetDeduplication: sql.change<{ now: number }>('DELETE FROM sns_deduplication WHERE until <= $now'),
    removeDeduplicationOf: sql.change<Of>('DELETE FROM sns_deduplication WHERE topic = $topic'),
  };
}

function outboxStatements(sql: Sql) {
  return {
    insertOutbox: sql.change<Omit<OutboxRow, 'id'>>(
      `INSERT OR IGNORE INTO sns_outbox (delivery, region, at, topic, subscription, kind, sender, recipient, subject, body, bytes, status, error)
       VALUES ($delivery, $region, $at, $topic, $subscription, $kind, $sender, $recipient, $subject, $body, $bytes, $status, $error)`,
    ),
    outbox: sql.one<Id, OutboxRow>('SELECT * FROM sns_outbox WHERE id = $id'),
    /** The newest first, without their texts. */
    outboxPage: sql.all<{ before: number; limit: number }, Omit<OutboxRow, 'body'>>(
      `SELECT id, delivery, region, at, topic, subscription, kind, sender, recipient, subject, bytes, status, error
       FROM sns_outbox WHERE id < $before ORDER BY id DESC LIMIT $limit`,
    ),
    setOutbox: sql.change<Pick<OutboxRow, 'delivery' | 'status' | 'error'>>(
      'UPDATE sns_outbox SET status = $status, error = $error WHERE delivery = $delivery',
    ),
    /** The newest that is too much, by number or by bytes, counted from the newest one. */
    outboxExcess: sql.one<{ messages: number; bytes: number }, Id>(
      `SELECT id FROM (
         SELECT id, row_number() OVER newest AS nth, sum(bytes) OVER newest AS total
         FROM sns_outbox WINDOW newest AS (ORDER BY id DESC)
       ) WHERE nth > $messages OR total > $bytes ORDER BY id DESC LIMIT 1`,
    ),
    removeOutbox: sql.change<{ upTo: number; before: number }>(
      'DELETE FROM sns_outbox WHERE id <= $upTo OR at < $before',
    ),
  };
}
