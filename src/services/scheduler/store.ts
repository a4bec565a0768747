/**
 * All SQL of the scheduler service. When a schedule next occurs is the engine's (engine/occurrences.ts), under the schedule's id.
 *
 * S1. Ids are never used again: what waits for a schedule that is deleted never reaches its successor of the same name.
 */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'scheduler',
  steps: [
    `CREATE TABLE schedule_groups (
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       state TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       PRIMARY KEY (region, name)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE schedules (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       group_name TEXT NOT NULL,
       name TEXT NOT NULL,
       description TEXT,
       expression TEXT NOT NULL,
       time_zone TEXT NOT NULL,
       start_at INTEGER,
       end_at INTEGER,
       -- What a rate counts from; null as long as the schedule has never been enabled.
       anchor INTEGER,
       state TEXT NOT NULL,
       -- Null: no flexible time window.
       window_minutes INTEGER,
       -- As JSON.
       target TEXT NOT NULL,
       after_completion TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       -- The last occurrence that was missed, and what became of it.
       missed_at INTEGER,
       missed_outcome TEXT,
       UNIQUE (region, group_name, name)
     ) STRICT;
     CREATE TABLE schedule_tokens (
       region TEXT NOT NULL,
       token TEXT NOT NULL,
       operation TEXT NOT NULL,
       request TEXT NOT NULL,
       answer TEXT NOT NULL,
       at INTEGER NOT NULL,
       PRIMARY KEY (region, token, operation)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX schedule_tokens_by_age ON schedule_tokens (at);`,
  ],
};

export type GroupState = 'ACTIVE' | 'DELETING';
export type ScheduleState = 'ENABLED' | 'DISABLED';
export type MissedOutcome = 'ran-late' | 'skipped';

export type GroupRow = {
  region: string;
  name: string;
  state: GroupState;
  created_at: number;
  modified_at: number;
};

/** What a request configures. */
export type Settings = {
  description: string | null;
  expression: string;
  time_zone: string;
  start_at: number | null;
  end_at: number | null;
  state: ScheduleState;
  window_minutes: number | null;
  target: string;
  after_completion: 'NONE' | 'DELETE';
};

export type ScheduleRow = Settings & {
  id: number;
  region: string;
  group_name: string;
  name: string;
  anchor: number | null;
  created_at: number;
  modified_at: number;
  missed_at: number | null;
  missed_outcome: MissedOutcome | null;
};

export type TokenRow = {
  region: string;
  token: string;
  operation: string;
  request: string;
  answer: string;
  at: number;
};

type Named = { region: string; name: string };
type InGroup = { region: string; group_name: string; name: string };
type Page = { region: string; prefix: string; limit: number };

export type SchedulerStore = ReturnType<typeof schedulerStore>;

/** A name begins with a prefix: its characters sort below the last one that a name could have. */
const BEGINS = `name >= $prefix AND name < $prefix || '~'`;

export function schedulerStore(sql: Sql) {
  return {
    group: sql.one<Named, GroupRow>('SELECT * FROM schedule_groups WHERE region = $region AND name = $name'),
    groupCount: sql.one<{ region: string }, { count: number }>(
      'SELECT count(*) AS count FROM schedule_groups WHERE region = $region',
    ),
    insertGroup: sql.change<GroupRow>(
      'INSERT INTO schedule_groups VALUES ($region, $name, $state, $created_at, $modified_at)',
    ),
    setGroupState: sql.change<Named & { state: GroupState; modified_at: number }>(
      'UPDATE schedule_groups SET state = $state, modified_at = $modified_at WHERE region = $region AND name = $name',
    ),
    touchGroup: sql.change<Named & { modified_at: number }>(
      'UPDATE schedule_groups SET modified_at = $modified_at WHERE region = $region AND name = $name',
    ),
    removeGroup: sql.change<Named>('DELETE FROM schedule_groups WHERE region = $region AND name = $name'),
    groups: sql.all<Page & { after: string }, GroupRow>(
      `SELECT * FROM schedule_groups WHERE region = $region AND ${BEGINS} AND name > $after ORDER BY name LIMIT $limit`,
    ),
    deletingGroups: sql.all<Record<never, never>, Named>(
      `SELECT region, name FROM schedule_groups WHERE state = 'DELETING' ORDER BY region, name`,
    ),
    schedule: sql.one<InGroup, ScheduleRow>(
      'SELECT * FROM schedules WHERE region = $region AND group_name = $group_name AND name = $name',
    ),
    scheduleOfId: sql.one<{ id: number }, ScheduleRow>('SELECT * FROM schedules WHERE id = $id'),
    insertSchedule: sql.insert<Omit<ScheduleRow, 'id' | 'missed_at' | 'missed_outcome'>>(
      `INSERT INTO schedules (region, group_name, name, description, expression, time_zone, start_at, end_at, anchor, state,
         window_minutes, target, after_completion, created_at, modified_at)
       VALUES ($region, $group_name, $name, $description, $expression, $time_zone, $start_at, $end_at, $anchor, $state,
         $window_minutes, $target, $after_completion, $created_at, $modified_at)`,
    ),
    setSchedule: sql.change<Settings & { id: number; anchor: number | null; modified_at: number }>(
      `UPDATE schedules SET description = $description, expression = $expression, time_zone = $time_zone,
         start_at = $start_at, end_at = $end_at, anchor = $anchor, state = $state, window_minutes = $window_minutes,
         target = $target, after_completion = $after_completion, modified_at = $modified_at WHERE id = $id`,
    ),
    setMissed: sql.change<{ id: number; missed_at: number; missed_outcome: MissedOutcome }>(
      'UPDATE schedules SET missed_at = $missed_at, missed_outcome = $missed_outcome WHERE id = $id',
    ),
    removeSchedule: sql.change<{ id: number }>('DELETE FROM schedules WHERE id = $id'),
    schedulesOfGroup: sql.all<{ region: string; group_name: string; limit: number }, ScheduleRow>(
      'SELECT * FROM schedules WHERE region = $region AND group_name = $group_name ORDER BY name LIMIT $limit',
    ),
    /** Of one group (else of all: ''), in one state (else in any: ''), after a group and name. */
    schedules: sql.all<Page & { group_name: string; state: string; afterGroup: string; after: string }, ScheduleRow>(
      `SELECT * FROM schedules WHERE region = $region AND ($group_name = '' OR group_name = $group_name)
         AND ($state = '' OR state = $state) AND ${BEGINS} AND (group_name, name) > ($afterGroup, $after)
       ORDER BY group_name, name LIMIT $limit`,
    ),
    scheduleCount: sql.one<{ region: string }, { count: number }>(
      'SELECT count(*) AS count FROM schedules WHERE region = $region',
    ),
    token: sql.one<Pick<TokenRow, 'region' | 'token' | 'operation'>, TokenRow>(
      'SELECT * FROM schedule_tokens WHERE region = $region AND token = $token AND operation = $operation',
    ),
    insertToken: sql.change<TokenRow>(
      'INSERT INTO schedule_tokens VALUES ($region, $token, $operation, $request, $answer, $at)',
    ),
    removeTokens: sql.change<{ before: number; most: number }>(
      `DELETE FROM schedule_tokens WHERE (region, token, operation) IN
         (SELECT region, token, operation FROM schedule_tokens WHERE at < $before ORDER BY at LIMIT $most)`,
    ),
  };
}
