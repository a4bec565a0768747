/**
 * The batch inference flow: clean by the training's own job, take the newest approved model, predict, and say what was done.
 *
 *   Init → CleanData → GetApprovedModel → CreateModel → Transform → WriteManifest → Summarise
 */
import { events, jsonata, type Kit, type Late, lambda, sagemaker, shapeOf, stateMachine, text } from 'telar';
import { bucket, survival } from '../modelbuild.ts';
import { modelRole } from '../serving.ts';
import { inferenceRole } from './roles.ts';
import { alertAndFail, alerting, cleanData, init, LOGS, NAMES, type Run, under } from './run.ts';

type Input = { inputUri: string };
type Approved = { modelPackageArn: string; version: number; codeBundleUri: string; codeSha: string };
type Manifest = { manifestUri: string; rows: number; first: { PassengerId: string; probability: number }[] };
type Variables = Run & { model: Approved; modelName: string; manifest: Manifest };
type Flow = Kit<Input, Variables>;

const modelRoleArn: Late<string> = ({ account }) => `arn:aws:iam::${account}:role/${modelRole.name}`;

export const inference = stateMachine({
  name: 'titanic-inference',
  comment: 'Predicts with the newest approved model; the predictions lie under the run, with a manifest.',
  role: inferenceRole,
  timeout: '3h',
  input: shapeOf<Input>(),
  variables: shapeOf<Variables>(),
  startInput: () => ({ inputUri: `s3://${bucket}/scoring/passengers.csv` }),
  states: (kit) => ({
    ...init(kit),
    CleanData: cleanData(kit, 'inference', kit.states.context.Execution.Input.inputUri, 'GetApprovedModel'),
    ...choosing(kit),
    ...predicting(kit),
    ...telling(kit),
    ...alertAndFail(kit),
  }),
});

function choosing({ task, states, variables }: Flow) {
  return {
    GetApprovedModel: task(
      lambda.invoke<Approved>({
        FunctionName: NAMES.getApprovedModel,
        Payload: { modelPackageGroup: survival.name },
      }),
      {
        assign: (result) => ({
          model: result.Payload,
          modelName: text`titanic-${jsonata`$replace(${variables.runDate}, "-", "")`}-${variables.runId}`,
        }),
        retry: 'transient',
        catch: alerting({ states }, LOGS.getApprovedModel),
        next: 'CreateModel',
      },
    ),
  };
}

function predicting({ task, states, variables }: Flow) {
  const { model, modelName } = variables;
  return {
    CreateModel: task(
      sagemaker.createModel({
        ModelName: modelName,
        ExecutionRoleArn: modelRoleArn,
        // The version names its image, its data, and the script and the preprocessor that it was trained with.
        PrimaryContainer: { ModelPackageName: model.modelPackageArn },
      }),
      { retry: 'transient', catch: alerting({ states }, LOGS.none), next: 'Transform' },
    ),
    Transform: task(
      sagemaker.createTransformJob.sync({
        TransformJobName: modelName,
        ModelName: modelName,
        TransformInput: {
          ...{ ContentType: 'text/csv', SplitType: 'Line' },
          DataSource: {
            S3DataSource: { S3DataType: 'S3Prefix', S3Uri: text`${under(variables, 'curated')}/passengers.csv` },
          },
        },
        BatchStrategy: 'MultiRecord',
        // PassengerId and probability.
        DataProcessing: { JoinSource: 'Input', OutputFilter: '$[0,-1]' },
        TransformOutput: {
          ...{ S3OutputPath: under(variables, 'predictions'), Accept: 'text/csv', AssembleWith: 'Line' },
        },
        TransformResources: { InstanceType: 'ml.m5.large', InstanceCount: 1 },
      }),
      { timeout: '2h', retry: 'transient', catch: alerting({ states }, LOGS.transform), next: 'WriteManifest' },
    ),
    WriteManifest: task(
      lambda.invoke<Manifest>({
        FunctionName: NAMES.writeManifest,
        Payload: {
          curatedUri: under(variables, 'curated'),
          predictionsUri: under(variables, 'predictions'),
          ...{ model, modelName, executionArn: states.context.Execution.Id },
        },
      }),
      {
        assign: (result) => ({ manifest: result.Payload }),
        retry: 'transient',
        catch: alerting({ states }, LOGS.writeManifest),
        next: 'Summarise',
      },
    ),
  };
}

function telling({ task, states, variables }: Flow) {
  const { manifest, model, runDate, runId } = variables;
  const summary = {
    ...{ runDate, runId, predictionsUri: under(variables, 'predictions'), manifestUri: manifest.manifestUri },
    ...{ modelPackageArn: model.modelPackageArn, rows: manifest.rows },
  };
  return {
    Summarise: task(
      events.putEvents({
        Entries: [
          {
            Source: 'titanic.inference',
            DetailType: 'Batch Inference Finished',
            Detail: { ...summary, executionArn: states.context.Execution.Id },
          },
        ],
      }),
      {
        output: { ...summary, first: manifest.first },
        retry: 'transient',
        catch: alerting({ states }, LOGS.none),
      },
    ),
  };
}
