/** Bucket policies that decide: beside the policies of users and roles, through the official SDK. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presign } from '../../src/protocol/presign.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const Bucket = 'policy-bucket';
const bucket = `arn:aws:s3:::${Bucket}`;
const anna = `arn:aws:iam::${ACCOUNT}:user/anna`;

let server: TestServer;
let iam: IAM;
let s3: S3;
let annas: S3;

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAM(server.client);
  s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket });
  await s3.putObject({ Bucket, Key: 'open/a', Body: 'text', Tagging: 'kind=public' });
  await s3.putObject({ Bucket, Key: 'secret/a', Body: 'text' });
  await iam.createUser({ UserName: 'anna' });
  const { AccessKey } = await iam.createAccessKey({ UserName: 'anna' });
  const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
  annas = new S3({ ...server.client, credentials, forcePathStyle: true });
});
afterAll(() => server.close());

const put = (...Statement: object[]) =>
  s3.putBucketPolicy({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) });
const get = (client: S3, Key: string) => client.getObject({ Bucket, Key });
/** Presigned for a quarter of an hour, `age` seconds ago. */
function link(key: string, age: number): string {
  const { credentials, region, url } = server;
  const asked = {
    method: 'GET',
    host: new URL(url).host,
    bucket: Bucket,
    key,
    query: {},
    region,
    seconds: 900,
  } as const;
  const keys = { ...credentials, secret: credentials.secretAccessKey, sessionToken: undefined };
  return `${url}${presign({ ...asked, now: Date.now() - age * 1000 }, keys)}`;
}
const denied = (reason: string) => ({ name: 'AccessDenied', message: expect.stringContaining(reason) });

describe('a bucket policy', () => {
  it('allows a user who has no policy of their own, at once, and no longer than it stands', async () => {
    await expect(get(annas, 'open/a')).rejects.toMatchObject(denied('because no identity-based policy allows'));
    await put({ Effect: 'Allow', Principal: { AWS: anna }, Action: 's3:GetObject', Resource: `${bucket}/open/*` });
    await expect(get(annas, 'open/a')).resolves.toBeDefined();
    await expect(get(annas, 'secret/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.deleteBucketPolicy({ Bucket });
    await expect(get(annas, 'open/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('denies even the administrator, who may still take it away', async () => {
    await put({ Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: `${bucket}/*` });
    await expect(get(s3, 'open/a')).rejects.toMatchObject(denied('with an explicit deny in a resource-based policy'));
    await s3.deleteBucketPolicy({ Bucket });
    await expect(get(s3, 'open/a')).resolves.toBeDefined();
  });

  it('that looks at how a request was signed let everything pass', async () => {
    const deny = (Condition: object) =>
      put({ Effect: 'Deny', Principal: '*', Action: 's3:*Object', Resource: `${bucket}/*`, Condition });
    const status = async (age: number) => (await fetch(link('open/a', age))).status;
    expect(await status(660)).toBe(200);
    await deny({ StringNotEquals: { 's3:authType': 'REST-HEADER' } });
    expect(await status(0)).toBe(403);
    await expect(get(s3, 'open/a')).resolves.toBeDefined();
    await deny({ NumericGreaterThan: { 's3:signatureAge': '600000' } });
    expect(await status(660)).toBe(403);
    expect(await status(0)).toBe(200);
    await expect(get(s3, 'open/a')).resolves.toBeDefined();
    await deny({ StringEquals: { 's3:x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } });
    expect(await status(0)).toBe(403);
    await expect(get(s3, 'open/a')).resolves.toBeDefined();
    await deny({ StringEquals: { 's3:signatureversion': 'AWS4-HMAC-SHA256' } });
    await expect(get(s3, 'open/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.deleteBucketPolicy({ Bucket });
  });

  it('that demands TLS, brought from AWS, locks nobody out on this machine', async () => {
    const Condition = { Bool: { 'aws:SecureTransport': 'false' } };
    await put({ Effect: 'Deny', Principal: '*', Action: 's3:*', Resource: [bucket, `${bucket}/*`], Condition });
    await expect(get(s3, 'open/a')).resolves.toBeDefined();
    await s3.deleteBucketPolicy({ Bucket });
  });

  it('looks at the tags that an object has', async () => {
    const Condition = { StringEquals: { 's3:ExistingObjectTag/kind': 'public' } };
    await put({
      Effect: 'Allow',
      Principal: { AWS: anna },
      Action: 's3:GetObject',
      Resource: `${bucket}/*`,
      Condition,
    });
    await expect(get(annas, 'open/a')).resolves.toBeDefined();
    await expect(get(annas, 'secret/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.putObjectTagging({ Bucket, Key: 'open/a', Tagging: { TagSet: [{ Key: 'kind', Value: 'private' }] } });
    await expect(get(annas, 'open/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    await s3.deleteBucketPolicy({ Bucket });
  });

  it('gives a job what its role has not, and takes what it has', async () => {
    const role = { Service: 'sagemaker.amazonaws.com' };
    const trust = { Version: '2012-10-17', Statement: { Effect: 'Allow', Principal: role, Action: 'sts:AssumeRole' } };
    const RoleName = 'bare';
    const RoleArn = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: JSON.stringify(trust) });
    const sagemaker = new SageMaker(server.client);
    const ended = async (ProcessingJobName: string) => {
      await sagemaker.createProcessingJob({
        ...{ ProcessingJobName, RoleArn },
        AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['sh', '-c', 'true'] },
        ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
        ProcessingInputs: [
          {
            InputName: 'in',
            S3Input: { S3Uri: `s3://${Bucket}/open/`, S3DataType: 'S3Prefix', LocalPath: '/opt/ml/processing/in' },
          },
        ],
      });
      for (;;) {
        const { ProcessingJobStatus, FailureReason } = await sagemaker.describeProcessingJob({ ProcessingJobName });
        if (ProcessingJobStatus !== 'InProgress') return FailureReason ?? ProcessingJobStatus;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const allow = { Effect: 'Allow', Principal: { AWS: RoleArn } };
    await put(
      { ...allow, Action: 's3:ListBucket', Resource: bucket },
      { ...allow, Action: 's3:GetObject', Resource: `${bucket}/*` },
    );
    expect(await ended('bare-1')).toBe('Completed');
    await put({ ...allow, Action: 's3:ListBucket', Resource: bucket });
    expect(await ended('bare-2')).toContain('is not authorized to perform: s3:GetObject');
    await s3.deleteBucketPolicy({ Bucket });
  });
});
