// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
/** Policies that deny, through the official SDK: users, roles, sessions, boundaries, groups, and the words of a refusal. */
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { STS } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const BUCKET = 'permissions-data';

let server: TestServer;
let iam: IAM;
let s3: S3;

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAM(server.client);
  s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: BUCKET });
  for (const Key of ['open/a', 'secret/a']) await s3.putObject({ Bucket: BUCKET, Key, Body: 'text' });
});
afterAll(() => server.close());

type Statement = Record<string, unknown>;
const policy = (...statements: Statement[]) =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements.map((one) => ({ Effect: 'Allow', ...one })) });
const serviceTrust = policy({ Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' });
const object = (key: string) => `arn:aws:s3:::${BUCKET}/${key}`;

type Credentials = { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
const clientsOf = (credentials: Credentials) => {
  const client = { ...server.client, credentials };
  return {
    s3: new S3({ ...client, forcePathStyle: true }),
    iam: new IAM(client),
    sts: new STS(client),
    sagemaker: new SageMaker(client),
  };
};

/** A user with an inline policy, and their clients. */
async function user(UserName: string, ...statements: Statement[]) {
  await iam.createUser({ UserName });
  if (statements.length > 0) {
    await iam.putUserPolicy({ UserName, PolicyName: 'own', PolicyDocument: policy(...statements) });
  }
  const { AccessKey } = await iam.createAccessKey({ UserName });
  return clientsOf({ accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! });
}

async function session(from: STS, request: Parameters<STS['assumeRole']>[0]) {
  const { Credentials } = await from.assumeRole(request);
  return clientsOf({
    accessKeyId: Credentials!.AccessKeyId!,
    secretAccessKey: Credentials!.SecretAccessKey!,
    sessionToken: Credentials!.SessionToken!,
  });
}

const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const userArn = (name: string) => `arn:aws:iam::${ACCOUNT}:user/${name}`;
const get = (from: S3, Key: string) => from.getObject({ Bucket: BUCKET, Key });

describe('a user', () => {
  it('without policies may only say who they are', async () => {
    const nobody = await user('nobody');
    await expect(nobody.sts.getCallerIdentity({})).resolves.toMatchObject({ Arn: userArn('nobody') });
    await expect(nobody.iam.listUsers({})).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${userArn('nobody')} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::${ACCOUNT}:user/ because no identity-based policy allows the iam:ListUsers action`,
      $metadata: { httpStatusCode: 403 },
    });
    await expect(nobody.sagemaker.listPipelines({})).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('because no identity-based policy allows the sagemaker:ListPipelines action'),
      $metadata: { httpStatusCode: 403 },
    });
    await expect(nobody.s3.listBuckets({})).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('reads what is allowed, and is told in S3 words what is not', async () => {
    const reader = await user(
      'reader',
      { Action: 's3:GetObject', Resource: object('*') },
      { Effect: 'Deny', Action: 's3:*', Resource: object('secret/*') },
    );
    await expect(get(reader.s3, 'open/a')).resolves.toMatchObject({ ContentLength: 4 });
    await expect(get(reader.s3, 'secret/a')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: `User: ${userArn('reader')} is not authorized to perform: s3:GetObject on resource: "${object('secret/a')}" with an explicit deny in an identity-based policy`,
      $metadata: { httpStatusCode: 403 },
    });
    // Without s3:ListBucket nobody learns which keys exist.
    await expect(get(reader.s3, 'open/none')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('s3:ListBucket'),
    });
    await expect(reader.s3.headObject({ Bucket: BUCKET, Key: 'open/none' })).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
    await iam.putUserPolicy({
      UserName: 'reader',
      PolicyName: 'list',
      PolicyDocument: policy({ Action: 's3:ListBucket', Resource: `arn:aws:s3:::${BUCKET}` }),
    });
    await expect(get(reader.s3, 'open/none')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('lists only below the prefix that a condition names', async () => {
    const lister = await user('lister', {
      Action: 's3:ListBucket',
      Resource: `arn:aws:s3:::${BUCKET}`,
      Condition: { StringLike: { 's3:prefix': 'open/*' }, NumericLessThanEquals: { 's3:max-keys': '10' } },
    });
    const list = (Prefix?: string, MaxKeys?: number) => lister.s3.listObjectsV2({ Bucket: BUCKET, Prefix, MaxKeys });
    expect((await list('open/', 10)).Contents).toHaveLength(1);
    for (const refused of [list('open/', 11), list('secret/', 10), list(undefined, 10), list('open/')]) {
      await expect(refused).rejects.toMatchObject({ name: 'AccessDenied' });
    }
  });

  it('copies only what may be read to where may be written, and deletes key by key', async () => {
    const mover = await user(
      'mover',
      { Action: 's3:GetObject', Resource: object('open/*') },
      { Action: ['s3:PutObject', 's3:DeleteObject'], Resource: object('mine/*') },
    );
    const copy = (from: string, Key: string) =>
      mover.s3.copyObject({ Bucket: BUCKET, Key, CopySource: `${BUCKET}/${from}` });
    await copy('open/a', 'mine/a');
    await expect(copy('secret/a', 'mine/b')).rejects.toMatchObject({
      message: expect.stringContaining('s3:GetObject'),
    });
    await expect(copy('open/a', 'open/b')).rejects.toMatchObject({ message: expect.stringContaining('s3:PutObject') });
    const Objects = [{ Key: 'mine/a' }, { Key: 'open/a' }];
    expect(await mover.s3.deleteObjects({ Bucket: BUCKET, Delete: { Objects } })).toMatchObject({
      Deleted: [{ Key: 'mine/a' }],
      Errors: [{ Key: 'open/a', Code: 'AccessDenied' }],
    });
    await expect(get(s3, 'open/a')).resolves.toBeDefined();
  });

  it('has a folder of their own by a policy variable', async () => {
    const home = { Action: ['s3:GetObject', 's3:PutObject'], Resource: object('home/${aws:username}/*') };
    const anna = await user('anna', home);
    const put = (Key: string) => anna.s3.putObject({ Bucket: BUCKET, Key, Body: 'x' });
    await put('home/anna/x');
    await expect(put('home/bob/x')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('is allowed what their group is, for as long as they are in it', async () => {
    const member = await user('member');
    const GroupName = 'readers';
    await iam.createGroup({ GroupName });
    await iam.attachGroupPolicy({ GroupName, PolicyArn: 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' });
    await expect(get(member.s3, 'open/a')).rejects.toMatchObject({ name: 'AccessDenied' });
    await iam.addUserToGroup({ GroupName, UserName: 'member' });
    await expect(get(member.s3, 'open/a')).resolves.toBeDefined();
    expect((await iam.getGroup({ GroupName })).Users).toMatchObject([{ UserName: 'member' }]);
    expect((await iam.listGroupsForUser({ UserName: 'member' })).Groups).toMatchObject([{ GroupName }]);
    await iam.removeUserFromGroup({ GroupName, UserName: 'member' });
    await expect(get(member.s3, 'open/a')).rejects.toMatchObject({ name: 'AccessDenied' });
  });

  it('stays within a permissions boundary', async () => {
    const bounded = await user('bounded', { Action: 's3:*', Resource: '*' });
    const { Policy } = await iam.createPolicy({
      PolicyName: 'boundary',
      PolicyDocument: policy({ Action: 's3:GetObject', Resource: object('open/*') }),
    });
    const PermissionsBoundary = Policy!.Arn!;
    await iam.putUserPermissionsBoundary({ UserName: 'bounded', PermissionsBoundary });
    await expect(get(bounded.s3, 'open/a')).resolves.toBeDefined();
    await expect(get(bounded.s3, 'secret/a')).rejects.toMatchObject({
      message: expect.stringMatching(/because no permissions boundary allows the s3:GetObject action$/),
    });
    expect((await iam.getUser({ UserName: 'bounded' })).User?.PermissionsBoundary).toMatchObject({
      PermissionsBoundaryArn: PermissionsBoundary,
    });
    await expect(iam.deletePolicy({ PolicyArn: PermissionsBoundary })).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam.deleteUserPermissionsBoundary({ UserName: 'bounded' });
    await expect(get(bounded.s3, 'secret/a')).resolves.toBeDefined();
  });

  it('may be let manage users only within a boundary', async () => {
    const lead = await user('lead', {
      Action: 'iam:CreateUser',
      Resource: '*',
      Condition: { StringEquals: { 'iam:PermissionsBoundary': 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess' } },
    });
    await expect(lead.iam.createUser({ UserName: 'free' })).rejects.toMatchObject({ name: 'AccessDenied' });
    const PermissionsBoundary = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    await expect(lead.iam.createUser({ UserName: 'bound', PermissionsBoundary })).resolves.toBeDefined();
  });
});

describe('a role', () => {
  it('is assumed only as its trust policy says, external id and all', async () => {
    const AssumeRolePolicyDocument = policy({
      Principal: { AWS: userArn('admin') },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': 'agreed' }, StringLike: { 'sts:RoleSessionName': 'ci-*' } },
    });
    await iam.createRole({ RoleName: 'partner', AssumeRolePolicyDocument });
    const sts = new STS(server.client);
    const assume = (RoleSessionName: string, ExternalId?: string) =>
      sts.assumeRole({ RoleArn: roleArn('partner'), RoleSessionName, ExternalId });
    await expect(assume('ci-1', 'agreed')).resolves.toBeDefined();
    for (const refused of [assume('ci-1'), assume('ci-1', 'other'), assume('me', 'agreed')]) {
      await expect(refused).rejects.toMatchObject({
        name: 'AccessDenied',
        message: expect.stringMatching(/because no resource-based policy allows the sts:AssumeRole action$/),
      });
    }
  });

  it('that trusts the account leaves it to the policies of its users', async () => {
    await iam.createRole({
      RoleName: 'analyst',
      AssumeRolePolicyDocument: policy({ Principal: { AWS: ACCOUNT }, Action: 'sts:AssumeRole' }),
    });
    const guest = await user('guest');
    const assume = () => guest.sts.assumeRole({ RoleArn: roleArn('analyst'), RoleSessionName: 'session' });
    await expect(assume()).rejects.toMatchObject({
      message: expect.stringMatching(/because no identity-based policy allows the sts:AssumeRole action$/),
    });
    await iam.putUserPolicy({
      UserName: 'guest',
      PolicyName: 'assume',
      PolicyDocument: policy({ Action: 'sts:AssumeRole', Resource: roleArn('analyst') }),
    });
    await expect(assume()).resolves.toBeDefined();
  });

  it('gives a session what it has, less what the session policies leave out', async () => {
    const RoleName = 'data';
    const trust = policy({ Principal: { AWS: userArn('admin') }, Action: ['sts:AssumeRole', 'sts:TagSession'] });
    await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
    await iam.putRolePolicy({
      RoleName,
      PolicyName: 'all',
      PolicyDocument: policy(
        { Action: 's3:GetObject', Resource: object('*') },
        { Action: 's3:PutObject', Resource: object('team/${aws:PrincipalTag/team}/*') },
      ),
    });
    const sts = new STS(server.client);
    const request = { RoleArn: roleArn(RoleName), RoleSessionName: 'session' };
    const whole = await session(sts, request);
    await expect(get(whole.s3, 'secret/a')).resolves.toBeDefined();
    const narrow = await session(sts, {
      ...request,
      Policy: policy({ Action: 's3:GetObject', Resource: object('open/*') }),
    });
    await expect(get(narrow.s3, 'open/a')).resolves.toBeDefined();
    await expect(get(narrow.s3, 'secret/a')).rejects.toMatchObject({
      message: expect.stringMatching(/because no session policy allows the s3:GetObject action$/),
    });
    const PolicyArns = [{ arn: 'arn:aws:iam::aws:policy/IAMReadOnlyAccess' }];
    const other = await session(sts, { ...request, PolicyArns });
    await expect(get(other.s3, 'open/a')).rejects.toMatchObject({
      message: expect.stringMatching(/no session policy/),
    });
    const tagged = await session(sts, { ...request, Tags: [{ Key: 'team', Value: 'red' }] });
    const put = (Key: string) => tagged.s3.putObject({ Bucket: BUCKET, Key, Body: 'x' });
    await put('team/red/x');
    await expect(put('team/blue/x')).rejects.toMatchObject({ name: 'AccessDenied' });
  });
});

describe('jobs', () => {
  const job = (ProcessingJobName: string, RoleArn: string) => ({
    ...{ ProcessingJobName, RoleArn },
    AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['sh', '-c', 'true'] },
    ProcessingResources: {
      ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large' as const, VolumeSizeInGB: 1 },
    },
  });
  const input = (S3Uri: string) => ({
    InputName: 'in',
    S3Input: {
      S3Uri,
      S3DataType: 'S3Prefix' as const,
      LocalPath: '/opt/ml/processing/in',
      S3InputMode: 'File' as const,
    },
  });

  /** A job's end: a job that ran on would keep its folder from being removed. */
  const end = async (ProcessingJobName: string) => {
    for (;;) {
      const described = await new SageMaker(server.client).describeProcessingJob({ ProcessingJobName });
      if (described.ProcessingJobStatus !== 'InProgress') return described;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };

  it('are made only by who may pass their role to SageMaker', async () => {
    await iam.createRole({ RoleName: 'passed', AssumeRolePolicyDocument: serviceTrust });
    const maker = await user('maker', { Action: 'sagemaker:*', Resource: '*' });
    const refused = maker.sagemaker.createProcessingJob(job('unpassed', roleArn('passed')));
    await expect(refused).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: `User: ${userArn('maker')} is not authorized to perform: iam:PassRole on resource: ${roleArn('passed')} because no identity-based policy allows the iam:PassRole action`,
    });
    const pass = (service: string) =>
      iam.putUserPolicy({
        UserName: 'maker',
        PolicyName: 'pass',
        PolicyDocument: policy({
          Action: 'iam:PassRole',
          Resource: roleArn('passed'),
          Condition: { StringEquals: { 'iam:PassedToService': service } },
        }),
      });
    await pass('states.amazonaws.com');
    await expect(maker.sagemaker.createProcessingJob(job('elsewhere', roleArn('passed')))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
    await pass('sagemaker.amazonaws.com');
    await maker.sagemaker.createProcessingJob(job('passed', roleArn('passed')));
    expect((await end('passed')).ProcessingJobStatus).toBe('Completed');
  });

  it('are bound by conditions on what they ask for', async () => {
    const small = await user('small', {
      Action: 'sagemaker:CreateProcessingJob',
      Resource: '*',
      Condition: { 'ForAllValues:StringEquals': { 'sagemaker:InstanceTypes': ['ml.t3.medium'] } },
    });
    await expect(small.sagemaker.createProcessingJob(job('big', roleArn('passed')))).rejects.toMatchObject({
      message: expect.stringContaining('sagemaker:CreateProcessingJob'),
    });
  });

  it('fail, saying what is missing, when their role may not read or write', async () => {
    const sagemaker = new SageMaker(server.client);
    await iam.createRole({ RoleName: 'blind', AssumeRolePolicyDocument: serviceTrust });
    const ended = async (ProcessingJobName: string) => {
      await sagemaker.createProcessingJob({
        ...job(ProcessingJobName, roleArn('blind')),
        ProcessingInputs: [input(`s3://${BUCKET}/open/`)],
      });
      return end(ProcessingJobName);
    };
    const denied = (action: string, resource: string) =>
      `ClientError: Data download failed:AccessDenied (403): User: arn:aws:sts::${ACCOUNT}:assumed-role/blind/SageMaker is not authorized to perform: ${action} on resource: "${resource}" because no identity-based policy allows the ${action} action`;
    expect((await ended('blind-1')).FailureReason).toContain(denied('s3:ListBucket', `arn:aws:s3:::${BUCKET}`));
    await iam.putRolePolicy({
      RoleName: 'blind',
      PolicyName: 'list',
      PolicyDocument: policy({ Action: 's3:ListBucket', Resource: '*' }),
    });
    expect((await ended('blind-2')).FailureReason).toContain(denied('s3:GetObject', object('open/a')));
  });

  it('of a role whose trust does not reach SageMaker are refused', async () => {
    const trust = (account: string) =>
      policy({
        Principal: { Service: 'sagemaker.amazonaws.com' },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'aws:SourceAccount': account } },
      });
    await iam.createRole({ RoleName: 'confused', AssumeRolePolicyDocument: trust('111111111111') });
    const make = (name: string) => new SageMaker(server.client).createProcessingJob(job(name, roleArn('confused')));
    await expect(make('confused-1')).rejects.toMatchObject({ name: 'ValidationException' });
    await iam.updateAssumeRolePolicy({ RoleName: 'confused', PolicyDocument: trust(ACCOUNT) });
    await make('confused-2');
    expect((await end('confused-2')).ProcessingJobStatus).toBe('Completed');
  });
});

