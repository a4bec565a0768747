import { describe, expect, it } from 'vitest';
import {
  administered,
  document,
  type IamTable,
  readBucket,
  roleArn,
  serviceTrust,
  trusting,
} from '../../../tests/support/identity.ts';
import { ACCOUNT, perform, refusal, START } from '../../../tests/support/operations.ts';
import type { Principal } from '../../protocol/service.ts';

describe('roles', () => {
  it('are described as IAM does', async () => {
    const { iam } = await administered();
    const Tags = [{ Key: 'team', Value: 'data' }];
    await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust, Description: 'Jobs', Tags });
    const { Role } = await iam('GetRole', { RoleName: 'job' });
    expect(Role).toEqual({
      Path: '/',
      RoleName: 'job',
      RoleId: expect.stringMatching(/^AROA[A-Z2-7]{17}$/),
      Arn: roleArn('job'),
      CreateDate: new Date(START),
      AssumeRolePolicyDocument: encodeURIComponent(serviceTrust),
      Description: 'Jobs',
      MaxSessionDuration: 3600,
      Tags,
    });
  });

  it('are refused in AWS words when missing, or there already', async () => {
    const { iam } = await administered();
    await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust });
    expect(await refusal(iam('GetRole', { RoleName: 'x' }))).toBe(
      'NoSuchEntity: The role with name x cannot be found.',
    );
    expect(await refusal(iam('CreateRole', { RoleName: 'JOB', AssumeRolePolicyDocument: serviceTrust }))).toBe(
      'EntityAlreadyExists: Role with name JOB already exists.',
    );
  });

  it('refuse a trust policy that is wrong, or trusts nobody there is', async () => {
    const { iam } = await administered();
    const create = (AssumeRolePolicyDocument: string) => iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument });
    expect(await refusal(create('{'))).toMatch(/^MalformedPolicyDocument: This policy contains invalid Json/);
    expect(await refusal(create(trusting({ AWS: `arn:aws:iam::${ACCOUNT}:user/ghost` })))).toBe(
      `MalformedPolicyDocument: Invalid principal in policy: "AWS":"arn:aws:iam::${ACCOUNT}:user/ghost"`,
    );
    const long = trusting({ AWS: Array(60).fill(`arn:aws:iam::${ACCOUNT}:user/admin`) });
    expect(await refusal(create(long))).toBe('LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048');
  });

  it('cannot go before their policies, and end their sessions', async () => {
    const { iam, store, roleSession, credential } = await administered();
    await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust });
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess';
    await iam('AttachRolePolicy', { RoleName: 'job', PolicyArn });
    expect(await refusal(iam('DeleteRole', { RoleName: 'job' }))).toBe(
      'DeleteConflict: Cannot delete entity, must detach all policies first.',
    );
    await iam('DetachRolePolicy', { RoleName: 'job', PolicyArn });
    await iam('PutRolePolicy', { RoleName: 'job', PolicyName: 'p', PolicyDocument: readBucket });
    expect(await refusal(iam('DeleteRole', { RoleName: 'job' }))).toMatch(/must delete policies first/);
    await iam('DeleteRolePolicy', { RoleName: 'job', PolicyName: 'p' });
    const { AccessKeyId } = await store.transact(() => roleSession(roleArn('job'), 's', 900));
    await iam('DeleteRole', { RoleName: 'job' });
    expect(credential(AccessKeyId)).toBeUndefined();
  });

  it('are changed, tagged and listed page by page', async () => {
    const { iam } = await administered();
    for (const name of ['c', 'a', 'b']) {
      await iam('CreateRole', { RoleName: name, Path: '/x/', AssumeRolePolicyDocument: serviceTrust });
    }
    await iam('CreateRole', { RoleName: 'elsewhere', AssumeRolePolicyDocument: serviceTrust });
    const first = await iam('ListRoles', { PathPrefix: '/x/', MaxItems: 2 });
    expect(first.Roles?.map(({ RoleName }) => RoleName)).toEqual(['a', 'b']);
    expect(first.IsTruncated).toBe(true);
    const second = await iam('ListRoles', { PathPrefix: '/x/', MaxItems: 2, Marker: first.Marker });
    expect(second).toMatchObject({ Roles: [{ RoleName: 'c' }], IsTruncated: false });
    expect(await refusal(iam('ListRoles', { Marker: first.Marker }))).toMatch(/^ValidationError: Invalid Marker/);

    await iam('UpdateRole', { RoleName: 'a', Description: 'now', MaxSessionDuration: 7200 });
    await iam('UpdateAssumeRolePolicy', { RoleName: 'a', PolicyDocument: trusting('*') });
    await iam('TagRole', {
      RoleName: 'a',
      Tags: [
        { Key: 'k', Value: '1' },
        { Key: 'l', Value: '2' },
      ],
    });
    await iam('TagRole', { RoleName: 'a', Tags: [{ Key: 'K', Value: '3' }] });
    await iam('UntagRole', { RoleName: 'a', TagKeys: ['l'] });
    expect((await iam('GetRole', { RoleName: 'a' })).Role).toMatchObject({
      Description: 'now',
      MaxSessionDuration: 7200,
      Tags: [{ Key: 'K', Value: '3' }],
    });
  });
});

