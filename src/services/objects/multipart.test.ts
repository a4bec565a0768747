import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ACCOUNT,
  administrator,
  memoryStore,
  perform,
  refusal,
  START,
  testCall,
  testWorld,
} from '../../../tests/support/operations.ts';
import { digestOf } from '../../protocol/checksums.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Operation } from '../../protocol/service.ts';
import type { Store } from '../../store/store.ts';
import { migrations } from './index.ts';
import type { AskedPart } from './multipart.ts';
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

const run = <I, O>(operation: Operation<I, O>, input: I, now = START): Promise<O> =>
  perform(store, operation, input, testCall({ now }));
const at = { Bucket: 'data', Key: 'k' };
const begin = async (more = {}, now = START) =>
  (await run(s3.operations.CreateMultipartUpload, { ...at, ...more }, now)).UploadId!;
const upload = (UploadId: string, PartNumber: number, content: Buffer, more = {}) =>
  run(s3.operations.UploadPart, { ...at, UploadId, PartNumber, Body: body(content), ...more });
const complete = (UploadId: string, Parts: AskedPart[], more = {}) =>
  run(s3.operations.CompleteMultipartUpload, { ...at, UploadId, MultipartUpload: { Parts }, ...more });
const get = (more = {}) => run(s3.operations.GetObject, { ...at, ...more });
const membersOf = async (work: Promise<unknown>) => {
  const error = await work.catch((each: unknown) => each);
  return isAwsError(error) ? { code: error.code, ...error.members } : error;
};
const md5 = (content: Buffer) => createHash('md5').update(content).digest();

const PART = 5 * 1024 * 1024;
const contents = [randomBytes(PART), randomBytes(PART + 1), randomBytes(10)];
const whole = Buffer.concat(contents);
const etag = `"${md5(Buffer.concat(contents.map(md5))).toString('hex')}-3"`;

/** Uploads the three parts, last first, as parallel clients may. */
async function uploadAll(id: string, more: (index: number) => object = () => ({})): Promise<AskedPart[]> {
  const parts: AskedPart[] = [];
  for (const index of [2, 0, 1]) {
    const {
      ETag,
      $metadata: _,
      ...checksums
    } = (await upload(id, index + 1, contents[index]!, more(index))) as AskedPart & { $metadata?: unknown };
    parts[index] = { PartNumber: index + 1, ETag, ...checksums };
  }
  return parts;
}

