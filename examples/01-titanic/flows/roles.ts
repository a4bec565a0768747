/** Whom the parts of the flows act as: each may do what it does, to the things that it does it to, and nothing else. */
import { defineRole, type Late, topicArn } from 'telar';
import { bucket, modelBuild, survival } from '../modelbuild.ts';
import { modelRole } from '../serving.ts';
import { alerts } from './alerts.ts';
import { NAMES } from './run.ts';

const of =
  (service: string, resource: string): Late<string> =>
  ({ region, account }) =>
    `arn:aws:${service}:${region}:${account}:${resource}`;
const objects = (...patterns: string[]) => patterns.map((pattern) => `arn:aws:s3:::${bucket}/${pattern}`);
const functions = (...names: string[]) => names.map((name) => of('lambda', `function:${name}`));

/** Both flows clean and alert. */
const CLEAN_AND_ALERT = [
  {
    Sid: 'Clean',
    Effect: 'Allow',
    Action: ['glue:StartJobRun', 'glue:GetJobRun', 'glue:GetJobRuns', 'glue:BatchStopJobRun'],
    Resource: of('glue', `job/${NAMES.cleaning}`),
  },
  { Sid: 'Alert', Effect: 'Allow', Action: 'sns:Publish', Resource: topicArn(alerts) },
] as const;

export const trainingRole = defineRole({
  name: 'titanic-training-flow-role',
  description: 'The training flow: cleans, runs the pipeline, measures, approves, alerts.',
  service: 'states.amazonaws.com',
  policies: {
    flow: [
      ...CLEAN_AND_ALERT,
      {
        Sid: 'StartPipeline',
        Effect: 'Allow',
        Action: 'sagemaker:StartPipelineExecution',
        Resource: of('sagemaker', `pipeline/${modelBuild.name}`),
      },
      {
        Sid: 'FollowPipeline',
        Effect: 'Allow',
        Action: ['sagemaker:DescribePipelineExecution', 'sagemaker:ListPipelineExecutionSteps'],
        Resource: of('sagemaker', `pipeline/${modelBuild.name}/execution/*`),
      },
      { Sid: 'Measure', Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: functions(NAMES.evalMetrics) },
      {
        Sid: 'Approve',
        Effect: 'Allow',
        Action: 'sagemaker:UpdateModelPackage',
        Resource: of('sagemaker', `model-package/${survival.name}/*`),
      },
    ],
  },
});

export const inferenceRole = defineRole({
  name: 'titanic-inference-flow-role',
  description: 'The batch inference flow: cleans, predicts with an approved model, alerts.',
  service: 'states.amazonaws.com',
  policies: {
    flow: [
      ...CLEAN_AND_ALERT,
      {
        Sid: 'Functions',
        Effect: 'Allow',
        Action: 'lambda:InvokeFunction',
        Resource: functions(NAMES.getApprovedModel, NAMES.writeManifest),
      },
      {
        Sid: 'CreateModel',
        Effect: 'Allow',
        Action: 'sagemaker:CreateModel',
        Resource: [of('sagemaker', 'model/titanic-*'), of('sagemaker', `model-package/${survival.name}/*`)],
      },
      {
        Sid: 'Transform',
        Effect: 'Allow',
        Action: [
          'sagemaker:CreateTransformJob',
          'sagemaker:DescribeTransformJob',
          'sagemaker:StopTransformJob',
          'sagemaker:AddTags',
        ],
        Resource: of('sagemaker', 'transform-job/titanic-*'),
      },
      {
        Sid: 'PassTheModelsRole',
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: ({ account }) => `arn:aws:iam::${account}:role/${modelRole.name}`,
        Condition: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
      },
      {
        // Step Functions is told of the job's end by a rule of its own.
        Sid: 'FollowTransform',
        Effect: 'Allow',
        Action: ['events:PutTargets', 'events:PutRule', 'events:DescribeRule'],
        Resource: of('events', 'rule/StepFunctionsGetEventsForSageMakerTransformJobsRule'),
      },
      { Sid: 'Tell', Effect: 'Allow', Action: 'events:PutEvents', Resource: of('events', 'event-bus/default') },
    ],
  },
});

const functionLogs = (name: string) => [
  {
    Sid: 'WriteLogs',
    Effect: 'Allow' as const,
    Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'] as const,
    Resource: of('logs', `log-group:/aws/lambda/${name}*`),
  },
];

export const evalMetricsRole = defineRole({
  name: 'titanic-eval-metrics-role',
  description: 'EvalMetricsLambda: reads what a pipeline execution made, writes the verdict.',
  service: 'lambda.amazonaws.com',
  policies: {
    pipeline: [
      {
        Sid: 'Steps',
        Effect: 'Allow',
        Action: 'sagemaker:ListPipelineExecutionSteps',
        Resource: of('sagemaker', `pipeline/${modelBuild.name}/execution/*`),
      },
      {
        Sid: 'Evaluation',
        Effect: 'Allow',
        Action: 'sagemaker:DescribeProcessingJob',
        Resource: of('sagemaker', 'processing-job/pipelines-*'),
      },
      { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: objects('pipeline/runs/*') },
      { Sid: 'Write', Effect: 'Allow', Action: 's3:PutObject', Resource: objects('reports/*') },
    ],
    logs: functionLogs(NAMES.evalMetrics),
  },
});

export const getApprovedModelRole = defineRole({
  name: 'titanic-get-approved-model-role',
  description: 'GetApprovedModel: looks into the registry.',
  service: 'lambda.amazonaws.com',
  policies: {
    registry: [
      {
        Sid: 'Look',
        Effect: 'Allow',
        Action: 'sagemaker:DescribeModelPackage',
        Resource: of('sagemaker', `model-package/${survival.name}/*`),
      },
      // Lists are not bound to resources.
      { Sid: 'List', Effect: 'Allow', Action: 'sagemaker:ListModelPackages', Resource: '*' },
    ],
    logs: functionLogs(NAMES.getApprovedModel),
  },
});

export const writeManifestRole = defineRole({
  name: 'titanic-write-manifest-role',
  description: 'WriteManifest: reads curated passengers and predictions, writes the manifest.',
  service: 'lambda.amazonaws.com',
  policies: {
    data: [
      { Sid: 'Read', Effect: 'Allow', Action: 's3:GetObject', Resource: objects('curated/*', 'predictions/*') },
      { Sid: 'Write', Effect: 'Allow', Action: 's3:PutObject', Resource: objects('predictions/*/manifest.json') },
    ],
    logs: functionLogs(NAMES.writeManifest),
  },
});
