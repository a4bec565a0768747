/**
 * EventBridge: event buses with their rules, targets, archives and replays. Other services tell of their events through `emit`.
 * Owns the tables `event_*` and `archived_events`.
 */

import { parseArn } from '../../base/arn.ts';
import { uuid } from '../../base/random.ts';
import type { EmitEvent } from '../../base/systemEvents.ts';
import type { Policy } from '../../definition/policy/types.ts';
import { createDeliveries } from '../../engine/deliveries.ts';
import { createOccurrences } from '../../engine/occurrences.ts';
import type { Service } from '../../protocol/service.ts';
import { createForgetting } from './archives.ts';
import type { EventsContext, Parts } from './context.ts';
import { createDeliverer } from './delivering.ts';
import { eventTime } from './event.ts';
import { type Firings, firingsOf } from './firings.ts';
import { DEFAULT_BUS } from './legal.ts';
import { eventsOperations } from './operations.ts';
import { policyOver } from './permissions.ts';
import { REFUSED } from './refused.ts';
import { type ReplayStep, replayDeliverer } from './replays.ts';
import { createRouter, type Router, type Sending } from './router.ts';
import { occurring, type RuleTimes, timesOf } from './schedules.ts';
import { eventsStore } from './store.ts';

export type { EventsContext } from './context.ts';
export type { EventsPorts } from './ports.ts';
export { migrations as eventsMigrations } from './store.ts';

export type Events = {
  service: Service;
  emit: EmitEvent;
  /** The policy of the event bus that an ARN names. */
  policyOf(arn: string): Policy | undefined;
  /** When a rule next fires; undefined for what has no schedule. */
  times(arn: string): RuleTimes | undefined;
  /** Undefined for what is no rule. */
  firings(arn: string, most: number): Firings | undefined;
};

export function createEventsService({ api, store, world, account, missed = 'run-once', ports }: EventsContext): Events {
  const parts: Parts = { store, world, account, missed, ports, db: eventsStore(store.sql) };
  const router: Router = createRouter(parts, () => sendings);
  const sendings = createDeliveries<Sending>({
    ...{ store, world, queue: 'events', deliverer: createDeliverer(parts, router) },
  });
  const addStep = (lane: string, step: ReplayStep) => replays.add(lane, step);
  const replays = createDeliveries<ReplayStep>({
    ...{ store, world, queue: 'events.replays', deliverer: replayDeliverer({ ...parts, router, addStep }) },
  });
  const occurrences = createOccurrences({ store, world, owner: 'events', occur: occurring({ ...parts, router }) });
  const forgetting = createForgetting(parts);
  return {
    service: {
      name: 'events',
      api,
      operations: eventsOperations({
        ...parts,
        router,
        addStep,
        forgetting,
        occurrences,
        removeLane: sendings.removeLane,
      }),
      refused: REFUSED,
      start() {
        sendings.start();
        replays.start();
        occurrences.start();
        forgetting.start();
      },
      async stop() {
        forgetting.stop();
        occurrences.stop();
        await replays.stop();
        await sendings.stop();
      },
    },
    emit: emitting(parts, router),
    policyOf: (arn) => policyOver(parts, arn),
    firings: (arn, most) => firingsOf(parts, sendings, arn, most),
    times: (arn) => timesOf(parts, occurrences, { account, region: parseArn(arn)?.region ?? '' }, arn),
  };
}

/** On the default bus of the event's region, if anybody there could hear it. */
function emitting({ world, account }: Parts, router: Router): EmitEvent {
  return ({ region, source, detailType, resources, detail }) => {
    if (!router.couldHear(region, DEFAULT_BUS, source, detailType)) return;
    router.publish(DEFAULT_BUS, {
      ...{ version: '0', id: uuid(world.random), 'detail-type': detailType, source, account },
      ...{ time: eventTime(world.clock.now()), region, resources, detail: detail() },
    });
  };
}
