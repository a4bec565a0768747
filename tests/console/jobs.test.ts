/** Jobs in the console: one that runs, with its log and what it uses; one that has failed; and stopping one. */
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import {
  type CreateProcessingJobCommandInput,
  type CreateTrainingJobCommandInput,
  SageMaker,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { expectAccessible } from '../support/accessible.ts';
import { openBrowser } from '../support/browser.ts';
import { signIn, visit } from '../support/console.ts';
import { openGlueBench } from '../support/glue.ts';
import { seeText } from '../support/hands.ts';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sagemaker: SageMaker;
let RoleArn: string;

beforeAll(async () => {
  server = await startTestServer();
  sagemaker = new SageMaker(server.client);
  const iam = new IAMClient(server.client);
  const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  RoleArn = (await iam.send(new CreateRoleCommand({ RoleName: 'jobs', AssumeRolePolicyDocument }))).Role!.Arn!;
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'jobs', PolicyArn }));
  const s3 = new S3({ ...server.client, forcePathStyle: true });
  await s3.createBucket({ Bucket: 'jobs-console' });
  await s3.putObject({ Bucket: 'jobs-console', Key: 'in/data.csv', Body: 'a\n1\n' });
});
afterAll(() => server.close());
const browser = openBrowser();

const input = { S3Uri: 's3://jobs-console/in/', LocalPath: '/opt/ml/processing/in', S3DataType: 'S3Prefix' as const };

const processing = (ProcessingJobName: string, script: string): CreateProcessingJobCommandInput => ({
  ...{ ProcessingJobName, RoleArn, Environment: { MODE: 'quick' } },
  AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['sh', '-c', script] },
  ProcessingInputs: [{ InputName: 'rows', S3Input: { ...input, S3InputMode: 'File' } }],
  ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
});

const training = (TrainingJobName: string, script: string): CreateTrainingJobCommandInput => ({
  ...{ TrainingJobName, RoleArn },
  AlgorithmSpecification: {
    ...{ TrainingImage: NODE_IMAGE, TrainingInputMode: 'File', ContainerEntrypoint: ['sh', '-c', script] },
    MetricDefinitions: [{ Name: 'validation:auc', Regex: 'auc=([0-9.]+)' }],
  },
  HyperParameters: { depth: '5' },
  OutputDataConfig: { S3OutputPath: 's3://jobs-console/models' },
  ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
  StoppingCondition: { MaxRuntimeInSeconds: 60 },
});

it('shows a job that runs: on top of the list, its log as it is written, what it uses; and stops it', async () => {
  await sagemaker.createProcessingJob(processing('runs', 'n=0; while :; do n=$((n+1)); echo line $n; sleep 0.2; done'));
  const page = await browser.newPage();
  await signIn(page, server);
  await page.getByRole('link', { name: 'Jobs' }).first().click();
  await page.getByRole('grid', { name: 'Jobs under way' }).getByText('Running').waitFor();
  await page.getByRole('grid', { name: 'Jobs under way' }).getByRole('link', { name: 'runs' }).click();
  await page.getByRole('heading', { level: 1, name: 'runs' }).waitFor();
  await page.getByRole('link', { name: 's3://jobs-console/in/' }).waitFor();
  await seeText(page, '/opt/ml/processing/in');
  await page.getByRole('tab', { name: 'Log' }).click();
  await seeText(page, 'line 1');
  await seeText(page, 'line 20');
  await page.getByRole('tab', { name: 'Use of the machine' }).click();
  await page.getByRole('figure', { name: /^Memory/ }).waitFor();
  await page.getByRole('button', { name: 'Stop' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('aws sagemaker stop-processing-job --processing-job-name runs').waitFor();
  await dialog.getByRole('button', { name: 'Stop' }).click();
  await page.locator('.page-line').getByText('Stopped').waitFor();
  expect(await page.getByRole('button', { name: /^Stop/ }).count()).toBe(0);
});

it('says why a job failed, and finds it by its status', async () => {
  await sagemaker.createProcessingJob(processing('fails', 'echo about to fail; exit 3'));
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, '/console/jobs?status=Failed');
  await page.getByRole('grid', { name: 'Processing jobs' }).getByRole('link', { name: 'fails' }).click();
  await seeText(page, /AlgorithmError: .*3/);
  await page.getByRole('tab', { name: 'Log' }).click();
  await seeText(page, 'about to fail');
  // Jobs name folders: what lies in one has its lineage.
  await visit(page, server, '/console/data/jobs-console/object?key=in%2Fdata.csv&tab=lineage');
  await seeText(page, 'What is recorded of the folder that it lies in, s3://jobs-console/in/');
});

it('draws the curves of a training job out of its log', async () => {
  await sagemaker.createTrainingJob(
    training('Learns', 'for n in 1 2 3; do echo auc=0.$n; done; echo m >/opt/ml/model/m'),
  );
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, '/console/jobs/training/Learns?tab=metrics');
  await page.locator('.page-line').getByText('Completed').waitFor();
  const chart = page.getByRole('figure', { name: 'auc' });
  await chart.getByRole('button', { name: 'Show as a table' }).click();
  expect(await chart.getByRole('row').allInnerTexts()).toEqual(['Step\tvalidation:auc', '1\t0.1', '2\t0.2', '3\t0.3']);
  await page.getByRole('tab', { name: 'Inputs and outputs' }).click();
  await page.getByRole('link', { name: 's3://jobs-console/models/Learns/output/model.tar.gz' }).waitFor();
  await seeText(page, 'depth');
  await page.getByRole('tab', { name: 'Lineage' }).click();
  await seeText(page, 'output/model.tar.gz');
});

it('shows a Glue job with its runs, and the error and log of one that failed', async () => {
  const bench = await openGlueBench(server, 'glue-console');
  await bench.job('clean', 'print("begun")\nraise ValueError("row 7 has no name")\n');
  const page = await browser.newPage();
  await signIn(page, server);
  await visit(page, server, '/console/jobs?kind=glue');
  await page.getByRole('grid', { name: 'Glue jobs' }).getByRole('link', { name: 'clean' }).click();
  await page.getByRole('button', { name: 'Start a run' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('aws glue start-job-run --job-name clean').waitFor();
  await dialog.getByRole('button', { name: 'Start' }).click();
  const run = page.getByRole('grid', { name: 'Runs of clean' }).getByRole('row').nth(1);
  await run.getByText('Failed').waitFor({ timeout: 300_000 });
  await run.click();
  await page.getByRole('alert').getByText('ValueError: row 7 has no name').waitFor();
  await seeText(page, 'begun');
  await expectAccessible(page);
}, 400_000);

it.each(['light', 'dark'] as const)('is accessible in %s colours', async (colorScheme) => {
  const page = await browser.newPage({ colorScheme });
  await signIn(page, server);
  await visit(page, server, '/console/jobs?kind=training');
  await expectAccessible(page);
  for (const tab of ['given', 'use', 'metrics', 'log']) {
    await visit(page, server, `/console/jobs/training/Learns?tab=${tab}`);
    await expectAccessible(page);
  }
});

it('names a kind of jobs, and a job, that there is not', async () => {
  const page = await browser.newPage({ allow: [/400/] });
  await signIn(page, server);
  await visit(page, server, '/console/jobs/labeling/x');
  await seeText(page, /no jobs of the kind 'labeling'/);
  await page.goto(`${server.url}/console/jobs/training/nobody`);
  await seeText(page, /nobody/);
});
