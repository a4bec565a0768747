import { DeleteObjectCommand, DeleteObjectsCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';
import { signed } from '../../support/signing.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
});
afterAll(() => bench.close());

const keys = async () =>
  ((await bench.s3.send(new ListObjectsV2Command({ Bucket }))).Contents ?? []).map(({ Key }) => Key);
const removeAll = (Objects: { Key: string; VersionId?: string; ETag?: string }[], Quiet?: boolean) =>
  bench.s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet } }));

describe('DeleteObject', () => {
  it('deletes, and is content where there is nothing', async () => {
    await bench.put(Bucket, 'k');
    for (const _ of [1, 2]) {
      const { $metadata } = await bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k' }));
      expect($metadata.httpStatusCode).toBe(204);
    }
    expect(await refused(bench.read(Bucket, 'k'))).toBe('NoSuchKey 404');
  });
  it.each(['a/', 'a//b', '..', '.', 'a/../b', ' ', '%', '\u{1f9f6}'])('deletes %j and nothing else', async (Key) => {
    await bench.put(Bucket, 'stays');
    await bench.put(Bucket, Key);
    await bench.s3.send(new DeleteObjectCommand({ Bucket, Key }));
    expect(await keys()).toEqual(['stays']);
  });
  it.each([
    ['x-amz-if-match-size', { IfMatchSize: 1 }],
    ['x-amz-if-match-last-modified-time', { IfMatchLastModifiedTime: new Date() }],
  ])('refuses %s by name, instead of deleting all the same', async (_name, condition) => {
    await bench.put(Bucket, 'stays');
    expect(await refused(bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'stays', ...condition })))).toBe(
      'NotImplemented 501',
    );
    expect(await keys()).toContain('stays');
  });
  it('refuses a bucket that is not there, or another’s', async () => {
    const from = (more: object) => bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'k', ...more }));
    expect(await refused(from({ Bucket: 'none' }))).toBe('NoSuchBucket 404');
    expect(await refused(from({ ExpectedBucketOwner: '999999999999' }))).toBe('AccessDenied 403');
  });
});

describe('DeleteObjects', () => {
  it('deletes 1,000 keys at once, those that are not there too', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => bench.put(Bucket, `many/${n}`, '')));
    const { Deleted, Errors } = await removeAll(Array.from({ length: 1000 }, (_, n) => ({ Key: `many/${n}` })));
    expect([Deleted?.length, Errors]).toEqual([1000, undefined]);
    expect((await keys()).filter((key) => key?.startsWith('many/'))).toEqual([]);
  });
  it('refuses more than 1,000, and none', async () => {
    expect(await refused(removeAll(Array.from({ length: 1001 }, (_, n) => ({ Key: `${n}` }))))).toBe(
      'MalformedXML 400',
    );
    expect(await refused(removeAll([]))).toBe('MalformedXML 400');
  });
  it('says nothing of what it deleted where it is to be quiet', async () => {
    await bench.put(Bucket, 'k');
    const { Deleted, Errors } = await removeAll([{ Key: 'k' }], true);
    expect([Deleted, Errors]).toEqual([undefined, undefined]);
    expect(await keys()).not.toContain('k');
  });
  it('names each key that it cannot delete, and why, also where it is to be quiet', async () => {
    await bench.put(Bucket, 'good');
    await bench.put(Bucket, 'kept');
    const asked = [
      { Key: 'good' },
      { Key: 'kept', ETag: '"0123"' },
      { Key: 'kept', VersionId: 'bad' },
      { Key: 'k'.repeat(1025) },
    ];
    for (const quiet of [false, true]) {
      const { Deleted, Errors } = await removeAll(asked, quiet);
      expect(Deleted).toEqual(quiet ? undefined : [{ Key: 'good' }]);
      expect(Errors?.map(({ Code }) => Code)).toEqual(['PreconditionFailed', 'InvalidArgument', 'KeyTooLongError']);
    }
    expect(await keys()).toContain('kept');
  });
  it('deletes by ETag where that is so', async () => {
    const { ETag } = await bench.put(Bucket, 'k');
    expect((await removeAll([{ Key: 'k', ETag }])).Deleted).toEqual([{ Key: 'k' }]);
  });

  const BODY = '<Delete><Object><Key>stays</Key></Object></Delete>';
  it.each([
    ['without a digest', {}, 'InvalidRequest'],
    ['with a digest of other bytes', { 'content-md5': 'AAAAAAAAAAAAAAAAAAAAAA==' }, 'BadDigest'],
    ['with a digest that is none', { 'content-md5': 'x' }, 'InvalidDigest'],
    ['with another checksum', { 'x-amz-checksum-crc32': 'AAAAAA==' }, 'BadDigest'],
  ])('refuses a list %s', async (_title, headers, code) => {
    await bench.put(Bucket, 'stays');
    const request = { method: 'POST', path: `/${Bucket}`, query: { delete: '' }, body: BODY };
    const signedHeaders = await signed(bench.server, 's3', { ...request, headers: headers as Record<string, string> });
    const answer = await fetch(`${bench.server.url}/${Bucket}?delete=`, {
      ...{ method: 'POST', headers: signedHeaders, body: BODY },
    });
    expect(await answer.text()).toContain(`<Code>${code}</Code>`);
    expect(await keys()).toContain('stays');
  });
});
