// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are texts that look like templates and are none.
/** A project with all that `telar export` writes, each in more than one way: what tests publish and plan. */
import {
  type Context,
  codeBundle,
  defineFunction,
  defineParameters,
  definePipeline,
  defineProject,
  defineQueue,
  defineRole,
  defineRule,
  defineSchedule,
  defineTopic,
  failStep,
  functionArn,
  glueJob,
  glueRole,
  invocation,
  parameter,
  queueArn,
  scheduleRole,
  stateMachine,
  topicArn,
} from 'telar';

const bucket = 'everything-data';
const machines = defineRole({ name: 'everything-machines', service: 'states.amazonaws.com', policies: {} });
const pipelines = defineRole({ name: 'everything.pipelines', service: 'sagemaker.amazonaws.com', policies: {} });
const gluing = glueRole({ name: 'everything-glue', bucket, read: ['raw/*'], write: ['clean/*'] });
const deadArn = ({ region, account }: Context) => `arn:aws:sqs:${region}:${account}:dead`;
const functions = defineRole({
  name: 'everything-functions',
  service: 'lambda.amazonaws.com',
  policies: {
    write: [{ Effect: 'Allow', Action: 's3:PutObject', Resource: `arn:aws:s3:::${bucket}/seen/*` }],
    tell: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: deadArn }],
    logs: [
      { Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
    ],
  },
});
const starter = defineRole({
  name: 'everything-starter',
  service: 'events.amazonaws.com',
  policies: {
    start: [{ Effect: 'Allow', Action: ['states:StartExecution', 'sagemaker:StartPipelineExecution'], Resource: '*' }],
  },
});

const training = stateMachine({ name: 'training', role: machines, states: ({ succeed }) => ({ Done: succeed() }) });
const build = definePipeline({
  name: 'build',
  role: pipelines,
  parameters: defineParameters({ Key: parameter.string({ default: '' }) }),
  steps: [failStep({ name: 'Refuse', message: 'not today' })],
});

const judge = defineFunction({
  ...{ name: 'judge', file: 'code/judge.ts', role: functions, description: 'Says "good" or ${not}.', memory: 512 },
  environment: { SEEN: `s3://${bucket}/seen/`, LEAST: '0.8', ODD: '%{ if true }"' },
});
const count = defineFunction({
  name: 'count_rows',
  file: 'code/count.py',
  include: ['lib.py'],
  role: functions,
  timeout: 60,
  ...{ storage: 1024, retries: 1, onFailure: deadArn },
});

const clean = glueJob({
  ...{ name: 'clean', script: 'code/clean.py', libraries: ['code/lib.py'], role: gluing, maxCapacity: 1, timeout: 5 },
  arguments: { raw: `s3://${bucket}/raw/` },
  modules: ['pyyaml==6.0.2'],
});
const spark = glueJob({
  name: 'clean on Spark',
  script: 'code/clean.py',
  type: 'glueetl',
  role: gluing,
  workers: { type: 'G.1X', count: 2 },
});

const dead = defineQueue({
  ...{ name: 'dead', retention: 1_209_600 },
  policy: [
    {
      Effect: 'Allow',
      Principal: { Service: ['events.amazonaws.com', 'sns.amazonaws.com'] },
      Action: 'sqs:SendMessage',
    },
  ],
});
const orders = defineQueue({
  ...{ name: 'orders', visibilityTimeout: 90, delay: 1, receiveWait: 5, maximumMessageSize: 2048 },
  deadLetters: { queue: dead, maxReceiveCount: 3 },
  policy: [
    {
      ...{ Sid: 'topics', Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' },
      Condition: { ArnEquals: { 'aws:SourceArn': ({ region, account }) => `arn:aws:sns:${region}:${account}:alerts` } },
    },
  ],
});
const lines = defineQueue({
  ...{ name: 'lines.fifo', contentBasedDeduplication: true },
  policy: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' }],
});
const alerts = defineTopic({
  ...{ name: 'alerts', displayName: 'Everything', signatureVersion: '2' },
  policy: [{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' }],
  subscriptions: [
    { protocol: 'email', endpoint: 'ana@example.com' },
    {
      protocol: 'sqs',
      endpoint: queueArn(orders),
      raw: true,
      deadLetterQueue: queueArn(dead),
      filter: { severity: ['high'] },
    },
    {
      protocol: 'lambda',
      endpoint: functionArn(judge),
      filter: { size: [{ numeric: ['>', 1000] }] },
      filterScope: 'MessageBody',
    },
    {
      ...{ protocol: 'https', endpoint: 'https://alerts.example.com/${x}' },
      deliveryPolicy: { healthyRetryPolicy: { minDelayTarget: 1, maxDelayTarget: 60, numRetries: 5 } },
    },
  ],
});
const ordered = defineTopic({ name: 'ordered.fifo', contentBasedDeduplication: true });

const rules = [
  defineRule({
    ...{ name: 'arrived.raw', description: 'Data "arrived".' },
    pattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [bucket] }, object: { key: [{ prefix: 'raw/' }], size: [{ numeric: ['>', 0] }] } },
    },
    targets: [
      { arn: functionArn(judge), inputPath: '$.detail', retry: { attempts: 2 }, deadLetterQueue: queueArn(dead) },
      { id: 'line', arn: queueArn(lines), messageGroup: 'raw' },
      { arn: topicArn(alerts), template: { paths: { key: '$.detail.object.key' }, text: '"<key> ${came}"' } },
      { pipeline: build, role: starter, parameters: { Key: '$.detail.object.key' } },
      { machine: training, role: starter, input: ({ codeBundleUri, uri }) => ({ codeBundleUri, raw: uri('raw') }) },
    ],
  }),
  defineRule({
    name: 'weekly',
    schedule: 'rate(7 days)',
    enabled: false,
    missed: 'skip',
    targets: [{ machine: training, role: starter, retry: { seconds: 3600 } }],
  }),
];

const scheduling = scheduleRole({ name: 'everything-schedules', starts: [training, judge] });
const schedules = [
  defineSchedule({
    name: 'nightly',
    expression: 'cron(0 3 * * ? *)',
    timeZone: 'Europe/Madrid',
    target: training,
    role: scheduling,
    input: { at: invocation.scheduledTime },
  }),
  defineSchedule({
    name: 'often',
    expression: 'rate(1 hour)',
    enabled: false,
    target: judge,
    role: scheduling,
    input: ({ codeBundleUri }) => ({ codeBundleUri }),
  }),
];

export default defineProject({
  ...{ name: 'everything', bucket, bucketEvents: true, rules, schedules },
  roles: [machines, pipelines, gluing, functions, starter, scheduling],
  ...{ machines: [training], pipelines: [build], functions: [judge, count], glueJobs: [clean, spark] },
  ...{ queues: [orders, dead, lines], topics: [alerts, ordered] },
  code: codeBundle({ folder: 'code', include: ['lib.py'] }),
});
