/** Cross-origin requests: the rules of a bucket, and what browsers are answered by them. */
import { request } from 'node:http';
import {
  type CORSRule,
  DeleteBucketCorsCommand,
  GetBucketCorsCommand,
  GetObjectCommand,
  PutBucketCorsCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refused, type S3Bench, s3Bench } from '../../support/s3.ts';
import { signed } from '../../support/signing.ts';

let bench: S3Bench;
let Bucket: string;
let bare: string;
const APP = 'https://app.example.com';
const RULES: CORSRule[] = [
  {
    ...{
      ID: 'app',
      AllowedOrigins: [APP],
      AllowedMethods: ['GET', 'PUT'],
      AllowedHeaders: ['x-amz-*', 'Content-Type'],
    },
    ...{ ExposeHeaders: ['ETag'], MaxAgeSeconds: 300 },
  },
  { AllowedOrigins: ['https://*.example.org'], AllowedMethods: ['GET'] },
  { AllowedOrigins: ['*'], AllowedMethods: ['HEAD'] },
];

beforeAll(async () => {
  bench = await s3Bench();
  Bucket = await bench.bucket();
  bare = await bench.bucket();
  await bench.put(Bucket, 'k', 'content');
  await put(RULES);
});
afterAll(() => bench.close());

const put = (CORSRules: CORSRule[]) =>
  bench.s3.send(new PutBucketCorsCommand({ Bucket, CORSConfiguration: { CORSRules } }));

type Answer = { status: number; headers: Record<string, string | string[] | undefined>; text: string };
/** `fetch` keeps Origin and the headers of preflights to itself. */
function send(method: string, path: string, headers: Record<string, string>): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(new URL(path, bench.server.url), { method, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
    });
    sent.on('error', reject).end();
  });
}
const preflight = (origin: string, method: string, headers?: string, bucket = Bucket) =>
  send('OPTIONS', `/${bucket}/k`, {
    ...{ origin, 'access-control-request-method': method },
    ...(headers === undefined ? {} : { 'access-control-request-headers': headers }),
  });

describe('a preflight', () => {
  it.each([
    [APP, 'GET', undefined, APP],
    [APP, 'PUT', 'x-amz-meta-a, content-type', APP],
    ['https://a.b.example.org', 'GET', undefined, 'https://a.b.example.org'],
    ['https://anyone.net', 'HEAD', undefined, '*'],
  ])('from %s for %s with %s is allowed', async (origin, method, headers, allowed) => {
    const answer = await preflight(origin, method, headers);
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, allowed]);
    expect(answer.headers['access-control-allow-methods']).toContain(method);
    expect(answer.headers['access-control-allow-headers']).toBe(headers);
    expect(answer.headers['vary']).toContain('Origin');
    expect(answer.text).toBe('');
  });
  it('is told how long it holds, what may be seen, and whether credentials go along', async () => {
    const { headers } = await preflight(APP, 'GET');
    expect(headers['access-control-max-age']).toBe('300');
    expect(headers['access-control-expose-headers']).toBe('ETag');
    expect(headers['access-control-allow-credentials']).toBe('true');
    expect((await preflight('https://anyone.net', 'HEAD')).headers['access-control-allow-credentials']).toBeUndefined();
  });
  it.each([
    [APP, 'DELETE', undefined],
    [APP, 'GET', 'authorization'],
    ['https://example.org', 'GET', undefined],
    ['https://a.example.org.evil.net', 'GET', undefined],
    ['http://app.example.com', 'GET', undefined],
  ])('from %s for %s with %s is refused', async (origin, method, headers) => {
    const answer = await preflight(origin, method, headers);
    expect(answer.status).toBe(403);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });
  it('from this machine’s own pages is refused in S3’s words', async () => {
    const { status, text } = await preflight('http://localhost:3000', 'PUT');
    expect([status, text]).toEqual([403, expect.stringContaining('<Code>AccessForbidden</Code>')]);
    const without = await preflight('http://localhost:3000', 'GET', undefined, bare);
    expect(without.text).toContain('CORS is not enabled for this bucket.');
  });
  it('without an origin, or a method, is refused', async () => {
    const answer = await send('OPTIONS', `/${Bucket}/k`, { 'access-control-request-method': 'GET' });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('Origin request header needed')]);
    expect((await send('OPTIONS', `/${Bucket}/k`, { origin: 'http://localhost:1' })).status).toBe(400);
  });
});

