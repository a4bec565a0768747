import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  memoryStore,
  perform,
  REGION,
  refusal,
  START,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import { awsError, isAwsError } from '../../protocol/errors.ts';
import type { Payload } from '../../protocol/payload.ts';
import type { Access, Operation } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { migrations } from './index.ts';
import { body, contentOf, objectsOver, type TestFolder, type TestObjects, testFolder } from './testing.ts';

let folder: TestFolder;
let store: Store;
let s3: TestObjects;

beforeEach(async () => {
  folder = testFolder();
  const world = testWorld();
  store = memoryStore([migrations], world);
  s3 = objectsOver(folder, store, world, ACCOUNT);
  await run(s3.operations.CreateBucket, { Bucket: 'data' });
});
afterEach(async () => {
  await store.close();
  folder.remove();
});

const run = <I, O>(operation: Operation<I, O>, input: I, given = {}): Promise<O> =>
  perform(store, operation, input, testCall(given));
const put = (Key: string, content: string | Buffer, more = {}) =>
  run(s3.operations.PutObject, { Bucket: 'data', Key, Body: body(content), ...more });
const get = (Key: string, more = {}) => run(s3.operations.GetObject, { Bucket: 'data', Key, ...more });
const read = async (Key: string, more = {}) => (await contentOf((await get(Key, more)).Body)).toString('latin1');
const keys = async (more = {}) =>
  (await run(s3.operations.ListObjectsV2, { Bucket: 'data', ...more })).Contents!.map((each) => each.Key);
const md5 = (content: string | Buffer) => createHash('md5').update(content).digest('hex');
const membersOf = async (work: Promise<unknown>) => {
  const error = await work.catch((each: unknown) => each);
  return isAwsError(error) ? { code: error.code, status: error.status, ...error.members } : error;
};
const crc = (content: string | Buffer) => {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(crc32(content));
  return bytes.toString('base64');
};

