import { describe, expect, it } from 'vitest';
import { ACCOUNT, administrator, refusal, START } from '../../../tests/support/operations.ts';
import { group, registry, version } from '../../../tests/support/registry.ts';

describe('model package groups', () => {
  it('are created with tags and described', async () => {
    const { run, tags } = registry();
    const Tags = [{ Key: 'team', Value: 'data' }];
    const input = { ModelPackageGroupName: 'Titanic', ModelPackageGroupDescription: 'Who survives', Tags };
    expect(await run('CreateModelPackageGroup', input)).toEqual({ ModelPackageGroupArn: group('Titanic') });
    expect(tags.get(group('Titanic'))).toEqual(Tags);
    const described = {
      ModelPackageGroupName: 'Titanic',
      ModelPackageGroupArn: group('Titanic'),
      ModelPackageGroupDescription: 'Who survives',
      CreationTime: new Date(START + 1000),
      ModelPackageGroupStatus: 'Completed',
      CreatedBy: { IamIdentity: { Arn: administrator.arn, PrincipalId: administrator.userId } },
    };
    expect(await run('DescribeModelPackageGroup', { ModelPackageGroupName: 'Titanic' })).toEqual(described);
    expect(await run('DescribeModelPackageGroup', { ModelPackageGroupName: group('Titanic') })).toEqual(described);
  });

  it('are refused in the words that clients wait for', async () => {
    const { run } = registry();
    await run('CreateModelPackageGroup', { ModelPackageGroupName: 'g' });
    expect(await refusal(run('CreateModelPackageGroup', { ModelPackageGroupName: 'g' }))).toBe(
      `ValidationException: Model Package Group already exists: ${group('g')}`,
    );
    expect(await refusal(run('DescribeModelPackageGroup', { ModelPackageGroupName: 'x' }))).toBe(
      `ValidationException: ModelPackageGroup ${group('x')} does not exist.`,
    );
    const foreign = 'arn:aws:sagemaker:us-east-1:999999999999:model-package-group/g';
    expect(await refusal(run('DescribeModelPackageGroup', { ModelPackageGroupName: foreign }))).toMatch(
      /does not exist/,
    );
  });

  it('belong to their region', async () => {
    const { run } = registry();
    await run('CreateModelPackageGroup', { ModelPackageGroupName: 'g' });
    const elsewhere = run('DescribeModelPackageGroup', { ModelPackageGroupName: 'g' }, { region: 'eu-west-1' });
    expect(await refusal(elsewhere)).toMatch(/eu-west-1:123456789012:model-package-group\/g does not exist/);
    expect(await run('ListModelPackageGroups', {}, { region: 'eu-west-1' })).toEqual({
      ModelPackageGroupSummaryList: [],
    });
  });

  it('cannot go while they hold versions, and take their tags along', async () => {
    const { run, versions, tags, exists } = registry();
    await versions('g', 1);
    tags.set(group('g'), []);
    expect(await refusal(run('DeleteModelPackageGroup', { ModelPackageGroupName: 'g' }))).toBe(
      `ConflictException: ModelPackageGroup ${group('g')} cannot be deleted: it contains 1 model package. Delete them first.`,
    );
    await run('DeleteModelPackage', { ModelPackageName: version('g', 1) });
    expect(exists(group('g'))).toBe(true);
    await run('DeleteModelPackageGroup', { ModelPackageGroupName: 'g' });
    expect(exists(group('g'))).toBe(false);
    expect(tags.size).toBe(0);
  });

  it('are listed newest first unless asked otherwise, filtered, page by page', async () => {
    const { run, clock } = registry();
    for (const name of ['beta', 'alpha', 'gamma-alpha', 'delta']) {
      await run('CreateModelPackageGroup', { ModelPackageGroupName: name });
    }
    const names = async (input: Parameters<typeof run<'ListModelPackageGroups'>>[1]) => {
      const { ModelPackageGroupSummaryList, NextToken } = await run('ListModelPackageGroups', input);
      return { names: ModelPackageGroupSummaryList?.map((one) => one.ModelPackageGroupName), NextToken };
    };
    expect((await names({})).names).toEqual(['delta', 'gamma-alpha', 'alpha', 'beta']);
    expect((await names({ SortBy: 'Name', SortOrder: 'Ascending' })).names?.at(0)).toBe('alpha');
    expect((await names({ NameContains: 'ALPHA' })).names).toEqual(['gamma-alpha', 'alpha']);
    expect((await names({ CreationTimeAfter: new Date(START + 3000) })).names).toEqual(['delta']);
    expect((await names({ CreationTimeBefore: new Date(START + 2000) })).names).toEqual(['beta']);
    const nothing = { CreationTimeAfter: new Date(START + 3000), CreationTimeBefore: new Date(START + 2000) };
    expect(await names(nothing)).toEqual({ names: [] });
    expect(await names({ CrossAccountFilterOption: 'CrossAccount' })).toEqual({ names: [] });
    expect((await names({ CrossAccountFilterOption: 'SameAccount' })).names).toHaveLength(4);
    const first = await names({ MaxResults: 3 });
    expect(first.names).toEqual(['delta', 'gamma-alpha', 'alpha']);
    clock.time += 1000;
    expect(await names({ MaxResults: 3, NextToken: first.NextToken })).toEqual({ names: ['beta'] });
    expect(await refusal(names({ SortOrder: 'Ascending', NextToken: first.NextToken }))).toMatch(
      /^ValidationException/,
    );
  });

  it('name what they touch', () => {
    const { service } = registry();
    const create = service.operations['CreateModelPackageGroup']!;
    const call = { account: ACCOUNT, region: 'us-east-1' } as never;
    expect(create.access({ ModelPackageGroupName: 'g', Tags: [{}] } as never, call)).toMatchObject([
      { action: 'sagemaker:CreateModelPackageGroup', resource: group('g') },
      { action: 'sagemaker:AddTags', resource: group('g') },
    ]);
  });
});
