import { describe, expect, it } from 'vitest';
import { administered, roleArn, serviceTrust, trusting } from '../../../tests/support/identity.ts';
import { ACCOUNT, refusal, START, testCall } from '../../../tests/support/operations.ts';
import type { Operation, Principal } from '../../protocol/service.ts';

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

  it('hands over the newest key of the two that a rotation has', async () => {
    const { iam, firstAdministrator, clock } = await administered();
    clock.time += 1000;
    const { AccessKey } = await iam('CreateAccessKey', { UserName: 'admin' });
    expect((await firstAdministrator())?.accessKeyId).toBe(AccessKey?.AccessKeyId);
    await iam('UpdateAccessKey', { UserName: 'admin', AccessKeyId: AccessKey!.AccessKeyId!, Status: 'Inactive' });
    expect((await firstAdministrator())?.accessKeyId).not.toBe(AccessKey?.AccessKeyId);
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
    ['trusts only a service', serviceTrust, /because no resource-based policy allows the sts:AssumeRole action$/],
    [
      'trusts under a condition that does not hold',
      trusting({ AWS: '*' }, { Condition: { StringEquals: { 'sts:ExternalId': 'agreed' } } }),
      /because no resource-based policy allows/,
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
      /with an explicit deny in a resource-based policy$/,
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

  it('refuses by name what it could not honour', async () => {
    const { sts, iam, admin } = await administered();
    await iam('CreateRole', { RoleName: 'r', AssumeRolePolicyDocument: trusting('*') });
    const asked = { RoleArn: roleArn('r'), RoleSessionName: 'me', SourceIdentity: 'anna' };
    expect(await refusal(sts('AssumeRole', asked, { principal: admin }))).toMatch(
      /NotImplemented: .*\bSourceIdentity\b/,
    );
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

describe('what other services are offered', () => {
  it('facts of a role, and whether it serves them', async () => {
    const { iam, role, trustsService, store, roleSession } = await administered();
    await iam('CreateRole', { RoleName: 'job', Path: '/service-role/', AssumeRolePolicyDocument: serviceTrust });
    const arn = roleArn('service-role/job');
    const job = `arn:aws:sagemaker:us-east-1:${ACCOUNT}:training-job/t`;
    expect(role(arn)).toMatchObject({ arn, name: 'job', maxSessionSeconds: 3600 });
    expect(role(roleArn('job'))).toBeUndefined();
    expect(role('arn:aws:iam::999999999999:role/service-role/job')).toBeUndefined();
    expect(trustsService(arn, 'sagemaker.amazonaws.com', job)).toBe(true);
    expect(trustsService(arn, 'states.amazonaws.com', job)).toBe(false);
    expect(await refusal(store.transact(() => roleSession(roleArn('gone'), 's', 900)))).toMatch(/^NoSuchEntity/);
  });

  it('every operation names what it touches', async () => {
    const { tables } = await administered();
    const rows = Object.entries(tables.iam) as [string, Operation<Record<string, string>, unknown>][];
    const PolicyArn = 'arn:aws:iam::aws:policy/P';
    const input = {
      PolicySourceArn: roleArn('r'),
      RoleName: 'r',
      UserName: 'u',
      GroupName: 'g',
      PolicyName: 'p',
      PolicyArn,
      AccessKeyId: 'AKIA',
    };
    for (const [name, operation] of rows) {
      const [first, ...rest] = operation.access(input, testCall());
      expect(rest).toEqual([]);
      expect(first?.action).toBe(`iam:${name}`);
      expect(first?.resource).toMatch(/^(\*|arn:aws:iam::)/);
    }
  });
});
