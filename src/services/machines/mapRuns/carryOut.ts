/**
 * Carries a map run out, phase by phase, until it is over: begins its executions, or stops them, and hands its result to the task
 * that waits for it.
 *
 * P1. Every phase begins with what the store says, so that a later server goes on where this one ended.
 * P2. The end of a map run and that of its task are one transaction.
 */
import { assert } from '../../../base/assert.ts';
import { isStatesError } from '../../../definition/asl/failure.ts';
import type { Json } from '../../../definition/asl/scope.ts';
import type { MapState } from '../../../definition/asl/types.ts';
import type { MachineEvent } from '../../../engine/machines/events.ts';
import type { Failure, MachineState } from '../../../engine/machines/state.ts';
import { childrenOf, type Surroundings } from './children.ts';
import { type Lane, LEFT, type Live, type MapRunParts } from './context.ts';
import { expressLane, recoverExpress } from './express.ts';
import { currentRun } from './going.ts';
import { isExported, resultOf } from './results.ts';
import { standardLane } from './standard.ts';
import { storageOf } from './storage.ts';
import type { MapRunRow } from './store.ts';

/** Resolves when the map run is over, or the server stops. */
export async function carryOut(parts: MapRunParts, live: Live): Promise<void> {
  try {
    const { type } = currentRun(parts, live);
    if (type === 'EXPRESS') await live.commit(() => recoverExpress(parts, currentRun(parts, live)));
    const lane = type === 'EXPRESS' ? expressLane(parts, live) : standardLane(parts, live);
    while (!live.stopping) {
      const run = currentRun(parts, live);
      if (run.phase === 'OVER') return;
      if (run.phase === 'BEGINNING') await beginAll(parts, live, lane, run);
      else if (run.phase === 'STOPPING') await stopAll(parts, live, lane);
      else await writeAll(parts, live, run);
    }
  } catch (error) {
    if (error !== LEFT) throw error;
  }
}

function surroundingsOf({ engine, executions }: MapRunParts, run: MapRunRow): Surroundings {
  const state = engine.state<MachineState>(run.execution);
  const thread = state?.threads.get(run.thread);
  const row = executions.execution({ arn: run.execution });
  assert(state && thread?.mapRun && row, `the execution of the map run ${run.arn} waits for it`);
  const { machine, revision } = row;
  return { state, thread, map: thread.state as MapState, plan: thread.mapRun.plan, machine, revision };
}

async function beginAll(parts: MapRunParts, live: Live, lane: Lane, run: MapRunRow): Promise<void> {
  live.reading = new AbortController();
  const around = surroundingsOf(parts, run);
  try {
    if (run.redrive_after !== null) await redriveAll(live, lane, around);
    if (run.all_read === 0 || run.next_item < run.total_items) {
      const storage = storageOf(parts, live, around, run);
      for await (const page of childrenOf(around, run, storage)) await beginPage(live, lane, around, page);
      // Written down first: the totals are what was counted.
      await lane.left();
      await live.commit(() => parts.runs.setAllRead({ id: run.id }));
    }
    while ((await lane.left()) > 0) await live.pause();
    await live.commit(() => void parts.runs.setPhase({ id: run.id, phase: 'WRITING' }));
  } catch (error) {
    if (error === LEFT || live.reading.signal.aborted) return;
    await live.commit(() => failing(parts, live, failureOf(parts, run, error)));
  }
}

async function redriveAll(live: Live, lane: Lane, around: Surroundings): Promise<void> {
  for (;;) {
    const begun = await lane.redrive(around);
    if (begun === undefined) return;
    if (begun === 0) await live.pause();
  }
}

async function beginPage(
  live: Live,
  lane: Lane,
  around: Surroundings,
  page: Parameters<Lane['begin']>[1],
): Promise<void> {
  for (let at = 0; at < page.length; ) {
    const begun = await lane.begin(around, at === 0 ? page : page.slice(at));
    if (begun === 0) await live.pause();
    at += begun;
  }
}

/** Inside a transaction. */
function failing(parts: MapRunParts, live: Live, { error, cause }: Required<Failure>): void {
  const { id, phase } = currentRun(parts, live);
  if (phase === 'BEGINNING') parts.runs.failing({ id, error, cause });
}

function failureOf({ world }: MapRunParts, { arn }: MapRunRow, error: unknown): Required<Failure> {
  if (isStatesError(error)) return error.failure;
  const { message, stack = '' } = error as Error;
  world.log('error', 'machines.map-run', { mapRun: arn, message, stack });
  return { error: 'States.Runtime', cause: message };
}

async function stopAll(parts: MapRunParts, live: Live, lane: Lane): Promise<void> {
  while ((await lane.stop()) > 0) if (live.stopping) throw LEFT;
  await live.commit(() => {
    const run = currentRun(parts, live);
    if (run.status === 'ABORTED') return void parts.runs.setPhase({ id: run.id, phase: 'OVER' });
    // Redriven while its executions were still being stopped.
    if (run.error === null) return void parts.runs.setPhase({ id: run.id, phase: 'BEGINNING' });
    if (isExported(surroundingsOf(parts, run))) return void parts.runs.setPhase({ id: run.id, phase: 'WRITING' });
    end(parts, run, { error: run.error, cause: run.cause! });
  });
}

async function writeAll(parts: MapRunParts, live: Live, run: MapRunRow): Promise<void> {
  const around = surroundingsOf(parts, run);
  const ended = await resultOf(parts, around, run, storageOf(parts, live, around, run)).then(
    (output) => ({ output }),
    (error: unknown) => failureOf(parts, run, error),
  );
  await live.commit(() => {
    const { phase, error, cause } = currentRun(parts, live);
    if (phase === 'WRITING') end(parts, run, error === null ? ended : { error, cause: cause! });
  });
}

/** Inside a transaction (P2). */
function end({ runs, engine, world }: MapRunParts, run: MapRunRow, ended: { output: Json } | Required<Failure>): void {
  const { execution, task } = run;
  const status = 'output' in ended ? 'SUCCEEDED' : 'FAILED';
  runs.end({ id: run.id, status, ended_at: world.clock.now() });
  const event: MachineEvent =
    'output' in ended ? { kind: 'task-succeeded', task, ...ended } : { kind: 'task-failed', task, ...ended };
  engine.complete(execution, task, event);
}
