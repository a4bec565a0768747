/** Model and Transform steps of pipelines, with real jobs: train, make a model, score with it; the cache; what is refused. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_IMAGE, runs, trainingStep } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { createModel, SUMS, serveScript } from '../support/transform.ts';
import { type Definition, openWorkbench, refusal, type Workbench } from '../support/workbench.ts';

let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  server = await startTestServer();
  bench = await openWorkbench(server, 'transform-steps');
});
afterAll(() => server.close());

/** "Trains" a model that says of each row which one it is. */
const train = () => `import { mkdirSync, writeFileSync } from 'node:fs';
mkdirSync('/opt/ml/model/code');
writeFileSync('/opt/ml/model/model.txt', 'sum ');
writeFileSync('/opt/ml/model/code/serve.ts', ${JSON.stringify(serveScript(SUMS))});
`;

const modelStep = (): Definition => ({
  Name: 'Model',
  Type: 'Model',
  Arguments: {
    ExecutionRoleArn: bench.roleArn,
    PrimaryContainer: {
      Image: NODE_IMAGE,
      ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
    },
  },
});

const transformStep = (model: Definition | string, input: string, more: Definition = {}): Definition => ({
  Name: 'Score',
  Type: 'Transform',
  Arguments: {
    ModelName: model,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: input } },
      ...{ ContentType: 'text/csv', SplitType: 'Line' },
    },
    TransformOutput: { S3OutputPath: runs(bench.bucket, 'scores'), AssembleWith: 'Line', Accept: 'text/csv' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
  },
  ...more,
});

describe('a pipeline', () => {
  it('trains, makes a model of it, and scores a file; later steps find the scores', async () => {
    const script = await bench.put('code/train.ts', train());
    const input = await bench.put('in/rows.csv', '1,2\n3,4\n');
    const { roleArn, bucket } = bench;
    const check: Definition = {
      Name: 'Check',
      Type: 'Fail',
      Arguments: {
        ErrorMessage: {
          'Std:Join': {
            On: ' ',
            Values: [
              { Get: 'Steps.Score.TransformOutput.S3OutputPath' },
              { Get: 'Steps.Score.TransformJobStatus' },
              { Get: 'Steps.Model.ModelName' },
            ],
          },
        },
      },
    };
    await bench.createPipeline('whole', {
      Version: '2020-12-01',
      Steps: [
        trainingStep('Train', { roleArn, script, output: runs(bucket, 'model') }),
        modelStep(),
        transformStep({ Get: 'Steps.Model.ModelName' }, input),
        { ...check, DependsOn: ['Score'] },
      ],
    });
    const arn = await bench.start('whole');
    const { steps } = await bench.ended(arn);
    const found = Object.fromEntries(steps.map((step) => [step.StepName!, step]));
    expect(found['Score']?.FailureReason).toBeUndefined();
    expect(found['Score']?.StepStatus).toBe('Succeeded');
    const modelArn = found['Model']!.Metadata!.Model!.Arn!;
    const modelName = modelArn.split('/')[1]!;
    const execution = arn.split('/').at(-1)!;
    expect(modelName).toMatch(new RegExp(`^pipelines-${execution}-model-[a-z0-9]{10}$`));
    expect(found['Check']!.FailureReason).toContain(`s3://${bucket}/runs/${execution}/scores Completed pipelines-`);
    expect(await bench.read(`runs/${execution}/scores/rows.csv.out`)).toBe('sum 3\nsum 7\n');
    const job = found['Score']!.Metadata!.TransformJob!.Arn!.split('/')[1]!;
    expect(await bench.sagemaker.describeTransformJob({ TransformJobName: job })).toMatchObject({
      TransformJobStatus: 'Completed',
    });
  });

  it('takes a cached Transform step while model and inputs are what they were', async () => {
    await createModel(bench, 'steady', SUMS);
    const input = await bench.put('cached/rows.csv', '5\n');
    const cached = { CacheConfig: { Enabled: true, ExpireAfter: 'P1D' } };
    const step = transformStep('steady', input, cached);
    await bench.createPipeline('cached', { Version: '2020-12-01', Steps: [step] });
    const score = async () => (await bench.ended(await bench.start('cached'))).steps[0]!;
    const first = await score();
    expect([first.StepStatus, first.CacheHitResult]).toEqual(['Succeeded', undefined]);
    const second = await score();
    expect(second.CacheHitResult).toBeDefined();
    expect(second.Metadata?.TransformJob).toEqual(first.Metadata?.TransformJob);
    await bench.put('cached/rows.csv', '6\n');
    expect((await score()).CacheHitResult).toBeUndefined();
    expect((await score()).CacheHitResult).toBeDefined();
    await bench.sagemaker.deleteModel({ ModelName: 'steady' });
    const PrimaryContainer = { Image: NODE_IMAGE, ModelDataUrl: `s3://${bench.bucket}/models/steady-2/model.tar.gz` };
    await createModel(bench, 'steady-2', SUMS);
    await bench.sagemaker.createModel({ ModelName: 'steady', ExecutionRoleArn: bench.roleArn, PrimaryContainer });
    expect((await score()).CacheHitResult).toBeUndefined();
  });

  it('whose execution is stopped has its transform job stopped', async () => {
    await createModel(bench, 'endless', "console.log('asked');\n  await pause(60_000);\n  return body;");
    const step = transformStep('endless', await bench.put('endless/rows.csv', '1\n'));
    await bench.createPipeline('endless', { Version: '2020-12-01', Steps: [step] });
    const arn = await bench.start('endless');
    const job = async () => (await bench.steps(arn))[0]?.Metadata?.TransformJob?.Arn;
    while (!(await job())) await new Promise((resolve) => setTimeout(resolve, 20));
    await bench.sagemaker.stopPipelineExecution({ PipelineExecutionArn: arn, ClientRequestToken: 'x'.repeat(32) });
    expect((await bench.ended(arn)).status).toBe('Stopped');
    const TransformJobName = (await job())!.split('/')[1]!;
    expect((await bench.sagemaker.describeTransformJob({ TransformJobName })).TransformJobStatus).toBe('Stopped');
  });

  it('whose model may not be used fails in that step, with the reason', async () => {
    const group = 'unapproved';
    await bench.sagemaker.createModelPackageGroup({ ModelPackageGroupName: group });
    const { ModelPackageArn } = await bench.sagemaker.createModelPackage({
      ...{ ModelPackageGroupName: group, ModelApprovalStatus: 'PendingManualApproval' },
      InferenceSpecification: { Containers: [{ Image: NODE_IMAGE }] },
    });
    const Arguments = { ExecutionRoleArn: bench.roleArn, PrimaryContainer: { ModelPackageName: ModelPackageArn! } };
    await bench.createPipeline(group, { Version: '2020-12-01', Steps: [{ Name: 'Model', Type: 'Model', Arguments }] });
    const { status, steps } = await bench.ended(await bench.start(group));
    expect([status, steps[0]?.StepStatus]).toEqual(['Failed', 'Failed']);
    expect(steps[0]?.FailureReason).toContain('its ModelApprovalStatus is PendingManualApproval');
  });

  it.each(['EMR', 'EMRServerless', 'Bedrock'])('with a step of the type %s is refused by name', async (Type) => {
    const refused = await refusal(
      bench.createPipeline(`refused-${Type}`, { Version: '2020-12-01', Steps: [{ Name: 'Far', Type, Arguments: {} }] }),
    );
    expect([refused.name, refused.message]).toEqual(['ValidationException', expect.stringContaining(Type)]);
  });
});
