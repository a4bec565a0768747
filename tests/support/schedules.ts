/** The scheduler service over a store in memory, at a time of its own, with targets that a test has in its hands. */
import { DatabaseSync } from 'node:sqlite';
import * as sdk from '@aws-sdk/client-scheduler';
import { afterEach } from 'vitest';
import { deliveryMigrations } from '../../src/engine/deliveryStore.ts';
import { occurrenceMigrations } from '../../src/engine/occurrenceStore.ts';
import { defineApi } from '../../src/protocol/models.ts';
import type { InputOf, Operation, Service } from '../../src/protocol/service.ts';
import type { Target } from '../../src/protocol/targets.ts';
import { createSchedulerService, schedulerMigrations } from '../../src/services/scheduler/index.ts';
import { migrations as tagsMigrations } from '../../src/services/tags/index.ts';
import { tagRows } from '../../src/services/tags/store.ts';
import { tagsOver } from '../../src/services/tags/tags.ts';
import { openMemoryStore } from '../../src/store/store.ts';
import { ACCOUNT, perform, REGION, testCall } from './operations.ts';
import { timedWorld } from './timedWorld.ts';

const api = defineApi({
  name: 'scheduler',
  signingNames: ['scheduler'],
  protocol: 'rest-json',
  version: '2021-06-30',
  sdk: () => sdk,
});

export const MACHINE = `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:m`;
export const QUEUE = `arn:aws:sqs:${REGION}:${ACCOUNT}:dead`;
export const ROLE = `arn:aws:iam::${ACCOUNT}:role/schedules`;

type Sdk = typeof import('@aws-sdk/client-scheduler');
type Sent = { at: string; target: Target };

const services: Service[] = [];
afterEach(async () => {
  for (const service of services.splice(0)) await service.stop?.();
});

/** A server at a time of its own. `database` may be that of one before it, which was killed. */
export function schedules(start: string, database = new DatabaseSync(':memory:')) {
  const { world, now, pass, settle, logged } = timedWorld(Date.parse(start));
  const store = openMemoryStore(
    database,
    [tagsMigrations, deliveryMigrations, occurrenceMigrations, schedulerMigrations],
    world,
  );
  const sent: Sent[] = [];
  let refusing: (target: Target) => Error | undefined = () => undefined;
  let trusted = true;
  const { service, times: timesOf } = createSchedulerService({
    ...{ api, store, world, account: ACCOUNT },
    ports: {
      ...tagsOver(tagRows(store.sql)),
      callAs: (_role, region) => testCall({ region }),
      roleTrusts: () => trusted,
      canBeSentTo: () => true,
      send(target) {
        const error = refusing(target);
        if (error) throw error;
        sent.push({ at: new Date(now()).toISOString(), target });
      },
      refusalOf: () => undefined,
      invoke: () => undefined,
    },
  });
  services.push(service);
  void service.start?.();
  const run = <N extends keyof typeof service.operations & string>(name: N, input: InputOf<Sdk, N>) =>
    perform(
      store,
      service.operations[name] as unknown as Operation<InputOf<Sdk, N>, object>,
      input,
      testCall({ now: now() }),
    );
  return {
    ...{ database, store, sent, logged, pass, settle, now, run },
    timesOf,
    times: () => sent.map(({ at }) => at.replace(':00.000Z', 'Z')),
    refuse: (by: (target: Target) => Error | undefined) => {
      refusing = by;
    },
    distrust: () => {
      trusted = false;
    },
    async create(ScheduleExpression: string, more: Partial<InputOf<Sdk, 'CreateSchedule'>> = {}) {
      await run('CreateSchedule', {
        ...{ Name: 's', ScheduleExpression, Target: { Arn: MACHINE, RoleArn: ROLE } },
        ...{ FlexibleTimeWindow: { Mode: 'OFF' }, ...more },
      });
      await settle();
    },
  };
}
