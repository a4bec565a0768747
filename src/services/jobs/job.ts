/** A job out of its row, whatever its type. */
import { describeOrder, planOfOrder, roleOfOrder } from './order.ts';
import type { Job, JobPlan } from './plan.ts';
import { describeProcessing, planProcessing } from './processing.ts';
import { request } from './row.ts';
import type { JobKind, JobRow } from './store.ts';
import { describeTraining, planTraining } from './training.ts';
import { describeTransform, modelOf, planTransform } from './transform.ts';

type Type = {
  plan(row: JobRow): JobPlan;
  describe(row: JobRow): Readonly<Record<string, unknown>>;
  role(row: JobRow): string;
};

const ownRole = (row: JobRow) => request<{ RoleArn: string }>(row).RoleArn;

const TYPES: Readonly<Record<JobKind, Type>> = {
  Processing: { plan: planProcessing, describe: describeProcessing, role: ownRole },
  Training: { plan: planTraining, describe: describeTraining, role: ownRole },
  Transform: { plan: planTransform, describe: describeTransform, role: (row) => modelOf(row).roleArn },
  Glue: { plan: planOfOrder, describe: describeOrder, role: roleOfOrder },
};

export function jobOf(row: JobRow): Job {
  const { plan, role } = TYPES[row.kind];
  const { arn, id, kind, name, region } = row;
  return { arn, id, kind, name, region, roleArn: role(row), plan: plan(row) };
}

/** The answer of its Describe operation. */
export function describe(row: JobRow): Readonly<Record<string, unknown>> {
  return TYPES[row.kind].describe(row);
}
