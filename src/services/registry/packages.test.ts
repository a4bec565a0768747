import fc from 'fast-check';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { administrator, refusal, START, testCall } from '../../../tests/support/operations.ts';
import { group, InferenceSpecification, MODEL, registry, version } from '../../../tests/support/registry.ts';
import type { CreatePackageInput } from './context.ts';
import { APPROVAL_STATUSES, type KEPT_MEMBERS, type REFUSED_MEMBERS } from './legal.ts';

const who = { IamIdentity: { Arn: administrator.arn, PrincipalId: administrator.userId } };
const ModelMetrics = {
  ModelQuality: { Statistics: { ContentType: 'application/json', S3Uri: 's3://b/evaluation.json' } },
};

describe('registering', () => {
  it('leaves no member of the request aside', () => {
    type Named = 'ModelPackageName' | 'ModelPackageGroupName' | 'Tags' | 'ClientToken';
    type Decided = 'ModelApprovalStatus' | 'CertifyForMarketplace';
    type Handled = Named | Decided | (typeof KEPT_MEMBERS)[number] | keyof typeof REFUSED_MEMBERS;
    expectTypeOf<Exclude<keyof CreatePackageInput, Handled>>().toBeNever();
  });

  it('counts versions up and asks for approval', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    const kept = {
      ModelPackageDescription: 'second',
      InferenceSpecification,
      ModelMetrics,
      CustomerMetadataProperties: { accuracy: '0.82' },
      MetadataProperties: { CommitId: 'abc' },
      ModelLifeCycle: { Stage: 'Staging', StageStatus: 'InProgress' },
      Domain: 'MACHINE_LEARNING',
      Task: 'CLASSIFICATION',
    };
    expect(await run('CreateModelPackage', { ModelPackageGroupName: 'g', ...kept })).toEqual({
      ModelPackageArn: version('g', 2),
    });
    const described = await run('DescribeModelPackage', { ModelPackageName: version('g', 2) });
    expect(described).toEqual({
      ...kept,
      ModelPackageName: undefined,
      ModelPackageGroupName: 'g',
      ModelPackageVersion: 2,
      ModelPackageArn: version('g', 2),
      CreationTime: new Date(START + 3000),
      ModelPackageStatus: 'Completed',
      ModelPackageStatusDetails: { ValidationStatuses: [], ImageScanStatuses: [] },
      ModelApprovalStatus: 'PendingManualApproval',
      CertifyForMarketplace: false,
      CreatedBy: who,
    });
    expect(await run('DescribeModelPackage', { ModelPackageName: 'g/2' })).toEqual(described);
  });

  it('never gives the number of a deleted version again', async () => {
    const { run, versions } = registry();
    await versions('g', 2);
    await run('DeleteModelPackage', { ModelPackageName: version('g', 2) });
    const next = await run('CreateModelPackage', { ModelPackageGroupName: 'g', InferenceSpecification });
    expect(next.ModelPackageArn).toBe(version('g', 3));
    expect(await refusal(run('DescribeModelPackage', { ModelPackageName: version('g', 2) }))).toBe(
      `ValidationException: ModelPackage ${version('g', 2)} does not exist.`,
    );
  });

  it('answers the same package to the same ClientToken', async () => {
    const { run, versions } = registry();
    await versions('g', 0);
    const input = { ModelPackageGroupName: 'g', InferenceSpecification, ClientToken: 'once' };
    const first = await run('CreateModelPackage', input);
    expect(await run('CreateModelPackage', input)).toEqual(first);
    expect(await refusal(run('CreateModelPackage', { ...input, ModelPackageDescription: 'other' }))).toMatch(
      /^ConflictException: ClientToken once was used for another request/,
    );
    const { ModelPackageSummaryList } = await run('ListModelPackages', { ModelPackageGroupName: 'g' });
    expect(ModelPackageSummaryList).toHaveLength(1);
  });

  it('keeps unversioned packages beside groups of the same name', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    const created = await run('CreateModelPackage', { ModelPackageName: 'g', InferenceSpecification });
    expect(created.ModelPackageArn).toMatch(/:model-package\/g$/);
    const described = await run('DescribeModelPackage', { ModelPackageName: 'g' });
    expect(described).toMatchObject({ ModelPackageName: 'g', InferenceSpecification });
    expect(described).not.toHaveProperty('ModelApprovalStatus');
    expect(described).not.toHaveProperty('ModelPackageVersion');
    const again = run('CreateModelPackage', { ModelPackageName: 'g', InferenceSpecification });
    expect(await refusal(again)).toMatch(/already exists/);
  });

  const containers = (container: object) => ({
    InferenceSpecification: { ...InferenceSpecification, Containers: [container] },
  });
  it.each<[string, CreatePackageInput, RegExp]>([
    ['no name', { InferenceSpecification }, /^ValidationException: Missing ARN/],
    [
      'both names',
      { ModelPackageName: 'p', ModelPackageGroupName: 'g' },
      /Both ModelPackageName and ModelPackageGroupName/,
    ],
    ['a missing group', { ModelPackageGroupName: 'x' }, /ModelPackageGroup arn:.*\/x does not exist\.$/],
    [
      'tags on a version',
      { ModelPackageGroupName: 'g', Tags: [{ Key: 'k', Value: 'v' }] },
      /not supported in Model Package versions/,
    ],
    [
      'approval of an unversioned package',
      { ModelPackageName: 'p', InferenceSpecification, ModelApprovalStatus: 'Approved' },
      /non-versioned ModelPackages/,
    ],
    ['an unversioned package of nothing', { ModelPackageName: 'p' }, /needs an InferenceSpecification/],
    [
      'an environment of an unversioned package',
      { ModelPackageName: 'p', ...containers({ Image: 'i', Environment: { A: 'b' } }) },
      /Environment variable map/,
    ],
    [
      'missing model data',
      { ModelPackageGroupName: 'g', ...containers({ Image: 'i', ModelDataUrl: 's3://models/none.tar.gz' }) },
      /^ValidationException: Could not find model data at s3:\/\/models\/none\.tar\.gz\.$/,
    ],
    [
      'missing model data under a prefix',
      {
        ModelPackageGroupName: 'g',
        ...containers({ ModelDataSource: { S3DataSource: { S3Uri: 's3://models/none/', S3DataType: 'S3Prefix' } } }),
      },
      /Could not find model data at s3:\/\/models\/none\/\.$/,
    ],
    [
      'what is not served',
      { ModelPackageGroupName: 'g', ValidationSpecification: { ValidationRole: 'r', ValidationProfiles: [] } },
      /without ValidationSpecification/,
    ],
  ])('refuses %s, and uses up no version', async (_, input, expected) => {
    const { run, versions } = registry();
    await versions('g', 1);
    expect(await refusal(run('CreateModelPackage', input))).toMatch(expected);
    const next = await run('CreateModelPackage', { ModelPackageGroupName: 'g', InferenceSpecification });
    expect(next.ModelPackageArn).toBe(version('g', 2));
  });

  it('as a pipeline does makes the group first, and gives it the tags', async () => {
    const { registerModelPackage, store, tags, exists } = registry();
    const input = { ModelPackageGroupName: 'new', InferenceSpecification, Tags: [{ Key: 'k', Value: 'v' }] };
    const register = () => store.transact(() => registerModelPackage(input, testCall()));
    expect(await register()).toEqual({ ModelPackageArn: version('new', 1) });
    expect(await register()).toEqual({ ModelPackageArn: version('new', 2) });
    expect([...tags]).toEqual([[group('new'), input.Tags]]);
    const bad = {
      ModelPackageGroupName: 'bad',
      InferenceSpecification: { Containers: [{ ModelDataUrl: 's3://x/y' }] },
    };
    await refusal(store.transact(() => registerModelPackage(bad, testCall())));
    expect(exists(group('bad'))).toBe(false);
    const foreign = { ModelPackageGroupName: 'arn:aws:sagemaker:eu-west-1:123456789012:model-package-group/g' };
    expect(await refusal(store.transact(() => registerModelPackage(foreign, testCall())))).toMatch(/does not exist/);
  });
});

