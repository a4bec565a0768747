/** Multipart uploads over the wire; copies of parts are in copies.test.ts, the rules in src/services/objects/multipart.test.ts. */
import { createHash } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  type CompleteMultipartUploadCommandInput,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  type UploadPartCommandInput,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { refusal, refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
const Key = 'k';
const MB = 1024 * 1024;
const LARGE = Buffer.alloc(5 * MB, 'telar');

beforeAll(async () => {
  bench = await s3Bench();
});
beforeEach(async () => {
  Bucket = await bench.bucket();
});
afterAll(() => bench.close());

const begin = async (more: Partial<CreateMultipartUploadCommandInput> = {}) =>
  (await bench.s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }))).UploadId!;
const part = async (
  UploadId: string,
  PartNumber: number,
  Body: string | Buffer,
  more: Partial<UploadPartCommandInput> = {},
): Promise<CompletedPart> => {
  const answer = await bench.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...more }));
  const { ETag, ChecksumSHA256, ChecksumCRC32 } = answer;
  return {
    PartNumber,
    ETag,
    ...(ChecksumSHA256 ? { ChecksumSHA256 } : {}),
    ...(ChecksumCRC32 ? { ChecksumCRC32 } : {}),
  };
};
const complete = (UploadId: string, Parts: CompletedPart[], more: Partial<CompleteMultipartUploadCommandInput> = {}) =>
  bench.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...more }));
const bare = ({ PartNumber, ETag }: CompletedPart) => ({ PartNumber, ETag });

describe('an upload', () => {
  it('becomes an object with what it was begun with, and an ETag of its parts', async () => {
    const id = await begin({
      ContentType: 'text/csv',
      Metadata: { a: '1' },
      Tagging: 't=1',
      StorageClass: 'STANDARD_IA',
    });
    const parts = [await part(id, 1, LARGE), await part(id, 2, 'end')];
    const answer = await complete(id, parts.map(bare));
    const md5s = [LARGE, Buffer.from('end')].map((bytes) => createHash('md5').update(bytes).digest());
    const etag = `"${createHash('md5').update(Buffer.concat(md5s)).digest('hex')}-2"`;
    expect([answer.ETag, answer.Bucket, answer.Key]).toEqual([etag, Bucket, Key]);
    expect(await bench.head(Bucket, Key)).toMatchObject({
      ...{ ContentLength: 5 * MB + 3, ContentType: 'text/csv', Metadata: { a: '1' }, StorageClass: 'STANDARD_IA' },
      ...{ ETag: etag, TagCount: 1 },
    });
  });
  it('takes parts in any order, again, and leaves out what is not asked for', async () => {
    const id = await begin();
    const third = await part(id, 30, 'end');
    await part(id, 1, 'to be replaced');
    const first = await part(id, 1, LARGE);
    await part(id, 2, 'not asked for');
    await complete(id, [first, third].map(bare));
    const { ContentLength } = await bench.head(Bucket, Key);
    expect(ContentLength).toBe(5 * MB + 3);
  });
  it('of one small part is an object, too', async () => {
    const id = await begin();
    expect((await complete(id, [bare(await part(id, 1, 'small'))])).ETag).toMatch(/-1"$/);
    expect(await bench.read(Bucket, Key)).toBe('small');
  });
  it('leaves the object as it was until it is completed', async () => {
    await bench.put(Bucket, Key, 'before');
    const id = await begin();
    const one = await part(id, 1, 'after');
    expect(await bench.read(Bucket, Key)).toBe('before');
    await complete(id, [bare(one)]);
    expect(await bench.read(Bucket, Key)).toBe('after');
  });
  it('is one version in a versioned bucket', async () => {
    Bucket = await bench.bucket({ versioned: true });
    const id = await begin();
    const one = await part(id, 1, 'x');
    const { VersionId } = await complete(id, [bare(one)]);
    expect(VersionId).toMatch(/^.{32}$/);
    // Also when its answer was lost and it is completed again.
    expect((await complete(id, [bare(one)])).VersionId).toBe(VersionId);
  });
});

describe('a completion is refused', () => {
  it.each<[string, (parts: CompletedPart[]) => CompletedPart[], string]>([
    ['of no parts', () => [], 'MalformedXML 400'],
    ['of a part that was not sent', () => [{ PartNumber: 9, ETag: '"0"' }], 'InvalidPart 400'],
    ['of a part with another ETag', ([one]) => [{ ...one, ETag: `"${'0'.repeat(32)}"` }], 'InvalidPart 400'],
    ['of parts out of order', ([one, two]) => [two!, one!], 'InvalidPartOrder 400'],
    ['of a part twice', ([one]) => [one!, one!], 'InvalidPartOrder 400'],
    ['of a small part before the last', ([one, two]) => [one!, two!], 'EntityTooSmall 400'],
  ])('%s', async (_title, asked, code) => {
    const id = await begin();
    const parts = [bare(await part(id, 1, 'small')), bare(await part(id, 2, 'end'))];
    expect(await refused(complete(id, asked(parts)))).toBe(code);
    // And may be put right.
    await complete(id, [parts[0]!]);
  });
  it('whose size is not the one declared', async () => {
    const id = await begin();
    const one = await part(id, 1, 'x');
    expect(await refused(complete(id, [bare(one)], { MpuObjectSize: 2 }))).toBe('InvalidRequest 400');
    await complete(id, [bare(one)], { MpuObjectSize: 1 });
  });
  it('of an upload that is not there, was aborted, or is of another key', async () => {
    const id = await begin();
    const one = bare(await part(id, 1, 'x'));
    expect(await refused(complete('none', [one]))).toBe('NoSuchUpload 404');
    expect(await refused(complete(id, [one], { Key: 'other' }))).toBe('NoSuchUpload 404');
    await bench.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: id }));
    expect(await refused(complete(id, [one]))).toBe('NoSuchUpload 404');
  });
});

