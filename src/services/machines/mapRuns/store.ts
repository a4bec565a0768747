/**
 * All SQL of map runs: what each has to do, how far it has come, and its executions, which lie in the table of all executions.
 *
 * S1. Counts change in the transaction that begins or ends what they count. Of Express executions, which are not in the store while
 *     they run, they change when ends are written down.
 * S2. `next_item` is the first item of which nothing is on record yet; items before it have rows. (Of an Express map some items
 *     after it may have rows, too.)
 */
import type { MachineType } from '../../../definition/asl/types.ts';
import type { Migrations } from '../../../store/migrations.ts';
import type { Sql } from '../../../store/sql.ts';
import type { ExecutionRow } from '../executions/store.ts';

export const mapRunMigrations: Migrations = {
  owner: 'map runs',
  steps: [
    `CREATE TABLE map_runs (
       id INTEGER PRIMARY KEY,
       arn TEXT NOT NULL UNIQUE,
       -- The execution, and its task: what the map run's end completes.
       execution TEXT NOT NULL,
       task TEXT NOT NULL,
       thread INTEGER NOT NULL,
       type TEXT NOT NULL CHECK (type IN ('STANDARD', 'EXPRESS')),
       status TEXT NOT NULL CHECK (status IN ('RUNNING', 'SUCCEEDED', 'FAILED', 'ABORTED')),
       phase TEXT NOT NULL CHECK (phase IN ('BEGINNING', 'STOPPING', 'WRITING', 'OVER')),
       error TEXT,
       cause TEXT,
       max_concurrency INTEGER NOT NULL,
       tolerated_count INTEGER,
       tolerated_percentage REAL,
       started_at INTEGER NOT NULL,
       ended_at INTEGER,
       redrive_count INTEGER NOT NULL,
       redriven_at INTEGER,
       -- The item up to which a redrive has gone through the executions that failed; null once it has gone through all.
       redrive_after INTEGER,
       next_item INTEGER NOT NULL,
       all_read INTEGER NOT NULL,
       total_items INTEGER NOT NULL,
       running_items INTEGER NOT NULL DEFAULT 0,
       succeeded_items INTEGER NOT NULL DEFAULT 0,
       failed_items INTEGER NOT NULL DEFAULT 0,
       timed_out_items INTEGER NOT NULL DEFAULT 0,
       aborted_items INTEGER NOT NULL DEFAULT 0,
       total_executions INTEGER NOT NULL,
       running_executions INTEGER NOT NULL DEFAULT 0,
       succeeded_executions INTEGER NOT NULL DEFAULT 0,
       failed_executions INTEGER NOT NULL DEFAULT 0,
       timed_out_executions INTEGER NOT NULL DEFAULT 0,
       aborted_executions INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     CREATE INDEX map_runs_of ON map_runs (execution, id);
     CREATE INDEX map_runs_open ON map_runs (id) WHERE phase <> 'OVER';
     -- The objects that were read, as they were at first: the same are read after a restart.
     CREATE TABLE map_run_objects (
       map_run INTEGER NOT NULL,
       bucket TEXT NOT NULL,
       key TEXT NOT NULL,
       etag TEXT NOT NULL,
       version TEXT,
       PRIMARY KEY (map_run, bucket, key)
     ) STRICT, WITHOUT ROWID;`,
  ],
};

export type MapRunStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
export type Phase = 'BEGINNING' | 'STOPPING' | 'WRITING' | 'OVER';
export const COUNTED = ['running', 'succeeded', 'failed', 'timed_out', 'aborted'] as const;
export type Counted = (typeof COUNTED)[number];
export type Counts = { [K in Counted as `${K}_items` | `${K}_executions`]: number };
export type Totals = { total_items: number; total_executions: number };

export type MapRunRow = Counts &
  Totals & {
    id: number;
    arn: string;
    execution: string;
    task: string;
    thread: number;
    type: MachineType;
    status: MapRunStatus;
    phase: Phase;
    error: string | null;
    cause: string | null;
    max_concurrency: number;
    tolerated_count: number | null;
    tolerated_percentage: number | null;
    started_at: number;
    ended_at: number | null;
    redrive_count: number;
    redriven_at: number | null;
    redrive_after: number | null;
    next_item: number;
    all_read: number;
  };

export type NewMapRun = Omit<
  MapRunRow,
  | keyof Counts
  | ('id' | 'status' | 'phase' | 'error' | 'cause' | 'ended_at' | 'next_item' | 'all_read')
  | ('redrive_count' | 'redrive_after' | 'redriven_at')
>;
type Arn = { arn: string };
type Id = { id: number };
type OfMapRun = { map_run: string };
export type Pin = { map_run: number; bucket: string; key: string; etag: string; version: string | null };
export type Limits = Pick<MapRunRow, 'max_concurrency' | 'tolerated_count' | 'tolerated_percentage'>;

export type MapRunsStore = ReturnType<typeof mapRunsStore>;

export function mapRunsStore(sql: Sql) {
  return { ...runStatements(sql), ...childStatements(sql) };
}

const sumOf = (what: 'items' | 'executions') => COUNTED.map((name) => `${name}_${what}`).join(' + ');

