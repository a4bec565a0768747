/**
 * A full disk, a real one: the server runs on a file system of a few megabytes, mounted where only it and its jobs see it.
 * What filled it fails by name, nothing that was there is lost, and the server goes on.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { processingStep, runs } from '../support/nodeSteps.ts';
import {
  clientOf,
  removeFolder,
  type ServerProcess,
  startServerProcess,
  strays,
  temporaryFolder,
} from '../support/serverProcess.ts';
import { openWorkbench, pause, refusal, type Workbench } from '../support/workbench.ts';

const MEGABYTES = 64;
const MEBIBYTE = 1024 * 1024;
/** Runs what follows with a small file system over the folder. */
const small = (folder: string) => [
  ...['unshare', '--mount', 'sh', '-c'],
  ...[`mount -t tmpfs -o size=${MEGABYTES}m,mode=700 tmpfs "$0" && exec "$@"`, folder],
];

/** Why this machine cannot do it. */
function missing(): string | undefined {
  if (process.platform !== 'linux') return `${process.platform} has no mount namespaces.`;
  if (process.getuid?.() !== 0) return 'mounting needs root.';
  const [program, ...words] = [...small('/mnt'), 'true'];
  const { status, stderr } = spawnSync(program!, words, { encoding: 'utf8' });
  return status === 0 ? undefined : `nothing can be mounted here (${stderr?.trim()}).`;
}

let folder: string;
let server: ServerProcess;
let bench: Workbench;

beforeEach(async (context) => {
  const reason = missing();
  if (reason !== undefined) context.skip(`No small disk can be made: ${reason}`);
  folder = temporaryFolder();
  server = await startServerProcess({ folder, port: 0 }, small(folder));
  // The folder, as the server sees it.
  bench = await openWorkbench(clientOf(server.url, `/proc/${server.pid}/root${folder}`), 'disk');
  await bench.put('kept', 'k'.repeat(100_000));
  // It has set some room aside for itself by now.
  while (!existsSync(`/proc/${server.pid}/root${folder}/reserve`)) await pause(20);
});
afterEach(async () => {
  if (folder === undefined) return;
  await server.kill('SIGTERM');
  expect(await strays(folder)).toEqual([]);
  await removeFolder(folder);
});

async function run(name: string, text: string) {
  const script = await bench.put(`${name}/${name}.ts`, text);
  const outputs = { out: runs('disk', name) };
  const step = processingStep('Job', { roleArn: bench.roleArn, script, outputs });
  await bench.createPipeline(name, { Version: '2020-12-01', Steps: [step] });
  const arn = await bench.start(name);
  for (;;) {
    try {
      const { status, steps } = await bench.ended(arn);
      return { status, reason: steps[0]?.FailureReason };
    } catch (error) {
      // A question that shares its transaction with the change that found the disk full is refused with it.
      if ((error as Error).name !== 'DiskFull') throw error;
    }
  }
}

async function expectAllWell(): Promise<void> {
  expect(await bench.read('kept')).toBe('k'.repeat(100_000));
  const works =
    "import { writeFileSync } from 'node:fs';\nwriteFileSync('/opt/ml/processing/output/out/a.txt', 'a');\n";
  expect(await run(`well-${Math.random().toString(36).slice(2)}`, works)).toEqual({ status: 'Succeeded' });
}

const FILL = `import { openSync, writeSync } from 'node:fs';
const file = openSync('/opt/ml/processing/output/out/big', 'w');
const block = Buffer.alloc(1024 * 1024, 1);
`;

it('filled by a script fails the job with what the script said', async () => {
  const filled = await run('fills', `${FILL}for (;;) writeSync(file, block);\n`);
  expect(filled).toEqual({ status: 'Failed', reason: expect.stringMatching(/^AlgorithmError: .*exit code: 1/) });
  await expectAllWell();
});

it('filled by a job’s outputs fails the job with what to do', async () => {
  const filled = await run('outputs', `${FILL}for (let at = 0; at < 40; at++) writeSync(file, block);\n`);
  expect(filled).toEqual({ status: 'Failed', reason: expect.stringMatching(/No space left on device.*[Ff]ree/) });
  await expectAllWell();
});

it('filled by uploads refuses the one that does not fit, by name, and keeps the others', async () => {
  const kept: string[] = [];
  const part = Buffer.alloc(7 * MEBIBYTE, 1);
  for (let count = 0; ; count++) {
    part.writeUInt32LE(count);
    const error = await bench.put(`uploads/${count}`, part).then(
      () => undefined,
      (each: Error) => each,
    );
    if (error) {
      expect([error.name, error.message]).toEqual(['DiskFull', expect.stringMatching(/space|full/i)]);
      break;
    }
    kept.push(`uploads/${count}`);
    expect(count).toBeLessThan(MEGABYTES / 7);
  }
  expect(kept.length).toBeGreaterThan(4);
  for (const Key of kept) expect((await bench.s3.headObject({ Bucket: 'disk', Key })).ContentLength).toBe(part.length);
  await refusal(bench.s3.getObject({ Bucket: 'disk', Key: `uploads/${kept.length}` }));
  for (const Key of kept) await bench.s3.deleteObject({ Bucket: 'disk', Key });
  await expectAllWell();
});
