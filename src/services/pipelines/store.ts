/** All SQL of the pipelines service. Executions live in the engine's journals; here is what finds and lists them. */
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

export const migrations: Migrations = {
  owner: 'pipelines',
  steps: [
    `CREATE TABLE pipelines (
       arn TEXT PRIMARY KEY,
       region TEXT NOT NULL,
       name TEXT NOT NULL,
       display_name TEXT,
       description TEXT,
       role_arn TEXT NOT NULL,
       max_parallel INTEGER,
       version INTEGER NOT NULL,
       created_at INTEGER NOT NULL,
       created_by TEXT NOT NULL,
       modified_at INTEGER NOT NULL,
       modified_by TEXT NOT NULL,
       last_run_at INTEGER
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX pipelines_by_name ON pipelines (region, name);
     CREATE TABLE pipeline_versions (
       pipeline TEXT NOT NULL,
       version INTEGER NOT NULL,
       definition TEXT NOT NULL,
       created_at INTEGER NOT NULL,
       display_name TEXT,
       description TEXT,
       last_execution TEXT,
       PRIMARY KEY (pipeline, version)
     ) STRICT;
     CREATE TABLE executions (
       arn TEXT PRIMARY KEY,
       pipeline TEXT NOT NULL,
       version INTEGER NOT NULL,
       display_name TEXT NOT NULL,
       description TEXT,
       status TEXT NOT NULL,
       failure_reason TEXT,
       selective TEXT,
       max_parallel INTEGER,
       created_at INTEGER NOT NULL,
       created_by TEXT NOT NULL,
       modified_at INTEGER NOT NULL,
       modified_by TEXT NOT NULL
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX executions_by_time ON executions (pipeline, created_at, arn);
     -- The job of each step's start, so that the job's end finds its step.
     CREATE TABLE step_jobs (
       job TEXT PRIMARY KEY,
       execution TEXT NOT NULL,
       step TEXT NOT NULL,
       start INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;
     -- Successful steps that a later execution may reuse.
     CREATE TABLE step_cache (
       id INTEGER PRIMARY KEY,
       pipeline TEXT NOT NULL,
       step TEXT NOT NULL,
       key TEXT NOT NULL,
       execution TEXT NOT NULL,
       ended_at INTEGER NOT NULL,
       entry TEXT NOT NULL
     ) STRICT;
     CREATE INDEX step_cache_newest ON step_cache (pipeline, step, ended_at);
     CREATE TABLE pipeline_tokens (
       token TEXT NOT NULL,
       operation TEXT NOT NULL,
       request TEXT NOT NULL,
       answer TEXT NOT NULL,
       at INTEGER NOT NULL,
       PRIMARY KEY (token, operation)
     ) STRICT, WITHOUT ROWID;`,
    `-- The tokens of Callback steps that wait for an answer.
     CREATE TABLE step_callbacks (
       token TEXT PRIMARY KEY,
       execution TEXT NOT NULL,
       step TEXT NOT NULL,
       start INTEGER NOT NULL,
       UNIQUE (execution, step, start)
     ) STRICT, WITHOUT ROWID;`,
    `-- When an execution ended: it may be changed afterwards, as its name is.
     ALTER TABLE executions ADD COLUMN ended_at INTEGER;
     UPDATE executions SET ended_at = modified_at WHERE status IN ('Stopped', 'Failed', 'Succeeded');`,
  ],
};

export type PipelineRow = {
  arn: string;
  region: string;
  name: string;
  display_name: string | null;
  description: string | null;
  role_arn: string;
  max_parallel: number | null;
  version: number;
  created_at: number;
  created_by: string;
  modified_at: number;
  modified_by: string;
  last_run_at: number | null;
};

export type VersionRow = {
  pipeline: string;
  version: number;
  definition: string;
  created_at: number;
  display_name: string | null;
  description: string | null;
  last_execution: string | null;
};

export type ExecutionRow = {
  arn: string;
  pipeline: string;
  version: number;
  display_name: string;
  description: string | null;
  status: string;
  failure_reason: string | null;
  selective: string | null;
  max_parallel: number | null;
  created_at: number;
  created_by: string;
  modified_at: number;
  modified_by: string;
  ended_at: number | null;
};

export type StepJobRow = { job: string; execution: string; step: string; start: number };
export type CallbackRow = { token: string; execution: string; step: string; start: number };
export type CacheRow = {
  pipeline: string;
  step: string;
  key: string;
  execution: string;
  ended_at: number;
  entry: string;
};
export type TokenRow = { token: string; operation: string; request: string; answer: string; at: number };

/** `after` is the sort value and the ARN of the last item given; `since` and `until` bound the creation time. */
type Listing = { since: number; until: number; value: number | string; arn: string; limit: number };