describe('a multipart upload', () => {
  it('becomes one object with the attributes it began with, and leaves no part behind', async () => {
    const id = await begin({ ContentType: 'text/csv', Metadata: { a: '1' }, Tagging: 't=1' });
    const answer = await complete(id, await uploadAll(id));
    expect(answer).toEqual({
      ...{ Location: 'https://data.s3.us-east-1.amazonaws.com/k', Bucket: 'data', Key: 'k', ETag: etag },
    });
    const { Body, ...got } = await get();
    expect((await contentOf(Body)).equals(whole)).toBe(true);
    expect(got).toMatchObject({ ETag: etag, ContentType: 'text/csv', Metadata: { a: '1' }, TagCount: 1 });
    expect(await s3.sweep()).toEqual({ files: 2 });
    expect(folder.files()).toHaveLength(1);
    const second = await get({ PartNumber: 2 });
    expect(second).toMatchObject({ PartsCount: 3, ContentRange: `bytes ${PART}-${2 * PART}/${whole.length}` });
    expect((await contentOf(second.Body)).equals(contents[1]!)).toBe(true);
  });

  it('completed twice gives the same answer twice, and one object', async () => {
    const id = await begin();
    const parts = await uploadAll(id);
    const answers = await Promise.all([complete(id, parts), complete(id, parts)]);
    expect(answers[0]).toEqual(answers[1]);
    const version = s3.objects.head('data', 'k').version;
    await run(s3.operations.DeleteObject, at);
    expect(await complete(id, parts)).toEqual(answers[0]);
    expect(s3.objects.currentVersions([{ bucket: 'data', key: 'k' }])).toEqual([undefined]);
    expect(version).toBe(1);
    expect(await membersOf(complete(id, parts.slice(0, 2)))).toEqual({ code: 'NoSuchUpload', UploadId: id });
    expect(await membersOf(upload(id, 1, contents[2]!))).toMatchObject({ code: 'NoSuchUpload' });
  });

  it('may leave parts out, and takes the last of parts sent twice', async () => {
    const id = await begin();
    await upload(id, 1, contents[0]!);
    await upload(id, 7, contents[0]!);
    const { ETag } = await upload(id, 7, contents[2]!);
    await complete(id, [{ PartNumber: 7, ETag: ETag! }]);
    expect((await contentOf((await get()).Body)).equals(contents[2]!)).toBe(true);
  });

  it('is refused with wrong parts, by S3’s names', async () => {
    const id = await begin();
    const [one, two, three] = (await uploadAll(id)) as [AskedPart, AskedPart, AskedPart];
    expect(await membersOf(complete(id, []))).toMatchObject({ code: 'MalformedXML' });
    expect(await membersOf(complete(id, [two, one]))).toEqual({ code: 'InvalidPartOrder', UploadId: id });
    expect(await membersOf(complete(id, [one, one]))).toMatchObject({ code: 'InvalidPartOrder' });
    expect(await membersOf(complete(id, [one, { ...two, ETag: one.ETag }]))).toMatchObject({
      code: 'InvalidPart',
      PartNumber: 2,
    });
    expect(await membersOf(complete(id, [one, { PartNumber: 9, ETag: one.ETag }]))).toMatchObject({
      code: 'InvalidPart',
    });
    await upload(id, 4, contents[0]!);
    const four = { PartNumber: 4, ETag: one.ETag };
    expect(await membersOf(complete(id, [one, three, four]))).toMatchObject({ code: 'EntityTooSmall', PartNumber: 3 });
    expect(await membersOf(complete(id, [one], { MpuObjectSize: 1 }))).toMatchObject({ code: 'InvalidRequest' });
    expect(await membersOf(complete('0'.repeat(64), [one]))).toMatchObject({ code: 'NoSuchUpload' });
    expect(await membersOf(complete(id, [one], { Key: 'other' }))).toMatchObject({ code: 'NoSuchUpload' });
    expect(await membersOf(upload(id, 0, contents[2]!))).toMatchObject({ code: 'InvalidArgument' });
    expect(await membersOf(upload(id, 10_001, contents[2]!))).toMatchObject({ code: 'InvalidArgument' });
    await complete(id, [one, two, three]);
  });

  it('keeps conditions at its end', async () => {
    await run(s3.operations.PutObject, { ...at, Body: body('v') });
    const id = await begin();
    const { ETag } = await upload(id, 1, contents[2]!);
    const parts = [{ PartNumber: 1, ETag: ETag! }];
    expect(await membersOf(complete(id, parts, { IfNoneMatch: '*' }))).toMatchObject({ code: 'PreconditionFailed' });
    await complete(id, parts, { IfMatch: `"${md5(Buffer.from('v')).toString('hex')}"` });
  });

  it('aborted is gone, with its parts', async () => {
    const id = await begin();
    await uploadAll(id);
    await run(s3.operations.AbortMultipartUpload, { ...at, UploadId: id });
    expect(await membersOf(run(s3.operations.AbortMultipartUpload, { ...at, UploadId: id }))).toMatchObject({
      code: 'NoSuchUpload',
    });
    expect(await membersOf(run(s3.operations.ListParts, { ...at, UploadId: id }))).toMatchObject({
      code: 'NoSuchUpload',
    });
    expect(await s3.sweep()).toEqual({ files: 2 });
    expect(folder.files()).toEqual([]);
  });

  it('aborted while it is being completed is one or the other, never half', async () => {
    const id = await begin();
    const parts = await uploadAll(id);
    const [completed] = await Promise.allSettled([
      complete(id, parts),
      run(s3.operations.AbortMultipartUpload, { ...at, UploadId: id }),
      s3.sweep(),
    ]);
    expect(completed.status).toBe('rejected');
    expect(await refusal(get())).toMatch(/^NoSuchKey/);
    await s3.sweep();
    expect(folder.files()).toEqual([]);
  });
});

describe('checksums of multipart objects', () => {
  it('are composite by default, and demanded of every part', async () => {
    const id = await begin({ ChecksumAlgorithm: 'SHA256' });
    const parts = await uploadAll(id, () => ({ ChecksumAlgorithm: 'SHA256' }));
    const digests = Buffer.concat(contents.map((each) => createHash('sha256').update(each).digest()));
    const composite = `${createHash('sha256').update(digests).digest('base64')}-3`;
    const bare = parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }));
    expect(await refusal(complete(id, bare))).toMatch(
      /^InvalidRequest: The upload was created using a sha256 checksum/,
    );
    const swapped = parts.map((part) => ({ ...part, ChecksumSHA256: parts[0]!.ChecksumSHA256 }));
    expect(await refusal(complete(id, swapped))).toMatch(/^InvalidPart/);
    expect(await complete(id, parts)).toMatchObject({ ChecksumSHA256: composite, ChecksumType: 'COMPOSITE' });
    expect(await get({ ChecksumMode: 'ENABLED' })).toMatchObject({
      ChecksumSHA256: composite,
      ChecksumType: 'COMPOSITE',
    });
  });

  it('are of the whole where that was asked for, and verified', async () => {
    const id = await begin({ ChecksumAlgorithm: 'CRC64NVME' });
    const parts = await uploadAll(id);
    const crc = digestOf('CRC64NVME', whole);
    expect(await refusal(complete(id, parts, { ChecksumCRC64NVME: digestOf('CRC64NVME', contents[0]!) }))).toMatch(
      /^BadDigest/,
    );
    expect(await complete(id, parts, { ChecksumCRC64NVME: crc })).toMatchObject({
      ...{ ChecksumCRC64NVME: crc, ChecksumType: 'FULL_OBJECT' },
    });
  });

  it('of a kind that S3 does not offer, or of another algorithm, are refused', async () => {
    expect(await refusal(begin({ ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }))).toMatch(
      /^InvalidRequest/,
    );
    expect(await refusal(begin({ ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }))).toMatch(
      /^InvalidRequest/,
    );
    const id = await begin({ ChecksumAlgorithm: 'CRC32' });
    expect(await refusal(upload(id, 1, contents[2]!, { ChecksumAlgorithm: 'SHA1' }))).toBe(
      'InvalidRequest: Checksum Type mismatch occurred, expected checksum Type: crc32, actual checksum Type: sha1',
    );
  });
});

