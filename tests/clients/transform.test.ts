/** Batch transform as notebooks and scripts do it: boto3 with its waiter, and the AWS CLI, on the real Python images. */
import { rmSync } from 'node:fs';
import { beforeEach, expect, it } from 'vitest';
import { createSuite, SKLEARN, whyMissing, XGBOOST } from '../../src/runner/images/testing.ts';
import type { AwsHome } from '../support/awsCli.ts';
import { realClients } from '../support/realClients.ts';
import { archive } from '../support/transform.ts';
import { openWorkbench, type Workbench } from '../support/workbench.ts';

let home: AwsHome;
let bench: Workbench;
let missing: string | undefined;

realClients('boto3', async (made) => {
  home = made.home;
  bench = await openWorkbench(made.server, 'boto-transform');
  const suite = createSuite('transform-images');
  missing = await whyMissing(suite.runner, [SKLEARN, XGBOOST]);
  rmSync(suite.base, { recursive: true, force: true });
});
beforeEach((context) => {
  if (missing !== undefined) context.skip(`The Python images cannot be built here: ${missing}`);
});

/** Rows whose label is whether the first feature is larger than the second. */
const ROWS = Array.from({ length: 60 }, (_, row) => [(row * 7) % 10, (row * 3) % 10]);
const labelled = ROWS.map(([a, b]) => `${a! > b! ? 1 : 0},${a},${b}`).join('\n');
const features = ROWS.map(([a, b]) => `${a},${b}`).join('\n');
const nameOf = (row: number) => `"Passenger, No. ${row}"`;
const named = ROWS.map(([a, b], row) => `${nameOf(row)},${a},${b}`).join('\r\n');

it('trains the built-in XGBoost, makes a model of it, and scores a file with a waiter', async () => {
  await bench.put('train/rows.csv', `${labelled}\n`);
  await bench.put('score/rows.csv', `${features}\n`);
  await bench.put('named/rows.csv', named);
  const answer = await home.python(`
import boto3, json
sagemaker, s3 = boto3.client('sagemaker'), boto3.client('s3')
role, image = '${bench.roleArn}', '${XGBOOST}'
sagemaker.create_training_job(
    TrainingJobName='xgb', RoleArn=role,
    AlgorithmSpecification={'TrainingImage': image, 'TrainingInputMode': 'File'},
    HyperParameters={'num_round': '20', 'objective': 'binary:logistic', 'max_depth': '3'},
    InputDataConfig=[{'ChannelName': 'train', 'ContentType': 'text/csv', 'DataSource': {'S3DataSource': {
        'S3DataType': 'S3Prefix', 'S3Uri': 's3://boto-transform/train/'}}}],
    OutputDataConfig={'S3OutputPath': 's3://boto-transform/models'},
    ResourceConfig={'InstanceType': 'ml.m5.large', 'InstanceCount': 1, 'VolumeSizeInGB': 5},
    StoppingCondition={'MaxRuntimeInSeconds': 600})
sagemaker.get_waiter('training_job_completed_or_stopped').wait(TrainingJobName='xgb', WaiterConfig={'Delay': 1})
artefact = sagemaker.describe_training_job(TrainingJobName='xgb')['ModelArtifacts']['S3ModelArtifacts']
sagemaker.create_model(ModelName='xgb', ExecutionRoleArn=role, PrimaryContainer={'Image': image, 'ModelDataUrl': artefact})
def transform(name, **more):
    request = dict(
        TransformJobName=name, ModelName='xgb',
        TransformInput={'DataSource': {'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': 's3://boto-transform/score/'}},
                        'ContentType': 'text/csv', 'SplitType': 'Line'},
        TransformOutput={'S3OutputPath': 's3://boto-transform/' + name, 'AssembleWith': 'Line', 'Accept': 'text/csv'},
        TransformResources={'InstanceType': 'ml.m5.large', 'InstanceCount': 1})
    sagemaker.create_transform_job(**{**request, **more})
    sagemaker.get_waiter('transform_job_completed_or_stopped').wait(TransformJobName=name, WaiterConfig={'Delay': 1})
    text = s3.get_object(Bucket='boto-transform', Key=name + '/rows.csv.out')['Body'].read().decode()
    return text.strip().split('\\n'), sagemaker.describe_transform_job(TransformJobName=name)
plain, described = transform('plain')
asked, _ = transform('asked', Environment={'SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT': 'text/csv'})
logs = boto3.client('logs')
def said(name):
    group = '/aws/sagemaker/TransformJobs'
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name + '/')['logStreams']
    return ' '.join(e['message'] for s in streams for e in logs.get_log_events(logGroupName=group, logStreamName=s['logStreamName'])['events'])
named = {'TransformInput': {'DataSource': {'S3DataSource': {'S3DataType': 'S3Prefix', 'S3Uri': 's3://boto-transform/named/'}},
                            'ContentType': 'text/csv', 'SplitType': 'Line'},
         'DataProcessing': {'InputFilter': '$[1:]', 'JoinSource': 'Input', 'OutputFilter': '$[0,-1]'}}
joined, _ = transform('joined', **named)
joined_asked, _ = transform('joined-asked', **named, Environment={'SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT': 'text/csv'})
json_lines = {**named, 'DataProcessing': {'InputFilter': '$[1:]'}, 'TransformOutput': {
    'S3OutputPath': 's3://boto-transform/lines', 'AssembleWith': 'None', 'Accept': 'application/jsonlines'}}
json_lines_asked = {**json_lines, 'TransformOutput': {**json_lines['TransformOutput'], 'S3OutputPath': 's3://boto-transform/lines-asked'}}
lines, _ = transform('lines', **json_lines)
lines_asked, _ = transform('lines-asked', **json_lines_asked, Environment={'SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT': 'text/csv'})
pages = list(sagemaker.get_paginator('list_transform_jobs').paginate(PaginationConfig={'PageSize': 1}))
print(json.dumps({
  'plain': plain, 'joined': [joined, joined_asked], 'asked': asked, 'lines': [lines, lines_asked],
  'said': [said(name) for name in ('plain', 'joined', 'lines', 'asked', 'joined-asked', 'lines-asked')],
  'status': described['TransformJobStatus'], 'ended': described['TransformEndTime'] >= described['TransformStartTime'],
  'listed': [j['TransformJobName'] for p in pages for j in p['TransformJobSummaries']],
}))`);
  type Answer = { plain: string[]; joined: string[][]; lines: string[][]; asked: string[]; said: string[] };
  const { plain: scores, joined, lines, asked, said, ...rest } = answer as Answer;
  expect(rest).toEqual({
    status: 'Completed',
    ended: true,
    listed: ['lines-asked', 'lines', 'joined-asked', 'joined', 'asked', 'plain'],
  });
  // Without a container and through it, to the last digit.
  for (const log of said.slice(0, 3)) expect(log).toContain('scored by Telar itself');
  for (const log of said.slice(3)) expect(log).toContain("The model's container is asked");
  expect(scores).toEqual(asked);
  const plain = scores.map(Number);
  expect(plain.map((score) => score > 0.5)).toEqual(ROWS.map(([a, b]) => a! > b!));
  expect(joined[0]).toEqual(joined[1]);
  expect(joined[0]).toEqual(scores.map((score, row) => `${nameOf(row)},${score}`));
  expect(lines[0]).toEqual(lines[1]);
  expect(lines[0]).toEqual(scores.map((score) => `{"score": ${score}}`));
});