export type Order = 'Ascending' | 'Descending';
export type PipelineSort = 'Name' | 'CreationTime';
export type ExecutionSort = 'CreationTime' | 'PipelineExecutionArn';

export type PipelinesStore = ReturnType<typeof pipelinesStore>;

export function pipelinesStore(sql: Sql) {
  return {
    ...pipelineStatements(sql),
    ...executionStatements(sql),
    ...stepStatements(sql),
  };
}

function pipelineStatements(sql: Sql) {
  const list = (column: 'name' | 'created_at', order: Order) =>
    sql.all<Listing & { region: string; prefix: string; length: number }, PipelineRow>(
      `SELECT * FROM pipelines
       WHERE region = $region AND substr(name, 1, $length) = $prefix AND created_at > $since AND created_at < $until
         AND (${column}, arn) ${order === 'Ascending' ? '>' : '<'} ($value, $arn)
       ORDER BY ${column} ${direction(order)}, arn ${direction(order)} LIMIT $limit`,
    );
  return {
    insertPipeline: sql.change<PipelineRow>(
      `INSERT INTO pipelines VALUES ($arn, $region, $name, $display_name, $description, $role_arn, $max_parallel, $version,
         $created_at, $created_by, $modified_at, $modified_by, $last_run_at)`,
    ),
    updatePipeline: sql.change<
      Pick<
        PipelineRow,
        'arn' | 'display_name' | 'description' | 'role_arn' | 'max_parallel' | 'version' | 'modified_at' | 'modified_by'
      >
    >(
      `UPDATE pipelines SET display_name = $display_name, description = $description, role_arn = $role_arn,
         max_parallel = $max_parallel, version = $version, modified_at = $modified_at, modified_by = $modified_by
       WHERE arn = $arn`,
    ),
    setLastRun: sql.change<{ arn: string; at: number }>('UPDATE pipelines SET last_run_at = $at WHERE arn = $arn'),
    deletePipeline: sql.change<{ arn: string }>('DELETE FROM pipelines WHERE arn = $arn'),
    deleteVersions: sql.change<{ arn: string }>('DELETE FROM pipeline_versions WHERE pipeline = $arn'),
    pipeline: sql.one<{ arn: string }, PipelineRow>('SELECT * FROM pipelines WHERE arn = $arn'),
    pipelines: byOrder(
      (column: PipelineSort, order) => list(column === 'Name' ? 'name' : 'created_at', order),
      ['Name', 'CreationTime'],
    ),
    /** In the order of their ARNs. */
    pipelinesAfter: sql.all<{ region: string; after: string; limit: number }, PipelineRow>(
      'SELECT * FROM pipelines WHERE region = $region AND arn > $after ORDER BY arn LIMIT $limit',
    ),
    insertVersion: sql.change<VersionRow>(
      `INSERT INTO pipeline_versions VALUES ($pipeline, $version, $definition, $created_at, $display_name, $description,
         $last_execution)`,
    ),
    version: sql.one<{ pipeline: string; version: number }, VersionRow>(
      'SELECT * FROM pipeline_versions WHERE pipeline = $pipeline AND version = $version',
    ),
    updateVersion: sql.change<Pick<VersionRow, 'pipeline' | 'version' | 'display_name' | 'description'>>(
      `UPDATE pipeline_versions SET display_name = $display_name, description = $description
       WHERE pipeline = $pipeline AND version = $version`,
    ),
    setVersionRun: sql.change<{ pipeline: string; version: number; execution: string }>(
      'UPDATE pipeline_versions SET last_execution = $execution WHERE pipeline = $pipeline AND version = $version',
    ),
    versions: byOrder(
      (_sort: 'Version', order) =>
        sql.all<{ pipeline: string; since: number; until: number; value: number; limit: number }, VersionRow>(
          `SELECT * FROM pipeline_versions
           WHERE pipeline = $pipeline AND created_at > $since AND created_at < $until
             AND version ${order === 'Ascending' ? '>' : '<'} $value
           ORDER BY version ${direction(order)} LIMIT $limit`,
        ),
      ['Version'],
    ),
  };
}

