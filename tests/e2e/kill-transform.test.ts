/** Transform jobs under kill -9 of the server: they go on where they were, or fail; none hangs, none claims what did not happen. */
import { afterEach, expect, it } from 'vitest';
import { startVictim, type Victim } from '../support/killing.ts';
import { removeFolder } from '../support/serverProcess.ts';
import { createModel, outputsOf, transformed, transformJob } from '../support/transform.ts';
import { openWorkbench, pause, type Workbench } from '../support/workbench.ts';

const FILES = 12;
let victim: Victim | undefined;

afterEach(async () => {
  await victim?.close();
  if (victim) await removeFolder(victim.folder);
});

/** A job that takes its time over each of its files, and says in its log which one it is at. */
async function begin(running: Victim, name: string, milliseconds = 400): Promise<Workbench> {
  const bench = await openWorkbench(running.client, name);
  const answer = `console.log('asked', body);\n  await pause(${milliseconds});\n  return String(Number(body) * 2);`;
  await createModel(bench, name, answer);
  for (let file = 10; file < 10 + FILES; file += 1) await bench.put(`${name}/in/${file}.csv`, `${file}\n`);
  await bench.sagemaker.createTransformJob(transformJob(bench, name, name));
  return bench;
}

/** What the model was asked for, in its own words: the log has Telar's about it, too. */
const ASKED = /^asked \d+/gm;

async function asked(bench: Workbench, arn: string, times: number): Promise<void> {
  while (((await bench.log(arn).catch(() => '')).match(ASKED)?.length ?? 0) < times) await pause(20);
}

const arnOf = (name: string) => `arn:aws:sagemaker:us-east-1:000000000000:transform-job/${name}`;

it('the next server goes on with the files that have no output', { timeout: 240_000 }, async () => {
  victim = await startVictim();
  const bench = await begin(victim, 'taken-up');
  while (victim.jobs()[0]?.phase !== 'running') await pause(5);
  for (const wait of [600, 500]) {
    await pause(wait);
    await victim.killAndRestart();
  }
  expect((await transformed(bench, 'taken-up')).TransformJobStatus).toBe('Completed');
  const outputs = await outputsOf(bench, 'taken-up');
  expect(outputs).toHaveLength(FILES);
  for (const key of outputs) expect(await bench.read(`taken-up/out/${key}`)).toBe(`${Number.parseInt(key, 10) * 2}\n`);
  const log = await bench.log(arnOf('taken-up'));
  // What had its output is not asked for again: at each kill at most the one under way, and the one before it, whose answer was
  // there and not yet in its place.
  expect(log.match(ASKED)!.length).toBeLessThanOrEqual(FILES + 2 * victim.kills);
});

it('a model that died with the server fails its job', { timeout: 240_000 }, async () => {
  victim = await startVictim();
  // It never answers: only its death can end the job.
  const bench = await begin(victim, 'died-too', 1_000_000);
  while (victim.jobs()[0]?.phase !== 'running') await pause(5);
  await asked(bench, arnOf('died-too'), 1);
  process.kill(victim.processOf(victim.jobs()[0]!.id)!.pid, 'SIGKILL');
  await victim.killAndRestart();
  const { TransformJobStatus, FailureReason } = await transformed(bench, 'died-too');
  expect([TransformJobStatus, FailureReason]).toEqual([
    'Failed',
    expect.stringMatching(/^(Algorithm|InternalServer)Error: /),
  ]);
  expect(await outputsOf(bench, 'died-too')).toEqual([]);
});
