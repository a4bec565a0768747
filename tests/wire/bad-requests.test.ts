/** Requests, and what are none, that no client of good will sends: answered or dropped, and the server goes on. */
import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Log } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { signed } from '../support/signing.ts';
import { openWorkbench, pause, refusal, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;

/** What the server logged as its own fault. */
const faults: string[] = [];
const log: Log = (level, event, fields) => {
  if (level === 'error') faults.push(`${event} ${JSON.stringify(fields)}`);
};

beforeAll(async () => {
  server = await startTestServer({ world: { ...systemWorld, log } });
  bench = await openWorkbench(server, 'requests');
  await bench.put('kept', 'old');
});
afterAll(() => server.close());

/** After each attack: the server answers, quickly enough, and what was there is there. */
afterEach(async () => {
  expect(await bench.read('kept')).toBe('old');
  await bench.telar('DescribeServer', {});
  expect(faults).toEqual([]);
});

const address = () => new URL(server.url);

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(address().port), address().hostname, () => resolve(socket));
    socket.once('error', reject);
    socket.on('error', () => {}); // the server may well hang up on it
  });
}

/** All that the server says until it hangs up, or for so long. */
function answerOf(socket: Socket, patience = 5000): Promise<{ text: string; closed: boolean }> {
  return new Promise((resolve) => {
    let text = '';
    const timer = setTimeout(() => resolve({ text, closed: false }), patience);
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1');
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve({ text, closed: true });
    });
  });
}

async function send(bytes: string | Buffer, patience?: number) {
  const socket = await open();
  const answer = answerOf(socket, patience);
  socket.write(bytes);
  const told = await answer;
  socket.destroy();
  return told;
}

/** A signed call with any body at all. */
async function call(service: string, target: string, body: string | Buffer) {
  const type = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target };
  const headers = await signed(server, service, { method: 'POST', path: '/', headers: type, body });
  const answer = await fetch(server.url, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : new Uint8Array(body),
  });
  const text = await answer.text();
  const id = answer.headers.get('x-amzn-requestid') ?? answer.headers.get('x-amz-request-id');
  return { status: answer.status, id, text };
}

const lines = (...each: string[]) => `${each.join('\r\n')}\r\n\r\n`;

