// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written like this
/** Gathering the policies of a request: resource-based ones above all, which no service keeps in this test. */
import { beforeEach, describe, expect, it } from 'vitest';
import { administered, document, roleArn, trusting } from '../../tests/support/identity.ts';
import { ACCOUNT, START, testCall } from '../../tests/support/operations.ts';
import { parsePolicy } from '../definition/policy/parse.ts';
import type { Policy } from '../definition/policy/types.ts';
import type { Access, Call, Principal } from '../protocol/service.ts';
import { basicDate } from '../protocol/sigv4Parse.ts';
import { type Authorize, createAuthorize } from './authorize.ts';

type Identity = Awaited<ReturnType<typeof administered>>;

let identity: Identity;
let admin: Principal;
let bucketPolicies: Map<string, Policy>;
let authorize: Authorize;
/** Of every bucket: its public access block. */
const closed = false;

beforeEach(async () => {
  identity = await administered();
  admin = identity.admin;
  bucketPolicies = new Map();
  authorize = createAuthorize({
    identity,
    resourcePolicy(arn) {
      const policy = bucketPolicies.get(arn);
      return policy && { id: 'policy of bucket bucket', policy };
    },
    tagsOf: identity.tagsOf,
    keepsPublicOut: () => closed,
    enforced: true,
  });
});

const resource = 'arn:aws:s3:::bucket/key';
const get: Access = { action: 's3:GetObject', resource };
const ask = (principal: Principal, access: Access = get, call: Partial<Call> = {}) =>
  authorize({ name: 's3', protocol: 'rest-xml' }, principal, [access], testCall(call))?.message ?? 'allowed';
const attach = (Effect: string, Principal: unknown, more: object = {}) => {
  const text = document({ Effect, Principal, Action: 's3:GetObject', Resource: resource, ...more });
  bucketPolicies.set(resource, (parsePolicy(text, 'resource') as { policy: Policy }).policy);
};

async function user(name: string): Promise<Principal> {
  const { User } = await identity.iam('CreateUser', { UserName: name });
  return { kind: 'user', arn: User!.Arn!, userId: User!.UserId!, account: ACCOUNT, accessKeyId: undefined };
}

