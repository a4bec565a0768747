/** The two flows of a machine-learning system as machines: training, and batch inference with the approved model. For tests. */

import type { Late } from '../../scope.ts';
import { shapeOf } from '../../steps/propertyFile.ts';
import { jsonata, orElse, type Readable, readAs, text } from '../expression.ts';
import { awsSdk, events, glue, lambda, sagemaker, sns } from '../integrations.ts';
import { stateMachine } from '../stateMachine.ts';

const bucket = 'titanic-mlops-data';
const role = 'arn:aws:iam::123456789012:role/titanic-machines';
const modelRole = 'arn:aws:iam::123456789012:role/titanic-models';
const alerts: Late<string> = ({ account, region }) => `arn:aws:sns:${region}:${account}:titanic-alerts`;
const GLUE_LOGS = '/aws-glue/python-jobs/error';

type Run = { runDate: string; runId: string };
type Failure = { step: string; error: string; cause: string; logs: string };
type Verdict = { registered: boolean; modelPackageArn: string; f1: number; accuracy: number; reasons: string[] };
type Approved = { modelPackageArn: string; image: string; modelDataUrl: string; codeSha: string };

/** Below it lie all artefacts of a run. */
const under = (run: { [K in keyof Run]: Readable<string> }, what: string) =>
  text`s3://${bucket}/${what}/run_date=${run.runDate}/run_id=${run.runId}`;

/** Both flows clean with the same code. */
const cleanData = (run: { [K in keyof Run]: Readable<string> }) =>
  glue.startJobRun.sync({
    JobName: 'titanic-clean',
    Arguments: { '--input': `s3://${bucket}/raw/`, '--output': under(run, 'clean'), '--run_id': run.runId },
  });

const concurrentRuns = { on: ['Glue.ConcurrentRunsExceededException'], interval: '1m', maxAttempts: 5 } as const;

export const training = stateMachine({
  name: 'titanic-training',
  comment: 'Cleans, trains, measures, and approves the model or says why not.',
  role,
  timeout: '6h',
  logging: { level: 'ERROR', logGroup: '/aws/vendedlogs/states/titanic-training' },
  input: shapeOf<{ minimumF1: number; minimumAccuracy: number }>(),
  variables: shapeOf<Run & { failure: Failure; pipelineExecution: string; verdict: Verdict }>(),
  startInput: () => ({ minimumF1: 0.7, minimumAccuracy: 0.78 }),
  states: ({ pass, task, choice, wait, fail, succeed, states, variables }) => {
    const { Execution, State } = states.context;
    const { errorOutput } = states;
    const { verdict } = variables;
    const pipeline = readAs<{ status: string; reason: string }>(states.input);
    const otherwise = (logs: string) =>
      [
        {
          next: 'AlertError',
          assign: { failure: { step: State.Name, error: errorOutput.Error, cause: errorOutput.Cause, logs } },
        },
      ] as const;
    return {
      Init: pass({
        assign: { runDate: jsonata`$substringBefore(${Execution.StartTime}, "T")`, runId: Execution.Name },
        next: 'CleanData',
      }),
      CleanData: task(cleanData(variables), {
        timeout: '1h',
        retry: [concurrentRuns, { on: 'transient', interval: '10s' }],
        catch: otherwise(GLUE_LOGS),
        next: 'StartPipeline',
      }),
      StartPipeline: task(
        awsSdk('sagemaker', 'startPipelineExecution', {
          PipelineName: 'titanic-modelbuild-dev',
          PipelineParameters: [
            { Name: 'InputTrainUri', Value: text`${under(variables, 'clean')}/train.csv` },
            { Name: 'InputValidationUri', Value: text`${under(variables, 'clean')}/validation.csv` },
          ],
        }),
        {
          assign: (result) => ({ pipelineExecution: result.PipelineExecutionArn }),
          retry: [{ on: 'transient', interval: '5s', maxAttempts: 5, jitter: 'FULL' }],
          catch: otherwise('/aws/sagemaker/Pipelines'),
          next: 'WaitForPipeline',
        },
      ),
      WaitForPipeline: wait({ for: '30s', next: 'DescribePipeline' }),
      DescribePipeline: task(
        awsSdk('sagemaker', 'describePipelineExecution', { PipelineExecutionArn: variables.pipelineExecution }),
        {
          output: (result) => ({
            status: result.PipelineExecutionStatus,
            reason: orElse(result.FailureReason, 'no reason was given'),
          }),
          retry: 'transient',
          catch: otherwise('/aws/sagemaker/Pipelines'),
          next: 'IsPipelineDone',
        },
      ),
      IsPipelineDone: choice({
        choices: [
          { condition: jsonata`${pipeline.status} in ["Executing", "Stopping"]`, next: 'WaitForPipeline' },
          { condition: jsonata`${pipeline.status} = "Succeeded"`, next: 'EvaluateMetrics' },
        ],
        default: 'AlertError',
        assign: {
          failure: {
            step: 'StartPipeline',
            error: text`Pipeline.${pipeline.status}`,
            cause: pipeline.reason,
            logs: '/aws/sagemaker/ProcessingJobs and /aws/sagemaker/TrainingJobs',
          },
        },
      }),
      EvaluateMetrics: task(
        lambda.invoke<Verdict>({
          FunctionName: 'EvalMetricsLambda',
          Payload: { pipelineExecutionArn: variables.pipelineExecution, runId: variables.runId },
        }),
        {
          assign: (result) => ({ verdict: result.Payload }),
          retry: 'transient',
          catch: otherwise('/aws/lambda/EvalMetricsLambda'),
          next: 'MetricCheck',
        },
      ),
      MetricCheck: choice({
        choices: [
          {
            condition: jsonata`${verdict.registered} and ${verdict.f1} >= ${Execution.Input.minimumF1} and ${verdict.accuracy} >= ${Execution.Input.minimumAccuracy}`,
            next: 'ApproveModel',
          },
        ],
        default: 'AlertRejected',
      }),
      ApproveModel: task(
        awsSdk('sagemaker', 'updateModelPackage', {
          ModelPackageArn: verdict.modelPackageArn,
          ModelApprovalStatus: 'Approved',
          ApprovalDescription: text`F1 ${verdict.f1}, accuracy ${verdict.accuracy}; run ${variables.runId}`,
        }),
        { retry: 'transient', catch: otherwise('the model package itself'), next: 'Approved' },
      ),
      Approved: succeed({ output: { modelPackageArn: verdict.modelPackageArn } }),
      AlertRejected: task(
        sns.publish({
          TopicArn: alerts,
          Subject: 'Titanic: the model was not approved',
          Message: text`Run ${variables.runId} (${variables.runDate}): ${jsonata`$join(${verdict.reasons}, "; ")`}`,
        }),
        { retry: 'transient', next: 'NotApproved' },
      ),
      NotApproved: succeed({ output: { approved: false, reasons: verdict.reasons } }),
      AlertError: task(
        sns.publish({ TopicArn: alerts, Subject: 'Titanic: training failed', Message: variables.failure }),
        { retry: 'transient', next: 'Failed' },
      ),
      Failed: fail({
        error: variables.failure.error,
        cause: text`${variables.failure.step}: ${variables.failure.cause}`,
      }),
    };
  },
});

