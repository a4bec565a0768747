/** The events service's parts over a store in memory, for its folder's tests: what is sent is kept, or refused as a test says. */
import { deliveryMigrations } from '../../src/engine/deliveryStore.ts';
import type { Call } from '../../src/protocol/service.ts';
import type { Target as Sent } from '../../src/protocol/targets.ts';
import type { Parts, Target } from '../../src/services/events/context.ts';
import { createDeliverer } from '../../src/services/events/delivering.ts';
import type { BusEvent } from '../../src/services/events/event.ts';
import { eventsMigrations } from '../../src/services/events/index.ts';
import type { RuleState } from '../../src/services/events/legal.ts';
import { createRouter, type Sending } from '../../src/services/events/router.ts';
import { eventsStore, type RuleRow } from '../../src/services/events/store.ts';
import { migrations as tagsMigrations } from '../../src/services/tags/index.ts';
import { tagRows } from '../../src/services/tags/store.ts';
import { tagsOver } from '../../src/services/tags/tags.ts';
import { ACCOUNT, memoryStore, REGION, START, type TestClock, testCall, testWorld } from './operations.ts';

export const event = (id = 'e-1'): BusEvent => ({
  ...{ version: '0', id, 'detail-type': 'happened', source: 'shop', account: ACCOUNT },
  ...{ time: '2026-11-27T08:15:30Z', region: REGION, resources: [], detail: {} },
});

export function eventParts() {
  const clock: TestClock = { time: START };
  const logged: { event: string; facts: object }[] = [];
  const world = {
    ...testWorld(clock),
    log: (_: unknown, name: string, facts = {}) => void logged.push({ event: name, facts }),
  };
  const store = memoryStore([eventsMigrations, deliveryMigrations, tagsMigrations], world);
  const sent: (Sent & { as: string })[] = [];
  const added: Sending[] = [];
  let refusal: ((target: Sent) => Error | undefined) | undefined;
  const as = (who: string): Call => testCall({ principal: { ...testCall().principal, arn: who } });
  const parts: Parts = {
    ...{ store, world, account: ACCOUNT, missed: 'run-once', db: eventsStore(store.sql) },
    ports: {
      send(target, call) {
        const refused = refusal?.(target);
        if (refused) throw refused;
        sent.push({ ...target, as: call.principal.arn });
      },
      canBeSentTo: () => true,
      putEvents: (_input, _call, instead) => instead(),
      callAs: (role) => as(role),
      callAsService: () => as('events.amazonaws.com'),
      roleTrusts: (role) => !role.endsWith('/untrusted'),
      ...tagsOver(tagRows(store.sql)),
    },
  };
  const router = createRouter(parts, () => ({ add: (_lane, body) => void added.push(body) }));
  return {
    ...{ clock, logged, parts, router, sent, added, deliverer: createDeliverer(parts, router) },
    refuse(how: typeof refusal) {
      refusal = how;
    },
    within: <T>(work: () => T) => store.transact(work),
    /** A rule with one target. */
    rule(given: Partial<RuleRow>, target: Partial<Target> = {}): Promise<number> {
      return store.transact(() => {
        const row = {
          ...{ region: REGION, bus: 'default', name: 'r', pattern: '{"source":["shop"]}', schedule: null },
          ...{ state: 'ENABLED' as RuleState, description: null, role_arn: null, scheduled_at: null, ...given },
        } as const;
        const rule = parts.db.insertRule(row);
        const Arn = `arn:aws:sqs:${REGION}:${ACCOUNT}:queue`;
        const whole = { Id: 't', Arn, ...target };
        parts.db.putTarget({ rule, id: 't', arn: whole.Arn, target: JSON.stringify(whole) });
        router.changed(row.region, row.bus);
        return rule;
      });
    },
  };
}
