/** `kitchen_sink()` of generate.py, written with src/sdk: every step type, condition, function and option at once. */
import {
  asText,
  callbackStep,
  conditionStep,
  customAlgorithm,
  defineParameters,
  definePipeline,
  equals,
  execution,
  failStep,
  greaterThan,
  images,
  isIn,
  join,
  lambdaStep,
  lessThan,
  lessThanOrEqualTo,
  modelStep,
  not,
  or,
  parameter,
  processingStep,
  retry,
  s3Uri,
  shapeOf,
  trainingStep,
  transformStep,
} from '../../../src/sdk/index.ts';

const bucket = 'titanic-mlops-data';

const parameters = defineParameters({
  InputUri: parameter.s3Uri({ default: s3Uri(bucket, 'raw') }),
  Flavour: parameter.string({ default: 'small', oneOf: ['small', 'large'] }),
  Rounds: parameter.integer({ default: 50 }),
  Ratio: parameter.float({ default: 0.5 }),
  Check: parameter.boolean({ default: true }),
});

const announce = lambdaStep({
  name: 'Announce',
  displayName: 'Announce the run',
  functionArn: ({ region, account }) => `arn:aws:lambda:${region}:${account}:function:announce`,
  inputs: { execution: execution.pipelineExecutionArn, rounds: parameters.Rounds, kind: 'start' },
  outputs: { ticket: 'String', count: 'Integer' },
  cache: { expireAfter: 'PT12H' },
});

const review = callbackStep({
  name: 'Review',
  queueUrl: ({ region, account }) => `https://sqs.${region}.amazonaws.com/${account}/review`,
  inputs: { ticket: announce.outputs.ticket },
  outputs: { verdict: 'String' },
  dependsOn: [announce],
});

const prepare = processingStep({
  name: 'Prepare',
  displayName: 'Prepare the data',
  dependsOn: [announce],
  image: images.node(),
  instance: { type: 'ml.m5.xlarge', count: 2, volumeGB: 50 },
  entrypoint: ['node', '/opt/ml/processing/input/code/prepare.ts'],
  arguments: ['--ratio', asText(parameters.Ratio)],
  environment: { LOG_LEVEL: 'debug', FLAVOUR: parameters.Flavour },
  tags: { team: 'data' },
  inputs: {
    code: s3Uri(bucket, 'code/prepare.ts'),
    raw: { from: parameters.InputUri, distribution: 'ShardedByS3Key' },
  },
  outputs: {
    clean: { to: s3Uri(bucket, execution.startDateTime, 'clean'), upload: 'Continuous' },
    report: s3Uri(bucket, 'pipeline/runs', execution.pipelineExecutionId, 'report'),
  },
  propertyFiles: {
    Profile: { output: 'report', path: 'profile.json', contents: shapeOf<{ rows: number; nulls: number[] }>() },
  },
  retry: [retry({ on: ['Step.THROTTLING'], expireAfterMinutes: 30 })],
});
const profile = prepare.propertyFiles.Profile;

const train = trainingStep({
  name: 'Train',
  algorithm: customAlgorithm({
    image: images.xgboost('1.7-1'),
    hyperparameters: { num_round: parameters.Rounds, verbosity: 1 },
    metrics: { 'validation:mae': '.*validation-mae:([0-9.]+).*' },
  }),
  inputs: {
    train: {
      from: prepare.outputs.clean,
      contentType: 'text/libsvm',
      distribution: 'ShardedByS3Key',
      inputMode: 'Pipe',
      compression: 'Gzip',
    },
  },
  output: s3Uri(bucket, 'models'),
  instance: { type: 'ml.m5.2xlarge', volumeGB: 40 },
  environment: { SEED: '7' },
  maxRuntimeSeconds: 7200,
  tags: { team: 'data' },
  raw: {
    StoppingCondition: { MaxWaitTimeInSeconds: 9000 },
    EnableNetworkIsolation: true,
    EnableManagedSpotTraining: true,
    CheckpointConfig: { S3Uri: s3Uri(bucket, 'checkpoints') },
  },
});

const model = modelStep({
  name: 'Abalone-CreateModel',
  image: images.xgboost('1.7-1'),
  modelData: train.modelArtifacts,
  environment: { SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT: 'text/csv' },
  networkIsolation: true,
});

const transform = transformStep({
  name: 'Predict',
  model: model.modelName,
  input: prepare.outputs.clean,
  contentType: 'text/csv',
  split: 'Line',
  output: s3Uri(bucket, 'predictions'),
  accept: 'text/csv',
  assemble: 'Line',
  instance: 'ml.m5.large',
  strategy: 'MultiRecord',
  maxPayloadMB: 6,
  maxConcurrent: 2,
  environment: { MODE: 'batch', MAE: asText(train.metrics['validation:mae']) },
  filter: { input: '$[1:]', output: '$[0,-1]', join: 'Input' },
  cache: { expireAfter: 'P7D' },
  retry: [retry({ on: ['SageMaker.CAPACITY_ERROR'], maxAttempts: 2 })],
});

const refuse = failStep({
  name: 'Refuse',
  displayName: 'Refuse the data',
  message: join(' ', 'Refused in', execution.pipelineName, 'at', parameters.Ratio),
});

const gate = conditionStep({
  name: 'DataIsGood',
  displayName: 'Is the data good?',
  dependsOn: [review],
  conditions: [
    or(
      greaterThan(profile.get('rows'), parameters.Rounds),
      not(lessThanOrEqualTo(profile.get('nulls[0]'), parameters.Ratio)),
      equals(parameters.Check, false),
    ),
    isIn(parameters.Flavour, ['small', 'large', announce.outputs.ticket]),
    not(equals(execution.pipelineName, 'forbidden')),
  ],
  ifSteps: [train, model, transform],
  elseSteps: [refuse],
});

const reviewed = conditionStep({
  name: 'Reviewed',
  conditions: [equals(review.outputs.verdict, 'good'), lessThan(parameters.Ratio, 0.9)],
  elseSteps: [failStep({ name: 'Unreviewed', message: 'Nobody approved the data.' })],
});

export const kitchenSink = definePipeline({
  name: 'kitchen-sink',
  role: 'arn:aws:iam::123456789012:role/titanic-pipeline-role',
  parameters,
  experiment: { name: execution.pipelineName, trial: execution.pipelineExecutionId },
  steps: [announce, review, prepare, gate, reviewed],
});
