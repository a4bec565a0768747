/** The map runs that this server carries out: begun by tasks, aborted with them, taken up again after a restart. */
import type { RunView, TaskName } from '../../../engine/language.ts';
import type { MachineTask } from '../../../engine/machines/events.ts';
import type { MachineState } from '../../../engine/machines/state.ts';
import type { ExecutionRow } from '../executions/store.ts';
import { carryOut } from './carryOut.ts';
import { LEFT, type Live, type MapRunParts } from './context.ts';
import { childEnded } from './standard.ts';

/** How long to wait before committing again what the store refused, in milliseconds. */
const AGAIN_AFTER = 1000;

type MapRunTask = Extract<MachineTask, { kind: 'map-run' }>;

export type MapRuns = {
  /** Inside the transaction that starts the task: makes the map run, or redrives it. */
  start(run: RunView<MachineState>, task: TaskName, body: MapRunTask): void;
  /** Inside the transaction that gives the task up. */
  abort(body: MapRunTask): void;
  /** Inside the transaction that ends an execution of a map run. */
  executionEnded(row: ExecutionRow): void;
  /** After the group of the transaction: its limits are others, or something has ended. */
  changed(arn: string): void;
  /** Takes up what a former server left. */
  recover(): void;
  stop(): Promise<void>;
};

export function createMapRuns(parts: MapRunParts): MapRuns {
  const { runs, store, world } = parts;
  const live = new Map<string, { live: Live; done: Promise<void> }>();
  let stopping = false;

  function launch(arn: string): void {
    const known = live.get(arn);
    if (stopping) return;
    // It may be over, and just not gone: then it begins anew once it is.
    if (known) {
      known.live.wake();
      void known.done.then(() => launchAgain(arn));
      return;
    }
    const one = liveRun(parts, arn);
    const done = carryOut(parts, one)
      .catch((error: Error) => goOnLater(arn, error))
      .finally(() => live.delete(arn));
    live.set(arn, { live: one, done });
  }

  /** What nobody expected: the store says how far it had come, and from there it goes on. */
  function goOnLater(arn: string, { message, stack = '' }: Error): void {
    world.log('error', 'machines.map-run', { mapRun: arn, message, stack, againAfterMilliseconds: AGAIN_AFTER });
    world.clock.at(world.clock.now() + AGAIN_AFTER, () => launchAgain(arn));
  }

  function launchAgain(arn: string): void {
    if (!stopping && !live.has(arn) && runs.run({ arn })?.phase !== 'OVER') launch(arn);
  }

  const changed = (arn: string): void => store.whenDurable(() => live.get(arn)?.live.wake());

  return {
    changed,
    start({ key, state }, task, { thread, mapRunArn: arn }) {
      const now = world.clock.now();
      if (runs.run({ arn })) runs.redriveRun({ arn, task, redriven_at: now });
      else {
        const { plan, map } = planOf(state, thread);
        const count = plan.items === undefined ? 0 : Object.keys(plan.items).length;
        runs.insertRun({
          ...{ arn, execution: key, task, thread, type: map.executionType, started_at: now },
          max_concurrency: plan.maxConcurrency,
          tolerated_count: plan.toleratedFailureCount ?? null,
          tolerated_percentage: plan.toleratedFailurePercentage ?? null,
          total_items: count,
          total_executions: plan.batcher ? 0 : count,
        });
      }
      store.whenDurable(() => launch(arn));
    },
    abort({ mapRunArn: arn }) {
      if (runs.abort({ arn, ended_at: world.clock.now() }) === 0) return;
      store.whenDurable(() => {
        live.get(arn)?.live.reading.abort();
        launch(arn);
      });
    },
    executionEnded(row) {
      childEnded(parts, row);
      changed(row.map_run!);
    },
    recover() {
      for (const { arn } of runs.openRuns({})) launch(arn);
    },
    async stop() {
      stopping = true;
      const all = [...live.values()];
      for (const { live: one } of all) {
        one.stopping = true;
        one.reading.abort();
        one.wake();
      }
      await Promise.all(all.map(({ done }) => done));
    },
  };
}

function planOf(state: MachineState, id: number) {
  const thread = state.threads.get(id)!;
  if (thread.state.type !== 'Map')
    throw new Error(`A map run was asked for by the state ${thread.state.name}, which is no Map.`);
  return { plan: thread.mapRun!.plan, map: thread.state.distributed! };
}

function liveRun({ store, world }: MapRunParts, arn: string): Live {
  let woken = false;
  let wake: (() => void) | undefined;
  const live: Live = {
    arn,
    reading: new AbortController(),
    stopping: false,
    async pause() {
      if (!woken && !live.stopping) await new Promise<void>((resolve) => (wake = resolve));
      woken = false;
      wake = undefined;
      if (live.stopping) throw LEFT;
    },
    wake() {
      woken = true;
      wake?.();
    },
    async commit(work) {
      for (;;) {
        if (live.stopping) throw LEFT;
        try {
          return await store.commitAhead(work);
        } catch (error) {
          const { message } = error as Error;
          world.log('error', 'machines.map-run-not-recorded', {
            mapRun: arn,
            message,
            againAfterMilliseconds: AGAIN_AFTER,
          });
          await new Promise<void>((resolve) => world.clock.at(world.clock.now() + AGAIN_AFTER, resolve));
        }
      }
    },
  };
  return live;
}
