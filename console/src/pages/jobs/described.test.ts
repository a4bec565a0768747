/** Jobs of all kinds in one shape. */
import { expect, it } from 'vitest';
import { executionOf, ofProcessing, ofTraining, ofTransform } from './described.ts';

it('tells where a processing job has its inputs and outputs, in the order of the paths', () => {
  const { mounts, command } = ofProcessing({
    AppSpecification: { ImageUri: 'image', ContainerEntrypoint: ['python3'], ContainerArguments: ['a.py'] },
    ProcessingInputs: [
      {
        InputName: 'rows',
        S3Input: {
          ...{ S3Uri: 's3://b/rows/', LocalPath: '/opt/ml/processing/input', S3DataType: 'S3Prefix' },
          ...{ S3DataDistributionType: 'ShardedByS3Key', S3CompressionType: 'Gzip' },
        },
      },
    ],
    ProcessingOutputConfig: {
      Outputs: [
        {
          OutputName: 'clean',
          S3Output: { S3Uri: 's3://b/clean', LocalPath: '/opt/ml/processing/clean', S3UploadMode: 'EndOfJob' },
        },
      ],
    },
  } as never);
  expect(command).toEqual(['python3', 'a.py']);
  expect(mounts).toEqual([
    { path: '/opt/ml/processing/clean', flow: 'out', name: 'clean', uri: 's3://b/clean/', how: [] },
    {
      ...{ path: '/opt/ml/processing/input', flow: 'in', name: 'rows', uri: 's3://b/rows/' },
      how: ['decompressed', 'shared out among the hosts'],
    },
  ]);
});

it('has no model of a training job that has not left one yet', () => {
  const job = {
    ...{
      TrainingJobName: 't',
      ModelArtifacts: { S3ModelArtifacts: '' },
      OutputDataConfig: { S3OutputPath: 's3://b/m/' },
    },
    InputDataConfig: [{ ChannelName: 'train', DataSource: { S3DataSource: { S3Uri: 's3://b/train' } } }],
  };
  const paths = ofTraining(job as never).mounts.map(({ path, uri }) => [path, uri]);
  expect(paths).toEqual([
    ['/opt/ml/input/config/hyperparameters.json', undefined],
    ['/opt/ml/input/data/train', 's3://b/train'],
    ['/opt/ml/model', undefined],
    ['/opt/ml/output/data', 's3://b/m/t/output/'],
  ]);
});

it('shows a transform job as what its container is asked and answers', () => {
  const { mounts } = ofTransform({
    ModelName: 'm',
    TransformInput: {
      DataSource: { S3DataSource: { S3Uri: 's3://b/in' } },
      ContentType: 'text/csv',
      SplitType: 'Line',
    },
    TransformOutput: { S3OutputPath: 's3://b/out', AssembleWith: 'Line' },
  } as never);
  expect(mounts.map(({ uri, how }) => [uri, how])).toEqual([
    [undefined, ['unpacked']],
    ['s3://b/in', ['text/csv', 'split by line']],
    ['s3://b/out/', ['one line for each']],
  ]);
});

it('knows the execution whose step it is', () => {
  const experiment = { ExperimentName: 'training', TrialName: 'abcdefghij12' };
  expect(executionOf('pipelines-abcdefghij12-Train-0123456789', experiment)).toEqual({
    ...{ pipeline: 'training', id: 'abcdefghij12', step: 'Train' },
  });
  expect(executionOf('mine', experiment)).toBeUndefined();
  expect(executionOf('pipelines-abcdefghij12-Train-0123456789', undefined)).toBeUndefined();
});
