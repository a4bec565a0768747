/** Executions whose steps are real jobs: retry, stop, selective execution, the cache and what it says, parallelism. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TelarOutputs } from '../../src/services/telar/api.ts';
import { processingStep, runs } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type Definition, openWorkbench, pause, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer({ jobLimits: { grace: 200 } });
  bench = await openWorkbench(server, 'executions');
});
afterAll(() => server.close());

/** Reads `data`, fails while the object `data/broken` is there, and writes how many bytes it read. */
const COUNT = `import { existsSync, readFileSync, writeFileSync } from 'node:fs';
if (existsSync('/opt/ml/processing/input/data/broken')) throw new Error('the data is broken');
const bytes = readFileSync('/opt/ml/processing/input/data/data.csv').length;
writeFileSync('/opt/ml/processing/output/out/count.json', JSON.stringify({ bytes }));
`;
const SLEEP = 'setTimeout(() => {}, 60_000);\n';

const caching = { CacheConfig: { Enabled: true, ExpireAfter: 'P1D' } };

/** Steps that each count the data of their own prefix, one after the other. */
async function publishChain(name: string, steps: string[], more: Definition = {}): Promise<void> {
  const script = await bench.put(`${name}/code/count.ts`, COUNT);
  const { roleArn, bucket } = bench;
  const planned = await Promise.all(
    steps.map(async (step, index) => {
      await bench.put(`${name}/${step}/data.csv`, `data of ${step}`);
      const inputs = { data: `s3://${bucket}/${name}/${step}/` };
      const dependsOn = index > 0 ? { dependsOn: [steps[index - 1]!] } : {};
      const outputs = { out: runs(bucket, step) };
      return { ...processingStep(step, { roleArn, script, inputs, outputs, ...dependsOn }), ...more };
    }),
  );
  await bench.createPipeline(name, { Version: '2020-12-01', Steps: planned });
}

const statusOf = (steps: { StepName?: string; StepStatus?: string }[]) =>
  Object.fromEntries(steps.map(({ StepName, StepStatus }) => [StepName, StepStatus]));
const jobOf = (steps: Awaited<ReturnType<Workbench['steps']>>, name: string) =>
  steps.find(({ StepName }) => StepName === name)?.Metadata?.ProcessingJob?.Arn;
const explain = (PipelineExecutionArn: string, StepName: string): Promise<TelarOutputs['ExplainStep']> =>
  bench.telar('ExplainStep', { PipelineExecutionArn, StepName });

describe('a failed execution', () => {
  it('is retried under the same ARN: only what did not succeed runs again', async () => {
    await publishChain('retried', ['first', 'second', 'third']);
    await bench.put('retried/second/broken', '');
    const arn = await bench.start('retried');
    const failed = await bench.ended(arn);
    expect([failed.status, statusOf(failed.steps)]).toEqual(['Failed', { first: 'Succeeded', second: 'Failed' }]);
    expect(failed.steps[1]?.FailureReason).toContain('the data is broken');

    await bench.s3.deleteObject({ Bucket: bench.bucket, Key: 'retried/second/broken' });
    const token = randomUUID();
    const retry = () =>
      bench.sagemaker.retryPipelineExecution({
        PipelineExecutionArn: arn,
        ClientRequestToken: token,
        ParallelismConfiguration: { MaxParallelExecutionSteps: 3 },
      });
    expect((await retry()).PipelineExecutionArn).toBe(arn);
    const again = await bench.ended(arn);
    const described = await bench.sagemaker.describePipelineExecution({ PipelineExecutionArn: arn });
    expect(described.ParallelismConfiguration).toEqual({ MaxParallelExecutionSteps: 3 });
    expect((await retry()).PipelineExecutionArn).toBe(arn); // the same token: nothing more happens
    const all = { first: 'Succeeded', second: 'Succeeded', third: 'Succeeded' };
    expect([again.status, statusOf(again.steps)]).toEqual(['Succeeded', all]);
    expect(jobOf(again.steps, 'first')).toBe(jobOf(failed.steps, 'first'));
    expect(jobOf(again.steps, 'second')).not.toBe(jobOf(failed.steps, 'second'));
  });
});

