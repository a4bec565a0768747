/** Preconditions (RFC 9110 §13) as S3 keeps them, on every operation that takes them. */
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
let etag: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  etag = (await bench.put(Bucket, 'k', 'content')).ETag;
});
afterAll(() => bench.close());

const HOUR = 3_600_000;
const earlier = () => new Date(Date.now() - HOUR);
const later = () => new Date(Date.now() + HOUR);
const outcome = (work: Promise<unknown>) =>
  work.then(
    () => 'served',
    () => refused(work),
  );

type Conditions = {
  IfMatch?: string;
  IfNoneMatch?: string;
  IfModifiedSince?: Date;
  IfUnmodifiedSince?: Date;
};
/** `same` and `other` stand for the object's ETag and another. */
type Case = [title: string, conditions: () => Conditions, get: string, copy: string];

const OTHER = '"0123456789abcdef0123456789abcdef"';
const SERVED = 'served';
const FAILED = 'PreconditionFailed 412';
const NOT_MODIFIED = '304 304';

const READS: Case[] = [
  ['If-Match of the same', () => ({ IfMatch: etag }), SERVED, SERVED],
  ['If-Match of the same, without quotes', () => ({ IfMatch: etag.replaceAll('"', '') }), SERVED, SERVED],
  ['If-Match of everything', () => ({ IfMatch: '*' }), SERVED, SERVED],
  ['If-Match of one of several', () => ({ IfMatch: `${OTHER}, ${etag}` }), SERVED, SERVED],
  ['If-Match of another', () => ({ IfMatch: OTHER }), FAILED, FAILED],
  ['If-None-Match of another', () => ({ IfNoneMatch: OTHER }), SERVED, SERVED],
  ['If-None-Match of the same', () => ({ IfNoneMatch: etag }), NOT_MODIFIED, FAILED],
  ['If-None-Match of the same, weakly', () => ({ IfNoneMatch: `W/${etag}` }), NOT_MODIFIED, FAILED],
  ['If-None-Match of everything', () => ({ IfNoneMatch: '*' }), NOT_MODIFIED, FAILED],
  ['If-Modified-Since earlier', () => ({ IfModifiedSince: earlier() }), SERVED, SERVED],
  ['If-Modified-Since later', () => ({ IfModifiedSince: later() }), NOT_MODIFIED, FAILED],
  ['If-Unmodified-Since later', () => ({ IfUnmodifiedSince: later() }), SERVED, SERVED],
  ['If-Unmodified-Since earlier', () => ({ IfUnmodifiedSince: earlier() }), FAILED, FAILED],
  [
    'If-Match of the same over If-Unmodified-Since earlier',
    () => ({ IfMatch: etag, IfUnmodifiedSince: earlier() }),
    SERVED,
    SERVED,
  ],
  [
    'If-Match of another over If-Unmodified-Since later',
    () => ({ IfMatch: OTHER, IfUnmodifiedSince: later() }),
    FAILED,
    FAILED,
  ],
  [
    'If-None-Match of the same over If-Modified-Since earlier',
    () => ({ IfNoneMatch: etag, IfModifiedSince: earlier() }),
    NOT_MODIFIED,
    FAILED,
  ],
  [
    'If-None-Match of another over If-Modified-Since later',
    () => ({ IfNoneMatch: OTHER, IfModifiedSince: later() }),
    SERVED,
    SERVED,
  ],
  ['If-Match and If-None-Match of the same', () => ({ IfMatch: etag, IfNoneMatch: etag }), NOT_MODIFIED, FAILED],
];

describe('GetObject', () => {
  it.each(READS)('%s', async (_title, conditions, expected) => {
    const work = bench.s3.send(new GetObjectCommand({ Bucket, Key: 'k', ...conditions() }));
    const got = await outcome(work);
    expect(got.replace('NotModified', '304').replace('Unknown', '304')).toBe(expected);
  });
  it('is NoSuchKey first, whatever is demanded', async () => {
    const get = bench.s3.send(new GetObjectCommand({ Bucket, Key: 'none', IfMatch: etag }));
    expect(await refused(get)).toBe('NoSuchKey 404');
  });
  it('says with a 304 what it knows', async () => {
    const get = bench.s3.send(new GetObjectCommand({ Bucket, Key: 'k', IfNoneMatch: etag }));
    const error = (await get.catch((each: unknown) => each)) as { $response: { headers: Record<string, string> } };
    expect(error.$response.headers['etag']).toBe(etag);
    expect(error.$response.headers['last-modified']).toBeDefined();
  });
});

