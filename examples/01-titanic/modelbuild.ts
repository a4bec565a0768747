/**
 * The model's pipeline: trained, measured, and registered for approval when it is good enough:
 *
 *   DataPreProcessing → TrainModel → ModelEvaluation → QualityGateAccuracy → RegisterModel
 *
 * And the smallest machine around it, which runs the pipeline, waits for its end, and ends with the model package that it
 * registered. The flows (flows/) are machines that do more.
 */
import {
  asText,
  awsSdk,
  bundledScript,
  conditionStep,
  csv,
  defineParameters,
  definePipeline,
  defineRole,
  execution,
  greaterThanOrEqualTo,
  images,
  jsonata,
  modelPackageGroup,
  orElse,
  parameter,
  pipelineRole,
  processingStep,
  readAs,
  registerModelStep,
  retry,
  s3Uri,
  shapeOf,
  splitCsv,
  stateMachine,
  text,
  trainingStep,
  xgboost,
} from 'telar';

export const bucket = 'titanic-mlops-data';
const runs = (name: string) => s3Uri(bucket, 'pipeline/runs', execution.pipelineExecutionId, name);

export const survival = modelPackageGroup({
  name: 'titanic-survival-xgboost',
  description: 'Who survived the Titanic: gradient-boosted trees.',
});

export const role = pipelineRole({
  name: 'titanic-pipeline-role',
  description: 'The Titanic pipeline and its jobs: reads curated data and code, writes below pipeline/runs.',
  bucket,
  read: ['curated/*', 'pipeline/code/*'],
  write: ['pipeline/runs/*'],
  modelPackageGroups: [survival],
});

export const passengers = splitCsv({
  file: 'data/titanic.csv',
  at: 0.8,
  train: 'curated/train.csv',
  validation: 'curated/validation.csv',
});

const parameters = defineParameters({
  CodeBundleUri: parameter.s3Uri(),
  InputTrainUri: parameter.s3Uri(),
  InputValidationUri: parameter.s3Uri(),
  AccuracyThreshold: parameter.float({ default: 0.78 }),
});

// A month's results are reused while code, data and settings stay the same. Faults that pass are tried again; a script that
// fails is not: correct it and start a new run with a new code bundle.
const cache = { expireAfter: 'P30D' };
const stepFaults = retry({ on: ['Step.SERVICE_FAULT', 'Step.THROTTLING'], intervalSeconds: 5, maxAttempts: 5 });
const jobFaults = retry({
  on: ['SageMaker.RESOURCE_LIMIT', 'SageMaker.JOB_INTERNAL_ERROR', 'SageMaker.CAPACITY_ERROR'],
  intervalSeconds: 30,
  maxAttempts: 3,
});

const preprocess = processingStep({
  name: 'DataPreProcessing',
  description: "Cleans the passengers' data and makes the features, learnt from the training rows only.",
  image: images.scikitLearn('1.2-1'),
  instance: 'ml.m5.large',
  maxRuntimeSeconds: 1800,
  script: bundledScript(parameters.CodeBundleUri, 'preprocess.py'),
  // No execution id among the arguments: they are part of the cache's key, and a new id each run would never hit.
  arguments: [
    '--input-train-uri',
    parameters.InputTrainUri,
    '--input-validation-uri',
    parameters.InputValidationUri,
    '--output-prefix',
    s3Uri(bucket, 'pipeline/preprocessing'),
    '--code-bundle-uri',
    parameters.CodeBundleUri,
  ],
  outputs: {
    train: runs('preprocessing/train'),
    validation: runs('preprocessing/validation'),
    preprocessor: runs('preprocessing/preprocessor'),
  },
  cache,
  retry: [stepFaults, jobFaults],
});

const train = trainingStep({
  name: 'TrainModel',
  description: 'Gradient-boosted trees on the prepared features.',
  algorithm: xgboost('1.7-1', {
    objective: 'binary:logistic',
    num_round: 200,
    max_depth: 5,
    eta: 0.2,
    subsample: 0.8,
    eval_metric: 'logloss',
  }),
  inputs: { train: csv(preprocess.outputs.train), validation: csv(preprocess.outputs.validation) },
  output: runs('training'),
  instance: 'ml.m5.large',
  maxRuntimeSeconds: 3600,
  cache,
  retry: [stepFaults, jobFaults],
});

const evaluate = processingStep({
  name: 'ModelEvaluation',
  description: 'Scores the validation rows and writes evaluation.json.',
  image: images.xgboost('1.7-1'),
  instance: 'ml.m5.large',
  maxRuntimeSeconds: 1800,
  script: bundledScript(parameters.CodeBundleUri, 'evaluate.py'),
  arguments: ['--accuracy-threshold', asText(parameters.AccuracyThreshold)],
  inputs: {
    model: { from: train.modelArtifacts, localPath: '/opt/ml/processing/model' },
    validation: { from: preprocess.outputs.validation, localPath: '/opt/ml/processing/validation' },
  },
  outputs: { evaluation: { to: runs('evaluation'), localPath: '/opt/ml/processing/evaluation' } },
  propertyFiles: {
    EvaluationReport: {
      output: 'evaluation',
      path: 'evaluation.json',
      contents: shapeOf<{ metrics: { accuracy: number; precision: number; recall: number; f1: number } }>(),
    },
  },
  cache,
  retry: [stepFaults, jobFaults],
});
const report = evaluate.propertyFiles.EvaluationReport;

