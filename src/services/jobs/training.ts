/**
 * Training jobs: what their requests mean, what is refused, and how they are described.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html
 */

import {
  type MetricDefinition,
  metricDefinitionError,
  xgboostMetricDefinitions,
} from '../../definition/jobs/metrics.ts';
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import { parseImage } from '../../runner/images/image.ts';
import type { Sdk } from './context.ts';
import { checkInstances, errors } from './errors.ts';
import { hostNames } from './hosts.ts';
import { DEFAULT_MAX_RUNTIME, GIGABYTE, type JobPlan, json, type PlannedOutput, parseS3Uri } from './plan.ts';
import { date, type JobResult, request } from './row.ts';
import type { JobRow, Transition } from './store.ts';
import { SECONDARY_MESSAGES } from './transitions.ts';

export type TrainingRequest = InputOf<Sdk, 'CreateTrainingJob'>;
type Channel = NonNullable<TrainingRequest['InputDataConfig']>[number];

/** Members of the request that nothing here carries out. Debugger and Profiler settings are kept: their hook lies in images. */
const REFUSED = {
  VpcConfig: 'Leave it out, or isolate the job (EnableNetworkIsolation).',
  CheckpointConfig: 'Save what must survive into /opt/ml/model.',
  DebugRuleConfigurations: 'Leave the rules out.',
  ProfilerRuleConfigurations: 'Leave the rules out (SageMaker Python SDK: disable_profiler=True).',
  RemoteDebugConfig: 'Leave it out.',
  InfraCheckConfig: 'Leave it out.',
  SessionChainingConfig: 'Leave it out.',
  ServerlessJobConfig: 'Name a TrainingImage and a ResourceConfig.',
  MlflowConfig: 'Leave it out.',
  ModelPackageConfig: 'Register the model with CreateModelPackage.',
} as const satisfies Partial<Record<keyof TrainingRequest, string>>;

const asked = (value: unknown): boolean =>
  Array.isArray(value)
    ? value.length > 0
    : typeof value === 'object' && value !== null && Object.values(value).some((each) => each !== false);

/** Refuses what Telar does not do, and what cannot be meant. @throws ValidationException */
export function checkTraining(input: TrainingRequest): void {
  for (const [member, advice] of Object.entries(REFUSED)) {
    if (asked(input[member as keyof typeof REFUSED])) throw errors.unsupported(member, advice);
  }
  if (input.EnableManagedSpotTraining) {
    throw errors.unsupported('EnableManagedSpotTraining', 'Leave it out: this machine has no spot capacity.');
  }
  checkAlgorithm(input);
  checkResources(input);
  checkStopping(input);
  if (!parseS3Uri(input.OutputDataConfig?.S3OutputPath ?? '')) {
    throw errors.invalid(`S3OutputPath is no S3 URI: '${input.OutputDataConfig?.S3OutputPath ?? ''}'.`);
  }
  const channels = input.InputDataConfig ?? [];
  for (const channel of channels) checkChannel(channel, input.AlgorithmSpecification!.TrainingInputMode);
  const names = channels.map(({ ChannelName }) => ChannelName);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw errors.invalid(`Channel names must be unique: '${twice}' is there twice.`);
}

function checkAlgorithm({ AlgorithmSpecification: algorithm }: TrainingRequest): void {
  if (!algorithm) throw errors.invalid('AlgorithmSpecification is required.');
  if (algorithm.AlgorithmName) {
    throw errors.unsupported('AlgorithmSpecification.AlgorithmName', 'Name a TrainingImage instead.');
  }
  if (!algorithm.TrainingImage) throw errors.invalid('AlgorithmSpecification must have a TrainingImage.');
  if (algorithm.TrainingImageConfig?.TrainingRepositoryAccessMode === 'Vpc') {
    throw errors.unsupported('TrainingImageConfig with the access mode Vpc', 'Leave it out.');
  }
  for (const { Name, Regex } of algorithm.MetricDefinitions ?? []) {
    const wrong = metricDefinitionError({ name: Name!, regex: Regex! });
    if (wrong) throw errors.invalid(wrong);
  }
}

function checkResources({ ResourceConfig: resources, EnableNetworkIsolation }: TrainingRequest): void {
  if (!resources) throw errors.invalid('ResourceConfig is required.');
  checkInstances('Training', resources.InstanceCount ?? 1, EnableNetworkIsolation ?? false);
  if (resources.InstanceGroups?.length) {
    throw errors.unsupported('ResourceConfig.InstanceGroups', 'Use InstanceType and InstanceCount.');
  }
  for (const member of ['TrainingPlanArn', 'InstancePreferences', 'InstancePlacementConfig'] as const) {
    if (resources[member]) throw errors.unsupported(`ResourceConfig.${member}`, 'Leave it out.');
  }
}

