/** StopExecution and RedriveExecution, and what may be redriven. */
import type { MachineEvent } from '../../../engine/machines/events.ts';
import { MOST_EVENTS } from '../../../engine/machines/history.ts';
import type { ExecutionStatus, MachineState } from '../../../engine/machines/state.ts';
import type { Call, InputOf, OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import type { ExecutionParts } from './context.ts';
import { requireExecution } from './required.ts';
import type { ExecutionRow } from './store.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html */
const REDRIVABLE_FOR = 14 * 24 * 3600 * 1000;
const REDRIVEN: ReadonlySet<ExecutionStatus> = new Set(['FAILED', 'TIMED_OUT', 'ABORTED']);

/** Why it cannot be redriven; undefined when it can. */
function obstacle({ status, ended_at, map_run }: ExecutionRow, now: number): string | undefined {
  if (!REDRIVEN.has(status)) return `Execution is ${status} and cannot be redriven`;
  if (map_run !== null) return 'Execution is a child of a Map Run and is redriven by its parent';
  if (ended_at !== null && now - ended_at > REDRIVABLE_FOR) return 'Execution has exceeded the redrivable period';
  return undefined;
}

export function redriveStatus(
  row: ExecutionRow,
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

/** @throws ExecutionDoesNotExist. To stop what has ended is no mistake. */
export function stopExecution(
  parts: ExecutionParts,
  { executionArn = '', error, cause }: InputOf<Sdk, 'StopExecution'>,
  call: Call,
): OutputOf<Sdk, 'StopExecution'> {
  const row = requireExecution(parts, executionArn);
  if (row.ended_at !== null) return { stopDate: new Date(row.ended_at) };
  if (row.map_run !== null && parts.engine.state(row.arn) === undefined) {
    // An Express execution of a map run: it has no journal, and its map run writes its end down.
    parts.express.stop(row.arn);
    return { stopDate: new Date(call.now) };
  }
  parts.engine.append<MachineEvent>(row.arn, {
    kind: 'stop-requested',
    ...(error === undefined ? undefined : { error }),
    ...(cause === undefined ? undefined : { cause }),
  });
  return { stopDate: new Date(call.now) };
}

/** @throws ExecutionNotRedrivable, ExecutionLimitExceeded */
export function redriveExecution(
  parts: ExecutionParts,
  { executionArn = '', clientToken }: InputOf<Sdk, 'RedriveExecution'>,
  call: Call,
): OutputOf<Sdk, 'RedriveExecution'> {
  const row = requireExecution(parts, executionArn);
  if (clientToken !== undefined && row.redrive_token === clientToken) {
    return { redriveDate: new Date(row.redriven_at!) };
  }
  const reason = obstacle(row, call.now) ?? gone(parts, row) ?? tooLong(parts, row);
  if (reason !== undefined) throw machineErrors.notRedrivable(row.arn, reason);
  parts.executions.redrive({ arn: row.arn, redriven_at: call.now, redrive_token: clientToken ?? null });
  parts.engine.append<MachineEvent>(row.arn, { kind: 'redriven' });
  return { redriveDate: new Date(call.now) };
}

function gone({ db }: ExecutionParts, { machine, machine_arn }: ExecutionRow): string | undefined {
  return db.machineOfId({ id: machine })?.status === 'ACTIVE' ? undefined : `State machine ${machine_arn} is deleted`;
}

function tooLong({ engine }: ExecutionParts, { arn }: ExecutionRow): string | undefined {
  const events = engine.state<MachineState>(arn)?.events ?? 0;
  return events >= MOST_EVENTS - 1 ? 'Execution history has too many events to be redriven' : undefined;
}
