/** Jobs in container images of the user's own, over the wire: brought by the telar service, asked for by the official SDK. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateProcessingJobCommand,
  type CreateProcessingJobCommandInput,
  CreateTrainingJobCommand,
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  SageMakerClient,
  waitUntilProcessingJobCompletedOrStopped,
  waitUntilTrainingJobCompletedOrStopped,
} from '@aws-sdk/client-sagemaker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type TelarClient, telarClient } from '../../src/cli/telarClient.ts';
import { isolation } from '../../src/runner/isolation.ts';
import { build, layerOf, programs, writeLayout } from '../support/containerImages.ts';
import { startRegistry, type TestRegistry } from '../support/imageRegistry.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { workbenchOf } from '../support/workbench.ts';

const machine = await isolation();
if (machine.kind === 'none') console.warn(`Skipped: container images, since ${machine.reason}`);

let base: string;
let server: TestServer;
let hub: TestRegistry;
let sagemaker: SageMakerClient;
let s3: S3Client;
let telar: TelarClient;
let RoleArn: string;
let uri: string;

/** A training image as people write them: `train` is found on the PATH, or named by the entrypoint. */
const TRAIN = `#!/bin/sh
echo "training with $(cat /opt/ml/input/config/hyperparameters.json)"
cat /opt/ml/input/data/train/data.csv >/opt/ml/model/weights
echo "accuracy=0.75"
`;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), 'telar-containers-'));
  server = await startTestServer({ imagesFolder: join(base, 'images') });
  sagemaker = new SageMakerClient(server.client);
  s3 = new S3Client({ ...server.client, forcePathStyle: true });
  telar = telarClient({ url: server.url, region: server.region, credentials: server.credentials });
  const trust = { Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' };
  const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: [trust] });
  const role = new CreateRoleCommand({ RoleName: 'containers', AssumeRolePolicyDocument });
  const iam = new IAMClient(server.client);
  RoleArn = (await iam.send(role)).Role!.Arn!;
  const PolicyArn = 'arn:aws:iam::aws:policy/AmazonS3FullAccess';
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'containers', PolicyArn }));
  await s3.send(new CreateBucketCommand({ Bucket: 'containers' }));
  await s3.send(new PutObjectCommand({ Bucket: 'containers', Key: 'in/data.csv', Body: 'a,b\n1,2\n' }));
  const tools = await layerOf(programs(['sh', 'cat', 'tr', 'ls']), 'zstd');
  const own = await layerOf([{ name: 'usr/local/bin/train', content: TRAIN, mode: 0o755 }], 'gzip');
  const image = build([tools, own], { Entrypoint: ['/usr/local/bin/train'], Env: ['KIND=own'] });
  hub = await startRegistry({ images: { 'team/fit:1': image } });
  writeLayout(join(base, 'layout'), [image]);
  uri = `${hub.host}/team/fit:1`;
});
afterAll(async () => {
  await server.close();
  await hub.close();
  rmSync(base, { recursive: true, force: true });
});

