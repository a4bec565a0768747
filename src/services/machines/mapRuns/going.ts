/** Whether a map run goes on: asked in the transaction of whatever it does next. */
import { assert } from '../../../base/assert.ts';
import { isExceeded, TOLERANCE_EXCEEDED, type Tolerance } from '../items/tolerance.ts';
import { LEFT, type Live, type MapRunParts } from './context.ts';
import type { MapRunRow } from './store.ts';

export function currentRun({ runs }: Pick<MapRunParts, 'runs'>, { arn }: Pick<Live, 'arn'>): MapRunRow {
  const run = runs.run({ arn });
  assert(run, `the map run ${arn} that is carried out exists`);
  return run;
}

/** The map run as it is, if it is to begin more. Inside a transaction. @throws LEFT, out of the transaction */
export function goingOn(parts: MapRunParts, live: Live): MapRunRow | undefined {
  const run = currentRun(parts, live);
  if (run.phase !== 'BEGINNING' || live.stopping) return undefined;
  // While a redrive begins them again, those that had failed are failures no more, one after the other.
  if (run.redrive_after !== null || !isExceeded(toleranceOf(run), failedOf(run), totalOf(run))) return run;
  parts.runs.failing({ id: run.id, error: TOLERANCE_EXCEEDED.error, cause: TOLERANCE_EXCEEDED.cause });
  return undefined;
}

export function requireGoing<T>(answer: T | typeof LEFT): T {
  if (answer === LEFT) throw LEFT;
  return answer;
}

function toleranceOf({ tolerated_count: count, tolerated_percentage: percentage }: MapRunRow): Tolerance {
  return { ...(count !== null && { count }), ...(percentage !== null && { percentage }) };
}

const failedOf = (run: MapRunRow): number => run.failed_items + run.timed_out_items + run.aborted_items;

/** Known from the start where the items are the state's own. */
function totalOf(run: MapRunRow): number | undefined {
  return run.all_read === 1 || run.total_items > 0 ? run.total_items : undefined;
}
