/** The errors of the pipelines service, worded as SageMaker words them where a recorded answer is known. */
import type { Problem } from '../../definition/pipeline/types.ts';
import { awsError } from '../../protocol/errors.ts';

export const errors = {
  pipelineNotFound: (name: string) => awsError('ResourceNotFound', `Pipeline '${name}' does not exist.`),
  versionNotFound: (name: string, version: number) =>
    awsError('ResourceNotFound', `Pipeline '${name}' has no version ${version}.`),
  executionNotFound: (arn: string) => awsError('ResourceNotFound', `Pipeline execution '${arn}' does not exist.`),
  noExecutionArn: () =>
    awsError('ValidationException', 'PipelineExecutionArn is missing: name the execution whose steps to list.'),
  /** The SDK's upsert looks for "already exists" in a ValidationException. */
  pipelineExists: (name: string) =>
    awsError(
      'ValidationException',
      `Pipeline names must be unique within an AWS account and region. Pipeline with name (${name}) already exists.`,
    ),
  roleNotFound: (arn: string) =>
    awsError(
      'ValidationException',
      `The role '${arn}' does not exist. Create it with iam create-role, or name another.`,
    ),
  noDefinition: () =>
    awsError('ValidationException', 'Give exactly one of PipelineDefinition and PipelineDefinitionS3Location.'),
  /** All that is wrong with a definition, each problem with its place. */
  definition: (problems: readonly Problem[]) =>
    awsError('ValidationException', problems.map(({ path, message }) => `${message} (at ${path})`).join('\n')),
  start: (problems: readonly Problem[]) =>
    awsError('ValidationException', problems.map(({ message }) => message).join('\n')),
  stepType: (step: string, type: string, advice = '') =>
    awsError(
      'ValidationException',
      `Step '${step}' has the type ${type}, which this Telar does not run yet. It runs Processing, Training, Transform, Model, RegisterModel, Condition and Fail steps.${advice && ` ${advice}`}`,
    ),
  mlflow: (member: string) =>
    awsError(
      'ValidationException',
      `Telar does not support ${member}: it keeps no MLflow server. Leave it out, and let the steps' scripts log to a server of your own.`,
    ),
  notebookJob: (step: string) =>
    awsError(
      'ValidationException',
      `Step '${step}' is a notebook job, which Telar does not run: its images are AWS's own. Make a script of the notebook ('jupyter nbconvert --to script'), and run that in a Processing step.`,
    ),
  inUse: (name: string, execution: string) =>
    awsError(
      'ConflictException',
      `Pipeline '${name}' has an execution in progress (${execution}). Stop it, or wait for its end.`,
    ),
  notStoppable: (arn: string, status: string) =>
    awsError('ConflictException', `Pipeline execution '${arn}' cannot be stopped: its status is ${status}.`),
  notRetryable: (arn: string, status: string) =>
    awsError(
      'ConflictException',
      `Pipeline execution '${arn}' cannot be retried: its status is ${status}. Only failed and stopped executions can.`,
    ),
  failedByDesign: (arn: string) =>
    awsError(
      'ConflictException',
      `Pipeline execution '${arn}' cannot be retried: it ended in a Fail step. Start a new execution instead.`,
    ),
  tokenReused: (token: string) =>
    awsError(
      'ConflictException',
      `The ClientRequestToken '${token}' was used with another request. Use a token of its own for each request.`,
    ),
  callbackUnknown: () =>
    awsError('ResourceNotFound', 'No step waits for this callback token: its step has ended, or there never was one.'),
  callbackOutputs: (reason: string) => awsError('ValidationException', reason),
  selectiveSource: (arn: string, status: string) =>
    awsError(
      'ValidationException',
      `The source execution '${arn}' is still ${status}. Selective execution reuses the results of one that has ended.`,
    ),
} as const;
