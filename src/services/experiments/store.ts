/** All SQL of the experiments service. Names are unique within a region, whatever their case. */
import { keyset } from '../../store/keyset.ts';
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';

const NAMED = `id INTEGER PRIMARY KEY AUTOINCREMENT, arn TEXT NOT NULL UNIQUE, region TEXT NOT NULL, name TEXT NOT NULL,
       display_name TEXT, created_at INTEGER NOT NULL, created_by TEXT NOT NULL, modified_at INTEGER NOT NULL,
       modified_by TEXT NOT NULL`;

export const migrations: Migrations = {
  owner: 'experiments',
  steps: [
    `CREATE TABLE experiments (${NAMED}, description TEXT, source TEXT) STRICT;
     CREATE INDEX experiments_by_time ON experiments (region, created_at, id);
     CREATE TABLE experiment_trials (${NAMED}, experiment INTEGER NOT NULL, source TEXT, metadata TEXT) STRICT;
     CREATE INDEX experiment_trials_by_time ON experiment_trials (region, created_at, id);
     CREATE INDEX experiment_trials_of ON experiment_trials (experiment);
     CREATE TABLE experiment_components (
       ${NAMED},
       -- The job that it stands for; null when a client made it.
       job TEXT,
       run_name TEXT,
       -- What clients said of it, as JSON.
       kept TEXT NOT NULL,
       -- What was derived of its job when that was deleted, as JSON.
       last TEXT
     ) STRICT;
     CREATE INDEX experiment_components_by_time ON experiment_components (region, created_at, id);
     CREATE INDEX experiment_components_by_name ON experiment_components (region, name, id);
     CREATE INDEX experiment_components_of_job ON experiment_components (job) WHERE job IS NOT NULL;
     CREATE TABLE experiment_members (
       trial INTEGER NOT NULL, component INTEGER NOT NULL, PRIMARY KEY (trial, component)
     ) STRICT, WITHOUT ROWID;
     CREATE INDEX experiment_members_by_component ON experiment_members (component, trial);
     -- One row, once what earlier releases left has its components and lineage.
     CREATE TABLE experiment_adoption (done INTEGER PRIMARY KEY CHECK (done = 1)) STRICT;`,
    `-- What clients logged of a metric, in numbers; without a component when that was deleted, until its points are cleared away.
     CREATE TABLE experiment_metrics (
       id INTEGER PRIMARY KEY AUTOINCREMENT, component INTEGER, name TEXT NOT NULL, count INTEGER NOT NULL,
       least REAL NOT NULL, most REAL NOT NULL, mean REAL NOT NULL, squares REAL NOT NULL,
       last REAL NOT NULL, last_at INTEGER NOT NULL, UNIQUE (component, name)
     ) STRICT;
     CREATE INDEX experiment_metrics_left ON experiment_metrics (id) WHERE component IS NULL;
     CREATE TABLE experiment_metric_points (
       id INTEGER PRIMARY KEY, metric INTEGER NOT NULL, at INTEGER NOT NULL, step INTEGER, value REAL NOT NULL
     ) STRICT;
     CREATE INDEX experiment_metric_points_by_time ON experiment_metric_points (metric, at, id);
     CREATE INDEX experiment_metric_points_by_step ON experiment_metric_points (metric, step, id);`,
  ],
};

/** Times are milliseconds since the epoch; `created_by` and `modified_by` are SageMaker's UserContext as JSON. */
export type NamedRow = {
  id: number;
  arn: string;
  region: string;
  name: string;
  display_name: string | null;
  created_at: number;
  created_by: string;
  modified_at: number;
  modified_by: string;
};
/** `source` is the ARN of what made it: a pipeline. */
export type ExperimentRow = NamedRow & { description: string | null; source: string | null };
/** `metadata` is JSON; `source` is the ARN of a pipeline's execution. */
export type TrialRow = NamedRow & { experiment: number; source: string | null; metadata: string | null };
export type ComponentRow = NamedRow & {
  job: string | null;
  run_name: string | null;
  kept: string;
  last: string | null;
};

/** `squares` is the sum of the squared distances from the mean; `last_at` and `at` are milliseconds since the epoch. */
export type MetricRow = {
  id: number;
  component: number;
  name: string;
  count: number;
  least: number;
  most: number;
  mean: number;
  squares: number;
  last: number;
  last_at: number;
};
export type PointRow = { metric: number; at: number; step: number | null; value: number };
type PointRange = { metric: number; start: number; end: number; limit: number };

type Member = { trial: number; component: number };
/** Rows after an id, in the order in which they were made. */
type Following = { region: string; after: number; limit: number };

const TIMES = { createdAfter: 'created_at > $createdAfter', createdBefore: 'created_at < $createdBefore' } as const;
const SORTS = { CreationTime: ['created_at', 'id'], Name: ['name', 'id'] } as const;
const COLUMNS = 'arn, region, name, display_name, created_at, created_by, modified_at, modified_by';
const VALUES = '$arn, $region, $name, $display_name, $created_at, $created_by, $modified_at, $modified_by';

