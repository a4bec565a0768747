/** Training: clean, run the pipeline, measure, and approve the model or say why not. For tests. */
import { shapeOf } from '../../steps/propertyFile.ts';
import { jsonata, orElse, readAs, text } from '../expression.ts';
import { awsSdk, lambda, sns } from '../integrations.ts';
import type { Kit } from '../kit.ts';
import { stateMachine } from '../stateMachine.ts';
import { alerting, alerts, cleanData, cleaning, type Failure, type Run, role, under } from './run.ts';

type Input = { minimumF1: number; minimumAccuracy: number };
type Verdict = { registered: boolean; modelPackageArn: string; f1: number; accuracy: number; reasons: string[] };
type Variables = Run & { failure: Failure; pipelineExecution: string; verdict: Verdict };

export const training = stateMachine({
  name: 'titanic-training',
  comment: 'Cleans, trains, measures, and approves the model or says why not.',
  role,
  timeout: '6h',
  logging: { level: 'ERROR', logGroup: '/aws/vendedlogs/states/titanic-training' },
  input: shapeOf<Input>(),
  variables: shapeOf<Variables>(),
  startInput: () => ({ minimumF1: 0.7, minimumAccuracy: 0.78 }),
  states: (kit) => ({ ...preparing(kit), ...runningThePipeline(kit), ...judging(kit), ...ending(kit) }),
});

function preparing({ pass, task, states, variables }: Kit<Input, Variables>) {
  const { Execution } = states.context;
  return {
    Init: pass({
      assign: { runDate: jsonata`$substringBefore(${Execution.StartTime}, "T")`, runId: Execution.Name },
      next: 'CleanData',
    }),
    CleanData: task(cleanData(variables), {
      timeout: cleaning.timeout,
      retry: cleaning.retry,
      catch: alerting(states, cleaning.logs),
      next: 'StartPipeline',
    }),
  };
}

function runningThePipeline({ task, wait, choice, states, variables }: Kit<Input, Variables>) {
  const clean = under(variables, 'clean');
  const pipeline = readAs<{ status: string; reason: string }>(states.input);
  const caught = alerting(states, '/aws/sagemaker/ProcessingJobs and /aws/sagemaker/TrainingJobs');
  return {
    StartPipeline: task(
      awsSdk('sagemaker', 'startPipelineExecution', {
        PipelineName: 'titanic-modelbuild-dev',
        PipelineParameters: [
          { Name: 'InputTrainUri', Value: text`${clean}/train.csv` },
          { Name: 'InputValidationUri', Value: text`${clean}/validation.csv` },
        ],
      }),
      {
        assign: (result) => ({ pipelineExecution: result.PipelineExecutionArn }),
        retry: [{ on: 'transient', interval: '5s', maxAttempts: 5, jitter: 'FULL' }],
        catch: caught,
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
        catch: caught,
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
          logs: caught[0].assign.failure.logs,
        },
      },
    }),
  };
}

function judging({ task, choice, states, variables }: Kit<Input, Variables>) {
  const { verdict, runId, pipelineExecution } = variables;
  const { minimumF1, minimumAccuracy } = states.context.Execution.Input;
  return {
    EvaluateMetrics: task(
      lambda.invoke<Verdict>({
        FunctionName: 'EvalMetricsLambda',
        Payload: { pipelineExecutionArn: pipelineExecution, minimumF1, minimumAccuracy },
      }),
      {
        assign: (result) => ({ verdict: result.Payload }),
        retry: 'transient',
        catch: alerting(states, '/aws/lambda/EvalMetricsLambda'),
        next: 'MetricCheck',
      },
    ),
    MetricCheck: choice({
      choices: [
        {
          condition: jsonata`${verdict.registered} and ${verdict.f1} >= ${minimumF1} and ${verdict.accuracy} >= ${minimumAccuracy}`,
          next: 'ApproveModel',
        },
      ],
      default: 'AlertRejected',
    }),
    ApproveModel: task(
      awsSdk('sagemaker', 'updateModelPackage', {
        ModelPackageArn: verdict.modelPackageArn,
        ModelApprovalStatus: 'Approved',
        ApprovalDescription: text`F1 ${verdict.f1}, accuracy ${verdict.accuracy}; run ${runId}`,
      }),
      { retry: 'transient', catch: alerting(states, 'the model package itself'), next: 'Approved' },
    ),
  };
}

function ending({ task, succeed, fail, variables }: Kit<Input, Variables>) {
  const { verdict, failure, runDate, runId } = variables;
  return {
    Approved: succeed({ output: { approved: true, modelPackageArn: verdict.modelPackageArn } }),
    AlertRejected: task(
      sns.publish({
        TopicArn: alerts,
        Subject: 'Titanic: the model was not approved',
        Message: text`Run ${runId} of ${runDate}: ${jsonata`$join(${verdict.reasons}, "; ")`}`,
      }),
      { retry: 'transient', next: 'NotApproved' },
    ),
    NotApproved: succeed({ output: { approved: false, reasons: verdict.reasons } }),
    AlertError: task(sns.publish({ TopicArn: alerts, Subject: 'Titanic: training failed', Message: failure }), {
      retry: 'transient',
      next: 'Failed',
    }),
    Failed: fail({ error: failure.error, cause: text`${failure.step}: ${failure.cause}` }),
  };
}
