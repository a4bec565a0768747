/** Downloads whose client goes away in the midst of them: the server lets go of all that they held, and answers the next one whole. */
import { createHash } from 'node:crypto';
import { get } from 'node:http';
import { GetObjectCommand, S3 } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { presign } from '../../src/protocol/presign.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const BYTES = Buffer.alloc(24 * 1024 * 1024, 'a line of an object that lies in a file\n');
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let server: TestServer;
let s3: S3;
beforeAll(async () => {
  server = await startTestServer();
  s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'large' });
  await s3.putObject({ Bucket: 'large', Key: 'object', Body: BYTES });
});
afterAll(() => server.close());

/** Breaks off after the first of its bytes. */
function brokenOff(): Promise<void> {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const path = presign(
    {
      ...{ method: 'GET', host: new URL(server.url).host, bucket: 'large', key: 'object', query: {} },
      ...{ region: 'us-east-1', seconds: 60, now: Date.now() },
    },
    { accessKeyId, secret: secretAccessKey, sessionToken: undefined },
  );
  return new Promise((resolve, reject) => {
    const request = get(server.url + path, (response) => {
      expect(response.statusCode).toBe(200);
      response.once('data', () => request.destroy());
    });
    request.once('error', () => {});
    request.once('close', resolve);
    request.setTimeout(20_000, () => reject(new Error('no answer')));
  });
}

it('harm nobody', async () => {
  for (let round = 0; round < 20; round += 1) await Promise.all([brokenOff(), brokenOff()]);
  const wholes = await Promise.all(
    [0, 1, 2].map(async () => {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'large', Key: 'object' }));
      return sha256(await Body!.transformToByteArray());
    }),
  );
  expect(new Set(wholes)).toEqual(new Set([sha256(BYTES)]));
});
