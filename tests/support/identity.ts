/** An identity service over a store in memory, for this folder's tests. */
import * as iamSdk from '@aws-sdk/client-iam';
import * as stsSdk from '@aws-sdk/client-sts';
import { defineApi } from '../../src/protocol/models.ts';
import type { Call, Operation } from '../../src/protocol/service.ts';
import { createAuthorize } from '../../src/server/authorize.ts';
import { createIdentityServices, migrations } from '../../src/services/identity/index.ts';
import type { iamOperations, stsOperations } from '../../src/services/identity/operations.ts';
import { ACCOUNT, memoryStore, perform, START, type TestClock, testCall, testWorld } from './operations.ts';

const sts = defineApi({
  name: 'sts',
  signingNames: ['sts'],
  protocol: 'query',
  version: '2011-06-15',
  sdk: () => stsSdk,
});
const iam = defineApi({
  name: 'iam',
  signingNames: ['iam'],
  protocol: 'query',
  version: '2010-05-08',
  sdk: () => iamSdk,
});

export type IamTable = ReturnType<typeof iamOperations>;
export type StsTable = ReturnType<typeof stsOperations>;
type InputOf<O> = O extends Operation<infer I, unknown> ? I : never;
type OutputOf<O> = O extends Operation<never, infer A> ? A : never;

function identity() {
  const clock: TestClock = { time: START };
  const world = testWorld(clock);
  const store = memoryStore([migrations], world);
  const open = () => createIdentityServices({ store, world, account: ACCOUNT, sts, iam });
  const services = open();
  const authorize = createAuthorize({
    identity: services,
    resourcePolicy: () => undefined,
    tagsOf: services.tagsOf,
    keepsPublicOut: () => true,
    enforced: true,
  });
  /** As dispatch does, after the caller's own permissions; without a caller, nobody asks for any. */
  const run = async (table: object, name: string, input: unknown, given: Partial<Call>) => {
    const operation = (table as Record<string, Operation<unknown, unknown>>)[name]!;
    const call = testCall({ now: clock.time, ...given });
    const refused =
      given.principal &&
      authorize({ name: 'sts', protocol: 'query' }, call.principal, operation.access(input, call), call);
    if (refused) throw refused;
    return perform(store, operation, input, call);
  };
  return {
    ...services,
    store,
    clock,
    tables: { iam: services.iam.operations, sts: services.sts.operations },
    stop: async () => services.iam.stop?.(),
    /** The same store, as a server that starts again sees it. */
    reopened: open,
    iam: <N extends keyof IamTable>(name: N, input: InputOf<IamTable[N]>, call: Partial<Call> = {}) =>
      run(services.iam.operations, name, input, call) as Promise<OutputOf<IamTable[N]>>,
    sts: <N extends keyof StsTable>(name: N, input: InputOf<StsTable[N]>, call: Partial<Call> = {}) =>
      run(services.sts.operations, name, input, call) as Promise<OutputOf<StsTable[N]>>,
  };
}

export const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
export const trusting = (Principal: unknown, more: object = {}) =>
  document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });
export const readBucket = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' });
export const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
export const serviceTrust = trusting({ Service: 'sagemaker.amazonaws.com' });

/** An identity service with its first administrator. */
export async function administered() {
  const system = identity();
  const keys = (await system.firstAdministrator())!;
  return { ...system, keys, admin: system.credential(keys.accessKeyId)!.principal };
}
