/** The logs of jobs in CloudWatch Logs: whole when a job's end is told, once across restarts, kept when the job is deleted. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lastLines } from '../../src/cli/execution/logs.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, pause, type Workbench, workbenchOf } from '../support/workbench.ts';

const GROUP = '/aws/sagemaker/ProcessingJobs';
const NAME = 'job-logs';
let folder: string;
let server: TestServer;
let bench: Workbench;
let logs: CloudWatchLogs;

async function start(): Promise<void> {
  server = await startTestServer({ folder, jobLogLimit: 300_000 });
  logs = new CloudWatchLogs(server.client);
}
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'telar-job-logs-'));
  await start();
  bench = await openWorkbench(server, NAME);
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const create = (ProcessingJobName: string, script: string, image = NODE_IMAGE) =>
  bench.sagemaker.createProcessingJob({
    ...{ ProcessingJobName, RoleArn: bench.roleArn },
    AppSpecification: { ImageUri: image, ContainerEntrypoint: ['sh', '-c', script] },
    ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  });
const status = async (ProcessingJobName: string) =>
  (await bench.sagemaker.describeProcessingJob({ ProcessingJobName })).ProcessingJobStatus;
async function ended(name: string): Promise<string | undefined> {
  for (;;) {
    const now = await status(name);
    if (now !== 'InProgress') return now;
    await pause(5);
  }
}
/** Deletes a job once its files are cleared away. */
async function remove(ProcessingJobName: string): Promise<void> {
  for (;;) {
    try {
      await bench.sagemaker.deleteProcessingJob({ ProcessingJobName });
      return;
    } catch (error) {
      if ((error as Error).name !== 'ResourceInUse') throw error;
      await pause(20);
    }
  }
}
/** All that can be read of a job's log now. */
async function linesOf(name: string): Promise<string[]> {
  const found = await logs.describeLogStreams({ logGroupName: GROUP, logStreamNamePrefix: `${name}/` });
  const lines: string[] = [];
  for (const { logStreamName } of found.logStreams ?? []) {
    let nextToken: string | undefined;
    for (;;) {
      const request = { logGroupName: GROUP, logStreamName, startFromHead: true, nextToken };
      const page = await logs.getLogEvents(request);
      if (!page.events?.length) break;
      lines.push(...page.events.map(({ message = '' }) => message));
      nextToken = page.nextForwardToken;
    }
  }
  return lines;
}

it('is whole when the end of the job is told', async () => {
  for (const [name, code] of Object.entries({ 'ends-well': 0, 'ends-badly': 1 })) {
    await create(name, `seq 1 20000; echo "no newline" | tr -d '\\n'; exit ${code}`);
    expect(await ended(name)).toBe(code === 0 ? 'Completed' : 'Failed');
    const lines = await linesOf(name);
    expect([lines.length, lines[0], lines.at(-1)]).toEqual([20_001, '1', 'no newline']);
  }
});

it('is shown by telar logs, by the name of a job that no pipeline started', async () => {
  const main = join(import.meta.dirname, '../../src/cli/main.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [main, 'logs', 'ends-well', '--data', folder]);
  expect(stdout).toMatch(/^1\n2\n3\n[\s\S]*\n20000\nno newline\n/);
});

it('comes while the job runs, and once, though the server is started anew meanwhile', async () => {
  await create('restarted', 'for n in $(seq 1 30); do echo "line $n"; sleep 0.1; done');
  while (!(await linesOf('restarted').catch(() => [])).length) await pause(20);
  expect(await status('restarted')).toBe('InProgress');
  await server.close();
  await pause(300);
  await start();
  bench = workbenchOf(server, NAME);
  expect(await ended('restarted')).toBe('Completed');
  expect(await linesOf('restarted')).toEqual(Array.from({ length: 30 }, (_, n) => `line ${n + 1}`));
});

it('is bounded, and ends with what was said last', async () => {
  await create('talkative', 'yes "all work and no play" | head -c 2000000; echo; echo "ValueError: at last"; exit 1');
  expect(await ended('talkative')).toBe('Failed');
  const lines = await linesOf('talkative');
  expect(lines.length).toBeLessThan(20_000);
  expect(lines.filter((line) => line.startsWith('telar: '))).toEqual([
    expect.stringMatching(/^telar: This log is longer than the 300000 bytes that are kept of a job's log/),
    expect.stringMatching(/^telar: \d+ bytes of this log were left out here\.$/),
  ]);
  expect(lines.at(-1)).toBe('ValueError: at last');
});

it('stays when the job is deleted, and is found by the ARN alone', async () => {
  await create('Deleted', 'echo one; echo; echo two');
  await ended('Deleted');
  const arn = (await bench.sagemaker.describeProcessingJob({ ProcessingJobName: 'Deleted' })).ProcessingJobArn!;
  expect(await bench.log(arn)).toBe('one\n\ntwo\n');
  const clients = { sagemaker: async () => bench.sagemaker, logs: async () => logs };
  expect(await lastLines(clients, arn, 1)).toEqual(['two']);
  await remove('Deleted');
  expect(await linesOf('Deleted')).toEqual(['one', ' ', 'two']);
  // Nothing is left of a training job either, and nothing in its way.
  expect(await bench.log(arn.replace('processing-job/deleted', 'training-job/none'))).toBe('');
  // An ARN is in lower case: it leads to the log of a job whose name is, too.
  await create('small', 'echo small');
  await ended('small');
  await remove('small');
  expect(await bench.log(arn.replace('deleted', 'small'))).toBe('small\n');
});
