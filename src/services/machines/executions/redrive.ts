/** StopExecution and RedriveExecution. */
import type { MachineEvent } from '../../../engine/machines/events.ts';
import { MOST_EVENTS } from '../../../engine/machines/history.ts';
import type { MachineState } from '../../../engine/machines/state.ts';
import type { Call, InputOf, OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import type { ExecutionParts } from './context.ts';
import { obstacle } from './redrivable.ts';
import { requireExecution } from './required.ts';
import type { ExecutionRow } from './store.ts';
import { tellOfExecution } from './telling.ts';

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
  tellOfExecution(parts.ports, parts.executions.execution({ arn: row.arn })!, call.now);
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
