/**
 * Transform jobs: what their requests mean, what is refused, and how they are described.
 * https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTransformJob.html
 * https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html
 */
import type { InputOf, OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { checkInstances, errors } from './errors.ts';
import { ASIDE, GIGABYTE, type JobPlan, type PlannedInput, parseS3Uri, type TransformPlan } from './plan.ts';
import type { JobModel, ServedBy } from './ports.ts';
import { date, request } from './row.ts';
import type { JobRow } from './store.ts';
import { fitsRows, parseDataPath } from './transform/dataPath.ts';
import { MOST_IN_FLIGHT } from './transform/driver.ts';
import { formatOf, type Processing } from './transform/records.ts';

export type TransformRequest = InputOf<Sdk, 'CreateTransformJob'>;

/** Seconds and retries where ModelClientConfig is silent, as SageMaker's reference has them. */
const CLIENT = { timeoutSeconds: 600, retries: 3 } as const;
/** Transform requests name no volume: there is as much as the machine has. */
const VOLUME = 16 * 1024 * GIGABYTE;
/** Nor do they name a time: 28 days are the longest that any SageMaker job may run. */
const MAX_RUNTIME = 28 * 86_400;

/** Refuses what Telar does not do, and what cannot be meant. @throws ValidationException */
export function checkTransform(input: TransformRequest): void {
  checkInstances('Transform', input.TransformResources?.InstanceCount ?? 1, false);
  if (input.DataCaptureConfig) throw errors.unsupported('DataCaptureConfig', 'Leave it out: the outputs are stored.');
  checkInput(input);
  checkOutput(input);
  checkPayload(input);
  checkProcessing(input);
}

function checkInput({ TransformInput: given }: TransformRequest): void {
  const s3 = given?.DataSource?.S3DataSource;
  if (!s3) throw errors.invalid('TransformInput needs an S3DataSource.');
  if (s3.S3DataType !== 'S3Prefix' && s3.S3DataType !== 'ManifestFile') {
    throw errors.unsupported(`the S3DataType ${s3.S3DataType} of TransformInput`, 'Use S3Prefix or ManifestFile.');
  }
  if (!parseS3Uri(s3.S3Uri ?? ''))
    throw errors.invalid(`The S3Uri of TransformInput is no S3 URI: '${s3.S3Uri ?? ''}'.`);
}

function checkOutput({ TransformOutput: output }: TransformRequest): void {
  if (parseS3Uri(output?.S3OutputPath ?? '')) return;
  throw errors.invalid(`S3OutputPath is no S3 URI: '${output?.S3OutputPath ?? ''}'.`);
}

function checkPayload({ MaxPayloadInMB: payload, MaxConcurrentTransforms: concurrent }: TransformRequest): void {
  if (payload === 0) {
    throw errors.unsupported('MaxPayloadInMB 0 (payloads of any length)', `Use 1 to ${MOST_IN_FLIGHT}.`);
  }
  if (payload !== undefined && payload > MOST_IN_FLIGHT) {
    throw errors.invalid(`MaxPayloadInMB is at most ${MOST_IN_FLIGHT}, and is ${payload}.`);
  }
  if (payload === undefined || !concurrent || payload * concurrent <= MOST_IN_FLIGHT) return;
  throw errors.invalid(
    `MaxConcurrentTransforms (${concurrent}) times MaxPayloadInMB (${payload}) must not be more than ${MOST_IN_FLIGHT}.`,
  );
}

function checkProcessing(input: TransformRequest): void {
  const { InputFilter = '$', OutputFilter = '$', JoinSource = 'None' } = input.DataProcessing ?? {};
  const { ContentType } = input.TransformInput!;
  const { Accept } = input.TransformOutput!;
  const from = formatOf(ContentType);
  const to = formatOf(Accept ?? ContentType);
  const filters = { InputFilter: [InputFilter, from], OutputFilter: [OutputFilter, to] } as const;
  for (const [name, [text, format]] of Object.entries(filters)) {
    const path = parseDataPath(text);
    if (typeof path === 'string') throw errors.invalid(`${name} ${path}.`);
    if (format === 'csv' && !fitsRows(path)) {
      throw errors.invalid(
        `${name} '${text}' cannot select from rows of text/csv: use positions, as in $[0,2] or $[1:].`,
      );
    }
  }
  if (InputFilter === '$' && OutputFilter === '$' && JoinSource === 'None') return;
  const [split, assemble] = [input.TransformInput!.SplitType ?? 'None', input.TransformOutput!.AssembleWith ?? 'None'];
  if (split === 'RecordIO' || split === 'TFRecord') {
    throw errors.unsupported(`DataProcessing with the SplitType ${split}`, 'Use Line or None, with records of text.');
  }
  if (!from || !to) {
    throw errors.invalid(
      `DataProcessing needs records that can be told apart: a ContentType and Accept of text/csv, application/json or application/jsonlines, not ${ContentType ?? 'none'} and ${Accept ?? 'none'}.`,
    );
  }
  if (JoinSource === 'None') return;
  if ((from === 'csv') !== (to === 'csv')) {
    throw errors.invalid(
      `JoinSource Input needs a ContentType and Accept that are alike, not ${ContentType} and ${Accept}.`,
    );
  }
  if (split === assemble) return;
  throw errors.invalid(
    `JoinSource Input needs SplitType and AssembleWith to be the same, not ${split} and ${assemble}.`,
  );
}

/** The model as it was when the job was created: one that is deleted meanwhile still serves it. */
export const modelOf = (row: Pick<JobRow, 'model'>): JobModel => JSON.parse(row.model!) as JobModel;

/** What lineage is told of the model; undefined for jobs of other kinds. */
export function servedBy(row: Pick<JobRow, 'model'>): ServedBy | undefined {
  if (row.model === null) return undefined;
  const { image, data } = modelOf(row);
  return { image, dataUri: data?.uri };
}

export function planTransform(row: Pick<JobRow, 'request' | 'model'>): JobPlan {
  const input = request<TransformRequest>(row);
  const model = modelOf(row);
  const transform = transformPlan(input);
  const { InstanceType, InstanceCount } = input.TransformResources!;
  return {
    image: model.image,
    entrypoint: undefined,
    arguments: ['serve'],
    environment: environment(input, model, transform),
    networkIsolation: model.networkIsolation,
    maxRuntimeSeconds: MAX_RUNTIME,
    instances: { type: InstanceType ?? 'ml.m5.large', count: Math.max(1, InstanceCount ?? 1) },
    volumeBytes: VOLUME,
    inputs: [...modelInputs(model), dataInput(input)],
    outputs: [
      {
        ...{ name: 'TransformOutput', form: 'files', uri: input.TransformOutput!.S3OutputPath! },
        ...{ folder: ASIDE.outputs, aside: true },
      },
    ],
    storeWhenStopped: false,
    retries: 0,
    folders: ['model', 'output'],
    configuration: {},
    hostConfiguration: [],
    metrics: [],
    transform,
  };
}

function modelInputs({ data }: JobModel): PlannedInput[] {
  if (!data) return [];
  const common = { name: 'the model', uri: data.uri, gzip: false, sharded: false, folder: 'model' };
  if (data.form === 'prefix') return [{ ...common, type: 'S3Prefix' }];
  return [{ ...common, type: 'S3Object', unpacked: data.form === 'archive' }];
}

function dataInput({ TransformInput }: TransformRequest): PlannedInput {
  const { S3DataType, S3Uri } = TransformInput!.DataSource!.S3DataSource!;
  return {
    ...{ name: 'TransformInput', type: S3DataType as 'S3Prefix' | 'ManifestFile', uri: S3Uri! },
    // Unpacked as they go through; each host gets its part.
    ...{ gzip: false, sharded: true, folder: ASIDE.inputs, aside: true },
  };
}

function transformPlan(input: TransformRequest): TransformPlan {
  const { TransformInput, TransformOutput, ModelClientConfig, MaxConcurrentTransforms } = input;
  return {
    split: (TransformInput!.SplitType ?? 'None') as TransformPlan['split'],
    strategy: input.BatchStrategy,
    assemble: TransformOutput!.AssembleWith ?? 'None',
    maxPayloadMegabytes: input.MaxPayloadInMB,
    // AWS takes 0 as not given.
    maxConcurrent: MaxConcurrentTransforms || undefined,
    contentType: TransformInput!.ContentType,
    accept: TransformOutput!.Accept,
    gzip: TransformInput!.CompressionType === 'Gzip',
    timeoutSeconds: ModelClientConfig?.InvocationsTimeoutInSeconds ?? CLIENT.timeoutSeconds,
    retries: ModelClientConfig?.InvocationsMaxRetries ?? CLIENT.retries,
    processing: processingOf(input),
  };
}

function processingOf(input: TransformRequest): Processing | undefined {
  const { InputFilter = '$', OutputFilter = '$', JoinSource = 'None' } = input.DataProcessing ?? {};
  if (InputFilter === '$' && OutputFilter === '$' && JoinSource === 'None') return undefined;
  const { ContentType } = input.TransformInput!;
  return {
    input: formatOf(ContentType)!,
    output: formatOf(input.TransformOutput!.Accept ?? ContentType)!,
    inputFilter: parsed(InputFilter),
    outputFilter: parsed(OutputFilter),
    join: JoinSource === 'Input',
  };
}

/** Of a text that was found right when the job was created. */
function parsed(text: string) {
  const path = parseDataPath(text);
  if (typeof path === 'string') throw errors.invalid(path);
  return path;
}

/** https://docs.aws.amazon.com/sagemaker/latest/dg/your-algorithms-batch-code.html */
function environment({ Environment }: TransformRequest, model: JobModel, plan: TransformPlan): Record<string, string> {
  const told = {
    SAGEMAKER_BATCH_STRATEGY: plan.strategy === 'SingleRecord' ? 'SINGLE_RECORD' : plan.strategy && 'MULTI_RECORD',
    SAGEMAKER_MAX_PAYLOAD_IN_MB: plan.maxPayloadMegabytes?.toString(),
    SAGEMAKER_MAX_CONCURRENT_TRANSFORMS: plan.maxConcurrent?.toString(),
  };
  const given = Object.entries(told).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return { SAGEMAKER_BATCH: 'true', ...Object.fromEntries(given), ...model.environment, ...Environment };
}

export function describeTransform(row: JobRow): OutputOf<Sdk, 'DescribeTransformJob'> {
  const { Tags: _, ...input } = request<TransformRequest>(row);
  const { TransformInput, TransformOutput } = input;
  return {
    ...input,
    TransformInput: TransformInput && { CompressionType: 'None', SplitType: 'None', ...TransformInput },
    TransformOutput: TransformOutput && { AssembleWith: 'None', ...TransformOutput },
    DataProcessing: { InputFilter: '$', OutputFilter: '$', JoinSource: 'None', ...input.DataProcessing },
    TransformJobArn: row.arn,
    TransformJobStatus: row.status,
    FailureReason: row.failure_reason ?? undefined,
    CreationTime: new Date(row.created_at),
    TransformStartTime: date(row.started_at),
    TransformEndTime: date(row.ended_at),
  };
}