function runStatements(sql: Sql) {
  const added = COUNTED.flatMap((name) => [`${name}_items`, `${name}_executions`]);
  return {
    insertRun: sql.insert<NewMapRun>(
      `INSERT INTO map_runs (arn, execution, task, thread, type, status, phase, max_concurrency, tolerated_count, tolerated_percentage,
         started_at, redrive_count, next_item, all_read, total_items, total_executions)
       VALUES ($arn, $execution, $task, $thread, $type, 'RUNNING', 'BEGINNING', $max_concurrency, $tolerated_count,
         $tolerated_percentage, $started_at, 0, 0, 0, $total_items, $total_executions)`,
    ),
    run: sql.one<Arn, MapRunRow>('SELECT * FROM map_runs WHERE arn = $arn'),
    openRuns: sql.all<Record<string, never>, Arn>("SELECT arn FROM map_runs WHERE phase <> 'OVER' ORDER BY id"),
    /** The newest first. */
    runsOf: sql.all<{ execution: string; before: number; limit: number }, MapRunRow>(
      'SELECT * FROM map_runs WHERE execution = $execution AND id < $before ORDER BY id DESC LIMIT $limit',
    ),
    setLimits: sql.change<Arn & Limits>(
      `UPDATE map_runs SET max_concurrency = $max_concurrency, tolerated_count = $tolerated_count,
         tolerated_percentage = $tolerated_percentage WHERE arn = $arn`,
    ),
    /** Items and executions that were begun or have ended, each by how many there are more. */
    count: sql.change<Id & Counts>(
      `UPDATE map_runs SET ${added.map((name) => `${name} = ${name} + $${name}`).join(', ')} WHERE id = $id`,
    ),
    /** Executions that run, and items that have failed, as of now. */
    progress: sql.one<Id, { running: number; failed: number }>(
      `SELECT running_executions AS running, failed_items + timed_out_items + aborted_items AS failed
       FROM map_runs WHERE id = $id`,
    ),
    setPosition: sql.change<Id & { next_item: number }>('UPDATE map_runs SET next_item = $next_item WHERE id = $id'),
    setAllRead: sql.change<Id>(
      `UPDATE map_runs SET all_read = 1, total_items = ${sumOf('items')}, total_executions = ${sumOf('executions')}
       WHERE id = $id`,
    ),
    setPhase: sql.change<Id & { phase: Phase }>('UPDATE map_runs SET phase = $phase WHERE id = $id'),
    /** What the map run will have failed with, once its executions have ended. */
    failing: sql.change<Id & { error: string; cause: string }>(
      "UPDATE map_runs SET phase = 'STOPPING', error = $error, cause = $cause WHERE id = $id",
    ),
    abort: sql.change<Arn & { ended_at: number }>(
      `UPDATE map_runs SET status = 'ABORTED', phase = 'STOPPING', ended_at = $ended_at
       WHERE arn = $arn AND status = 'RUNNING'`,
    ),
    end: sql.change<Id & Pick<MapRunRow, 'status' | 'ended_at'>>(
      "UPDATE map_runs SET phase = 'OVER', status = $status, ended_at = $ended_at WHERE id = $id",
    ),
    redriveRun: sql.change<Arn & { task: string; redriven_at: number }>(
      `UPDATE map_runs SET status = 'RUNNING', phase = CASE phase WHEN 'OVER' THEN 'BEGINNING' ELSE 'STOPPING' END, error = NULL,
         cause = NULL, ended_at = NULL, task = $task, redrive_count = redrive_count + 1, redriven_at = $redriven_at,
         redrive_after = -1
       WHERE arn = $arn`,
    ),
    setRedrive: sql.change<Id & { redrive_after: number | null }>(
      'UPDATE map_runs SET redrive_after = $redrive_after WHERE id = $id',
    ),
    removePins: sql.change<{ execution: string }>(
      'DELETE FROM map_run_objects WHERE map_run IN (SELECT id FROM map_runs WHERE execution = $execution)',
    ),
    removeRuns: sql.change<{ execution: string }>('DELETE FROM map_runs WHERE execution = $execution'),
    pins: sql.all<{ map_run: number }, Pin>('SELECT * FROM map_run_objects WHERE map_run = $map_run'),
    insertPin: sql.change<Pin>(
      `INSERT INTO map_run_objects VALUES ($map_run, $bucket, $key, $etag, $version)
       ON CONFLICT DO NOTHING`,
    ),
  };
}

function childStatements(sql: Sql) {
  return {
    childAt: sql.one<OfMapRun & { item: number }, { status: string }>(
      'SELECT status FROM machine_executions WHERE map_run = $map_run AND item = $item',
    ),
    lastItem: sql.one<OfMapRun, { item: number | null }>(
      'SELECT max(item) AS item FROM machine_executions WHERE map_run = $map_run',
    ),
    runningChildren: sql.all<OfMapRun & { limit: number }, { arn: string }>(
      'SELECT arn FROM machine_executions WHERE map_run = $map_run AND ended_at IS NULL ORDER BY id LIMIT $limit',
    ),
    /** Those that a redrive is for, in the order of their items. */
    unsuccessful: sql.all<OfMapRun & { after: number; limit: number }, ExecutionRow>(
      `SELECT * FROM machine_executions WHERE map_run = $map_run AND item > $after
         AND status IN ('FAILED', 'TIMED_OUT', 'ABORTED') ORDER BY item LIMIT $limit`,
    ),
    /** Ended ones, in the order of their items. */
    results: sql.all<OfMapRun & { after: number; limit: number }, ExecutionRow>(
      `SELECT * FROM machine_executions WHERE map_run = $map_run AND item > $after AND ended_at IS NOT NULL
       ORDER BY item LIMIT $limit`,
    ),
    /** Of Express executions that a former server ran when it ended: the first item, and how many items and executions. */
    lost: sql.one<OfMapRun, { first: number | null; items: number; executions: number }>(
      `SELECT min(item) AS first, coalesce(sum(items), 0) AS items, count(*) AS executions
       FROM machine_executions WHERE map_run = $map_run AND ended_at IS NULL`,
    ),
    abortLost: sql.change<OfMapRun & { ended_at: number }>(
      `UPDATE machine_executions SET status = 'ABORTED', ended_at = $ended_at WHERE map_run = $map_run AND ended_at IS NULL`,
    ),
  };
}
