/**
 * The training flow: clean, run the pipeline, measure, and approve the model for production or say why not.
 *
 *   Init → CleanData → StartPipeline → (wait, describe)* → EvalMetricsLambda → MetricCheck → ApproveModel | AlertNotApproved
 */
import {
  awsSdk,
  jsonata,
  type Kit,
  lambda,
  orElse,
  readAs,
  shapeOf,
  sns,
  stateMachine,
  text,
  topicArn,
  type Uploads,
} from 'telar';
import { bucket, modelBuild } from '../modelbuild.ts';
import { alerts } from './alerts.ts';
import { trainingRole } from './roles.ts';
import { alertAndFail, alerting, cleanData, init, LOGS, NAMES, type Run } from './run.ts';

type Input = { codeBundleUri: string; rawUri: string; accuracyThreshold: number; f1Threshold: number };
type Verdict = {
  registered: boolean;
  /** '' where nothing was registered. */
  modelPackageArn: string;
  accuracy: number;
  f1: number;
  /** Why the model is not good enough; none where it is. */
  reasons: string[];
};
type Thresholds = Pick<Input, 'accuracyThreshold' | 'f1Threshold'>;
type Variables = Run & Thresholds & { pipelineExecution: string; pause: number; verdict: Verdict };
type Flow = Kit<Input, Variables>;

/** What an execution begins with, whoever starts it. */
export const trainingInput = ({ codeBundleUri }: Pick<Uploads, 'codeBundleUri'>): Input => ({
  codeBundleUri,
  rawUri: `s3://${bucket}/raw/`,
  accuracyThreshold: 0.78,
  f1Threshold: 0.7,
});

export const training = stateMachine({
  name: 'titanic-training',
  comment: 'Cleans, trains, measures, and approves the model for production or says why not.',
  role: trainingRole,
  timeout: '6h',
  input: shapeOf<Input>(),
  variables: shapeOf<Variables>(),
  startInput: trainingInput,
  states: (kit) => ({
    ...init(kit),
    CleanData: cleanData(kit, 'training', kit.states.context.Execution.Input.rawUri, 'StartPipeline'),
    ...pipeline(kit),
    ...pipelineFailed(kit),
    ...judging(kit),
    ...verdicts(kit),
    ...alertAndFail(kit),
  }),
});

function pipeline({ task, wait, choice, states, variables }: Flow) {
  const { Id, Input } = states.context.Execution;
  const curated = text`s3://${bucket}/curated/run_date=${variables.runDate}/run_id=${variables.runId}`;
  const status = readAs<string>(states.input);
  return {
    StartPipeline: task(
      awsSdk('sagemaker', 'startPipelineExecution', {
        PipelineName: modelBuild.name,
        PipelineParameters: [
          { Name: 'CodeBundleUri', Value: Input.codeBundleUri },
          { Name: 'InputTrainUri', Value: text`${curated}/train.csv` },
          { Name: 'InputValidationUri', Value: text`${curated}/validation.csv` },
          { Name: 'AccuracyThreshold', Value: text`${Input.accuracyThreshold}` },
        ],
        // Of this execution alone: however often it is asked, one pipeline execution comes of it.
        ClientRequestToken: jsonata<string>`$hash(${Id}, "SHA-256")`,
      }),
      {
        assign: (result) => ({ pipelineExecution: result.PipelineExecutionArn, pause: 1 }),
        retry: [{ on: 'transient', interval: '2s', maxAttempts: 6, jitter: 'FULL' }],
        catch: alerting({ states }, LOGS.none),
        next: 'WaitForPipeline',
      },
    ),
    WaitForPipeline: wait({ for: variables.pause, next: 'DescribePipeline' }),
    DescribePipeline: task(
      awsSdk('sagemaker', 'describePipelineExecution', { PipelineExecutionArn: variables.pipelineExecution }),
      {
        // Soon at first, then calmly: a training of hours is asked about twice a minute.
        assign: { pause: jsonata`$min([${variables.pause} + 1, 30])` },
        output: (result) => result.PipelineExecutionStatus,
        retry: [{ on: 'transient', interval: '2s', maxAttempts: 6, jitter: 'FULL' }],
        catch: alerting({ states }, LOGS.pipeline),
        next: 'IsPipelineDone',
      },
    ),
    IsPipelineDone: choice({
      choices: [
        { condition: jsonata`${status} in ["Executing", "Stopping"]`, next: 'WaitForPipeline' },
        { condition: jsonata`${status} = "Succeeded"`, next: 'EvalMetricsLambda' },
      ],
      default: 'FindFailedStep',
    }),
  };
}

