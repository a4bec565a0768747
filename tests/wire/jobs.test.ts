/** Processing and training jobs through the official SDK, against a real server: real processes, real objects, a real role. */
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  CreateTrainingJobCommand,
  DeleteProcessingJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  ListProcessingJobsCommand,
  ListTagsCommand,
  paginateListProcessingJobs,
  SageMakerClient,
  StopProcessingJobCommand,
  waitUntilProcessingJobCompletedOrStopped,
  waitUntilTrainingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NODE_IMAGE } from '../support/nodeSteps.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let sagemaker: SageMakerClient;
let s3: S3Client;
let RoleArn: string;

beforeAll(async () => {
  server = await startTestServer();
  sagemaker = new SageMakerClient(server.client);
  s3 = new S3Client({ ...server.client, forcePathStyle: true });
  const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  const role = new CreateRoleCommand({ RoleName: 'jobs', AssumeRolePolicyDocument });
  const iam = new IAMClient(server.client);
  RoleArn = (await iam.send(role)).Role!.Arn!;
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'jobs', PolicyArn }));
  await s3.send(new CreateBucketCommand({ Bucket: 'jobs-wire' }));
});
afterAll(() => server.close());

const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket: 'jobs-wire', Key, Body }));
const get = async (Key: string) =>
  (await s3.send(new GetObjectCommand({ Bucket: 'jobs-wire', Key }))).Body!.transformToString();

const processing = (
  ProcessingJobName: string,
  script: string,
  more: Partial<CreateProcessingJobCommandInput> = {},
): CreateProcessingJobCommandInput => ({
  ...{ ProcessingJobName, RoleArn },
  AppSpecification: { ImageUri: NODE_IMAGE, ContainerEntrypoint: ['sh', '-c', script] },
  ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  ...more,
});
const create = (input: CreateProcessingJobCommandInput) => sagemaker.send(new CreateProcessingJobCommand(input));
const describeJob = (ProcessingJobName: string) =>
  sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName }));
const waiting = {
  get client() {
    return sagemaker;
  },
  maxWaitTime: 30,
  minDelay: 1,
  maxDelay: 1,
};

describe('jobs over the wire', () => {
  it('a processing job turns an object into an object', async () => {
    await put('in/data.csv', 'a,b\n1,2\n');
    const input = processing('upper', 'tr a-z A-Z </opt/ml/processing/in/data.csv >/opt/ml/processing/out/data.csv', {
      ProcessingInputs: [
        {
          InputName: 'in',
          S3Input: { S3Uri: 's3://jobs-wire/in/', LocalPath: '/opt/ml/processing/in', S3DataType: 'S3Prefix' },
        },
      ],
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'out',
            S3Output: { S3Uri: 's3://jobs-wire/out', LocalPath: '/opt/ml/processing/out', S3UploadMode: 'EndOfJob' },
          },
        ],
      },
      Tags: [{ Key: 'team', Value: 'data' }],
    });
    const { ProcessingJobArn } = await create(input);
    await waitUntilProcessingJobCompletedOrStopped(waiting, { ProcessingJobName: 'upper' });
    expect(await get('out/data.csv')).toBe('A,B\n1,2\n');
    const described = await describeJob('upper');
    expect(described).toMatchObject({
      ...{ ProcessingJobArn, ProcessingJobStatus: 'Completed', ProcessingInputs: input.ProcessingInputs },
      StoppingCondition: { MaxRuntimeInSeconds: 86_400 },
    });
    expect(described.ProcessingEndTime!.getTime()).toBeGreaterThanOrEqual(described.ProcessingStartTime!.getTime());
    const { Tags } = await sagemaker.send(new ListTagsCommand({ ResourceArn: ProcessingJobArn }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'data' }]);
  });

  it('a training job leaves a model', async () => {
    await sagemaker.send(
      new CreateTrainingJobCommand({
        ...{ TrainingJobName: 'model', RoleArn },
        AlgorithmSpecification: {
          ...{ TrainingImage: NODE_IMAGE, TrainingInputMode: 'File' },
          ContainerEntrypoint: [
            'sh',
            '-c',
            'cp /opt/ml/input/config/hyperparameters.json /opt/ml/model/; echo auc=0.9',
          ],
          MetricDefinitions: [{ Name: 'auc', Regex: 'auc=([0-9.]+)' }],
        },
        HyperParameters: { depth: '5' },
        OutputDataConfig: { S3OutputPath: 's3://jobs-wire/models' },
        ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
        StoppingCondition: { MaxRuntimeInSeconds: 60 },
      }),
    );
    await waitUntilTrainingJobCompletedOrStopped(waiting, { TrainingJobName: 'model' });
    const described = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'model' }));
    expect(described).toMatchObject({
      ...{ TrainingJobStatus: 'Completed', SecondaryStatus: 'Completed', HyperParameters: { depth: '5' } },
      ModelArtifacts: { S3ModelArtifacts: 's3://jobs-wire/models/model/output/model.tar.gz' },
    });
    expect(described.FinalMetricDataList![0]).toMatchObject({ MetricName: 'auc' });
    expect(described.FinalMetricDataList![0]!.Value).toBeCloseTo(0.9);
    expect(await get('models/model/output/model.tar.gz')).not.toBe('');
  });

  it('a job is stopped, listed, and deleted', async () => {
    for (const name of ['list-a', 'list-b']) await create(processing(name, 'sleep 600'));
    for (const ProcessingJobName of ['list-a', 'list-b']) {
      await sagemaker.send(new StopProcessingJobCommand({ ProcessingJobName }));
      await waitUntilProcessingJobCompletedOrStopped(waiting, { ProcessingJobName });
    }
    expect((await describeJob('list-a')).ProcessingJobStatus).toBe('Stopped');
    const names: (string | undefined)[] = [];
    const pages = paginateListProcessingJobs(
      { client: sagemaker, pageSize: 1 },
      { NameContains: 'list-', SortBy: 'Name' },
    );
    for await (const page of pages) names.push(...page.ProcessingJobSummaries!.map((job) => job.ProcessingJobName));
    expect(names).toEqual(['list-a', 'list-b']);
    await expect
      .poll(() =>
        sagemaker.send(new DeleteProcessingJobCommand({ ProcessingJobName: 'list-a' })).then(() => 'deleted', String),
      )
      .toBe('deleted');
    const left = await sagemaker.send(new ListProcessingJobsCommand({ NameContains: 'list-' }));
    expect(left.ProcessingJobSummaries).toMatchObject([{ ProcessingJobName: 'list-b' }]);
  });

  it('refusals arrive as SageMaker’s', async () => {
    await expect(describeJob('none')).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'Could not find requested job with name: none',
    });
    await create(processing('taken', 'true'));
    await expect(create(processing('taken', 'true'))).rejects.toMatchObject({ name: 'ResourceInUse' });
    await waitUntilProcessingJobCompletedOrStopped(waiting, { ProcessingJobName: 'taken' });
    const image = { AppSpecification: { ImageUri: 'example.com/own:1' } };
    await expect(create(processing('image', '', image))).rejects.toThrow(/no image for 'example.com\/own:1'/);
  });
});
