import { describe, expect, expectTypeOf, it } from 'vitest';
import { refusal, testCall } from '../../../tests/support/operations.ts';
import { InferenceSpecification, MODEL, registry, version } from '../../../tests/support/registry.ts';
import { awsError } from '../../protocol/errors.ts';
import type { UpdatePackageInput } from './context.ts';

async function one() {
  const made = registry();
  await made.versions('g', 1);
  const ModelPackageArn = version('g', 1);
  return {
    ...made,
    update: (input: Omit<UpdatePackageInput, 'ModelPackageArn'>) =>
      made.run('UpdateModelPackage', { ModelPackageArn, ...input }),
    described: (ModelPackageName = ModelPackageArn) => made.run('DescribeModelPackage', { ModelPackageName }),
  };
}

const other = { ...InferenceSpecification, Containers: [{ Image: 'image:2', ModelDataUrl: MODEL }] };

describe('an update', () => {
  it('leaves no member of the request aside', () => {
    type Handled =
      | 'ModelPackageArn'
      | 'ModelApprovalStatus'
      | 'ApprovalDescription'
      | 'ModelPackageRegistrationType'
      | 'CustomerMetadataProperties'
      | 'CustomerMetadataPropertiesToRemove'
      | 'AdditionalInferenceSpecificationsToAdd'
      | 'InferenceSpecification'
      | 'SourceUri'
      | 'ModelCard'
      | 'ModelLifeCycle'
      | 'ClientToken';
    expectTypeOf<Exclude<keyof UpdatePackageInput, Handled>>().toBeNever();
  });

  it('changes the content and the status of a card one without the other', async () => {
    const { update, described } = await one();
    await update({ ModelCard: { ModelCardContent: '{"intended_uses":{}}', ModelCardStatus: 'Draft' } });
    await update({ ModelCard: { ModelCardStatus: 'PendingReview' } as never });
    const ModelCard = { ModelCardContent: '{"intended_uses":{}}', ModelCardStatus: 'PendingReview' };
    expect(await described()).toMatchObject({ ModelCard });
    await update({ ModelCard: { ModelCardContent: '{}' } as never });
    expect(await described()).toMatchObject({ ModelCard: { ...ModelCard, ModelCardContent: '{}' } });
  });

  it('replaces how the model is served, its stage and its kind', async () => {
    const { update, described } = await one();
    const ModelLifeCycle = { Stage: 'Production', StageStatus: 'Active', StageDescription: 'since today' };
    await update({ InferenceSpecification: other, ModelLifeCycle, ModelPackageRegistrationType: 'Registered' });
    const changed = { InferenceSpecification: other, ModelLifeCycle, ModelPackageRegistrationType: 'Registered' };
    expect(await described()).toMatchObject(changed);
    await update({ ModelLifeCycle: { Stage: 'Archive', StageStatus: 'Done' } });
    expect((await described()).ModelLifeCycle).toEqual({ Stage: 'Archive', StageStatus: 'Done' });
  });

  it('with the same ClientToken is carried out once', async () => {
    const { update, described } = await one();
    const reject = { ModelApprovalStatus: 'Rejected', ClientToken: 'reject-1' } as const;
    await update(reject);
    await update({ ModelApprovalStatus: 'Approved' });
    const before = await described();
    expect(await update(reject)).toEqual({ ModelPackageArn: version('g', 1) });
    expect(await described()).toEqual(before);
    expect(await refusal(update({ ...reject, ModelApprovalStatus: 'Approved' }))).toMatch(
      /^ConflictException: ClientToken reject-1 was used for another request/,
    );
  });
});

describe('SourceUri', () => {
  it('is kept where it is a note, without touching how the model is served', async () => {
    const { update, described } = await one();
    await update({ SourceUri: 'git@example.org:models' });
    expect(await described()).toMatchObject({ SourceUri: 'git@example.org:models', InferenceSpecification });
  });

  it('of another package makes a clone that is served as that one is', async () => {
    const { run, update, described } = await one();
    await update({ InferenceSpecification: other });
    const source = { ModelPackageGroupName: 'g', SourceUri: version('g', 1) };
    const clone = await run('CreateModelPackage', source);
    await update({ InferenceSpecification });
    expect(await described(clone.ModelPackageArn)).toMatchObject({
      SourceUri: version('g', 1),
      InferenceSpecification: other,
    });
    const single = await run('CreateModelPackage', { ModelPackageName: 'single', SourceUri: version('g', 2) });
    expect(await described(single.ModelPackageArn)).toMatchObject({ InferenceSpecification: other });
  });

  it('is refused beside an InferenceSpecification, and of what is not there', async () => {
    const { run, update } = await one();
    const create = (more: object) => run('CreateModelPackage', { ModelPackageGroupName: 'g', ...more });
    expect(await refusal(create({ SourceUri: 'note', InferenceSpecification }))).toMatch(/cannot both be specified/);
    expect(await refusal(update({ SourceUri: 'note', InferenceSpecification }))).toMatch(/cannot both be specified/);
    expect(await refusal(create({ SourceUri: version('g', 9) }))).toBe(
      `ValidationException: ModelPackage ${version('g', 9)} does not exist.`,
    );
    const model = 'arn:aws:sagemaker:us-east-1:123456789012:model/titanic';
    expect(await refusal(create({ SourceUri: model }))).toBe(`ValidationException: Could not find model "${model}".`);
  });

  it('tells nothing of a package that the caller may not describe', async () => {
    const { run } = await one();
    const asked: string[] = [];
    const call = testCall({
      refusal: ({ action, resource }) => {
        asked.push(`${action} ${resource}`);
        return awsError('AccessDeniedException', 'no', 403);
      },
    });
    const clone = run('CreateModelPackage', { ModelPackageGroupName: 'g', SourceUri: version('g', 1) }, call);
    expect(await refusal(clone)).toBe('AccessDeniedException: no');
    expect(asked).toEqual([`sagemaker:DescribeModelPackage ${version('g', 1)}`]);
  });
});
