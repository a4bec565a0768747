/** Watching jobs and the queue with the real binary: `telar top`, `status`, `logs --host`, `evidence`, and what `up` refuses. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isolation } from '../../src/runner/isolation.ts';
import { processingStep } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, pause, type Workbench } from '../support/workbench.ts';
import { type Telar, telarIn } from './telar.ts';

const isolated = (await isolation()).kind === 'namespaces';
if (!isolated) console.warn('Skipped: jobs of several hosts, since this machine grants no namespaces.');

let telar: Telar;
let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  telar = telarIn();
  const jobLimits = { cpus: 2, memoryBytes: 2 * 1024 ** 3, promise: 1, grace: 200 };
  server = await startTestServer({ folder: `${telar.folder}/.telar`, jobLimits });
  bench = await openWorkbench(server, 'top');
});
afterAll(async () => {
  await server.close();
  await telar.close();
});

/** Runs two steps at a time where there is room for one. @returns the execution, once one runs and the other waits */
async function crowd(name: string): Promise<string> {
  const script = await bench.put('wait.ts', "await new Promise((go) => setTimeout(go, 4000)); console.log('done');");
  const steps = ['One', 'Two'].map((step) => processingStep(step, { script, roleArn: bench.roleArn }));
  await bench.createPipeline(name, { Version: '2020-12-01', Steps: steps });
  const arn = await bench.start(name);
  for (;;) {
    const { Jobs } = await bench.telar('ListJobUse', {});
    const phases = Jobs.map(({ Phase }) => Phase).sort();
    if (phases.join() === 'queued,running') return arn;
    await pause(20);
  }
}

it('shows what runs and what waits, and keeps what was used', async () => {
  const arn = await crowd('crowded');
  const id = arn.slice(arn.lastIndexOf('/') + 1);
  const [top, json, status] = await Promise.all([
    telar.run('top', '--once'),
    telar.json('top', '--once'),
    telar.run('status', id),
  ]);
  expect(top.stdout).toContain('1 under way, 1 waiting');
  expect(top.stdout).toMatch(new RegExp(`node:24 +running .*pipeline-${id}`));
  expect(top.stdout).toMatch(new RegExp(`node:24 +waits, 1st .*pipeline-${id}`));
  expect(json.result).toMatchObject({ Machine: { Cpus: 2, PromisedCpus: 2, JobsWaiting: 1 } });
  expect(status.stdout).toContain('waits for this machine, 1st in the queue');
  expect((await bench.ended(arn)).status).toBe('Succeeded');
  expect((await telar.run('status', id)).stdout).not.toContain('waits for this machine');
  expect((await telar.run('top', '--once')).stdout).toContain('No job runs or waits.');
  const { result } = await telar.json('evidence', id);
  const { evidence, markdown } = result as { evidence: { use: unknown[] }; markdown: string };
  const use = { host: 'algo-1', cpuSeconds: expect.any(Number), peakMemoryBytes: expect.any(Number) };
  expect(evidence.use).toEqual([
    { step: 'One', ...use },
    { step: 'Two', ...use },
  ]);
  expect(readFileSync(markdown, 'utf8')).toContain('| Step | Host | Processor time | Most memory |');
});

// This machine grants no namespaces, without which hosts have no names.
it.skipIf(!isolated)('shows the log of each host', async () => {
  const { ProcessingJobArn } = await bench.sagemaker.createProcessingJob({
    ...{ ProcessingJobName: 'two-hosts', RoleArn: bench.roleArn },
    AppSpecification: { ImageUri: 'telar/node:24', ContainerEntrypoint: ['sh', '-c', 'hostname'] },
    ProcessingResources: { ClusterConfig: { InstanceCount: 2, InstanceType: 'ml.t3.medium', VolumeSizeInGB: 1 } },
  });
  const log = async (...more: string[]) =>
    (await telar.run('logs', ProcessingJobArn!, '--follow', ...more)).stdout.trim();
  expect((await log()).split('\n').at(-1)).toBe('algo-1');
  expect(await log('--host', 'algo-2')).toBe('algo-2');
});

it.each([
  [['--cpus', 'many'], "--cpus is 'many': give a number, 1 or more."],
  [['--memory', '0'], "--memory is '0': give a number, 0.25 or more."],
  [['--network', 'none'], "--network is 'none': give machine or telar."],
])('refuses up %j', async (options, sentence) => {
  const { status, stderr } = await telar.run('up', '--data', `${telar.folder}/other`, ...options);
  expect([status, stderr]).toEqual([2, expect.stringContaining(sentence)]);
});