function checkStopping({ StoppingCondition: stopping }: TrainingRequest): void {
  if (stopping?.MaxWaitTimeInSeconds !== undefined) {
    throw errors.invalid('MaxWaitTimeInSeconds is for managed spot training only. Leave it out of StoppingCondition.');
  }
  if (stopping?.MaxPendingTimeInSeconds !== undefined) {
    const advice = 'A job waits for this machine until it begins or is stopped: leave it out.';
    throw errors.unsupported('StoppingCondition.MaxPendingTimeInSeconds', advice);
  }
}

function checkChannel(channel: Channel, jobMode: string | undefined): void {
  const what = `channel '${channel.ChannelName}'`;
  const s3 = channel.DataSource?.S3DataSource;
  const mode = channel.InputMode ?? jobMode;
  if (mode !== 'File') throw errors.unsupported(`the input mode ${mode} of ${what}`, 'Use File.');
  if (!s3) throw errors.unsupported(`a DataSource of ${what} that is no S3DataSource`, 'Give the data from S3.');
  if (s3.S3DataType !== 'S3Prefix' && s3.S3DataType !== 'ManifestFile') {
    throw errors.unsupported(`the S3DataType ${s3.S3DataType} of ${what}`, 'Use S3Prefix or ManifestFile.');
  }
  if (s3.AttributeNames?.length) {
    throw errors.invalid(`AttributeNames of ${what} are for an AugmentedManifestFile only. Leave them out.`);
  }
  if (s3.InstanceGroupNames?.length) {
    throw errors.unsupported(`InstanceGroupNames of ${what}`, 'Leave them out: every host has the channel.');
  }
  // Which object comes first means nothing to a folder; which host gets it does.
  if (channel.ShuffleConfig && s3.S3DataDistributionType === 'ShardedByS3Key') {
    throw errors.unsupported(`the ShuffleConfig of ${what} with ShardedByS3Key`, 'Shuffle in the training script.');
  }
  if (s3.HubAccessConfig || s3.ModelAccessConfig) {
    throw errors.unsupported(`hub or model access in ${what}`, 'Leave it out.');
  }
  if (channel.RecordWrapperType === 'RecordIO') {
    throw errors.unsupported(`the RecordWrapperType RecordIO of ${what}`, 'Use None.');
  }
  if (!parseS3Uri(s3.S3Uri ?? '')) throw errors.invalid(`The S3Uri of ${what} is no S3 URI: '${s3.S3Uri ?? ''}'.`);
}

/** Names the objects that a job's output becomes. */
function outputUri(input: TrainingRequest): string {
  return `${input.OutputDataConfig!.S3OutputPath!.replace(/\/+$/, '')}/${input.TrainingJobName}/output`;
}

function outputs(input: TrainingRequest): PlannedOutput[] {
  const uri = outputUri(input);
  if (input.OutputDataConfig!.CompressionType === 'NONE') {
    return [
      { name: 'model', folder: 'model', form: 'files', uri: `${uri}/model/` },
      { name: 'output', folder: 'output/data', form: 'files', uri: `${uri}/output/` },
    ];
  }
  return [
    { name: 'model', folder: 'model', form: 'archive', uri: `${uri}/model.tar.gz`, evenEmpty: true },
    { name: 'output', folder: 'output/data', form: 'archive', uri: `${uri}/output.tar.gz`, evenEmpty: false },
  ];
}

/** Where a job's model is, or will be. */
function modelUri(input: TrainingRequest): string {
  return outputs(input)[0]!.uri;
}

/** The user's definitions, and before them those that AWS adds for its own image. */
function metricDefinitions({ AlgorithmSpecification: algorithm }: TrainingRequest): MetricDefinition[] {
  const own = (algorithm!.MetricDefinitions ?? []).map(({ Name, Regex }) => ({ name: Name!, regex: Regex! }));
  const named = new Set(own.map(({ name }) => name));
  const xgboost = parseImage(algorithm!.TrainingImage!)?.repository === 'sagemaker-xgboost';
  return [...(xgboost ? xgboostMetricDefinitions.filter(({ name }) => !named.has(name)) : []), ...own];
}

