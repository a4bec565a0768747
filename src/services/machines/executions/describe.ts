/** What is told of executions: one, a list, its history, its machine. */
import type { ExecutionStatus } from '../../../engine/machines/state.ts';
import { decodeToken, encodeToken, pageOf } from '../../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import { DEFAULT_PAGE } from '../legal.ts';
import { describeRevision } from '../machines.ts';
import { isHere, machineArn, requireNamed } from '../names.ts';
import type { ExecutionParts } from './context.ts';
import { eventsAfter, eventsBefore } from './history.ts';
import { requireMapRunArn } from './names.ts';
import { redriveStatus } from './redrivable.ts';
import { requireExecution } from './required.ts';
import type { ExecutionRow } from './store.ts';

export function describeExecution(
  parts: ExecutionParts,
  { executionArn = '', includedData }: InputOf<Sdk, 'DescribeExecution'>,
  call: Call,
): OutputOf<Sdk, 'DescribeExecution'> {
  return describeRow(requireExecution(parts, executionArn), call.now, includedData !== 'METADATA_ONLY');
}

/** @param included whether the data are */
export function describeRow(row: ExecutionRow, now: number, included = true): OutputOf<Sdk, 'DescribeExecution'> {
  return {
    ...summary(row),
    ...(included ? { input: row.input } : undefined),
    inputDetails: { included },
    ...(included && row.output !== null ? { output: row.output } : undefined),
    ...(row.output === null ? undefined : { outputDetails: { included } }),
    ...(row.trace_header === null ? undefined : { traceHeader: row.trace_header }),
    ...(row.error === null ? undefined : { error: row.error }),
    ...(row.cause === null ? undefined : { cause: row.cause }),
    ...redriveStatus(row, now),
  };
}

/** What lists and descriptions have in common. */
function summary(row: ExecutionRow) {
  return {
    executionArn: row.arn,
    stateMachineArn: row.machine_arn,
    name: row.name,
    status: row.status,
    startDate: new Date(row.started_at),
    ...(row.ended_at === null ? undefined : { stopDate: new Date(row.ended_at) }),
    ...(row.map_run === null ? undefined : { mapRunArn: row.map_run }),
    ...(row.version_arn === null ? undefined : { stateMachineVersionArn: row.version_arn }),
    ...(row.alias_arn === null ? undefined : { stateMachineAliasArn: row.alias_arn }),
    redriveCount: row.redrive_count,
    ...(row.redriven_at === null ? undefined : { redriveDate: new Date(row.redriven_at) }),
  };
}

/** The newest first. */
export function listExecutions(
  parts: ExecutionParts,
  { stateMachineArn, mapRunArn, statusFilter, redriveFilter, maxResults, nextToken }: InputOf<Sdk, 'ListExecutions'>,
  call: Call,
): OutputOf<Sdk, 'ListExecutions'> {
  if ((stateMachineArn === undefined) === (mapRunArn === undefined)) throw machineErrors.listOfWhat();
  if (redriveFilter !== undefined && mapRunArn === undefined) throw machineErrors.redriveFilter();
  const of = stateMachineArn === undefined ? ofMapRun(mapRunArn!) : ofMachine(parts, stateMachineArn, call);
  const query = { operation: 'ListExecutions', stateMachineArn, mapRunArn, statusFilter, redriveFilter };
  const { items, next } = pageOf<ExecutionRow>(
    { query, token: nextToken, limit: maxResults || DEFAULT_PAGE },
    (after, limit) =>
      parts.executions.list({
        ...of,
        status: (statusFilter ?? null) as ExecutionStatus | null,
        redriven: redriveFilter === undefined ? null : Number(redriveFilter === 'REDRIVEN'),
        before: Number(after?.[0] ?? Number.MAX_SAFE_INTEGER),
        before_id: Number(after?.[1] ?? Number.MAX_SAFE_INTEGER),
        limit,
      }),
    ({ started_at, id }) => [started_at, id],
    machineErrors.token,
  );
  return {
    executions: items.map((row) => ({
      ...summary(row),
      ...(row.map_run === null ? {} : { itemCount: row.items ?? 1 }),
    })),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}

type Of = { machine: number | null; map_run: string | null; version_arn: string | null; alias_arn: string | null };

const ofMapRun = (arn: string): Of => ({
  machine: null,
  map_run: requireMapRunArn(arn),
  version_arn: null,
  alias_arn: null,
});

function ofMachine({ db }: ExecutionParts, arn: string, call: Call): Of {
  const named = requireNamed(arn, 'machine', 'version', 'alias');
  const machine = isHere(call, named) ? db.machine({ region: call.region, name: named.name }) : undefined;
  if (!machine) throw machineErrors.noMachine(arn);
  if (machine.type === 'EXPRESS') throw machineErrors.typeNotSupported();
  return {
    machine: machine.id,
    map_run: null,
    version_arn: named.kind === 'version' ? arn : null,
    alias_arn: named.kind === 'alias' ? arn : null,
  };
}

export function executionHistory(
  parts: ExecutionParts,
  {
    executionArn = '',
    maxResults,
    reverseOrder = false,
    nextToken,
    includeExecutionData = true,
  }: InputOf<Sdk, 'GetExecutionHistory'>,
): OutputOf<Sdk, 'GetExecutionHistory'> {
  const row = requireExecution(parts, executionArn);
  const query = { operation: 'GetExecutionHistory', executionArn, reverseOrder };
  const position = nextToken === undefined ? undefined : decodeToken(query, nextToken);
  if (nextToken !== undefined && !position) throw machineErrors.token();
  const limit = maxResults || DEFAULT_PAGE;
  const reading = { input: row.input, includeData: includeExecutionData };
  const outcomes = parts.engine.outcomes(row.arn);
  const { events, more } = reverseOrder
    ? eventsBefore(outcomes, Number(position?.[0] ?? Number.POSITIVE_INFINITY), limit, reading)
    : eventsAfter(outcomes, Number(position?.[0] ?? 0), limit, reading);
  return { events, ...(more && { nextToken: encodeToken(query, [events.at(-1)!.id!]) }) };
}

export function describeMachineForExecution(
  parts: ExecutionParts,
  { executionArn = '', includedData }: InputOf<Sdk, 'DescribeStateMachineForExecution'>,
  call: Call,
): OutputOf<Sdk, 'DescribeStateMachineForExecution'> {
  const row = requireExecution(parts, executionArn);
  const machine = parts.db.machineOfId({ id: row.machine });
  const revision = parts.db.revision({ id: row.revision });
  if (!machine || !revision) throw machineErrors.noMachine(row.machine_arn);
  return {
    stateMachineArn: machineArn(call, machine.name),
    name: machine.name,
    updateDate: new Date(revision.created_at),
    ...describeRevision(revision),
    ...(includedData === 'METADATA_ONLY' ? { definition: '{}', variableReferences: undefined } : {}),
  };
}