async function session(role: string, policies?: { id: string; document: string }[]): Promise<Principal> {
  const { Role } = await identity.iam('CreateRole', { RoleName: role, AssumeRolePolicyDocument: trusting('*') });
  return {
    ...{ kind: 'assumed-role', arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/me`, userId: `${Role!.RoleId}:me` },
    ...{ account: ACCOUNT, accessKeyId: undefined, session: { issuedAt: START, policies } },
  };
}

const nothing = [{ id: 'session policy', document: document({ Effect: 'Allow', Action: 'sts:*', Resource: '*' }) }];
const refused = (principal: Principal, reason: string) =>
  `User: ${principal.arn} is not authorized to perform: s3:GetObject on resource: "${resource}" ${reason}`;

describe('a policy attached to the resource', () => {
  it('may allow a user who is allowed nothing else', async () => {
    const anna = await user('anna');
    expect(ask(anna)).toBe(refused(anna, 'because no identity-based policy allows the s3:GetObject action'));
    attach('Allow', { AWS: anna.arn });
    expect(ask(anna)).toBe('allowed');
  });

  it('may deny the administrator, and the root user', () => {
    attach('Deny', '*');
    const root: Principal = {
      ...{
        kind: 'root',
        arn: `arn:aws:iam::${ACCOUNT}:root`,
        userId: ACCOUNT,
        account: ACCOUNT,
        accessKeyId: undefined,
      },
    };
    const reason = 'with an explicit deny in a resource-based policy';
    expect(ask(admin)).toBe(refused(admin, reason));
    expect(ask(root)).toBe(refused(root, reason));
    bucketPolicies.clear();
    expect(ask(root)).toBe('allowed');
  });

  it('that names a role is bounded by session policies; one that names the session is not', async () => {
    const narrow = await session('job', nothing);
    attach('Allow', { AWS: roleArn('job') });
    expect(ask(narrow)).toBe(refused(narrow, 'because no session policy allows the s3:GetObject action'));
    expect(ask({ ...narrow, session: undefined })).toBe('allowed');
    attach('Allow', { AWS: narrow.arn });
    expect(ask(narrow)).toBe('allowed');
  });
});

describe('the keys of a request', () => {
  it.each([
    ['aws:SourceIp', { IpAddress: { 'aws:SourceIp': '127.0.0.0/8' } }, { remoteAddress: '::ffff:127.0.0.1' }, true],
    [
      'aws:SourceIp of someone else',
      { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } },
      { remoteAddress: '127.0.0.1' },
      false,
    ],
    ['aws:SecureTransport', { Bool: { 'aws:SecureTransport': 'true' } }, {}, true],
    ['aws:CurrentTime', { DateGreaterThan: { 'aws:CurrentTime': '2026-01-02T03:04:04Z' } }, {}, true],
    ['aws:EpochTime', { NumericEquals: { 'aws:EpochTime': String(START / 1000) } }, {}, true],
    [
      'aws:UserAgent',
      { StringLike: { 'aws:UserAgent': 'aws-cli/*' } },
      { headers: { 'user-agent': 'aws-cli/2' } },
      true,
    ],
    ['aws:RequestedRegion', { StringEquals: { 'aws:RequestedRegion': 'eu-west-1' } }, { region: 'eu-west-1' }, true],
    ['aws:username', { StringEquals: { 'aws:username': 'admin' } }, {}, true],
    ['aws:PrincipalType', { StringEquals: { 'aws:PrincipalType': 'User' } }, {}, true],
    ['aws:PrincipalArn', { ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:user/ad*' } }, {}, true],
    ['aws:MultiFactorAuthPresent of long-term keys', { Null: { 'aws:MultiFactorAuthPresent': 'true' } }, {}, true],
    ['aws:TokenIssueTime of long-term keys', { Null: { 'aws:TokenIssueTime': 'true' } }, {}, true],
    ['s3:ResourceAccount', { StringEquals: { 's3:ResourceAccount': ACCOUNT } }, {}, true],
    [
      's3:signatureAge of a form',
      { NumericGreaterThan: { 's3:signatureAge': '599999' }, StringEquals: { 's3:authType': 'POST' } },
      { signature: { form: 'form', version: 4, date: basicDate(START - 600_000) } },
      true,
    ],
    [
      's3:signatureAge of version 2, which has no date',
      { NumericEquals: { 's3:signatureAge': '0' }, StringEquals: { 's3:signatureversion': 'AWS' } },
      { signature: { form: 'query', version: 2, date: '' } },
      true,
    ],
    ['s3:authType of a call of Telar itself', { Null: { 's3:authType': 'true' } }, {}, true],
    ['aws:PrincipalOrgID', { Null: { 'aws:PrincipalOrgID': 'true' } }, {}, true],
    ['a key that is no key', { StringEquals: { 'aws:constructor': '${constructor}' } }, {}, false],
  ] as [string, object, Partial<Call>, boolean][])('%s', async (_, Condition, call, holds) => {
    attach('Deny', '*', { Condition });
    expect(ask(admin, get, call)).toBe(
      holds ? refused(admin, 'with an explicit deny in a resource-based policy') : 'allowed',
    );
  });

  it('of the operation are asked for only when a condition looks at them', () => {
    let times = 0;
    const keys = () => {
      times += 1;
      return { 's3:VersionId': 'v1' };
    };
    expect(ask(admin, { ...get, keys })).toBe('allowed');
    expect(times).toBe(0);
    attach('Deny', '*', {
      Condition: { StringEquals: { 's3:VersionId': ['v1', 'v2'] }, Bool: { 'aws:ViaAWSService': 'false' } },
    });
    expect(ask(admin, { ...get, keys })).toMatch(/explicit deny/);
    expect(times).toBe(1);
  });
});

describe('what is remembered of permissions', () => {
  const allow = document({ Effect: 'Allow', Action: 's3:GetObject', Resource: '*' });

  it('changes with them, and back when the change is undone', async () => {
    const anna = await user('anna');
    const { iam, store, tables } = identity;
    expect(ask(anna)).not.toBe('allowed');
    await iam('PutUserPolicy', { UserName: 'anna', PolicyName: 'p', PolicyDocument: allow });
    expect(ask(anna)).toBe('allowed');
    const undone = store.transact(() => {
      const remove = tables.iam['DeleteUserPolicy'] as unknown as { run(input: unknown, call: Call): unknown };
      remove.run({ UserName: 'anna', PolicyName: 'p' }, testCall());
      expect(ask(anna)).not.toBe('allowed');
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(ask(anna)).toBe('allowed');
  });

  it('follows the default version of a managed policy', async () => {
    const anna = await user('anna');
    const { iam } = identity;
    const other = document({ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' });
    const { Policy } = await iam('CreatePolicy', { PolicyName: 'managed', PolicyDocument: allow });
    await iam('AttachUserPolicy', { UserName: 'anna', PolicyArn: Policy!.Arn! });
    expect(ask(anna)).toBe('allowed');
    await iam('CreatePolicyVersion', { PolicyArn: Policy!.Arn!, PolicyDocument: other, SetAsDefault: true });
    expect(ask(anna)).not.toBe('allowed');
    await iam('SetDefaultPolicyVersion', { PolicyArn: Policy!.Arn!, VersionId: 'v1' });
    expect(ask(anna)).toBe('allowed');
  });

  it('of a user who is gone is nothing', async () => {
    const anna = await user('anna');
    await identity.iam('DeleteUser', { UserName: 'anna' });
    expect(ask(anna)).not.toBe('allowed');
  });
});

it('a user may not call IAM with credentials of GetSessionToken, and may call the rest', () => {
  const principal: Principal = { ...admin, session: { issuedAt: START } };
  const list: Access = { action: 'iam:ListUsers', resource: '*' };
  const refusal = authorize({ name: 'iam', protocol: 'query' }, principal, [list], testCall());
  expect(refusal).toMatchObject({ code: 'InvalidClientTokenId', status: 403 });
  expect(ask(principal)).toBe('allowed');
});

it('nobody of another account is let in', () => {
  expect(ask({ ...admin, account: '999999999999' })).toMatch(/is not of the account/);
});