describe('updating', () => {
  it('lets any approval follow any other', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    const ModelPackageArn = version('g', 1);
    for (const from of APPROVAL_STATUSES) {
      for (const to of APPROVAL_STATUSES) {
        await run('UpdateModelPackage', { ModelPackageArn, ModelApprovalStatus: from });
        await run('UpdateModelPackage', {
          ModelPackageArn,
          ModelApprovalStatus: to,
          ApprovalDescription: `${from}>${to}`,
        });
        const described = await run('DescribeModelPackage', { ModelPackageName: ModelPackageArn });
        expect(described).toMatchObject({ ModelApprovalStatus: to, ApprovalDescription: `${from}>${to}` });
      }
    }
  });

  it('says who did it and when', async () => {
    const { run, versions, clock } = registry();
    await versions('g', 1);
    const approver = { ...administrator, arn: 'arn:aws:iam::123456789012:user/approver', userId: 'AIDAAPPROVER' };
    const input = { ModelPackageArn: version('g', 1), ModelApprovalStatus: 'Approved' as const };
    await run('UpdateModelPackage', input, { principal: approver });
    expect(await run('DescribeModelPackage', { ModelPackageName: version('g', 1) })).toMatchObject({
      CreatedBy: who,
      LastModifiedTime: new Date(clock.time - 1000),
      LastModifiedBy: { IamIdentity: { Arn: approver.arn, PrincipalId: 'AIDAAPPROVER' } },
    });
  });

  it('merges properties, and replaces stage and source', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    const ModelPackageArn = version('g', 1);
    const update = (input: object) => run('UpdateModelPackage', { ModelPackageArn, ...input });
    await update({ CustomerMetadataProperties: { a: '1', b: '2' } });
    const ModelLifeCycle = { Stage: 'Production', StageStatus: 'Approved' };
    await update({ CustomerMetadataProperties: { b: '3' }, CustomerMetadataPropertiesToRemove: ['a'], ModelLifeCycle });
    expect(await run('DescribeModelPackage', { ModelPackageName: ModelPackageArn })).toMatchObject({
      CustomerMetadataProperties: { b: '3' },
      ModelLifeCycle,
      InferenceSpecification,
    });
    await update({ CustomerMetadataPropertiesToRemove: ['b'] });
    const bare = await run('DescribeModelPackage', { ModelPackageName: ModelPackageArn });
    expect(bare).not.toHaveProperty('CustomerMetadataProperties');
    const many = Object.fromEntries(Array.from({ length: 51 }, (_, n) => [`k${n}`, 'v']));
    expect(await refusal(update({ CustomerMetadataProperties: many }))).toMatch(
      /at most 50 CustomerMetadataProperties/,
    );
  });

  it('adds inference specifications, each name once', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    const ModelPackageArn = version('g', 1);
    const add = (Name: string, ModelDataUrl = MODEL) =>
      run('UpdateModelPackage', {
        ModelPackageArn,
        AdditionalInferenceSpecificationsToAdd: [{ Name, Containers: [{ Image: 'i', ModelDataUrl }] }],
      });
    await add('small');
    await add('smaller');
    expect(await refusal(add('small'))).toMatch(/'small' exists in this model package already/);
    expect(await refusal(add('lost', 's3://models/lost'))).toMatch(/Could not find model data/);
    const { AdditionalInferenceSpecifications } = await run('DescribeModelPackage', {
      ModelPackageName: ModelPackageArn,
    });
    expect(AdditionalInferenceSpecifications?.map(({ Name }) => Name)).toEqual(['small', 'smaller']);
  });

  it('is refused for what does not exist, or has no version', async () => {
    const { run } = registry();
    const { ModelPackageArn } = await run('CreateModelPackage', { ModelPackageName: 'p', InferenceSpecification });
    const approve = (arn: string) =>
      run('UpdateModelPackage', { ModelPackageArn: arn, ModelApprovalStatus: 'Approved' });
    expect(await refusal(approve(ModelPackageArn!))).toMatch(/non-versioned ModelPackages/);
    expect(await refusal(approve(version('g', 1)))).toMatch(/ModelPackage arn:.* does not exist\.$/);
  });
});