export type ExperimentsStore = ReturnType<typeof experimentsStore>;

export function experimentsStore(sql: Sql) {
  return {
    ...experimentStatements(sql),
    ...trialStatements(sql),
    ...componentStatements(sql),
    ...memberStatements(sql),
    ...metricStatements(sql),
  };
}

function experimentStatements(sql: Sql) {
  return {
    experiment: sql.one<{ arn: string }, ExperimentRow>('SELECT * FROM experiments WHERE arn = $arn'),
    experimentOfId: sql.one<{ id: number }, ExperimentRow>('SELECT * FROM experiments WHERE id = $id'),
    experiments: keyset<ExperimentRow>(sql, {
      from: 'experiments',
      filters: { region: 'region = $region', ...TIMES },
      sorts: SORTS,
    }),
    experimentsAfter: sql.all<Following, ExperimentRow>(
      'SELECT * FROM experiments WHERE region = $region AND id > $after ORDER BY id LIMIT $limit',
    ),
    insertExperiment: sql.insert<Omit<ExperimentRow, 'id'>>(
      `INSERT INTO experiments (${COLUMNS}, description, source) VALUES (${VALUES}, $description, $source)`,
    ),
    updateExperiment: sql.change<
      Pick<ExperimentRow, 'id' | 'display_name' | 'description' | 'modified_at' | 'modified_by'>
    >(
      `UPDATE experiments SET display_name = $display_name, description = $description, modified_at = $modified_at,
         modified_by = $modified_by WHERE id = $id`,
    ),
    deleteExperiment: sql.change<{ id: number }>('DELETE FROM experiments WHERE id = $id'),
  };
}

function trialStatements(sql: Sql) {
  return {
    trial: sql.one<{ arn: string }, TrialRow>('SELECT * FROM experiment_trials WHERE arn = $arn'),
    trials: keyset<TrialRow>(sql, {
      from: 'experiment_trials',
      filters: {
        region: 'region = $region',
        experiment: 'experiment = $experiment',
        component: 'id IN (SELECT trial FROM experiment_members WHERE component = $component)',
        ...TIMES,
      },
      sorts: SORTS,
    }),
    trialsAfter: sql.all<Following, TrialRow>(
      'SELECT * FROM experiment_trials WHERE region = $region AND id > $after ORDER BY id LIMIT $limit',
    ),
    trialOf: sql.one<{ experiment: number }, { id: number }>(
      'SELECT id FROM experiment_trials WHERE experiment = $experiment LIMIT 1',
    ),
    insertTrial: sql.insert<Omit<TrialRow, 'id'>>(
      `INSERT INTO experiment_trials (${COLUMNS}, experiment, source, metadata)
       VALUES (${VALUES}, $experiment, $source, $metadata)`,
    ),
    updateTrial: sql.change<Pick<TrialRow, 'id' | 'display_name' | 'modified_at' | 'modified_by'>>(
      `UPDATE experiment_trials SET display_name = $display_name, modified_at = $modified_at, modified_by = $modified_by
       WHERE id = $id`,
    ),
    deleteTrial: sql.change<{ id: number }>('DELETE FROM experiment_trials WHERE id = $id'),
  };
}

function componentStatements(sql: Sql) {
  return {
    component: sql.one<{ arn: string }, ComponentRow>('SELECT * FROM experiment_components WHERE arn = $arn'),
    componentOfJob: sql.one<{ job: string }, ComponentRow>('SELECT * FROM experiment_components WHERE job = $job'),
    components: keyset<ComponentRow>(sql, {
      from: 'experiment_components',
      filters: {
        region: 'region = $region',
        job: 'job = $job',
        trial: 'id IN (SELECT component FROM experiment_members WHERE trial = $trial)',
        experiment: `id IN (SELECT component FROM experiment_members
          WHERE trial IN (SELECT id FROM experiment_trials WHERE experiment = $experiment))`,
        ...TIMES,
      },
      sorts: SORTS,
    }),
    componentsAfter: sql.all<Following, ComponentRow>(
      'SELECT * FROM experiment_components WHERE region = $region AND id > $after ORDER BY id LIMIT $limit',
    ),
    /** A job's name may be used again once it was deleted: then the component is the new job's. A client's own stays. */
    insertComponent: sql.change<Omit<ComponentRow, 'id'>>(
      `INSERT INTO experiment_components (${COLUMNS}, job, run_name, kept, last) VALUES (${VALUES}, $job, $run_name, $kept, $last)
       ON CONFLICT (arn) DO UPDATE SET display_name = excluded.display_name, created_at = excluded.created_at,
         created_by = excluded.created_by, modified_at = excluded.modified_at, modified_by = excluded.modified_by,
         run_name = excluded.run_name, kept = excluded.kept, last = NULL
       WHERE job IS NOT NULL AND job = excluded.job`,
    ),
    updateComponent: sql.change<Pick<ComponentRow, 'id' | 'display_name' | 'kept' | 'modified_at' | 'modified_by'>>(
      `UPDATE experiment_components SET display_name = $display_name, kept = $kept, modified_at = $modified_at,
         modified_by = $modified_by WHERE id = $id`,
    ),
    adopted: sql.one<Record<never, never>, { done: number }>('SELECT done FROM experiment_adoption'),
    setAdopted: sql.change<Record<never, never>>('INSERT INTO experiment_adoption VALUES (1) ON CONFLICT DO NOTHING'),
    setLast: sql.change<{ job: string; last: string }>(
      'UPDATE experiment_components SET last = $last WHERE job = $job',
    ),
    deleteComponent: sql.change<{ id: number }>('DELETE FROM experiment_components WHERE id = $id'),
  };
}

