/**
 * All SQL of the events service. Names are unique within a region; those of rules within an event bus.
 *
 * S1. Ids are never used again, so that what waits for a rule that is deleted never reaches its successor of the same name.
 * S2. The default event bus of a region is there without a row; it has one once something of it was set.
 */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { ReplayState, RuleState } from './legal.ts';

export const migrations: Migrations = {
  owner: 'events',
  steps: [
    `CREATE TABLE event_buses (
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       description TEXT,
       -- A dead-letter queue's ARN.
       dead_letter TEXT,
       policy TEXT,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       PRIMARY KEY (region, name)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE event_rules (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       bus TEXT NOT NULL,
       name TEXT NOT NULL,
       pattern TEXT,
       schedule TEXT,
       state TEXT NOT NULL,
       description TEXT,
       role_arn TEXT,
       -- What its rate counts from: milliseconds since the epoch.
       scheduled_at INTEGER,
       UNIQUE (region, bus, name)
     ) STRICT;
     CREATE TABLE event_targets (
       rule INTEGER NOT NULL REFERENCES event_rules (id) ON DELETE CASCADE,
       id TEXT NOT NULL,
       arn TEXT NOT NULL,
       -- The target as it was put, as JSON.
       target TEXT NOT NULL,
       PRIMARY KEY (rule, id)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX event_targets_by_arn ON event_targets (arn);
     CREATE TABLE event_archives (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       bus TEXT NOT NULL,
       pattern TEXT,
       description TEXT,
       -- Days; 0 keeps events for good.
       retention INTEGER NOT NULL,
       events INTEGER NOT NULL,
       bytes INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;
     CREATE TABLE archived_events (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       archive INTEGER NOT NULL REFERENCES event_archives (id) ON DELETE CASCADE,
       at INTEGER NOT NULL,
       bytes INTEGER NOT NULL,
       event TEXT NOT NULL
     ) STRICT;
     CREATE INDEX archived_events_by_time ON archived_events (archive, at, id);
     CREATE TABLE event_replays (
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       archive INTEGER NOT NULL,
       archive_name TEXT NOT NULL,
       bus TEXT NOT NULL,
       description TEXT,
       -- ARNs of rules, as JSON; none means all.
       filters TEXT,
       state TEXT NOT NULL,
       reason TEXT,
       begins INTEGER NOT NULL,
       ends INTEGER NOT NULL,
       last_replayed INTEGER,
       started_at INTEGER NOT NULL,
       ended_at INTEGER,
       PRIMARY KEY (region, name)
     ) STRICT, WITHOUT ROWID;`,
    `-- The last occurrence of its schedule that was missed, and what became of it.
     ALTER TABLE event_rules ADD COLUMN missed_at INTEGER;
     ALTER TABLE event_rules ADD COLUMN missed_outcome TEXT;`,
  ],
};

/** Times are milliseconds since the epoch. */
export type BusRow = {
  region: string;
  name: string;
  description: string | null;
  dead_letter: string | null;
  policy: string | null;
  created_at: number;
  modified_at: number;
};

/** What becomes of an occurrence that was missed. */
export type MissedOutcome = 'ran-late' | 'skipped';

/** What only `setMissed` writes. */
type Missed = 'missed_at' | 'missed_outcome';

export type RuleRow = {
  id: number;
  region: string;
  bus: string;
  name: string;
  pattern: string | null;
  schedule: string | null;
  state: RuleState;
  description: string | null;
  role_arn: string | null;
  scheduled_at: number | null;
  missed_at: number | null;
  missed_outcome: MissedOutcome | null;
};

/** A rule as it is put: what it has missed is no part of that. */
export type PutRow = Omit<RuleRow, Missed>;

export type TargetRow = { rule: number; id: string; arn: string; target: string };

export type ArchiveRow = {
  id: number;
  region: string;
  name: string;
  bus: string;
  pattern: string | null;
  description: string | null;
  retention: number;
  events: number;
  bytes: number;
  created_at: number;
};

export type ArchivedRow = { id: number; at: number; bytes: number; event: string };

export type ReplayRow = {
  region: string;
  name: string;
  archive: number;
  archive_name: string;
  bus: string;
  description: string | null;
  filters: string | null;
  state: ReplayState;
  reason: string | null;
  begins: number;
  ends: number;
  last_replayed: number | null;
  started_at: number;
  ended_at: number | null;
};

