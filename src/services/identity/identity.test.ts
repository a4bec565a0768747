import * as iamSdk from '@aws-sdk/client-iam';
import * as stsSdk from '@aws-sdk/client-sts';
import { describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  memoryStore,
  perform,
  refusal,
  START,
  type TestClock,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import { defineApi } from '../../protocol/models.ts';
import type { Call, Operation, Principal } from '../../protocol/service.ts';
import { createIdentityServices, migrations } from './index.ts';
import type { iamOperations, stsOperations } from './operations.ts';

const sts = defineApi({ name: 'sts', signingNames: ['sts'], protocol: 'query', version: '2011-06-15', sdk: stsSdk });
const iam = defineApi({ name: 'iam', signingNames: ['iam'], protocol: 'query', version: '2010-05-08', sdk: iamSdk });

type IamTable = ReturnType<typeof iamOperations>;
type StsTable = ReturnType<typeof stsOperations>;
type InputOf<O> = O extends Operation<infer I, unknown> ? I : never;
type OutputOf<O> = O extends Operation<never, infer A> ? A : never;

function identity() {
  const clock: TestClock = { time: START };
  const world = testWorld(clock);
  const store = memoryStore([migrations], world);
  const open = () => createIdentityServices({ store, world, account: ACCOUNT, sts, iam });
  const services = open();
  const run = (table: object, name: string, input: unknown, call: Partial<Call>) => {
    const operation = (table as Record<string, Operation<unknown, unknown>>)[name]!;
    return perform(store, operation, input, testCall({ now: clock.time, ...call }));
  };
  return {
    ...services,
    store,
    clock,
    tables: { iam: services.iam.operations, sts: services.sts.operations },
    stop: async () => services.iam.stop?.(),
    /** The same store, as a server that starts again sees it. */
    reopened: open,
    iam: <N extends keyof IamTable>(name: N, input: InputOf<IamTable[N]>, call: Partial<Call> = {}) =>
      run(services.iam.operations, name, input, call) as Promise<OutputOf<IamTable[N]>>,
    sts: <N extends keyof StsTable>(name: N, input: InputOf<StsTable[N]>, call: Partial<Call> = {}) =>
      run(services.sts.operations, name, input, call) as Promise<OutputOf<StsTable[N]>>,
  };
}

const document = (statement: object) => JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
const trusting = (Principal: unknown, more: object = {}) =>
  document({ Effect: 'Allow', Principal, Action: 'sts:AssumeRole', ...more });
const readBucket = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::bucket/*' });
const roleArn = (name: string) => `arn:aws:iam::${ACCOUNT}:role/${name}`;
const serviceTrust = trusting({ Service: 'sagemaker.amazonaws.com' });

async function administered() {
  const system = identity();
  const keys = (await system.firstAdministrator())!;
  return { ...system, keys, admin: system.credential(keys.accessKeyId)!.principal };
}

describe('the first administrator', () => {
  it('is made once, is found again, and is not root', async () => {
    const { keys, admin, firstAdministrator, reopened, iam } = await administered();
    expect(keys.accessKeyId).toMatch(/^AKIA[A-Z2-7]{16}$/);
    expect(keys.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(admin).toMatchObject({ kind: 'user', arn: `arn:aws:iam::${ACCOUNT}:user/admin` });
    expect(await firstAdministrator()).toEqual(keys);
    expect(await reopened().firstAdministrator()).toEqual(keys);
    const { AttachedPolicies } = await iam('ListAttachedUserPolicies', { UserName: 'admin' });
    expect(AttachedPolicies).toEqual([
      { PolicyName: 'AdministratorAccess', PolicyArn: 'arn:aws:iam::aws:policy/AdministratorAccess' },
    ]);
  });

  it('is not made anew when their keys were taken away', async () => {
    const { keys, iam, firstAdministrator } = await administered();
    await iam('CreateUser', { UserName: 'other' });
    await iam('DeleteAccessKey', { UserName: 'admin', AccessKeyId: keys.accessKeyId });
    expect(await firstAdministrator()).toBeUndefined();
  });
});

describe('credentials', () => {
  it('are known from the store after a restart', async () => {
    const { keys, credential, reopened } = await administered();
    expect(reopened().credential(keys.accessKeyId)).toEqual(credential(keys.accessKeyId));
    expect(credential(keys.accessKeyId)?.secret).toBe(keys.secretAccessKey);
    expect(credential('AKIANOBODY')).toBeUndefined();
  });

  it('are forgotten when what made them is undone, and kept when what deleted them is', async () => {
    const { keys, credential, store, roleSession, iam } = await administered();
    await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust });
    let session = '';
    const undone = store.transact(() => {
      session = roleSession(roleArn('job'), 's', 900).AccessKeyId;
      expect(credential(session)).toBeDefined();
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(credential(session)).toBeUndefined();
    expect(credential(keys.accessKeyId)).toBeDefined();
  });

  it('go with their key and come back when it is active again', async () => {
    const { keys, credential, iam } = await administered();
    await iam('UpdateAccessKey', { UserName: 'admin', AccessKeyId: keys.accessKeyId, Status: 'Inactive' });
    expect(credential(keys.accessKeyId)).toBeUndefined();
    await iam('UpdateAccessKey', { UserName: 'admin', AccessKeyId: keys.accessKeyId, Status: 'Active' });
    expect(credential(keys.accessKeyId)?.secret).toBe(keys.secretAccessKey);
    await iam('DeleteAccessKey', { UserName: 'admin', AccessKeyId: keys.accessKeyId });
    expect(credential(keys.accessKeyId)).toBeUndefined();
  });

  it('of a session expire, are remembered for a day, then forgotten', async () => {
    const { credential, iam, store, clock, roleSession } = await administered();
    await iam('CreateRole', { RoleName: 'job', AssumeRolePolicyDocument: serviceTrust });
    const opened = await store.transact(() => roleSession(roleArn('job'), 'first', 900));
    expect(opened.Expiration.getTime()).toBe(START + 900_000);
    clock.time += 3_600_000;
    await store.transact(() => roleSession(roleArn('job'), 'second', 900));
    expect(credential(opened.AccessKeyId)?.expires).toBe(START + 900_000);
    clock.time += 90_000_000;
    await store.transact(() => roleSession(roleArn('job'), 'third', 900));
    expect(credential(opened.AccessKeyId)).toBeUndefined();
  });
});

describe('STS', () => {
  it('says who calls', async () => {
    const { sts, admin } = await administered();
    expect(await sts('GetCallerIdentity', {}, { principal: admin })).toEqual({
      UserId: admin.userId,
      Account: ACCOUNT,
      Arn: `arn:aws:iam::${ACCOUNT}:user/admin`,
    });
  });

  it('opens a session of a role that trusts the caller', async () => {
    const { sts, iam, admin, credential } = await administered();
    const { Role } = await iam('CreateRole', {
      RoleName: 'analyst',
      Path: '/team/',
      AssumeRolePolicyDocument: trusting({ AWS: ACCOUNT }),
    });
    const request = { RoleArn: roleArn('team/analyst'), RoleSessionName: 'me' };
    const { Credentials, AssumedRoleUser } = await sts('AssumeRole', request, { principal: admin });
    const arn = `arn:aws:sts::${ACCOUNT}:assumed-role/analyst/me`;
    expect(AssumedRoleUser).toEqual({ Arn: arn, AssumedRoleId: `${Role?.RoleId}:me` });
    expect(Credentials?.Expiration).toEqual(new Date(START + 3_600_000));
    const found = credential(Credentials!.AccessKeyId!);
    expect(found).toMatchObject({ secret: Credentials?.SecretAccessKey, sessionToken: Credentials?.SessionToken });
    expect(found?.principal).toMatchObject({ kind: 'assumed-role', arn, userId: `${Role?.RoleId}:me` });
    expect(await sts('GetCallerIdentity', {}, { principal: found!.principal })).toMatchObject({ Arn: arn });
  });

  it.each([
    ['trusts only a service', serviceTrust, /because no statement of the role's trust policy allows it/],
    [
      'trusts under a condition',
      trusting({ AWS: '*' }, { Condition: { Bool: { 'aws:SecureTransport': true } } }),
      /only under a Condition/,
    ],
    [
      'denies the caller',
      JSON.stringify({
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Principal: '*', Action: 'sts:*' },
          { Effect: 'Deny', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/admin` }, Action: 'sts:AssumeRole' },
        ],
      }),
      /explicit deny/,
    ],
  ])('refuses a role that %s', async (_, trust, reason) => {
    const { sts, iam, admin } = await administered();
    await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trust });
    const refused = await refusal(
      sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 'me' }, { principal: admin }),
    );
    expect(refused).toMatch(
      `AccessDenied: User: ${admin.arn} is not authorized to perform: sts:AssumeRole on resource: ${roleArn('r')}`,
    );
    expect(refused).toMatch(reason);
  });

  it('refuses an unknown role, and one under another path', async () => {
    const { sts, iam, admin } = await administered();
    await iam('CreateRole', { RoleName: 'r', Path: '/a/', AssumeRolePolicyDocument: trusting('*') });
    for (const name of ['none', 'r', 'b/r']) {
      const asked = sts('AssumeRole', { RoleArn: roleArn(name), RoleSessionName: 'me' }, { principal: admin });
      expect(await refusal(asked)).toMatch(/^AccessDenied: /);
    }
  });

  it('holds sessions to what the role, and chaining, allow', async () => {
    const { sts, iam, admin, credential } = await administered();
    await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trusting('*'), MaxSessionDuration: 7200 });
    const assume = (seconds: number, principal: Principal) =>
      sts('AssumeRole', { RoleArn: roleArn('r'), RoleSessionName: 'me', DurationSeconds: seconds }, { principal });
    expect(await refusal(assume(7201, admin))).toBe(
      'ValidationError: The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    );
    const { Credentials } = await assume(7200, admin);
    const chained = credential(Credentials!.AccessKeyId!)!.principal;
    expect(await refusal(assume(3601, chained))).toMatch(/1 hour session limit for roles assumed by role chaining/);
    expect((await assume(3600, chained)).AssumedRoleUser?.Arn).toMatch(/assumed-role\/r\/me$/);
  });

  it('lets a role be assumed by the sessions of a role that it names', async () => {
    const { sts, iam, admin, credential } = await administered();
    await iam('CreateRole', { RoleName: 'a', AssumeRolePolicyDocument: trusting({ AWS: admin.arn }) });
    await iam('CreateRole', { RoleName: 'b', AssumeRolePolicyDocument: trusting({ AWS: roleArn('a') }) });
    const b = { RoleArn: roleArn('b'), RoleSessionName: 'me' };
    expect(await refusal(sts('AssumeRole', b, { principal: admin }))).toMatch(/^AccessDenied/);
    const { Credentials } = await sts(
      'AssumeRole',
      { RoleArn: roleArn('a'), RoleSessionName: 'me' },
      { principal: admin },
    );
    const session = credential(Credentials!.AccessKeyId!)!.principal;
    expect((await sts('AssumeRole', b, { principal: session })).AssumedRoleUser?.Arn).toMatch(/b\/me$/);
  });

  it('refuses by name what would narrow a session', async () => {
    const { sts, iam, admin } = await administered();
    await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trusting('*') });
    const asked = { RoleArn: roleArn('r'), RoleSessionName: 'me', Policy: readBucket };
    expect(await refusal(sts('AssumeRole', asked, { principal: admin }))).toMatch(/NotImplemented: .*\bPolicy\b/);
  });

  it('gives a user a session, but no session another', async () => {
    const { sts, admin, credential } = await administered();
    const { Credentials } = await sts('GetSessionToken', {}, { principal: admin });
    const { principal, expires } = credential(Credentials!.AccessKeyId!)!;
    expect(principal).toMatchObject({ kind: 'user', arn: admin.arn });
    expect(expires).toBe(START + 43_200_000);
    expect(await refusal(sts('GetSessionToken', {}, { principal }))).toMatch(/^AccessDenied: Cannot call/);
  });
});

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

describe('what other services are offered', () => {
  it('facts of a role, and whether it serves them', async () => {
    const { iam, role, trustsService, store, roleSession } = await administered();
    await iam('CreateRole', { RoleName: 'job', Path: '/service-role/', AssumeRolePolicyDocument: serviceTrust });
    const arn = roleArn('service-role/job');
    expect(role(arn)).toMatchObject({ arn, name: 'job', maxSessionSeconds: 3600 });
    expect(role(roleArn('job'))).toBeUndefined();
    expect(role('arn:aws:iam::999999999999:role/service-role/job')).toBeUndefined();
    expect(trustsService(arn, 'sagemaker.amazonaws.com')).toBe(true);
    expect(trustsService(arn, 'states.amazonaws.com')).toBe(false);
    expect(await refusal(store.transact(() => roleSession(roleArn('gone'), 's', 900)))).toMatch(/^NoSuchEntity/);
  });

  it('every operation names what it touches', async () => {
    const { tables } = await administered();
    const rows = Object.entries(tables.iam) as [string, Operation<Record<string, string>, unknown>][];
    const PolicyArn = 'arn:aws:iam::aws:policy/P';
    const input = { RoleName: 'r', UserName: 'u', PolicyName: 'p', PolicyArn, AccessKeyId: 'AKIA' };
    for (const [name, operation] of rows) {
      const [first, ...rest] = operation.access(input, testCall());
      expect(rest).toEqual([]);
      expect(first?.action).toBe(`iam:${name}`);
      expect(first?.resource).toMatch(/^(\*|arn:aws:iam::)/);
    }
  });
});