describe('finding', () => {
  it('the newest approved version takes one request', async () => {
    const { run, versions } = registry();
    await versions('g', 4);
    for (const n of [1, 3]) {
      await run('UpdateModelPackage', { ModelPackageArn: version('g', n), ModelApprovalStatus: 'Approved' });
    }
    const approved = { ModelPackageGroupName: 'g', ModelApprovalStatus: 'Approved', SortBy: 'CreationTime' } as const;
    const { ModelPackageSummaryList } = await run('ListModelPackages', { ...approved, MaxResults: 1 });
    expect(ModelPackageSummaryList).toEqual([
      {
        ModelPackageGroupName: 'g',
        ModelPackageVersion: 3,
        ModelPackageArn: version('g', 3),
        CreationTime: new Date(START + 4000),
        ModelPackageStatus: 'Completed',
        ModelApprovalStatus: 'Approved',
      },
    ]);
  });

  it('lists one kind of package or both', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    await run('CreateModelPackage', { ModelPackageName: 'single', InferenceSpecification });
    const arns = async (input: Parameters<typeof run<'ListModelPackages'>>[1]) =>
      (await run('ListModelPackages', input)).ModelPackageSummaryList?.map(({ ModelPackageArn }) => ModelPackageArn);
    expect(await arns({})).toEqual([expect.stringMatching(/single$/)]);
    expect(await arns({ ModelPackageType: 'Versioned' })).toEqual([version('g', 1)]);
    expect(await arns({ ModelPackageType: 'Both' })).toHaveLength(2);
    expect(await arns({ ModelPackageType: 'Both', NameContains: 'sing' })).toHaveLength(1);
    expect(await arns({ ModelPackageGroupName: group('g') })).toEqual([version('g', 1)]);
  });

  it('pages give every version once, in any order and page size', async () => {
    const { run, versions } = registry();
    await versions('g', 7);
    const orders = fc.constantFrom('Ascending' as const, 'Descending' as const);
    const keys = fc.constantFrom('Name' as const, 'CreationTime' as const);
    await fc.assert(
      fc.asyncProperty(orders, keys, fc.integer({ min: 1, max: 8 }), async (SortOrder, SortBy, MaxResults) => {
        const found: (number | undefined)[] = [];
        let NextToken: string | undefined;
        do {
          const query = { ModelPackageGroupName: 'g', SortOrder, SortBy, MaxResults, NextToken };
          const page = await run('ListModelPackages', query);
          found.push(...page.ModelPackageSummaryList!.map(({ ModelPackageVersion }) => ModelPackageVersion));
          NextToken = page.NextToken;
        } while (NextToken);
        const ascending = [1, 2, 3, 4, 5, 6, 7];
        expect(found).toEqual(SortOrder === 'Ascending' ? ascending : ascending.reverse());
      }),
      { numRuns: 20 },
    );
  });

  it('describes many at once, and says which it did not find', async () => {
    const { run, versions } = registry();
    await versions('g', 1);
    const ModelPackageArnList = [version('g', 1), version('g', 9)];
    const answer = await run('BatchDescribeModelPackage', { ModelPackageArnList });
    expect(Object.keys(answer.ModelPackageSummaries ?? {})).toEqual([version('g', 1)]);
    expect(answer.ModelPackageSummaries?.[version('g', 1)]).toMatchObject({
      ModelPackageVersion: 1,
      InferenceSpecification,
    });
    expect(answer.BatchDescribeModelPackageErrorMap).toEqual({
      [version('g', 9)]: {
        ErrorCode: 'ValidationException',
        ErrorResponse: `ModelPackage ${version('g', 9)} does not exist.`,
      },
    });
  });

  it('names the version that a registration will make as what it touches', async () => {
    const { service, versions } = registry();
    await versions('g', 2);
    const access = service.operations['CreateModelPackage']!.access(
      { ModelPackageGroupName: 'g' } as never,
      testCall(),
    );
    expect(access).toMatchObject([{ action: 'sagemaker:CreateModelPackage', resource: version('g', 3) }]);
  });
});

describe('others', () => {
  it('are told of each package, and of each approval that differs from the last', async () => {
    const { run, versions, told } = registry();
    await versions('g', 1);
    const ModelPackageArn = version('g', 1);
    const approve = (ModelApprovalStatus: 'Approved' | 'Rejected') =>
      run('UpdateModelPackage', { ModelPackageArn, ModelApprovalStatus });
    await approve('Approved');
    await approve('Approved');
    await run('UpdateModelPackage', { ModelPackageArn, CustomerMetadataProperties: { a: 'b' } });
    await approve('Rejected');
    expect(told.map(({ approval }) => approval)).toEqual(['PendingManualApproval', 'Approved', 'Rejected']);
    expect(told[0]).toMatchObject({
      arn: ModelPackageArn,
      label: 'g-1',
      group: { name: 'g', arn: group('g') },
      containers: [
        { uri: 'image:1', type: 'Image' },
        { uri: MODEL, type: 'Model' },
      ],
    });
  });
});
