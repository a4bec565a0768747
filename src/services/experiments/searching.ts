/** Experiments, trials and components as Search answers them. */
import { describeComponent, jobOf } from './components.ts';
import type { Parts } from './context.ts';
import { describeExperiment, describeTrial } from './experiments.ts';
import type { Described } from './ports.ts';
import type { ComponentRow, NamedRow, TrialRow } from './store.ts';

/** A record to search, and where the next begin. */
export type Found = { after: number; arn: string; record: Readonly<Record<string, unknown>> };
/** The records of a region after one, in the order in which they were made. */
export type Source = (region: string, after: number, limit: number) => Found[];

/** Trials of a component, and components of a trial, that a record names at most. */
const MOST_NAMED = 100;

export type Sources = { experiments: Source; trials: Source; components: Source };

export function sources(parts: Parts): Sources {
  const { db } = parts;
  const over =
    <Row extends NamedRow>(
      rows: (query: { region: string; after: number; limit: number }) => Row[],
      record: (row: Row) => Found['record'],
    ): Source =>
    (region, after, limit) =>
      rows({ region, after, limit }).map((row) => ({ after: row.id, arn: row.arn, record: record(row) }));
  return {
    experiments: over(db.experimentsAfter, describeExperiment),
    trials: over(db.trialsAfter, (row) => trialRecord(parts, row)),
    components: over(db.componentsAfter, (row) => componentRecord(parts, row)),
  };
}

function trialRecord(parts: Parts, row: TrialRow) {
  const components = parts.db.componentsOfTrial({ trial: row.id, limit: MOST_NAMED });
  return {
    ...describeTrial(parts, row),
    TrialComponentSummaries: components.map(({ name, arn, created_at }) => ({
      TrialComponentName: name,
      TrialComponentArn: arn,
      CreationTime: new Date(created_at),
    })),
  };
}

function detailOf(job: Described): 'TrainingJob' | 'TransformJob' | 'ProcessingJob' {
  if ('TrainingJobArn' in job) return 'TrainingJob';
  return 'TransformJobArn' in job ? 'TransformJob' : 'ProcessingJob';
}

function componentRecord(parts: Parts, row: ComponentRow) {
  const job = jobOf(parts, row);
  return {
    ...describeComponent(parts, row, job),
    SourceDetail: row.job === null ? undefined : { SourceArn: row.job, ...(job && { [detailOf(job)]: job }) },
    RunName: row.run_name ?? undefined,
    Parents: parts.db
      .parentsOf({ component: row.id, limit: MOST_NAMED })
      .map(({ trial, experiment }) => ({ TrialName: trial, ExperimentName: experiment })),
  };
}
