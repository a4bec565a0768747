/**
 * All SQL of executions: what describes them, and the work that activities' workers may take.
 *
 * X1. A row is written with the execution's start and its end, in the transactions of the journal's events: it never tells of
 *     anything that the journal does not.
 */
import type { ExecutionStatus } from '../../../engine/machines/state.ts';
import type { Migrations } from '../../../store/migrations.ts';
import type { Sql } from '../../../store/sql.ts';

export const executionMigrations: Migrations = {
  owner: 'machine executions',
  steps: [
    `CREATE TABLE machine_executions (
       id INTEGER PRIMARY KEY,
       arn TEXT NOT NULL UNIQUE,
       name TEXT NOT NULL,
       machine INTEGER NOT NULL,
       revision INTEGER NOT NULL,
       -- Of a distributed map's executions: the machine's name, a slash and the map's label.
       machine_arn TEXT NOT NULL,
       version_arn TEXT,
       alias_arn TEXT,
       status TEXT NOT NULL,
       started_at INTEGER NOT NULL,
       ended_at INTEGER,
       input TEXT NOT NULL,
       output TEXT,
       error TEXT,
       cause TEXT,
       trace_header TEXT,
       redrive_count INTEGER NOT NULL,
       redriven_at INTEGER,
       redrive_token TEXT,
       map_run TEXT,
       item INTEGER
     ) STRICT;
     CREATE INDEX machine_executions_of_machine ON machine_executions (machine, started_at, id);
     CREATE INDEX machine_executions_open ON machine_executions (machine) WHERE ended_at IS NULL;
     CREATE INDEX machine_executions_of_map_run ON machine_executions (map_run, item) WHERE map_run IS NOT NULL;
     -- Activities' tasks that no worker has taken yet.
     CREATE TABLE activity_tasks (
       id INTEGER PRIMARY KEY,
       activity TEXT NOT NULL,
       execution TEXT NOT NULL,
       task TEXT NOT NULL,
       input TEXT NOT NULL,
       token TEXT NOT NULL
     ) STRICT;
     CREATE INDEX activity_tasks_of ON activity_tasks (activity, id);
     CREATE INDEX activity_tasks_by_task ON activity_tasks (execution, task);
     -- What the tasks of the pattern .sync wait for.
     CREATE TABLE awaited (
       execution TEXT NOT NULL,
       task TEXT NOT NULL,
       kind TEXT NOT NULL,
       id TEXT NOT NULL,
       PRIMARY KEY (execution, task)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX awaited_by_id ON awaited (id);`,
    `-- Of a distributed map's executions: how many items it has, beginning with the one numbered item.
     ALTER TABLE machine_executions ADD COLUMN items INTEGER;
     CREATE INDEX machine_executions_open_of_map_run ON machine_executions (map_run)
       WHERE map_run IS NOT NULL AND ended_at IS NULL;`,
  ],
};

/** Times are milliseconds since the epoch. */
export type ExecutionRow = {
  id: number;
  arn: string;
  name: string;
  machine: number;
  revision: number;
  machine_arn: string;
  version_arn: string | null;
  alias_arn: string | null;
  status: ExecutionStatus;
  started_at: number;
  ended_at: number | null;
  input: string;
  output: string | null;
  error: string | null;
  cause: string | null;
  trace_header: string | null;
  redrive_count: number;
  redriven_at: number | null;
  redrive_token: string | null;
  map_run: string | null;
  item: number | null;
  items: number | null;
};

export type AgeingRow = Pick<ExecutionRow, 'id' | 'arn' | 'started_at' | 'ended_at'> & { held: number };

export type ActivityTaskRow = {
  id: number;
  activity: string;
  execution: string;
  task: string;
  input: string;
  token: string;
};

export type AwaitedRow = { execution: string; task: string; kind: 'job' | 'execution'; id: string };

type Arn = { arn: string };
type OfTask = { execution: string; task: string };
type Listed = {
  machine: number | null;
  map_run: string | null;
  version_arn: string | null;
  alias_arn: string | null;
  status: string | null;
  redriven: number | null;
  before: number;
  before_id: number;
  limit: number;
};
export type ExecutionEnd = Pick<ExecutionRow, 'arn' | 'status' | 'ended_at' | 'output' | 'error' | 'cause'>;