type Named = { region: string; name: string };
type OnBus = { region: string; bus: string };
type Page = { region: string; prefix: string; after: string; limit: number };
type InArchive = { archive: number; from: number; until: number; after: number; limit: number };

/** Names that begin with a prefix, case and all: `LIKE` would not do. */
const PAGE = 'name > $after AND substr(name, 1, length($prefix)) = $prefix ORDER BY name LIMIT $limit';

export function eventsStore(sql: Sql) {
  return { ...busesAndRules(sql), ...archivesAndReplays(sql) };
}

function busesAndRules(sql: Sql) {
  return {
    bus: sql.one<Named, BusRow>('SELECT * FROM event_buses WHERE region = $region AND name = $name'),
    buses: sql.all<Page, BusRow>(`SELECT * FROM event_buses WHERE region = $region AND ${PAGE}`),
    busCount: sql.one<{ region: string }, { count: number }>(
      'SELECT count(*) AS count FROM event_buses WHERE region = $region',
    ),
    putBus: sql.change<BusRow>(
      `INSERT INTO event_buses (region, name, description, dead_letter, policy, created_at, modified_at)
       VALUES ($region, $name, $description, $dead_letter, $policy, $created_at, $modified_at)
       ON CONFLICT DO UPDATE SET description = excluded.description, dead_letter = excluded.dead_letter,
         policy = excluded.policy, modified_at = excluded.modified_at`,
    ),
    removeBus: sql.change<Named>('DELETE FROM event_buses WHERE region = $region AND name = $name'),

    rule: sql.one<OnBus & { name: string }, RuleRow>(
      'SELECT * FROM event_rules WHERE region = $region AND bus = $bus AND name = $name',
    ),
    ruleOfId: sql.one<{ id: number }, RuleRow>('SELECT * FROM event_rules WHERE id = $id'),
    rules: sql.all<Page & { bus: string }, RuleRow>(
      `SELECT * FROM event_rules WHERE region = $region AND bus = $bus AND ${PAGE}`,
    ),
    rulesOfBus: sql.all<OnBus, RuleRow>('SELECT * FROM event_rules WHERE region = $region AND bus = $bus'),
    ruleCount: sql.one<OnBus, { count: number }>(
      'SELECT count(*) AS count FROM event_rules WHERE region = $region AND bus = $bus',
    ),
    ruleNamesByTarget: sql.all<OnBus & { arn: string; after: string; limit: number }, { name: string }>(
      `SELECT DISTINCT name FROM event_rules JOIN event_targets ON rule = event_rules.id
       WHERE region = $region AND bus = $bus AND event_targets.arn = $arn AND name > $after ORDER BY name LIMIT $limit`,
    ),
    insertRule: sql.insert<Omit<PutRow, 'id'>>(
      `INSERT INTO event_rules (region, bus, name, pattern, schedule, state, description, role_arn, scheduled_at)
       VALUES ($region, $bus, $name, $pattern, $schedule, $state, $description, $role_arn, $scheduled_at)`,
    ),
    updateRule: sql.change<Omit<PutRow, 'region' | 'bus' | 'name'>>(
      `UPDATE event_rules SET pattern = $pattern, schedule = $schedule, state = $state, description = $description,
         role_arn = $role_arn, scheduled_at = $scheduled_at WHERE id = $id`,
    ),
    setMissed: sql.change<{ id: number; missed_at: number; missed_outcome: MissedOutcome }>(
      'UPDATE event_rules SET missed_at = $missed_at, missed_outcome = $missed_outcome WHERE id = $id',
    ),
    removeRule: sql.change<{ id: number }>('DELETE FROM event_rules WHERE id = $id'),

    targets: sql.all<{ rule: number; after: string; limit: number }, TargetRow>(
      'SELECT * FROM event_targets WHERE rule = $rule AND id > $after ORDER BY id LIMIT $limit',
    ),
    target: sql.one<{ rule: number; id: string }, TargetRow>(
      'SELECT * FROM event_targets WHERE rule = $rule AND id = $id',
    ),
    targetCount: sql.one<{ rule: number }, { count: number }>(
      'SELECT count(*) AS count FROM event_targets WHERE rule = $rule',
    ),
    putTarget: sql.change<TargetRow>(
      `INSERT INTO event_targets VALUES ($rule, $id, $arn, $target)
       ON CONFLICT DO UPDATE SET arn = excluded.arn, target = excluded.target`,
    ),
    removeTarget: sql.change<{ rule: number; id: string }>('DELETE FROM event_targets WHERE rule = $rule AND id = $id'),
  };
}

