import { beforeEach, describe, expect, it } from 'vitest';
import {
  createMachine,
  type Machine,
  processingJob,
  settle,
  type TestServer,
  trainingJob,
} from '../../../tests/support/jobs.ts';
import { refusal } from '../../../tests/support/operations.ts';

let machine: Machine;
let server: TestServer;
beforeEach(() => {
  machine = createMachine();
  server = machine.start();
});

const s3 = (more: object = {}) => ({
  InputName: 'in',
  S3Input: { S3Uri: 's3://data/x', LocalPath: '/opt/ml/processing/in', S3DataType: 'S3Prefix', ...more },
});
const output = (more: object = {}) => ({
  Outputs: [
    {
      OutputName: 'out',
      S3Output: { S3Uri: 's3://data/y', LocalPath: '/opt/ml/processing/out', S3UploadMode: 'EndOfJob', ...more },
    },
  ],
});
const channel = (more: object = {}, source: object = {}) => ({
  ChannelName: 'train',
  DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: 's3://data/train', ...source } },
  ...more,
});

describe('what is refused when a job is created', () => {
  it.each([
    [
      { ProcessingInputs: [s3({ S3InputMode: 'Pipe' })] },
      /does not support the S3InputMode Pipe of input 'in' yet. Use File/,
    ],
    [{ ProcessingInputs: [s3({ LocalPath: '/etc' })] }, /LocalPath of input 'in' must be a folder below/],
    [{ ProcessingInputs: [s3({ LocalPath: '/opt/ml/processing/../model' })] }, /must be a folder below/],
    [{ ProcessingInputs: [s3({ S3Uri: 'https://data/x' })] }, /is no S3 URI: 'https/],
    [{ ProcessingInputs: [s3(), s3()] }, /must not repeat a InputName: 'in'/],
    [{ ProcessingInputs: [{ InputName: 'in', DatasetDefinition: {} }] }, /DatasetDefinition of input 'in'/],
    [{ ProcessingOutputConfig: output({ S3UploadMode: 'Continuous' }) }, /S3UploadMode Continuous of output 'out'/],
    [{ NetworkConfig: { VpcConfig: { SecurityGroupIds: ['sg'], Subnets: ['s'] } } }, /NetworkConfig.VpcConfig/],
    [{ AppSpecification: { ImageUri: 'other:1' } }, /There is no image 'other:1' here/],
    [{ RoleArn: 'arn:aws:iam::123456789012:role/none' }, /Could not assume role .*role\/none. Please ensure/],
    [
      {
        ProcessingResources: { ClusterConfig: { InstanceCount: 2, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
        NetworkConfig: { EnableNetworkIsolation: true },
      },
      /EnableNetworkIsolation with an InstanceCount above 1/,
    ],
    [
      { ProcessingResources: { ClusterConfig: { InstanceCount: 21, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } } },
      /^ResourceLimitExceeded: The account-level service limit 'Number of instances for a processing job' is 20/,
    ],
  ])('processing: %j', async (more, message) => {
    expect(await refusal(server.call('CreateProcessingJob', processingJob('job', more)))).toMatch(message);
    expect(await refusal(server.call('DescribeProcessingJob', { ProcessingJobName: 'job' }))).toMatch(
      /^ValidationException: Could not find/,
    );
  });

  it.each([
    [{ InputDataConfig: [channel({ InputMode: 'Pipe' })] }, /input mode Pipe of channel 'train'/],
    [{ InputDataConfig: [channel({ RecordWrapperType: 'RecordIO' })] }, /RecordWrapperType RecordIO of channel/],
    [{ InputDataConfig: [channel({}, { S3DataType: 'AugmentedManifestFile' })] }, /AugmentedManifestFile of channel/],
    [{ InputDataConfig: [channel({ DataSource: { FileSystemDataSource: {} } })] }, /that is no S3DataSource/],
    [{ InputDataConfig: [channel(), channel()] }, /'train' is there twice/],
    [{ OutputDataConfig: { S3OutputPath: 'models' } }, /S3OutputPath is no S3 URI/],
    [{ AlgorithmSpecification: { AlgorithmName: 'x', TrainingInputMode: 'File' } }, /AlgorithmName/],
    [{ CheckpointConfig: { S3Uri: 's3://data/c' } }, /does not support CheckpointConfig yet/],
    [{ EnableManagedSpotTraining: true }, /EnableManagedSpotTraining/],
    [{ StoppingCondition: { MaxRuntimeInSeconds: 9, MaxWaitTimeInSeconds: 10 } }, /for managed spot training only/],
    [{ StoppingCondition: { MaxPendingTimeInSeconds: 7200 } }, /StoppingCondition.MaxPendingTimeInSeconds/],
    [{ InputDataConfig: [channel({}, { AttributeNames: ['a'] })] }, /AttributeNames of channel 'train'/],
    [{ InputDataConfig: [channel({}, { InstanceGroupNames: ['a'] })] }, /InstanceGroupNames of channel 'train'/],
    [
      { InputDataConfig: [channel({ ShuffleConfig: { Seed: 1 } }, { S3DataDistributionType: 'ShardedByS3Key' })] },
      /ShuffleConfig of channel 'train' with ShardedByS3Key/,
    ],
    [
      { ResourceConfig: { InstanceType: 'ml.m5.large', InstancePlacementConfig: { EnableMultipleJobs: true } } },
      /ResourceConfig.InstancePlacementConfig/,
    ],
    [
      { ResourceConfig: { InstanceCount: 21, InstanceType: 'ml.m5.large', VolumeSizeInGB: 1 } },
      /service limit 'Number of instances for a training job'/,
    ],
    [
      {
        AlgorithmSpecification: {
          TrainingImage: 'telar/node:24',
          TrainingInputMode: 'File',
          MetricDefinitions: [{ Name: 'm', Regex: '(' }],
        },
      },
      /regular expression of metric 'm' cannot be used/,
    ],
  ])('training: %j', async (more, message) => {
    expect(await refusal(server.call('CreateTrainingJob', trainingJob('job', more)))).toMatch(message);
  });

  it('a name that is taken, whatever its case', async () => {
    await server.call('CreateTrainingJob', trainingJob('Job'));
    expect(await refusal(server.call('CreateTrainingJob', trainingJob('job')))).toMatch(/^ResourceInUse: /);
    await server.call('CreateProcessingJob', processingJob('job')); // another kind, another name
  });

  it('what the SDK sends by default is taken', async () => {
    const debug = { DebugHookConfig: { S3OutputPath: 's3://models/', CollectionConfigurations: [] } };
    const more = {
      ...debug,
      ProfilerConfig: { DisableProfiler: true },
      DebugRuleConfigurations: [],
      RetryStrategy: undefined,
    };
    await server.call('CreateTrainingJob', trainingJob('job', more));
    expect(await server.call('DescribeTrainingJob', { TrainingJobName: 'job' })).toMatchObject(debug);
  });
});

describe('an update of a training job', () => {
  const update = (more: object) => server.call('UpdateTrainingJob', { TrainingJobName: 'job', ...more });
  beforeEach(() =>
    server.call('CreateTrainingJob', trainingJob('job', { ProfilerConfig: { S3OutputPath: 's3://m/p' } })),
  );

  it('changes the settings of the profiler, and the time', async () => {
    const ResourceConfig = (await server.call('DescribeTrainingJob', { TrainingJobName: 'job' })).ResourceConfig;
    machine.time += 5000;
    const { TrainingJobArn } = await update({ ProfilerConfig: { DisableProfiler: true } });
    expect(await server.call('DescribeTrainingJob', { TrainingJobName: 'job' })).toMatchObject({
      TrainingJobArn,
      ProfilerConfig: { S3OutputPath: 's3://m/p', DisableProfiler: true },
      ResourceConfig,
      LastModifiedTime: new Date(machine.time),
    });
  });

  it.each([
    [{ ResourceConfig: { KeepAlivePeriodInSeconds: 60 } }, /KeepAlivePeriodInSeconds/],
    [{ RemoteDebugConfig: { EnableRemoteDebug: true } }, /RemoteDebugConfig/],
    [{ ProfilerRuleConfigurations: [{}] }, /ProfilerRuleConfigurations/],
    [{ TrainingJobName: 'none' }, /^ValidationException: Requested resource not found\.$/],
  ])('is refused by name: %j', async (more, message) => {
    expect(await refusal(update(more))).toMatch(message);
  });

  it('comes too late for a job that is over', async () => {
    await settle();
    machine.exit('job', { kind: 'exited', code: 0 });
    await settle();
    expect(await refusal(update({ ProfilerConfig: {} }))).toMatch(/'job' is in status Completed/);
  });
});

describe('what a training job is given', () => {
  it('its channels, its resources and its hyperparameters, as files', async () => {
    const more = {
      InputDataConfig: [channel({ ContentType: 'text/csv' })],
      HyperParameters: { num_round: '200' },
      Environment: { A: 'b' },
    };
    await server.call('CreateTrainingJob', trainingJob('job', more));
    await settle();
    expect(machine.process('job')!.spec).toMatchObject({ entrypoint: undefined, arguments: ['train'] });
    expect(machine.staged!.plan).toMatchObject({
      inputs: [{ name: 'train', uri: 's3://data/train', folder: 'input/data/train' }],
      folders: ['model', 'output/data', 'output/tensors', 'input/data', 'input/data/train'],
      configuration: {
        'input/config/hyperparameters.json': { num_round: '200' },
        'input/config/inputdataconfig.json': {
          train: {
            ...{ ContentType: 'text/csv', TrainingInputMode: 'File' },
            ...{ S3DistributionType: 'FullyReplicated', RecordWrapperType: 'None' },
          },
        },
      },
      hostConfiguration: [
        {
          'input/config/resourceconfig.json': {
            ...{ current_host: 'algo-1', current_instance_type: 'ml.m5.large' },
            ...{ current_group_name: 'homogeneousCluster', hosts: ['algo-1'], network_interface_name: 'eth0' },
            instance_groups: [
              { instance_group_name: 'homogeneousCluster', instance_type: 'ml.m5.large', hosts: ['algo-1'] },
            ],
          },
        },
      ],
    });
  });

  it('its limits, from its instance type and its volume', async () => {
    const ResourceConfig = { InstanceCount: 1, InstanceType: 'ml.c5.xlarge' as const, VolumeSizeInGB: 7 };
    await server.call('CreateTrainingJob', trainingJob('job', { ResourceConfig }));
    await settle();
    expect(machine.process('job')!.spec.limits).toEqual({
      ...{ cpus: 4, memoryBytes: 8 * 1024 ** 3, processes: 1024, volumeBytes: 7 * 1024 ** 3 },
    });
  });

  it('a command of its own where it names one; the metrics of XGBoost where that is its image', async () => {
    const xgboost = {
      TrainingInputMode: 'File',
      TrainingImage: '683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1',
      ContainerEntrypoint: ['bash', '-c', 'true'],
      MetricDefinitions: [{ Name: 'train:auc', Regex: 'auc=(.*)' }],
    };
    await server.call('CreateTrainingJob', trainingJob('job', { AlgorithmSpecification: xgboost }));
    await settle();
    expect(machine.process('job')!.spec).toMatchObject({ entrypoint: ['bash', '-c', 'true'], arguments: [] });
    const metrics = machine.staged!.plan.metrics;
    expect(metrics.filter(({ name }) => name === 'train:auc')).toEqual([{ name: 'train:auc', regex: 'auc=(.*)' }]);
    expect(metrics.some(({ name }) => name === 'validation:logloss')).toBe(true);
  });
});

describe('lists', () => {
  const names = ['alpha', 'beta', 'gamma', 'alphabet'];
  beforeEach(async () => {
    for (const name of names) {
      await server.call('CreateProcessingJob', processingJob(name));
      machine.time += 1000;
    }
    await settle();
    machine.time += 1000;
    machine.exit('beta', { kind: 'exited', code: 3 });
    await settle();
  });
  const listed = async (input: object, call = {}) =>
    (await server.call('ListProcessingJobs', input, call)).ProcessingJobSummaries!.map(
      ({ ProcessingJobName }) => ProcessingJobName,
    );

  it.each([
    [{}, names],
    [{ SortOrder: 'Descending' }, [...names].reverse()],
    [{ SortBy: 'Name' }, ['alpha', 'alphabet', 'beta', 'gamma']],
    [{ SortBy: 'Status', SortOrder: 'Ascending' }, ['beta', 'alpha', 'alphabet', 'gamma']],
    [{ NameContains: 'alpha' }, ['alpha', 'alphabet']],
    [{ StatusEquals: 'Failed' }, ['beta']],
    [{ MaxResults: 2 }, ['alpha', 'beta']],
  ])('%j', async (input, expected) => {
    expect(await listed(input)).toEqual(expected);
  });

  it('by time, by region, and by kind', async () => {
    const { CreationTime } = await server.call('DescribeProcessingJob', { ProcessingJobName: 'beta' });
    expect(await listed({ CreationTimeAfter: CreationTime })).toEqual(['gamma', 'alphabet']);
    expect(await listed({ CreationTimeBefore: CreationTime })).toEqual(['alpha']);
    expect(await listed({ LastModifiedTimeAfter: new Date(machine.time - 1) })).toEqual(['beta']);
    expect(await listed({}, { region: 'eu-west-1' })).toEqual([]);
    expect((await server.call('ListTrainingJobs', {})).TrainingJobSummaries).toEqual([]);
  });

  it('of a time that holds nothing, and of pools and plans that nobody has', async () => {
    const { CreationTime } = await server.call('DescribeProcessingJob', { ProcessingJobName: 'beta' });
    expect(await listed({ CreationTimeAfter: CreationTime, CreationTimeBefore: CreationTime })).toEqual([]);
    const later = new Date(CreationTime!.getTime() + 5000);
    expect(await listed({ CreationTimeAfter: later, CreationTimeBefore: CreationTime })).toEqual([]);
    await server.call('CreateTrainingJob', trainingJob('train'));
    const training = async (input: object) => (await server.call('ListTrainingJobs', input)).TrainingJobSummaries;
    expect(await training({})).toHaveLength(1);
    expect(await training({ WarmPoolStatusEquals: 'Available' })).toEqual([]);
    const plan = 'arn:aws:sagemaker:us-east-1:123456789012:training-plan/p';
    expect(await training({ TrainingPlanArnEquals: plan })).toEqual([]);
  });

  it('go on after a job that was deleted in between, and with their own tokens only', async () => {
    const first = await server.call('ListProcessingJobs', { MaxResults: 2 });
    const NextToken = first.NextToken!;
    machine.exit('alpha', { kind: 'exited', code: 0 });
    await settle();
    await server.call('DeleteProcessingJob', { ProcessingJobName: 'beta' });
    await server.call('DeleteProcessingJob', { ProcessingJobName: 'alpha' });
    expect(await listed({ MaxResults: 2, NextToken })).toEqual(['gamma', 'alphabet']);
    for (const other of [{ NameContains: 'a' }, { SortOrder: 'Descending' }, { StatusEquals: 'Failed' }]) {
      expect(await refusal(listed({ ...other, NextToken }))).toMatch(
        /^ValidationException: The NextToken is not valid/,
      );
    }
    expect(await refusal(server.call('ListTrainingJobs', { NextToken }))).toMatch(/^ValidationException/);
    expect(await refusal(listed({ NextToken }, { region: 'eu-west-1' }))).toMatch(/^ValidationException/);
  });

  it('page by page, in every order', async () => {
    for (const SortBy of ['Name', 'CreationTime', 'Status'] as const) {
      for (const SortOrder of ['Ascending', 'Descending'] as const) {
        const all = await listed({ SortBy, SortOrder });
        const pages: (string | undefined)[] = [];
        let NextToken: string | undefined;
        do {
          const page = await server.call('ListProcessingJobs', { SortBy, SortOrder, MaxResults: 1, NextToken });
          pages.push(...page.ProcessingJobSummaries!.map(({ ProcessingJobName }) => ProcessingJobName));
          NextToken = page.NextToken;
        } while (NextToken);
        expect(pages).toEqual(all);
      }
    }
    expect(await refusal(server.call('ListProcessingJobs', { NextToken: 'garbage' }))).toMatch(/^ValidationException/);
  });
});

it('deletes only what is over and cleared away', async () => {
  await server.call('CreateTrainingJob', trainingJob('job'));
  await settle();
  const deletion = () => server.call('DeleteTrainingJob', { TrainingJobName: 'job' });
  expect(await refusal(deletion())).toMatch(/^ResourceInUse: .* is in status InProgress/);
  machine.exit('job', { kind: 'exited', code: 0 });
  await settle();
  const arn = 'arn:aws:sagemaker:us-east-1:123456789012:training-job/job';
  expect(server.exists(arn)).toBe(true);
  await deletion();
  expect(server.exists(arn)).toBe(false);
  expect(server.lineageOf(arn)).toEqual({ reads: [], prefixes: [], outputs: [] });
  await server.call('CreateTrainingJob', trainingJob('job'));
});
