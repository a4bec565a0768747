/** What a bucket's policy lets everyone do: requests without a signature, of programs that have no keys. */
import {
  DeleteBucketPolicyCommand,
  type PublicAccessBlockConfiguration,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  await bench.put(Bucket, 'open/a', 'text');
  await bench.put(Bucket, 'closed/a', 'secret');
});
afterAll(() => bench.close());

const block = (PublicAccessBlockConfiguration: PublicAccessBlockConfiguration) =>
  bench.s3.send(new PutPublicAccessBlockCommand({ Bucket, PublicAccessBlockConfiguration }));
const allow = (...Statement: object[]) =>
  bench.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
const toAll = (Action: string | string[], path: string, more: object = {}) => ({
  ...{ Effect: 'Allow', Principal: '*', Action, Resource: `arn:aws:s3:::${Bucket}${path}`, ...more },
});

async function ask(path: string, init: RequestInit = {}): Promise<[number, string]> {
  const answer = await fetch(`${bench.server.url}${path}`, init);
  return [answer.status, /<Message>(.*?)<\/Message>/.exec(await answer.clone().text())?.[1] ?? (await answer.text())];
}
const DENIED = [403, 'Access Denied'];

describe('a bucket whose policy lets everyone read was closed to everyone', () => {
  beforeAll(async () => {
    await block({ BlockPublicPolicy: false, RestrictPublicBuckets: false });
    await allow(
      toAll('s3:*', '/open/*'),
      toAll('s3:ListBucket', '', { Condition: { StringEquals: { 's3:prefix': 'open/' } } }),
      toAll('s3:GetObject', '/closed/*', { Condition: { StringEquals: { 'aws:PrincipalAccount': '000000000000' } } }),
    );
  });

  it('reads what it names, whole, in part, and by its head', async () => {
    expect(await ask(`/${Bucket}/open/a`)).toEqual([200, 'text']);
    expect(await ask(`/${Bucket}/open/a`, { headers: { range: 'bytes=1-2' } })).toEqual([206, 'ex']);
    expect(await ask(`/${Bucket}/open/a`, { method: 'HEAD' })).toEqual([200, '']);
  });

  it('lists as far as the policy says', async () => {
    const [status, text] = await ask(`/${Bucket}?list-type=2&prefix=open/`);
    expect([status, text]).toEqual([200, expect.stringContaining('<Key>open/a</Key>')]);
    expect(await ask(`/${Bucket}?list-type=2`)).toEqual(DENIED);
    expect(await ask(`/${Bucket}?prefix=closed/`)).toEqual(DENIED);
  });

  it.each([
    ['what is for the account alone', '/closed/a', {}],
    ['what is not there, and may not be listed', '/open/none', {}],
    ['an older version', '/open/a?versionId=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA', {}],
    ['to write, though the policy says s3:*', '/open/b', { method: 'PUT', body: 'x' }],
    ['to delete', '/open/a', { method: 'DELETE' }],
    ['to delete many', '?delete', { method: 'POST', body: '<Delete><Object><Key>open/a</Key></Object></Delete>' }],
    ['to copy', '/open/c', { method: 'PUT', headers: { 'x-amz-copy-source': 'b/k' } }],
    ['the policy', '?policy', {}],
    ['the tags', '/open/a?tagging', {}],
  ])('refuses %s', async (_, path, init) => {
    expect(await ask(`/${Bucket}${path}`, init)).toEqual(DENIED);
  });

  it('shows no list of buckets, and no bucket that is not there', async () => {
    expect(await ask('/')).toEqual(DENIED);
    expect(await ask('/?Action=ListObjects')).toEqual(DENIED);
    expect(await ask('/none/open/a')).toEqual(DENIED);
    expect(await bench.read(Bucket, 'open/a')).toBe('text');
  });

  it('takes no headers to be answered', async () => {
    const [status, message] = await ask(`/${Bucket}/open/a?response-content-type=text/html`);
    expect([status, message]).toEqual([400, expect.stringContaining('cannot be used for anonymous GET requests')]);
  });

  it('is closed by a denial of all but some, and by its public access block', async () => {
    const admin = 'arn:aws:iam::000000000000:user/admin';
    const NotPrincipal = { AWS: [admin, 'arn:aws:iam::000000000000:root'] };
    await allow(toAll('s3:GetObject', '/*'), {
      ...toAll('s3:*', '/*'),
      Effect: 'Deny',
      Principal: undefined,
      NotPrincipal,
    });
    expect(await ask(`/${Bucket}/open/a`)).toEqual(DENIED);
    await allow(toAll('s3:GetObject', '/*'));
    expect(await ask(`/${Bucket}/open/a`)).toEqual([200, 'text']);
    await block({ RestrictPublicBuckets: true });
    expect(await ask(`/${Bucket}/open/a`)).toEqual(DENIED);
    expect(await bench.read(Bucket, 'open/a')).toBe('text');
    await block({ RestrictPublicBuckets: false });
    await bench.s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    expect(await ask(`/${Bucket}/open/a`)).toEqual(DENIED);
  });
});