/** The execution's own reason names no step: the alert has to. */
function pipelineFailed({ task, states, variables }: Flow) {
  const { pipelineExecution } = variables;
  return {
    FindFailedStep: task(
      awsSdk('sagemaker', 'listPipelineExecutionSteps', { PipelineExecutionArn: pipelineExecution }),
      {
        assign: (result) => {
          const failed = jsonata<{
            StepName: string;
            FailureReason: string;
          }>`${result.PipelineExecutionSteps}[StepStatus in ["Failed", "Stopped"]][0]`;
          return {
            failure: {
              step: text`StartPipeline, in the pipeline's step ${orElse(readAs<{ StepName: string }>(failed).StepName, 'that is not known')}`,
              error: 'Pipeline.NotSucceeded',
              cause: text`${orElse(readAs<{ FailureReason: string }>(failed).FailureReason, 'It was stopped.')} (${pipelineExecution})`,
              logs: LOGS.pipeline,
            },
          };
        },
        retry: 'transient',
        catch: alerting({ states }, LOGS.pipeline),
        next: 'AlertError',
      },
    ),
  };
}

function judging({ task, choice, states, variables }: Flow) {
  const { verdict, pipelineExecution, runDate, runId } = variables;
  const { accuracyThreshold, f1Threshold } = states.context.Execution.Input;
  return {
    EvalMetricsLambda: task(
      lambda.invoke<Verdict>({
        FunctionName: NAMES.evalMetrics,
        Payload: {
          pipelineExecutionArn: pipelineExecution,
          ...{ accuracyThreshold, f1Threshold, runDate, runId },
          executionArn: states.context.Execution.Id,
        },
      }),
      {
        // With what it is held against: a Choice is then a matter of variables alone.
        assign: (result) => ({ verdict: result.Payload, accuracyThreshold, f1Threshold }),
        retry: 'transient',
        catch: alerting({ states }, LOGS.evalMetrics),
        next: 'MetricCheck',
      },
    ),
    MetricCheck: choice({
      choices: [
        {
          condition: jsonata`${verdict.registered} and ${verdict.accuracy} >= ${variables.accuracyThreshold} and ${verdict.f1} >= ${variables.f1Threshold}`,
          next: 'ApproveModel',
        },
      ],
      default: 'AlertNotApproved',
    }),
  };
}

function verdicts({ task, succeed, states, variables }: Flow) {
  const { verdict, runDate, runId } = variables;
  const { Execution, StateMachine } = states.context;
  const found = {
    ...{ accuracy: verdict.accuracy, f1: verdict.f1, runDate, runId },
    pipelineExecutionArn: variables.pipelineExecution,
  };
  return {
    ApproveModel: task(
      awsSdk('sagemaker', 'updateModelPackage', {
        ModelPackageArn: verdict.modelPackageArn,
        ModelApprovalStatus: 'Approved',
        ApprovalDescription: text`Accuracy ${verdict.accuracy}, F1 ${verdict.f1}. Approved by ${Execution.Id}`,
      }),
      { retry: 'transient', catch: alerting({ states }, LOGS.none), next: 'Approved' },
    ),
    Approved: succeed({ output: { approved: true, modelPackageArn: verdict.modelPackageArn, ...found } }),
    AlertNotApproved: task(
      sns.publish({
        TopicArn: topicArn(alerts),
        Subject: text`${StateMachine.Name}: the model was not approved`,
        Message: text`Flow:      ${StateMachine.Name}
Run:       run_date=${runDate} run_id=${runId}
Reasons:   ${jsonata`$join(${verdict.reasons}, "; ")`}
Model:     ${jsonata`${verdict.registered} ? ${verdict.modelPackageArn} : "nothing was registered"`}
Accuracy:  ${verdict.accuracy}
F1:        ${verdict.f1}
Pipeline:  ${variables.pipelineExecution}
Execution: ${Execution.Id}
`,
        MessageAttributes: { outcome: { DataType: 'String', StringValue: 'not-approved' } },
      }),
      { retry: 'transient', catch: alerting({ states }, LOGS.none), next: 'NotApproved' },
    ),
    NotApproved: succeed({ output: { approved: false, reasons: verdict.reasons, ...found } }),
  };
}
