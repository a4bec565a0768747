/**
 * What Describe answers of a job, of whichever kind, in one shape: what it was given, where that lies in its container, and how it
 * went. Pure.
 */
import type { Output } from '../../data/types.ts';
import type { Kind } from './kinds.ts';

type Processing = Output<'sagemaker', 'DescribeProcessingJob'>;
type Training = Output<'sagemaker', 'DescribeTrainingJob'>;
type Transform = Output<'sagemaker', 'DescribeTransformJob'>;

/** A file or folder of the container. */
export type Mount = {
  path: string;
  /** `in` is there when the job begins; `out` is taken when it ends; `file` is made for it. */
  flow: 'in' | 'out' | 'file';
  name: string;
  /** Where it comes from, or goes to. */
  uri?: string | undefined;
  /** How it is brought: unpacked, shared out … */
  how: string[];
  /** Of a file that is made: what is in it. */
  content?: unknown;
};

export type Described = {
  kind: Kind;
  name: string;
  arn: string;
  status: string;
  secondary: string | undefined;
  reason: string | undefined;
  exitMessage: string | undefined;
  image: string | undefined;
  model: string | undefined;
  role: string | undefined;
  instances: { type: string; count: number };
  volumeGb: number | undefined;
  longest: number | undefined;
  isolated: boolean;
  created: number | undefined;
  started: number | undefined;
  ended: number | undefined;
  /** Whose step it is, if it is one. */
  execution: { pipeline: string; id: string; step: string } | undefined;
  command: readonly string[];
  environment: Readonly<Record<string, string>>;
  hyperparameters: Readonly<Record<string, string>> | undefined;
  mounts: readonly Mount[];
  metrics: readonly { name: string; value: number }[];
  metricDefinitions: readonly { name: string; regex: string }[];
  transitions: readonly { status: string; from: number; to: number | undefined; message: string | undefined }[];
  record: unknown;
};

const NOTHING_MORE = {
  ...{ secondary: undefined, exitMessage: undefined, model: undefined, hyperparameters: undefined },
  ...{
    volumeGb: undefined,
    longest: undefined,
    isolated: false,
    command: [],
    metrics: [],
    metricDefinitions: [],
    transitions: [],
  },
} as const;

export function ofProcessing(job: Processing): Described {
  const cluster = job.ProcessingResources?.ClusterConfig;
  return {
    ...NOTHING_MORE,
    ...{ kind: 'processing', name: job.ProcessingJobName ?? '', arn: job.ProcessingJobArn ?? '' },
    ...{ status: job.ProcessingJobStatus ?? '', reason: job.FailureReason, exitMessage: job.ExitMessage },
    ...{ image: job.AppSpecification?.ImageUri, role: job.RoleArn },
    instances: { type: cluster?.InstanceType ?? '', count: cluster?.InstanceCount ?? 1 },
    ...{ volumeGb: cluster?.VolumeSizeInGB, longest: job.StoppingCondition?.MaxRuntimeInSeconds },
    isolated: job.NetworkConfig?.EnableNetworkIsolation ?? false,
    ...{ created: job.CreationTime, started: job.ProcessingStartTime, ended: job.ProcessingEndTime },
    execution: executionOf(job.ProcessingJobName, job.ExperimentConfig),
    command: [
      ...(job.AppSpecification?.ContainerEntrypoint ?? []),
      ...(job.AppSpecification?.ContainerArguments ?? []),
    ],
    environment: job.Environment ?? {},
    mounts: processingMounts(job),
    record: job,
  };
}

function processingMounts({ ProcessingInputs = [], ProcessingOutputConfig }: Processing): Mount[] {
  const inputs = ProcessingInputs.map(
    ({ InputName = '', S3Input }): Mount => ({
      ...{ path: S3Input?.LocalPath ?? '', flow: 'in', name: InputName, uri: S3Input?.S3Uri },
      how: howOf({
        type: S3Input?.S3DataType,
        gzip: S3Input?.S3CompressionType,
        shared: S3Input?.S3DataDistributionType,
      }),
    }),
  );
  const outputs = (ProcessingOutputConfig?.Outputs ?? []).map(
    ({ OutputName = '', S3Output }): Mount => ({
      ...{ path: S3Output?.LocalPath ?? '', flow: 'out', name: OutputName, uri: asFolder(S3Output?.S3Uri), how: [] },
    }),
  );
  return inOrder([...inputs, ...outputs]);
}

export function ofTraining(job: Training): Described {
  const algorithm = job.AlgorithmSpecification;
  return {
    ...NOTHING_MORE,
    ...{ kind: 'training', name: job.TrainingJobName ?? '', arn: job.TrainingJobArn ?? '' },
    ...{ status: job.TrainingJobStatus ?? '', secondary: job.SecondaryStatus, reason: job.FailureReason },
    ...{ image: algorithm?.TrainingImage, role: job.RoleArn },
    instances: { type: job.ResourceConfig?.InstanceType ?? '', count: job.ResourceConfig?.InstanceCount ?? 1 },
    ...{ volumeGb: job.ResourceConfig?.VolumeSizeInGB, longest: job.StoppingCondition?.MaxRuntimeInSeconds },
    isolated: job.EnableNetworkIsolation ?? false,
    ...{ created: job.CreationTime, started: job.TrainingStartTime, ended: job.TrainingEndTime },
    execution: executionOf(job.TrainingJobName, job.ExperimentConfig),
    command: [...(algorithm?.ContainerEntrypoint ?? []), ...(algorithm?.ContainerArguments ?? [])],
    ...{ environment: job.Environment ?? {}, hyperparameters: job.HyperParameters ?? {} },
    mounts: trainingMounts(job),
    metrics: (job.FinalMetricDataList ?? []).map(({ MetricName = '', Value = Number.NaN }) => ({
      name: MetricName,
      value: Value,
    })),
    metricDefinitions: (algorithm?.MetricDefinitions ?? []).map(({ Name = '', Regex = '' }) => ({
      name: Name,
      regex: Regex,
    })),
    transitions: (job.SecondaryStatusTransitions ?? []).map(
      ({ Status = '', StartTime = 0, EndTime, StatusMessage }) => ({
        ...{ status: Status, from: StartTime, to: EndTime, message: StatusMessage },
      }),
    ),
    record: job,
  };
}

