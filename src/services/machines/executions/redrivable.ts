/** Which executions may be redriven, and why not the others. */
import type { ExecutionStatus } from '../../../engine/machines/state.ts';
import type { OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import type { ExecutionRow } from './store.ts';

type Ended = Pick<ExecutionRow, 'status' | 'ended_at' | 'map_run'>;

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
const REDRIVABLE_FOR = 14 * 24 * 3600 * 1000;
const REDRIVEN: ReadonlySet<ExecutionStatus> = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);

/** Why it cannot be redriven; undefined when it can. */
export function obstacle({ status, ended_at, map_run }: Ended, now: number): string | undefined {
  if (!REDRIVEN.has(status)) return `Execution is ${status} and cannot be redriven`;
  if (map_run !== null) return 'Execution is a child of a Map Run and is redriven by its parent';
  if (ended_at !== null && now - ended_at > REDRIVABLE_FOR) return 'Execution has exceeded the redrivable period';
  return undefined;
}

export function redriveStatus(
  row: Ended,
  now: number,
): Pick<OutputOf<Sdk, 'DescribeExecution'>, 'redriveStatus' | 'redriveStatusReason'> {
  const reason = obstacle(row, now);
  if (row.map_run !== null && REDRIVEN.has(row.status)) {
    return { redriveStatus: 'REDRIVABLE_BY_MAP_RUN', redriveStatusReason: reason! };
  }
  return reason === undefined
    ? { redriveStatus: 'REDRIVABLE' }
    : { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: reason };
}
