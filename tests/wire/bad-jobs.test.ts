/** Jobs that go wrong: each fails by name, with what to do, and the next one runs. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { processingStep, runs, trainingStep } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { processesOf, strays } from '../support/serverProcess.ts';
import { type Definition, type Json, openWorkbench, pause, type Workbench } from '../support/workbench.ts';

const GRACE = 300;
let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer({ jobLimits: { atATime: 2, grace: GRACE } });
  bench = await openWorkbench(server, 'bad-jobs');
});
/** Whatever went wrong, nothing of it is left, and a job that is right still runs. */
afterAll(async () => {
  const script = await bench.put('good/good.ts', "console.log('well');\n");
  const { status } = await run('good', [processingStep('Good', { roleArn: bench.roleArn, script })]);
  const { root } = server.server.folder;
  // What waits for the next job ends with the server.
  await server.close();
  const left = await strays(`${root}/jobs`);
  expect([status, left, processesOf(root)]).toEqual(['Succeeded', [], []]);
});

async function run(name: string, Steps: Json[]) {
  await bench.createPipeline(name, { Version: '2020-12-01', Steps });
  return bench.ended(await bench.start(name));
}

/** Runs one job of a script. */
async function runScript(name: string, text: string, options: Partial<Parameters<typeof processingStep>[1]> = {}) {
  const script = await bench.put(`${name}/${name}.ts`, text);
  const { status, steps } = await run(name, [
    processingStep('Job', { roleArn: bench.roleArn, script, outputs: { out: runs('bad-jobs', 'out') }, ...options }),
  ]);
  const step = steps[0]!;
  const job = step.Metadata!.ProcessingJob!.Arn!;
  return { status, reason: step.FailureReason ?? '', job, log: await bench.log(job) };
}