describe('buckets', () => {
  it('are made, found, located and listed by name, each once', async () => {
    await run(s3.operations.CreateBucket, {
      Bucket: 'a-data',
      CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
    });
    expect(await run(s3.operations.HeadBucket, { Bucket: 'a-data' })).toMatchObject({ BucketRegion: 'eu-west-1' });
    expect(await run(s3.operations.GetBucketLocation, { Bucket: 'a-data' })).toEqual({
      LocationConstraint: 'eu-west-1',
    });
    expect(await run(s3.operations.GetBucketLocation, { Bucket: 'data' })).toEqual({});
    expect(await run(s3.operations.GetBucketVersioning, { Bucket: 'data' })).toEqual({});
    const { Buckets } = await run(s3.operations.ListBuckets, {});
    expect(Buckets).toEqual([
      { Name: 'a-data', CreationDate: new Date(START), BucketArn: 'arn:aws:s3:::a-data' },
      { Name: 'data', CreationDate: new Date(START), BucketArn: 'arn:aws:s3:::data' },
    ]);
  });

  it('are listed in pages, by prefix and by region', async () => {
    for (const Bucket of ['logs-1', 'logs-2', 'logs-3']) await run(s3.operations.CreateBucket, { Bucket });
    const list = (input: object) => run(s3.operations.ListBuckets, input);
    const first = await list({ Prefix: 'logs', MaxBuckets: 2 });
    expect(first.Buckets!.map((each) => [each.Name, each.BucketRegion])).toEqual([
      ['logs-1', REGION],
      ['logs-2', REGION],
    ]);
    const second = await list({ Prefix: 'logs', MaxBuckets: 2, ContinuationToken: first.ContinuationToken });
    expect(second.Buckets!.map((each) => each.Name)).toEqual(['logs-3']);
    expect(second.ContinuationToken).toBeUndefined();
    expect((await list({ BucketRegion: 'eu-west-1' })).Buckets).toEqual([]);
    expect(await refusal(list({ ContinuationToken: 'garbage' }))).toBe(
      'InvalidArgument: The continuation token provided is incorrect',
    );
  });

  it('made again are nothing new in us-east-1, and refused elsewhere', async () => {
    expect(await run(s3.operations.CreateBucket, { Bucket: 'data' })).toMatchObject({ Location: '/data' });
    const elsewhere = run(
      s3.operations.CreateBucket,
      { Bucket: 'data', CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' } },
      { region: 'eu-west-1' },
    );
    expect(await membersOf(elsewhere)).toEqual({ code: 'BucketAlreadyOwnedByYou', status: 409, BucketName: 'data' });
  });

  it('with objects are not deleted; without, they are, and their uploads with them', async () => {
    await put('k', 'v');
    const upload = await run(s3.operations.CreateMultipartUpload, { Bucket: 'data', Key: 'big' });
    const part = { Bucket: 'data', Key: 'big', UploadId: upload.UploadId, PartNumber: 1 };
    await run(s3.operations.UploadPart, { ...part, Body: body(randomBytes(100_000)) });
    expect(await membersOf(run(s3.operations.DeleteBucket, { Bucket: 'data' }))).toMatchObject({
      code: 'BucketNotEmpty',
    });
    await run(s3.operations.DeleteObject, { Bucket: 'data', Key: 'k' });
    await run(s3.operations.DeleteBucket, { Bucket: 'data' });
    expect(await membersOf(run(s3.operations.HeadBucket, { Bucket: 'data' }))).toEqual({
      ...{ code: 'NoSuchBucket', status: 404, BucketName: 'data' },
    });
    await run(s3.operations.CreateBucket, { Bucket: 'data' });
    expect(await keys()).toEqual([]);
    expect((await run(s3.operations.ListMultipartUploads, { Bucket: 'data' })).Uploads).toEqual([]);
    expect(await s3.sweep()).toEqual({ files: 1 });
  });

  it('of another owner than believed are refused', async () => {
    const owned = { Bucket: 'data', ExpectedBucketOwner: ACCOUNT };
    expect(await run(s3.operations.HeadBucket, owned)).toMatchObject({ BucketRegion: REGION });
    const other = { Bucket: 'data', ExpectedBucketOwner: '999999999999' };
    expect(await refusal(run(s3.operations.HeadBucket, other))).toBe('AccessDenied: Access Denied');
    expect(await refusal(put('k', 'v', other))).toBe('AccessDenied: Access Denied');
    expect(await refusal(get('k', other))).toBe('AccessDenied: Access Denied');
  });
});

describe('put, get, head, delete', () => {
  it.each([0, 5, 65_536, 65_537, 300_000])('give back %i bytes and what came with them', async (size) => {
    const content = randomBytes(size);
    const answer = await put('k', content, {
      ...{ ContentType: 'text/csv', CacheControl: 'no-cache', ContentEncoding: 'gzip' },
      ...{ ContentDisposition: 'attachment', ContentLanguage: 'es', Expires: new Date(START) },
      ...{ Metadata: { Author: 'ana' }, Tagging: 'a=1&b=2', StorageClass: 'STANDARD_IA' },
    });
    expect(answer).toEqual({ ETag: `"${md5(content)}"` });
    const { Body, ...got } = await get('k');
    expect((await contentOf(Body)).equals(content)).toBe(true);
    expect(got).toEqual({
      ...{ AcceptRanges: 'bytes', LastModified: new Date(START), ETag: answer.ETag, ContentLength: size },
      ...{
        ContentType: 'text/csv',
        CacheControl: 'no-cache',
        ContentEncoding: 'gzip',
        ContentDisposition: 'attachment',
      },
      ...{ ContentLanguage: 'es', Expires: new Date(START), StorageClass: 'STANDARD_IA', TagCount: 2 },
      Metadata: { author: 'ana' },
    });
    expect(await run(s3.operations.HeadObject, { Bucket: 'data', Key: 'k' })).toEqual(got);
  });

  it('give ranges, parts and overridden headers', async () => {
    const content = randomBytes(100_000);
    await put('k', content);
    expect(await read('k', { Range: 'bytes=99990-' })).toBe(content.subarray(99_990).toString('latin1'));
    expect(await get('k', { Range: 'bytes=-10' })).toMatchObject({
      ...{ ContentRange: 'bytes 99990-99999/100000', ContentLength: 10 },
    });
    expect(await membersOf(get('k', { Range: 'bytes=100000-' }))).toEqual({
      ...{ code: 'InvalidRange', status: 416, RangeRequested: 'bytes=100000-', ActualObjectSize: 100_000 },
    });
    expect(await get('k', { PartNumber: 1 })).toMatchObject({ ContentRange: 'bytes 0-99999/100000' });
    expect(await membersOf(get('k', { PartNumber: 2 }))).toMatchObject({ code: 'InvalidPartNumber', status: 416 });
    expect(await refusal(get('k', { PartNumber: 1, Range: 'bytes=0-1' }))).toMatch(
      /^InvalidRequest: Cannot specify both/,
    );
    expect(await get('k', { ResponseContentType: 'image/png', ResponseCacheControl: 'private' })).toMatchObject({
      ...{ ContentType: 'image/png', CacheControl: 'private' },
    });
  });

  it('keep conditions on reads', async () => {
    const { ETag } = await put('k', 'v');
    expect(await read('k', { IfMatch: ETag })).toBe('v');
    expect(await membersOf(get('k', { IfMatch: '"x"' }))).toEqual({
      ...{ code: 'PreconditionFailed', status: 412, Condition: 'If-Match' },
    });
    expect(await membersOf(get('k', { IfNoneMatch: ETag }))).toEqual({ code: 'NotModified', status: 304 });
    expect(await membersOf(get('k', { IfModifiedSince: new Date(START) }))).toMatchObject({ status: 304 });
    expect(await membersOf(get('k', { IfUnmodifiedSince: new Date(START - 1000) }))).toMatchObject({ status: 412 });
  });

  it('keep conditions on writes and deletes', async () => {
    const { ETag } = await put('k', 'v', { IfNoneMatch: '*' });
    expect(await membersOf(put('k', 'w', { IfNoneMatch: '*' }))).toEqual({
      ...{ code: 'PreconditionFailed', status: 412, Condition: 'If-None-Match' },
    });
    expect(await membersOf(put('k', 'w', { IfNoneMatch: ETag }))).toMatchObject({
      code: 'NotImplemented',
      status: 501,
    });
    expect(await membersOf(put('other', 'w', { IfMatch: ETag }))).toMatchObject({ code: 'NoSuchKey' });
    await put('k', 'w', { IfMatch: ETag });
    const remove = (IfMatch: string) => run(s3.operations.DeleteObject, { Bucket: 'data', Key: 'k', IfMatch });
    expect(await membersOf(remove(ETag!))).toMatchObject({ code: 'PreconditionFailed' });
    await remove(`"${md5('w')}"`);
    expect(await membersOf(get('k'))).toEqual({ code: 'NoSuchKey', status: 404, Key: 'k' });
    await run(s3.operations.DeleteObject, { Bucket: 'data', Key: 'k' });
  });

  it('of two writes that demand that there be none, one wins', async () => {
    const writes = await Promise.allSettled([
      put('k', randomBytes(100_000), { IfNoneMatch: '*' }),
      put('k', randomBytes(100_000), { IfNoneMatch: '*' }),
    ]);
    expect(writes.map((each) => each.status).sort()).toEqual(['fulfilled', 'rejected']);
  });

  it('verify and keep checksums', async () => {
    expect(await put('k', 'hello', { ChecksumCRC32: crc('hello') })).toEqual({
      ...{ ETag: `"${md5('hello')}"`, ChecksumCRC32: crc('hello'), ChecksumType: 'FULL_OBJECT' },
    });
    expect(await get('k', { ChecksumMode: 'ENABLED' })).toMatchObject({ ChecksumCRC32: crc('hello') });
    expect(await get('k')).not.toHaveProperty('ChecksumCRC32');
    expect(await get('k', { ChecksumMode: 'ENABLED', Range: 'bytes=0-1' })).not.toHaveProperty('ChecksumCRC32');
    expect(await put('k', 'hello', { ChecksumAlgorithm: 'SHA256' })).toMatchObject({
      ChecksumSHA256: createHash('sha256').update('hello').digest('base64'),
    });
    expect(await refusal(put('k', 'hullo', { ChecksumCRC32: crc('hello') }))).toMatch(/^BadDigest: The CRC32/);
    const wrong = { ContentMD5: createHash('md5').update('hullo').digest('base64') };
    expect(await refusal(put('k', 'hello', wrong))).toMatch(/^BadDigest: The Content-MD5/);
    expect(await read('k')).toBe('hello');
  });

  it('a checksum that comes only after the bytes is compared, and kept', async () => {
    const trailing = (value: string): Payload => {
      const checksum = () => ({ algorithm: 'CRC32', value }) as const;
      return { content: body('hello'), declared: { sha256: undefined, md5: undefined, algorithm: 'CRC32', checksum } };
    };
    const input = { Bucket: 'data', Key: 'k' };
    const sent = (value: string) =>
      run(s3.operations.PutObject, { ...input, Body: trailing(value) as unknown as Readable });
    expect(await sent(crc('hello'))).toMatchObject({ ChecksumCRC32: crc('hello') });
    expect(await refusal(sent(crc('hullo')))).toMatch(/^BadDigest: The CRC32/);
  });

  it('an upload that breaks off leaves the old object, and nothing else', async () => {
    await put('k', 'old');
    const broken = Readable.from(
      (async function* () {
        yield randomBytes(200_000);
        throw new Error('connection reset');
      })(),
    );
    await expect(run(s3.operations.PutObject, { Bucket: 'data', Key: 'k', Body: broken })).rejects.toThrow('reset');
    expect(await refusal(put('k', 'short', { ContentLength: 10 }))).toMatch(/^IncompleteBody/);
    expect(await read('k')).toBe('old');
    expect(folder.files()).toEqual([]);
  });

  it('refuse what is too large before its bytes come', async () => {
    const never = new Readable({ read: () => expect.unreachable('the body was read') });
    const input = { Bucket: 'data', Key: 'k', Body: never, ContentLength: 5 * 1024 ** 3 + 1 };
    expect(await membersOf(run(s3.operations.PutObject, input))).toMatchObject({
      ...{ code: 'EntityTooLarge', ProposedSize: 5 * 1024 ** 3 + 1 },
    });
    const nowhere = { Bucket: 'nowhere', Key: 'k', Body: never };
    expect(await membersOf(run(s3.operations.PutObject, nowhere))).toMatchObject({ code: 'NoSuchBucket' });
  });

  it.each([
    [{ Metadata: { a: 'x'.repeat(2048) } }, 'MetadataTooLarge'],
    [{ ACL: 'public-read' }, 'AccessControlListNotSupported'],
    [{ ObjectLockMode: 'GOVERNANCE' }, 'InvalidRequest'],
    [{ SSECustomerAlgorithm: 'AES256' }, 'NotImplemented'],
    [{ ServerSideEncryption: 'aws:kms:dsse' }, 'NotImplemented'],
    [{ StorageClass: 'CHEAP' }, 'InvalidStorageClass'],
    [{ Tagging: 'a=1&a=2' }, 'InvalidTag'],
    [{ ChecksumAlgorithm: 'XXHASH3' }, 'InvalidRequest'],
    [{ Key: 'x'.repeat(1025) }, 'KeyTooLongError'],
    [{ Key: 'é'.repeat(513) }, 'KeyTooLongError'],
  ])('refuse %j with %s', async (more, code) => {
    expect(await membersOf(put('k', 'v', more))).toMatchObject({ code });
  });

  it('know the one version there is as null', async () => {
    await put('k', 'v');
    expect(await read('k', { VersionId: 'null' })).toBe('v');
    expect(await refusal(get('k', { VersionId: 'abc' }))).toBe('InvalidArgument: Invalid version id specified');
  });
});

describe('hostile keys', () => {
  const hostile = [
    '..',
    '../../etc/passwd',
    '/etc/passwd',
    '//',
    'a/../b',
    '.',
    'a\u0000b',
    '\u0001\u001f',
    '\r\nX: y',
  ];
  const more = ['\u{1f9f6}'.repeat(256), "'; DROP TABLE objects_versions; --", '%2e%2e%2f', '\ufffe', 'C:\\x', ' '];
  it.each([...hostile, ...more])('%j is a key like any other', async (key) => {
    const content = `${key}${'x'.repeat(70_000)}`;
    await put(key, content);
    expect(await read(key)).toBe(Buffer.from(content).toString('latin1'));
    expect(await keys()).toEqual([key]);
    expect(folder.files()).toHaveLength(1);
    expect(folder.files()[0]).toMatch(/^[0-9a-f]{64}$/);
    await run(s3.operations.DeleteObject, { Bucket: 'data', Key: key });
    expect(await keys()).toEqual([]);
  });
});

describe('DeleteObjects', () => {
  it('answers for each key by itself', async () => {
    await put('a', '1');
    await put('b', '2');
    const Objects = [{ Key: 'a' }, { Key: 'missing' }, { Key: 'b', ETag: '"x"' }, { Key: 'b', VersionId: 'v7' }];
    const answer = await run(s3.operations.DeleteObjects, { Bucket: 'data', Delete: { Objects } });
    expect(answer.Deleted).toEqual([{ Key: 'a' }, { Key: 'missing' }]);
    expect(answer.Errors!.map((each) => [each.Key, each.Code])).toEqual([
      ['b', 'PreconditionFailed'],
      ['b', 'InvalidArgument'],
    ]);
    const quiet = { Bucket: 'data', Delete: { Objects: [{ Key: 'b' }], Quiet: true } };
    expect(await run(s3.operations.DeleteObjects, quiet)).toEqual({});
    expect(await keys()).toEqual([]);
    const many = Array.from({ length: 1001 }, (_, index) => ({ Key: String(index) }));
    const tooMany = run(s3.operations.DeleteObjects, { Bucket: 'data', Delete: { Objects: many } });
    expect(await refusal(tooMany)).toMatch(/^MalformedXML/);
  });
});

describe('lists', () => {
  beforeEach(async () => {
    for (const key of ['a.txt', 'photos/2025/x', 'photos/2026/y', 'photos/z', 'z']) await put(key, 'v');
  });
  const list = (more: object) => run(s3.operations.ListObjectsV2, { Bucket: 'data', ...more });

  it('show contents as S3 does', async () => {
    const { Contents, ...rest } = await list({ Prefix: 'a', FetchOwner: true });
    expect(Contents).toEqual([
      {
        ...{ Key: 'a.txt', LastModified: new Date(START), ETag: `"${md5('v')}"`, Size: 1, StorageClass: 'STANDARD' },
        Owner: { ID: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    expect(rest).toEqual({ Name: 'data', Prefix: 'a', IsTruncated: false, MaxKeys: 1000, KeyCount: 1 });
  });

  it('roll up by delimiter, page by page', async () => {
    const first = await list({ Delimiter: '/', MaxKeys: 2 });
    expect(first.Contents!.map((each) => each.Key)).toEqual(['a.txt']);
    expect(first.CommonPrefixes).toEqual([{ Prefix: 'photos/' }]);
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 2, Delimiter: '/' });
    const token = first.NextContinuationToken!;
    const second = await list({ Delimiter: '/', MaxKeys: 2, ContinuationToken: token });
    expect(second.Contents!.map((each) => each.Key)).toEqual(['z']);
    expect(second).toMatchObject({ IsTruncated: false, ContinuationToken: token });
    expect(await membersOf(list({ ContinuationToken: token }))).toEqual({
      ...{ code: 'InvalidArgument', status: 400 },
      ...{ ArgumentName: 'continuation-token', ArgumentValue: token },
    });
  });

  it('start after a key, encode on request, and take any number of keys', async () => {
    expect(await keys({ StartAfter: 'photos/2026/y' })).toEqual(['photos/z', 'z']);
    expect((await list({ MaxKeys: 5000 })).MaxKeys).toBe(1000);
    expect(await list({ MaxKeys: 0 })).toMatchObject({ KeyCount: 0, IsTruncated: false });
    expect(await refusal(list({ MaxKeys: -1 }))).toMatch(/^InvalidArgument: Argument maxKeys must be/);
    await put('ñ b', 'v');
    expect(await keys({ Prefix: 'ñ', EncodingType: 'url' })).toEqual(['%C3%B1+b']);
    expect(await refusal(list({ EncodingType: 'xml' }))).toMatch(/^InvalidArgument: Invalid Encoding Method/);
  });

  it('of the first version go on from a marker', async () => {
    const listOld = (more: object) => run(s3.operations.ListObjects, { Bucket: 'data', ...more });
    const first = await listOld({ Delimiter: '/', MaxKeys: 2 });
    expect(first).toMatchObject({ IsTruncated: true, NextMarker: 'photos/', Marker: '' });
    const second = await listOld({ Delimiter: '/', MaxKeys: 2, Marker: first.NextMarker });
    expect(second.Contents!.map((each) => each.Key)).toEqual(['z']);
    expect(await listOld({ MaxKeys: 2 })).not.toHaveProperty('NextMarker');
  });
});

describe('CopyObject', () => {
  const copy = (CopySource: string, Key: string, more = {}) =>
    run(s3.operations.CopyObject, { Bucket: 'data', CopySource, Key, ...more });

  it('copies bytes, metadata and tags, sharing the file', async () => {
    const content = randomBytes(100_000);
    await put('from', content, {
      Metadata: { a: '1' },
      Tagging: 't=1',
      ContentType: 'text/csv',
      StorageClass: 'STANDARD_IA',
    });
    const answer = await copy('data/from', 'to');
    expect(answer.CopyObjectResult).toEqual({ ETag: `"${md5(content)}"`, LastModified: new Date(START) });
    expect(folder.files()).toHaveLength(1);
    expect(await read('to')).toBe(content.toString('latin1'));
    const head = await run(s3.operations.HeadObject, { Bucket: 'data', Key: 'to' });
    expect(head).toMatchObject({ Metadata: { a: '1' }, TagCount: 1, ContentType: 'text/csv' });
    expect(head).not.toHaveProperty('StorageClass');
  });

  it('replaces metadata and tags when told to', async () => {
    await put('k', 'v', { Metadata: { a: '1' }, Tagging: 't=1' });
    expect(await refusal(copy('data/k', 'k'))).toMatch(/^InvalidRequest: This copy request is illegal/);
    const replace = { MetadataDirective: 'REPLACE', TaggingDirective: 'REPLACE', Metadata: { b: '2' } };
    await copy('data/k', 'k', replace);
    const { Metadata, TagCount } = await get('k');
    expect({ Metadata, TagCount }).toEqual({ Metadata: { b: '2' }, TagCount: undefined });
  });

  it('computes the checksum that is asked for', async () => {
    await put('k', 'hello');
    const { CopyObjectResult } = await copy('data/k', 'l', { ChecksumAlgorithm: 'CRC32' });
    expect(CopyObjectResult).toMatchObject({ ChecksumCRC32: crc('hello'), ChecksumType: 'FULL_OBJECT' });
  });

  it('keeps conditions on source and target', async () => {
    await put('k', 'v');
    expect(await membersOf(copy('data/k', 'l', { CopySourceIfMatch: '"x"' }))).toMatchObject({ status: 412 });
    expect(await membersOf(copy('data/k', 'l', { CopySourceIfNoneMatch: `"${md5('v')}"` }))).toMatchObject({
      status: 412,
    });
    expect(await membersOf(copy('data/none', 'l'))).toMatchObject({ code: 'NoSuchKey', Key: 'none' });
    expect(await membersOf(copy('none/k', 'l'))).toMatchObject({ code: 'NoSuchBucket', BucketName: 'none' });
    await put('l', 'w');
    expect(await membersOf(copy('data/k', 'l', { IfNoneMatch: '*' }))).toMatchObject({ code: 'PreconditionFailed' });
  });
});

describe('access', () => {
  it('names the actions and resources that IAM knows', () => {
    const access = <I>(operation: Operation<I, unknown>, input: I) =>
      operation.access(input, testCall()).map(({ action, resource }) => `${action} ${resource}`);
    const at = { Bucket: 'b', Key: 'k/l' };
    expect(access(s3.operations.GetObject, at)).toEqual(['s3:GetObject arn:aws:s3:::b/k/l']);
    expect(access(s3.operations.PutObject, { ...at, Tagging: 'a=1' })).toEqual([
      's3:PutObject arn:aws:s3:::b/k/l',
      's3:PutObjectTagging arn:aws:s3:::b/k/l',
    ]);
    expect(access(s3.operations.ListObjectsV2, at)).toEqual(['s3:ListBucket arn:aws:s3:::b']);
    expect(access(s3.operations.CopyObject, { ...at, CopySource: 'a/x%20y' })).toEqual([
      's3:GetObject arn:aws:s3:::a/x y',
      's3:PutObject arn:aws:s3:::b/k/l',
    ]);
  });

  it('is asked for key by key where many are deleted', async () => {
    await put('keep', '1');
    await put('go', '2');
    const refused = awsError('AccessDenied', 'no', 403);
    const call = { refusal: ({ resource }: Access) => (resource.endsWith('/keep') ? refused : undefined) };
    const input = { Bucket: 'data', Delete: { Objects: [{ Key: 'keep' }, { Key: 'go' }] } };
    const { Deleted, Errors } = await run(s3.operations.DeleteObjects, input, call);
    expect(Deleted).toEqual([{ Key: 'go' }]);
    expect(Errors).toEqual([{ Key: 'keep', Code: 'AccessDenied', Message: 'no' }]);
  });

  it('to the list of the bucket decides whether a missing key is told', async () => {
    const refused = awsError('AccessDenied', 'no', 403);
    const call = { refusal: ({ action }: Access) => (action === 's3:ListBucket' ? refused : undefined) };
    const missing = { Bucket: 'data', Key: 'none' };
    await expect(run(s3.operations.HeadObject, missing, call)).rejects.toBe(refused);
    await expect(run(s3.operations.GetObject, missing, call)).rejects.toBe(refused);
    await expect(run(s3.operations.HeadObject, missing)).rejects.toMatchObject({ code: 'NoSuchKey' });
  });
});
