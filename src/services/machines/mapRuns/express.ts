/**
 * Express executions of a map run: run in memory, many to a slice, and written down when they end.
 *
 * E1. An execution is on record once it has ended; the position is the first item of which nothing is. After a crash what was under
 *     way is begun again, as AWS's Express executions may run more than once, and what is on record is passed over.
 * E2. One that a redrive begins again is on record as running; those that a crash has interrupted count as aborted, and are begun again.
 */
import type { ExpressEnd } from '../../../engine/machines/express.ts';
import { newSeed } from '../executions/start.ts';
import type { ExecutionRow } from '../executions/store.ts';
import { type Child, childInput, childRow, type Surroundings } from './children.ts';
import { type Lane, LEFT, type Live, type MapRunParts, NO_COUNTS, roomOf, SLICE, tally } from './context.ts';
import { currentRun, goingOn, requireGoing } from './going.ts';
import type { MapRunRow } from './store.ts';

type Row = Omit<ExecutionRow, 'id'>;
/** `isNew`: there is no row of it yet. */
type Ended = { row: Row; isNew: boolean; end: ExpressEnd };

/** What one slice looks at, at most, where it reads rows; and how many ends it writes down. */
const ROWS = 64;
const WRITTEN = 128;

export function expressLane(parts: MapRunParts, live: Live): Lane {
  const { runs, executions, express, world } = parts;
  const underWay = new Set<string>();
  const window = createWindow();
  /** Not written down yet, and the counts of what was begun since it was written down last. */
  let ended: Ended[] = [];
  let begun = { ...NO_COUNTS };
  const recordedUntil = runs.lastItem({ map_run: live.arn })!.item ?? -1;

  function run(row: Row, isNew: boolean, around: Surroundings, of: MapRunRow): void {
    underWay.add(row.arn);
    void express.run(childInput(around, of, row), newSeed(parts)).then((end) => {
      underWay.delete(row.arn);
      ended.push({ row, isNew, end });
      live.wake();
    });
  }

  /** Inside a transaction: writes down what has ended. What it answers forgets that, once it is committed. */
  function write(): () => void {
    const of = currentRun(parts, live);
    // Others may end while this is being committed.
    const these = ended.slice(0, WRITTEN);
    const counts = { ...begun };
    for (const { row, isNew, end } of these) {
      const result = endOf(end);
      if (isNew) executions.insertExecution({ ...row, ...result });
      else executions.endExecution({ arn: row.arn, ...result });
      tally(counts, 'RUNNING', -row.items!, -1);
      tally(counts, result.status, row.items!, 1);
    }
    runs.count({ id: of.id, ...counts });
    const over = new Set(these.filter(({ isNew }) => isNew).map(({ row }) => row.item!));
    const position = window.position(over);
    if (position !== undefined) runs.setPosition({ id: of.id, next_item: position });
    return () => {
      ended = ended.slice(these.length);
      begun = { ...NO_COUNTS };
      window.close(over);
    };
  }

  async function settle(): Promise<MapRunRow> {
    const { written, going } = await live.commit(() => ({ written: write(), going: goingOn(parts, live) }));
    written();
    return requireGoing(going ?? LEFT);
  }

  function beginOne(around: Surroundings, of: MapRunRow, child: Child): void {
    const isRecorded =
      child.first <= recordedUntil && runs.childAt({ map_run: of.arn, item: child.first }) !== undefined;
    window.open(child.first, child.first + child.count, isRecorded);
    if (isRecorded) return;
    tally(begun, 'RUNNING', child.count, 1);
    run(childRow(around, of, child, world.clock.now()), true, around, of);
  }

  function takeUnsuccessful(limit: number): Row[] | undefined | typeof LEFT {
    const of = goingOn(parts, live);
    if (!of) return LEFT;
    const rows = runs.unsuccessful({ map_run: of.arn, after: of.redrive_after!, limit });
    runs.setRedrive({ id: of.id, redrive_after: rows.at(-1)?.item ?? null });
    const counts = { ...NO_COUNTS };
    for (const { arn, status, items } of rows) {
      executions.redrive({ arn, redriven_at: world.clock.now(), redrive_token: null });
      tally(counts, status, -items!, -1);
      tally(counts, 'RUNNING', items!, 1);
    }
    runs.count({ id: of.id, ...counts });
    return rows.length === 0 ? undefined : rows;
  }

  return {
    async begin(around, children) {
      const of = await settle();
      const until = world.clock.monotonic() + SLICE;
      const room = roomOf(of) - underWay.size;
      let count = 0;
      while (count < children.length && count < room && world.clock.monotonic() < until) {
        beginOne(around, of, children[count]!);
        count += 1;
      }
      // What they come to is for another turn of the loop.
      await new Promise<void>((resolve) => world.clock.soon(resolve));
      return count;
    },
    async redrive(around) {
      const of = await settle();
      const room = roomOf(of) - underWay.size;
      if (room <= 0) return 0;
      const rows = requireGoing(await live.commit(() => takeUnsuccessful(Math.min(room, ROWS))));
      for (const row of rows ?? []) run(row, false, around, of);
      return rows?.length;
    },
    async left() {
      do await settle();
      while (ended.length > 0);
      return underWay.size;
    },
    async stop() {
      for (const arn of [...underWay].slice(0, ROWS)) express.stop(arn);
      const written = await live.commit(write);
      written();
      return underWay.size + ended.length;
    },
  };
}

function endOf({ state: { status, output, failure, endedAt } }: ExpressEnd) {
  return {
    status,
    ended_at: endedAt!,
    output: output ?? null,
    error: failure.error ?? null,
    cause: failure.cause ?? null,
  };
}

/** The stretches of items that were begun, in their order, from the oldest that is not on record. */
function createWindow() {
  const stretches = new Map<number, { next: number; over: boolean }>();
  return {
    open: (first: number, next: number, over: boolean): void => void stretches.set(first, { next, over }),
    /** The first item that is not on record when these are; undefined when there is none. */
    position(over: ReadonlySet<number>): number | undefined {
      let position: number | undefined;
      for (const [first, stretch] of stretches) {
        if (!stretch.over && !over.has(first)) return first;
        position = stretch.next;
      }
      return position;
    },
    /** These are on record. */
    close(over: ReadonlySet<number>): void {
      for (const first of over) stretches.get(first)!.over = true;
      for (const [first, stretch] of stretches) {
        if (!stretch.over) return;
        stretches.delete(first);
      }
    },
  };
}

/** Inside a transaction, when a server takes the map run up: what ran in a former one (E2). */
export function recoverExpress({ runs, world }: MapRunParts, run: MapRunRow): void {
  const lost = runs.lost({ map_run: run.arn })!;
  runs.count({
    ...{ ...NO_COUNTS, id: run.id },
    ...{ running_items: -run.running_items, running_executions: -run.running_executions },
    ...{ aborted_items: lost.items, aborted_executions: lost.executions },
  });
  if (lost.first === null) return;
  runs.abortLost({ map_run: run.arn, ended_at: world.clock.now() });
  runs.setRedrive({ id: run.id, redrive_after: Math.min(lost.first - 1, run.redrive_after ?? lost.first) });
}
