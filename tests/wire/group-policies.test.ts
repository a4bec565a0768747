/** Policies of model package groups, the condition keys of model packages, and what registering takes, through the official SDK. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const anna = `arn:aws:iam::${ACCOUNT}:user/anna`;
const ModelPackageGroupName = 'guarded';

let server: TestServer;
let iam: IAM;
let admin: SageMaker;
let annas: SageMaker;
let group: string;
let version: string;

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAM(server.client);
  admin = new SageMaker(server.client);
  await iam.createUser({ UserName: 'anna' });
  const { AccessKey } = await iam.createAccessKey({ UserName: 'anna' });
  const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  annas = new SageMaker({ ...server.client, credentials });
  group = (await admin.createModelPackageGroup({ ModelPackageGroupName })).ModelPackageGroupArn!;
  version = (await admin.createModelPackage({ ModelPackageGroupName })).ModelPackageArn!;
});
afterAll(() => server.close());

const denied = (reason: string) => ({ name: 'AccessDeniedException', message: expect.stringContaining(reason) });
const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
const put = (...statements: object[]) =>
  admin.putModelPackageGroupPolicy({ ModelPackageGroupName, ResourcePolicy: document(...statements) });
const own = (...statements: object[]) =>
  iam.putUserPolicy({ UserName: 'anna', PolicyName: 'own', PolicyDocument: document(...statements) });
const describeVersion = (client: SageMaker) => client.describeModelPackage({ ModelPackageName: version });

describe('the policy of a model package group', () => {
  const Principal = { AWS: anna };

  it('allows a user who has no policy of their own, on the group and its versions, no longer than it stands', async () => {
    await expect(describeVersion(annas)).rejects.toMatchObject(denied('because no identity-based policy allows'));
    const Resource = [group, `arn:aws:sagemaker:${server.region}:${ACCOUNT}:model-package/guarded/*`];
    await put({
      Effect: 'Allow',
      Principal,
      Action: ['sagemaker:Describe*', 'sagemaker:CreateModelPackage'],
      Resource,
    });
    expect(await describeVersion(annas)).toMatchObject({ ModelPackageVersion: 1 });
    expect(await annas.describeModelPackageGroup({ ModelPackageGroupName })).toMatchObject({ ModelPackageGroupName });
    expect((await annas.createModelPackage({ ModelPackageGroupName })).ModelPackageArn).toMatch(/guarded\/2$/);
    const approve = annas.updateModelPackage({ ModelPackageArn: version, ModelApprovalStatus: 'Approved' });
    await expect(approve).rejects.toMatchObject(denied('sagemaker:UpdateModelPackage'));
    await admin.deleteModelPackageGroupPolicy({ ModelPackageGroupName });
    await expect(describeVersion(annas)).rejects.toMatchObject({ name: 'AccessDeniedException' });
  });

  it('denies what a user is otherwise allowed', async () => {
    await own({ Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' });
    expect(await describeVersion(annas)).toMatchObject({ ModelPackageVersion: 1 });
    await put({ Effect: 'Deny', Principal, Action: 'sagemaker:DescribeModelPackage', Resource: version });
    await expect(describeVersion(annas)).rejects.toMatchObject(denied('explicit deny in a resource-based policy'));
    expect(await describeVersion(admin)).toMatchObject({ ModelPackageVersion: 1 });
    await admin.deleteModelPackageGroupPolicy({ ModelPackageGroupName });
  });
});

describe('conditions on model packages', () => {
  const allowed = { Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' };
  const update = (input: object) => annas.updateModelPackage({ ModelPackageArn: version, ...input });
  const stage = (Stage: string, StageStatus = 'Pending') => update({ ModelLifeCycle: { Stage, StageStatus } });

  it.each(['sagemaker:ModelLifeCycle:stage', 'sagemaker:ModelLifeCycle/stage'])(
    '%s keeps a stage to others',
    async (key) => {
      const Condition = { StringEquals: { [key]: 'Production' } };
      await own(allowed, { Effect: 'Deny', Action: 'sagemaker:UpdateModelPackage', Resource: '*', Condition });
      await expect(stage('Production')).rejects.toMatchObject(denied('explicit deny in an identity-based policy'));
      expect(await stage('Staging')).toEqual(expect.objectContaining({ ModelPackageArn: version }));
    },
  );

  it('bound the status of a stage, the properties removed and the approval', async () => {
    const Condition = { StringNotEquals: { 'sagemaker:ModelLifeCycle:stageStatus': 'Pending' } };
    await own(allowed, { Effect: 'Deny', Action: 'sagemaker:UpdateModelPackage', Resource: '*', Condition });
    await expect(stage('Staging', 'Active')).rejects.toMatchObject(denied('explicit deny'));
    await stage('Staging', 'Pending');
    const removing = { 'ForAnyValue:StringEquals': { 'sagemaker:CustomerMetadataPropertiesToRemove': 'owner' } };
    const approving = { StringEquals: { 'sagemaker:ModelApprovalStatus': 'Approved' } };
    const deny = (condition: object) => ({ ...allowed, Effect: 'Deny', Condition: condition });
    await own(allowed, deny(removing), deny(approving));
    const remove = (key: string) => update({ CustomerMetadataPropertiesToRemove: [key] });
    await expect(remove('owner')).rejects.toMatchObject(denied('explicit deny'));
    await remove('other');
    await expect(update({ ModelApprovalStatus: 'Approved' })).rejects.toMatchObject(denied('explicit deny'));
    await update({ ModelApprovalStatus: 'Rejected' });
  });
});

describe('the data of a registered model', () => {
  const registering = { Effect: 'Allow', Action: 'sagemaker:*', Resource: '*' };
  const register = (source: object) =>
    annas.createModelPackage({
      ModelPackageGroupName,
      InferenceSpecification: { Containers: [{ Image: 'image:1', ...source }] },
    });
  const object = (key: string) => register({ ModelDataUrl: `s3://artefacts/${key}` });
  const prefix = (key: string) =>
    register({
      ModelDataSource: {
        S3DataSource: { S3Uri: `s3://artefacts/${key}`, S3DataType: 'S3Prefix', CompressionType: 'None' },
      },
    });

  beforeAll(async () => {
    const s3 = new S3({ ...server.client, forcePathStyle: true });
    await s3.createBucket({ Bucket: 'artefacts' });
    for (const Key of ['model.tar.gz', 'unpacked/weights']) await s3.putObject({ Bucket: 'artefacts', Key, Body: 'x' });
  });

  it('is not told to be there, or missing, to who may not read it', async () => {
    await own(registering);
    for (const key of ['model.tar.gz', 'missing.tar.gz']) {
      await expect(object(key)).rejects.toMatchObject(denied('s3:GetObject on resource: arn:aws:s3:::artefacts/'));
    }
    for (const key of ['unpacked/', 'missing/']) {
      await expect(prefix(key)).rejects.toMatchObject(denied('s3:ListBucket on resource: arn:aws:s3:::artefacts'));
    }
    const update = annas.updateModelPackage({
      ModelPackageArn: version,
      InferenceSpecification: { Containers: [{ Image: 'image:1', ModelDataUrl: 's3://artefacts/missing.tar.gz' }] },
    });
    await expect(update).rejects.toMatchObject(denied('s3:GetObject'));
  });

  it('is looked for in the name of who may read it', async () => {
    await own(
      registering,
      { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::artefacts/*' },
      {
        ...{ Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::artefacts' },
        Condition: { StringEquals: { 's3:prefix': ['unpacked/', 'missing/'] } },
      },
    );
    expect((await object('model.tar.gz')).ModelPackageArn).toMatch(/guarded/);
    expect((await prefix('unpacked/')).ModelPackageArn).toMatch(/guarded/);
    const absent = { name: 'ValidationException', message: expect.stringContaining('Could not find model data') };
    await expect(object('missing.tar.gz')).rejects.toMatchObject(absent);
    await expect(prefix('missing/')).rejects.toMatchObject(absent);
  });
});
