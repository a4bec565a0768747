/**
 * Processing jobs: what their requests mean, what is refused, and how they are described.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/build-your-own-processing-container.html
 */
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { checkInstances, errors } from './errors.ts';
import { hostNames } from './hosts.ts';
import {
  DEFAULT_MAX_RUNTIME,
  GIGABYTE,
  type JobPlan,
  json,
  ML,
  type PlannedInput,
  type PlannedOutput,
  parseS3Uri,
  pathBelow,
} from './plan.ts';
import { date, type JobResult, request } from './row.ts';
import type { JobRow } from './store.ts';

export type ProcessingRequest = InputOf<Sdk, 'CreateProcessingJob'>;
type Inputs = NonNullable<ProcessingRequest['ProcessingInputs']>;
type Outputs = NonNullable<NonNullable<ProcessingRequest['ProcessingOutputConfig']>['Outputs']>;

const FOLDER = `${ML}/processing`;

/** Refuses what Telar does not do, and what cannot be meant. @throws ValidationException */
export function checkProcessing(input: ProcessingRequest): void {
  const cluster = input.ProcessingResources?.ClusterConfig;
  checkInstances('Processing', cluster?.InstanceCount ?? 1, input.NetworkConfig?.EnableNetworkIsolation ?? false);
  if (cluster?.InstancePreferences) {
    throw errors.unsupported('ClusterConfig.InstancePreferences', 'Name one InstanceType instead.');
  }
  if (input.NetworkConfig?.VpcConfig) {
    throw errors.unsupported('NetworkConfig.VpcConfig', 'Leave it out, or isolate the job (EnableNetworkIsolation).');
  }
  for (const each of input.ProcessingInputs ?? []) checkInput(each);
  for (const each of input.ProcessingOutputConfig?.Outputs ?? []) checkOutput(each);
  unique(
    (input.ProcessingInputs ?? []).map(({ InputName }) => InputName),
    'ProcessingInputs',
    'InputName',
  );
  unique(
    (input.ProcessingOutputConfig?.Outputs ?? []).map(({ OutputName }) => OutputName),
    'Outputs',
    'OutputName',
  );
}

function unique(names: readonly (string | undefined)[], list: string, member: string): void {
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw errors.invalid(`${list} must not repeat a ${member}: '${twice}' is there twice.`);
}

function checkInput({ InputName: name, S3Input: s3, DatasetDefinition, AppManaged }: Inputs[number]): void {
  if (DatasetDefinition) {
    throw errors.unsupported(`the DatasetDefinition of input '${name}'`, 'Give the data as an S3Input.');
  }
  if (!s3) throw errors.invalid(`Input '${name}' must have an S3Input.`);
  if (AppManaged) return;
  if (s3.S3InputMode === 'Pipe') {
    throw errors.unsupported(`the S3InputMode Pipe of input '${name}'`, 'Use File.');
  }
  checkLocalPath(`input '${name}'`, s3.LocalPath);
  checkUri(`input '${name}'`, s3.S3Uri);
}

function checkOutput({ OutputName: name, S3Output: s3, FeatureStoreOutput, AppManaged }: Outputs[number]): void {
  if (FeatureStoreOutput) {
    throw errors.unsupported(`the FeatureStoreOutput of output '${name}'`, 'Store the data through an S3Output.');
  }
  if (AppManaged) return;
  if (!s3) throw errors.invalid(`Output '${name}' must have an S3Output.`);
  if (s3.S3UploadMode === 'Continuous') {
    throw errors.unsupported(`the S3UploadMode Continuous of output '${name}'`, 'Use EndOfJob.');
  }
  checkLocalPath(`output '${name}'`, s3.LocalPath);
  checkUri(`output '${name}'`, s3.S3Uri);
}

function checkLocalPath(what: string, path: string | undefined): void {
  if (path !== undefined && pathBelow(path, FOLDER)) return;
  throw errors.invalid(`The LocalPath of ${what} must be a folder below ${FOLDER}/, and is ${path ?? 'absent'}.`);
}