describe('policies', () => {
  it('inline are kept as written and answered encoded', async () => {
    const { iam } = await administered();
    await iam('CreateUser', { UserName: 'u' });
    await iam('PutUserPolicy', { UserName: 'u', PolicyName: 'read', PolicyDocument: readBucket });
    const { PolicyDocument } = await iam('GetUserPolicy', { UserName: 'u', PolicyName: 'read' });
    expect(decodeURIComponent(PolicyDocument!)).toBe(readBucket);
    expect(PolicyDocument).not.toMatch(/[!'()*]/);
    expect(await iam('ListUserPolicies', { UserName: 'u' })).toMatchObject({ PolicyNames: ['read'] });
    expect(await refusal(iam('GetUserPolicy', { UserName: 'u', PolicyName: 'x' }))).toBe(
      'NoSuchEntity: The user policy with name x cannot be found.',
    );
    const bad = { UserName: 'u', PolicyName: 'x', PolicyDocument: document({ Effect: 'Allow', Action: 's3:*' }) };
    expect(await refusal(iam('PutUserPolicy', bad))).toMatch(
      /^MalformedPolicyDocument: Policy statement must contain resources\./,
    );
    expect(await iam('ListUserPolicies', { UserName: 'u' })).toMatchObject({ PolicyNames: ['read'] });
  });

  it('inline together may not grow too long', async () => {
    const { iam } = await administered();
    await iam('CreateUser', { UserName: 'u' });
    const Resource = Array.from({ length: 80 }, (_, n) => `arn:aws:s3:::bucket-${n}`);
    const PolicyDocument = document({ Effect: 'Allow', Action: 's3:*', Resource });
    const put = iam('PutUserPolicy', { UserName: 'u', PolicyName: 'long', PolicyDocument });
    expect(await refusal(put)).toBe('LimitExceeded: Maximum policy size of 2048 bytes exceeded for user u');
    expect(await iam('ListUserPolicies', { UserName: 'u' })).toMatchObject({ PolicyNames: [] });
  });

  it('of AWS attach with real documents, unknown ones do not', async () => {
    const { iam } = await administered();
    await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust });
    const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess';
    await iam('AttachRolePolicy', { RoleName: 'job', PolicyArn });
    await iam('AttachRolePolicy', { RoleName: 'job', PolicyArn });
    expect((await iam('GetPolicy', { PolicyArn })).Policy).toMatchObject({
      AttachmentCount: 1,
      DefaultVersionId: 'v1',
    });
    const { PolicyVersion } = await iam('GetPolicyVersion', { PolicyArn, VersionId: 'v1' });
    expect(JSON.parse(decodeURIComponent(PolicyVersion!.Document!)).Statement[0].Action).toContain('s3:Get*');
    const unknown = 'arn:aws:iam::aws:policy/NoSuchAccess';
    expect(await refusal(iam('AttachRolePolicy', { RoleName: 'job', PolicyArn: unknown }))).toBe(
      `NoSuchEntity: Policy ${unknown} does not exist or is not attachable.`,
    );
    expect(await refusal(iam('DeletePolicy', { PolicyArn }))).toMatch(/^AccessDenied/);
  });

  it('of the account have versions, one of them the default', async () => {
    const { iam } = await administered();
    const { Policy } = await iam('CreatePolicy', { PolicyName: 'read', PolicyDocument: readBucket });
    const PolicyArn = Policy!.Arn!;
    expect(PolicyArn).toBe(`arn:aws:iam::${ACCOUNT}:policy/read`);
    const version = (SetAsDefault: boolean) =>
      iam('CreatePolicyVersion', { PolicyArn, PolicyDocument: readBucket, SetAsDefault });
    expect(await version(true)).toMatchObject({ PolicyVersion: { VersionId: 'v2', IsDefaultVersion: true } });
    for (let n = 0; n < 3; n += 1) await version(false);
    expect(await refusal(version(false))).toMatch(/^LimitExceeded: A managed policy can have up to 5 versions/);
    expect(await refusal(iam('DeletePolicyVersion', { PolicyArn, VersionId: 'v2' }))).toMatch(/default version/);
    await iam('SetDefaultPolicyVersion', { PolicyArn, VersionId: 'v1' });
    await iam('DeletePolicyVersion', { PolicyArn, VersionId: 'v5' });
    expect(await version(false)).toMatchObject({ PolicyVersion: { VersionId: 'v6' } });
    const { Versions } = await iam('ListPolicyVersions', { PolicyArn, MaxItems: 3 });
    expect(Versions?.map(({ VersionId }) => VersionId)).toEqual(['v6', 'v4', 'v3']);
    expect(await refusal(iam('DeletePolicy', { PolicyArn }))).toMatch(/more than one version/);
    expect(await refusal(iam('GetPolicyVersion', { PolicyArn, VersionId: 'v5' }))).toMatch(/^NoSuchEntity/);
  });

  it('are listed by scope, the account first, and cannot go while attached', async () => {
    const { iam } = await administered();
    const { Policy } = await iam('CreatePolicy', { PolicyName: 'own', PolicyDocument: readBucket });
    expect((await iam('ListPolicies', { Scope: 'Local' })).Policies).toHaveLength(1);
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await iam('ListPolicies', { MaxItems: 7, Marker });
      names.push(...page.Policies!.map(({ PolicyName }) => PolicyName));
      Marker = page.Marker;
    } while (Marker);
    expect(names[0]).toBe('own');
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('AdministratorAccess');
    expect((await iam('ListPolicies', { OnlyAttached: true })).Policies).toMatchObject([
      { PolicyName: 'AdministratorAccess', AttachmentCount: 1 },
    ]);
    const PolicyArn = Policy!.Arn!;
    await iam('AttachUserPolicy', { UserName: 'admin', PolicyArn });
    expect(await refusal(iam('DeletePolicy', { PolicyArn }))).toBe(
      'DeleteConflict: Cannot delete a policy attached to entities.',
    );
    await iam('DetachUserPolicy', { UserName: 'admin', PolicyArn });
    await iam('DeletePolicy', { PolicyArn });
    expect(await refusal(iam('DetachUserPolicy', { UserName: 'admin', PolicyArn }))).toMatch(/^NoSuchEntity/);
  });

  it('attach to a role ten at most', async () => {
    const { iam } = await administered();
    const attach = async (n: number) => {
      const { Policy } = await iam('CreatePolicy', { PolicyName: `p${n}`, PolicyDocument: readBucket });
      return iam('AttachUserPolicy', { UserName: 'admin', PolicyArn: Policy!.Arn! });
    };
    for (let n = 0; n < 9; n += 1) await attach(n);
    expect(await refusal(attach(9))).toBe('LimitExceeded: Cannot exceed quota for PoliciesPerUser: 10');
  });
});

