/**
 * A trial component out of the job that it stands for: pure. Its own row keeps only that it exists and what clients said of
 * it; all that a job knows of itself is read from the job.
 */
import type { OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import type { Described } from './ports.ts';

type Description = OutputOf<Sdk, 'DescribeTrialComponent'>;
type Training = Partial<OutputOf<Sdk, 'DescribeTrainingJob'>>;
type Processing = Partial<OutputOf<Sdk, 'DescribeProcessingJob'>>;
type Transform = Partial<OutputOf<Sdk, 'DescribeTransformJob'>>;

export type Parameters = NonNullable<Description['Parameters']>;
export type Artifacts = NonNullable<Description['InputArtifacts']>;
type Parameter = Parameters[string];

/** What a job says of its component. */
export type Derived = {
  Source: { SourceArn: string; SourceType: string };
  Status: { PrimaryStatus: JobStatus; Message: string };
  StartTime: Date | undefined;
  EndTime: Date | undefined;
  LastModifiedTime: Date;
  Parameters: Parameters;
  InputArtifacts: Artifacts;
  OutputArtifacts: Artifacts;
  Metrics: NonNullable<Description['Metrics']>;
};
type JobStatus = 'InProgress' | 'Completed' | 'Failed' | 'Stopping' | 'Stopped';

/** Longest text of a parameter, in characters. */
const LONGEST_TEXT = 2500;

export function ofJob(job: Described): Derived {
  if ('TrainingJobArn' in job) return ofTraining(job);
  return 'TransformJobArn' in job ? ofTransform(job) : ofProcessing(job);
}

/** As AWS tells numbers from texts among hyperparameters, which are all texts. */
export function parameterOf(text: string): Parameter {
  const number = Number(text);
  if (text.trim() !== '' && Number.isFinite(number)) return { NumberValue: number };
  return { StringValue: text.slice(0, LONGEST_TEXT) };
}

const number = (value: number | undefined): Parameter | undefined =>
  value === undefined ? undefined : { NumberValue: value };
const text = (value: string | undefined): Parameter | undefined =>
  value === undefined ? undefined : { StringValue: value };

/** Members that are there. */
function present<T>(members: readonly (readonly [string, T | undefined])[]): Record<string, T> {
  return Object.fromEntries(members.filter((entry): entry is [string, T] => entry[1] !== undefined));
}

type Artifact = { Value: string; MediaType?: string };
const artifact = (uri: string | undefined, mediaType?: string): Artifact | undefined =>
  uri ? { Value: uri, ...(mediaType === undefined ? {} : { MediaType: mediaType }) } : undefined;

const message = (status: string, secondary: string | undefined, failure: string | undefined) =>
  [
    `Status: ${status}`,
    ...(secondary === undefined ? [] : [`secondary status: ${secondary}`]),
    `failure reason: ${failure ?? ''}.`,
  ].join(', ');

function ofTraining(job: Training): Derived {
  const { ResourceConfig: resources, AlgorithmSpecification: algorithm } = job;
  const hyperparameters = Object.entries(job.HyperParameters ?? {});
  return {
    Source: { SourceArn: job.TrainingJobArn!, SourceType: 'SageMakerTrainingJob' },
    Status: {
      PrimaryStatus: job.TrainingJobStatus as JobStatus,
      Message: message(job.TrainingJobStatus!, job.SecondaryStatus, job.FailureReason),
    },
    StartTime: job.TrainingStartTime,
    EndTime: job.TrainingEndTime,
    LastModifiedTime: job.LastModifiedTime!,
    Parameters: present([
      ['SageMaker.InstanceCount', number(resources?.InstanceCount)],
      ['SageMaker.InstanceType', text(resources?.InstanceType)],
      ['SageMaker.VolumeSizeInGB', number(resources?.VolumeSizeInGB)],
      ...hyperparameters.map(([name, value]) => [name, parameterOf(value)] as const),
    ]),
    InputArtifacts: present([
      ['SageMaker.ImageUri', artifact(algorithm?.TrainingImage)],
      ...(job.InputDataConfig ?? []).map(
        ({ ChannelName, DataSource, ContentType }) =>
          [ChannelName!, artifact(DataSource?.S3DataSource?.S3Uri, ContentType)] as const,
      ),
    ]),
    OutputArtifacts: present([
      ['SageMaker.ModelArtifact', artifact(job.ModelArtifacts?.S3ModelArtifacts)],
      ['SageMaker.DebugHookOutput', artifact(job.DebugHookConfig?.S3OutputPath)],
    ]),
    // Of a metric, a job keeps the last value: the other statistics are not known.
    Metrics: (job.FinalMetricDataList ?? []).map(({ MetricName, Value, Timestamp }) => ({
      MetricName,
      SourceArn: job.TrainingJobArn,
      TimeStamp: Timestamp,
      Last: Value,
    })),
  };
}

function ofProcessing(job: Processing): Derived {
  const cluster = job.ProcessingResources?.ClusterConfig;
  return {
    Source: { SourceArn: job.ProcessingJobArn!, SourceType: 'SageMakerProcessingJob' },
    Status: {
      PrimaryStatus: job.ProcessingJobStatus as JobStatus,
      Message: message(job.ProcessingJobStatus!, undefined, job.FailureReason ?? job.ExitMessage),
    },
    StartTime: job.ProcessingStartTime,
    EndTime: job.ProcessingEndTime,
    LastModifiedTime: job.LastModifiedTime!,
    Parameters: present([
      ['SageMaker.InstanceCount', number(cluster?.InstanceCount)],
      ['SageMaker.InstanceType', text(cluster?.InstanceType)],
      ['SageMaker.VolumeSizeInGB', number(cluster?.VolumeSizeInGB)],
    ]),
    InputArtifacts: present([
      ['SageMaker.ImageUri', artifact(job.AppSpecification?.ImageUri)],
      ...(job.ProcessingInputs ?? []).map(({ InputName, S3Input }) => [InputName!, artifact(S3Input?.S3Uri)] as const),
    ]),
    OutputArtifacts: present(
      (job.ProcessingOutputConfig?.Outputs ?? []).map(
        ({ OutputName, S3Output }) => [OutputName!, artifact(S3Output?.S3Uri)] as const,
      ),
    ),
    Metrics: [],
  };
}

function ofTransform(job: Transform): Derived {
  const { TransformInput: input, TransformOutput: output, TransformResources: resources } = job;
  return {
    Source: { SourceArn: job.TransformJobArn!, SourceType: 'SageMakerTransformJob' },
    Status: {
      PrimaryStatus: job.TransformJobStatus as JobStatus,
      Message: message(job.TransformJobStatus!, undefined, job.FailureReason),
    },
    StartTime: job.TransformStartTime,
    EndTime: job.TransformEndTime,
    // Nothing of it changes but its status.
    LastModifiedTime: job.TransformEndTime ?? job.TransformStartTime ?? job.CreationTime!,
    Parameters: present([
      ['SageMaker.InstanceCount', number(resources?.InstanceCount)],
      ['SageMaker.InstanceType', text(resources?.InstanceType)],
      ['SageMaker.ModelName', text(job.ModelName)],
    ]),
    InputArtifacts: present([
      ['SageMaker.TransformInput', artifact(input?.DataSource?.S3DataSource?.S3Uri, input?.ContentType)],
    ]),
    OutputArtifacts: present([['SageMaker.TransformOutput', artifact(output?.S3OutputPath, output?.Accept)]]),
    Metrics: [],
  };
}
