/** Policies, ACLs, ownership and public access blocks: what is kept, and what is refused. */

import { IAM } from '@aws-sdk/client-iam';
import {
  DeleteBucketOwnershipControlsCommand,
  DeleteBucketPolicyCommand,
  DeletePublicAccessBlockCommand,
  GetBucketAclCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetBucketPolicyStatusCommand,
  GetObjectAclCommand,
  GetPublicAccessBlockCommand,
  PutBucketAclCommand,
  type PutBucketAclCommandInput,
  PutBucketOwnershipControlsCommand,
  PutBucketPolicyCommand,
  PutObjectAclCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { trusting } from '../../support/identity.ts';
import { refusal, refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  await new IAM(bench.server.client).createRole({ RoleName: 'r', AssumeRolePolicyDocument: trusting('*') });
  await bench.put(Bucket, 'k');
});
afterAll(() => bench.close());

const ACCOUNT = '000000000000';
const policy = (...statements: object[]) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: statements.map((statement) => ({
      ...{ Effect: 'Allow', Principal: { AWS: ACCOUNT }, Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
      ...statement,
    })),
  });
const put = (Policy: string) => bench.s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
const status = async () => (await bench.s3.send(new GetBucketPolicyStatusCommand({ Bucket }))).PolicyStatus?.IsPublic;
const block = (BlockPublicPolicy: boolean) =>
  bench.s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration: { BlockPublicPolicy } }));

