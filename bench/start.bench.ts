/** How long a server takes from the command to its first answer. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { atMost, type Bench } from './lib/figures.ts';

const TELAR = fileURLToPath(new URL('../bin/telar.mjs', import.meta.url));
const RUNS = 9;

export const bench: Bench = {
  name: 'start',
  describe:
    '`telar up` as a process, from its spawning to the first answered request (the health check, asked without pause), on a new data folder and on an existing one; then the first signed request, GetCallerIdentity.',
  notMeasured: ['a data folder with many unfinished executions to take up', 'a cold disk cache'],
  async run(progress) {
    const [fresh, existing, signed]: [number[], number[], number[]] = [[], [], []];
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    try {
      for (let run = 1; run <= RUNS; run += 1) {
        progress(`run ${run} of ${RUNS}`);
        const data = join(folder, `new-${run}`);
        fresh.push((await start(data)).answered);
        const again = await start(data);
        existing.push(again.answered);
        signed.push(again.signed);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    return [
      atMost('telar up, existing data folder, to the first answer', 'ms', existing, { target: 400 }),
      atMost('telar up, new data folder, to the first answer', 'ms', fresh, { target: 400 }),
      atMost('telar up, existing data folder, to the first signed answer', 'ms', signed, { target: 400 }),
    ];
  },
};

async function start(data: string): Promise<{ answered: number; signed: number }> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const started = performance.now();
  const server = spawn(process.execPath, [TELAR, 'up', '--data', data, '--port', String(port)], { stdio: 'ignore' });
  const ended = new Promise((resolve) => server.once('exit', resolve));
  try {
    while (!(await healthy(url))) await new Promise((resolve) => setTimeout(resolve, 1));
    const answered = performance.now() - started;
    const { accessKeyId, secretAccessKey, region } = JSON.parse(readFileSync(join(data, 'credentials.json'), 'utf8'));
    const client = new STSClient({ endpoint: url, region, credentials: { accessKeyId, secretAccessKey } });
    await client.send(new GetCallerIdentityCommand({}));
    return { answered, signed: performance.now() - started };
  } finally {
    server.kill('SIGTERM');
    await ended;
  }
}

async function healthy(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/_telar/health`)).ok;
  } catch {
    return false;
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