describe('checksums of an upload', () => {
  it('of SHA-256 are composite, each part with its own', async () => {
    const id = await begin({ ChecksumAlgorithm: 'SHA256' });
    const parts = [
      await part(id, 1, LARGE, { ChecksumAlgorithm: 'SHA256' }),
      await part(id, 2, 'end', { ChecksumAlgorithm: 'SHA256' }),
    ];
    const answer = await complete(id, parts);
    const digests = [LARGE, Buffer.from('end')].map((bytes) => createHash('sha256').update(bytes).digest());
    const whole = createHash('sha256').update(Buffer.concat(digests)).digest('base64');
    expect([answer.ChecksumSHA256, answer.ChecksumType]).toEqual([`${whole}-2`, 'COMPOSITE']);
  });
  it('of CRC32 may be of the whole object, and then are those of an object put whole', async () => {
    const id = await begin({ ChecksumAlgorithm: 'CRC32', ChecksumType: 'FULL_OBJECT' });
    const parts = [await part(id, 1, LARGE), await part(id, 2, 'end')];
    const answer = await complete(id, parts, { ChecksumType: 'FULL_OBJECT' });
    await bench.put(Bucket, 'whole', Buffer.concat([LARGE, Buffer.from('end')]), { ChecksumAlgorithm: 'CRC32' });
    const whole = await bench.head(Bucket, 'whole', { ChecksumMode: 'ENABLED' });
    expect([answer.ChecksumCRC32, answer.ChecksumType]).toEqual([whole['ChecksumCRC32'], 'FULL_OBJECT']);
  });
  it.each<[string, Partial<CreateMultipartUploadCommandInput>]>([
    ['SHA256 of the whole object', { ChecksumAlgorithm: 'SHA256', ChecksumType: 'FULL_OBJECT' }],
    ['SHA1 of the whole object', { ChecksumAlgorithm: 'SHA1', ChecksumType: 'FULL_OBJECT' }],
    ['CRC64NVME as a composite', { ChecksumAlgorithm: 'CRC64NVME', ChecksumType: 'COMPOSITE' }],
  ])('are refused as %s', async (_title, more) => {
    expect(await refused(begin(more))).toBe('InvalidRequest 400');
  });
  it('that a composite upload’s parts lack are missed', async () => {
    const id = await begin({ ChecksumAlgorithm: 'SHA256' });
    const one = await part(id, 1, 'x', { ChecksumAlgorithm: 'SHA256' });
    expect((await refusal(complete(id, [bare(one)]))).message).toMatch(/It was missing for part 1/);
  });
  it('of a part that are wrong refuse the part, and the completion', async () => {
    const id = await begin({ ChecksumAlgorithm: 'SHA256' });
    const wrong = createHash('sha256').update('other').digest('base64');
    expect(await refused(part(id, 1, 'x', { ChecksumSHA256: wrong }))).toBe('BadDigest 400');
    const one = await part(id, 1, 'x', { ChecksumAlgorithm: 'SHA256' });
    expect(await refused(complete(id, [{ ...one, ChecksumSHA256: wrong }]))).toBe('InvalidPart 400');
  });
  it('of another algorithm than the upload’s refuse the part', async () => {
    const id = await begin({ ChecksumAlgorithm: 'SHA256' });
    expect(await refused(part(id, 1, 'x', { ChecksumAlgorithm: 'SHA1' }))).toBe('InvalidRequest 400');
  });
});