function executionStatements(sql: Sql) {
  const list = (column: 'created_at' | 'arn', order: Order) =>
    sql.all<Listing & { pipeline: string }, ExecutionRow>(
      `SELECT * FROM executions
       WHERE pipeline = $pipeline AND created_at > $since AND created_at < $until
         AND (${column}, arn) ${order === 'Ascending' ? '>' : '<'} ($value, $arn)
       ORDER BY ${column} ${direction(order)}, arn ${direction(order)} LIMIT $limit`,
    );
  return {
    insertExecution: sql.change<Omit<ExecutionRow, 'ended_at'>>(
      `INSERT INTO executions VALUES ($arn, $pipeline, $version, $display_name, $description, $status, $failure_reason,
         $selective, $max_parallel, $created_at, $created_by, $modified_at, $modified_by, NULL)`,
    ),
    execution: sql.one<{ arn: string }, ExecutionRow>('SELECT * FROM executions WHERE arn = $arn'),
    /** In the order of their ARNs, from one on and below another. */
    executionsAfter: sql.all<{ after: string; below: string; limit: number }, ExecutionRow>(
      'SELECT * FROM executions WHERE arn > $after AND arn < $below ORDER BY arn LIMIT $limit',
    ),
    executions: byOrder(
      (sort: ExecutionSort, order) => list(sort === 'CreationTime' ? 'created_at' : 'arn', order),
      ['CreationTime', 'PipelineExecutionArn'],
    ),
    unfinished: sql.one<{ pipeline: string }, { arn: string }>(
      "SELECT arn FROM executions WHERE pipeline = $pipeline AND status IN ('Executing', 'Stopping') LIMIT 1",
    ),
    setStatus: sql.change<Pick<ExecutionRow, 'arn' | 'status' | 'failure_reason' | 'modified_at'>>(
      `UPDATE executions SET status = $status, failure_reason = $failure_reason, modified_at = $modified_at,
         ended_at = CASE WHEN $status IN ('Stopped', 'Failed', 'Succeeded') THEN $modified_at END
       WHERE arn = $arn`,
    ),
    updateExecution: sql.change<
      Pick<ExecutionRow, 'arn' | 'display_name' | 'description' | 'max_parallel' | 'modified_at' | 'modified_by'>
    >(
      `UPDATE executions SET display_name = $display_name, description = $description, max_parallel = $max_parallel,
         modified_at = $modified_at, modified_by = $modified_by WHERE arn = $arn`,
    ),
  };
}

function stepStatements(sql: Sql) {
  return {
    insertStepJob: sql.change<StepJobRow>('INSERT INTO step_jobs VALUES ($job, $execution, $step, $start)'),
    stepJob: sql.one<{ job: string }, StepJobRow>('SELECT * FROM step_jobs WHERE job = $job'),
    insertCallback: sql.change<CallbackRow>('INSERT INTO step_callbacks VALUES ($token, $execution, $step, $start)'),
    callback: sql.one<{ token: string }, CallbackRow>('SELECT * FROM step_callbacks WHERE token = $token'),
    callbackOf: sql.one<Omit<CallbackRow, 'token'>, CallbackRow>(
      'SELECT * FROM step_callbacks WHERE execution = $execution AND step = $step AND start = $start',
    ),
    removeCallback: sql.change<{ token: string }>('DELETE FROM step_callbacks WHERE token = $token'),
    insertCache: sql.change<CacheRow>(
      `INSERT INTO step_cache (pipeline, step, key, execution, ended_at, entry)
       VALUES ($pipeline, $step, $key, $execution, $ended_at, $entry)`,
    ),
    /** The newest first. */
    cacheEntries: sql.all<{ pipeline: string; step: string; since: number; limit: number }, CacheRow>(
      `SELECT * FROM step_cache WHERE pipeline = $pipeline AND step = $step AND ended_at >= $since
       ORDER BY ended_at DESC, id DESC LIMIT $limit`,
    ),
    cacheEntriesOfKey: sql.all<{ pipeline: string; step: string; key: string; since: number; limit: number }, CacheRow>(
      `SELECT * FROM step_cache WHERE pipeline = $pipeline AND step = $step AND key = $key AND ended_at >= $since
       ORDER BY ended_at DESC, id DESC LIMIT $limit`,
    ),
    deleteCacheOf: sql.change<{ pipeline: string }>('DELETE FROM step_cache WHERE pipeline = $pipeline'),
    token: sql.one<{ token: string; operation: string }, TokenRow>(
      'SELECT * FROM pipeline_tokens WHERE token = $token AND operation = $operation',
    ),
    insertToken: sql.change<TokenRow>(
      'INSERT INTO pipeline_tokens VALUES ($token, $operation, $request, $answer, $at)',
    ),
  };
}

function direction(order: Order): string {
  return order === 'Ascending' ? 'ASC' : 'DESC';
}

/** One statement for each way to sort, made once: SQL cannot take a column or a direction as a parameter. */
function byOrder<Sort extends string, Statement>(
  make: (sort: Sort, order: Order) => Statement,
  sorts: readonly Sort[],
): (sort: Sort, order: Order) => Statement {
  const statements = new Map<string, Statement>();
  for (const sort of sorts) {
    for (const order of ['Ascending', 'Descending'] as const) statements.set(`${sort} ${order}`, make(sort, order));
  }
  return (sort, order) => statements.get(`${sort} ${order}`)!;
}
