/**
 * `serve` of the XGBoost image as the built-in algorithm, a real job called over HTTP: the contract as a table, and what a client
 * may do to it. servingScripts.test.ts has the user's scripts.
 */
import { rmSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { createConnection } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BINARY,
  createServing,
  createSuite,
  DONE,
  rowsOf,
  type Served,
  trained,
  whyMissing,
  XGBOOST,
} from './testing.ts';

const suite = createSuite('serving');
const { runner } = suite;
const { serve, stopAll } = createServing(suite);
const reason = await whyMissing(runner, [XGBOOST]);
afterAll(async () => {
  await stopAll();
  rmSync(suite.base, { recursive: true, force: true });
});

// Skipped where there is no Python or no package index, with the reason printed above.
describe.skipIf(reason)('the built-in XGBoost', () => {
  let model: Buffer;
  let served: Served;
  beforeAll(async () => {
    model = await trained(suite, BINARY, rowsOf(2));
    served = await serve({ image: XGBOOST, files: { 'model/xgboost-model': model } });
  }, 60_000);

  const NUMBER = String.raw`\d\.\d+`;
  const cases: [string, [string | Buffer, string?, string?], number, RegExp, string?][] = [
    ['one row of CSV', ['1,2'], 200, RegExp(`^${NUMBER}$`), 'text/csv; charset=utf-8'],
    ['several, joined by commas', ['1,2\n0,3\n'], 200, RegExp(`^${NUMBER},${NUMBER}$`)],
    ['a missing value, blanks and parameters of the type', [' ,2\r\n1, 3', 'text/csv; charset=utf-8'], 200, /,/],
    ['a delimiter of its own', ['1;2\n0;3'], 200, RegExp(`^${NUMBER},${NUMBER}$`)],
    ['LIBSVM', ['1 0:1 1:2\n0:0\n', 'text/libsvm'], 200, RegExp(`^${NUMBER},${NUMBER}$`)],
    ['LIBSVM by its other name', ['0:1', 'text/x-libsvm'], 200, RegExp(`^${NUMBER}$`)],
    [
      'JSON out',
      ['1,2', 'text/csv', 'application/json'],
      200,
      RegExp(`^\\{"predictions": \\[\\{"score": ${NUMBER}\\}\\]\\}$`),
      'application/json',
    ],
    ['JSON Lines out', ['1,2', 'text/csv', 'application/jsonlines'], 200, RegExp(`^\\{"score": ${NUMBER}\\}\n$`)],
    ['anything accepted', ['1,2', 'text/csv', '*/*'], 200, RegExp(`^${NUMBER}$`)],
    ['nothing', [''], 204, /^$/],
    ['words', ['a,b'], 400, /ensure data is in csv format(.|\n)*could not convert string to float/],
    ['rows of different lengths', ['1,2\n1'], 400, /Loading csv data failed/],
    ['bytes that are no text', [Buffer.from([0xff, 0xfe, 0x31])], 400, /Loading csv data failed/],
    ['more columns than the model has', ['1,2,3'], 400, /^Unable to evaluate payload provided: .*features/],
    ['a negative index', ['-1:3', 'text/libsvm'], 400, /Index -1 is negative/],
    ['a picture', ['x', 'image/png'], 415, /Content type image\/png is not supported/],
    ['RecordIO', ['x', 'application/x-recordio-protobuf'], 415, /recordio-protobuf .*Telar's XGBoost reads text\/csv/],
    ['a picture wanted', ['1,2', 'text/csv', 'image/png'], 406, /Accept type image\/png is not supported/],
    [
      'RecordIO wanted',
      ['1,2', 'text/csv', 'application/x-recordio-protobuf'],
      406,
      /not supported by Telar's XGBoost/,
    ],
  ];
  it.each(cases)('answers %s', async (_, [body, type, accept], status, says, answered) => {
    const reply = await served.invoke(body, type, accept);
    expect(reply.body).toMatch(says);
    expect(reply.status).toBe(status);
    if (answered) expect(reply.type).toBe(answered);
  });

  it('reads many rows as it reads few, also with a missing value or a mistake among them', async () => {
    const lines = Array.from({ length: 250 }, (_, i) => `${i % 3},${i % 7}`);
    const few: string[] = [];
    for (let i = 0; i < lines.length; i += 50) {
      few.push((await served.invoke(lines.slice(i, i + 50).join('\n'))).body);
    }
    expect((await served.invoke(lines.join('\n'))).body).toBe(few.join(','));
    const one = (await served.invoke(',5')).body;
    expect((await served.invoke([...lines, ',5'].join('\n'))).body).toBe([...few, one].join(','));
    expect(await served.invoke([...lines, 'a,5'].join('\n'))).toMatchObject({
      status: 400,
      body: expect.stringContaining("could not convert string to float: 'a'"),
    });
    expect((await served.invoke([...lines, '1,2,3'].join('\n'))).status).toBe(400);
  });

  it('has the routes of a container and no other', async () => {
    expect(await served.call('/ping')).toMatchObject({ status: 200, body: '' });
    const { status, body } = await served.call('/execution-parameters');
    expect([status, JSON.parse(body)]).toEqual([
      200,
      { MaxConcurrentTransforms: 1, BatchStrategy: 'MULTI_RECORD', MaxPayloadInMB: 6 },
    ]);
    expect(await served.call('/invocations')).toMatchObject({ status: 405 });
    expect(await served.call('/etc/passwd')).toMatchObject({ status: 404 });
  });

  it('writes one prediction a line in a batch', async () => {
    const batch = await serve({
      image: XGBOOST,
      files: { 'model/xgboost-model': model },
      environment: { SAGEMAKER_BATCH: 'true', SAGEMAKER_MAX_PAYLOAD_IN_MB: '1' },
    });
    expect((await batch.invoke('1,2\n0,3\n')).body).toMatch(RegExp(`^${NUMBER}\n${NUMBER}\n$`));
    expect(await batch.invoke(Buffer.alloc(2 ** 20 + 1, '1,2\n'))).toMatchObject({
      status: 413,
      body: 'The payload is larger than 1 MB (SAGEMAKER_MAX_PAYLOAD_IN_MB).\n',
    });
    await batch.stop();
  });

  it('tells what SAGEMAKER_INFERENCE_OUTPUT selects', async () => {
    const keys = 'predicted_label, labels,probability,probabilities,raw_score,predicted_score';
    const selecting = await serve({
      image: XGBOOST,
      files: {
        'model/xgboost-model': await trained(
          suite,
          { ...BINARY, objective: 'multi:softprob', num_class: '3' },
          rowsOf(3),
        ),
      },
      environment: { SAGEMAKER_INFERENCE_OUTPUT: keys },
    });
    const { body } = await selecting.invoke('2,5', 'text/csv', 'application/json');
    const [told] = (JSON.parse(body.replace('NaN', 'null')) as { predictions: Record<string, unknown>[] }).predictions;
    expect(told).toMatchObject({ predicted_label: 2, labels: [0, 1, 2], predicted_score: null });
    const probabilities = told!['probabilities'] as number[];
    expect(probabilities).toHaveLength(3);
    expect(told!['probability']).toBe(Math.max(...probabilities));
    const csv = await selecting.invoke('2,5', 'text/csv', 'text/csv');
    expect(csv.body).toMatch(/^2,"\[0, 1, 2\]",\d\.\d+,"\[.*\]",\d\.\d+,nan$/);
    expect(selecting.log()).toContain("Selected key(s) ['predicted_score'] do not fit objective 'multi:softprob'");
    await selecting.stop();
  });

  it('averages several models, and ends with status 0 when told to', async () => {
    const other = await trained(suite, { ...BINARY, num_round: '1' }, rowsOf(2));
    const files = { 'model/a': model, 'model/b': other, 'model/.hidden': 'x' };
    const both = await serve({ image: XGBOOST, files });
    const alone = await serve({ image: XGBOOST, files: { 'model/b': other } });
    const [mean, one, two] = await Promise.all(
      [both, served, alone].map(async (each) => Number((await each.invoke('1,2')).body)),
    );
    expect(mean).toBeCloseTo((one! + two!) / 2, 6);
    await both.stop();
    expect(await runner.exit(both.jobId)).toEqual(DONE);
  });

  describe('and a hostile client', () => {
    /** What comes back for raw bytes. */
    const raw = (...parts: (string | Buffer)[]) =>
      new Promise<string>((resolve) => {
        const socket = createConnection(served.socket);
        let text = '';
        socket.on('data', (data) => {
          text += data;
        });
        socket.on('error', () => {}); // a reset after the answer
        socket.on('close', () => resolve(text));
        for (const part of parts) socket.write(part);
        socket.end();
      });
    const POST = 'POST /invocations HTTP/1.1\r\nContent-Type: text/csv\r\n';

    const hostile: [string, (string | Buffer)[], RegExp][] = [
      ['no request at all', ['hello\r\n\r\n'], /^HTTP\/1\.1 400 /],
      ['another protocol', ['GET /ping HTTP/2.0\r\n\r\n'], /^HTTP\/1\.1 505 /],
      ['a flood of headers', [`${POST}${'a: b\r\n'.repeat(500)}\r\n`], /^HTTP\/1\.1 431 /],
      ['one endless header', [`${POST}a: ${'b'.repeat(70_000)}`], /^HTTP\/1\.1 431 /],
      ['two lengths', [`${POST}Content-Length: 3\r\nContent-Length: 4\r\n\r\n1,2`], /^HTTP\/1\.1 400 /],
      ['a length and chunks', [`${POST}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`], /^HTTP\/1\.1 400 /],
      ['a length that is none', [`${POST}Content-Length: -1\r\n\r\n`], /^HTTP\/1\.1 400 /],
      ['a huge length', [`${POST}Content-Length: 99999999999\r\n\r\n`], /^HTTP\/1\.1 413 /],
      ['a huge chunk', [`${POST}Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n`], /^HTTP\/1\.1 413 /],
      ['a chunk that lies', [`${POST}Transfer-Encoding: chunked\r\n\r\n2\r\n1,23\r\n0\r\n\r\n`], /^HTTP\/1\.1 400 /],
      ['another encoding', [`${POST}Transfer-Encoding: gzip\r\n\r\n`], /^HTTP\/1\.1 501 /],
      ['a name with a blank', [`${POST}Content Length: 3\r\n\r\n`], /^HTTP\/1\.1 400 /],
    ];
    it.each(hostile)('that sends %s is refused', async (_, parts, says) => {
      expect(await raw(...parts)).toMatch(says);
      expect((await served.call('/ping')).status).toBe(200);
    });

    it('may send chunks, ask before a body, and send several requests at once', async () => {
      const chunked = `${POST}Transfer-Encoding: chunked\r\n\r\n2;x=y\r\n1,\r\n1\r\n2\r\n0\r\nTrailer: x\r\n\r\n`;
      expect(await raw(chunked)).toMatch(RegExp(`^HTTP/1.1 200 OK\r\n(.*\r\n)+\r\n${NUMBER}$`));
      const status = await new Promise<number>((resolve, reject) => {
        const headers = { Expect: '100-continue', 'Content-Length': '3', 'Content-Type': 'text/csv' };
        const asked = httpRequest({ socketPath: served.socket, path: '/invocations', method: 'POST', headers });
        asked.on('continue', () => asked.end('1,2'));
        asked.on('response', (response) => resolve(response.resume().statusCode!));
        asked.on('error', reject);
        asked.flushHeaders();
      });
      expect(status).toBe(200);
      const three = `${`${POST}Content-Length: 3\r\n\r\n1,2`.repeat(2)}GET /ping HTTP/1.0\r\n\r\n`;
      expect((await raw(three)).match(/HTTP\/1\.1 200 OK/g)).toHaveLength(3);
    });

    it('is let go when it is too slow, and when it does not take its answer', async () => {
      // The server's own connections, with shorter patience: a whole suite need not wait for what users get.
      const text = `
import asyncio, socket, sys, types
sys.path.insert(0, "/opt/telar/programs/python")
from telar_serving import http
http.IDLE_SECONDS, http.REQUEST_SECONDS, http.KEEP_SECONDS, http.LINGER_SECONDS = 0.2, 0.5, 0.3, 0.6
class Server:
    settings, bodies, most_bodies, stopping = types.SimpleNamespace(max_body=1 << 26), 0, 1 << 26, False
    def admit(self, connection): return True
    def forget(self, connection): pass
    async def answer(self, request): return http.Answer(200, b"x" * int(request.header("want", "2")))
async def client(name, *sends, take=True):
    ours, theirs = socket.socketpair()
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: http.Connection(server), sock=theirs)
    reader, writer = await asyncio.open_connection(sock=ours)
    started, told = loop.time(), b""
    for data in sends:
        writer.write(data)
        await asyncio.sleep(0.1)
    if take:
        told = await reader.read()
    else:
        while writer.transport.is_closing() is False and loop.time() - started < 5:
            await asyncio.sleep(0.05)
            writer.write(b"\\r\\n")
    writer.close()
    print(name, told.split(b"\\r\\n")[0].decode(), "late" if loop.time() - started > 3 else "in time", server.bodies)
async def main():
    await client("silent")
    await client("head", b"GET /ping HT")
    await client("body", b"POST /invocations HTTP/1.1\\r\\nContent-Length: 9\\r\\n\\r\\n1")
    await client("drip", b"POST /invocations HTTP/1.1\\r\\nContent-Length: 99\\r\\n\\r\\n", *[b"1"] * 8)
    await client("kept", b"GET /ping HTTP/1.1\\r\\n\\r\\n")
    await client("full", b"GET /ping HTTP/1.1\\r\\nWant: 30000000\\r\\n\\r\\n", take=False)
server = Server()
asyncio.run(main())
`;
      const entrypoint = ['python3', '-c', text];
      const { log, exit } = await suite.run({}, { image: XGBOOST, entrypoint, arguments: [] });
      expect(log.trim().split('\n')).toEqual([
        'silent  in time 0',
        'head HTTP/1.1 408 Request Timeout in time 0',
        'body HTTP/1.1 408 Request Timeout in time 0',
        'drip HTTP/1.1 408 Request Timeout in time 0',
        'kept HTTP/1.1 200 OK in time 0',
        'full  in time 0',
      ]);
      expect(exit).toEqual(DONE);
    });

    it('that keeps connections open and sends nothing does not keep others out', async () => {
      const slow = Array.from({ length: 200 }, () => createConnection(served.socket));
      for (const socket of slow) socket.write(`${POST}Content-Le`);
      expect((await served.invoke('1,2')).status).toBe(200);
      for (const socket of slow) socket.destroy();
    });
  });
});