export function planTraining(row: Pick<JobRow, 'arn' | 'name' | 'request'>): JobPlan {
  const input = request<TrainingRequest>(row);
  const algorithm = input.AlgorithmSpecification!;
  const channels = input.InputDataConfig ?? [];
  const inputs = channels.map((channel) => ({
    name: channel.ChannelName!,
    type: channel.DataSource!.S3DataSource!.S3DataType as 'S3Prefix' | 'ManifestFile',
    uri: channel.DataSource!.S3DataSource!.S3Uri!,
    gzip: channel.CompressionType === 'Gzip',
    sharded: channel.DataSource!.S3DataSource!.S3DataDistributionType === 'ShardedByS3Key',
    folder: `input/data/${channel.ChannelName}`,
  }));
  const entrypoint = algorithm.ContainerEntrypoint;
  return {
    image: algorithm.TrainingImage!,
    entrypoint,
    arguments: algorithm.ContainerArguments ?? (entrypoint ? [] : ['train']),
    environment: { ...input.Environment, TRAINING_JOB_NAME: row.name, TRAINING_JOB_ARN: row.arn },
    networkIsolation: input.EnableNetworkIsolation ?? false,
    maxRuntimeSeconds: input.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME,
    instances: instancesOf(input),
    volumeBytes: (input.ResourceConfig!.VolumeSizeInGB ?? 30) * GIGABYTE,
    inputs,
    outputs: outputs(input),
    retries: input.RetryStrategy?.MaximumRetryAttempts ?? 0,
    storeWhenStopped: true,
    folders: ['model', 'output/data', 'output/tensors', 'input/data', ...inputs.map(({ folder }) => folder)],
    configuration: {
      'input/config/hyperparameters.json': input.HyperParameters ?? {},
      'input/config/inputdataconfig.json': inputDataConfig(channels),
    },
    hostConfiguration: resourceConfigs(input),
    metrics: metricDefinitions(input),
  };
}

function inputDataConfig(channels: readonly Channel[]) {
  const entries = channels.map((channel) => {
    const config = {
      ContentType: channel.ContentType,
      TrainingInputMode: 'File',
      S3DistributionType: channel.DataSource!.S3DataSource!.S3DataDistributionType ?? 'FullyReplicated',
      RecordWrapperType: 'None',
    };
    return [channel.ChannelName!, json(config)] as const;
  });
  return Object.fromEntries(entries);
}

const instancesOf = ({ ResourceConfig: resources }: TrainingRequest) => ({
  type: resources!.InstanceType ?? 'ml.m5.large',
  count: Math.max(1, resources!.InstanceCount ?? 1),
});

/** One for each host. https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-training-algo-running-container.html */
function resourceConfigs(input: TrainingRequest) {
  const { type: instance_type, count } = instancesOf(input);
  const hosts = hostNames(count);
  const group = 'homogeneousCluster';
  return hosts.map((current_host) => ({
    'input/config/resourceconfig.json': {
      current_host,
      current_instance_type: instance_type,
      current_group_name: group,
      hosts,
      instance_groups: [{ instance_group_name: group, instance_type, hosts }],
      // Several hosts have addresses of the loopback: libraries are told to use the interface that carries them.
      network_interface_name: count > 1 ? 'lo' : 'eth0',
    },
  }));
}

export function describeTraining(row: JobRow): OutputOf<Sdk, 'DescribeTrainingJob'> {
  const { Tags: _, ...input } = request<TrainingRequest>(row);
  const result = JSON.parse(row.result) as JobResult;
  const transitions = JSON.parse(row.transitions) as Transition[];
  const seconds =
    row.started_at !== null && row.ended_at !== null ? Math.ceil((row.ended_at - row.started_at) / 1000) : undefined;
  return {
    ...input,
    TrainingJobArn: row.arn,
    // AWS answers both also when they were not named; the SageMaker Python SDK's `attach` reads the key.
    OutputDataConfig: { KmsKeyId: '', CompressionType: 'GZIP', ...input.OutputDataConfig! },
    // Empty while there is no model: a URI would say that one is there.
    ModelArtifacts: { S3ModelArtifacts: result.modelStored ? modelUri(input) : '' },
    TrainingJobStatus: row.status,
    SecondaryStatus: transitions.at(-1)!.status,
    FailureReason: row.failure_reason ?? undefined,
    StoppingCondition: input.StoppingCondition ?? { MaxRuntimeInSeconds: DEFAULT_MAX_RUNTIME },
    CreationTime: new Date(row.created_at),
    TrainingStartTime: date(row.started_at),
    TrainingEndTime: date(row.ended_at),
    LastModifiedTime: new Date(row.modified_at),
    SecondaryStatusTransitions: transitions.map(({ status, start, end }) => ({
      Status: status,
      StartTime: new Date(start),
      EndTime: date(end ?? null),
      StatusMessage: SECONDARY_MESSAGES[status],
    })),
    FinalMetricDataList: result.metrics?.map(({ name, value }) => ({
      MetricName: name,
      Value: value,
      Timestamp: date(row.ended_at),
    })),
    EnableNetworkIsolation: input.EnableNetworkIsolation ?? false,
    EnableInterContainerTrafficEncryption: input.EnableInterContainerTrafficEncryption ?? false,
    EnableManagedSpotTraining: false,
    TrainingTimeInSeconds: seconds,
    BillableTimeInSeconds: seconds,
  };
}
