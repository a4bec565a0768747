/** What operations on models do to state. */
import * as sdk from '@aws-sdk/client-sagemaker';
import { beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  memoryStore,
  perform,
  REGION,
  refusal,
  START,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import { defineApi } from '../../protocol/models.ts';
import type { InputOf, Operation, OutputOf } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import type { CreateModelInput, Sdk } from './context.ts';
import { createModelsService, type Models, modelsMigrations } from './index.ts';
import type { ModelPackage } from './ports.ts';

const api = defineApi({
  ...{ name: 'sagemaker', signingNames: ['sagemaker'], protocol: 'json-1.1', version: '2017-07-24' },
  ...{ targetPrefix: 'SageMaker', sdk: () => sdk },
});
const ROLE = `arn:aws:iam::${ACCOUNT}:role/models`;
const DATA = 's3://bucket/model.tar.gz';
const PACKAGE = `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model-package/titanic/1`;

let store: Store;
let models: Models;
let packages: Map<string, ModelPackage>;
let tags: Map<string, unknown>;

beforeEach(() => {
  store = memoryStore([modelsMigrations], testWorld());
  packages = new Map();
  tags = new Map();
  models = createModelsService({
    ...{ api, store },
    ports: {
      modelPackage: (_call, name) => packages.get(name),
      objectExists: (uri) => !uri.includes('missing'),
      roleExists: (arn) => arn === ROLE,
      setTags: (arn, given) => void tags.set(arn, given),
      removeTags: (arn) => void tags.delete(arn),
    },
  });
});

function call<N extends string>(name: N, input: InputOf<Sdk, N>, now = START): Promise<OutputOf<Sdk, N>> {
  const operations = models.service.operations as Readonly<Record<string, Operation<unknown, unknown>>>;
  return perform(store, operations[name]!, input, testCall({ now })) as Promise<OutputOf<Sdk, N>>;
}

const model = (ModelName: string, more: Partial<CreateModelInput> = {}): CreateModelInput => ({
  ...{ ModelName, ExecutionRoleArn: ROLE },
  PrimaryContainer: { Image: 'node:24', ModelDataUrl: DATA, Environment: { A: '1' } },
  ...more,
});

describe('a model', () => {
  it('is created, described as it was given, and deleted with its tags', async () => {
    const Tags = [{ Key: 'team', Value: 'data' }];
    const { ModelArn } = await call('CreateModel', { ...model('Sums'), Tags });
    expect(ModelArn).toBe(`arn:aws:sagemaker:${REGION}:${ACCOUNT}:model/sums`);
    expect([models.exists(ModelArn!), tags.get(ModelArn!)]).toEqual([true, Tags]);
    expect(await call('DescribeModel', { ModelName: 'Sums' })).toEqual({
      ...model('Sums'),
      ...{ ModelArn, CreationTime: new Date(START), EnableNetworkIsolation: false },
    });
    expect(await refusal(call('CreateModel', model('sums')))).toBe(
      `ValidationException: Cannot create already existing model "${ModelArn}".`,
    );
    await call('DeleteModel', { ModelName: 'Sums' });
    expect([models.exists(ModelArn!), tags.size]).toEqual([false, 0]);
    for (const gone of [call('DescribeModel', { ModelName: 'Sums' }), call('DeleteModel', { ModelName: 'Sums' })]) {
      expect(await refusal(gone)).toBe(`ValidationException: Could not find model "${ModelArn}".`);
    }
  });

  it('says what serves it', async () => {
    await call('CreateModel', model('one', { EnableNetworkIsolation: true }));
    expect(models.served(testCall(), 'one')).toEqual({
      ...{ arn: `arn:aws:sagemaker:${REGION}:${ACCOUNT}:model/one`, name: 'one', roleArn: ROLE, image: 'node:24' },
      ...{ environment: { A: '1' }, data: { uri: DATA, form: 'archive' }, networkIsolation: true },
    });
    expect(models.served(testCall(), 'another')).toBeUndefined();
  });

  it.each([
    ['S3Object', 'Gzip', 's3://b/m.tar.gz', 'archive'],
    ['S3Object', 'None', 's3://b/m.json', 'object'],
    ['S3Prefix', 'None', 's3://b/model/', 'prefix'],
  ] as const)('has data as %s of %s: %s is an %s', async (S3DataType, CompressionType, S3Uri, form) => {
    const ModelDataSource = { S3DataSource: { S3DataType, CompressionType, S3Uri } };
    await call('CreateModel', model('m', { PrimaryContainer: { Image: 'i', ModelDataSource } }));
    expect(models.served(testCall(), 'm')?.data).toEqual({ uri: S3Uri, form });
  });

  const container = (more: CreateModelInput['PrimaryContainer']) => ({ PrimaryContainer: more });
  it.each([
    [
      { Containers: [{ Image: 'a' }, { Image: 'b' }], PrimaryContainer: undefined },
      'does not support inference pipelines',
    ],
    [{ PrimaryContainer: undefined }, 'needs a PrimaryContainer'],
    [container({ Image: 'i', Mode: 'MultiModel' }), 'does not support Mode MultiModel'],
    [
      container({ Image: 'i', MultiModelConfig: { ModelCacheSetting: 'Disabled' } }),
      'does not support MultiModelConfig',
    ],
    [container({ ModelDataUrl: DATA }), 'needs an Image or a ModelPackageName'],
    [
      container({ Image: 'i', ModelDataUrl: 's3://b/missing.tar.gz' }),
      'Could not find model data at s3://b/missing.tar.gz.',
    ],
    [container({ Image: 'i', ModelDataUrl: 's3://b/model.zip' }), 'must name a tar.gz archive'],
    [container({ Image: 'i', ModelDataUrl: 'https://b/model.tar.gz' }), 'is not the S3 URI of model data'],
    [{ VpcConfig: { SecurityGroupIds: ['sg-1'], Subnets: ['s-1'] } }, 'does not support VpcConfig'],
    [{ ExecutionRoleArn: undefined }, 'needs an ExecutionRoleArn'],
    [{ ExecutionRoleArn: `${ROLE}-x` }, 'Could not assume role'],
  ])('is refused by name: %j', async (more, words) => {
    expect(await refusal(call('CreateModel', model('refused', more)))).toContain(words);
  });
});

describe('a model of a package', () => {
  const ofPackage = () =>
    model('packaged', { PrimaryContainer: { ModelPackageName: PACKAGE, Environment: { B: '3' } } });
  const made = (approval: string | undefined, containers: ModelPackage['containers']) =>
    packages.set(PACKAGE, { arn: PACKAGE, approval, containers });

  it("has the package's container, with its own variables over it", async () => {
    made('Approved', [{ Image: 'i', ModelDataUrl: DATA, Environment: { A: '1', B: '2' } }]);
    await call('CreateModel', ofPackage());
    packages.clear();
    expect(models.served(testCall(), 'packaged')).toMatchObject({ image: 'i', environment: { A: '1', B: '3' } });
    expect((await call('DescribeModel', { ModelName: 'packaged' })).PrimaryContainer?.ModelPackageName).toBe(PACKAGE);
  });

  it('is refused unless that can be used', async () => {
    const refused = () => refusal(call('CreateModel', ofPackage()));
    expect(await refused()).toContain(`ModelPackage ${PACKAGE} does not exist.`);
    made('PendingManualApproval', [{ Image: 'i' }]);
    expect(await refused()).toContain('its ModelApprovalStatus is PendingManualApproval. Approve it');
    made('Approved', []);
    expect(await refused()).toContain('has no InferenceSpecification');
    made(undefined, [{ Image: 'i' }, { Image: 'j' }]);
    expect(await refused()).toContain('does not support inference pipelines');
  });
});

describe('the list of models', () => {
  it('is filtered, sorted, and goes on page by page', async () => {
    for (const [at, name] of ['b-one', 'c-two', 'a-one'].entries()) await call('CreateModel', model(name), START + at);
    const list = async (input: InputOf<Sdk, 'ListModels'>) => {
      const { Models, NextToken } = await call('ListModels', input);
      return { names: Models!.map(({ ModelName }) => ModelName), NextToken };
    };
    expect((await list({})).names).toEqual(['a-one', 'c-two', 'b-one']);
    expect((await list({ NameContains: 'ONE', SortBy: 'Name', SortOrder: 'Ascending' })).names).toEqual([
      'a-one',
      'b-one',
    ]);
    expect((await list({ CreationTimeAfter: new Date(START) })).names).toEqual(['a-one', 'c-two']);
    const first = await list({ MaxResults: 2 });
    expect((await list({ MaxResults: 2, NextToken: first.NextToken })).names).toEqual(['b-one']);
    expect(await refusal(list({ SortBy: 'Name', NextToken: first.NextToken }))).toMatch(/^ValidationException: /);
  });
});