describe('HeadObject', () => {
  it.each(READS)('%s', async (_title, conditions, expected) => {
    const work = bench.s3.send(new HeadObjectCommand({ Bucket, Key: 'k', ...conditions() }));
    const got = await outcome(work);
    // A HEAD has no body to name its error in.
    expect(got.slice(-3)).toBe(expected.slice(-3) === 'ved' ? 'ved' : expected.slice(-3));
  });
});

describe('CopyObject, of its source', () => {
  it.each(READS)('%s', async (_title, conditions, _get, expected) => {
    const { IfMatch, IfNoneMatch, IfModifiedSince, IfUnmodifiedSince } = conditions();
    const work = bench.s3.send(
      new CopyObjectCommand({
        ...{ Bucket, Key: 'copy', CopySource: `${Bucket}/k` },
        ...{ CopySourceIfMatch: IfMatch, CopySourceIfNoneMatch: IfNoneMatch },
        ...{ CopySourceIfModifiedSince: IfModifiedSince, CopySourceIfUnmodifiedSince: IfUnmodifiedSince },
      }),
    );
    expect(await outcome(work)).toBe(expected);
  });
});

type WriteConditions = { IfMatch?: string; IfNoneMatch?: string };
type WriteCase = [title: string, there: boolean, conditions: (etag: string) => WriteConditions, expected: string];

const WRITES: WriteCase[] = [
  ['If-None-Match * on a new key', false, () => ({ IfNoneMatch: '*' }), SERVED],
  ['If-None-Match * on a key that is there', true, () => ({ IfNoneMatch: '*' }), FAILED],
  ['If-None-Match of an ETag', true, () => ({ IfNoneMatch: OTHER }), 'NotImplemented 501'],
  ['If-Match of the same', true, (tag) => ({ IfMatch: tag }), SERVED],
  ['If-Match of another', true, () => ({ IfMatch: OTHER }), FAILED],
  ['If-Match on a key that is not there', false, () => ({ IfMatch: OTHER }), 'NoSuchKey 404'],
];

const writes: Record<string, (Key: string, conditions: WriteConditions) => Promise<unknown>> = {
  PutObject: (Key, conditions) => bench.put(Bucket, Key, 'new', conditions),
  CopyObject: (Key, conditions) =>
    bench.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/k`, ...conditions })),
  async CompleteMultipartUpload(Key, conditions) {
    const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand({ Bucket, Key }));
    const { ETag } = await bench.s3.send(new UploadPartCommand({ Bucket, Key, UploadId, PartNumber: 1, Body: 'new' }));
    const MultipartUpload = { Parts: [{ PartNumber: 1, ETag }] };
    await bench.s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload, ...conditions }));
  },
};

let keys = 0;
describe.each(Object.keys(writes))('%s', (operation) => {
  it.each(WRITES)('%s', async (_title, there, conditions, expected) => {
    keys += 1;
    const Key = `written-${keys}`;
    const before = there ? (await bench.put(Bucket, Key, 'old')).ETag : OTHER;
    expect(await outcome(writes[operation]!(Key, conditions(before)))).toBe(expected);
    if (there && expected !== SERVED) expect(await bench.read(Bucket, Key)).toBe('old');
  });
});

describe('DeleteObject', () => {
  it.each([
    ['the same', (tag: string) => tag, SERVED],
    ['everything', () => '*', SERVED],
    ['another', () => OTHER, FAILED],
  ] as const)('If-Match of %s', async (_title, condition, expected) => {
    const { ETag } = await bench.put(Bucket, 'goes');
    const work = bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'goes', IfMatch: condition(ETag) }));
    expect(await outcome(work)).toBe(expected);
    expect(await outcome(bench.read(Bucket, 'goes'))).toBe(expected === SERVED ? 'NoSuchKey 404' : SERVED);
  });
  it('If-Match on a key that is not there', async () => {
    const work = bench.s3.send(new DeleteObjectCommand({ Bucket, Key: 'none', IfMatch: '*' }));
    expect(await outcome(work)).toBe('NoSuchKey 404');
  });
});

describe('of writes at the same time', () => {
  it('one alone makes a new key', async () => {
    const puts = Array.from({ length: 8 }, (_, n) => outcome(bench.put(Bucket, 'race', `${n}`, { IfNoneMatch: '*' })));
    expect((await Promise.all(puts)).toSorted()).toEqual([...Array(7).fill(FAILED), SERVED]);
  });
});
