/** What `telar doctor` says of failures that really happen: each pipeline here fails in its own way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../../src/base/log.ts';
import { systemWorld } from '../../src/base/world.ts';
import { createImages } from '../../src/runner/images/images.ts';
import { processingStep, runs } from '../support/nodeSteps.ts';
import { SHARED_IMAGES, startTestServer, type TestServer } from '../support/server.ts';
import { type Definition, openWorkbench, type Workbench } from '../support/workbench.ts';
import { type Telar, telarIn } from './telar.ts';

const XGBOOST = '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1';

/** Why the Python image cannot be had here, if it cannot. */
async function pythonMissing(): Promise<string | undefined> {
  try {
    await createImages({ clock: systemWorld.clock, imagesFolder: SHARED_IMAGES }).prepare(XGBOOST, () => {});
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) return `${error.code}: ${error.message}`;
    throw error;
  }
}

const missing = await pythonMissing();
if (missing) console.log(`Python jobs are skipped: ${missing}`);
// Without Python, venv or the package index these jobs cannot run; the reason is printed above.
const withPython = it.skipIf(missing !== undefined);

let telar: Telar;
let server: TestServer;
let bench: Workbench;

beforeAll(async () => {
  telar = telarIn();
  server = await startTestServer({ folder: `${telar.folder}/.telar`, world: { ...systemWorld, log: silentLog } });
  bench = await openWorkbench(server, 'doctor');
});
afterAll(async () => {
  await server.close();
  await telar.close();
});

/** Runs a pipeline of one or more steps to its failure, and answers what the doctor says of it. */
async function diagnosed(name: string, Steps: Definition[]): Promise<string> {
  await bench.createPipeline(name, { Version: '2020-12-01', Steps });
  const arn = await bench.start(name);
  expect((await bench.ended(arn)).status).toBe('Failed');
  const { stdout, status } = await telar.run('doctor', arn);
  expect(status).toBe(1);
  for (const part of ['Symptom', 'Probable cause', 'Action']) expect(stdout).toContain(part);
  return stdout.replace(/\s+/g, ' ');
}

const training = (train: string): Definition => ({
  Name: 'Train',
  Type: 'Training',
  Arguments: {
    AlgorithmSpecification: { TrainingImage: XGBOOST, TrainingInputMode: 'File' },
    HyperParameters: { num_round: '1', objective: 'binary:logistic' },
    OutputDataConfig: { S3OutputPath: `s3://${bench.bucket}/models` },
    StoppingCondition: { MaxRuntimeInSeconds: 600 },
    ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 30 },
    RoleArn: bench.roleArn,
    InputDataConfig: [
      {
        ChannelName: 'train',
        ContentType: 'text/csv',
        DataSource: {
          S3DataSource: { S3DataType: 'S3Prefix', S3Uri: train, S3DataDistributionType: 'FullyReplicated' },
        },
      },
    ],
  },
});

describe('the doctor', () => {
  withPython('names a foreign file under a channel’s prefix', async () => {
    await bench.put('foreign/train.csv', '1,2,3\n0,4,5\n');
    await bench.put('foreign/README.md', 'notes about the data\nwith no columns at all\n');
    const said = await diagnosed('foreign', [training(`s3://${bench.bucket}/foreign/`)]);
    expect(said).toMatch(/Delimiter '.' is not found in the line/);
  });

  withPython('names a Python module that is missing', async () => {
    const script = await bench.put('module/code/script.py', 'import nothing_of_this_name\n');
    const step = processingStep('Prepare', { roleArn: bench.roleArn, script });
    const Arguments = step['Arguments'] as Definition;
    const file = '/opt/ml/processing/input/code/script.py';
    const AppSpecification = { ImageUri: XGBOOST, ContainerEntrypoint: ['python3', file] };
    const said = await diagnosed('module', [{ ...step, Arguments: { ...Arguments, AppSpecification } }]);
    expect(said).toContain("No module named 'nothing_of_this_name'");
  });

  it('names a metric that the evaluation does not have, and what it has', async () => {
    const write = "import { writeFileSync } from 'node:fs';\n";
    const report = JSON.stringify({ metrics: { f1: 0.7 } });
    const script = await bench.put(
      'metric/code/evaluate.ts',
      `${write}writeFileSync('/opt/ml/processing/output/evaluation/evaluation.json', '${report}');\n`,
    );
    const evaluate = processingStep('Evaluate', {
      ...{ roleArn: bench.roleArn, script },
      outputs: { evaluation: runs(bench.bucket, 'evaluation') },
      propertyFiles: [{ name: 'Report', output: 'evaluation', path: 'evaluation.json' }],
    });
    const LeftValue = {
      'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.Report' }, Path: 'metrics.accuracy' },
    };
    const gate: Definition = {
      Name: 'Gate',
      Type: 'Condition',
      Arguments: { Conditions: [{ Type: 'GreaterThan', LeftValue, RightValue: 0.5 }], IfSteps: [], ElseSteps: [] },
    };
    const said = await diagnosed('metric', [evaluate, gate]);
    expect(said).toContain('metrics.accuracy');
    expect(said).toContain('f1');
  });

  it('names an object that is missing', async () => {
    const step = processingStep('Prepare', { roleArn: bench.roleArn, script: `s3://${bench.bucket}/nothing/code.ts` });
    expect(await diagnosed('object', [step])).toMatch(/NoSuchKey.*nothing\/code\.ts/);
  });

  it('names an image that Telar does not have', async () => {
    const step = processingStep('Prepare', { roleArn: bench.roleArn, script: await bench.put('image/code.ts', '') });
    const Arguments = step['Arguments'] as Definition;
    const AppSpecification = { ImageUri: '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.0' };
    expect(await diagnosed('image', [{ ...step, Arguments: { ...Arguments, AppSpecification } }])).toContain(
      'pytorch-training',
    );
  });
});
