/**
 * Amazon EventBridge Scheduler: schedules, their groups, and the invocations of their targets. Owns the tables `schedules`,
 * `schedule_groups` and `schedule_tokens`.
 */

import type { MissedPolicy } from '../../definition/schedules/missed.ts';
import { createDeliveries } from '../../engine/deliveries.ts';
import { createOccurrences } from '../../engine/occurrences.ts';
import type { Service } from '../../protocol/service.ts';
import type { Invocation, Parts, SchedulerContext } from './context.ts';
import { createDeliverer } from './delivering.ts';
import { fire } from './firing.ts';
import { type Firings, firingsOf } from './firings.ts';
import { emptyGroup, missedPolicy } from './groups.ts';
import { scheduleNamed } from './names.ts';
import { schedulerOperations } from './operations.ts';
import { type MissedOutcome, schedulerStore } from './store.ts';

export type { SchedulerPorts } from './ports.ts';
export { migrations as schedulerMigrations } from './store.ts';

/** How long to wait before a group that could not be emptied (a full disk) is taken up again, in milliseconds. */
const AGAIN_AFTER = 1000;

/** When a schedule next occurs, and what it has missed: what AWS has no operation for. */
export type Times = {
  /** ISO 8601. Undefined: it is disabled, or has no occurrence to come. */
  Next: string | undefined;
  MissedPolicy: MissedPolicy;
  Missed: { At: string; Outcome: MissedOutcome } | undefined;
};

export type Schedules = {
  service: Service;
  /** Undefined when an ARN names no schedule. */
  times(arn: string): Times | undefined;
  firings(arn: string, most: number): Firings | undefined;
};

export function createSchedulerService(context: SchedulerContext): Schedules {
  const { api, store, world, account, ports } = context;
  const owner = 'scheduler';
  const occurrences = createOccurrences({ store, world, owner, occur: (occurrence) => fire(parts, occurrence) });
  const deliverer = createDeliverer(() => parts);
  const deliveries = createDeliveries<Invocation>({ store, world, queue: owner, deliverer });
  const db = schedulerStore(store.sql);
  const parts: Parts = { account, world, missed: context.missed ?? 'run-once', db, ports, occurrences, deliveries };
  let stopped = false;
  let emptying = false;

  /** Takes all groups that are being deleted further, in transactions of their own. */
  async function emptyGroups(): Promise<void> {
    if (emptying) return;
    emptying = true;
    try {
      for (const { region, name } of db.deletingGroups({})) {
        for (let more = true; more && !stopped; ) more = await store.transact(() => emptyGroup(parts, region, name));
      }
    } catch (error) {
      world.log('error', 'scheduler.group-not-emptied', { message: (error as Error).message });
      if (!stopped) world.clock.at(world.clock.now() + AGAIN_AFTER, () => void emptyGroups());
    } finally {
      emptying = false;
    }
  }

  const service: Service = {
    ...{ name: 'scheduler', api },
    operations: schedulerOperations(parts, () => store.whenDurable(() => void emptyGroups())),
    start() {
      deliveries.start();
      occurrences.start();
      void emptyGroups();
    },
    async stop() {
      stopped = true;
      occurrences.stop();
      await deliveries.stop();
    },
  };
  return {
    service,
    times: (arn) => timesOf(parts, arn),
    firings: (arn, most) => firingsOf(parts, deliveries, arn, most),
  };
}

function timesOf(parts: Parts, arn: string): Times | undefined {
  const named = scheduleNamed(parts.account, arn);
  const row = named && parts.db.schedule({ region: named.region, group_name: named.group, name: named.name });
  if (!row) return undefined;
  const next = parts.occurrences.nextOf(String(row.id));
  const { missed_at: at, missed_outcome: outcome } = row;
  return {
    Next: next === undefined ? undefined : new Date(next).toISOString(),
    MissedPolicy: missedPolicy(parts, row.region, row.group_name),
    Missed: at === null || outcome === null ? undefined : { At: new Date(at).toISOString(), Outcome: outcome },
  };
}
