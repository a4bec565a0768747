/** How a request may name its bucket, and how its bytes may come: hosts, presigned URLs, trailers, patience. */
import { createHash } from 'node:crypto';
import { Agent, request } from 'node:http';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';
import { signed } from '../../support/signing.ts';

let bench: S3Bench;
let Bucket: string;
beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  await bench.put(Bucket, 'k', 'content');
});
afterAll(() => bench.close());

type Answer = {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  continued: boolean;
};
type Sent = { method?: string; host?: string; path: string; headers?: Record<string, string>; body?: string | Buffer };

/** Sends a request as it stands; a body only once the server says that it wants it, where it is asked to say so. */
function send({ method = 'GET', host, path, headers = {}, body }: Sent): Promise<Answer> {
  const { hostname, port } = new URL(bench.server.url);
  return new Promise((resolve, reject) => {
    let continued = false;
    const all = { ...headers, ...(host === undefined ? {} : { host }) };
    const sent = request({ hostname, port, method, path, headers: all }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text, continued }));
    });
    sent.on('continue', () => {
      continued = true;
      sent.end(body);
    });
    sent.on('error', reject);
    if (headers['expect'] === undefined) sent.end(body);
    else sent.flushHeaders();
  });
}

/** Signs for a host of its own. */
async function signedFor(host: string, path: string, rest: Partial<Sent> = {}): Promise<Sent> {
  const headers = await signed({ ...bench.server, url: `http://${host}` }, 's3', {
    ...{ method: rest.method ?? 'GET', path, headers: rest.headers ?? {} },
    ...(rest.body === undefined ? {} : { body: rest.body }),
  });
  return { ...rest, host, path, headers };
}

const port = () => new URL(bench.server.url).port;

describe('a bucket is named', () => {
  it.each([
    'BUCKET.localhost',
    'BUCKET.s3.localhost',
    'BUCKET.s3.us-east-1.localhost',
    'BUCKET.s3.amazonaws.com',
    'BUCKET.s3.eu-west-1.amazonaws.com',
    'BUCKET.s3-eu-west-1.amazonaws.com',
    'BUCKET.s3.dualstack.eu-west-1.amazonaws.com',
  ])('by the host %s', async (pattern) => {
    const host = `${pattern.replace('BUCKET', Bucket)}:${port()}`;
    expect(await send(await signedFor(host, '/k'))).toMatchObject({ status: 200, text: 'content' });
    const listed = await send(await signedFor(host, '/'));
    expect(listed.text).toContain(`<Name>${Bucket}</Name>`);
  });
  it.each(['localhost', 's3.localhost', 's3.us-east-1.localhost', '127.0.0.1', 's3.amazonaws.com', '[::1]'])(
    'by the path, where the host is %s',
    async (name) => {
      const answer = await send(await signedFor(`${name}:${port()}`, `/${Bucket}/k`));
      expect(answer).toMatchObject({ status: 200, text: 'content' });
    },
  );
  it.each(['evil.example.com', 'localhost.evil.net', 'amazonaws.com.evil.net'])('not by the host %s', async (name) => {
    expect((await send(await signedFor(`${name}:${port()}`, `/${Bucket}/k`))).status).toBe(403);
  });

  it('by the host, as the SDK does by itself, dots and all', async () => {
    const httpAgent = new Agent({
      lookup: (_host, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const s3 = new S3Client({
      ...{ ...bench.server.client, endpoint: `http://s3.localhost:${port()}`, requestHandler: { httpAgent } },
    });
    for (const name of ['hosted', 'with.dots.in-it']) {
      await s3.send(new CreateBucketCommand({ Bucket: name }));
      await s3.send(new HeadBucketCommand({ Bucket: name }));
      for (const Key of ['a', 'a/', '/a', 'a//b', 'ñ +%', name]) {
        await s3.send(new PutObjectCommand({ Bucket: name, Key, Body: Buffer.from(Key) }));
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: name, Key }));
        expect(await Body!.transformToString()).toBe(Key);
        expect(await bench.read(name, Key)).toBe(Key);
      }
      const { KeyCount } = await s3.send(new ListObjectsV2Command({ Bucket: name }));
      expect(KeyCount).toBe(6);
      await s3.send(new DeleteObjectCommand({ Bucket: name, Key: 'a' }));
      expect(await refused(bench.read(name, 'a'))).toBe('NoSuchKey 404');
    }
    const { Buckets } = await s3.send(new ListBucketsCommand({}));
    expect(Buckets?.map(({ Name }) => Name)).toEqual(expect.arrayContaining(['hosted', 'with.dots.in-it']));
    s3.destroy();
  });
});

const base64 = (algorithm: string, text: string) => createHash(algorithm).update(text).digest('base64');

describe('a body', () => {
  const put = async (headers: Record<string, string>, body: string) => {
    const host = `127.0.0.1:${port()}`;
    return send(await signedFor(host, `/${Bucket}/body`, { method: 'PUT', body, headers }));
  };
  it('is asked for once its request is admitted', async () => {
    const answer = await put({ expect: '100-continue', 'content-length': '5' }, 'later');
    expect([answer.status, answer.continued]).toEqual([200, true]);
    expect(await bench.read(Bucket, 'body')).toBe('later');
  });
  it.each([
    ['content-md5', base64('md5', 'x'), 200],
    ['content-md5', base64('md5', 'y'), 400],
    ['content-md5', 'x', 400],
    ['x-amz-checksum-sha256', base64('sha256', 'x'), 200],
    ['x-amz-checksum-sha256', base64('sha256', 'y'), 400],
    ['x-amz-checksum-sha256', 'x', 400],
    ['x-amz-checksum-sha1', base64('sha1', 'y'), 400],
    ['x-amz-checksum-crc32', 'jNwzMQ==', 400],
    ['x-amz-checksum-xxhash64', 'AAAAAAAAAAA=', 501],
    ['x-amz-sdk-checksum-algorithm', 'SHA256', 400],
  ])('with %s: %s is answered %i', async (name, value, status) => {
    await bench.put(Bucket, 'body', 'before');
    expect((await put({ [name]: value }, 'x')).status).toBe(status);
    expect(await bench.read(Bucket, 'body')).toBe(status === 200 ? 'x' : 'before');
  });
  it('with two checksums is refused', async () => {
    const answer = await put(
      { 'x-amz-checksum-sha256': base64('sha256', 'x'), 'x-amz-checksum-sha1': base64('sha1', 'x') },
      'x',
    );
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Multiple checksum Types')]);
  });
  it('in chunks with a trailer is unframed, and refused where the trailer is not its own', async () => {
    const send = async (trailer: string) => {
      const body = `4\r\nchun\r\n1\r\nk\r\n0\r\nx-amz-checksum-sha256:${trailer}\r\n\r\n`;
      return put(
        {
          'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
          ...{ 'content-encoding': 'aws-chunked', 'x-amz-decoded-content-length': '5' },
          'x-amz-trailer': 'x-amz-checksum-sha256',
        },
        body,
      );
    };
    expect((await send(base64('sha256', 'chunk'))).status).toBe(200);
    expect(await bench.read(Bucket, 'body')).toBe('chunk');
    expect((await bench.head(Bucket, 'body'))['ContentEncoding']).toBeUndefined();
    expect((await send(base64('sha256', 'other'))).status).toBe(400);
    expect(await bench.read(Bucket, 'body')).toBe('chunk');
  });
});
