/** A job that another service has ordered: what the store keeps of it, and what is read out of that. */
import type { JobPlan } from './plan.ts';
import { request } from './row.ts';
import type { JobRow } from './store.ts';

export type Order = {
  kind: 'Glue';
  arn: string;
  /** What people know it by. */
  name: string;
  roleArn: string;
  plan: JobPlan;
};

/** What the store keeps of an order as its request. */
export type Kept = Pick<Order, 'roleArn' | 'plan'>;

export const planOfOrder = (row: Pick<JobRow, 'request'>): JobPlan => request<Kept>(row).plan;
export const roleOfOrder = (row: Pick<JobRow, 'request'>): string => request<Kept>(row).roleArn;

/** What its owner is told of an order that has ended, besides how. */
export type OrderDescription = {
  /** When it began, in milliseconds since the epoch; undefined when it never did. */
  startedAt: number | undefined;
  outOfTime: boolean;
};

export function describeOrder(row: JobRow): OrderDescription {
  return { startedAt: row.started_at ?? undefined, outOfTime: row.stop_cause === 'runtime' };
}
