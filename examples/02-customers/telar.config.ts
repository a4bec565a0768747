/**
 * Which customers of a shop buy again? Transactions cleaned and made into features on DuckDB, in TypeScript; XGBoost; a gate; the
 * registry:
 *
 *   CleanTransactions → MakeFeatures → TrainModel → CreateModel → PredictValidation → EvaluateModel → QualityGate → RegisterModel
 */
import { existsSync, readdirSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import {
  asText,
  bundledScript,
  codeBundle,
  conditionStep,
  csv,
  defineParameters,
  definePipeline,
  defineProject,
  defineRole,
  execution,
  greaterThan,
  greaterThanOrEqualTo,
  images,
  join,
  modelPackageGroup,
  modelStep,
  parameter,
  pipelineRole,
  processingStep,
  registerModelStep,
  retry,
  s3Uri,
  shapeOf,
  trainingStep,
  transformStep,
  uploadFile,
  xgboost,
} from 'telar';
import type { CleaningReport } from './code/cleaning.ts';
import type { Evaluation } from './code/evaluation.ts';
import { packagesPrefix, packageUploads } from './packages.ts';

const bucket = 'customers-mlops-data';
/** The day as of which the invented data is looked at; see data/generate.ts. */
const DELIVERY = '2026-07-01';

const parameters = defineParameters({
  CodeBundleUri: parameter.s3Uri(),
  InputRawUri: parameter.s3Uri(),
  RunDate: parameter.string(),
  HorizonDays: parameter.integer({ default: 90 }),
  AucThreshold: parameter.float({ default: 0.75 }),
});

/** All that a run makes of the data lies under its date and id. */
const clean = (...path: string[]) =>
  join(
    '/',
    s3Uri(bucket, 'clean'),
    join('', 'run_date=', parameters.RunDate),
    join('', 'run_id=', execution.pipelineExecutionId),
    ...path,
  );
const runs = (name: string) => s3Uri(bucket, 'pipeline/runs', execution.pipelineExecutionId, name);

const buyAgain = modelPackageGroup({
  name: 'customers-buy-again-xgboost',
  description: 'Who buys again within 90 days: gradient-boosted trees.',
});

const role = pipelineRole({
  name: 'customers-pipeline-role',
  description: 'The customers pipeline and its jobs: reads raw data, code and packages, writes clean data and runs.',
  bucket,
  read: ['raw/*', 'pipeline/code/*', 'pipeline/packages/*'],
  write: ['clean/*', 'pipeline/runs/*'],
  jobs: ['processing', 'training', 'transform'],
  modelPackageGroups: [buyAgain],
});

const objects = (...patterns: string[]) => patterns.map((pattern) => `arn:aws:s3:::${bucket}/${pattern}`);

/** For code/functions/deploy.ts. */
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

const cache = { expireAfter: 'P30D' };
const stepFaults = retry({ on: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], intervalSeconds: 5, maxAttempts: 5 });
const jobFaults = retry({
  on: ['SageMaker.RESOURCE_LIMIT', 'SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR'],
  intervalSeconds: 30,
  maxAttempts: 3,
});

/** What the steps in TypeScript have in common. Packages lie beside the code, where Node.js finds them. */
const typescript = {
  image: images.node(),
  instance: 'ml.m5.large',
  maxRuntimeSeconds: 1800,
  cache,
  retry: [stepFaults, jobFaults],
} as const;
const packages = { from: s3Uri(bucket, packagesPrefix), localPath: '/opt/ml/processing/input/node_modules' };

const cleaning = processingStep({
  ...typescript,
  name: 'CleanTransactions',
  description: 'Parses strictly, sets bad rows aside with one reason each, drops duplicates.',
  script: bundledScript(parameters.CodeBundleUri, 'cleanJob.ts'),
  arguments: ['--run-date', parameters.RunDate],
  inputs: { packages, raw: parameters.InputRawUri },
  outputs: { clean: { to: clean('cleaning'), localPath: '/opt/ml/processing/output/clean' } },
  propertyFiles: { CleaningReport: { output: 'clean', path: 'cleaning.json', contents: shapeOf<CleaningReport>() } },
});

const features = processingStep({
  ...typescript,
  name: 'MakeFeatures',
  description:
    'Recency, frequency, money, calendar and baskets of each customer before a cut-off; the target after it.',
  script: bundledScript(parameters.CodeBundleUri, 'featuresJob.ts'),
  arguments: ['--run-date', parameters.RunDate, '--horizon-days', asText(parameters.HorizonDays)],
  inputs: { packages, clean: cleaning.outputs.clean },
  outputs: { features: clean('features'), train: clean('train'), validation: clean('validation') },
});

