/** All SQL of the jobs service: the jobs, the access keys they were given, and the objects they touched. */

import type { JobStatus } from '../../definition/jobs/statuses.ts';
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { JobKind, SageMakerKind } from './kinds.ts';
import type { ObjectVersion, PrefixRead } from './ports.ts';
import type { Phase, SecondaryStatus } from './transitions.ts';

export const migrations: Migrations = {
  owner: 'jobs',
  steps: [
    `CREATE TABLE jobs (
       seq INTEGER PRIMARY KEY AUTOINCREMENT,
       arn TEXT NOT NULL UNIQUE,
       region TEXT NOT NULL,
       kind TEXT NOT NULL,
       name TEXT NOT NULL,
       -- Names the job to the runner, once for all time: a deleted job's name may be used again.
       id TEXT NOT NULL UNIQUE,
       request TEXT NOT NULL,
       phase TEXT NOT NULL,
       status TEXT NOT NULL,
       transitions TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       modified_at INTEGER NOT NULL,
       started_at INTEGER,
       ended_at INTEGER,
       stop_cause TEXT,
       stop_at INTEGER,
       exit TEXT,
       failure_reason TEXT,
       result TEXT NOT NULL,
       discarded INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX jobs_by_name ON jobs (region, kind, name);
     CREATE INDEX jobs_by_time ON jobs (region, kind, created_at, arn);
     CREATE INDEX jobs_unfinished ON jobs (seq) WHERE discarded = 0;
     -- The access keys that jobs under way were given.
     CREATE TABLE job_keys (
       access_key TEXT PRIMARY KEY,
       job TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX job_keys_of_job ON job_keys (job);
     CREATE TABLE job_objects (
       job TEXT NOT NULL,
       -- 'input', 'read' (with the job's own credentials) or 'output'
       use TEXT NOT NULL,
       bucket TEXT NOT NULL,
       key TEXT NOT NULL,
       version TEXT NOT NULL,
       PRIMARY KEY (job, use, bucket, key, version)
     ) STRICT, WITHOUT ROWID;
     CREATE TABLE job_prefixes (
       job TEXT NOT NULL,
       uri TEXT NOT NULL,
       fingerprint TEXT NOT NULL,
       PRIMARY KEY (job, uri)
     ) STRICT, WITHOUT ROWID;`,
    // Whose jobs wait in turn: the ARN of who created it (of a pipeline's step, its execution's session).
    `ALTER TABLE jobs ADD COLUMN requester TEXT NOT NULL DEFAULT ''`,
    "CREATE INDEX job_outputs ON job_objects (bucket, key) WHERE use = 'output';",
    // Of a transform job: what serves its model, as JSON, as it was when the job was created.
    'ALTER TABLE jobs ADD COLUMN model TEXT',
    // Of an object, who has read it, too, and not only who wrote it.
    'DROP INDEX job_outputs; CREATE INDEX job_objects_of_key ON job_objects (bucket, key);',
  ],
};

export type { JobKind, SageMakerKind };
export type StopCause = 'requested' | 'runtime';

export type JobRow = {
  /** The order of creation, which is the order of admission. */
  seq: number;
  arn: string;
  region: string;
  kind: JobKind;
  name: string;
  id: string;
  /** The Create request as JSON, tags left out. */
  request: string;
  phase: Phase;
  status: JobStatus;
  /** JSON of `Transition[]`; empty for all but training jobs. */
  transitions: string;
  created_at: number;
  modified_at: number;
  started_at: number | null;
  ended_at: number | null;
  stop_cause: StopCause | null;
  stop_at: number | null;
  /** JSON of `RecordedExit`. */
  exit: string | null;
  failure_reason: string | null;
  /** JSON of `JobResult`. */
  result: string;
  /** 1 once its folder is gone and its log is kept elsewhere. */
  discarded: number;
  /** Who created it: the queue serves requesters in turn. */
  requester: string;
  /** JSON of `JobModel`; null for jobs of other types. */
  model: string | null;
};

/** A secondary status, and when it was entered and left (milliseconds since the epoch). */
export type Transition = { status: SecondaryStatus; start: number; end?: number };

export type Use = 'input' | 'read' | 'output';
export type JobObject = ObjectVersion & { job: string; use: Use };
/** A job that has touched an object. */
export type JobObjectUse = Pick<JobRow, 'arn' | 'name' | 'kind' | 'created_at'> & { use: Use; version: string };

export type Order = 'Ascending' | 'Descending';
export type Sort = 'Name' | 'CreationTime' | 'Status';

/** Exclusive bounds of times; `contains` is a part of the name; `status` is `''` for all. `value` and `arn` are the position. */
export type Listing = {
  region: string;
  kind: JobKind;
  contains: string;
  status: string;
  createdAfter: number;
  createdBefore: number;
  modifiedAfter: number;
  modifiedBefore: number;
  value: number | string;
  arn: string;
  limit: number;
};

export type JobsStore = ReturnType<typeof jobsStore>;

const COLUMNS: Readonly<Record<Sort, string>> = { Name: 'name', CreationTime: 'created_at', Status: 'status' };