function checkUri(what: string, uri: string | undefined): void {
  if (uri === undefined || !parseS3Uri(uri)) throw errors.invalid(`The S3Uri of ${what} is no S3 URI: '${uri ?? ''}'.`);
}

export function planProcessing(row: Pick<JobRow, 'arn' | 'name' | 'request'>): JobPlan {
  const input = request<ProcessingRequest>(row);
  const application = input.AppSpecification!;
  const inputs = (input.ProcessingInputs ?? []).flatMap(plannedInput);
  const outputs = (input.ProcessingOutputConfig?.Outputs ?? []).flatMap(plannedOutput);
  const cluster = input.ProcessingResources!.ClusterConfig;
  const hosts = hostNames(cluster?.InstanceCount ?? 1);
  return {
    image: application.ImageUri!,
    entrypoint: application.ContainerEntrypoint,
    arguments: application.ContainerArguments ?? [],
    environment: { ...input.Environment, PROCESSING_JOB_NAME: row.name, PROCESSING_JOB_ARN: row.arn },
    networkIsolation: input.NetworkConfig?.EnableNetworkIsolation ?? false,
    maxRuntimeSeconds: input.StoppingCondition?.MaxRuntimeInSeconds ?? DEFAULT_MAX_RUNTIME,
    instances: { type: cluster?.InstanceType ?? 'ml.m5.large', count: hosts.length },
    volumeBytes: (cluster?.VolumeSizeInGB ?? 30) * GIGABYTE,
    inputs,
    outputs,
    retries: 0,
    storeWhenStopped: false,
    folders: ['output', ...inputs.map(({ folder }) => folder), ...outputs.map(({ folder }) => folder)],
    configuration: {
      'config/processingjobconfig.json': json({
        ProcessingJobArn: row.arn,
        ...input,
        StoppingCondition: input.StoppingCondition ?? { MaxRuntimeInSeconds: DEFAULT_MAX_RUNTIME },
      }),
    },
    hostConfiguration: hosts.map((host) => ({ 'config/resourceconfig.json': { current_host: host, hosts } })),
    metrics: [],
  };
}

function plannedInput({ InputName, AppManaged, S3Input: s3 }: Inputs[number]): PlannedInput[] {
  if (AppManaged || !s3) return [];
  return [
    {
      name: InputName!,
      type: s3.S3DataType ?? 'S3Prefix',
      uri: s3.S3Uri!,
      gzip: s3.S3CompressionType === 'Gzip',
      sharded: s3.S3DataDistributionType === 'ShardedByS3Key',
      folder: pathBelow(s3.LocalPath!, ML)!,
    },
  ];
}

function plannedOutput({ OutputName, AppManaged, S3Output: s3 }: Outputs[number]): PlannedOutput[] {
  if (AppManaged || !s3) return [];
  return [{ name: OutputName!, form: 'files', uri: s3.S3Uri!, folder: pathBelow(s3.LocalPath!, ML)! }];
}

export function describeProcessing(row: JobRow): OutputOf<Sdk, 'DescribeProcessingJob'> {
  const { Tags: _, ...input } = request<ProcessingRequest>(row);
  const { exitMessage } = JSON.parse(row.result) as JobResult;
  return {
    ...input,
    StoppingCondition: input.StoppingCondition ?? { MaxRuntimeInSeconds: DEFAULT_MAX_RUNTIME },
    ProcessingJobArn: row.arn,
    ProcessingJobStatus: row.status,
    ExitMessage: exitMessage,
    FailureReason: row.failure_reason ?? undefined,
    ProcessingStartTime: date(row.started_at),
    ProcessingEndTime: date(row.ended_at),
    LastModifiedTime: new Date(row.modified_at),
    CreationTime: new Date(row.created_at),
  };
}
