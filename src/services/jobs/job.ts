/** A job out of its row, whatever its type. */
import type { Job } from './plan.ts';
import { describeProcessing, planProcessing } from './processing.ts';
import { request } from './row.ts';
import type { JobRow } from './store.ts';
import { describeTraining, planTraining } from './training.ts';

export function jobOf(row: JobRow): Job {
  const { RoleArn } = request<{ RoleArn: string }>(row);
  const plan = row.kind === 'Processing' ? planProcessing(row) : planTraining(row);
  return { arn: row.arn, id: row.id, kind: row.kind, name: row.name, region: row.region, roleArn: RoleArn, plan };
}

/** The answer of its Describe operation. */
export function describe(row: JobRow): Readonly<Record<string, unknown>> {
  return row.kind === 'Processing' ? describeProcessing(row) : describeTraining(row);
}
