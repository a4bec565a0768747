/** What happens at the same time: readers, writers and deleters of one key. */
import { randomBytes } from 'node:crypto';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Bench, s3Bench } from '../../support/s3.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
});
afterAll(() => bench.close());

const MB = 1024 * 1024;
const bytesOf = async (Key: string) => {
  const { Body } = await bench.s3.send(new GetObjectCommand({ Bucket, Key }));
  return Buffer.from(await Body!.transformToByteArray());
};

describe('a read under way', () => {
  it.each([
    ['overwritten', (Key: string) => bench.put(Bucket, Key, 'new')],
    ['deleted', (Key: string) => bench.s3.send(new DeleteObjectCommand({ Bucket, Key }))],
  ])('ends with the bytes that it began with, when the object is %s', async (_what, change) => {
    const content = randomBytes(8 * MB);
    await bench.put(Bucket, 'read', content);
    const { Body } = await bench.s3.send(new GetObjectCommand({ Bucket, Key: 'read' }));
    await change('read');
    expect(Buffer.from(await Body!.transformToByteArray()).equals(content)).toBe(true);
  });
});

describe('writes of one key at the same time', () => {
  it('leave one of them, whole', async () => {
    const contents = Array.from({ length: 6 }, (_, n) => Buffer.alloc(2 * MB + n, n));
    await Promise.all(contents.map((content) => bench.put(Bucket, 'written', content)));
    const left = await bytesOf('written');
    expect(contents.some((content) => content.equals(left))).toBe(true);
  });
  it('are all kept where the bucket is versioned, each once', async () => {
    const versioned = await bench.bucket({ versioned: true });
    const puts = await Promise.all(Array.from({ length: 10 }, (_, n) => bench.put(versioned, 'k', `content ${n}`)));
    const { Versions } = await bench.s3.send(new ListObjectVersionsCommand({ Bucket: versioned }));
    expect(new Set(Versions?.map(({ VersionId }) => VersionId))).toEqual(new Set(puts.map((put) => put.VersionId)));
    expect(Versions?.filter(({ IsLatest }) => IsLatest)).toHaveLength(1);
    const contents = await Promise.all(puts.map(({ VersionId }) => bench.read(versioned, 'k', { VersionId })));
    expect(contents).toEqual(puts.map((_, n) => `content ${n}`));
  });
  it('go through a copy of a copy, read while it is replaced', async () => {
    const content = randomBytes(3 * MB);
    await bench.put(Bucket, 'source', content);
    const copies = Array.from({ length: 4 }, (_, n) =>
      bench.s3.send(new CopyObjectCommand({ Bucket, Key: `copy-${n}`, CopySource: `${Bucket}/source` })),
    );
    await Promise.all([...copies, bench.put(Bucket, 'source', 'replaced')]);
    for (let n = 0; n < 4; n += 1) {
      const copied = await bytesOf(`copy-${n}`);
      expect(copied.equals(content) || copied.toString() === 'replaced').toBe(true);
    }
  });
});

describe('one upload', () => {
  const begin = async () => {
    const { UploadId } = await bench.s3.send(new CreateMultipartUploadCommand({ Bucket, Key: 'joined' }));
    const part = async (PartNumber: number, Body: Buffer) => {
      const { ETag } = await bench.s3.send(
        new UploadPartCommand({ Bucket, Key: 'joined', UploadId, PartNumber, Body }),
      );
      return { PartNumber, ETag };
    };
    return { UploadId, part };
  };
  it('completed twice at the same time is one object, and both are told of it', async () => {
    const { UploadId, part } = await begin();
    const Parts = [await part(1, randomBytes(5 * MB)), await part(2, Buffer.from('end'))];
    const complete = () =>
      bench.s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key: 'joined', UploadId, MultipartUpload: { Parts } }),
      );
    const [one, two] = await Promise.all([complete(), complete()]);
    expect(one.ETag).toBe(two.ETag);
  });
  it('completed and aborted at the same time is either, and never a torn object', async () => {
    const before = randomBytes(100);
    await bench.put(Bucket, 'joined', before);
    const { UploadId, part } = await begin();
    const first = randomBytes(5 * MB);
    const Parts = [await part(1, first), await part(2, Buffer.from('end'))];
    const outcomes = await Promise.allSettled([
      bench.s3.send(
        new CompleteMultipartUploadCommand({ Bucket, Key: 'joined', UploadId, MultipartUpload: { Parts } }),
      ),
      bench.s3.send(new AbortMultipartUploadCommand({ Bucket, Key: 'joined', UploadId })),
    ]);
    const completed = outcomes[0].status === 'fulfilled';
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const expected = completed ? Buffer.concat([first, Buffer.from('end')]) : before;
    expect((await bytesOf('joined')).equals(expected)).toBe(true);
  });
});
