/** What a map run has led to: the state's result, or files in S3 and where they are. */
import type { Json } from '../../../definition/asl/scope.ts';
import type { ResultWriter } from '../../../definition/asl/types.ts';
import { redriveStatus } from '../executions/redrivable.ts';
import type { ExecutionRow } from '../executions/store.ts';
import type { Pages } from '../items/item.ts';
import type { WriterPorts } from '../items/ports.ts';
import { type ChildResult, collectResults, type ResultForm } from '../items/results.ts';
import { exportResults, type ResultKind } from '../items/writer.ts';
import type { Surroundings } from './children.ts';
import type { MapRunParts } from './context.ts';
import type { MapRunRow } from './store.ts';

/** Rows that are read at a time. */
const PAGE = 100;

/** AWS's own, where nothing says how results look. */
const AS_THEY_ARE: ResultForm = { outputType: 'JSON', transformation: 'COMPACT' };

/** A put takes 5 GB; a slice of results may come on top of what is in a file. */
const MAX_FILE_BYTES = 5 * 1024 ** 3 - 64 * 1024 ** 2;

/** Whether results are exported: then also those of a map run that has failed. */
export const isExported = ({ map: { distributed } }: Surroundings): boolean =>
  distributed?.resultWriter?.resource !== undefined;

/** @throws StatesError States.ResultWriterFailed, States.DataLimitExceeded */
export async function resultOf(
  parts: MapRunParts,
  { map, plan }: Surroundings,
  run: MapRunRow,
  storage: WriterPorts,
): Promise<Json> {
  const writer = map.distributed!.resultWriter;
  if (!writer?.resource) return collectResults(map.name, pagesOf(parts, run), writer ?? AS_THEY_ARE);
  return exportResults(
    {
      form: formOf(writer),
      arguments: plan.writer!.arguments,
      mapRunArn: run.arn,
      results: (kind) => ofKind(kind, pagesOf(parts, run)),
      maxFileBytes: MAX_FILE_BYTES,
    },
    storage,
  );
}

const formOf = ({ outputType, transformation }: ResultWriter): ResultForm => ({ outputType, transformation });

async function* pagesOf({ runs, world }: MapRunParts, { arn }: MapRunRow): Pages<ChildResult> {
  for (let after = -1; ; ) {
    const rows = runs.results({ map_run: arn, after, limit: PAGE });
    if (rows.length === 0) return;
    after = rows.at(-1)!.item!;
    yield rows.map((row) => resultOfRow(row, world.clock.now()));
    await new Promise<void>((resolve) => world.clock.soon(resolve));
  }
}

/** What was never begun has no row: of the kind PENDING there is nothing. */
async function* ofKind(kind: ResultKind, pages: Pages<ChildResult>): Pages<ChildResult> {
  if (kind === 'PENDING') return;
  for await (const page of pages)
    yield page.filter(({ status }) => (status === 'SUCCEEDED') === (kind === 'SUCCEEDED'));
}

function resultOfRow(row: ExecutionRow, now: number): ChildResult {
  const { redriveStatus: status, redriveStatusReason: reason } = redriveStatus(row, now);
  return {
    ...{
      executionArn: row.arn,
      name: row.name,
      stateMachineArn: row.machine_arn,
      status: row.status,
      input: row.input,
    },
    ...(row.output !== null && { output: row.output }),
    ...(row.error !== null && { error: row.error }),
    ...(row.cause !== null && { cause: row.cause }),
    startDate: row.started_at,
    ...(row.ended_at !== null && { stopDate: row.ended_at }),
    redriveCount: row.redrive_count,
    redriveStatus: status!,
    ...(reason !== undefined && { redriveStatusReason: reason }),
  };
}
