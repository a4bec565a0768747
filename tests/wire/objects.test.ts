/** S3 through its official client: what the chain and the codec make of the objects service. */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetBucketLocationCommand,
  GetBucketVersioningCommand,
  GetObjectCommand,
  GetObjectTorrentCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let s3: S3Client;

beforeAll(async () => {
  server = await startTestServer();
  s3 = new S3Client({ ...server.client, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: 'data' }));
});
afterAll(async () => {
  s3.destroy();
  await server.close();
});

const at = (Key: string) => ({ Bucket: 'data', Key });
const put = (Key: string, Body: string | Buffer, more = {}) =>
  s3.send(new PutObjectCommand({ ...at(Key), Body, ...more }));
const get = (Key: string, more = {}) => s3.send(new GetObjectCommand({ ...at(Key), ...more }));
const read = async (Key: string, more = {}) => Buffer.from(await (await get(Key, more)).Body!.transformToByteArray());
const failure = async (work: Promise<unknown>) => {
  const error = (await work.then(
    () => expect.unreachable('it was not refused'),
    (each: unknown) => each,
  )) as { name: string; $metadata?: { httpStatusCode: number } };
  return [error.name, error.$metadata?.httpStatusCode];
};

describe('S3 over the wire', () => {
  it.each([0, 100, 65_537, 3_000_000])('stores %i bytes with their metadata and checksum', async (size) => {
    const content = randomBytes(size);
    const answer = await put('some/key ñ', content, { Metadata: { run: '7' }, ContentType: 'text/csv' });
    expect(answer.ETag).toBe(`"${createHash('md5').update(content).digest('hex')}"`);
    expect(answer.ChecksumCRC32).toBeDefined();
    expect((await read('some/key ñ')).equals(content)).toBe(true);
    const head = await s3.send(new HeadObjectCommand(at('some/key ñ')));
    expect(head).toMatchObject({ ContentLength: size, ContentType: 'text/csv', Metadata: { run: '7' } });
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const)(
    'verifies %s, sent as a trailer',
    async (algorithm) => {
      const answer = await put('checked', randomBytes(100_000), { ChecksumAlgorithm: algorithm });
      expect(answer).toHaveProperty(`Checksum${algorithm}`);
      const wrong = { [`Checksum${algorithm}`]: answer[`Checksum${algorithm}`] };
      expect(await failure(put('checked', 'other bytes', wrong))).toEqual(['BadDigest', 400]);
      await read('checked', { ChecksumMode: 'ENABLED' });
    },
  );

  it('answers ranges as partial content', async () => {
    await put('k', '0123456789');
    const answer = await get('k', { Range: 'bytes=2-4' });
    expect(answer.$metadata.httpStatusCode).toBe(206);
    expect(answer.ContentRange).toBe('bytes 2-4/10');
    expect(await answer.Body!.transformToString()).toBe('234');
  });

  it('refuses in S3’s words', async () => {
    const { ETag } = await put('k', 'v');
    expect(await failure(get('none'))).toEqual(['NoSuchKey', 404]);
    expect(await failure(s3.send(new HeadObjectCommand(at('none'))))).toEqual(['NotFound', 404]);
    expect(await failure(s3.send(new HeadBucketCommand({ Bucket: 'none' })))).toEqual(['NotFound', 404]);
    expect(await failure(s3.send(new ListObjectsV2Command({ Bucket: 'none' })))).toEqual(['NoSuchBucket', 404]);
    expect(await failure(put('k', 'w', { IfNoneMatch: '*' }))).toEqual(['PreconditionFailed', 412]);
    expect((await failure(get('k', { IfNoneMatch: ETag })))[1]).toBe(304);
    expect(await failure(get('k', { Range: 'bytes=9-' }))).toEqual(['InvalidRange', 416]);
    expect(await failure(s3.send(new GetObjectTorrentCommand(at('k'))))).toEqual(['NotImplemented', 501]);
    expect(await failure(s3.send(new CreateBucketCommand({ Bucket: 'Bad_Name' })))).toEqual(['InvalidBucketName', 400]);
  });

  it('serves buckets: location, versioning, list, delete', async () => {
    const west = new S3Client({ ...server.client, region: 'eu-west-1', forcePathStyle: true });
    const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
    await west.send(new CreateBucketCommand({ Bucket: 'west', CreateBucketConfiguration }));
    west.destroy();
    const located = await s3.send(new GetBucketLocationCommand({ Bucket: 'west' }));
    expect(located.LocationConstraint).toBe('eu-west-1');
    expect((await s3.send(new GetBucketLocationCommand({ Bucket: 'data' }))).LocationConstraint).toBeFalsy();
    expect((await s3.send(new GetBucketVersioningCommand({ Bucket: 'data' }))).Status).toBeUndefined();
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets!.map(({ Name }) => Name)).toEqual(expect.arrayContaining(['data', 'west']));
    await s3.send(new DeleteBucketCommand({ Bucket: 'west' }));
    expect(await failure(s3.send(new DeleteBucketCommand({ Bucket: 'data' })))).toEqual(['BucketNotEmpty', 409]);
  });

  it('lists, copies and deletes, whatever the keys are', async () => {
    const hostile = ['h/..', 'h/../../etc/passwd', 'h//x', 'h/a b+c%2f', 'h/ñ\u{1f9f6}'];
    for (const key of hostile) await put(key, key);
    const list = await s3.send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'h/' }));
    expect(list.Contents!.map(({ Key }) => Key).sort()).toEqual(hostile.toSorted());
    for (const key of hostile) expect((await read(key)).toString()).toBe(key);
    const CopySource = `data/${encodeURIComponent(hostile[4]!)}`;
    await s3.send(new CopyObjectCommand({ ...at('copy'), CopySource }));
    expect((await read('copy')).toString()).toBe(hostile[4]);
    const Objects = hostile.map((Key) => ({ Key }));
    const deleted = await s3.send(new DeleteObjectsCommand({ Bucket: 'data', Delete: { Objects } }));
    expect(deleted.Deleted).toHaveLength(hostile.length);
    await s3.send(new DeleteObjectCommand(at('copy')));
    expect(await failure(get('copy'))).toEqual(['NoSuchKey', 404]);
  });

  it('joins parts', async () => {
    const contents = [randomBytes(5 * 1024 * 1024), randomBytes(1000)];
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ ...at('big'), ChecksumAlgorithm: 'CRC32' }));
    const Parts = [];
    for (const [index, Body] of contents.entries()) {
      const part = { ...at('big'), UploadId, PartNumber: index + 1, Body, ChecksumAlgorithm: 'CRC32' } as const;
      const { ETag, ChecksumCRC32 } = await s3.send(new UploadPartCommand(part));
      Parts.push({ PartNumber: index + 1, ETag, ChecksumCRC32 });
    }
    expect((await s3.send(new ListPartsCommand({ ...at('big'), UploadId }))).Parts).toHaveLength(2);
    const complete = new CompleteMultipartUploadCommand({ ...at('big'), UploadId, MultipartUpload: { Parts } });
    const answer = await s3.send(complete);
    expect(answer).toMatchObject({ ETag: expect.stringMatching(/-2"$/), ChecksumType: 'COMPOSITE' });
    expect((await read('big')).equals(Buffer.concat(contents))).toBe(true);
  });

  it('takes presigned URLs, to put and to get, and no others', async () => {
    const content = randomBytes(100_000);
    const answer = await fetch(await presigned('PUT', '/data/presigned'), { method: 'PUT', body: content });
    expect(answer.status).toBe(200);
    const url = await presigned('GET', '/data/presigned');
    expect(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(content)).toBe(true);
    expect((await fetch(url.replace('presigned', 'k'))).status).toBe(403);
    expect((await fetch(url.split('?')[0]!)).status).toBe(403);
  });

  it('keeps the old object when an upload breaks off', async () => {
    await put('broken', 'old');
    const url = new URL(await presigned('PUT', '/data/broken'));
    const socket = connect(Number(url.port), url.hostname);
    socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 200000\r\n\r\n`);
    await new Promise((sent) => socket.write(Buffer.alloc(100_000), sent));
    socket.destroy();
    await new Promise((closed) => socket.once('close', closed));
    await put('after', 'that');
    expect((await read('broken')).toString()).toBe('old');
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket: 'data', Prefix: 'broken' }));
    expect(Contents!.map(({ Size }) => Size)).toEqual([3]);
  });
});

/** A hash in the shape that the SDK's signer takes. */
function sha256(key?: string | Uint8Array) {
  const state = key === undefined ? createHash('sha256') : createHmac('sha256', key);
  return {
    update: (data: string | Uint8Array) => void state.update(data),
    digest: async () => new Uint8Array(state.digest()),
    reset: () => {},
  };
}

async function presigned(method: string, path: string): Promise<string> {
  const { hostname, port, host } = new URL(server.url);
  const signer = new SignatureV4({
    ...{ credentials: server.credentials, region: server.region, service: 's3', uriEscapePath: false },
    sha256: function Sha256(key?: string | Uint8Array) {
      return sha256(key);
    } as never,
  });
  const signed = await signer.presign({
    ...{ method, protocol: 'http:', hostname, port: Number(port), path, query: {} },
    headers: { host, 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
  });
  return `${server.url}${path}?${new URLSearchParams(signed.query as Record<string, string>)}`;
}