export const inference = stateMachine({
  name: 'titanic-inference',
  comment: 'Scores the cleaned data with the newest approved model.',
  role,
  timeout: '3h',
  variables: shapeOf<Run & { failure: Omit<Failure, 'logs'>; model: Approved; modelName: string; rows: number }>(),
  states: ({ pass, task, fail, states, variables }) => {
    const { Execution, State } = states.context;
    const { errorOutput } = states;
    const { model, modelName } = variables;
    const caught = [
      {
        next: 'AlertError',
        assign: { failure: { step: State.Name, error: errorOutput.Error, cause: errorOutput.Cause } },
      },
    ] as const;
    const predictions = under(variables, 'predictions');
    return {
      Init: pass({
        assign: {
          runDate: jsonata`$substringBefore(${Execution.StartTime}, "T")`,
          runId: Execution.Name,
          modelName: jsonata`"titanic-" & $substring(${Execution.Name}, 0, 50)`,
        },
        next: 'CleanData',
      }),
      CleanData: task(cleanData(variables), {
        timeout: '1h',
        retry: [concurrentRuns, { on: 'transient', interval: '10s' }],
        catch: caught,
        next: 'GetApprovedModel',
      }),
      GetApprovedModel: task(lambda.invoke<Approved>({ FunctionName: 'GetApprovedModel' }), {
        assign: (result) => ({ model: result.Payload }),
        retry: 'transient',
        catch: caught,
        next: 'CreateModel',
      }),
      CreateModel: task(
        sagemaker.createModel({
          ModelName: modelName,
          ExecutionRoleArn: modelRole,
          PrimaryContainer: { Image: model.image, ModelDataUrl: model.modelDataUrl },
        }),
        { retry: 'transient', catch: caught, next: 'Transform' },
      ),
      Transform: task(
        sagemaker.createTransformJob.sync({
          TransformJobName: modelName,
          ModelName: modelName,
          TransformInput: {
            ContentType: 'text/csv',
            SplitType: 'Line',
            DataSource: {
              S3DataSource: { S3DataType: 'S3Prefix', S3Uri: text`${under(variables, 'clean')}/score.csv` },
            },
          },
          TransformOutput: { S3OutputPath: predictions, AssembleWith: 'Line' },
          TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
        }),
        { timeout: '1h', retry: 'transient', catch: caught, next: 'WriteManifest' },
      ),
      WriteManifest: task(
        lambda.invoke<{ rows: number }>({
          FunctionName: 'WriteManifest',
          Payload: { predictions, modelPackageArn: model.modelPackageArn, codeSha: model.codeSha },
        }),
        {
          assign: (result) => ({ rows: result.Payload.rows }),
          retry: 'transient',
          catch: caught,
          next: 'Summarise',
        },
      ),
      Summarise: task(
        events.putEvents({
          Entries: [
            {
              Source: 'titanic.inference',
              DetailType: 'Batch Inference Finished',
              Detail: { predictions, modelPackageArn: model.modelPackageArn, rows: variables.rows },
            },
          ],
        }),
        { output: { predictions, rows: variables.rows }, retry: 'transient', catch: caught },
      ),
      AlertError: task(
        sns.publish({ TopicArn: alerts, Subject: 'Titanic: inference failed', Message: variables.failure }),
        { retry: 'transient', next: 'Failed' },
      ),
      Failed: fail({ error: variables.failure.error, cause: variables.failure.cause }),
    };
  },
});
