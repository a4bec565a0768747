import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import { ownIdentity } from '../../../runner/processes.ts';
import { type ModelClient, modelClient } from './modelClient.ts';

let root: string;
let server: Server;
let client: ModelClient | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-model-'));
});
afterEach(() => {
  client?.close();
  server?.closeAllConnections();
  server?.close();
  rmSync(root, { recursive: true, force: true });
});

const NOBODY = 1;

async function serve(answer: RequestListener, at: string | number): Promise<number> {
  server = createServer(answer);
  if (typeof at === 'string') server.listen(at);
  else server.listen(at, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}

const asked = (socket: string, port = NOBODY, fixed = NOBODY) => {
  client = modelClient({ socket, port, root }, systemClock, fixed);
  return client;
};

describe('a model', () => {
  it('is asked over its socket, however long the path', async () => {
    const folder = join(root, 'a-folder-with-a-name-so-long-that-no-address-of-a-socket-holds-its-path'.repeat(2));
    mkdirSync(folder);
    const long = join(folder, 'serve.sock');
    // It is made where the job sees it, under a short path.
    symlinkSync(folder, join(root, 's'));
    await serve(
      (request, response) => {
        response.setHeader('got', request.headers['content-type'] ?? '');
        request.pipe(response);
      },
      join(root, 's/serve.sock'),
    );
    const model = asked(long);
    expect(await model.ping()).toBe(true);
    expect(await model.invoke(Buffer.from('1,2'), { 'Content-Type': 'text/csv' }, 5)).toEqual({
      ...{ status: 200, body: Buffer.from('1,2') },
    });
  });

  it('is not asked through a link', async () => {
    await serve((_, response) => response.end(), join(root, 'elsewhere.sock'));
    symlinkSync(join(root, 'elsewhere.sock'), join(root, 'serve.sock'));
    const model = asked(join(root, 'serve.sock'));
    expect(await model.ping()).toBe(false);
    await expect(model.invoke(Buffer.from(''), {}, 5)).rejects.toThrow('serve.sock in its folder is no socket');
  });

  it('is found at its port, and at the fixed one only where that is its own', async () => {
    const port = await serve((_, response) => response.end(), 0);
    expect(await asked(join(root, 'none'), port).ping()).toBe(true);
    client?.close();
    expect(await asked(join(root, 'none'), NOBODY, port).ping()).toBe(false);
    client?.close();
    // This very process stands for the job.
    const { pid, start, boot } = ownIdentity();
    writeFileSync(join(root, 'target'), `${pid}\n${start}\n${boot}\n`);
    expect(await asked(join(root, 'none'), NOBODY, port).ping()).toBe(true);
  });

  it('says what it prefers, as far as that makes sense', async () => {
    const answers = [
      '{"MaxConcurrentTransforms":4,"BatchStrategy":"SINGLE_RECORD","MaxPayloadInMB":7}',
      '{"MaxConcurrentTransforms":-4,"BatchStrategy":"ANY","MaxPayloadInMB":"all"}',
      '[]',
      'no JSON',
    ];
    await serve((_, response) => response.end(answers.shift()), join(root, 'serve.sock'));
    const model = asked(join(root, 'serve.sock'));
    const known = [1, 2, 3, 4].map(() => undefined);
    for (const index of known.keys()) known[index] = (await model.executionParameters()) as never;
    expect(known).toEqual([
      { MaxConcurrentTransforms: 4, BatchStrategy: 'SingleRecord', MaxPayloadInMB: 7 },
      {},
      {},
      {},
    ]);
  });

  it('that never answers is given up in time', async () => {
    await serve(() => {}, join(root, 'serve.sock'));
    await expect(asked(join(root, 'serve.sock')).invoke(Buffer.from(''), {}, 0.05)).rejects.toThrow(
      'Model server did not respond to /invocations request within 0.05 seconds',
    );
  });
});
