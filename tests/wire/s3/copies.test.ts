/** CopyObject and UploadPartCopy. Their conditions are in conditions.test.ts, versions as sources in versions.test.ts. */
import { randomBytes } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  type CopyObjectCommandInput,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
  type UploadPartCopyCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
let other: string;
const SOURCE = {
  ContentType: 'text/csv',
  CacheControl: 'no-cache',
  Metadata: { a: '1' },
  Tagging: 't=1',
  StorageClass: 'STANDARD_IA' as const,
};
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  other = await bench.bucket();
  await bench.put(Bucket, 'source', 'content', SOURCE);
});
afterAll(() => bench.close());

const copy = (Key: string, more: Partial<CopyObjectCommandInput> = {}) =>
  bench.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/source`, ...more }));
const tagsOf = async (Key: string) =>
  Object.fromEntries(
    ((await bench.s3.send(new GetObjectTaggingCommand({ Bucket, Key }))).TagSet ?? []).map((tag) => [
      tag.Key,
      tag.Value,
    ]),
  );

describe('a copy', () => {
  it('has the source’s bytes, ETag, headers, metadata and tags, and a class of its own', async () => {
    const { CopyObjectResult } = await copy('copy');
    const head = await bench.head(Bucket, 'copy');
    expect(await bench.read(Bucket, 'copy')).toBe('content');
    expect(head).toMatchObject({ ContentType: 'text/csv', CacheControl: 'no-cache', Metadata: { a: '1' } });
    expect(head['StorageClass']).toBeUndefined();
    expect(CopyObjectResult?.ETag).toBe(head['ETag']);
    expect(CopyObjectResult?.LastModified).toBeInstanceOf(Date);
    expect(await tagsOf('copy')).toEqual({ t: '1' });
  });
  it('takes all of its headers from the request where that replaces the metadata', async () => {
    await copy('copy', { MetadataDirective: 'REPLACE', ContentType: 'text/plain', Metadata: { b: '2' } });
    const head = await bench.head(Bucket, 'copy');
    expect(head).toMatchObject({ ContentType: 'text/plain', Metadata: { b: '2' } });
    expect(head['CacheControl']).toBeUndefined();
    expect(await tagsOf('copy')).toEqual({ t: '1' });
  });
  it('ignores the request’s metadata where it does not', async () => {
    await copy('copy', { ContentType: 'text/plain', Metadata: { b: '2' } });
    expect(await bench.head(Bucket, 'copy')).toMatchObject({ ContentType: 'text/csv', Metadata: { a: '1' } });
  });
  it('takes its tags from the request where that replaces them', async () => {
    await copy('copy', { TaggingDirective: 'REPLACE', Tagging: 'u=2&v=3' });
    expect(await tagsOf('copy')).toEqual({ u: '2', v: '3' });
    await copy('copy', { TaggingDirective: 'REPLACE' });
    expect(await tagsOf('copy')).toEqual({});
  });
  it('goes to another bucket', async () => {
    await copy('there', { Bucket: other });
    expect(await bench.read(other, 'there')).toBe('content');
  });
  it('may be of another storage class', async () => {
    await copy('copy', { StorageClass: 'GLACIER_IR' });
    expect((await bench.head(Bucket, 'copy'))['StorageClass']).toBe('GLACIER_IR');
  });
  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'gets a %s where it is asked for',
    async (name) => {
      const { CopyObjectResult } = await copy('copy', { ChecksumAlgorithm: name });
      const head = await bench.head(Bucket, 'copy', { ChecksumMode: 'ENABLED' });
      expect(CopyObjectResult?.[`Checksum${name}`]).toBe(head[`Checksum${name}`]);
      expect(head[`Checksum${name}`]).toBeDefined();
    },
  );
  it.each(['a b', 'ñ/ü', 'a+b', 'a%20b', '100%', 'a?versionId', '../up', '\u{1f9f6}'])('of the key %j', async (key) => {
    await bench.put(Bucket, key, `of ${key}`);
    await copy('copy', { CopySource: `${Bucket}/${encodeURIComponent(key)}` });
    expect(await bench.read(Bucket, 'copy')).toBe(`of ${key}`);
  });
  it('of an empty object is one', async () => {
    await bench.put(Bucket, 'nothing', '');
    await copy('copy', { CopySource: `/${Bucket}/nothing` });
    expect(await bench.read(Bucket, 'copy')).toBe('');
  });
});

describe('a copy of an object to itself', () => {
  it('is refused where it changes nothing', async () => {
    expect((await refusal(copy('source'))).message).toMatch(/trying to copy an object to itself without changing/);
    expect(await refused(copy('source'))).toBe('InvalidRequest 400');
  });
  it.each<[string, Partial<CopyObjectCommandInput>]>([
    ['metadata', { MetadataDirective: 'REPLACE', Metadata: { n: '1' } }],
    ['the storage class', { StorageClass: 'STANDARD' }],
    ['the redirect', { WebsiteRedirectLocation: '/x' }],
    ['the encryption', { ServerSideEncryption: 'AES256' }],
  ])('is taken where it changes %s', async (_what, change) => {
    await bench.put(Bucket, 'own', 'mine');
    await copy('own', { CopySource: `${Bucket}/own`, ...change });
    expect(await bench.read(Bucket, 'own')).toBe('mine');
  });
});

describe('a copy is refused', () => {
  it.each([
    ['of a bucket that is not there', 'none/source', 'NoSuchBucket 404'],
    ['of a key that is not there', 'BUCKET/none', 'NoSuchKey 404'],
    ['of a version that is not there', `BUCKET/source?versionId=${'A'.repeat(32)}`, 'NoSuchVersion 404'],
    ['of a version that cannot be', 'BUCKET/source?versionId=x', 'InvalidArgument 400'],
    ['of no key', 'BUCKET', 'InvalidArgument 400'],
    ['of an access point', 'arn:aws:s3:eu-west-1:1:accesspoint/a/object/k', 'InvalidArgument 400'],
  ])('%s', async (_title, source, code) => {
    expect(await refused(copy('copy', { CopySource: source.replace('BUCKET', Bucket) }))).toBe(code);
  });
  it('into a bucket that is not there', async () => {
    expect(await refused(copy('copy', { Bucket: 'none' }))).toBe('NoSuchBucket 404');
  });
  it('from a bucket of another owner than expected', async () => {
    expect(await refused(copy('copy', { ExpectedSourceBucketOwner: '999999999999' }))).toBe('AccessDenied 403');
  });
  it.each<[string, Partial<CopyObjectCommandInput>]>([
    ['x-amz-copy-source-server-side-encryption-customer-*', { CopySourceSSECustomerKey: 'a'.repeat(32) }],
  ])('with %s, by name', async (_title, more) => {
    expect(await refused(copy('copy', more))).toBe('NotImplemented 501');
  });
});

describe('UploadPartCopy', () => {
  const large = randomBytes(6 * 1024 * 1024);
  beforeAll(() => bench.put(Bucket, 'large', large));
  const begin = async () =>
    (await bench.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'joined' }))).UploadId!;
  const part = (UploadId: string, more: Partial<UploadPartCopyCommandInput> = {}) =>
    bench.s3.send(
      new UploadPartCopyCommand({
        ...{ Bucket, Key: 'joined', UploadId, PartNumber: 1, CopySource: `${Bucket}/large`, ...more },
      }),
    );

  it('joins a range of one object, all of another, and bytes', async () => {
    const UploadId = await begin();
    const first = await part(UploadId, { CopySourceRange: `bytes=7-${5 * 1024 * 1024 + 6}` });
    const second = await part(UploadId, { PartNumber: 2 });
    const third = await bench.s3.send(
      new UploadPartCommand({ Bucket, Key: 'joined', UploadId, PartNumber: 3, Body: 'end' }),
    );
    const etags = [first.CopyPartResult?.ETag, second.CopyPartResult?.ETag, third.ETag];
    const Parts = etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 }));
    await bench.s3.send(
      new CompleteMultipartUploadCommand({ Bucket, Key: 'joined', UploadId, MultipartUpload: { Parts } }),
    );
    const expected = Buffer.concat([large.subarray(7, 5 * 1024 * 1024 + 7), large, Buffer.from('end')]);
    const { Body } = await bench.s3.send(new GetObjectCommand({ Bucket, Key: 'joined' }));
    expect(Buffer.from(await Body!.transformToByteArray()).equals(expected)).toBe(true);
  });
  it.each(['bytes=0-6291456', 'bytes=5-4', 'bytes=1-', 'bytes=-5', '0-5', 'bytes=a-b'])(
    'refuses the range %s',
    async (CopySourceRange) => {
      expect(await refused(part(await begin(), { CopySourceRange }))).toBe('InvalidArgument 400');
    },
  );
  it('refuses an upload that is not there, and a number that cannot be', async () => {
    expect(await refused(part('none'))).toBe('NoSuchUpload 404');
    expect(await refused(part(await begin(), { PartNumber: 10_001 }))).toBe('InvalidArgument 400');
  });
});
