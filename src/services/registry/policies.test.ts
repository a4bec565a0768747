import { describe, expect, it } from 'vitest';
import { refusal } from '../../../tests/support/operations.ts';
import { group, InferenceSpecification, registry, version } from '../../../tests/support/registry.ts';

const policy = (more: object = {}) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: '*', Action: 'sagemaker:*', Resource: group('g'), ...more }],
  });

async function grouped() {
  const made = registry();
  await made.versions('g', 1);
  const ModelPackageGroupName = 'g';
  return {
    ...made,
    put: (ResourcePolicy: string) => made.run('PutModelPackageGroupPolicy', { ModelPackageGroupName, ResourcePolicy }),
    get: () => made.run('GetModelPackageGroupPolicy', { ModelPackageGroupName }),
    remove: () => made.run('DeleteModelPackageGroupPolicy', { ModelPackageGroupName }),
  };
}

describe('the policy of a group', () => {
  it('is answered as it was sent, replaced and removed', async () => {
    const { put, get, remove } = await grouped();
    const spaced = `\n ${policy()} `;
    expect(await put(policy({ Sid: 'first' }))).toEqual({ ModelPackageGroupArn: group('g') });
    await put(spaced);
    expect(await get()).toEqual({ ResourcePolicy: spaced });
    expect(await remove()).toEqual({});
    expect(await refusal(get())).toBe(`ValidationException: Cannot find resource policy for: ${group('g')}`);
    expect(await refusal(remove())).toBe(`ValidationException: Cannot find resource policy for: ${group('g')}`);
  });

  it('needs its group, and goes with it', async () => {
    const { run, put, get } = await grouped();
    const elsewhere = run('GetModelPackageGroupPolicy', { ModelPackageGroupName: 'x' });
    expect(await refusal(elsewhere)).toBe(`ValidationException: Cannot find Model Package Group: ${group('x')}`);
    await put(policy());
    await run('DeleteModelPackage', { ModelPackageName: version('g', 1) });
    await run('DeleteModelPackageGroup', { ModelPackageGroupName: 'g' });
    expect(await refusal(get())).toMatch(/Cannot find Model Package Group/);
    await run('CreateModelPackageGroup', { ModelPackageGroupName: 'g' });
    expect(await refusal(get())).toMatch(/Cannot find resource policy/);
  });

  it.each([
    ['no JSON', '{', /Syntax errors in policy/],
    ['a statement without principal', policy({ Principal: undefined }), /Missing required field Principal/],
    ['an unknown effect', policy({ Effect: 'Maybe' }), /Statement\[0\]\.Effect/],
  ])('is refused with %s, and the one before stays', async (_, text, message) => {
    const { put, get } = await grouped();
    await put(policy());
    expect(await refusal(put(text))).toMatch(
      /^ValidationException: The resource policy of model package group g is not/,
    );
    expect(await refusal(put(text))).toMatch(message);
    expect(await get()).toEqual({ ResourcePolicy: policy() });
  });

  it('is over the group and its versions, and over nothing else', async () => {
    const { put, run, groupPolicy } = await grouped();
    await run('CreateModelPackage', { ModelPackageName: 'g', InferenceSpecification });
    await put(policy());
    const found = groupPolicy(group('g'));
    expect(found).toMatchObject({ group: 'g', policy: { statements: [{ effect: 'Allow' }] } });
    // The same value for as long as it stands: it is compiled once.
    expect(groupPolicy(version('g', 7))?.policy).toBe(found?.policy);
    const others = [group('h'), version('h', 1), version('g', 1).replace(/\/1$/, ''), 'arn:aws:s3:::g', '*'];
    for (const arn of others) expect(groupPolicy(arn)).toBeUndefined();
  });
});
