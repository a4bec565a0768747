/** All SQL of the durable kernel: runs, their journals, the tasks and timers that are under way. */
import type { Migrations } from '../store/migrations.ts';
import type { Sql } from '../store/sql.ts';

export const engineMigrations: Migrations = {
  owner: 'engine',
  steps: [
    `CREATE TABLE runs (
       id INTEGER PRIMARY KEY,
       language TEXT NOT NULL,
       key TEXT NOT NULL UNIQUE,
       input TEXT NOT NULL,
       open INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX runs_open ON runs (id) WHERE open = 1;
     -- Appended in journal order: a page for many runs at each commit, not one page for each.
     CREATE TABLE journal (
       position INTEGER PRIMARY KEY,
       run INTEGER NOT NULL,
       at INTEGER NOT NULL,
       event TEXT NOT NULL
     ) STRICT;
     CREATE INDEX journal_by_run ON journal (run);
     CREATE TABLE tasks (
       run INTEGER NOT NULL,
       task TEXT NOT NULL,
       state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'outside')),
       body TEXT NOT NULL,
       PRIMARY KEY (run, task)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE timers (
       run INTEGER NOT NULL,
       timer TEXT NOT NULL,
       due INTEGER NOT NULL,
       PRIMARY KEY (run, timer)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX timers_by_due ON timers (due);`,
    'ALTER TABLE journal ADD COLUMN outcome TEXT',
    // Each event names the one before it, and a run's last stands in a small table: an index by run was a page for each run at
    // each commit.
    `ALTER TABLE journal ADD COLUMN before INTEGER;
     UPDATE journal SET before =
       (SELECT max(earlier.position) FROM journal AS earlier WHERE earlier.run = journal.run AND earlier.position < journal.position);
     CREATE TABLE journal_ends (run INTEGER PRIMARY KEY, position INTEGER NOT NULL) STRICT;
     INSERT INTO journal_ends SELECT run, max(position) FROM journal GROUP BY run;
     DROP INDEX journal_by_run;`,
  ],
};

export type RunRow = { id: number; language: string; key: string; input: string; open: number };
export type TaskState = 'queued' | 'running' | 'outside';
export type TaskRow = { run: number; task: string; state: TaskState; body: string };
export type TimerRow = { run: number; timer: string; due: number };

export type JournalRow = { at: number; event: string; outcome: string | null };

export type EngineStore = ReturnType<typeof engineStore>;

export function engineStore(sql: Sql) {
  return {
    insertRun: sql.insert<{ language: string; key: string; input: string }>(
      'INSERT INTO runs (language, key, input, open) VALUES ($language, $key, $input, 1)',
    ),
    runByKey: sql.one<{ key: string }, RunRow>('SELECT * FROM runs WHERE key = $key'),
    runById: sql.one<{ id: number }, RunRow>('SELECT * FROM runs WHERE id = $id'),
    setOpen: sql.change<{ id: number; open: number }>('UPDATE runs SET open = $open WHERE id = $id'),

    /** Answers its position. */
    append: sql.insert<{ run: number; at: number; event: string; outcome: string | null; before: number | null }>(
      'INSERT INTO journal (run, at, event, outcome, before) VALUES ($run, $at, $event, $outcome, $before)',
    ),
    setEnd: sql.change<{ run: number; position: number }>(
      'INSERT INTO journal_ends (run, position) VALUES ($run, $position) ON CONFLICT (run) DO UPDATE SET position = excluded.position',
    ),
    end: sql.one<{ run: number }, { position: number }>('SELECT position FROM journal_ends WHERE run = $run'),
    /** The run has no key that anybody could ask for any more. */
    retire: sql.change<{ id: number }>("UPDATE runs SET key = '(removed) ' || id WHERE id = $id"),
    retired: sql.one<Record<string, never>, { id: number }>(
      "SELECT id FROM runs WHERE key >= '(removed) ' AND key < '(removed)!' LIMIT 1",
    ),
    before: sql.one<{ position: number }, { before: number | null }>(
      'SELECT before FROM journal WHERE position = $position',
    ),
    removeEnd: sql.change<{ run: number }>('DELETE FROM journal_ends WHERE run = $run'),
    removeEvent: sql.change<{ position: number }>('DELETE FROM journal WHERE position = $position'),
    removeRun: sql.change<{ id: number }>('DELETE FROM runs WHERE id = $id'),
    /** The positions of a run's events, the last one first. */
    positions: sql.all<{ run: number }, { position: number }>(
      `WITH RECURSIVE chain (position) AS (
         SELECT position FROM journal_ends WHERE run = $run
         UNION ALL
         SELECT journal.before FROM chain JOIN journal USING (position) WHERE journal.before IS NOT NULL
       ) SELECT position FROM chain`,
    ),
    eventAt: sql.one<{ position: number }, JournalRow>(
      'SELECT at, event, outcome FROM journal WHERE position = $position',
    ),
    outcomeAt: sql.one<{ position: number }, Omit<JournalRow, 'event'>>(
      'SELECT at, outcome FROM journal WHERE position = $position',
    ),

    insertTask: sql.change<TaskRow>('INSERT INTO tasks (run, task, state, body) VALUES ($run, $task, $state, $body)'),
    queueOnce: sql.change<{ run: number; task: string }>(
      "INSERT INTO tasks (run, task, state, body) VALUES ($run, $task, 'queued', 'null') ON CONFLICT DO NOTHING",
    ),
    task: sql.one<{ run: number; task: string }, TaskRow>('SELECT * FROM tasks WHERE run = $run AND task = $task'),
    setTaskState: sql.change<{ run: number; task: string; state: TaskState }>(
      'UPDATE tasks SET state = $state WHERE run = $run AND task = $task',
    ),
    endTask: sql.change<{ run: number; task: string }>('DELETE FROM tasks WHERE run = $run AND task = $task'),
    tasksInState: sql.all<{ state: TaskState }, { run: number; task: string }>(
      'SELECT run, task FROM tasks WHERE state = $state ORDER BY run, task',
    ),

    setTimer: sql.change<TimerRow>(
      'INSERT INTO timers (run, timer, due) VALUES ($run, $timer, $due) ON CONFLICT (run, timer) DO UPDATE SET due = excluded.due',
    ),
    clearTimer: sql.change<{ run: number; timer: string }>('DELETE FROM timers WHERE run = $run AND timer = $timer'),
    takeDue: sql.change<{ run: number; timer: string; now: number }>(
      'DELETE FROM timers WHERE run = $run AND timer = $timer AND due <= $now',
    ),
    dueTimers: sql.all<{ now: number; most: number }, TimerRow>(
      'SELECT * FROM timers WHERE due <= $now ORDER BY due, run, timer LIMIT $most',
    ),
    nextTimer: sql.one<Record<string, never>, { due: number | null }>('SELECT min(due) AS due FROM timers'),
  };
}
