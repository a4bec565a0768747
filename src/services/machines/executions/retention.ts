/**
 * Executions that ended long ago go, with their journals, their histories and their map runs, as AWS keeps them for 90 days.
 *
 * R1. An execution is gone for everyone in one transaction; its journal, which nobody finds any more, is cleared away after it. A crash
 *     leaves too much, never half of what can be seen.
 * R2. Open executions stay however old they are, and so does what a map run that goes on may still redrive.
 * R3. A few at a time: requests come in between. Once after the server's start, and then once a day while executions begin.
 */
import type { World } from '../../../base/world.ts';
import type { Engine } from '../../../engine/kernel.ts';
import type { Store } from '../../../store/store.ts';
import type { MapRunsStore } from '../mapRuns/store.ts';
import type { ExecutionsStore } from './store.ts';

const DAY = 86_400_000;
/** After their end, in milliseconds. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const KEPT_FOR = 90 * DAY;
/** A server that lives for a moment has other things to do. In milliseconds. */
const FIRST_AFTER = 60_000;
/** At a time: executions that are looked at, and events that are cleared away. */
const PART = { executions: 50, events: 500 };

export type Retention = {
  start(): void;
  /** Inside a transaction: an execution begins. */
  begun(): void;
  stop(): Promise<void>;
};

type Parts = {
  store: Pick<Store, 'transact'>;
  world: World;
  engine: Engine;
  executions: ExecutionsStore;
  runs: MapRunsStore;
};

export function createRetention({ store, world, engine, executions, runs }: Parts): Retention {
  const { clock, log } = world;
  let cancel: (() => void) | undefined;
  let stopping = false;
  /** When it was done last, in milliseconds since the epoch. */
  let done = Number.POSITIVE_INFINITY;
  let sweeping: Promise<void> = Promise.resolve();

  /** Inside a transaction: looks at the next few, and answers the id to go on after; undefined when the others are younger. */
  function removeSome(after: number, before: number): { after: number | undefined; removed: number } {
    const oldest = executions.oldest({ after, limit: PART.executions });
    const due = oldest.filter((row) => row.ended_at !== null && row.ended_at < before && row.held === 0);
    for (const { arn } of due) {
      engine.remove(arn);
      runs.removePins({ execution: arn });
      runs.removeRuns({ execution: arn });
      executions.removeExecution({ arn });
    }
    const last = oldest.at(-1);
    return { after: last && last.started_at < before ? last.id : undefined, removed: due.length };
  }

  async function sweep(): Promise<void> {
    const before = clock.now() - KEPT_FOR;
    let removed = 0;
    for (let after: number | undefined = 0; !stopping && after !== undefined; ) {
      const from: number = after;
      const part = await store.transact(() => removeSome(from, before));
      after = part.after;
      removed += part.removed;
    }
    while (!stopping && (await store.transact(() => engine.clear(PART.events))));
    if (removed > 0)
      log('info', 'machines.executions-removed', { removed, endedBefore: new Date(before).toISOString() });
  }

  function sweepNow(): void {
    if (stopping) return;
    done = clock.now();
    sweeping = sweep().catch((error: Error) =>
      log('error', 'machines.executions-not-removed', { message: error.message }),
    );
  }

  return {
    start() {
      cancel = clock.at(clock.now() + FIRST_AFTER, sweepNow);
    },
    begun() {
      if (clock.now() < done + DAY) return;
      done = clock.now();
      clock.soon(sweepNow);
    },
    async stop() {
      stopping = true;
      cancel?.();
      await sweeping;
    },
  };
}