export type ExecutionsStore = ReturnType<typeof executionsStore>;

export function executionsStore(sql: Sql) {
  return {
    execution: sql.one<Arn, ExecutionRow>('SELECT * FROM machine_executions WHERE arn = $arn'),
    insertExecution: sql.insert<Omit<ExecutionRow, 'id'>>(
      `INSERT INTO machine_executions (arn, name, machine, revision, machine_arn, version_arn, alias_arn, status, started_at, ended_at,
         input, output, error, cause, trace_header, redrive_count, redriven_at, redrive_token, map_run, item, items)
       VALUES ($arn, $name, $machine, $revision, $machine_arn, $version_arn, $alias_arn, $status, $started_at, $ended_at,
         $input, $output, $error, $cause, $trace_header, $redrive_count, $redriven_at, $redrive_token, $map_run, $item, $items)`,
    ),
    endExecution: sql.change<ExecutionEnd>(
      `UPDATE machine_executions SET status = $status, ended_at = $ended_at, output = $output, error = $error, cause = $cause
       WHERE arn = $arn`,
    ),
    redrive: sql.change<Arn & { redriven_at: number; redrive_token: string | null }>(
      `UPDATE machine_executions SET status = 'RUNNING', ended_at = NULL, output = NULL, error = NULL, cause = NULL,
         redrive_count = redrive_count + 1, redriven_at = $redriven_at, redrive_token = $redrive_token WHERE arn = $arn`,
    ),
    /** The newest first, before a start and, of the same start, an id. What is null does not matter. */
    list: sql.all<Listed, ExecutionRow>(
      `SELECT * FROM machine_executions
       WHERE ($machine IS NULL OR machine = $machine) AND ($map_run IS NULL OR map_run = $map_run)
         AND ($map_run IS NOT NULL OR map_run IS NULL)
         AND ($version_arn IS NULL OR version_arn = $version_arn) AND ($alias_arn IS NULL OR alias_arn = $alias_arn)
         AND ($status IS NULL OR status = $status) AND ($redriven IS NULL OR (redrive_count > 0) = $redriven)
         AND (started_at < $before OR (started_at = $before AND id < $before_id))
       ORDER BY started_at DESC, id DESC LIMIT $limit`,
    ),
    /** By their ids, after one. `held`: a map run may still redrive it. */
    oldest: sql.all<{ after: number; limit: number }, AgeingRow>(
      `SELECT id, arn, started_at, ended_at,
         EXISTS (SELECT 1 FROM map_runs WHERE map_runs.arn = map_run AND phase <> 'OVER') AS held
       FROM machine_executions WHERE id > $after ORDER BY id LIMIT $limit`,
    ),
    removeExecution: sql.change<Arn>('DELETE FROM machine_executions WHERE arn = $arn'),
    openOf: sql.one<{ machine: number }, { one: number }>(
      'SELECT 1 AS one FROM machine_executions WHERE machine = $machine AND ended_at IS NULL LIMIT 1',
    ),

    insertActivityTask: sql.insert<Omit<ActivityTaskRow, 'id'>>(
      `INSERT INTO activity_tasks (activity, execution, task, input, token)
       VALUES ($activity, $execution, $task, $input, $token)`,
    ),
    nextActivityTask: sql.one<{ activity: string }, ActivityTaskRow>(
      'SELECT * FROM activity_tasks WHERE activity = $activity ORDER BY id LIMIT 1',
    ),
    removeActivityTask: sql.change<{ id: number }>('DELETE FROM activity_tasks WHERE id = $id'),
    dropActivityTask: sql.change<OfTask>('DELETE FROM activity_tasks WHERE execution = $execution AND task = $task'),

    insertAwaited: sql.change<AwaitedRow>('INSERT INTO awaited VALUES ($execution, $task, $kind, $id)'),
    awaitedBy: sql.one<OfTask, AwaitedRow>('SELECT * FROM awaited WHERE execution = $execution AND task = $task'),
    awaiting: sql.all<Pick<AwaitedRow, 'kind' | 'id'>, AwaitedRow>(
      'SELECT * FROM awaited WHERE id = $id AND kind = $kind',
    ),
    removeAwaited: sql.change<OfTask>('DELETE FROM awaited WHERE execution = $execution AND task = $task'),
  };
}
