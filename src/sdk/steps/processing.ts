/**
 * Processing steps: a script or container over files.
 *
 * Defaults and the form of `Arguments` are those of the SageMaker Python SDK's `Processor.run()`.
 * Mirrors https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
 */
import type {
  CreateProcessingJobRequest,
  DescribeProcessingJobResponse,
  ProcessingInstanceType,
} from '@aws-sdk/client-sagemaker';
import type { Image } from '../images.ts';
import { must } from '../mistake.ts';
import { isReference, type Ref, type S3Uri, type Value } from '../references.ts';
import { roleArn } from '../roles.ts';
import { outputUri, type PropertyFile, type PropertyFileOptions, propertyFile, type Shape } from './propertyFile.ts';
import type { BundledScript } from './script.ts';
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

/** Objects that a job finds as files. An S3 URI alone means every default. */
export type ProcessingInput =
  | Value<S3Uri>
  | {
      from: Value<S3Uri>;
      /** @default '/opt/ml/processing/input/<name>' */
      localPath?: string;
      /** With several instances: everything to each, or the objects shared out. @default 'FullyReplicated' */
      distribution?: 'FullyReplicated' | 'ShardedByS3Key';
    };

/** A folder whose files become objects. An S3 URI alone means every default. */
export type ProcessingOutput =
  | Value<S3Uri>
  | {
      to: Value<S3Uri>;
      /** @default '/opt/ml/processing/output/<name>' */
      localPath?: string;
      /** When files are uploaded. @default 'EndOfJob' */
      upload?: 'EndOfJob' | 'Continuous';
    };

type Nothing = Record<never, never>;
type Inputs = { readonly [name: string]: ProcessingInput };
type Outputs = { readonly [name: string]: ProcessingOutput };
type Files<O> = { readonly [name: string]: PropertyFileOptions<keyof O & string> };

export type ProcessingStepOptions<O, F> = JobOptions & {
  image: Image | Ref<string>;
  /** @example 'ml.m5.large' */
  instance: Instance<ProcessingInstanceType>;
  /** A script of the code bundle: see `bundledScript`. Not beside `entrypoint`. */
  script?: BundledScript;
  /** The command. @default the image's own */
  entrypoint?: readonly Value<string>[];
  /** Arguments of the command or script. Numbers to come go through `asText`. */
  arguments?: readonly Value<string>[];
  environment?: Texts;
  /** Channel name → where from. Ten at most, a script's `code` included. */
  inputs?: Inputs;
  /** Channel name → where to. Ten at most. */
  outputs?: O;
  /** Property-file name → which file. */
  propertyFiles?: F;
  /** Seconds after which the job is stopped. @default AWS's: one day */
  maxRuntimeSeconds?: Value<number>;
  tags?: Texts;
  /** Anything else of CreateProcessingJob, laid over what the options above write. */
  raw?: Raw<CreateProcessingJobRequest>;
};

export type ProcessingStep<O = Outputs, F = Nothing> = Step<'Processing'> & {
  /** Where each output goes: S3 URIs for the steps that follow. */
  readonly outputs: { readonly [Name in keyof O]: Ref<S3Uri> };
  readonly propertyFiles: {
    readonly [Name in keyof F]: PropertyFile<F[Name] extends { contents: Shape<infer T> } ? T : unknown>;
  };
  /** Any value of DescribeProcessingJob. @example prepare.property('ProcessingJobArn') */
  readonly property: PropertyOf<DescribeProcessingJobResponse>;
};

/**
 * A step that runs a Processing job.
 *
 * @throws when there are more than ten inputs or outputs, a local path is not under /opt/ml/processing, both `script`
 *   and `entrypoint` are given, or a limit is out of AWS's range
 * @example
 * const preprocess = processingStep({
 *   name: 'DataPreProcessing',
 *   image: images.scikitLearn('1.2-1'),
 *   instance: 'ml.m5.large',
 *   script: bundledScript(parameters.CodeBundleUri, 'preprocess.py'),
 *   arguments: ['--input', parameters.InputTrainUri],
 *   outputs: { train: s3Uri(bucket, 'runs', execution.pipelineExecutionId, 'train') },
 * });
 * preprocess.outputs.train; // Ref<S3Uri>
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html#step-type-processing
 */
