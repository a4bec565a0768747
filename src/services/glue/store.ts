/** All SQL of the Glue service: jobs, and their runs. */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { RunState } from './states.ts';

export const migrations: Migrations = {
  owner: 'glue',
  steps: [
    `CREATE TABLE glue_jobs (
       id INTEGER PRIMARY KEY AUTOINCREMENT,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       definition TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       UNIQUE (region, name)
     ) STRICT;
     CREATE TABLE glue_runs (
       seq INTEGER PRIMARY KEY AUTOINCREMENT,
       -- Drawn, so that it names the run whatever its region.
       id TEXT NOT NULL UNIQUE,
       -- The job's id: a job that is made anew under an old name has no runs.
       job INTEGER NOT NULL,
       job_name TEXT NOT NULL,
       region TEXT NOT NULL,
       order_arn TEXT NOT NULL,
       previous TEXT,
       requester TEXT NOT NULL,
       request TEXT NOT NULL,
       definition TEXT NOT NULL,
       state TEXT NOT NULL,
       started_at INTEGER NOT NULL,
       begun_at INTEGER,
       modified_at INTEGER NOT NULL,
       completed_at INTEGER,
       error TEXT
     ) STRICT;
     CREATE INDEX glue_runs_of_job ON glue_runs (job, seq);
     CREATE INDEX glue_runs_under_way ON glue_runs (job) WHERE completed_at IS NULL;`,
  ],
};

export type JobRow = {
  id: number;
  region: string;
  name: string;
  /** JSON of `Job`, without its times. */
  definition: string;
  created_at: number;
  modified_at: number;
};

export type RunRow = {
  seq: number;
  id: string;
  job: number;
  job_name: string;
  region: string;
  order_arn: string;
  /** The run that it tries again. */
  previous: string | null;
  /** The ARN of who started it. */
  requester: string;
  /** JSON of what StartJobRun was asked for. */
  request: string;
  /** JSON of `Job` as it was when the run was started. */
  definition: string;
  state: RunState;
  started_at: number;
  /** When its process was there. */
  begun_at: number | null;
  modified_at: number;
  completed_at: number | null;
  error: string | null;
};

export type GlueStore = ReturnType<typeof glueStore>;

export function glueStore(sql: Sql) {
  return {
    insertJob: sql.insert<Omit<JobRow, 'id'>>(
      `INSERT INTO glue_jobs (region, name, definition, created_at, modified_at)
       VALUES ($region, $name, $definition, $created_at, $modified_at)`,
    ),
    updateJob: sql.change<Pick<JobRow, 'id' | 'definition' | 'modified_at'>>(
      'UPDATE glue_jobs SET definition = $definition, modified_at = $modified_at WHERE id = $id',
    ),
    job: sql.one<{ region: string; name: string }, JobRow>(
      'SELECT * FROM glue_jobs WHERE region = $region AND name = $name',
    ),
    jobOfId: sql.one<{ id: number }, JobRow>('SELECT * FROM glue_jobs WHERE id = $id'),
    /** By name, after one. */
    jobs: sql.all<{ region: string; after: string; limit: number }, JobRow>(
      'SELECT * FROM glue_jobs WHERE region = $region AND name > $after ORDER BY name LIMIT $limit',
    ),
    /** What reading each of them takes, in bytes. */
    jobSizes: sql.all<{ region: string; after: string; limit: number }, { bytes: number }>(
      `SELECT octet_length(definition) AS bytes FROM glue_jobs
       WHERE region = $region AND name > $after ORDER BY name LIMIT $limit`,
    ),
    removeJob: sql.change<{ id: number }>('DELETE FROM glue_jobs WHERE id = $id'),
    removeRunsOver: sql.change<{ job: number }>('DELETE FROM glue_runs WHERE job = $job AND completed_at IS NOT NULL'),

    insertRun: sql.change<Omit<RunRow, 'seq'>>(
      `INSERT INTO glue_runs (id, job, job_name, region, order_arn, previous, requester, request, definition, state, started_at,
         begun_at, modified_at, completed_at, error)
       VALUES ($id, $job, $job_name, $region, $order_arn, $previous, $requester, $request, $definition, $state, $started_at,
         $begun_at, $modified_at, $completed_at, $error)`,
    ),
    saveRun: sql.change<Pick<RunRow, 'id' | 'state' | 'begun_at' | 'modified_at' | 'completed_at' | 'error'>>(
      `UPDATE glue_runs SET state = $state, begun_at = $begun_at, modified_at = $modified_at, completed_at = $completed_at,
         error = $error WHERE id = $id`,
    ),
    run: sql.one<{ id: string }, RunRow>('SELECT * FROM glue_runs WHERE id = $id'),
    removeRun: sql.change<{ id: string }>('DELETE FROM glue_runs WHERE id = $id'),
    runsUnderWay: sql.one<{ job: number }, { count: number }>(
      'SELECT count(*) AS count FROM glue_runs WHERE job = $job AND completed_at IS NULL',
    ),
    /** The newest first, before one. */
    runs: sql.all<{ job: number; before: number; limit: number }, RunRow>(
      'SELECT * FROM glue_runs WHERE job = $job AND seq < $before ORDER BY seq DESC LIMIT $limit',
    ),
    /** What reading each of them takes, in bytes. */
    runSizes: sql.all<{ job: number; before: number; limit: number }, { bytes: number }>(
      `SELECT octet_length(request) + octet_length(definition) AS bytes FROM glue_runs
       WHERE job = $job AND seq < $before ORDER BY seq DESC LIMIT $limit`,
    ),
    unfinished: sql.all<Record<never, never>, RunRow>(
      'SELECT * FROM glue_runs WHERE completed_at IS NULL ORDER BY seq',
    ),
  };
}
