/**
 * Standard executions of a map run: runs of the kernel, each with a row from its beginning.
 *
 * T1. An execution, its row, and the position behind it commit together: after a crash the next one is begun, none twice.
 */
import type { MachineEvent } from '../../../engine/machines/events.ts';
import { MACHINE } from '../../../engine/machines/language.ts';
import { newSeed } from '../executions/start.ts';
import type { ExecutionRow } from '../executions/store.ts';
import { tellOfExecution } from '../executions/telling.ts';
import { type Child, childInput, childRow, type Surroundings } from './children.ts';
import { type Lane, LEFT, type Live, type MapRunParts, NO_COUNTS, roomOf, SLICE, tally } from './context.ts';
import { goingOn, requireGoing } from './going.ts';
import type { MapRunRow } from './store.ts';

/** What one slice looks at, at most, where it reads rows. */
const ROWS = 32;

export function standardLane(parts: MapRunParts, live: Live): Lane {
  const { runs, executions, engine, world } = parts;

  /** Goes through as many as there is room and time for. Inside a transaction. */
  function slice<T>(run: MapRunRow, all: readonly T[], begin: (one: T) => void): number {
    const until = world.clock.monotonic() + SLICE;
    const room = roomOf(run);
    const before = runs.progress({ id: run.id })!;
    let count = 0;
    while (count < all.length) {
      // What ends at once makes room for the next. Whether a failure is one too many, the next slice asks.
      const now = runs.progress({ id: run.id })!;
      if (now.running >= room || now.failed > before.failed) break;
      begin(all[count]!);
      count += 1;
      if (world.clock.monotonic() >= until) break;
    }
    return count;
  }

  function beginOne(around: Surroundings, run: MapRunRow, child: Child): void {
    const row = childRow(around, run, child, world.clock.now());
    executions.insertExecution(row);
    tellOfExecution(parts.ports, row, row.started_at);
    count(run, [['RUNNING', child.count, 1]]);
    runs.setPosition({ id: run.id, next_item: child.first + child.count });
    const input = childInput(around, run, row);
    engine.start<MachineEvent>(MACHINE, row.arn, input, { kind: 'started', seed: newSeed(parts) });
  }

  function redriveOne(run: MapRunRow, { arn, status, item, items }: ExecutionRow): void {
    executions.redrive({ arn, redriven_at: world.clock.now(), redrive_token: null });
    tellOfExecution(parts.ports, executions.execution({ arn })!, world.clock.now());
    count(run, [
      [status, -items!, -1],
      ['RUNNING', items!, 1],
    ]);
    runs.setRedrive({ id: run.id, redrive_after: item });
    engine.append<MachineEvent>(arn, { kind: 'redriven' });
  }

  function count({ id }: MapRunRow, changes: readonly [status: string, items: number, executions: number][]): void {
    const counts = { ...NO_COUNTS };
    for (const change of changes) tally(counts, ...change);
    runs.count({ id, ...counts });
  }

  return {
    begin: async (around, children) =>
      requireGoing(
        await live.commit(() => {
          const run = goingOn(parts, live);
          return run ? slice(run, children, (child) => beginOne(around, run, child)) : LEFT;
        }),
      ),
    redrive: async () =>
      requireGoing(
        await live.commit(() => {
          const run = goingOn(parts, live);
          if (!run) return LEFT;
          const rows = runs.unsuccessful({ map_run: run.arn, after: run.redrive_after!, limit: ROWS });
          if (rows.length > 0) return slice(run, rows, (row) => redriveOne(run, row));
          runs.setRedrive({ id: run.id, redrive_after: null });
          return undefined;
        }),
      ),
    left: async () => requireGoing(await live.commit(() => goingOn(parts, live)?.running_executions ?? LEFT)),
    stop: () =>
      live.commit(() => {
        const rows = runs.runningChildren({ map_run: live.arn, limit: ROWS });
        for (const { arn } of rows) engine.append<MachineEvent>(arn, { kind: 'stop-requested' });
        return rows.length;
      }),
  };
}

/** Inside the transaction that ends a Standard execution of a map run. */
export function childEnded({ runs }: Pick<MapRunParts, 'runs'>, row: ExecutionRow): void {
  const run = runs.run({ arn: row.map_run! });
  if (run?.type !== 'STANDARD') return;
  const counts = { ...NO_COUNTS };
  tally(counts, 'RUNNING', -row.items!, -1);
  tally(counts, row.status, row.items!, 1);
  runs.count({ id: run.id, ...counts });
}