describe('UploadPartCopy, and copies of multipart objects', () => {
  it('take parts from objects', async () => {
    const first = await begin();
    await complete(first, await uploadAll(first));
    const UploadId = await begin({ Key: 'copy' });
    const copy = (PartNumber: number, more = {}) =>
      run(s3.operations.UploadPartCopy, {
        Bucket: 'data',
        Key: 'copy',
        UploadId,
        PartNumber,
        CopySource: 'data/k',
        ...more,
      });
    const one = await copy(1, { CopySourceRange: `bytes=0-${PART - 1}` });
    const two = await copy(2);
    expect(await refusal(copy(3, { CopySourceRange: `bytes=0-${whole.length}` }))).toMatch(/^InvalidArgument/);
    const Parts = [one, two].map((each, index) => ({ PartNumber: index + 1, ETag: each.CopyPartResult!.ETag }));
    await run(s3.operations.CompleteMultipartUpload, {
      Bucket: 'data',
      Key: 'copy',
      UploadId,
      MultipartUpload: { Parts },
    });
    const copied = await contentOf((await get({ Key: 'copy' })).Body);
    expect(copied.equals(Buffer.concat([contents[0]!, whole]))).toBe(true);
  });

  it('copied whole, a multipart object has the ETag and checksum of its bytes', async () => {
    const id = await begin({ ChecksumAlgorithm: 'SHA256' });
    await complete(id, await uploadAll(id));
    const copy = await run(s3.operations.CopyObject, { Bucket: 'data', Key: 'copy', CopySource: 'data/k' });
    expect(copy.CopyObjectResult).toMatchObject({
      ...{ ETag: `"${md5(whole).toString('hex')}"`, ChecksumType: 'FULL_OBJECT' },
      ChecksumSHA256: createHash('sha256').update(whole).digest('base64'),
    });
  });
});

describe('lists of uploads and parts', () => {
  it('show parts in order, page by page', async () => {
    const id = await begin({ ChecksumAlgorithm: 'CRC32' });
    for (const number of [3, 1, 2]) await upload(id, number, contents[2]!);
    const list = (more: object) => run(s3.operations.ListParts, { ...at, UploadId: id, ...more });
    const first = await list({ MaxParts: 2 });
    expect(first.Parts!.map((part) => part.PartNumber)).toEqual([1, 2]);
    expect(first).toMatchObject({
      ...{ IsTruncated: true, NextPartNumberMarker: '2', MaxParts: 2, ChecksumAlgorithm: 'CRC32' },
      ...{ Initiator: { ID: administrator.arn, DisplayName: 'admin' }, StorageClass: 'STANDARD' },
    });
    const second = await list({ PartNumberMarker: first.NextPartNumberMarker });
    expect(second.Parts).toEqual([
      {
        ...{ PartNumber: 3, LastModified: new Date(START), ETag: `"${md5(contents[2]!).toString('hex')}"`, Size: 10 },
        ChecksumCRC32: digestOf('CRC32', contents[2]!),
      },
    ]);
    expect(second.IsTruncated).toBe(false);
    expect(await refusal(list({ PartNumberMarker: 'x' }))).toMatch(/^InvalidArgument/);
  });

  it('show uploads by key and time, page by page, rolled up', async () => {
    const ids = [await begin({ Key: 'b' }, START + 1), await begin({ Key: 'b' }, START), await begin({ Key: 'a' })];
    ids.push(await begin({ Key: 'c/1' }), await begin({ Key: 'c/2' }));
    const list = (more: object) => run(s3.operations.ListMultipartUploads, { Bucket: 'data', ...more });
    expect((await list({})).Uploads!.map((each) => each.UploadId)).toEqual([ids[2], ids[1], ids[0], ids[3], ids[4]]);
    const first = await list({ MaxUploads: 2 });
    expect(first).toMatchObject({ IsTruncated: true, NextKeyMarker: 'b', NextUploadIdMarker: ids[1] });
    const second = await list({ MaxUploads: 2, Delimiter: '/', KeyMarker: 'b', UploadIdMarker: ids[1] });
    expect(second.Uploads!.map((each) => each.UploadId)).toEqual([ids[0]]);
    expect(second).toMatchObject({ CommonPrefixes: [{ Prefix: 'c/' }], IsTruncated: false });
    expect((await list({ KeyMarker: 'b' })).Uploads!.map((each) => each.Key)).toEqual(['c/1', 'c/2']);
  });
});