function memberStatements(sql: Sql) {
  return {
    insertMember: sql.change<Member>(
      'INSERT INTO experiment_members VALUES ($trial, $component) ON CONFLICT DO NOTHING',
    ),
    deleteMember: sql.change<Member>('DELETE FROM experiment_members WHERE trial = $trial AND component = $component'),
    deleteMembersOf: sql.change<{ component: number }>('DELETE FROM experiment_members WHERE component = $component'),
    memberOfTrial: sql.one<{ trial: number }, Member>('SELECT * FROM experiment_members WHERE trial = $trial LIMIT 1'),
    memberOfComponent: sql.one<{ component: number }, Member>(
      'SELECT * FROM experiment_members WHERE component = $component LIMIT 1',
    ),
    /** The newest of a trial first. */
    componentsOfTrial: sql.all<{ trial: number; limit: number }, ComponentRow>(
      `SELECT * FROM experiment_components WHERE id IN (SELECT component FROM experiment_members WHERE trial = $trial)
       ORDER BY id DESC LIMIT $limit`,
    ),
    parentsOf: sql.all<{ component: number; limit: number }, { trial: string; experiment: string }>(
      `SELECT t.name AS trial, e.name AS experiment FROM experiment_members m
       JOIN experiment_trials t ON t.id = m.trial JOIN experiments e ON e.id = t.experiment
       WHERE m.component = $component ORDER BY t.id LIMIT $limit`,
    ),
  };
}

function metricStatements(sql: Sql) {
  return {
    metric: sql.one<{ component: number; name: string }, MetricRow>(
      'SELECT * FROM experiment_metrics WHERE component = $component AND name = $name',
    ),
    metricsOf: sql.all<{ component: number }, MetricRow>(
      'SELECT * FROM experiment_metrics WHERE component = $component ORDER BY id',
    ),
    metricTotals: sql.one<{ component: number }, { metrics: number; points: number }>(
      'SELECT count(*) AS metrics, coalesce(sum(count), 0) AS points FROM experiment_metrics WHERE component = $component',
    ),
    saveMetric: sql.one<Omit<MetricRow, 'id'>, { id: number }>(
      `INSERT INTO experiment_metrics (component, name, count, least, most, mean, squares, last, last_at)
       VALUES ($component, $name, $count, $least, $most, $mean, $squares, $last, $last_at)
       ON CONFLICT (component, name) DO UPDATE SET count = excluded.count, least = excluded.least, most = excluded.most,
         mean = excluded.mean, squares = excluded.squares, last = excluded.last, last_at = excluded.last_at
       RETURNING id`,
    ),
    insertPoint: sql.change<PointRow>(
      'INSERT INTO experiment_metric_points (metric, at, step, value) VALUES ($metric, $at, $step, $value)',
    ),
    pointsByTime: sql.all<PointRange, PointRow>(
      `SELECT metric, at, step, value FROM experiment_metric_points
       WHERE metric = $metric AND at >= $start AND at <= $end ORDER BY at, id LIMIT $limit`,
    ),
    /** Those that have a step. */
    pointsBySteps: sql.all<PointRange, PointRow>(
      `SELECT metric, at, step, value FROM experiment_metric_points
       WHERE metric = $metric AND step >= $start AND step <= $end ORDER BY step, id LIMIT $limit`,
    ),
    leaveMetricsOf: sql.change<{ component: number }>(
      'UPDATE experiment_metrics SET component = NULL WHERE component = $component',
    ),
    leftMetric: sql.one<Record<never, never>, { id: number }>(
      'SELECT id FROM experiment_metrics WHERE component IS NULL LIMIT 1',
    ),
    removePoints: sql.change<{ metric: number; limit: number }>(
      `DELETE FROM experiment_metric_points
       WHERE id IN (SELECT id FROM experiment_metric_points WHERE metric = $metric LIMIT $limit)`,
    ),
    removeMetric: sql.change<{ id: number }>('DELETE FROM experiment_metrics WHERE id = $id'),
  };
}
