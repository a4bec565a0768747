/** ListMapRuns, DescribeMapRun, UpdateMapRun. */
import type { MapRunExecutionCounts, MapRunItemCounts } from '@aws-sdk/client-sfn';
import { pageOf } from '../../../protocol/pages.ts';
import { type Access, type InputOf, type Operations, type OutputOf, reads, writes } from '../../../protocol/service.ts';
import type { Sdk } from '../context.ts';
import { machineErrors } from '../errors.ts';
import { requireMapRunArn } from '../executions/names.ts';
import { requireExecution } from '../executions/required.ts';
import { DEFAULT_PAGE } from '../legal.ts';
import type { MapRunParts } from './context.ts';
import type { MapRuns } from './driver.ts';
import { childMachine } from './names.ts';
import type { MapRunRow } from './store.ts';

type Context = MapRunParts & { mapRuns: Pick<MapRuns, 'changed'> };

const on = (action: string, arn: string | undefined): Access[] => [
  { action: `states:${action}`, resource: arn ?? '*' },
];

export function mapRunOperations(parts: Context): Operations<Sdk, 'ListMapRuns' | 'DescribeMapRun' | 'UpdateMapRun'> {
  return {
    ListMapRuns: reads(
      ({ executionArn }) => on('ListMapRuns', executionArn),
      (input) => listMapRuns(parts, input),
    ),
    DescribeMapRun: reads(
      ({ mapRunArn }) => on('DescribeMapRun', mapRunArn),
      ({ mapRunArn = '' }) => describe(requireMapRun(parts, mapRunArn)),
    ),
    UpdateMapRun: writes(
      ({ mapRunArn }) => on('UpdateMapRun', mapRunArn),
      (input) => updateMapRun(parts, input),
    ),
  };
}

/** @throws InvalidArn, ResourceNotFound */
function requireMapRun({ runs }: MapRunParts, arn: string): MapRunRow {
  const run = runs.run({ arn: requireMapRunArn(arn) });
  if (!run) throw machineErrors.noResource(arn);
  return run;
}

/** The newest first. */
function listMapRuns(
  parts: MapRunParts,
  { executionArn = '', maxResults, nextToken }: InputOf<Sdk, 'ListMapRuns'>,
): OutputOf<Sdk, 'ListMapRuns'> {
  requireExecution(parts, executionArn);
  const { items, next } = pageOf<MapRunRow>(
    { query: { operation: 'ListMapRuns', executionArn }, token: nextToken, limit: maxResults || DEFAULT_PAGE },
    (after, limit) =>
      parts.runs.runsOf({ execution: executionArn, before: Number(after?.[0] ?? Number.MAX_SAFE_INTEGER), limit }),
    ({ id }) => [id],
    machineErrors.token,
  );
  return {
    mapRuns: items.map((run) => ({
      executionArn: run.execution,
      mapRunArn: run.arn,
      stateMachineArn: childMachine(run.arn).arn,
      ...datesOf(run),
    })),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}

const datesOf = ({ started_at, ended_at }: MapRunRow) => ({
  startDate: new Date(started_at),
  ...(ended_at === null ? undefined : { stopDate: new Date(ended_at) }),
});

function describe(run: MapRunRow): OutputOf<Sdk, 'DescribeMapRun'> {
  return {
    mapRunArn: run.arn,
    executionArn: run.execution,
    status: run.status,
    ...datesOf(run),
    maxConcurrency: run.max_concurrency,
    toleratedFailurePercentage: run.tolerated_percentage ?? 0,
    toleratedFailureCount: run.tolerated_count ?? 0,
    itemCounts: countsOf(run, 'items'),
    executionCounts: countsOf(run, 'executions'),
    redriveCount: run.redrive_count,
    ...(run.redriven_at === null ? undefined : { redriveDate: new Date(run.redriven_at) }),
  };
}

/** What is pending is known of, and not begun. */
function countsOf(run: MapRunRow, what: 'items' | 'executions'): MapRunItemCounts & MapRunExecutionCounts {
  const counts = {
    running: run[`running_${what}`],
    succeeded: run[`succeeded_${what}`],
    failed: run[`failed_${what}`],
    timedOut: run[`timed_out_${what}`],
    aborted: run[`aborted_${what}`],
  };
  const known = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const total = Math.max(run[`total_${what}`], known);
  const ended = known - counts.running;
  return { ...counts, pending: total - known, total, resultsWritten: run.status === 'SUCCEEDED' ? ended : 0 };
}

/** @throws ValidationException once the map run has ended */
function updateMapRun(
  { runs, mapRuns, ...parts }: Context,
  { mapRunArn = '', maxConcurrency, toleratedFailureCount, toleratedFailurePercentage }: InputOf<Sdk, 'UpdateMapRun'>,
): OutputOf<Sdk, 'UpdateMapRun'> {
  const run = requireMapRun({ runs, ...parts }, mapRunArn);
  if (run.status !== 'RUNNING') throw machineErrors.mapRunOver(run.arn, run.status);
  runs.setLimits({
    arn: run.arn,
    max_concurrency: maxConcurrency ?? run.max_concurrency,
    tolerated_count: toleratedFailureCount ?? run.tolerated_count,
    tolerated_percentage: toleratedFailurePercentage ?? run.tolerated_percentage,
  });
  mapRuns.changed(run.arn);
  return {};
}
