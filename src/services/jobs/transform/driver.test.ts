import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../base/clock.ts';
import type { TransformPlan } from '../plan.ts';
import { drive } from './driver.ts';
import type { Answer, ModelClient } from './modelClient.ts';
import type { Processing } from './records.ts';

let root: string;
let lines: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-driver-'));
  lines = [];
  mkdirSync(join(root, 'outputs'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | Buffer): void {
  const file = join(root, 'inputs', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
}
const output = (path: string) => readFileSync(join(root, 'outputs', path), 'utf8');

const PLAN: TransformPlan = {
  ...{ split: 'Line', strategy: 'SingleRecord', assemble: 'Line', maxPayloadMegabytes: 1, maxConcurrent: 3 },
  ...{ contentType: 'text/csv', accept: undefined, gzip: false, timeoutSeconds: 5, retries: 0, processing: undefined },
};
const ok = (body: string): Answer => ({ status: 200, body: Buffer.from(body) });

function driven(answer: (body: string) => Promise<Answer>, plan: Partial<TransformPlan> = {}, ping = true) {
  const client: ModelClient = {
    ping: async () => ping,
    executionParameters: async () => ({}),
    invoke: (body) => answer(body.toString()),
    close: () => {},
  };
  const folders = { inputs: join(root, 'inputs'), outputs: join(root, 'outputs') };
  return drive({
    ...folders,
    plan: { ...PLAN, ...plan },
    client,
    clock: systemClock,
    tell: (line) => lines.push(line),
  });
}

describe('a driver', () => {
  it('asks side by side, no more than it may, and writes in order', async () => {
    put('a', '30\n20\n10\n0\n');
    put('b', '5\n15\n');
    let [under, most] = [0, 0];
    const outcome = await driven(async (body) => {
      under += 1;
      most = Math.max(most, under);
      await pause(Number(body));
      under -= 1;
      return ok(`<${body}>`);
    });
    expect(outcome).toEqual({ files: 2, failures: 0, failed: [] });
    expect([output('a.out'), output('b.out'), most]).toEqual(['<30>\n<20>\n<10>\n<0>\n', '<5>\n<15>\n', 3]);
  });

  it('goes on with what has no output, and needs no model where all have', async () => {
    put('a', '1\n');
    put('b', '2\n');
    writeFileSync(join(root, 'outputs/a.out'), 'done before');
    const asked: string[] = [];
    const answer = async (body: string) => {
      asked.push(body);
      return ok(body);
    };
    expect(await driven(answer)).toMatchObject({ files: 2, failures: 0 });
    expect([asked, output('a.out')]).toEqual([['2'], 'done before']);
    expect(await driven(answer, {}, false)).toMatchObject({ files: 2, failures: 0 });
  });

  it('leaves nothing of a file that fails half way, and says which one it was', async () => {
    put('a', '1\n2\n3\n');
    put('b', '4\n');
    const outcome = await driven(async (body) => (body === '2' ? { status: 415, body: Buffer.from('no') } : ok(body)));
    const reason = 'Bad HTTP status received from algorithm: 415: no';
    expect(outcome).toEqual({ files: 2, failures: 1, failed: [{ path: 'a', kind: 'AlgorithmError', reason }] });
    expect([existsSync(join(root, 'outputs/a.out')), output('b.out')]).toEqual([false, '4\n']);
    expect(existsSync(join(root, 'partial/a.out'))).toBe(false);
    expect(lines).toEqual([`telar: a: ${reason}`]);
  });

  it('fails files whose outputs cannot both be, that are not gzip, or whose names are too long', async () => {
    const echo = async (body: string) => ok(body);
    put('x', '1\n');
    put('x.out/y', '2\n');
    const clash = await driven(echo);
    expect(clash).toMatchObject({ files: 2, failures: 1, failed: [{ path: 'x', kind: 'ClientError' }] });
    expect(output('x.out/y.out')).toBe('2\n');
    rmSync(join(root, 'inputs'), { recursive: true });
    put('n'.repeat(253), '1\n');
    expect((await driven(echo)).failed[0]?.reason).toBe("Its output's name is too long for a file");
    rmSync(join(root, 'inputs'), { recursive: true });
    put('plain', '1\n');
    put('packed', gzipSync('7\n'));
    const unpacked = await driven(echo, { gzip: true });
    expect(unpacked).toMatchObject({ failures: 1, failed: [{ path: 'plain', kind: 'ClientError' }] });
    expect(output('packed.out')).toBe('7\n');
  });

  it('holds answers to the number of records where they are joined', async () => {
    put('a', '1\n2\n');
    const processing: Processing = { input: 'csv', output: 'csv', join: true, inputFilter: [], outputFilter: [] };
    const outcome = await driven(async () => ok('0.5'), { strategy: 'MultiRecord', processing });
    expect(outcome.failed[0]?.reason).toBe('the model answered 1 records for 2, which cannot be joined');
  });
});
