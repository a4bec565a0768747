/**
 * Training steps: an algorithm over channels of data.
 *
 * Defaults and the form of `Arguments` are those of the SageMaker Python SDK's `Estimator.fit()`, with the profiler off:
 * its default rule holds a timestamp, which would defeat the cache.
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */
import type {
  CreateTrainingJobRequest,
  DescribeTrainingJobResponse,
  TrainingInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Algorithm } from '../algorithms.ts';
import { must } from '../mistake.ts';
import { isReference, type Ref, reference, type S3Uri, type Value } from '../references.ts';
import { roleArn } from '../roles.ts';
import {
  clusterOf,
  type Instance,
  type JobOptions,
  makeStep,
  type PropertyOf,
  propertyOf,
  type Raw,
  type Step,
  stoppingCondition,
  type Texts,
  tagList,
  withRaw,
} from './step.ts';

/** Data that an algorithm reads. An S3 URI alone means every default. */
export type Channel =
  | Value<S3Uri>
  | {
      from: Value<S3Uri>;
      /** Such as `text/csv`. @default none: the algorithm guesses */
      contentType?: string;
      /** With several instances: everything to each, or the objects shared out. @default 'FullyReplicated' */
      distribution?: 'FullyReplicated' | 'ShardedByS3Key';
      /** @default 'File' */
      inputMode?: 'File' | 'Pipe' | 'FastFile';
      /** @default none */
      compression?: 'Gzip';
    };

/** A channel of CSV data. @example inputs: { train: csv(preprocess.outputs.train) } */
export function csv(from: Value<S3Uri>): Channel {
  return { from, contentType: 'text/csv' };
}

export type TrainingStepOptions<Metric extends string> = JobOptions & {
  /** `xgboost(…)` or `customAlgorithm(…)`. */
  algorithm: Algorithm<Metric>;
  /** Channel name → data. */
  inputs: { readonly [channel: string]: Channel };
  /** The prefix under which `<job name>/output/model.tar.gz` is written. */
  output: Value<S3Uri>;
  /** @example 'ml.m5.large' */
  instance: Instance<TrainingInstanceType>;
  environment?: Texts;
  /** Seconds after which the job is stopped. @default 86 400, a day */
  maxRuntimeSeconds?: Value<number>;
  tags?: Texts;
  /** Anything else of CreateTrainingJob, laid over what the options above write. */
  raw?: Raw<CreateTrainingJobRequest>;
};

export type TrainingStep<Metric extends string = string> = Step<'Training'> & {
  /** The S3 URI of model.tar.gz. */
  readonly modelArtifacts: Ref<S3Uri>;
  /** The last value of each metric that the algorithm reports. @example train.metrics['validation:logloss'] */
  readonly metrics: { readonly [Name in Metric]: Ref<number> };
  /** Any value of DescribeTrainingJob. @example train.property('TrainingJobName') */
  readonly property: PropertyOf<DescribeTrainingJobResponse>;
};

/**
 * A step that runs a Training job.
 *
 * @throws when there is no channel, or a limit is out of AWS's range
 * @example
 * const train = trainingStep({
 *   name: 'TrainModel',
 *   algorithm: xgboost('1.7-1', { num_round: 200, eval_metric: 'logloss' }),
 *   inputs: { train: csv(preprocess.outputs.train) },
 *   output: s3Uri(bucket, 'models'),
 *   instance: 'ml.m5.large',
 * });
 * train.modelArtifacts; // Ref<S3Uri>
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-training
 */
export function trainingStep<const Metric extends string>(options: TrainingStepOptions<Metric>): TrainingStep<Metric> {
  const { name, algorithm } = options;
  const step = makeStep('Training', options, withRaw(trainingArguments(options), options.raw));
  const metrics = algorithm.metrics.map((metric) => [metric, metricOf(name, metric)]);
  return {
    ...step,
    modelArtifacts: reference({ Get: `Steps.${name}.ModelArtifacts.S3ModelArtifacts` }),
    metrics: Object.fromEntries(metrics),
    property: propertyOf(name),
  };
}

function trainingArguments(options: TrainingStepOptions<string>) {
  const subject = `step '${options.name}'`;
  const { algorithm, environment, maxRuntimeSeconds = 86_400 } = options;
  const channels = Object.entries(options.inputs);
  must(channels.length > 0, subject, '`inputs` is empty: give at least the channel `train`');
  const definitions = Object.entries(algorithm.definitions ?? {});
  return {
    AlgorithmSpecification: {
      TrainingInputMode: 'File',
      TrainingImage: algorithm.image,
      MetricDefinitions: definitions.length ? definitions.map(([Name, Regex]) => ({ Name, Regex })) : undefined,
      ContainerEntrypoint: algorithm.entrypoint,
      ContainerArguments: algorithm.arguments,
    },
    OutputDataConfig: { S3OutputPath: options.output },
    StoppingCondition: stoppingCondition(subject, maxRuntimeSeconds),
    ResourceConfig: clusterOf(options.instance),
    RoleArn: roleArn(subject, options.role),
    InputDataConfig: channels.map(([name, channel]) => inputData(name, channel)),
    HyperParameters: Object.keys(algorithm.hyperparameters).length ? algorithm.hyperparameters : undefined,
    Environment: environment,
    ProfilerConfig: { DisableProfiler: true },
    Tags: tagList(options.tags),
  };
}

function inputData(name: string, channel: Channel) {
  const given = typeof channel === 'string' || isReference(channel) ? { from: channel } : channel;
  const { from, contentType, distribution = 'FullyReplicated', inputMode, compression } = given;
  return {
    ChannelName: name,
    DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: from, S3DataDistributionType: distribution } },
    ContentType: contentType,
    CompressionType: compression,
    InputMode: inputMode,
  };
}

function metricOf(stepName: string, metric: string): Ref<number> {
  return reference({ Get: `Steps.${stepName}.FinalMetricDataList['${metric}'].Value` });
}
