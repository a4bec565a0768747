/** Warm jobs are bounded like cold ones, though their processes waited in groups that nobody had bounded yet. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SHARED_IMAGES } from '../../../tests/support/server.ts';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { isolation } from '../isolation.ts';
import { type HostLimits, jobPlaces, type LimitedRunner, limitRunner } from '../limited.ts';
import { createRunner } from '../runner.ts';
import { createWaitingGroups, type WaitingGroups } from '../waitingGroups.ts';

const world = { ...systemWorld, log: silentLog };
const PYTHON = 'sagemaker-scikit-learn:1.2-1-cpu-py3';
const NODE = `telar/node:${process.versions.node.split('.')[0]}`;
const MEGABYTE = 1024 ** 2;
const LIMITS: HostLimits = { memoryBytes: 256 * MEGABYTE, cpus: 1, processes: 64, volumeBytes: 1024 * MEGABYTE };
const PATIENCE = 30_000;

const base = mkdtempSync(join(tmpdir(), 'telar-bounded-'));
const places = jobPlaces(base);
const skipped = places.memory === undefined || (await isolation()).kind === 'none';
if (skipped)
  console.warn('Skipped: warm jobs in control groups, which this user may not make here, or not in namespaces.');

let groups: WaitingGroups;
let limited: LimitedRunner;
beforeAll(async () => {
  groups = createWaitingGroups(places, world.clock);
  const runner = createRunner({
    world,
    jobsFolder: base,
    imagesFolder: SHARED_IMAGES,
    hide: [],
    waitingGroups: groups,
  });
  limited = limitRunner({ runner, world, places, waitingGroups: groups, jobsFolder: base });
  if (!skipped) await limited.prepare(PYTHON, () => {});
});
afterAll(async () => {
  while (!limited.close()) await pause(20);
  rmSync(base, { recursive: true, force: true });
});

const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

let count = 0;
async function run(image: string, program: string, name: string, source: string) {
  const jobId = `job-${++count}`;
  const { ml, root, log } = limited.folder(jobId);
  mkdirSync(ml, { recursive: true });
  writeFileSync(join(ml, name), source);
  const job = { jobId, image, entrypoint: [program, `/opt/ml/${name}`], arguments: [], environment: {} };
  await limited.launch({ ...job, networkIsolation: false, limits: LIMITS });
  const exit = await limited.exit(jobId);
  const { group } = JSON.parse(readFileSync(join(root, 'limits.json'), 'utf8')) as { group: typeof places };
  const text = readFileSync(log, 'utf8');
  return { jobId, exit, text, group, waited: Object.values(group)[0]!.folder.includes('/waiting-') };
}

/** Until one of these jobs was warm: what waits for it is made meanwhile. */
async function runWarm(...job: Parameters<typeof run>) {
  for (const until = Date.now() + PATIENCE; Date.now() < until; await pause(100)) {
    const done = await run(...job);
    if (done.waited && !done.text.includes('starts cold')) return done;
  }
  throw new Error('No process waited for the job.');
}

// The reason is printed above.
describe.skipIf(skipped)('a warm job', () => {
  it.each([
    ['of Python', PYTHON, 'python3', 'x.py', 'x = [bytearray(10**7) for _ in range(10**4)]\n'],
    ['of Node.js', NODE, 'node', 'x.mjs', 'const all = [];\nfor (;;) all.push(Buffer.alloc(16e6, 1));\n'],
  ])('%s that fills its memory is ended, and its groups go with it', async (_, image, program, name, source) => {
    const { jobId, exit, group } = await runWarm(image, program, name, source);
    expect(exit).toMatchObject({ kind: 'signalled', signal: 'SIGKILL', excess: 'memory' });
    expect(exit.use!.peakMemoryBytes).toBeLessThanOrEqual(LIMITS.memoryBytes);
    await limited.remove(jobId);
    for (const { folder } of Object.values(group)) expect(existsSync(folder)).toBe(false);
  });
});