function trainingMounts({
  InputDataConfig = [],
  ModelArtifacts,
  OutputDataConfig,
  TrainingJobName,
  HyperParameters,
}: Training): Mount[] {
  const channels = InputDataConfig.map(({ ChannelName = '', DataSource, CompressionType }): Mount => {
    const s3 = DataSource?.S3DataSource;
    return {
      ...{ path: `/opt/ml/input/data/${ChannelName}`, flow: 'in', name: ChannelName, uri: s3?.S3Uri },
      how: howOf({ type: s3?.S3DataType, gzip: CompressionType, shared: s3?.S3DataDistributionType }),
    };
  });
  const folder = `${OutputDataConfig?.S3OutputPath?.replace(/\/+$/, '')}/${TrainingJobName}/output`;
  const packed = OutputDataConfig?.CompressionType !== 'NONE';
  return inOrder([
    ...channels,
    {
      ...{ path: '/opt/ml/input/config/hyperparameters.json', flow: 'file', name: 'Hyperparameters', how: [] },
      content: HyperParameters ?? {},
    },
    {
      ...{ path: '/opt/ml/model', flow: 'out', name: 'model', how: packed ? ['packed into model.tar.gz'] : [] },
      // There is none yet, or the job left none.
      uri: ModelArtifacts?.S3ModelArtifacts || undefined,
    },
    {
      ...{ path: '/opt/ml/output/data', flow: 'out', name: 'output' },
      ...{ uri: `${folder}/`, how: packed ? ['packed into output.tar.gz, if anything is there'] : ['in output/'] },
    },
  ]);
}

export function ofTransform(job: Transform): Described {
  const { TransformInput: input, TransformOutput: output } = job;
  const source = input?.DataSource?.S3DataSource;
  return {
    ...NOTHING_MORE,
    ...{ kind: 'transform', name: job.TransformJobName ?? '', arn: job.TransformJobArn ?? '' },
    ...{ status: job.TransformJobStatus ?? '', reason: job.FailureReason, model: job.ModelName },
    ...{ image: undefined, role: undefined },
    instances: { type: job.TransformResources?.InstanceType ?? '', count: job.TransformResources?.InstanceCount ?? 1 },
    ...{ created: job.CreationTime, started: job.TransformStartTime, ended: job.TransformEndTime },
    execution: executionOf(job.TransformJobName, job.ExperimentConfig),
    environment: job.Environment ?? {},
    mounts: [
      { path: '/opt/ml/model', flow: 'in', name: `the model ${job.ModelName}`, how: ['unpacked'] },
      {
        ...{ path: 'POST /invocations', flow: 'in', name: 'requests', uri: source?.S3Uri },
        how: [
          ...howOf({ type: source?.S3DataType, gzip: input?.CompressionType, shared: undefined }),
          ...(input?.ContentType ? [input.ContentType] : []),
          ...(input?.SplitType && input.SplitType !== 'None' ? [`split by ${input.SplitType.toLowerCase()}`] : []),
        ],
      },
      {
        ...{ path: 'answers', flow: 'out', name: 'predictions', uri: asFolder(output?.S3OutputPath) },
        how: [
          ...(output?.Accept ? [output.Accept] : []),
          ...(output?.AssembleWith === 'Line' ? ['one line for each'] : []),
        ],
      },
    ],
    record: job,
  };
}

type Experiment = { ExperimentName?: string | undefined; TrialName?: string | undefined } | undefined;

/** A pipeline's jobs are named after their execution and step, and belong to its experiment. */
export function executionOf(name: string | undefined, experiment: Experiment): Described['execution'] {
  const [, id, step] = /^pipelines-([a-z0-9]{12})-(.+)-[A-Za-z0-9]{10}$/.exec(name ?? '') ?? [];
  const { ExperimentName: pipeline, TrialName } = experiment ?? {};
  return id !== undefined && step !== undefined && pipeline !== undefined && TrialName === id
    ? { pipeline, id, step }
    : undefined;
}

type How = { type: string | undefined; gzip: string | undefined; shared: string | undefined };

const howOf = ({ type, gzip, shared }: How): string[] => [
  ...(type === 'ManifestFile' ? ['the objects that a manifest names'] : []),
  ...(gzip === 'Gzip' ? ['decompressed'] : []),
  ...(shared === 'ShardedByS3Key' ? ['shared out among the hosts'] : []),
];

/** Outputs are folders, whether their URI says so or not. */
const asFolder = (uri: string | undefined) => uri?.replace(/([^/])$/, '$1/');

const inOrder = (mounts: Mount[]) => mounts.sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
