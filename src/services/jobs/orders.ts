/**
 * Jobs that another service orders: they bring what is to run as a plan, and have the queue, the phases, the sandbox, the limits,
 * the lineage and the restarts of every job. Who ordered one hears of its beginning (`JobPorts.orderBegun`) and its end
 * (`JobPorts.jobEnded`), each inside the transaction that records it.
 *
 * O1. An order's ARN is its owner's to make, and never one of SageMaker's.
 * O2. Whether the role may be assumed, and whether its caller may pass it, is the owner's to check.
 */
import { LOWER_ALPHANUMERIC, randomString } from '../../base/random.ts';
import { endStatus } from '../../definition/jobs/statuses.ts';
import type { Parts } from './context.ts';
import { errors } from './errors.ts';
import type { Lives } from './life.ts';
import type { Kept, Order } from './order.ts';
import { newRow, type Placing, saved, withStop } from './row.ts';

export type Orders = {
  /** Inside a transaction. @throws ResourceLimitExceeded when too many jobs wait, unless it is placed again */
  place(order: Order, placing: Placing & { again: boolean }): void;
  /** Inside a transaction: it ends as a stopped job does. One that is over, or being stopped, is left alone. */
  stop(arn: string, at: number): void;
  /** Why a job of this image cannot run here; undefined where it can. */
  refusal(image: string): string | undefined;
};

export function createOrders(parts: Parts, lives: Pick<Lives, 'enqueue' | 'interrupt'>): Orders {
  const { db, store, world, runner, admission, limits } = parts;
  return {
    refusal: runner.refusal,
    place({ kind, arn, name, roleArn, plan }, { again, ...placing }) {
      if (!again && admission.waiting() >= limits.waiting) throw errors.queueFull(limits.waiting);
      const kept: Kept = { roleArn, plan };
      const id = `${kind.toLowerCase()}-${randomString(world.random, 16, LOWER_ALPHANUMERIC)}`;
      db.insert(newRow({ kind, arn, name, id, request: JSON.stringify(kept) }, placing));
      store.whenDurable(() => lives.enqueue(arn));
    },
    stop(arn, at) {
      const row = db.job({ arn });
      if (!row || endStatus(row.status) || row.status === 'Stopping') return;
      db.save(saved(withStop(row, 'requested', at)));
      store.whenDurable(() => lives.interrupt(arn));
    },
  };
}
