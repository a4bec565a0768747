/** What GetObject and HeadObject answer: ranges, parts, headers that were put, headers that were asked for. */
import { createHash } from 'node:crypto';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';
import { signed } from '../../support/signing.ts';

let bench: S3Bench;
let Bucket: string;
const CONTENT = '0123456789';
const PARTS = [Buffer.alloc(5 * 1024 * 1024, 'a'), Buffer.from('the last')];

beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  await bench.put(Bucket, 'ten', CONTENT);
  await bench.put(Bucket, 'empty', '');
  const at = { Bucket, Key: 'parts' };
  const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand({ ...at, ChecksumAlgorithm: 'SHA256' }));
  const Parts = await Promise.all(
    PARTS.map(async (Body, index) => {
      const part = { ...at, UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm: 'SHA256' as const };
      const { ETag, ChecksumSHA256 } = await bench.s3.send(new UploadPartCommand(part));
      return { PartNumber: index + 1, ETag, ChecksumSHA256 };
    }),
  );
  await bench.s3.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload: { Parts } }));
});
afterAll(() => bench.close());

const get = (Key: string, more = {}) => bench.s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
const head = (Key: string, more = {}) => bench.s3.send(new HeadObjectCommand({ Bucket, Key, ...more }));

describe('a range', () => {
  it.each([
    ['bytes=0-0', '0', 'bytes 0-0/10'],
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=4-', '456789', 'bytes 4-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=-99', CONTENT, 'bytes 0-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
    ['bytes=0-', CONTENT, 'bytes 0-9/10'],
  ])('%s is answered as partial content', async (Range, content, range) => {
    const answer = await get('ten', { Range });
    expect([await answer.Body!.transformToString(), answer.ContentRange]).toEqual([content, range]);
    expect([answer.$metadata.httpStatusCode, answer.ContentLength]).toEqual([206, content.length]);
    const headed = await head('ten', { Range });
    expect([headed.$metadata.httpStatusCode, headed.ContentLength]).toEqual([206, content.length]);
  });
  it.each(['bytes=5-2', 'bytes=a-b', 'lines=1-2', 'bytes=1-2,4-5', 'bytes=', 'bytes=-', '0-4'])(
    '%s is ignored, as one that is not understood',
    async (Range) => {
      const answer = await get('ten', { Range });
      expect([answer.$metadata.httpStatusCode, await answer.Body!.transformToString()]).toEqual([200, CONTENT]);
    },
  );
  it.each([
    ['ten', 'bytes=10-'],
    ['ten', 'bytes=10-20'],
    ['ten', 'bytes=-0'],
    ['empty', 'bytes=0-0'],
    ['empty', 'bytes=-1'],
  ])('of %s: %s cannot be satisfied', async (Key, Range) => {
    expect(await refused(get(Key, { Range }))).toBe('InvalidRange 416');
    expect((await refused(head(Key, { Range }))).slice(-3)).toBe('416');
  });
  it('of any kind gives the bytes that slice gives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(9), fc.nat(12), async (first, length) => {
        const answer = await get('ten', { Range: `bytes=${first}-${first + length}` });
        expect(await answer.Body!.transformToString()).toBe(CONTENT.slice(first, first + length + 1));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a part', () => {
  it.each([1, 2])('%i of an object made from parts is read by its number', async (PartNumber) => {
    const answer = await get('parts', { PartNumber });
    const content = PARTS[PartNumber - 1]!;
    expect(Buffer.from(await answer.Body!.transformToByteArray()).equals(content)).toBe(true);
    expect([answer.$metadata.httpStatusCode, answer.PartsCount, answer.ContentLength]).toEqual([
      206,
      2,
      content.length,
    ]);
    expect((await head('parts', { PartNumber })).PartsCount).toBe(2);
  });
  it('1 of an object that was put whole is all of it', async () => {
    const answer = await get('ten', { PartNumber: 1 });
    expect([await answer.Body!.transformToString(), answer.PartsCount]).toEqual([CONTENT, undefined]);
  });
  it.each([
    ['parts', 3],
    ['ten', 2],
  ])('of %s that is not there: %i', async (Key, PartNumber) => {
    expect(await refused(get(Key, { PartNumber }))).toBe('InvalidPartNumber 416');
  });
  it('and a range at once are refused', async () => {
    expect(await refused(get('parts', { PartNumber: 1, Range: 'bytes=0-1' }))).toBe('InvalidRequest 400');
  });
});

describe('headers', () => {
  const PUT = {
    ContentType: 'text/csv; charset=utf-8',
    CacheControl: 'max-age=60',
    ContentDisposition: 'attachment; filename="a.csv"',
    ContentEncoding: 'gzip',
    ContentLanguage: 'es',
    WebsiteRedirectLocation: '/elsewhere',
    StorageClass: 'STANDARD_IA' as const,
  };
  it('that were put are answered', async () => {
    const Expires = new Date('2030-01-02T03:04:05Z');
    await bench.put(Bucket, 'headed', 'x', { ...PUT, Expires });
    const answer = await head('headed');
    expect(answer).toMatchObject(PUT);
    expect(answer.ExpiresString).toBe('Wed, 02 Jan 2030 03:04:05 GMT');
  });
  it('that were not put are left out, the type is that of any bytes', async () => {
    const answer = await head('ten');
    expect(answer.ContentType).toBe('application/octet-stream');
    for (const name of ['CacheControl', 'ContentDisposition', 'ContentEncoding', 'StorageClass', 'Metadata'] as const) {
      expect(answer[name] ?? {}).toEqual({});
    }
  });
  it.each([
    ['ResponseContentType', 'ContentType', 'text/plain'],
    ['ResponseCacheControl', 'CacheControl', 'no-store'],
    ['ResponseContentDisposition', 'ContentDisposition', 'inline'],
    ['ResponseContentEncoding', 'ContentEncoding', 'br'],
    ['ResponseContentLanguage', 'ContentLanguage', 'en'],
  ] as const)('can be asked to be others: %s', async (asked, answered, value) => {
    expect((await get('ten', { [asked]: value }))[answered]).toBe(value);
    expect((await head('ten', { [asked]: value }))[answered]).toBe(value);
  });
  it('can be asked to expire otherwise', async () => {
    const answer = await get('ten', { ResponseExpires: new Date('2031-01-02T03:04:05Z') });
    expect(answer.ExpiresString).toBe('Thu, 02 Jan 2031 03:04:05 GMT');
  });
});

describe('user metadata', () => {
  it.each([
    ['plain', 'a value'],
    ['empty', ''],
    ['punctuation', 'a=b&c "d" \\e'],
  ])('%s comes back as it went', async (name, value) => {
    await bench.put(Bucket, 'meta', 'x', { Metadata: { [name]: value } });
    expect((await head('meta')).Metadata).toEqual({ [name]: value });
  });
  it('has names in lower case', async () => {
    await bench.put(Bucket, 'meta', 'x', { Metadata: { MixedCase: '1' } });
    expect((await head('meta')).Metadata).toEqual({ mixedcase: '1' });
  });
  it('is replaced whole by the next put', async () => {
    await bench.put(Bucket, 'meta', 'x', { Metadata: { a: '1', b: '2' } });
    await bench.put(Bucket, 'meta', 'x', { Metadata: { c: '3' } });
    expect((await head('meta')).Metadata).toEqual({ c: '3' });
  });
  it.each([
    ['as RFC 2047, base64', '=?UTF-8?B?w7FhbmTDug==?=', 'ñandú'],
    ['as RFC 2047, quoted', '=?utf-8?q?=C3=B1and=C3=BA_2?=', 'ñandú 2'],
    // Node's client writes it as UTF-8, and the SDK signs the text.
    ['as bytes of UTF-8', 'ñandú', 'ñandú'],
    ['with an encoded word in the middle', 'a =?UTF-8?B?w7E=?= b', 'a ñ b'],
  ])('beyond ASCII, sent %s, comes back as RFC 2047', async (_title, sent, meant) => {
    await bench.put(Bucket, 'meta', 'x', { Metadata: { word: sent } });
    const answered = (await head('meta')).Metadata!['word']!;
    expect(answered).toBe(`=?UTF-8?B?${Buffer.from(meant).toString('base64')}?=`);
  });
  it('of an unknown encoding is kept as it came', async () => {
    await bench.put(Bucket, 'meta', 'x', { Metadata: { word: '=?klingon?B?w7E=?=' } });
    expect((await head('meta')).Metadata).toEqual({ word: '=?klingon?B?w7E=?=' });
  });
  it('may have 2 kB, names included, and no more', async () => {
    await bench.put(Bucket, 'meta', 'x', { Metadata: { m: 'v'.repeat(2047) } });
    const tooLong = bench.put(Bucket, 'meta', 'x', { Metadata: { m: 'v'.repeat(2048) } });
    expect(await refused(tooLong)).toBe('MetadataTooLarge 400');
  });
});

describe('checksums', () => {
  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    '%s is told whoever asks for it, and of whole objects only',
    async (ChecksumAlgorithm) => {
      await bench.put(Bucket, 'summed', CONTENT, { ChecksumAlgorithm });
      const asked = await head('summed', { ChecksumMode: 'ENABLED' });
      expect(asked[`Checksum${ChecksumAlgorithm}`]).toBeDefined();
      expect(asked.ChecksumType).toBe('FULL_OBJECT');
      expect((await head('summed'))[`Checksum${ChecksumAlgorithm}`]).toBeUndefined();
      const part = await get('summed', { ChecksumMode: 'ENABLED', Range: 'bytes=0-1' });
      expect(part[`Checksum${ChecksumAlgorithm}`]).toBeUndefined();
    },
  );
  it('of SHA-256 is the digest itself', async () => {
    await bench.put(Bucket, 'summed', CONTENT, { ChecksumAlgorithm: 'SHA256' });
    const { ChecksumSHA256 } = await head('summed', { ChecksumMode: 'ENABLED' });
    expect(ChecksumSHA256).toBe(createHash('sha256').update(CONTENT).digest('base64'));
  });
});