const register = registerModelStep({
  name: 'RegisterModel',
  description: 'Puts the model into the registry, where a person approves it.',
  group: survival,
  modelDescription: 'Survival on the Titanic: XGBoost on the features of preprocess.py.',
  approval: 'PendingManualApproval',
  image: images.xgboost('1.7-1'),
  modelData: train.modelArtifacts,
  // Whoever makes a model of a version applies the feature rules that it was trained with: see pipeline/inference.py.
  environment: {
    SAGEMAKER_PROGRAM: 'inference.py',
    SAGEMAKER_SUBMIT_DIRECTORY: parameters.CodeBundleUri,
    PREPROCESSOR_URI: preprocess.outputs.preprocessor,
  },
  modelQuality: report.s3Uri,
  metadata: { PreprocessorUri: preprocess.outputs.preprocessor, CodeBundleUri: parameters.CodeBundleUri },
  contentTypes: ['text/csv'],
  responseTypes: ['text/csv'],
  endpointInstances: ['ml.m5.large', 'ml.m5.xlarge'],
  transformInstances: ['ml.m5.large', 'ml.m5.xlarge'],
  retry: [stepFaults],
});

const gate = conditionStep({
  name: 'QualityGateAccuracy',
  description: 'Registers the model only if its accuracy on the validation rows reaches the threshold.',
  conditions: [greaterThanOrEqualTo(report.get('metrics.accuracy'), parameters.AccuracyThreshold)],
  ifSteps: [register],
});

export const modelBuild = definePipeline({
  name: 'titanic-modelbuild-dev',
  description: 'Prepares the data, trains, evaluates, and registers a model that passes the gate.',
  role,
  parameters,
  steps: [preprocess, train, evaluate, gate],
  startParameters: ({ codeBundleUri, uri }) => ({
    CodeBundleUri: codeBundleUri,
    InputTrainUri: uri(passengers.train),
    InputValidationUri: uri(passengers.validation),
  }),
});

const pipelineArn =
  (more = '') =>
  ({ region, account }: { region: string; account: string }) =>
    `arn:aws:sagemaker:${region}:${account}:pipeline/${modelBuild.name}${more}`;

export const machineRole = defineRole({
  name: 'titanic-machine-role',
  description: 'The Titanic state machine: starts the pipeline and looks at its executions.',
  service: 'states.amazonaws.com',
  policies: {
    pipeline: [
      { Sid: 'Start', Effect: 'Allow', Action: 'sagemaker:StartPipelineExecution', Resource: pipelineArn() },
      {
        Sid: 'Follow',
        Effect: 'Allow',
        Action: ['sagemaker:DescribePipelineExecution', 'sagemaker:ListPipelineExecutionSteps'],
        Resource: pipelineArn('/execution/*'),
      },
    ],
  },
});

type Input = { codeBundleUri: string; trainUri: string; validationUri: string; accuracyThreshold: number };

export const modelBuildRun = stateMachine({
  name: 'titanic-modelbuild-run',
  comment: 'Runs the pipeline and finds the model package that it registered.',
  role: machineRole,
  timeout: '2h',
  input: shapeOf<Input>(),
  variables: shapeOf<{ execution: string }>(),
  startInput: ({ codeBundleUri, uri }) => ({
    codeBundleUri,
    trainUri: uri(passengers.train),
    validationUri: uri(passengers.validation),
    accuracyThreshold: 0.78,
  }),
  states: ({ task, wait, choice, succeed, fail, states, variables }) => {
    const input = states.context.Execution.Input;
    const ended = readAs<{ status: string; reason: string }>(states.input);
    const found = readAs<{ modelPackageArn: string }>(states.input);
    return {
      StartPipeline: task(
        awsSdk('sagemaker', 'startPipelineExecution', {
          PipelineName: modelBuild.name,
          PipelineParameters: [
            { Name: 'CodeBundleUri', Value: input.codeBundleUri },
            { Name: 'InputTrainUri', Value: input.trainUri },
            { Name: 'InputValidationUri', Value: input.validationUri },
            { Name: 'AccuracyThreshold', Value: text`${input.accuracyThreshold}` },
          ],
        }),
        {
          assign: (result) => ({ execution: result.PipelineExecutionArn }),
          retry: 'transient',
          next: 'WaitForPipeline',
        },
      ),
      WaitForPipeline: wait({ for: '5s', next: 'DescribePipeline' }),
      DescribePipeline: task(
        awsSdk('sagemaker', 'describePipelineExecution', { PipelineExecutionArn: variables.execution }),
        {
          output: (result) => ({
            status: result.PipelineExecutionStatus,
            reason: orElse(result.FailureReason, 'no reason was given'),
          }),
          retry: 'transient',
          next: 'IsDone',
        },
      ),
      IsDone: choice({
        choices: [
          { condition: jsonata`${ended.status} in ["Executing", "Stopping"]`, next: 'WaitForPipeline' },
          { condition: jsonata`${ended.status} = "Succeeded"`, next: 'FindModel' },
        ],
        default: 'PipelineFailed',
      }),
      PipelineFailed: fail({
        error: text`Pipeline.${ended.status}`,
        cause: text`${ended.reason} (${variables.execution})`,
      }),
      FindModel: task(
        awsSdk('sagemaker', 'listPipelineExecutionSteps', { PipelineExecutionArn: variables.execution }),
        {
          output: (result) => ({
            pipelineExecutionArn: variables.execution,
            modelPackageArn: orElse(
              jsonata<string>`${result.PipelineExecutionSteps}[StepName = "RegisterModel"].Metadata.RegisterModel.Arn`,
              'none',
            ),
          }),
          retry: 'transient',
          next: 'IsRegistered',
        },
      ),
      IsRegistered: choice({
        choices: [{ condition: jsonata`${found.modelPackageArn} != "none"`, next: 'Registered' }],
        default: 'Refused',
      }),
      Registered: succeed(),
      Refused: fail({
        error: 'GateRefused',
        cause: 'The quality gate refused the model: nothing was registered.',
      }),
    };
  },
});