describe('a part is refused', () => {
  it.each([0, -1, 10_001])('whose number is %i', async (number) => {
    expect(await refused(part(await begin(), number, 'x'))).toBe('InvalidArgument 400');
  });
  it('of an upload that is not there', async () => {
    expect(await refused(part('none', 1, 'x'))).toBe('NoSuchUpload 404');
  });
  it('whose Content-MD5 is another’s', async () => {
    const ContentMD5 = createHash('md5').update('other').digest('base64');
    expect(await refused(part(await begin(), 1, 'x', { ContentMD5 }))).toBe('BadDigest 400');
  });
});

describe('lists of parts', () => {
  it('come in pages, in the order of numbers', async () => {
    const id = await begin();
    for (const number of [5, 1, 3]) await part(id, number, `part ${number}`);
    const list = (more: object) => bench.s3.send(new ListPartsCommand({ Bucket, Key, UploadId: id, ...more }));
    const first = await list({ MaxParts: 2 });
    expect(first.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [3, 6],
    ]);
    expect([first.IsTruncated, first.NextPartNumberMarker, first.MaxParts]).toEqual([true, '3', 2]);
    const second = await list({ MaxParts: 2, PartNumberMarker: '3' });
    expect(second.Parts?.map(({ PartNumber }) => PartNumber)).toEqual([5]);
    expect([second.IsTruncated, second.StorageClass]).toEqual([false, 'STANDARD']);
    expect(await refused(list({ PartNumberMarker: '-1' }))).toBe('InvalidArgument 400');
    expect(await refused(list({ MaxParts: -1 }))).toBe('InvalidArgument 400');
  });
});

describe('lists of uploads', () => {
  const list = (more: object = {}) => bench.s3.send(new ListMultipartUploadsCommand({ Bucket, ...more }));

  it('name those under way, by key and then by time', async () => {
    const ids = [];
    for (const key of ['b', 'a', 'b', 'c/1', 'c/2']) ids.push([key, await begin({ Key: key })]);
    const { Uploads } = await list();
    expect(Uploads?.map((one) => [one.Key, one.UploadId])).toEqual([ids[1], ids[0], ids[2], ids[3], ids[4]]);
    const rolled = await list({ Delimiter: '/' });
    expect(rolled.Uploads?.map(({ Key }) => Key)).toEqual(['a', 'b', 'b']);
    expect(rolled.CommonPrefixes?.map(({ Prefix }) => Prefix)).toEqual(['c/']);
    expect((await list({ Prefix: 'c/' })).Uploads?.map(({ Key }) => Key)).toEqual(['c/1', 'c/2']);
  });
  it.each([1, 2, 3, 10])('come in pages of %i', async (MaxUploads) => {
    for (const key of ['b', 'a', 'b', 'c', 'b']) await begin({ Key: key });
    const found: string[] = [];
    let marker = {};
    for (;;) {
      const page = await list({ MaxUploads, ...marker });
      found.push(...(page.Uploads ?? []).map(({ Key, UploadId }) => `${Key} ${UploadId}`));
      if (!page.IsTruncated) break;
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    }
    expect(found).toHaveLength(5);
    expect(new Set(found).size).toBe(5);
  });
  it('leave out what was completed or aborted', async () => {
    const [done, gone, open] = [await begin(), await begin(), await begin()];
    await complete(done, [bare(await part(done, 1, 'x'))]);
    await bench.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: gone }));
    expect((await list()).Uploads?.map(({ UploadId }) => UploadId)).toEqual([open]);
    expect(await refused(bench.s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: gone })))).toBe(
      'NoSuchUpload 404',
    );
  });
});