export function jobsStore(sql: Sql) {
  const list = (sort: Sort, order: Order) => {
    const [column, direction] = [COLUMNS[sort], order === 'Ascending' ? 'ASC' : 'DESC'];
    return sql.all<Listing, JobRow>(
      `SELECT * FROM jobs
       WHERE region = $region AND kind = $kind AND instr(name, $contains) > 0 AND ($status = '' OR status = $status)
         AND created_at > $createdAfter AND created_at < $createdBefore
         AND modified_at > $modifiedAfter AND modified_at < $modifiedBefore
         AND (${column}, arn) ${order === 'Ascending' ? '>' : '<'} ($value, $arn)
       ORDER BY ${column} ${direction}, arn ${direction} LIMIT $limit`,
    );
  };
  const lists = new Map<string, ReturnType<typeof list>>();
  for (const sort of ['Name', 'CreationTime', 'Status'] as const) {
    for (const order of ['Ascending', 'Descending'] as const) lists.set(`${sort} ${order}`, list(sort, order));
  }
  return {
    insert: sql.change<Omit<JobRow, 'seq'>>(
      `INSERT INTO jobs (arn, region, kind, name, id, request, phase, status, transitions, created_at, modified_at,
         started_at, ended_at, stop_cause, stop_at, exit, failure_reason, result, discarded, requester, model)
       VALUES ($arn, $region, $kind, $name, $id, $request, $phase, $status, $transitions, $created_at, $modified_at,
         $started_at, $ended_at, $stop_cause, $stop_at, $exit, $failure_reason, $result, $discarded, $requester, $model)`,
    ),
    save: sql.change<
      Omit<JobRow, 'seq' | 'region' | 'kind' | 'name' | 'id' | 'request' | 'created_at' | 'requester' | 'model'>
    >(
      `UPDATE jobs SET phase = $phase, status = $status, transitions = $transitions, modified_at = $modified_at,
         started_at = $started_at, ended_at = $ended_at, stop_cause = $stop_cause, stop_at = $stop_at, exit = $exit,
         failure_reason = $failure_reason, result = $result, discarded = $discarded
       WHERE arn = $arn`,
    ),
    setRequest: sql.change<Pick<JobRow, 'arn' | 'request' | 'modified_at'>>(
      'UPDATE jobs SET request = $request, modified_at = $modified_at WHERE arn = $arn',
    ),
    job: sql.one<{ arn: string }, JobRow>('SELECT * FROM jobs WHERE arn = $arn'),
    jobOfId: sql.one<{ id: string }, JobRow>('SELECT * FROM jobs WHERE id = $id'),
    /** Not over, or over with its folder still there; the oldest first. */
    unfinished: sql.all<Record<never, never>, JobRow>('SELECT * FROM jobs WHERE discarded = 0 ORDER BY seq'),
    /** Under way: neither waiting nor over; the oldest first. */
    running: sql.all<Record<never, never>, JobRow>(
      "SELECT * FROM jobs WHERE discarded = 0 AND phase NOT IN ('queued', 'ended') ORDER BY seq",
    ),
    setId: sql.change<{ arn: string; id: string }>('UPDATE jobs SET id = $id WHERE arn = $arn'),
    /** SageMaker's own, in the order in which they were created. */
    after: sql.all<{ after: number; limit: number }, JobRow & { kind: SageMakerKind }>(
      "SELECT * FROM jobs WHERE seq > $after AND kind <> 'Glue' ORDER BY seq LIMIT $limit",
    ),
    /** Of one kind, in the order in which they were created. */
    following: sql.all<{ region: string; kind: SageMakerKind; after: number; limit: number }, JobRow>(
      'SELECT * FROM jobs WHERE region = $region AND kind = $kind AND seq > $after ORDER BY seq LIMIT $limit',
    ),
    setDiscarded: sql.change<{ arn: string }>('UPDATE jobs SET discarded = 1 WHERE arn = $arn'),
    list: (sort: Sort, order: Order) => lists.get(`${sort} ${order}`)!,
    delete: sql.change<{ arn: string }>('DELETE FROM jobs WHERE arn = $arn'),
    ...lineageStatements(sql),
  };
}

function lineageStatements(sql: Sql) {
  return {
    insertKey: sql.change<{ access_key: string; job: string }>('INSERT INTO job_keys VALUES ($access_key, $job)'),
    keys: sql.all<Record<never, never>, { access_key: string; job: string }>('SELECT * FROM job_keys'),
    deleteKeys: sql.change<{ job: string }>('DELETE FROM job_keys WHERE job = $job'),
    insertObject: sql.change<JobObject>(
      'INSERT INTO job_objects VALUES ($job, $use, $bucket, $key, $version) ON CONFLICT DO NOTHING',
    ),
    objects: sql.all<{ job: string }, JobObject>('SELECT * FROM job_objects WHERE job = $job'),
    /** The jobs that wrote any of the keys from one on, below another. */
    writers: sql.all<{ bucket: string; from: string; below: string }, { job: string; key: string; version: string }>(
      `SELECT job, key, version FROM job_objects
       WHERE use = 'output' AND bucket = $bucket AND key >= $from AND key < $below`,
    ),
    /** The jobs that have read or written an object, the newest first. */
    users: sql.all<{ bucket: string; key: string; limit: number }, JobObjectUse>(
      `SELECT jobs.arn, jobs.name, jobs.kind, jobs.created_at, use, version FROM job_objects JOIN jobs ON jobs.arn = job
       WHERE bucket = $bucket AND key = $key ORDER BY jobs.seq DESC LIMIT $limit`,
    ),
    deleteObjects: sql.change<{ job: string }>('DELETE FROM job_objects WHERE job = $job'),
    deleteUse: sql.change<{ job: string; use: Use }>('DELETE FROM job_objects WHERE job = $job AND use = $use'),
    insertPrefix: sql.change<{ job: string } & PrefixRead>(
      'INSERT INTO job_prefixes VALUES ($job, $uri, $fingerprint) ON CONFLICT DO UPDATE SET fingerprint = excluded.fingerprint',
    ),
    prefixes: sql.all<{ job: string }, PrefixRead>('SELECT uri, fingerprint FROM job_prefixes WHERE job = $job'),
    deletePrefixes: sql.change<{ job: string }>('DELETE FROM job_prefixes WHERE job = $job'),
  };
}
