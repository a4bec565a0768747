/** The pipeline on a real server: published as `telar publish` does it, run, refused by its gate, failed by a wrong delivery. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { Lambda } from '@aws-sdk/client-lambda';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientsOf } from '../../src/cli/aws.ts';
import { makeOutput } from '../../src/cli/output.ts';
import { publish } from '../../src/cli/publish/publish.ts';
import { startTestServer, type TestServer } from '../../tests/support/server.ts';
import type { CleaningReport } from './code/cleaning.ts';
import type { Evaluation } from './code/evaluation.ts';
import type { FeaturesReport } from './code/features.ts';
import { deploy } from './code/functions/deploy.ts';
import { generate, type Manifest } from './data/generate.ts';

const MINUTES = 60_000;
const data = mkdtempSync(join(tmpdir(), 'customers-pipeline-'));
let server: TestServer;
let s3: S3;
let sagemaker: SageMaker;
let manifest: Manifest;
let start: Record<string, unknown>;

beforeAll(async () => {
  manifest = await generate(data, { rows: 100_000, seed: 1, partRows: 40_000 });
  process.env['CUSTOMERS_DATA'] = data;
  const { default: customers } = await import('./telar.config.ts');
  server = await startTestServer();
  const { endpoint: url, region, credentials } = server.client;
  s3 = new S3({ ...server.client, forcePathStyle: true });
  sagemaker = new SageMaker(server.client);
  const silent = { write: () => true };
  const out = makeOutput(
    { json: false },
    { stdout: silent, stderr: silent, environment: {}, platform: process.platform },
  );
  const { documents, bundle } = await publish(
    clientsOf({ url, region, credentials }),
    out,
    customers,
    import.meta.dirname,
  );
  start = documents.pipelines[0]!.startParameters(bundle!.uri);
}, 10 * MINUTES);
afterAll(async () => {
  await server?.close();
  rmSync(data, { recursive: true, force: true });
});

/** Runs the pipeline to its end: how it ended, and each step. */
async function run(changes: Record<string, unknown> = {}) {
  const parameters = Object.entries({ ...start, ...changes });
  const { PipelineExecutionArn } = await sagemaker.startPipelineExecution({
    PipelineName: 'customers-modelbuild-dev',
    PipelineParameters: parameters.map(([Name, Value]) => ({ Name, Value: String(Value) })),
    ClientRequestToken: crypto.randomUUID(),
  });
  for (;;) {
    const { PipelineExecutionStatus: status } = await sagemaker.describePipelineExecution({ PipelineExecutionArn });
    if (status !== 'Executing') {
      const { PipelineExecutionSteps = [] } = await sagemaker.listPipelineExecutionSteps({ PipelineExecutionArn });
      const steps = new Map(PipelineExecutionSteps.map((step) => [step.StepName, step]));
      return { status, steps, id: PipelineExecutionArn!.split('/').at(-1)! };
    }
    await pause(100);
  }
}

async function read<T>(Key: string): Promise<T> {
  const { Body } = await s3.getObject({ Bucket: 'customers-mlops-data', Key });
  return JSON.parse(await Body!.transformToString()) as T;
}

describe('the functions', () => {
  it('clean a delivery when its manifest arrives, and then make its features', { timeout: 5 * MINUTES }, async () => {
    const { client } = server;
    await deploy({ s3, lambda: new Lambda(client), events: new EventBridge(client), account: '000000000000' });
    const Bucket = 'customers-mlops-data';
    for (const name of [...manifest.parts.map(({ file }) => file), 'manifest.json'])
      await s3.putObject({ Bucket, Key: `raw/arrived/${name}`, Body: readFileSync(join(data, name)) });
    const found = async () => {
      const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: 'clean/run_date=2026-07-01/run_id=event-' });
      return Contents.map(({ Key }) => Key!).find((Key) => Key.endsWith('/features/features.json'));
    };
    await expect.poll(found, { timeout: 4 * MINUTES, interval: 250 }).toBeDefined();
    const run = (await found())!.replace('/features/features.json', '');
    const report = await read<CleaningReport>(`${run}/cleaning/cleaning.json`);
    expect(report.reasons).toEqual({ too_long: 0, bad_customer: 0, ...manifest.faults });
    const features = await read<FeaturesReport>(`${run}/features/features.json`);
    expect(features).toMatchObject({ cutOff: '2026-04-02', horizonDays: 90 });
    const { Body } = await s3.getObject({ Bucket, Key: `${run}/train/train.csv` });
    expect((await Body!.transformToString()).trimEnd().split('\n')).toHaveLength(features.train.customers);
  });
});

describe('the customers pipeline', () => {
  it('cleans, learns, measures and registers', { timeout: 5 * MINUTES }, async () => {
    const { status, steps, id } = await run();
    const failed = [...steps.values()].flatMap(({ StepName, FailureReason }) =>
      FailureReason ? [`${StepName}: ${FailureReason}`] : [],
    );
    expect(failed).toEqual([]);
    expect(status).toBe('Succeeded');
    const report = await read<CleaningReport>(`clean/run_date=2026-07-01/run_id=${id}/cleaning/cleaning.json`);
    expect(report.reasons).toEqual({ too_long: 0, bad_customer: 0, ...manifest.faults });
    expect(report.files).toHaveLength(3);
    const evaluation = await read<Evaluation>(`pipeline/runs/${id}/evaluation/evaluation.json`);
    expect(evaluation.metrics.auc).toBeGreaterThan(evaluation.baselines.recency_auc);
    const { ModelPackageSummaryList = [] } = await sagemaker.listModelPackages({
      ModelPackageGroupName: 'customers-buy-again-xgboost',
    });
    expect(ModelPackageSummaryList).toMatchObject([{ ModelApprovalStatus: 'PendingManualApproval' }]);
  });

  it('registers nothing that the gate refuses, and takes from the cache what has not changed', {
    timeout: 5 * MINUTES,
  }, async () => {
    const { status, steps } = await run({ AucThreshold: 0.99 });
    expect(status).toBe('Succeeded');
    expect(steps.get('QualityGate')?.Metadata?.Condition?.Outcome).toBe('False');
    expect(steps.has('RegisterModel')).toBe(false);
    expect(steps.get('MakeFeatures')?.CacheHitResult?.SourcePipelineExecutionArn).toBeDefined();
  });

  it('fails with the reason when a delivery is not what it should be', { timeout: 5 * MINUTES }, async () => {
    await s3.putObject({ Bucket: 'customers-mlops-data', Key: 'raw/wrong/a.csv', Body: 'id,name\n1,x\n' });
    const { status, steps } = await run({ InputRawUri: 's3://customers-mlops-data/raw/wrong' });
    expect(status).toBe('Failed');
    expect(steps.get('CleanTransactions')?.FailureReason).toContain("The header of a.csv is 'id,name'");
  });
});
