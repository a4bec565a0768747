/** The machines service over a store in memory, for its folder's tests. */
import type { Call, InputOf, Operation, OutputOf } from '../../src/protocol/service.ts';
import { checkDefinition } from '../../src/services/machines/checks.ts';
import type { Parts, Sdk } from '../../src/services/machines/context.ts';
import { machinesMigrations } from '../../src/services/machines/index.ts';
import { resourceOperations } from '../../src/services/machines/operations.ts';
import { machinesStore } from '../../src/services/machines/store.ts';
import { migrations as tagsMigrations } from '../../src/services/tags/index.ts';
import { tagRows } from '../../src/services/tags/store.ts';
import { tagsOver } from '../../src/services/tags/tags.ts';
import { ACCOUNT, memoryStore, perform, REGION, START, type TestClock, testCall, testWorld } from './operations.ts';

type Name = keyof ReturnType<typeof resourceOperations>;

export const ROLE = `arn:aws:iam::${ACCOUNT}:role/machines`;
export const LOG_GROUP = `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:/states/log:*`;
export const machine = (name: string) => `arn:aws:states:${REGION}:${ACCOUNT}:stateMachine:${name}`;

/** A definition like any other, told from others by its comment. */
export const passing = (Comment = '') =>
  JSON.stringify({ Comment, StartAt: 'Done', States: { Done: { Type: 'Pass', End: true } } });

/** What only executions ask for. */
function noExecutions(): Pick<
  Parts['ports'],
  'callAs' | 'assume' | 'invoke' | 'invokeOutside' | 'movesBytes' | 'apis' | 'serves' | 'log'
> {
  const none = () => {
    throw new Error('This test runs no executions.');
  };
  const calls = { callAs: none, assume: none, invoke: none, invokeOutside: none, movesBytes: none };
  return { ...calls, log: none, apis: () => [], serves: () => false };
}

export function stateMachines() {
  const clock: TestClock = { time: START };
  const world = testWorld(clock);
  const store = memoryStore([machinesMigrations, tagsMigrations], world);
  /** Ids of the machines whose executions are under way. */
  const running = new Set<number>();
  const parts: Parts = {
    ...{ account: ACCOUNT, world, db: machinesStore(store.sql) },
    check: async (text, type) =>
      checkDefinition(text, type, { supports: () => undefined, unsupportedFields: () => [] }),
    unfinished: ({ id }) => running.has(id),
    ports: {
      emit: () => {},
      roleTrusts: (arn) => arn.startsWith(ROLE),
      logGroupExists: (_region, name) => name === '/states/log',
      ...tagsOver(tagRows(store.sql)),
      ...noExecutions(),
    },
  };
  const operations = resourceOperations(parts);
  const run = <N extends Name>(name: N, input: InputOf<Sdk, N>, call: Partial<Call> = {}) => {
    const operation = operations[name] as unknown as Operation<InputOf<Sdk, N>, OutputOf<Sdk, N>>;
    // A second passes between any two calls, so that creation times differ.
    clock.time += 1000;
    return perform(store, operation, input, testCall({ now: clock.time, ...call }));
  };
  return {
    ...{ parts, store, running, run },
    access: <N extends Name>(name: N, input: InputOf<Sdk, N>) =>
      (operations[name] as unknown as Operation<InputOf<Sdk, N>, unknown>)
        .access(input, testCall())
        .map(({ action, resource, keys }) => ({ action, resource, ...keys?.() })),
    create: (name: string, more: Partial<InputOf<Sdk, 'CreateStateMachine'>> = {}) =>
      run('CreateStateMachine', { name, definition: passing(), roleArn: ROLE, ...more }),
    /** Publishes as many versions, each of a revision of its own. */
    async versions(name: string, count: number) {
      for (let n = 1; n <= count; n += 1)
        await run('UpdateStateMachine', {
          ...{ stateMachineArn: machine(name), definition: passing(`version ${n}`), publish: true },
        });
    },
  };
}
