/** The data folder in bad hands: damaged, taken, or half written. A start refuses, says why, and leaves it as it is. */
import { createHash } from 'node:crypto';
import {
  closeSync,
  copyFileSync,
  cpSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { startServer } from '../../src/server/server.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { clientOf, removeFolder, temporaryFolder } from '../support/serverProcess.ts';
import { signed } from '../support/signing.ts';
import { openWorkbench, refusal, workbenchOf } from '../support/workbench.ts';

const world = { ...systemWorld, log: silentLog };
const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('state.db', () => {
  /** A folder that was used for a while, and closed. */
  let original: string;
  let folder: string;
  let database: string;

  beforeAll(async () => {
    original = temporaryFolder();
    const server = await startTestServer({ folder: original });
    const bench = await openWorkbench(server, 'kept');
    for (let count = 0; count < 60; count++) await bench.put(`objects/${count}`, 'x'.repeat(20_000));
    await server.close();
  });
  afterAll(() => removeFolder(original));
  beforeEach(() => {
    folder = temporaryFolder();
    database = join(folder, 'state.db');
    cpSync(original, folder, { recursive: true });
  });
  afterEach(() => removeFolder(folder));

  function overwrite(at: number, bytes: Buffer): void {
    const file = openSync(database, 'r+');
    writeSync(file, bytes, 0, bytes.length, at);
    closeSync(file);
  }

  const size = () => statSync(database).size;
  const PAGE = 4096;
  const garbage = (length: number) => Buffer.alloc(length, 'garbage ');
  /** The pages from `from` on to `to`, as parts of the file. */
  const pages = (from: number, to: number) => {
    const whole = Math.floor(size() / PAGE);
    const first = Math.max(1, Math.floor(whole * from));
    overwrite(first * PAGE, garbage((Math.floor(whole * to) - first) * PAGE));
  };

  const damages: [what: string, damage: () => void][] = [
    ['has garbage for its header', () => overwrite(0, garbage(200))],
    ['is another file altogether', () => writeFileSync(database, 'a,b\n1,2\n'.repeat(1000))],
    ['was cut in the middle of a page', () => truncateSync(database, Math.floor(size() / 2) + 100)],
    ['was cut to a few pages', () => truncateSync(database, PAGE * 4)],
    ['was cut to nothing', () => truncateSync(database, 0)],
    ['has one page of garbage in its middle', () => overwrite(Math.floor(size() / PAGE / 2) * PAGE, garbage(PAGE))],
    ['has garbage in its last third', () => pages(0.66, 1)],
    ['has garbage from its second page on', () => pages(0, 0.5)],
  ];
  it('that is damaged refuses to start after a crash too, and its -wal file stays as it is', async () => {
    const crashed = temporaryFolder();
    cpSync(original, crashed, { recursive: true });
    const server = await startTestServer({ folder: crashed });
    await workbenchOf(server, 'kept').put('newest', 'x');
    // As kill -9 leaves the folder: the newest changes are in the -wal file alone.
    for (const name of ['state.db', 'state.db-wal']) copyFileSync(join(crashed, name), join(folder, name));
    await server.close();
    await removeFolder(crashed);
    pages(0, 0.5);
    const files = [database, `${database}-wal`];
    const before = files.map(hash);
    expect(statSync(`${database}-wal`).size).toBeGreaterThan(0);
    const error = await refusal(startServer({ folder, port: 0, world }));
    expect(error.message).toContain(`${database} is damaged`);
    expect(files.map(hash)).toEqual(before);
  });

  it.each(damages)('that %s refuses to start, and stays as it is', async (_what, damage) => {
    damage();
    const before = hash(database);
    const error = await refusal(startServer({ folder, port: 0, world }).then((server) => server.close()));
    expect(error.message).toContain(`${database} is damaged`);
    expect(error.message).toMatch(/Nothing was changed.*telar fsck.*backup/s);
    expect(hash(database)).toBe(before);
    // The lock is free again: the owner puts the backup in its place, and goes on.
    copyFileSync(join(original, 'state.db'), database);
    for (const side of ['-wal', '-shm']) rmSync(`${database}${side}`, { force: true });
    const server = await startServer({ folder, port: 0, world });
    expect(await workbenchOf(clientOf(server.url, folder), 'kept').read('objects/7')).toBe('x'.repeat(20_000));
    await server.close();
  });
});

describe('a running server', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
  });
  afterAll(() => server.close());

  it('keeps a second one off its folder', async () => {
    const { folder, url } = server.server;
    const error = await refusal(startServer({ folder: folder.root, port: 0, world }));
    expect(error.message).toContain(`Another Telar server runs on ${folder.root} (process ${process.pid}, at ${url})`);
    expect(error.message).toContain('--data');
    expect(JSON.parse(readFileSync(folder.server, 'utf8'))).toEqual({ url, pid: process.pid });
    const bench = await openWorkbench(server, 'second');
    await bench.put('k', 'v');
    expect(await bench.read('k')).toBe('v');
  });

  it('keeps a second one off its port, and leaves the second folder usable', async () => {
    const folder = temporaryFolder();
    const { port } = server.server;
    const error = await refusal(startServer({ folder, port, world }));
    expect(error.message).toMatch(new RegExp(`Port ${port} on 127\\.0\\.0\\.1 is taken.*--port`));
    const other = await startServer({ folder, port: 0, world });
    await other.close();
    await removeFolder(folder);
  });

  it('keeps the old object when an upload is cut, however it is sent', async () => {
    const bench = await openWorkbench(server, 'cut');
    const { host, hostname, port } = new URL(server.url);
    const cut = async (hash: string, framing: Record<string, string>, body: Buffer) => {
      const headers = { 'x-amz-content-sha256': hash, ...framing };
      const sent = await signed(server, 's3', { method: 'PUT', path: '/cut/object', headers });
      const lines = Object.entries({ ...sent, host }).map(([name, value]) => `${name}: ${value}`);
      const socket = connect(Number(port), hostname);
      let answer = '';
      socket
        .on('error', () => {})
        .on('data', (text) => {
          answer += text;
        });
      socket.write(`PUT /cut/object HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n`);
      await new Promise((written) => socket.write(body, written));
      // The server is to see the body begin before the connection breaks.
      expect(await bench.read('object')).toBe('old');
      expect(answer).toBe('');
      socket.destroy();
      await new Promise((closed) => socket.once('close', closed));
    };
    await bench.put('object', 'old');
    await cut('UNSIGNED-PAYLOAD', { 'content-length': '200000' }, Buffer.alloc(100_000));
    await cut('UNSIGNED-PAYLOAD', { 'content-length': '20' }, Buffer.alloc(19));
    await cut('UNSIGNED-PAYLOAD', { 'transfer-encoding': 'chunked' }, Buffer.from(`10\r\n${'x'.repeat(16)}\r\n`));
    const chunked = {
      ...{ 'content-encoding': 'aws-chunked', 'x-amz-trailer': 'x-amz-checksum-crc32' },
      ...{ 'content-length': '100050', 'x-amz-decoded-content-length': '100000' },
    };
    const half = Buffer.from(`186a0\r\n${'x'.repeat(50_000)}`);
    await cut('STREAMING-UNSIGNED-PAYLOAD-TRAILER', chunked, half);
    // All the bytes, and the connection breaks before the last chunk and the checksum.
    const whole = Buffer.from(`186a0\r\n${'x'.repeat(100_000)}\r\n`);
    await cut('STREAMING-UNSIGNED-PAYLOAD-TRAILER', chunked, whole);
    expect(await bench.read('object')).toBe('old');
    const { Contents } = await bench.s3.listObjectsV2({ Bucket: 'cut' });
    expect(Contents?.map(({ Key, Size }) => [Key, Size])).toEqual([['object', 3]]);
    await bench.put('object', 'new');
    expect(await bench.read('object')).toBe('new');
  });
});
