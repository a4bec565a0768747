/**
 * What EventBridge is told of jobs, as SageMaker tells it: their Describe answers, whenever a status has changed; of training jobs,
 * the secondary one, too.
 *
 * T1. A change and what is told of it commit together.
 */
import type { Parts } from './context.ts';
import { describe } from './job.ts';
import { saved } from './row.ts';
import type { JobKind, JobRow } from './store.ts';

/** Of SageMaker's jobs: other services tell of theirs themselves. */
const DETAIL_TYPES: Readonly<Partial<Record<JobKind, string>>> = {
  Processing: 'SageMaker Processing Job State Change',
  Training: 'SageMaker Training Job State Change',
  Transform: 'SageMaker Transform Job State Change',
};

export function tellOfJob({ ports }: Pick<Parts, 'ports'>, row: JobRow): void {
  const detailType = DETAIL_TYPES[row.kind];
  if (detailType === undefined) return;
  ports.emit({
    ...{ region: row.region, source: 'aws.sagemaker', resources: [row.arn] },
    detailType,
    detail: () => withMilliseconds(describe(row)) as Record<string, unknown>,
  });
}

/** Inside a transaction: writes a job down as it is after a change. */
export function change(parts: Pick<Parts, 'db' | 'ports'>, before: JobRow, after: JobRow): void {
  parts.db.save(saved(after));
  if (before.status !== after.status || before.transitions !== after.transitions) tellOfJob(parts, after);
}

/** SageMaker tells times in milliseconds. */
function withMilliseconds(value: unknown): unknown {
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(withMilliseconds);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withMilliseconds(member)]));
}
