import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobListensAt, listeningInodes } from './listeners.ts';
import { ownIdentity, parseStat } from './processes.ts';

let root: string;
let child: ChildProcess | undefined;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-listeners-'));
});
afterEach(() => {
  // With what it started.
  if (child?.pid) process.kill(-child.pid, 'SIGKILL');
  rmSync(root, { recursive: true, force: true });
});

const TABLE = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 65534        0 4711 1 0 100 0 0 10 0
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 4712 1 0 20 4 30 10 -1
   2: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1 0 100 0 0 10 0
`;

it('sockets that listen at a port are read from the kernel, connections to it are not', () => {
  expect([8080, 80, 81].map((port) => listeningInodes(TABLE, port))).toEqual([['4711'], ['4713'], []]);
});

// Other systems have no /proc to read it from.
describe.runIf(process.platform === 'linux')('a port', () => {
  const SCRIPT =
    "const { createServer } = require('node:net'); createServer().listen(0, '127.0.0.1', function () { console.log(this.address().port); });";

  /** The job's first process, as its folder names it. */
  function target(pid: number): void {
    const { start } = parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
    writeFileSync(join(root, 'target'), `${pid}\n${start}\n${ownIdentity().boot}\n`);
  }

  it("is a job's where one of its processes listens there, and nobody else's", async () => {
    child = spawn('sh', ['-c', '"$0" -e "$1" & wait', process.execPath, SCRIPT], {
      stdio: ['ignore', 'pipe', 'inherit'],
      detached: true,
    });
    const [line] = (await once(child.stdout!, 'data')) as [Buffer];
    const port = Number(line.toString());
    expect(jobListensAt({ root }, port)).toBe(false);
    target(child.pid!);
    expect(jobListensAt({ root }, port)).toBe(true);

    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    expect(jobListensAt({ root }, typeof address === 'object' && address ? address.port : 0)).toBe(false);
    other.close();
  });
});
