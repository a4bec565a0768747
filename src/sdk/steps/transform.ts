/**
 * Transform steps: predictions for a whole prefix of objects.
 *
 * Defaults and the form of `Arguments` are those of the SageMaker Python SDK's `Transformer.transform()`.
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
 */
import type {
  CreateTransformJobRequest,
  DescribeTransformJobResponse,
  TransformInstanceType,
} from '@aws-sdk/client-sagemaker';
import { type Ref, reference, type S3Uri, type Value } from '../references.ts';
import type { Draft } from '../scope.ts';
import {
  type Instance,
  type JobOptions,
  makeStep,
  type PropertyOf,
  propertyOf,
  type Raw,
  type Step,
  type Texts,
  tagList,
  withRaw,
} from './step.ts';

export type TransformStepOptions = Omit<JobOptions, 'role'> & {
  /** The model's name. @example model.modelName */
  model: Value<string>;
  /** The prefix whose objects are scored. */
  input: Value<S3Uri>;
  /** Media type of the objects, such as `text/csv`. */
  contentType?: string;
  /** How an object is cut into records. @default 'None': whole */
  split?: 'None' | 'Line' | 'RecordIO' | 'TFRecord';
  /** Compression of the objects. @default none */
  compression?: 'Gzip';
  /** The prefix under which one `<key>.out` is written for each object. */
  output: Value<S3Uri>;
  /** Media type of the answers. */
  accept?: string;
  /** How answers are put together again. @default 'None' */
  assemble?: 'None' | 'Line';
  /** An instance type, or a type and how many. A transform's volume has no size. */
  instance: Exclude<Instance<TransformInstanceType>, object> | { type: TransformInstanceType; count?: Value<number> };
  /** One record a request, or as many as fit. @default AWS's: MultiRecord */
  strategy?: 'SingleRecord' | 'MultiRecord';
  /** Requests at once to each instance. @default what the container says, or 1 */
  maxConcurrent?: Value<number>;
  /** Largest request in MB, up to 100. @default what the container says, or 6 */
  maxPayloadMB?: Value<number>;
  environment?: Texts;
  /** What of each record goes in and comes out, as AWS's JSONPath subset. */
  filter?: { input?: string; output?: string; join?: 'Input' | 'None' };
  tags?: Texts;
  /** Anything else of CreateTransformJob, laid over what the options above write. */
  raw?: Raw<CreateTransformJobRequest>;
};

export type TransformStep = Step<'Transform'> & {
  /** The prefix of the predictions. */
  readonly output: Ref<S3Uri>;
  /** Any value of DescribeTransformJob. */
  readonly property: PropertyOf<DescribeTransformJobResponse>;
};

/**
 * A step that runs a batch transform.
 *
 * @example
 * transformStep({ name: 'Predict', model: model.modelName, input: prepare.outputs.clean, contentType: 'text/csv',
 *   split: 'Line', output: s3Uri(bucket, 'predictions'), assemble: 'Line', accept: 'text/csv', instance: 'ml.m5.large' })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/batch-transform.html
 */
export function transformStep(options: TransformStepOptions): TransformStep {
  const { name } = options;
  return {
    ...makeStep('Transform', options, withRaw(transformArguments(options), options.raw)),
    output: reference({ Get: `Steps.${name}.TransformOutput.S3OutputPath` }),
    property: propertyOf(name),
  };
}

function transformArguments(options: TransformStepOptions): Draft {
  const { instance, filter } = options;
  const { type, count = 1 } = typeof instance === 'string' ? { type: instance } : instance;
  return {
    ModelName: options.model,
    TransformInput: {
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: options.input } },
      ContentType: options.contentType,
      SplitType: options.split,
      CompressionType: options.compression,
    },
    TransformOutput: { S3OutputPath: options.output, AssembleWith: options.assemble, Accept: options.accept },
    TransformResources: { InstanceType: type, InstanceCount: count },
    BatchStrategy: options.strategy,
    MaxConcurrentTransforms: options.maxConcurrent,
    MaxPayloadInMB: options.maxPayloadMB,
    Environment: options.environment,
    DataProcessing: filter && { InputFilter: filter.input, OutputFilter: filter.output, JoinSource: filter.join },
    Tags: tagList(options.tags),
  };
}
