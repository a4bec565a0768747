/** What the telar service tells of an execution's steps, beyond what AWS has operations for. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishSmallPipeline } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { openWorkbench, refusal, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;
let arn: string;
beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, 'steps');
  await publishSmallPipeline(bench, 'small', { sleep: 1500 });
  arn = await bench.start('small', { Threshold: '0.9' });
});
afterAll(() => server.close());

const all = () => bench.telar('DescribeExecutionSteps', { PipelineExecutionArn: arn });
const one = (StepName: string) => bench.telar('DescribeExecutionStep', { PipelineExecutionArn: arn, StepName });

describe('while it runs', () => {
  it('all steps are told in their order, those that wait, too, and what may be done', async () => {
    const { Steps, ...execution } = await all();
    expect(execution).toMatchObject({ ExecutionStatus: 'Executing', MayStop: true, MayRetry: false });
    expect(Steps.map(({ StepName }) => StepName)).toEqual(['Measure', 'Train', 'Gate', 'Register']);
    expect(Steps[3]).toEqual({ StepName: 'Register', StepStatus: 'Waiting' });
  });

  it('a step that waits has what is known of its arguments, and the rest as it is written', async () => {
    const { Arguments, ...step } = await one('Gate');
    expect(step).toMatchObject({
      StepType: 'Condition',
      StepStatus: 'Waiting',
      Starts: 0,
      HasEnded: false,
      JobNames: [],
    });
    const file = { PropertyFile: { Get: 'Steps.Measure.PropertyFiles.Report' }, Path: 'metrics.accuracy' };
    expect(Arguments).toMatchObject({
      Conditions: [{ LeftValue: { 'Std:JsonGet': file }, RightValue: 0.9 }],
    });
  });
});

describe('when it has ended', () => {
  beforeAll(async () => {
    await bench.ended(arn);
  });

  it('each step has its times, its work and its outcome; the branch not taken was skipped', async () => {
    const { Steps, ...execution } = await all();
    expect(execution).toMatchObject({ ExecutionStatus: 'Succeeded', MayStop: false, MayRetry: false });
    const [measure, , gate, register] = Steps;
    const { ProcessingJob } = (await bench.steps(arn))[0]!.Metadata!;
    expect(measure).toMatchObject({ StepStatus: 'Succeeded', ArnOfWork: ProcessingJob!.Arn });
    expect(Date.parse(measure!.EndTime!)).toBeGreaterThan(Date.parse(measure!.StartTime!));
    expect(gate).toMatchObject({ StepStatus: 'Succeeded', Outcome: 'False' });
    expect(register).toEqual({ StepName: 'Register', StepStatus: 'Skipped' });
  });

  it('a condition has the values that it compared', async () => {
    expect(await one('Gate')).toMatchObject({
      Outcome: 'False',
      Arguments: { Conditions: [{ LeftValue: 0.8, RightValue: 0.9 }] },
    });
  });

  it('a job has the arguments that it was given, its properties, and the names of its starts', async () => {
    const train = await one('Train');
    const job = train.JobNames[0]!;
    expect(train).toMatchObject({
      ...{ Starts: 1, Retries: 0, HasEnded: true, Cache: { verdict: 'off' } },
      Arguments: { OutputDataConfig: { S3OutputPath: `s3://steps/runs/${arn.split('/').at(-1)}/model` } },
      Properties: {
        TrainingJobName: job,
        ModelArtifacts: { S3ModelArtifacts: expect.stringMatching(/model\.tar\.gz$/) },
      },
    });
    expect(train.JobNames).toHaveLength(1);
  });

  it('its job tells the contents that it has read, and an object which jobs have', async () => {
    const [, { ArnOfWork: JobArn = '' }] = (await all()).Steps as [unknown, { ArnOfWork?: string }];
    const { Read, Wrote, ReadLeftOut } = await bench.telar('DescribeJobObjects', { JobArn });
    expect(Read.map(({ Key }) => Key).sort()).toEqual(['small/code/train.ts', 'small/data/data.csv']);
    expect(Wrote.map(({ Key }) => Key)).toEqual([expect.stringMatching(/model\.tar\.gz$/)]);
    expect(ReadLeftOut).toBe(0);

    const data = { Bucket: 'steps', Key: 'small/data/data.csv' };
    const { Jobs } = await bench.telar('ListObjectJobs', data);
    const Content = Read.find(({ Key }) => Key === data.Key)!.Content;
    expect(Jobs.map(({ JobType, Use, Content: read }) => [JobType, Use, read])).toEqual([
      ['Training', 'Read', Content],
      ['Processing', 'Read', Content],
    ]);
    expect((await bench.telar('ListObjectJobs', { Bucket: 'steps', Key: Wrote[0]!.Key })).Jobs).toMatchObject([
      { JobArn, Use: 'Wrote' },
    ]);
    expect((await refusal(bench.telar('DescribeJobObjects', { JobArn: `${JobArn}x` }))).name).toBe('ResourceNotFound');
  });

  it('its times are those of its beginning and end, whatever is changed of it later', async () => {
    const { EndTime } = await all();
    const { CreationTime } = await bench.sagemaker.describePipelineExecution({ PipelineExecutionArn: arn });
    const StartTime = CreationTime!.toISOString();
    await bench.sagemaker.updatePipelineExecution({ PipelineExecutionArn: arn, PipelineExecutionDisplayName: 'named' });
    const PipelineExecutionArns = [arn, `${arn}x`];
    const { Times } = await bench.telar('DescribeExecutionTimes', { PipelineExecutionArns });
    expect(Times).toEqual([{ PipelineExecutionArn: arn, PipelineVersionId: 1, StartTime, EndTime }]);
  });

  it('steps of thousands come from a place on', async () => {
    const { Steps, Next } = await bench.telar('DescribeExecutionSteps', { PipelineExecutionArn: arn, From: 3 });
    expect([Steps.map(({ StepName }) => StepName), Next]).toEqual([['Register'], undefined]);

    const wide = Array.from({ length: 3001 }, (_, index) => ({
      ...{ Name: `s${index}`, Type: 'Fail', Arguments: { ErrorMessage: 'x' } },
    }));
    await bench.createPipeline('wide', { Version: '2020-12-01', Steps: wide });
    const PipelineExecutionArn = await bench.start('wide');
    const first = await bench.telar('DescribeExecutionSteps', { PipelineExecutionArn });
    const rest = await bench.telar('DescribeExecutionSteps', { PipelineExecutionArn, From: first.Next! });
    expect([first.Steps.length, rest.Steps.map(({ StepName }) => StepName), rest.Next]).toEqual([
      3000,
      ['s3000'],
      undefined,
    ]);
  });

  it('what there is none of is refused by name', async () => {
    const gone = await refusal(bench.telar('DescribeExecutionSteps', { PipelineExecutionArn: `${arn}x` }));
    expect([gone.name, gone.message]).toEqual(['ResourceNotFound', expect.stringContaining(`${arn}x`)]);
    expect((await refusal(one('Judge'))).message).toContain('It has: Measure, Train, Gate, Register.');
  });
});
