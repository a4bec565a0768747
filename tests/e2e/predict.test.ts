/** `telar predict` with the real binary: a file, the approved version of a group, and predictions beside the file. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { archive, serveScript } from '../support/transform.ts';
import { finished, type Telar, telarIn } from './telar.ts';

const CONFIG = `
import { defineProject, defineRole, modelPackageGroup } from 'telar';
const group = modelPackageGroup({ name: 'sums' });
const other = modelPackageGroup({ name: 'others' });
const role = defineRole({ name: 'sums-model', policies: { all: [
  { Effect: 'Allow', Action: ['s3:GetObject', 's3:ListBucket', 's3:PutObject'], Resource: ['arn:aws:s3:::sums-data', 'arn:aws:s3:::sums-data/*'] },
  { Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'], Resource: '*' }] } });
export default defineProject({ name: 'sums', bucket: 'sums-data', roles: [role], modelPackageGroups: [group, other], predict: { group, role } });
`;
/** With the header that it is sent; the row 'slow' takes long, 'bad' cannot be scored. */
const ANSWER = `
  const [header, ...rows] = body.trimEnd().split('\\n');
  if (header !== 'id,a,b') throw { status: 400, message: 'no header: ' + header };
  if (rows.some((row) => row.startsWith('slow'))) await pause(60_000);
  if (rows.some((row) => row.startsWith('bad'))) throw { status: 400, message: 'this row is bad' };
  return rows.map((row) => { const [a, b] = row.split(',').slice(-2); return model() + (Number(a) + Number(b)); }).join('\\n');
`;

let telar: Telar;
let sagemaker: SageMaker;
let s3: S3;

beforeAll(async () => {
  telar = telarIn();
  writeFileSync(join(telar.folder, 'telar.config.ts'), CONFIG);
  writeFileSync(join(telar.folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(telar.folder, 'rows.csv'), 'id,a,b\n"x, 1",1,2\r\ny,3,4\n');
  expect(await telar.json('up', '--detach', '--port', '0')).toMatchObject({ status: 0 });
  expect(await telar.json('publish')).toMatchObject({ status: 0 });
  const env = (await telar.json('env')).result as Record<string, string>;
  const options = {
    ...{ endpoint: env['AWS_ENDPOINT_URL']!, region: env['AWS_REGION']! },
    credentials: { accessKeyId: env['AWS_ACCESS_KEY_ID']!, secretAccessKey: env['AWS_SECRET_ACCESS_KEY']! },
  };
  sagemaker = new SageMaker(options);
  s3 = new S3({ ...options, forcePathStyle: true });
}, 60_000);
afterAll(() => telar.close());

async function register(prefix: string): Promise<string> {
  const Key = `models/${prefix}/model.tar.gz`;
  const Body = await archive({ 'model.txt': prefix, 'code/serve.ts': serveScript(ANSWER) });
  await s3.putObject({ Bucket: 'sums-data', Key, Body });
  const { ModelPackageArn } = await sagemaker.createModelPackage({
    ModelPackageGroupName: 'sums',
    ModelApprovalStatus: 'PendingManualApproval',
    InferenceSpecification: {
      Containers: [{ Image: NODE_IMAGE, ModelDataUrl: `s3://sums-data/${Key}` }],
      ...{ SupportedContentTypes: ['text/csv'], SupportedResponseMIMETypes: ['text/csv'] },
      SupportedTransformInstanceTypes: ['ml.m5.large'],
    },
  });
  return ModelPackageArn!;
}
const written = (name: string) => readFileSync(join(telar.folder, name), 'utf8');
const left = () => readdirSync(telar.folder).filter((name) => name.includes('predictions'));

it('says how to approve a model while none is', async () => {
  const nothing = await telar.json('predict', 'rows.csv');
  expect(nothing).toMatchObject({ status: 1, result: { error: { code: 'NoApprovedModel' } } });
  await register('0.');
  const waiting = await telar.run('predict', 'rows.csv');
  expect(waiting.status).toBe(1);
  expect(waiting.stderr).toContain("group 'sums' has no approved version. 'telar approve sums/1' approves the newest");
  expect(left()).toEqual([]);
});

it('scores with the newest approved version, and makes its model once', { timeout: 120_000 }, async () => {
  expect((await telar.run('approve', 'sums/1')).status).toBe(0);
  const arn = await register('1.');
  const first = await telar.json('predict', 'rows.csv');
  expect(first).toMatchObject({ status: 0, stderr: '', result: { rows: 2, version: 1, predictions: ['0.3', '0.7'] } });
  // Byte for byte, as the rows were.
  expect(written('rows.predictions.csv')).toBe('id,a,b,prediction\n"x, 1",1,2,0.3\ny,3,4,0.7\n');

  expect((await telar.run('approve', 'sums/2')).status).toBe(0);
  const second = await telar.run('predict', 'rows.csv', '--output', 'second.csv');
  expect(second).toMatchObject({ status: 0, stderr: '' });
  for (const words of [/"?x, 1"? +1 +2 +1\.3\n/, /s3:\/\/sums-data\/predictions\/files\/predict-\S+\/output\//, arn]) {
    expect(second.stdout).toMatch(words);
  }
  expect(written('second.csv')).toContain('y,3,4,1.7\n');
  const third = await telar.json('predict', 'rows.csv', '--output', 'third.csv');
  expect(third.result).toMatchObject({ version: 2, modelPackageArn: arn });
  const { Models = [] } = await sagemaker.listModels({ NameContains: 'predict-' });
  expect(Models.map(({ ModelName }) => ModelName)).toHaveLength(2);
});

it('writes nothing when the job fails, and says what the model said', { timeout: 60_000 }, async () => {
  writeFileSync(join(telar.folder, 'broken.csv'), 'id,a,b\nbad,1,2\n');
  const ran = await telar.json('predict', 'broken.csv');
  expect(ran).toMatchObject({ status: 1, result: { error: { code: 'JobFailed' } } });
  expect(JSON.stringify(ran.result)).toMatch(/this row is bad.*telar logs predict-/s);
  expect(left()).toEqual(['rows.predictions.csv']);
});

it('stops the job when it is interrupted', { timeout: 60_000 }, async () => {
  writeFileSync(join(telar.folder, 'slow.csv'), 'id,a,b\nslow,1,2\n');
  const child = telar.start('predict', 'slow.csv', '--json');
  const ended = finished(child);
  let said = '';
  child.stdout!.on('data', (chunk: Buffer) => {
    said += chunk.toString();
  });
  await expect.poll(() => said, { timeout: 30_000 }).toContain('InProgress');
  child.kill('SIGINT');
  const ran = await ended;
  expect(ran).toMatchObject({ status: 1, result: { error: { code: 'Interrupted' } } });
  const [{ TransformJobStatus } = {}] = (await sagemaker.listTransformJobs({})).TransformJobSummaries ?? [];
  expect(TransformJobStatus).toBe('Stopped');
  expect(left()).toEqual(['rows.predictions.csv']);
});

it('refuses what it cannot do before anything is uploaded', async () => {
  const refused = async (...args: string[]) => (await telar.run('predict', ...args)).stderr;
  expect(await refused('gone.csv')).toContain('There is no file gone.csv');
  expect(await refused('rows.csv', '--group', 'none')).toContain("no model package group 'none': it has sums, others");
  expect(await refused('rows.csv', '--output', 'no/where.csv')).toContain('There is no folder');
  writeFileSync(join(telar.folder, 'empty.csv'), 'id,a,b\n');
  expect(await refused('empty.csv')).toContain('empty.csv has no row below its header line');
});
