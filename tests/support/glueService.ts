/** The Glue service over a store in memory, for its folder's tests. */
import { silentLog } from '../../src/base/log.ts';
import type { SystemEvent } from '../../src/base/systemEvents.ts';
import { systemWorld, type World } from '../../src/base/world.ts';
import type { Api } from '../../src/protocol/api.ts';
import type { InputOf, Operation, OutputOf } from '../../src/protocol/service.ts';
import type { Sdk } from '../../src/services/glue/context.ts';
import { createGlueService, glueMigrations } from '../../src/services/glue/index.ts';
import type { OrderEnd, RunOrder } from '../../src/services/glue/ports.ts';
import { migrations as tagsMigrations } from '../../src/services/tags/index.ts';
import { tagRows } from '../../src/services/tags/store.ts';
import { tagsOver } from '../../src/services/tags/tags.ts';
import { ACCOUNT, memoryStore, perform, START, testCall } from './operations.ts';

const ROLE = `arn:aws:iam::${ACCOUNT}:role/cleaner`;

/** Orders are kept, and ended by the test. */
export function glueOf() {
  const timers: { at: number; run: () => void }[] = [];
  const machine = {
    ...{ time: START, java: true, trusted: true, timers },
    ...{ orders: [] as RunOrder[], stopped: [] as string[], events: [] as SystemEvent[] },
    told: [] as [string, string, object][],
  };
  const world: World = {
    ...{ ...systemWorld, log: silentLog },
    clock: {
      ...{ ...systemWorld.clock, now: () => machine.time, monotonic: () => machine.time },
      at(at, run) {
        const timer = { at, run };
        timers.push(timer);
        return () => void timers.splice(timers.indexOf(timer), 1);
      },
    },
  };
  const store = memoryStore([glueMigrations, tagsMigrations], world);
  const glue = createGlueService({
    ...{ api: {} as Api, store, world, account: ACCOUNT },
    ports: {
      ...tagsOver(tagRows(store.sql)),
      place: (order) => void machine.orders.push(order),
      stop: (arn) => void machine.stopped.push(arn),
      ...{ refusal: () => undefined, hasJava: () => machine.java },
      roleTrusts: (arn) => machine.trusted && arn === ROLE,
      runEnded: (...told) => void machine.told.push(told),
      emit: (event) => void machine.events.push(event),
    },
  });
  const operations = glue.service.operations as Readonly<Record<string, Operation<unknown, unknown>>>;
  return {
    ...machine,
    machine,
    run: <N extends string>(name: N, input: InputOf<Sdk, N>) =>
      perform(store, operations[name]!, input, testCall({ now: machine.time })) as Promise<OutputOf<Sdk, N>>,
    begun: () => store.transact(() => glue.begun(machine.orders.at(-1)!.arn)),
    ended: (end: Partial<OrderEnd> = {}, order = machine.orders.at(-1)!) =>
      store.transact(() =>
        glue.ended({
          ...{
            arn: order.arn,
            status: 'Completed',
            outOfTime: false,
            internal: false,
            failureReason: undefined,
            ...end,
          },
        }),
      ),
    async advance(milliseconds: number) {
      machine.time += milliseconds;
      for (const timer of timers.filter(({ at }) => at <= machine.time)) timer.run();
      await store.transact(() => {});
    },
  };
}
