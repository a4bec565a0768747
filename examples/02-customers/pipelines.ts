/**
 * The two pipelines: one cleans a delivery, makes features and learns; the other learns from features that are made already, by the
 * functions of arrivals.ts. What follows the features is the same.
 */
import {
  asText,
  bundledScript,
  conditionStep,
  csv,
  defineParameters,
  definePipeline,
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
  type S3Uri,
  type Step,
  s3Uri,
  shapeOf,
  trainingStep,
  transformStep,
  uploadPackages,
  type Value,
  xgboost,
} from 'telar';
import type { CleaningReport } from './code/cleaning.ts';
import type { Evaluation } from './code/evaluation.ts';
import steps from './code/package.json' with { type: 'json' };

export const bucket = 'customers-mlops-data';
/** The day as of which the invented data is looked at; see data/generate.ts. */
export const DELIVERY = '2026-07-01';

/**
 * DuckDB's npm package, uploaded once and mounted beside the code, where Node.js looks: nothing is installed in a job. A native package
 * is for one platform: this machine's when Telar runs the jobs. For AWS install linux-x64's and publish.
 */
export const duckdb = uploadPackages({
  packages: ['@duckdb/node-api'],
  prefix: `pipeline/packages/duckdb-${steps.dependencies['@duckdb/node-api']}-${process.platform}-${process.arch}`,
});
const packages = { from: s3Uri(bucket, duckdb.prefix), localPath: '/opt/ml/processing/input/node_modules' };

const learning = { CodeBundleUri: parameter.s3Uri(), AucThreshold: parameter.float({ default: 0.75 }) };
const parameters = defineParameters({
  ...learning,
  InputRawUri: parameter.s3Uri(),
  RunDate: parameter.string(),
  HorizonDays: parameter.integer({ default: 90 }),
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

export const buyAgain = modelPackageGroup({
  name: 'customers-buy-again-xgboost',
  description: 'Who buys again within 90 days: gradient-boosted trees.',
});

export const role = pipelineRole({
  name: 'customers-pipeline-role',
  description: 'The customers pipeline and its jobs: reads raw data, code and packages, writes clean data and runs.',
  bucket,
  read: ['raw/*', 'pipeline/code/*', 'pipeline/packages/*'],
  write: ['clean/*', 'pipeline/runs/*'],
  jobs: ['processing', 'training', 'transform'],
  modelPackageGroups: [buyAgain],
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

type Parameters = Pick<typeof parameters, keyof typeof learning>;
type Tables = Readonly<Record<'features' | 'train' | 'validation', Value<S3Uri>>>;

/** A model of the training customers, and what it says of the validation customers. */
function trainAndPredict(tables: Tables) {
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
    inputs: { train: csv(tables.train), validation: csv(tables.validation) },
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
    input: tables.validation,
    contentType: 'text/csv',
    split: 'Line',
    filter: { input: '$[1:]', join: 'Input', output: '$[0,1,-1]' },
    output: runs('predictions'),
    accept: 'text/csv',
    assemble: 'Line',
    instance: 'ml.m5.large',
    retry: [stepFaults, jobFaults],
  });
  return { train, model, predict };
}

/** From features to the registry: the steps of both pipelines. */
function learn({ CodeBundleUri, AucThreshold }: Parameters, tables: Tables): Step[] {
  const { train, model, predict } = trainAndPredict(tables);

  const evaluate = processingStep({
    ...typescript,
    name: 'EvaluateModel',
    description: 'Measures the predictions, and what one would reach without the model.',
    script: bundledScript(CodeBundleUri, 'evaluateJob.ts'),
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
    metadata: { FeaturesUri: tables.features, CodeBundleUri },
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
      greaterThanOrEqualTo(report.get('metrics.auc'), AucThreshold),
      greaterThan(report.get('metrics.auc'), report.get('baselines.recency_auc')),
      greaterThan(report.get('metrics.accuracy'), report.get('baselines.majority_accuracy')),
    ],
    ifSteps: [register],
  });

  return [train, model, predict, evaluate, gate];
}

export const build = definePipeline({
  name: 'customers-modelbuild-dev',
  description: 'Cleans transactions, makes features, trains, evaluates, and registers a model that passes the gate.',
  role,
  parameters,
  steps: [cleaning, features, ...learn(parameters, features.outputs)],
  startParameters: ({ codeBundleUri }) => ({
    CodeBundleUri: codeBundleUri,
    InputRawUri: s3Uri(bucket, 'raw', DELIVERY),
    RunDate: DELIVERY,
  }),
});

const arrived = defineParameters({ ...learning, Run: parameter.string() });
const made = (name: string) => join('', s3Uri(bucket), '/', arrived.Run, name);

/** `Run` is a key that ends in a slash: the event that starts it says so, and a rule hands it on as it is. */
export const training = definePipeline({
  name: 'customers-training-dev',
  description: 'Trains on features that are made, evaluates, and registers a model that passes the gate.',
  role,
  parameters: arrived,
  steps: learn(arrived, { features: made('features'), train: made('train'), validation: made('validation') }),
  startParameters: ({ codeBundleUri }) => ({ CodeBundleUri: codeBundleUri }),
});