describe('a bucket policy', () => {
  it('is none, is set, is answered as it was written, and is taken away', async () => {
    const get = async () => (await bench.s3.send(new GetBucketPolicyCommand({ Bucket }))).Policy;
    expect(await refused(get())).toBe('NoSuchBucketPolicy 404');
    const text = `${policy({})}\n`;
    await put(text);
    expect(await get()).toBe(text);
    await bench.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await refused(get())).toBe('NoSuchBucketPolicy 404');
    expect(await refused(status())).toBe('NoSuchBucketPolicy 404');
  });

  it.each<[string, () => object]>([
    [
      'the bucket and what is in it',
      () => ({ Action: 's3:*', Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`] }),
    ],
    ['the bucket', () => ({ Action: 's3:ListBucket', Resource: `arn:aws:s3:::${Bucket}` })],
    ['a denial of everyone', () => ({ Effect: 'Deny', Principal: '*' })],
    ['a role', () => ({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:role/r` } })],
    ['a service', () => ({ Principal: { Service: 'sagemaker.amazonaws.com' } })],
    ['conditions', () => ({ Condition: { StringEquals: { 's3:x-amz-acl': 'private' } } })],
    ['everything but', () => ({ Action: undefined, NotAction: 's3:DeleteObject' })],
    ['any text as its Sid', () => ({ Sid: 'allow reading, please' })],
    ['actions of objects with wildcards', () => ({ Action: ['s3:Get*', 's3:PutObject*'] })],
    ['uploads', () => ({ Action: ['s3:AbortMultipartUpload', 's3:ListMultipartUploadParts'] })],
  ])('may say %s', async (_what, statement) => {
    await put(policy(statement()));
  });

  it.each<[string, () => string, RegExp]>([
    ['that is not JSON', () => '{', /Syntax errors in policy|JSON/],
    ['that is no object', () => '[]', /^Policies must be valid JSON and the first byte must be '\{'/],
    ['without statements', () => '{"Version":"2012-10-17"}', /^Missing required field Statement/],
    ['of another version', () => '{"Version":"2013-01-01","Statement":[]}', /valid version string|Statement/],
    ['without a principal', () => policy({ Principal: undefined }), /^Missing required field Principal/],
    [
      'with a user whom nobody made, and which was taken and let nobody in',
      () => policy({ Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/nobody` } }),
      /^Invalid principal in policy: there is no arn:aws:iam::000000000000:user\/nobody/,
    ],
    [
      'that leaves out a role whom nobody made',
      () => policy({ NotPrincipal: { AWS: `arn:aws:iam::${ACCOUNT}:role/r/none` }, Principal: undefined }),
      /^Invalid principal in policy/,
    ],
    [
      'with a misspelt key of S3’s, which was taken and never denied',
      () => policy({ Effect: 'Deny', Condition: { StringEquals: { 's3:ExistingObjectTags/kind': 'secret' } } }),
      /^Policy has an invalid condition key: 's3:ExistingObjectTags\/kind'/,
    ],
    ['with a principal that is none', () => policy({ Principal: { AWS: 'nobody' } }), /^Invalid principal in policy/],
    ['without an action', () => policy({ Action: undefined }), /^Missing required field Action/],
    ['of another service’s action', () => policy({ Action: 'ec2:RunInstances' }), /^Policy has invalid action/],
    ['with an action that is none', () => policy({ Action: 'read' }), /^Policy has invalid action/],
    ['without a resource', () => policy({ Resource: undefined }), /^Missing required field Resource/],
    ['of another bucket', () => policy({ Resource: 'arn:aws:s3:::other/*' }), /^Policy has invalid resource/],
    [
      'of a bucket whose name goes on',
      () => policy({ Resource: `arn:aws:s3:::${Bucket}0/*` }),
      /^Policy has invalid resource/,
    ],
    ['of every bucket', () => policy({ Resource: 'arn:aws:s3:::*' }), /^Policy has invalid resource/],
    ['of everything', () => policy({ Resource: '*' }), /^Policy has invalid resource/],
    ['of something that is no ARN', () => policy({ Resource: Bucket }), /^Policy has invalid resource/],
    [
      'that reads objects from the bucket itself',
      () => policy({ Resource: `arn:aws:s3:::${Bucket}` }),
      /^Action does not apply to any resource/,
    ],
    ['that lists objects', () => policy({ Action: 's3:ListBucket' }), /^Action does not apply to any resource/],
    ['with an effect that is none', () => policy({ Effect: 'Perhaps' }), /^Invalid effect/],
    ['with a member that is none', () => policy({ Colour: 'red' }), /Unknown field Colour/],
    ['with a condition that is none', () => policy({ Condition: { Perhaps: { a: 'b' } } }), /Perhaps/],
  ])('%s is malformed', async (_what, text, message) => {
    const refusedWith = await refusal(put(text()));
    expect([refusedWith.code, refusedWith.status]).toEqual(['MalformedPolicy', 400]);
    expect(refusedWith.message).toMatch(message);
  });

  it('has 20 kB at most', async () => {
    await put(policy({ Sid: 's'.repeat(19_000) }));
    expect(await refused(put(policy({ Sid: 's'.repeat(21_000) })))).toBe('PolicyTooLarge 400');
  });
});

describe('a public policy', () => {
  const open = () => policy({ Principal: '*' });
  it('is kept out of a new bucket, and let in once that is allowed', async () => {
    expect((await refusal(put(open()))).message).toMatch(/BlockPublicPolicy.*PutPublicAccessBlock/);
    expect(await refused(put(open()))).toBe('AccessDenied 403');
    await block(false);
    await put(open());
    expect(await status()).toBe(true);
  });
  it.each<[string, object, boolean]>([
    ['everyone', { Principal: '*' }, true],
    ['everyone, as AWS', { Principal: { AWS: '*' } }, true],
    ['everyone but one', { NotPrincipal: { AWS: ACCOUNT }, Principal: undefined }, true],
    ['everyone from anywhere', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '0.0.0.0/0' } } }, true],
    ['everyone with an agent', { Principal: '*', Condition: { StringEquals: { 'aws:UserAgent': 'x' } } }, true],
    ['everyone of any account', { Principal: '*', Condition: { StringLike: { 'aws:PrincipalAccount': '*' } } }, true],
    ['everyone from a network', { Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }, false],
    [
      'everyone of an account',
      { Principal: '*', Condition: { StringEquals: { 'aws:PrincipalAccount': ACCOUNT } } },
      false,
    ],
    ['an account', {}, false],
    ['nobody', { Effect: 'Deny', Principal: '*' }, false],
  ])('is one for %s: %j', async (_whom, statement, expected) => {
    await block(false);
    await put(policy(statement));
    expect(await status()).toBe(expected);
  });
});

describe('a public access block', () => {
  const get = async () =>
    (await bench.s3.send(new GetPublicAccessBlockCommand({ Bucket }))).PublicAccessBlockConfiguration;
  const all = (value: boolean) => ({
    ...{ BlockPublicAcls: value, IgnorePublicAcls: value, BlockPublicPolicy: value, RestrictPublicBuckets: value },
  });
  it('is closed on a new bucket, and can be set and taken away', async () => {
    Bucket = await bench.bucket();
    expect(await get()).toEqual(all(true));
    await block(true);
    expect(await get()).toEqual({ ...all(false), BlockPublicPolicy: true });
    await bench.s3.send(new DeletePublicAccessBlockCommand({ Bucket }));
    expect(await refused(get())).toBe('NoSuchPublicAccessBlockConfiguration 404');
    await put(policy({ Principal: '*' }));
  });
});

describe('ACLs', () => {
  beforeAll(() => bench.put(Bucket, 'k'));
  const onBucket = (more: Partial<PutBucketAclCommandInput>) =>
    bench.s3.send(new PutBucketAclCommand({ Bucket, ...more }));
  const onObject = (more: object) => bench.s3.send(new PutObjectAclCommand({ Bucket, Key: 'k', ...more }));

  it.each(['bucket', 'object'])('of a %s give its owner everything, and nobody else anything', async (what) => {
    const command =
      what === 'bucket' ? new GetBucketAclCommand({ Bucket }) : new GetObjectAclCommand({ Bucket, Key: 'k' });
    const { Owner, Grants } = await bench.s3.send(command as GetBucketAclCommand);
    expect(Grants).toEqual([{ Grantee: { ID: Owner?.ID, Type: 'CanonicalUser' }, Permission: 'FULL_CONTROL' }]);
  });
  it('may be set to what they are', async () => {
    const { Owner, Grants } = await bench.s3.send(new GetBucketAclCommand({ Bucket }));
    await onBucket({ ACL: 'private' });
    await onBucket({ AccessControlPolicy: { Owner, Grants } });
    await onObject({ ACL: 'bucket-owner-full-control' });
    await onObject({ AccessControlPolicy: { Owner, Grants } });
    await bench.put(Bucket, 'k', 'x', { ACL: 'bucket-owner-full-control' });
  });
  it.each<[string, object]>([
    ['public-read', { ACL: 'public-read' }],
    ['authenticated-read', { ACL: 'authenticated-read' }],
    ['a grant', { GrantRead: 'uri="http://acs.amazonaws.com/groups/global/AllUsers"' }],
    [
      'a list of grants',
      {
        AccessControlPolicy: {
          Owner: { ID: 'a' },
          Grants: [{ Grantee: { Type: 'CanonicalUser', ID: 'b' }, Permission: 'READ' }],
        },
      },
    ],
  ])('are refused to be %s', async (_what, more) => {
    expect(await refused(onBucket(more))).toBe('AccessControlListNotSupported 400');
    expect(await refused(onObject(more))).toBe('AccessControlListNotSupported 400');
  });
  it('of an object that is not there are NoSuchKey', async () => {
    expect(await refused(onObject({ Key: 'none', ACL: 'private' }))).toBe('NoSuchKey 404');
  });
});

describe('ownership of objects', () => {
  const get = async () =>
    (await bench.s3.send(new GetBucketOwnershipControlsCommand({ Bucket }))).OwnershipControls?.Rules;
  const set = (ObjectOwnership: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter') =>
    bench.s3.send(
      new PutBucketOwnershipControlsCommand({ Bucket, OwnershipControls: { Rules: [{ ObjectOwnership }] } }),
    );
  it('is the bucket’s owner’s', async () => {
    expect(await get()).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
    await bench.s3.send(new DeleteBucketOwnershipControlsCommand({ Bucket }));
    expect(await refused(get())).toBe('OwnershipControlsNotFoundError 404');
    await set('BucketOwnerEnforced');
    expect(await get()).toEqual([{ ObjectOwnership: 'BucketOwnerEnforced' }]);
  });
  it.each(['BucketOwnerPreferred', 'ObjectWriter'] as const)('is refused to be %s, by name', async (ownership) => {
    expect(await refused(set(ownership))).toBe('NotImplemented 501');
  });
});