function archivesAndReplays(sql: Sql) {
  return {
    archive: sql.one<Named, ArchiveRow>('SELECT * FROM event_archives WHERE region = $region AND name = $name'),
    archiveOfId: sql.one<{ id: number }, ArchiveRow>('SELECT * FROM event_archives WHERE id = $id'),
    archives: sql.all<Page & { bus: string | null }, ArchiveRow>(
      `SELECT * FROM event_archives WHERE region = $region AND ($bus IS NULL OR bus = $bus) AND ${PAGE}`,
    ),
    archivesOfBus: sql.all<OnBus, ArchiveRow>('SELECT * FROM event_archives WHERE region = $region AND bus = $bus'),
    archivesThatForget: sql.all<Record<string, never>, ArchiveRow>('SELECT * FROM event_archives WHERE retention > 0'),
    insertArchive: sql.insert<Omit<ArchiveRow, 'id'>>(
      `INSERT INTO event_archives (region, name, bus, pattern, description, retention, events, bytes, created_at)
       VALUES ($region, $name, $bus, $pattern, $description, $retention, $events, $bytes, $created_at)`,
    ),
    updateArchive: sql.change<Pick<ArchiveRow, 'id' | 'pattern' | 'description' | 'retention'>>(
      `UPDATE event_archives SET pattern = $pattern, description = $description, retention = $retention WHERE id = $id`,
    ),
    countArchived: sql.change<{ id: number; events: number; bytes: number }>(
      'UPDATE event_archives SET events = events + $events, bytes = bytes + $bytes WHERE id = $id',
    ),
    removeArchive: sql.change<{ id: number }>('DELETE FROM event_archives WHERE id = $id'),
    insertArchived: sql.insert<{ archive: number; at: number; bytes: number; event: string }>(
      'INSERT INTO archived_events (archive, at, bytes, event) VALUES ($archive, $at, $bytes, $event)',
    ),
    /** In the order of their times. `after` is the id of the last one of the time `from`. */
    archived: sql.all<InArchive, ArchivedRow>(
      `SELECT id, at, bytes, event FROM archived_events
       WHERE archive = $archive AND (at, id) > ($from, $after) AND at < $until ORDER BY at, id LIMIT $limit`,
    ),
    archivedBefore: sql.all<{ archive: number; before: number; limit: number }, { id: number; bytes: number }>(
      'SELECT id, bytes FROM archived_events WHERE archive = $archive AND at < $before ORDER BY at, id LIMIT $limit',
    ),
    removeArchived: sql.change<{ id: number }>('DELETE FROM archived_events WHERE id = $id'),
    someArchived: sql.all<{ archive: number; limit: number }, { id: number }>(
      'SELECT id FROM archived_events WHERE archive = $archive LIMIT $limit',
    ),

    replay: sql.one<Named, ReplayRow>('SELECT * FROM event_replays WHERE region = $region AND name = $name'),
    replays: sql.all<Page & { state: string | null; archive: string | null }, ReplayRow>(
      `SELECT * FROM event_replays WHERE region = $region AND ($state IS NULL OR state = $state)
         AND ($archive IS NULL OR archive_name = $archive) AND ${PAGE}`,
    ),
    insertReplay: sql.change<ReplayRow>(
      `INSERT INTO event_replays VALUES ($region, $name, $archive, $archive_name, $bus, $description, $filters, $state,
         $reason, $begins, $ends, $last_replayed, $started_at, $ended_at)`,
    ),
    updateReplay: sql.change<Named & Pick<ReplayRow, 'state' | 'reason' | 'last_replayed' | 'ended_at'>>(
      `UPDATE event_replays SET state = $state, reason = $reason, last_replayed = $last_replayed, ended_at = $ended_at
       WHERE region = $region AND name = $name`,
    ),
  };
}

export type EventsStore = ReturnType<typeof eventsStore>;