const SCRIPT = `
import json, os
def model_fn(folder):
    with open(os.path.join(folder, 'weights.json')) as file:
        return json.load(file)
def predict_fn(rows, weights):
    return rows @ weights
`;

it('scores with a script of scikit-learn through the CLI', async () => {
  const data = await archive({ 'weights.json': '[1.0, 10.0]', 'code/inference.py': SCRIPT });
  const ModelDataUrl = await bench.put('models/weights/model.tar.gz', data);
  await bench.put('weigh/a.csv', '1,2\n3,4\n');
  const variables = { SAGEMAKER_PROGRAM: 'inference.py', SAGEMAKER_SUBMIT_DIRECTORY: '/opt/ml/model/code' };
  const container = JSON.stringify({ Image: SKLEARN, ModelDataUrl, Environment: variables });
  const aws = async (...words: string[]) => {
    const { status, stdout, stderr } = await home.aws('sagemaker', ...words);
    expect([status, stderr]).toEqual([0, '']);
    return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  };
  await aws(
    'create-model',
    '--model-name',
    'weights',
    '--execution-role-arn',
    bench.roleArn,
    '--primary-container',
    container,
  );
  const source = { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://boto-transform/weigh/' } };
  await aws(
    ...['create-transform-job', '--transform-job-name', 'weigh', '--model-name', 'weights'],
    ...['--transform-input', JSON.stringify({ DataSource: source, ContentType: 'text/csv', SplitType: 'Line' })],
    ...['--transform-output', 'S3OutputPath=s3://boto-transform/weighed,Accept=text/csv,AssembleWith=Line'],
    ...['--transform-resources', 'InstanceType=ml.m5.large,InstanceCount=1'],
  );
  while ((await aws('describe-transform-job', '--transform-job-name', 'weigh'))['TransformJobStatus'] === 'InProgress');
  const described = await aws('describe-transform-job', '--transform-job-name', 'weigh');
  expect(described['FailureReason']).toBeUndefined();
  expect((await bench.read('weighed/a.csv.out')).trim().split('\n').map(Number)).toEqual([21, 43]);
  await aws('delete-model', '--model-name', 'weights');
  expect(await aws('list-models', '--name-contains', 'weights')).toEqual({ Models: [] });
});