const gate = (path: string, threshold: number): Definition => ({
  Name: 'Gate',
  Type: 'Condition',
  Arguments: {
    Conditions: [
      {
        Type: 'GreaterThanOrEqualTo',
        LeftValue: { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Evaluation' }, Path: path } },
        RightValue: threshold,
      },
    ],
    IfSteps: [],
    ElseSteps: [],
  },
});

describe.concurrent('a job', () => {
  it('whose input is not there fails by the object’s name', async () => {
    const { status, reason } = await runScript('no-input', '', { inputs: { data: 's3://bad-jobs/none/train.csv' } });
    expect(status).toBe('Failed');
    expect(reason).toMatch(/^ClientError: Data download failed:NoSuchKey.*"s3:\/\/bad-jobs\/none\/train\.csv"/);
    expect(reason).toContain("input 'data'");
  });

  it('whose code is in no bucket fails by the bucket’s name', async () => {
    const script = 's3://no-such-bucket/code/a.ts';
    const { status, steps } = await run('no-bucket', [processingStep('Job', { roleArn: bench.roleArn, script })]);
    expect([status, steps[0]?.FailureReason]).toEqual([
      'Failed',
      expect.stringMatching(/NoSuchBucket.*no-such-bucket/),
    ]);
  });

  it('whose script exits 1 fails with its last words', async () => {
    const { status, reason, log } = await runScript(
      'exits',
      "console.log('begun');\nconsole.error('no rows left');\nprocess.exit(1);\n",
    );
    expect(status).toBe('Failed');
    expect(reason).toMatch(/^AlgorithmError: .*exit code: 1.*no rows left$/);
    expect(log).toBe('begun\nno rows left\n');
    const { Contents } = await bench.s3.listObjectsV2({ Bucket: 'bad-jobs', Prefix: 'runs/' });
    expect(Contents).toBeUndefined();
  });

  it('whose script has a syntax error, or is not there, fails saying so', async () => {
    const { reason } = await runScript('syntax', 'const = ;\n');
    expect(reason).toMatch(/^AlgorithmError: .*exit code: 1/);
    const script = await bench.put('misnamed/a.ts', '');
    const step = processingStep('Job', { roleArn: bench.roleArn, script }) as {
      Arguments: { AppSpecification: Definition };
    };
    step.Arguments.AppSpecification['ContainerEntrypoint'] = ['node', '/opt/ml/processing/input/code/b.ts'];
    const { steps } = await run('misnamed', [step as Json]);
    expect(await bench.log(steps[0]!.Metadata!.ProcessingJob!.Arn!)).toContain('/opt/ml/processing/input/code/b.ts');
  });

  it('that dies of a signal fails with its number', async () => {
    const { reason } = await runScript(
      'dies',
      "process.kill(process.pid, 'SIGKILL');\nsetTimeout(() => {}, 60_000);\n",
    );
    expect(reason).toMatch(/exit code: 137/);
  });

  it('that runs too long is stopped, and says what was exceeded', async () => {
    const { status, reason } = await runScript('long', 'setTimeout(() => {}, 600_000);\n', { maxRuntimeSeconds: 1 });
    expect([status, reason]).toEqual(['Failed', expect.stringContaining('MaxRuntimeInSeconds (1)')]);
  });

  it('whose training fails passes on the failure file, and leaves no model', async () => {
    const text =
      "require('node:fs').writeFileSync('/opt/ml/output/failure', 'labels must be 0 or 1');\nprocess.exit(2);\n";
    const script = await bench.put('training/train.cjs', text);
    const output = 's3://bad-jobs/models';
    const { status, steps } = await run('training', [
      trainingStep('Train', { roleArn: bench.roleArn, script, output }),
    ]);
    expect(status).toBe('Failed');
    expect(steps[0]?.FailureReason).toBe('AlgorithmError: labels must be 0 or 1, exit code: 2');
    expect((await bench.s3.listObjectsV2({ Bucket: 'bad-jobs', Prefix: 'models/' })).KeyCount).toBe(0);
  });

  const evaluations: [name: string, text: string, path: string, says: RegExp][] = [
    ['no-file', '', 'metrics.accuracy', /evaluation\.json/],
    ['no-metric', write('{"metrics":{"f1":1}}'), 'metrics.accuracy', /metrics\.accuracy/],
    ['no-json', write('accuracy: 0.9'), 'metrics.accuracy', /evaluation\.json.*JSON/i],
    ['no-number', write('{"metrics":{"accuracy":"good"}}'), 'metrics.accuracy', /good|number|String/i],
  ];
  it.each(evaluations)(
    'whose evaluation is amiss (%s) fails the gate by file and path',
    async (name, text, path, says) => {
      const script = await bench.put(`${name}/evaluate.ts`, text);
      const evaluate = processingStep('Evaluate', {
        ...{ roleArn: bench.roleArn, script, outputs: { out: runs('bad-jobs', name) } },
        propertyFiles: [{ name: 'Evaluation', output: 'out', path: 'evaluation.json' }],
      });
      const { status, steps } = await run(name, [evaluate, gate(path, 0.7)]);
      expect([status, steps.map(({ StepName, StepStatus }) => [StepName, StepStatus])]).toEqual([
        'Failed',
        [
          ['Evaluate', 'Succeeded'],
          ['Gate', 'Failed'],
        ],
      ]);
      expect(steps[1]?.FailureReason).toMatch(says);
    },
  );

  function write(content: string): string {
    return `import { writeFileSync } from 'node:fs';\nwriteFileSync('/opt/ml/processing/output/out/evaluation.json', ${JSON.stringify(content)});\n`;
  }

  it('that ignores SIGTERM is killed after the grace, with all its children', async () => {
    const text = [
      "import { spawn } from 'node:child_process';",
      "process.on('SIGTERM', () => console.log('not now'));",
      "spawn('sh', ['-c', 'trap \"\" TERM; while :; do sleep 1; done'], { stdio: 'inherit', detached: true });",
      "setInterval(() => {}, 1000);\nconsole.log('deaf');\n",
    ].join('\n');
    const script = await bench.put('deaf/deaf.ts', text);
    const step = processingStep('Job', { roleArn: bench.roleArn, script, outputs: { out: runs('bad-jobs', 'deaf') } });
    await bench.createPipeline('deaf', { Version: '2020-12-01', Steps: [step] });
    const arn = await bench.start('deaf');
    const job = await jobOf(arn);
    while (!(await bench.log(job)).includes('deaf')) await pause(20);
    await bench.sagemaker.stopPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: 's'.repeat(32) });
    const { status, steps } = await bench.ended(arn);
    expect([status, steps[0]?.StepStatus]).toEqual(['Stopped', 'Stopped']);
    expect(await bench.log(job)).toBe('deaf\nnot now\n');
  });

  async function jobOf(arn: string): Promise<string> {
    for (;;) {
      const job = (await bench.steps(arn))[0]?.Metadata?.ProcessingJob?.Arn;
      if (job) return job;
      await pause(20);
    }
  }
});