describe('a running execution', () => {
  it('is stopped with its jobs', async () => {
    const script = await bench.put('stopped/code/sleep.ts', SLEEP);
    const step = processingStep('sleeps', { roleArn: bench.roleArn, script });
    const later = processingStep('later', { roleArn: bench.roleArn, script, dependsOn: ['sleeps'] });
    await bench.createPipeline('stopped', { Version: '2020-12-01', Steps: [step, later] });
    const arn = await bench.start('stopped');
    let job: string | undefined;
    while (!job) {
      job = jobOf(await bench.steps(arn), 'sleeps');
      await pause(10);
    }
    await bench.sagemaker.stopPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: randomUUID() });
    const { status, steps } = await bench.ended(arn);
    expect([status, statusOf(steps)]).toEqual(['Stopped', { sleeps: 'Stopped' }]);
    const ProcessingJobName = job.slice(job.lastIndexOf('/') + 1);
    const described = await bench.sagemaker.describeProcessingJob({ ProcessingJobName });
    expect(described.ProcessingJobStatus).toBe('Stopped');
  });

  it('keeps to its number of parallel steps', async () => {
    const script = await bench.put('parallel/code/count.ts', COUNT);
    await bench.put('parallel/data/data.csv', 'x');
    const inputs = { data: `s3://${bench.bucket}/parallel/data/` };
    const { roleArn } = bench;
    const outputs = { out: runs(bench.bucket, 'out') };
    const Steps = ['a', 'b', 'c'].map((name) => processingStep(name, { roleArn, script, inputs, outputs }));
    await bench.createPipeline('parallel', { Version: '2020-12-01', Steps });
    const { PipelineExecutionArn = '' } = await bench.sagemaker.startPipelineExecution({
      PipelineName: 'parallel',
      ClientRequestToken: randomUUID(),
      ParallelismConfiguration: { MaxParallelExecutionSteps: 1 },
    });
    const { status, steps } = await bench.ended(PipelineExecutionArn);
    expect(status).toBe('Succeeded');
    const times = steps.map(({ StartTime, EndTime }) => [Number(StartTime), Number(EndTime)] as const);
    for (let index = 1; index < times.length; index += 1) {
      expect(times[index]![0]).toBeGreaterThanOrEqual(times[index - 1]![1]);
    }
  });
});

describe('the cache', () => {
  it('takes over what did not change, and says why each step ran or did not', async () => {
    await publishChain('cached', ['one', 'two'], caching);
    const first = await bench.start('cached');
    expect((await bench.ended(first)).status).toBe('Succeeded');
    expect(await explain(first, 'one')).toMatchObject({
      Cache: { verdict: 'miss', reason: 'No earlier run of this step has succeeded in this pipeline.' },
    });

    const second = await bench.start('cached');
    const hit = await bench.ended(second);
    expect(hit.steps.map(({ CacheHitResult }) => CacheHitResult?.SourcePipelineExecutionArn)).toEqual([first, first]);
    expect(await explain(second, 'one')).toMatchObject({ Cache: { verdict: 'hit', source: first } });

    // The same URI, other bytes: AWS would not notice.
    await bench.put('cached/two/data.csv', 'other data');
    const third = await bench.start('cached');
    const partly = await bench.ended(third);
    expect(partly.steps.map(({ CacheHitResult }) => CacheHitResult !== undefined)).toEqual([true, false]);
    const { Cache } = await explain(third, 'two');
    expect(Cache).toMatchObject({ verdict: 'miss', compared: first });
    expect(JSON.stringify(Cache)).toContain('cached/two/data.csv');

    const { Contents = [] } = await bench.s3.listObjectsV2({ Bucket: bench.bucket, Prefix: 'runs/' });
    const output = Contents.find(({ Key }) => Key?.includes(first.slice(-12)) && Key.includes('/one/'))!.Key!;
    await bench.s3.deleteObject({ Bucket: bench.bucket, Key: output });
    const fourth = await bench.start('cached');
    expect((await bench.ended(fourth)).steps[0]?.CacheHitResult).toBeUndefined();
    expect(JSON.stringify(await explain(fourth, 'one'))).toContain('(deleted)');
  });
});

describe('selective execution', () => {
  it('runs the selected steps on the results of an earlier execution, and no others', async () => {
    await publishChain('selective', ['before', 'chosen', 'after']);
    const source = await bench.start('selective');
    const whole = await bench.ended(source);
    const select = (...names: string[]) =>
      bench.sagemaker.startPipelineExecution({
        PipelineName: 'selective',
        ClientRequestToken: randomUUID(),
        SelectiveExecutionConfig: {
          SourcePipelineExecutionArn: source,
          SelectedSteps: names.map((StepName) => ({ StepName })),
        },
      });
    const { PipelineExecutionArn = '' } = await select('chosen');
    const { status, steps } = await bench.ended(PipelineExecutionArn);
    expect([status, statusOf(steps)]).toEqual(['Succeeded', { before: 'Succeeded', chosen: 'Succeeded' }]);
    const reused = steps.find(({ StepName }) => StepName === 'before');
    expect(reused?.SelectiveExecutionResult?.SourcePipelineExecutionArn).toBe(source);
    expect(jobOf(steps, 'chosen')).not.toBe(jobOf(whole.steps, 'chosen'));
    await expect(select('before', 'after')).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(select('nobody')).rejects.toThrow(/nobody/);
  });
});