describe('bytes that are no HTTP', () => {
  const TLS_HELLO = Buffer.from(`1603010200010001fc0303${'ab'.repeat(32)}20${'cd'.repeat(32)}`, 'hex');
  const cases: [string, () => string | Buffer][] = [
    ['random bytes', () => randomBytes(4096)],
    ['a TLS hello', () => TLS_HELLO],
    ['zero bytes', () => Buffer.alloc(10_000)],
    ['a method that there is not', () => lines('FROB / HTTP/1.1', `Host: ${address().host}`)],
    [
      'two lengths',
      () => lines('POST / HTTP/1.1', `Host: ${address().host}`, 'Content-Length: 5', 'Content-Length: 6'),
    ],
    [
      'a length and chunks (request smuggling)',
      () => lines('POST / HTTP/1.1', `Host: ${address().host}`, 'Content-Length: 5', 'Transfer-Encoding: chunked'),
    ],
    ['headers of 200 kB', () => lines('GET / HTTP/1.1', `Host: ${address().host}`, `X-Long: ${'a'.repeat(200_000)}`)],
    [
      'ten thousand headers',
      () =>
        lines('GET / HTTP/1.1', `Host: ${address().host}`, ...Array.from({ length: 10_000 }, (_, at) => `X-${at}: 1`)),
    ],
    ['a path of 100 kB', () => lines(`GET /${'a'.repeat(100_000)} HTTP/1.1`, `Host: ${address().host}`)],
  ];
  it.each(cases)('%s end the connection, and nothing else', async (_what, bytes) => {
    const { text, closed } = await send(bytes());
    expect(closed).toBe(true);
    if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  it('half-open and silent connections, many at a time, hold up nobody', async () => {
    const sockets = await Promise.all(Array.from({ length: 200 }, open));
    for (const socket of sockets) socket.write('POST / HTTP/1.1\r\nHost: local');
    expect(await bench.read('kept')).toBe('old');
    // A byte now and then, as slowloris sends them.
    for (const byte of ['h', 'o', 's', 't']) {
      for (const socket of sockets) socket.write(byte);
      await pause(20);
    }
    expect(await bench.read('kept')).toBe('old');
    for (const socket of sockets) socket.destroy();
  });
});

describe('requests', () => {
  it.each(['evil.example', 'localhost.evil.example:4566', ''])('for the host "%s" are refused', async (host) => {
    const { text } = await send(lines('GET /requests/kept HTTP/1.1', `Host: ${host}`, 'Connection: close'));
    expect(text).toMatch(/^HTTP\/1\.1 (403|400) /);
    if (host !== '') expect(text).toContain("answers to this machine's own names only");
  });

  it('from pages of other sites are refused', async () => {
    const answer = await fetch(`${server.url}/requests/kept`, { headers: { origin: 'https://evil.example' } });
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('https://evil.example')]);
  });

  it('with a body without end are cut off', async () => {
    const socket = await open();
    const answer = answerOf(socket, 20_000);
    const head = ['POST / HTTP/1.1', `Host: ${address().host}`, 'X-Amz-Target: SageMaker.ListPipelines'];
    socket.write(lines(...head, 'Content-Type: application/x-amz-json-1.1', 'Transfer-Encoding: chunked'));
    const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
    let sent = 0;
    while (socket.writable && sent < 1000) {
      if (!socket.write(chunk)) await Promise.race([new Promise((go) => socket.once('drain', go)), pause(200)]);
      sent += 1;
    }
    socket.destroy();
    const { text } = await answer;
    // Far from all of it was taken, and where the answer arrived, it says why.
    if (text !== '') expect(text).toMatch(/^HTTP\/1\.1 4\d\d /);
    expect(sent).toBeLessThan(1000);
  });

  it('whose JSON is nested 10,000 deep are refused', async () => {
    for (const body of [
      '['.repeat(10_000),
      `{"a":${'['.repeat(10_000)}${']'.repeat(10_000)}}`,
      '{"Tags":'.repeat(10_000),
    ]) {
      const { status, text } = await call('sagemaker', 'SageMaker.ListPipelines', body);
      expect([status, text]).not.toEqual([500, expect.anything()]);
      expect(text).not.toContain('InternalFailure');
    }
    const { status, text } = await call(
      ...(['sagemaker', 'SageMaker.CreateModelPackageGroup'] as const),
      `{"ModelPackageGroupName":${'{"x":'.repeat(10_000)}1${'}'.repeat(10_000)}}`,
    );
    expect([status, text]).toEqual([400, expect.stringContaining('SerializationException')]);
  });

  it('whose text is no UTF-8 are answered without a fault', async () => {
    const name = Buffer.concat([Buffer.from('{"PipelineName":"a'), Buffer.from([0xff, 0xfe, 0xc3]), Buffer.from('"}')]);
    const { status, text } = await call('sagemaker', 'SageMaker.DescribePipeline', name);
    expect(status).toBe(400);
    expect(text).toMatch(/ValidationException|SerializationException/);
    const headers = await signed(server, 's3', { method: 'GET', path: '/requests/%ff%fe' });
    const key = await fetch(`${server.url}/requests/%ff%fe`, { headers });
    expect([400, 403, 404]).toContain(key.status);
  });

  it.each([
    ['an operation that is AWS’s, not Telar’s', 'SageMaker.CreateNotebookInstance', 501, /CreateNotebookInstance/],
    ['an operation of nobody', 'SageMaker.MakeCoffee', 404, /MakeCoffee/],
    ['a service of nobody', 'Coffee_20300101.Brew', 404, /Coffee_20300101\.Brew/],
    ['a member of Object itself', 'SageMaker.constructor', 404, /constructor/],
  ])('for %s are refused by name', async (_what, target, status, says) => {
    const answer = await call('sagemaker', target, '{}');
    expect(answer.text).toMatch(says);
    expect(answer.status).toBe(status);
    expect(answer.id).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('for an unknown Query action, and one without any, are refused by name', async () => {
    for (const body of ['Action=MakeCoffee&Version=2010-05-08', 'Version=2010-05-08', '%zz=%', '']) {
      const type = { 'content-type': 'application/x-www-form-urlencoded' };
      const headers = await signed(server, 'iam', { method: 'POST', path: '/', headers: type, body });
      const answer = await fetch(server.url, { method: 'POST', headers, body });
      const text = await answer.text();
      expect([answer.status, text]).toEqual([404, expect.stringContaining('<Error>')]);
      if (body.includes('Coffee')) expect(text).toContain('MakeCoffee');
    }
  });

  it('whose keys hold NUL bytes, control characters and dots name objects and nothing else', async () => {
    const keys = [
      'nul\u0000byte',
      'tab\tand\u0001',
      '../../../etc/passwd',
      './.',
      'a//b/../c',
      '__proto__',
      'ÿ\u202e\ud83e\uddf6',
    ];
    for (const key of keys)
      await bench.put(key, `at ${key}`).catch((error: Error) => expect(error.name).not.toBe('InternalError'));
    for (const key of keys) {
      const read = await bench.read(key).catch((error: Error) => error.name);
      expect([`at ${key}`, 'NoSuchKey', 'InvalidArgument', 'InvalidURI', 'InvalidRequest']).toContain(read);
    }
    const { Contents = [] } = await bench.s3.listObjectsV2({ Bucket: bench.bucket, EncodingType: 'url' });
    expect(Contents.length).toBeGreaterThan(1);
    for (const Key of keys) await bench.s3.deleteObject({ Bucket: bench.bucket, Key }).catch(() => {});
  });

  it('with XML that is none, or too clever, are refused', async () => {
    const entity = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
    const bodies = [
      '<Delete><Object>',
      'nothing',
      `${entity}<Delete><Object><Key>&b;</Key></Object></Delete>`,
      `${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`,
      '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&f;</Key></Object></Delete>',
    ];
    for (const body of bodies) {
      const md5 = createHash('md5').update(body).digest('base64');
      const type = { 'content-type': 'application/xml', 'content-md5': md5 };
      const request = { method: 'POST', path: '/requests', headers: type, body };
      const headers = await signed(server, 's3', { ...request, query: { delete: '' } });
      const answer = await fetch(`${server.url}/requests?delete=`, { method: 'POST', headers, body });
      const text = await answer.text();
      expect([answer.status, text]).toEqual([400, expect.stringContaining('<Code>MalformedXML</Code>')]);
      expect(text).not.toContain('root:');
    }
  });

  it('signed with the wrong secret or an unknown key are refused', async () => {
    const wrong = { ...server, credentials: { ...server.credentials, secretAccessKey: 'wrong' } };
    expect((await refusal(who(wrong))).name).toBe('SignatureDoesNotMatch');
    const unknown = { ...server, credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } };
    expect((await refusal(who(unknown))).name).toMatch(/InvalidClientTokenId|InvalidAccessKeyId/);
  });
});

async function who({ client, credentials }: TestServer) {
  const { STS } = await import('@aws-sdk/client-sts');
  return new STS({ ...client, credentials }).getCallerIdentity();
}