const get = async (Key: string) => (await s3.send(new GetObjectCommand({ Bucket: 'containers', Key }))).Body!;
const processing = (ProcessingJobName: string, ImageUri: string): CreateProcessingJobCommandInput => ({
  ...{ ProcessingJobName, RoleArn },
  AppSpecification: {
    ImageUri,
    ContainerEntrypoint: ['sh', '-c'],
    ContainerArguments: [
      'tr a-z A-Z </opt/ml/processing/in/data.csv >/opt/ml/processing/out/data.csv; echo "$KIND"; ls /',
    ],
  },
  ProcessingResources: { ClusterConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
  ProcessingInputs: [
    {
      InputName: 'in',
      S3Input: { S3Uri: 's3://containers/in/', LocalPath: '/opt/ml/processing/in', S3DataType: 'S3Prefix' },
    },
  ],
  ProcessingOutputConfig: {
    Outputs: [
      {
        OutputName: 'out',
        S3Output: { S3Uri: 's3://containers/out', LocalPath: '/opt/ml/processing/out', S3UploadMode: 'EndOfJob' },
      },
    ],
  },
});
const waiting = {
  get client() {
    return sagemaker;
  },
  ...{ maxWaitTime: 30, minDelay: 1, maxDelay: 1 },
};
async function brought(Uri: string): Promise<string> {
  for (;;) {
    const { Status, FailureReason } = await telar('DescribeImageActivity', { Uri });
    if (Status !== 'Working') return FailureReason ?? Status;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// Without namespaces there is nothing to run an image in.
describe.runIf(machine.kind === 'namespaces')('container images over the wire', () => {
  it('an image that is not here is refused with what to do, before a job exists', async () => {
    const create = sagemaker.send(new CreateProcessingJobCommand(processing('too-early', uri)));
    await expect(create).rejects.toThrow(`'telar images pull ${uri}'`);
    const describe = sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'too-early' }));
    await expect(describe).rejects.toThrow();
  });

  it('a processing job runs in an image from a registry', async () => {
    await telar('PullImage', { Uri: uri });
    expect(await brought(uri)).toBe('Done');
    expect((await telar('ListImages', {})).Images).toMatchObject([{ Uri: uri, Layers: 2, From: 'registry' }]);
    const { ProcessingJobArn } = await sagemaker.send(new CreateProcessingJobCommand(processing('upper', uri)));
    await waitUntilProcessingJobCompletedOrStopped(waiting, { ProcessingJobName: 'upper' });
    expect(await (await get('out/data.csv')).transformToString()).toBe('A,B\n1,2\n');
    expect(await workbenchOf(server, 'containers').log(ProcessingJobArn!)).toContain('own\nbin\ndev\netc\n');
  });

  it('a training job runs the entrypoint of an image from a layout', async () => {
    const TrainingImage = '123456789012.dkr.ecr.eu-west-1.amazonaws.com/fit:2';
    await telar('ImportImage', { Path: join(base, 'layout'), Uri: TrainingImage });
    expect(await brought(TrainingImage)).toBe('Done');
    const request = new CreateTrainingJobCommand({
      ...{ TrainingJobName: 'fit', RoleArn, HyperParameters: { depth: '3' } },
      AlgorithmSpecification: {
        ...{ TrainingImage, TrainingInputMode: 'File' },
        MetricDefinitions: [{ Name: 'accuracy', Regex: 'accuracy=([0-9.]+)' }],
      },
      InputDataConfig: [
        {
          ChannelName: 'train',
          DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://containers/in/' } },
        },
      ],
      OutputDataConfig: { S3OutputPath: 's3://containers/models' },
      ResourceConfig: { InstanceCount: 1, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 },
      StoppingCondition: { MaxRuntimeInSeconds: 60 },
      EnableNetworkIsolation: true,
    });
    await sagemaker.send(request);
    await waitUntilTrainingJobCompletedOrStopped(waiting, { TrainingJobName: 'fit' });
    const described = await sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: 'fit' }));
    expect(described).toMatchObject({
      TrainingJobStatus: 'Completed',
      FinalMetricDataList: [{ MetricName: 'accuracy', Value: 0.75 }],
    });
    const model = await (await get('models/fit/output/model.tar.gz')).transformToByteArray();
    expect(gunzipSync(model).toString('latin1')).toContain('a,b\n1,2\n');
  });

  it('what cannot be brought says why, and removing is for what is there', async () => {
    await telar('PullImage', { Uri: `${hub.host}/team/none:1` });
    expect(await brought(`${hub.host}/team/none:1`)).toContain(`${hub.host} has no team/none/manifests/1`);
    await expect(telar('RemoveImage', { Uri: 'not/here:1' })).rejects.toMatchObject({ name: 'ResourceNotFound' });
    await expect(telar('PullImage', { Uri: 'Not A Name' })).rejects.toThrow('no name of an image');
    await expect(telar('DescribeImageActivity', { Uri: 'not/begun:1' })).rejects.toThrow('Nothing was begun');
    await telar('RemoveImage', { Uri: uri });
    expect((await telar('ListImages', {})).Images).toHaveLength(1);
    await expect(sagemaker.send(new CreateProcessingJobCommand(processing('late', uri)))).rejects.toThrow(
      'no image for',
    );
  });
});
