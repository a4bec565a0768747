/** Calls a service's operations as the chain does, without wire or server: for tests of what operations do to state. */
import { DatabaseSync } from 'node:sqlite';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld, type World } from '../../src/base/world.ts';
import { isAwsError } from '../../src/protocol/errors.ts';
import type { Call, Operation, Principal } from '../../src/protocol/service.ts';
import type { Migrations } from '../../src/store/migrations.ts';
import { openMemoryStore, type Store } from '../../src/store/store.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'us-east-1';
/** The instant at which a test's clock stands until the test moves it. */
export const START = Date.UTC(2026, 0, 2, 3, 4, 5);

export type TestClock = { time: number };

/** A world whose clock stands still; `soon` is real, so that groups commit. Timers do not fire. */
export function testWorld(clock: TestClock = { time: START }): World {
  const now = () => clock.time;
  return {
    ...systemWorld,
    log: silentLog,
    clock: { ...systemWorld.clock, now, monotonic: now, at: () => () => {} },
  };
}

export const memoryStore = (migrations: readonly Migrations[], world: World): Store =>
  openMemoryStore(new DatabaseSync(':memory:'), migrations, world);

export const administrator: Principal = {
  kind: 'user',
  arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
  userId: 'AIDATESTADMINISTRATOR',
  account: ACCOUNT,
  accessKeyId: 'AKIATESTADMINISTRATO',
};

export const testCall = (given: Partial<Call> = {}): Call => ({
  requestId: 'request',
  account: ACCOUNT,
  region: REGION,
  principal: administrator,
  now: START,
  headers: {},
  ...given,
});

/** Runs an operation in a transaction and resolves with its answer once durable. */
export function perform<I, O>(store: Store, operation: Operation<I, O>, input: I, call: Call = testCall()): Promise<O> {
  if (operation.kind === 'stream') {
    return operation.run(input, { ...call, commit: (work) => store.transact(work), read: (work) => store.read(work) });
  }
  return store.transact(() => operation.run(input, call));
}

/** The code and message with which something is refused: `NoSuchEntity: The role …`. Fails when it is not. */
export async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    const answer = await work;
    throw new Error(`Expected a refusal, got ${JSON.stringify(answer)}`);
  } catch (error) {
    if (isAwsError(error)) return `${error.code}: ${error.message}`;
    throw error;
  }
}
