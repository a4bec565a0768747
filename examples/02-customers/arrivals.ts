/**
 * What an arriving delivery sets going, each by the event of the object that the one before wrote last:
 *
 *   raw/…/manifest.json → customers-clean → …/cleaning/cleaning.json → customers-features → …/run_id=…/ → training pipeline → registry
 *
 * V1. A run's last object is written once (code/functions/features.ts): however often an event comes, or a function is tried again,
 *     its features are learned from once.
 * V2. Whatever fails for good is told to the topic of alerts: a function by its destination, the pipeline by a rule.
 */
import { defineFunction, defineRole, defineRule, defineTopic, topicArn } from 'telar';
import { bucket, training } from './pipelines.ts';

const objects = (...patterns: string[]) => patterns.map((pattern) => `arn:aws:s3:::${bucket}/${pattern}`);

const alerts = defineTopic({
  name: 'customers-alerts',
  displayName: 'Customers',
  // A rule alerts when the pipeline fails.
  policy: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' }],
  // Add yours: a webhook of Slack is { protocol: 'https', endpoint: 'https://hooks.slack.com/…', format: 'slack' }.
  subscriptions: [{ protocol: 'email', endpoint: 'ml-team@example.com' }],
});

const functionsRole = defineRole({
  name: 'customers-functions-role',
  description: 'The functions that clean deliveries and make features: read raw data, write clean data.',
  service: 'lambda.amazonaws.com',
  policies: {
    data: [
      {
        Sid: 'List',
        Effect: 'Allow',
        Action: 's3:ListBucket',
        Resource: `arn:aws:s3:::${bucket}`,
        Condition: { StringLike: { 's3:prefix': ['raw/*', 'clean/*'] } },
      },
      { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: objects('raw/*', 'clean/*') },
      { Sid: 'Write', Effect: 'Allow', Action: 's3:PutObject', Resource: objects('clean/*') },
    ],
    alerts: [{ Effect: 'Allow', Action: 'sns:Publish', Resource: topicArn(alerts) }],
    logs: [
      {
        Sid: 'WriteLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: ({ region, account }) => `arn:aws:logs:${region}:${account}:log-group:/aws/lambda/customers-*`,
      },
    ],
  },
});

const trainingRole = defineRole({
  name: 'customers-arrivals-role',
  description: 'The rule that starts training when features are made.',
  service: 'events.amazonaws.com',
  policies: {
    start: [
      {
        Effect: 'Allow',
        Action: 'sagemaker:StartPipelineExecution',
        Resource: ({ region, account }) => `arn:aws:sagemaker:${region}:${account}:pipeline/${training.name}`,
      },
    ],
  },
});

/** DuckDB is a native package, which no bundle can hold. */
const common = {
  ...{ role: functionsRole, packages: ['@duckdb/node-api'] },
  ...{ memory: 2048, storage: 4096, timeout: 900 },
  // A delivery that cannot be cleaned is no better the next time; what the machine has got wrong may be.
  ...{ retries: 1, onFailure: topicArn(alerts) },
} as const;

const clean = defineFunction({
  ...common,
  name: 'customers-clean',
  description: 'Cleans a delivery when its manifest arrives.',
  file: 'code/functions/clean.ts',
});

const makeFeatures = defineFunction({
  ...common,
  name: 'customers-features',
  description: 'Makes the features of a delivery that has been cleaned.',
  file: 'code/functions/features.ts',
  environment: { HORIZON_DAYS: '90' },
});

/** "Object Created" of a key. */
const created = (wildcard: string) => ({
  source: ['aws.s3'],
  'detail-type': ['Object Created'],
  detail: { bucket: { name: [bucket] }, object: { key: [{ wildcard }] } },
});

export const arrivals = {
  roles: [functionsRole, trainingRole],
  functions: [clean, makeFeatures],
  topics: [alerts],
  rules: [
    defineRule({
      name: 'customers-delivered',
      description: 'Cleans a delivery: its manifest is written last.',
      pattern: created('raw/*/manifest.json'),
      targets: [{ function: clean }],
    }),
    defineRule({
      name: 'customers-cleaned',
      description: 'Makes features of what the function has cleaned, not of what a pipeline has.',
      pattern: created('clean/*/run_id=event-*/cleaning/cleaning.json'),
      targets: [{ function: makeFeatures }],
    }),
    defineRule({
      name: 'customers-featured',
      description: 'Trains on features that the function has made.',
      pattern: created('clean/run_date=*/run_id=event-*/'),
      targets: [
        {
          pipeline: training,
          role: trainingRole,
          parameters: ({ codeBundleUri }) => ({ Run: '$.detail.object.key', CodeBundleUri: codeBundleUri }),
        },
      ],
    }),
    defineRule({
      name: 'customers-training-failed',
      description: 'Alerts when a training that an arrival has started fails.',
      pattern: {
        source: ['aws.sagemaker'],
        'detail-type': ['SageMaker Model Building Pipeline Execution Status Change'],
        detail: {
          currentPipelineExecutionStatus: ['Failed'],
          pipelineArn: [{ suffix: `:pipeline/${training.name}` }],
        },
      },
      targets: [
        {
          arn: topicArn(alerts),
          template: {
            paths: { execution: '$.detail.pipelineExecutionArn' },
            text: '"A training has failed: telar status <execution>"',
          },
        },
      ],
    }),
  ],
};
