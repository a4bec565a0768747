/**
 * Executions that ended long ago go, with their journals, their histories and their map runs, as AWS keeps them for 90 days.
 *
 * R1. What goes, goes whole, in one transaction; a crash leaves too much, never half of one.
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
/** Executions at a time. */
const PART = 20;

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

  /** Inside a transaction: removes some, and answers the id to go on after; undefined when there are no more. */
  function removeSome(after: number, before: number): { after: number; removed: number } | undefined {
    const old = executions.endedBefore({ after, before, limit: PART });
    for (const { arn } of old) {
      engine.remove(arn);
      runs.removePins({ execution: arn });
      runs.removeRuns({ execution: arn });
      executions.removeExecution({ arn });
    }
    const last = old.at(-1);
    return last && { after: last.id, removed: old.length };
  }

  async function sweep(): Promise<void> {
    const before = clock.now() - KEPT_FOR;
    let removed = 0;
    for (let after = 0; !stopping; ) {
      const part = await store.transact(() => removeSome(after, before));
      if (!part) break;
      ({ after } = part);
      removed += part.removed;
    }
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
