/** IAM and STS through the official SDK. */
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let iam: IAMClient;
let sts: STSClient;

beforeAll(async () => {
  server = await startTestServer();
  iam = new IAMClient(server.client);
  sts = new STSClient(server.client);
});
afterAll(() => server.close());

const allow = (statement: object) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] });
const anyone = allow({ Principal: { AWS: '*' }, Action: 'sts:AssumeRole' });

describe('STS over the wire', () => {
  it('knows the first administrator', async () => {
    const who = await sts.send(new GetCallerIdentityCommand());
    expect(who.Arn).toBe(`arn:aws:iam::${who.Account}:user/admin`);
    expect(who.UserId).toMatch(/^AIDA/);
  });

  it('hands out temporary credentials that sign requests', async () => {
    const { Role } = await iam.send(new CreateRoleCommand({ RoleName: 'wire', AssumeRolePolicyDocument: anyone }));
    const request = { RoleArn: Role?.Arn, RoleSessionName: 'test' };
    const { Credentials } = await sts.send(new AssumeRoleCommand(request));
    const credentials = {
      accessKeyId: Credentials!.AccessKeyId!,
      secretAccessKey: Credentials!.SecretAccessKey!,
      sessionToken: Credentials!.SessionToken!,
    };
    expect(Credentials?.Expiration?.getTime()).toBeGreaterThan(Date.now());
    const session = new STSClient({ ...server.client, credentials });
    const who = await session.send(new GetCallerIdentityCommand());
    expect(who).toMatchObject({
      UserId: `${Role?.RoleId}:test`,
      Arn: expect.stringMatching(/assumed-role\/wire\/test$/),
    });
    const forged = new STSClient({ ...server.client, credentials: { ...credentials, sessionToken: 'forged' } });
    await expect(forged.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});

describe('IAM over the wire', () => {
  it('types its errors as the SDK knows them', async () => {
    await expect(iam.send(new GetRoleCommand({ RoleName: 'nobody' }))).rejects.toMatchObject({
      name: 'NoSuchEntityException',
      message: 'The role with name nobody cannot be found.',
      $metadata: { httpStatusCode: 404 },
    });
    const twice = new CreateUserCommand({ UserName: 'twice' });
    await iam.send(twice);
    await expect(iam.send(twice)).rejects.toMatchObject({
      name: 'EntityAlreadyExistsException',
      $metadata: { httpStatusCode: 409 },
    });
    const broken = new CreateRoleCommand({ RoleName: 'broken', AssumeRolePolicyDocument: '{"Statement": 1}' });
    await expect(iam.send(broken)).rejects.toMatchObject({ name: 'MalformedPolicyDocumentException' });
  });

  it('keeps a role with its policies until it is deleted', async () => {
    const RoleName = 'with-policies';
    const Tags = [{ Key: 'team', Value: 'data + science' }];
    const Description = 'a & b <c> "d"';
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: anyone, Description, Tags }));
    const PolicyDocument = allow({ Action: ['s3:GetObject', 's3:ListBucket'], Resource: 'arn:aws:s3:::b/*' });
    await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'read', PolicyDocument }));
    const got = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: 'read' }));
    expect(decodeURIComponent(got.PolicyDocument!)).toBe(PolicyDocument);
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess';
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
    await expect(iam.send(new DeleteRoleCommand({ RoleName }))).rejects.toMatchObject({
      name: 'DeleteConflictException',
    });
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
    const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
    expect(Role).toMatchObject({ Tags, Description, MaxSessionDuration: 3600 });
    expect(Role?.CreateDate).toBeInstanceOf(Date);
    const { Roles, IsTruncated } = await iam.send(new ListRolesCommand({ MaxItems: 1 }));
    expect(Roles).toHaveLength(1);
    expect(IsTruncated).toBe(true);
  });

  it('makes keys that work at once and stop when they are switched off', async () => {
    const UserName = 'data-science-user';
    await iam.send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const own = new STSClient({ ...server.client, credentials });
    expect((await own.send(new GetCallerIdentityCommand())).Arn).toMatch(/user\/data-science-user$/);
    const off = { UserName, AccessKeyId: credentials.accessKeyId, Status: 'Inactive' as const };
    await iam.send(new UpdateAccessKeyCommand(off));
    await expect(own.send(new GetCallerIdentityCommand())).rejects.toMatchObject({
      $metadata: { httpStatusCode: 403 },
    });
  });
});