describe('GetObjectAttributes', () => {
  const attributes = (Key: string, ObjectAttributes: string[], more = {}) =>
    bench.s3.send(
      new GetObjectAttributesCommand({ Bucket, Key, ObjectAttributes: ObjectAttributes as never, ...more }),
    );
  const ALL = ['ETag', 'Checksum', 'ObjectParts', 'StorageClass', 'ObjectSize'];

  it('tells of an object that was put whole', async () => {
    await bench.put(Bucket, 'summed', CONTENT, { ChecksumAlgorithm: 'SHA256' });
    const answer = await attributes('summed', ALL);
    expect(answer).toMatchObject({
      ETag: createHash('md5').update(CONTENT).digest('hex'),
      ...{ StorageClass: 'STANDARD', ObjectSize: 10, Checksum: { ChecksumType: 'FULL_OBJECT' } },
    });
    expect(answer.ObjectParts).toBeUndefined();
  });
  it('tells of parts and their checksums, in pages', async () => {
    const answer = await attributes('parts', ALL);
    expect(answer.Checksum).toMatchObject({ ChecksumType: 'COMPOSITE', ChecksumSHA256: expect.stringMatching(/-2$/) });
    expect(answer.ObjectParts).toMatchObject({ TotalPartsCount: 2, IsTruncated: false });
    expect(answer.ObjectParts?.Parts?.map(({ Size }) => Size)).toEqual(PARTS.map(({ length }) => length));
    const digest = createHash('sha256').update(PARTS[1]!).digest('base64');
    const second = await attributes('parts', ['ObjectParts'], { MaxParts: 1, PartNumberMarker: '1' });
    expect(second.ObjectParts?.Parts).toEqual([{ PartNumber: 2, Size: 8, ChecksumSHA256: digest }]);
    const first = await attributes('parts', ['ObjectParts'], { MaxParts: 1 });
    expect(first.ObjectParts).toMatchObject({ IsTruncated: true, NextPartNumberMarker: '1' });
  });
  it('tells only what it is asked for', async () => {
    const { $metadata: _, LastModified, ...answer } = await attributes('ten', ['ObjectSize']);
    expect(answer).toEqual({ ObjectSize: 10 });
    expect(LastModified).toBeInstanceOf(Date);
  });
  it('refuses what is no attribute, and nothing at all', async () => {
    expect(await refused(attributes('ten', ['Colour']))).toBe('InvalidArgument 400');
    expect(await refused(attributes('none', ['ETag']))).toBe('NoSuchKey 404');
  });
});

describe('what SDKs do not send', () => {
  it('an anonymous request is refused, also with headers to be answered', async () => {
    const answer = await fetch(`${bench.server.url}/${Bucket}/ten?response-content-type=text/plain`);
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
  });
  it('an empty version id is refused', async () => {
    const request = { method: 'GET', path: `/${Bucket}/ten`, query: { versionId: '' } };
    const headers = await signed(bench.server, 's3', request);
    const answer = await fetch(`${bench.server.url}/${Bucket}/ten?versionId=`, { headers });
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining('Version id cannot be the empty string'),
    ]);
  });
});