const train = trainingStep({
  name: 'TrainModel',
  description: 'Gradient-boosted trees on the features of the training customers.',
  algorithm: xgboost('1.7-1', {
    objective: 'binary:logistic',
    num_round: 100,
    max_depth: 3,
    eta: 0.05,
    subsample: 0.8,
    min_child_weight: 10,
    seed: 1,
    eval_metric: ['auc', 'logloss'],
  }),
  inputs: { train: csv(features.outputs.train), validation: csv(features.outputs.validation) },
  output: runs('training'),
  instance: 'ml.m5.large',
  maxRuntimeSeconds: 3600,
  cache,
  retry: [stepFaults, jobFaults],
});

const model = modelStep({
  name: 'CreateModel',
  image: images.xgboost('1.7-1'),
  modelData: train.modelArtifacts,
  retry: [stepFaults],
});

const predict = transformStep({
  name: 'PredictValidation',
  description:
    "Scores the validation customers; keeps each one's label and days since the last purchase beside the score.",
  model: model.modelName,
  input: features.outputs.validation,
  contentType: 'text/csv',
  split: 'Line',
  filter: { input: '$[1:]', join: 'Input', output: '$[0,1,-1]' },
  output: runs('predictions'),
  accept: 'text/csv',
  assemble: 'Line',
  instance: 'ml.m5.large',
  retry: [stepFaults, jobFaults],
});

const evaluate = processingStep({
  ...typescript,
  name: 'EvaluateModel',
  description: 'Measures the predictions, and what one would reach without the model.',
  script: bundledScript(parameters.CodeBundleUri, 'evaluateJob.ts'),
  inputs: { predictions: predict.output },
  outputs: { evaluation: runs('evaluation') },
  propertyFiles: {
    EvaluationReport: { output: 'evaluation', path: 'evaluation.json', contents: shapeOf<Evaluation>() },
  },
});
const report = evaluate.propertyFiles.EvaluationReport;

const register = registerModelStep({
  name: 'RegisterModel',
  description: 'Puts the model into the registry, where a person approves it.',
  group: buyAgain,
  modelDescription: 'Who buys again: XGBoost on the features of featuresSql.ts.',
  approval: 'PendingManualApproval',
  image: images.xgboost('1.7-1'),
  modelData: train.modelArtifacts,
  modelQuality: report.s3Uri,
  metadata: { FeaturesUri: features.outputs.features, CodeBundleUri: parameters.CodeBundleUri },
  contentTypes: ['text/csv'],
  responseTypes: ['text/csv'],
  endpointInstances: ['ml.m5.large'],
  transformInstances: ['ml.m5.large'],
  retry: [stepFaults],
});

const gate = conditionStep({
  name: 'QualityGate',
  description: 'Registers a model that tells customers apart well enough, and better than no model does.',
  conditions: [
    greaterThanOrEqualTo(report.get('metrics.auc'), parameters.AucThreshold),
    greaterThan(report.get('metrics.auc'), report.get('baselines.recency_auc')),
    greaterThan(report.get('metrics.accuracy'), report.get('baselines.majority_accuracy')),
  ],
  ifSteps: [register],
});

const buyAgainBuild = definePipeline({
  name: 'customers-modelbuild-dev',
  description: 'Cleans transactions, makes features, trains, evaluates, and registers a model that passes the gate.',
  role,
  parameters,
  steps: [cleaning, features, train, model, predict, evaluate, gate],
  startParameters: ({ codeBundleUri }) => ({
    CodeBundleUri: codeBundleUri,
    InputRawUri: s3Uri(bucket, 'raw', DELIVERY),
    RunDate: DELIVERY,
  }),
});

/** What the generator made; manifest.json last, which says that the delivery is complete. */
function delivery() {
  const folder = process.env['CUSTOMERS_DATA'] ?? joinPath(import.meta.dirname, 'data/raw');
  if (!existsSync(folder)) throw new Error('There is no data yet: make some with `node data/generate.ts`.');
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv'));
  return [...files.sort(), 'manifest.json'].map((name) =>
    uploadFile({ file: joinPath(folder, name), key: `raw/${DELIVERY}/${name}` }),
  );
}

export default defineProject({
  name: 'customers',
  bucket,
  roles: [role, functionsRole],
  modelPackageGroups: [buyAgain],
  pipelines: [buyAgainBuild],
  data: [...packageUploads, ...delivery()],
  code: codeBundle({
    folder: 'code',
    include: [
      'package.json',
      ...['cleanJob.ts', 'cleaning.ts', 'cleaningSql.ts', 'duck.ts', 'job.ts'],
      ...['featuresJob.ts', 'features.ts', 'featuresSql.ts'],
      ...['evaluateJob.ts', 'evaluation.ts'],
    ],
  }),
});