describe('users and access keys', () => {
  it('have two keys at most, of which each may be rotated', async () => {
    const { iam, credential } = await administered();
    await iam('CreateUser', { UserName: 'data-science-user' });
    const create = () => iam('CreateAccessKey', { UserName: 'data-science-user' });
    const { AccessKey } = await create();
    await create();
    expect(await refusal(create())).toBe('LimitExceeded: Cannot exceed quota for AccessKeysPerUser: 2');
    const { AccessKeyMetadata } = await iam('ListAccessKeys', { UserName: 'data-science-user' });
    expect(AccessKeyMetadata).toHaveLength(2);
    expect(AccessKeyMetadata?.[0]).not.toHaveProperty('SecretAccessKey');
    expect(credential(AccessKey!.AccessKeyId!)?.secret).toBe(AccessKey?.SecretAccessKey);
    const foreign = { UserName: 'admin', AccessKeyId: AccessKey!.AccessKeyId! };
    expect(await refusal(iam('DeleteAccessKey', foreign))).toMatch(/^NoSuchEntity: The Access Key with id AKIA/);
    expect(await refusal(iam('DeleteUser', { UserName: 'data-science-user' }))).toMatch(
      /must delete access keys first/,
    );
  });

  it('mean the caller when no name is given', async () => {
    const { iam, admin } = await administered();
    expect((await iam('GetUser', {}, { principal: admin })).User?.UserName).toBe('admin');
    const job: Principal = { ...admin, kind: 'assumed-role', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/r/s` };
    expect(await refusal(iam('GetUser', {}, { principal: job }))).toBe(
      'ValidationError: Must specify userName when calling with non-User credentials',
    );
  });

  it('tell when a key was last used, without a write on each use', async () => {
    const { iam, keys, noteKeyUse, reopened, store, stop } = await administered();
    const { accessKeyId: AccessKeyId } = keys;
    type GetLastUsed = IamTable['GetAccessKeyLastUsed'];
    const stored = () =>
      perform(store, reopened().iam.operations['GetAccessKeyLastUsed'] as GetLastUsed, { AccessKeyId });
    const never = { ServiceName: 'N/A', Region: 'N/A' };
    expect((await stored()).AccessKeyLastUsed).toEqual(never);
    noteKeyUse(AccessKeyId, { at: START + 1000, service: 's3', region: 'eu-west-1' });
    const used = { LastUsedDate: new Date(START + 1000), ServiceName: 's3', Region: 'eu-west-1' };
    expect((await iam('GetAccessKeyLastUsed', { AccessKeyId })).AccessKeyLastUsed).toEqual(used);
    expect((await stored()).AccessKeyLastUsed).toEqual(never);
    await stop();
    expect((await stored()).AccessKeyLastUsed).toEqual(used);
  });
});