export function processingStep<
  const O extends Outputs = Nothing,
  const F extends { readonly [name: string]: PropertyFileOptions<string> } & Files<NoInfer<O>> = Nothing,
>(options: ProcessingStepOptions<O, F>): ProcessingStep<O, F> {
  const { name, script } = options;
  const subject = `step '${name}'`;
  must(!script || !options.entrypoint, subject, 'both `script` and `entrypoint` are given: leave one out');
  must(!script || !options.inputs?.['code'], subject, "`script` brings its own input 'code': name yours otherwise");
  const files: { readonly [name: string]: PropertyFileOptions<string> } = options.propertyFiles ?? {};
  const step = makeStep('Processing', options, withRaw(processingArguments(subject, options), options.raw), {
    PropertyFiles: listed(files, (file, { output, path }) => ({
      PropertyFileName: file,
      OutputName: output,
      FilePath: path,
    })),
  });
  const outputs = mapped(options.outputs ?? {}, (output) => outputUri(name, output));
  const propertyFiles = mapped(files, (file, where) => propertyFile(name, file, where));
  return { ...step, outputs, propertyFiles, property: propertyOf(name) } as ProcessingStep<O, F>;
}

function processingArguments(subject: string, options: ProcessingStepOptions<Outputs, unknown>) {
  const { script, environment, outputs = {}, arguments: given } = options;
  const inputs: Inputs = { ...(script && { code: script.input }), ...options.inputs };
  mustBeFew(subject, 'inputs', inputs);
  mustBeFew(subject, 'outputs', outputs);
  const args = given?.length ? given : undefined;
  const written = listed(outputs, (name, output) => processingOutput(subject, name, output));
  return {
    ProcessingResources: { ClusterConfig: clusterOf(options.instance) },
    AppSpecification: {
      ImageUri: options.image,
      ContainerEntrypoint: script ? script.entrypoint(args !== undefined) : options.entrypoint,
      ContainerArguments: args,
    },
    RoleArn: roleArn(subject, options.role),
    ProcessingInputs: listed(inputs, (name, input) => processingInput(subject, name, input)),
    ProcessingOutputConfig: written && { Outputs: written },
    Environment: environment,
    StoppingCondition: stoppingCondition(subject, options.maxRuntimeSeconds),
    Tags: tagList(options.tags),
  };
}

function processingInput(subject: string, name: string, input: ProcessingInput) {
  const { from, localPath, distribution } = isUri(input) ? { from: input } : input;
  return {
    InputName: name,
    AppManaged: false,
    S3Input: {
      S3Uri: from,
      LocalPath: mustBeLocal(subject, localPath ?? `/opt/ml/processing/input/${name}`),
      S3DataType: 'S3Prefix',
      S3InputMode: 'File',
      S3DataDistributionType: distribution ?? 'FullyReplicated',
      S3CompressionType: 'None',
    },
  };
}

function processingOutput(subject: string, name: string, output: ProcessingOutput) {
  const { to, localPath, upload } = isUri(output) ? { to: output } : output;
  return {
    OutputName: name,
    AppManaged: false,
    S3Output: {
      S3Uri: to,
      LocalPath: mustBeLocal(subject, localPath ?? `/opt/ml/processing/output/${name}`),
      S3UploadMode: upload ?? 'EndOfJob',
    },
  };
}

function isUri(value: ProcessingInput | ProcessingOutput): value is Value<S3Uri> {
  return typeof value === 'string' || isReference(value);
}

function mustBeLocal(subject: string, path: string): string {
  must(
    path.startsWith('/opt/ml/processing/'),
    subject,
    `the local path '${path}' is not under /opt/ml/processing/, the only folder that Processing jobs exchange`,
  );
  return path;
}

function mustBeFew(subject: string, noun: string, channels: object): void {
  const count = Object.keys(channels).length;
  must(count <= 10, subject, `there are ${count} ${noun}, and AWS allows ten: put several under one prefix`);
}

function listed<T, R>(record: { readonly [name: string]: T }, write: (name: string, value: T) => R): R[] | undefined {
  const entries = Object.entries(record);
  return entries.length ? entries.map(([name, value]) => write(name, value)) : undefined;
}

function mapped<T, R>(record: { readonly [name: string]: T }, map: (name: string, value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(name, value)]));
}