describe('tags', () => {
  it('of resources and requests decide where policies look at them', async () => {
    const sagemaker = new SageMaker(server.client);
    const Tags = [{ Key: 'team', Value: 'red' }];
    await sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'red-models', Tags });
    await sagemaker.createModelPackageGroup({ ModelPackageGroupName: 'blue-models' });
    const red = await user(
      'red',
      {
        Action: 'sagemaker:DescribeModelPackageGroup',
        Resource: '*',
        Condition: { StringEquals: { 'aws:ResourceTag/team': 'red' } },
      },
      {
        Action: ['sagemaker:CreateModelPackageGroup', 'sagemaker:AddTags'],
        Resource: '*',
        Condition: {
          StringEquals: { 'aws:RequestTag/team': 'red' },
          'ForAllValues:StringEquals': { 'aws:TagKeys': ['team'] },
        },
      },
    );
    const describeGroup = (ModelPackageGroupName: string) =>
      red.sagemaker.describeModelPackageGroup({ ModelPackageGroupName });
    const create = (ModelPackageGroupName: string, more: typeof Tags) =>
      red.sagemaker.createModelPackageGroup({ ModelPackageGroupName, Tags: more });
    await expect(describeGroup('red-models')).resolves.toBeDefined();
    await expect(describeGroup('blue-models')).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(create('more-red', Tags)).resolves.toBeDefined();
    await expect(create('untagged', [])).rejects.toMatchObject({ name: 'AccessDeniedException' });
    await expect(create('too-many', [...Tags, { Key: 'x', Value: 'y' }])).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });
});
