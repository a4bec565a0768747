/** Batch inference with the newest approved model, with a manifest beside the predictions. For tests. */
import { shapeOf } from '../../steps/propertyFile.ts';
import { type Expression, jsonata, text } from '../expression.ts';
import { events, lambda, sagemaker, sns } from '../integrations.ts';
import type { Kit } from '../kit.ts';
import { stateMachine } from '../stateMachine.ts';
import { alerting, alerts, cleanData, cleaning, type Failure, type Run, role, under } from './run.ts';

type Approved = { modelPackageArn: string; image: string; modelDataUrl: string; codeSha: string };
type Variables = Run & { failure: Failure; model: Approved; modelName: string; rows: number };

export const inference = stateMachine({
  name: 'titanic-inference',
  comment: 'Scores the cleaned data with the newest approved model.',
  role,
  timeout: '3h',
  variables: shapeOf<Variables>(),
  states: (kit) => ({ ...preparing(kit), ...predicting(kit), ...ending(kit) }),
});

function preparing({ pass, task, states, variables }: Kit<unknown, Variables>) {
  const { Execution } = states.context;
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
      timeout: cleaning.timeout,
      retry: cleaning.retry,
      catch: alerting(states, cleaning.logs),
      next: 'GetApprovedModel',
    }),
    GetApprovedModel: task(lambda.invoke<Approved>({ FunctionName: 'GetApprovedModel' }), {
      assign: (result) => ({ model: result.Payload }),
      retry: 'transient',
      catch: alerting(states, '/aws/lambda/GetApprovedModel'),
      next: 'CreateModel',
    }),
  };
}

function predicting({ task, states, variables }: Kit<unknown, Variables>) {
  const { model, modelName } = variables;
  const predictions = under(variables, 'predictions');
  return {
    CreateModel: task(
      sagemaker.createModel({
        ModelName: modelName,
        ExecutionRoleArn: 'arn:aws:iam::123456789012:role/titanic-models',
        PrimaryContainer: { Image: model.image, ModelDataUrl: model.modelDataUrl },
      }),
      { retry: 'transient', catch: alerting(states, 'the model itself'), next: 'Transform' },
    ),
    Transform: task(transformJob(modelName, text`${under(variables, 'clean')}/score.csv`, predictions), {
      timeout: '1h',
      retry: 'transient',
      catch: alerting(states, '/aws/sagemaker/TransformJobs'),
      next: 'WriteManifest',
    }),
    WriteManifest: task(
      lambda.invoke<{ rows: number }>({
        FunctionName: 'WriteManifest',
        Payload: { predictions, modelPackageArn: model.modelPackageArn, codeSha: model.codeSha },
      }),
      {
        assign: (result) => ({ rows: result.Payload.rows }),
        retry: 'transient',
        catch: alerting(states, '/aws/lambda/WriteManifest'),
        next: 'Summarise',
      },
    ),
  };
}

function transformJob(name: Expression<string>, from: Expression<string>, to: Expression<string>) {
  return sagemaker.createTransformJob.sync({
    TransformJobName: name,
    ModelName: name,
    TransformInput: {
      ContentType: 'text/csv',
      SplitType: 'Line',
      DataSource: { S3DataSource: { S3DataType: 'S3Prefix', S3Uri: from } },
    },
    TransformOutput: { S3OutputPath: to, AssembleWith: 'Line' },
    TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
  });
}

function ending({ task, fail, states, variables }: Kit<unknown, Variables>) {
  const { failure, model, rows } = variables;
  const predictions = under(variables, 'predictions');
  return {
    Summarise: task(
      events.putEvents({
        Entries: [
          {
            Source: 'titanic.inference',
            DetailType: 'Batch Inference Finished',
            Detail: { predictions, modelPackageArn: model.modelPackageArn, rows },
          },
        ],
      }),
      { output: { predictions, rows }, retry: 'transient', catch: alerting(states, 'the event bus itself') },
    ),
    AlertError: task(sns.publish({ TopicArn: alerts, Subject: 'Titanic: inference failed', Message: failure }), {
      retry: 'transient',
      next: 'Failed',
    }),
    Failed: fail({ error: failure.error, cause: text`${failure.step}: ${failure.cause}` }),
  };
}