describe('a request', () => {
  const get = async (origin: string, bucket = Bucket, Key = 'k') => {
    const asked = { method: 'GET', path: `/${bucket}/${Key}`, headers: { origin } };
    return send('GET', asked.path, await signed(bench.server, 's3', asked));
  };
  it('of an allowed page is answered with the headers that let it see the answer', async () => {
    const answer = await get(APP);
    expect([answer.status, answer.text]).toEqual([200, 'content']);
    expect(answer.headers['access-control-allow-origin']).toBe(APP);
    expect(answer.headers['access-control-expose-headers']).toBe('ETag');
  });
  it('of an allowed page that is refused lets it see that, too', async () => {
    const answer = await get(APP, Bucket, 'none');
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([404, APP]);
  });
  it('of another page gets nowhere, as from a bucket without rules', async () => {
    expect((await get('https://evil.net')).status).toBe(403);
    expect((await get(APP, bare)).status).toBe(403);
    expect((await get(APP, 'none')).status).toBe(403);
  });
  it('of this machine’s own page is answered without such headers', async () => {
    const answer = await get('http://localhost:3000');
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, undefined]);
  });
  it('to the console’s and other APIs’ paths is no bucket’s affair', async () => {
    const answer = await send('POST', `/${Bucket}`, { origin: APP, 'x-amz-target': 'Telar.DescribeServer' });
    expect(answer.status).toBe(403);
  });
});

describe('the rules', () => {
  const get = async () => (await bench.s3.send(new GetBucketCorsCommand({ Bucket }))).CORSRules;
  it('are answered as they were set, and taken away', async () => {
    const lower = { ...RULES[0], AllowedHeaders: ['x-amz-*', 'content-type'] };
    expect(await get()).toEqual([lower, ...RULES.slice(1)]);
    await bench.s3.send(new DeleteBucketCorsCommand({ Bucket }));
    expect(await refused(get())).toBe('NoSuchCORSConfiguration 404');
    expect((await preflight(APP, 'GET')).status).toBe(403);
    await put(RULES);
    expect((await preflight(APP, 'GET')).status).toBe(200);
  });
  const RULE: CORSRule = { AllowedOrigins: ['*'], AllowedMethods: ['GET'] };
  it.each<[string, CORSRule[], string]>([
    ['without rules', [], 'MalformedXML 400'],
    ['without origins', [{ ...RULE, AllowedOrigins: undefined }], 'MalformedXML 400'],
    ['without methods', [{ ...RULE, AllowedMethods: undefined }], 'MalformedXML 400'],
    ['of a method that is none', [{ ...RULE, AllowedMethods: ['PATCH'] }], 'InvalidRequest 400'],
    ['of an origin with two wildcards', [{ ...RULE, AllowedOrigins: ['*a*'] }], 'InvalidRequest 400'],
    ['of a header with two wildcards', [{ ...RULE, AllowedHeaders: ['*a*'] }], 'InvalidRequest 400'],
    ['that expose everything', [{ ...RULE, ExposeHeaders: ['x-*'] }], 'InvalidRequest 400'],
    ['of more than 100', Array.from({ length: 101 }, () => RULE), 'InvalidRequest 400'],
  ])('%s are refused', async (_what, rules, code) => {
    expect(await refused(put(rules))).toBe(code);
  });
  it('do not make what is not signed readable', async () => {
    const answer = await send('GET', `/${Bucket}/k`, { origin: APP });
    expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    await bench.s3.send(new GetObjectCommand({ Bucket, Key: 'k' }));
  });
});
