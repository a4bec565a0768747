/** A model registry over a store in memory, for this folder's tests. */
import * as sdk from '@aws-sdk/client-sagemaker';
import { defineApi } from '../../src/protocol/models.ts';
import type { Call, InputOf, Operation, OutputOf } from '../../src/protocol/service.ts';
import type { Sdk } from '../../src/services/registry/context.ts';
import { createRegistryService, migrations } from '../../src/services/registry/index.ts';
import type { groupOperations, packageOperations } from '../../src/services/registry/operations.ts';
import type { RegisteredPackage } from '../../src/services/registry/ports.ts';
import { ACCOUNT, memoryStore, perform, REGION, START, type TestClock, testCall, testWorld } from './operations.ts';

const api = defineApi({
  name: 'sagemaker',
  signingNames: ['sagemaker'],
  protocol: 'json-1.1',
  targetPrefix: 'SageMaker',
  version: '2017-07-24',
  sdk: () => sdk,
});

type Name = keyof ReturnType<typeof groupOperations> | keyof ReturnType<typeof packageOperations>;

export const MODEL = 's3://models/titanic/model.tar.gz';
export const group = (name: string) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package-group/${name}`;
export const version = (name: string, n: number) => `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package/${name}/${n}`;

export const InferenceSpecification = {
  Containers: [{ Image: 'image:1', ModelDataUrl: MODEL }],
  SupportedContentTypes: ['text/csv'],
  SupportedResponseMIMETypes: ['text/csv'],
};

export function registry() {
  const clock: TestClock = { time: START };
  const objects = new Set([MODEL, 's3://models/unpacked/']);
  const tags = new Map<string, unknown>();
  const told: RegisteredPackage[] = [];
  const store = memoryStore([migrations], testWorld(clock));
  const made = createRegistryService({
    api,
    store,
    account: ACCOUNT,
    ports: {
      emit: () => {},
      objectExists: (uri) => objects.has(uri),
      modelContainers: () => undefined,
      setTags: (arn, given) => void tags.set(arn, given),
      removeTags: (arn) => void tags.delete(arn),
      packageRegistered: (made) => void told.push(made),
      approvalChanged: (changed) => void told.push(changed),
    },
  });
  const run = <N extends Name>(name: N, input: InputOf<Sdk, N>, call: Partial<Call> = {}) => {
    const operation = made.service.operations[name] as Operation<InputOf<Sdk, N>, OutputOf<Sdk, N>>;
    // A second passes between any two calls, so that creation times differ.
    clock.time += 1000;
    return perform(store, operation, input, testCall({ now: clock.time, ...call }));
  };
  return {
    ...made,
    store,
    clock,
    objects,
    tags,
    /** What others were told of packages. */
    told,
    run,
    /** Registers versions into a group, which it creates. */
    async versions(name: string, count: number) {
      await run('CreateModelPackageGroup', { ModelPackageGroupName: name });
      for (let n = 0; n < count; n += 1) {
        await run('CreateModelPackage', { ModelPackageGroupName: name, InferenceSpecification });
      }
    },
  };
}
