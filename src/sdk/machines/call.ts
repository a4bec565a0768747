/**
 * What a task asks for: a resource, its arguments, and the type of what it answers.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/integrate-services.html
 */
import type { Late } from '../scope.ts';
import type { WrittenObject } from './expression.ts';

declare const resultType: unique symbol;

/** A call that answers an R. Made by `sagemaker.createTransformJob.sync(…)` and its like, `awsSdk` and `integration`. */
export type Call<R> = {
  readonly resource: string | Late<string>;
  /** Absent: the state's input. */
  readonly arguments?: unknown;
  /** Names of the errors that pass by themselves, as this service says them; none where Telar does not know them. */
  readonly transientErrors: readonly string[];
  readonly [resultType]?: R;
};

/** A function that makes calls of one resource. */
export type Calls<I, R> = (args: WrittenObject<I>) => Call<R>;

/**
 * What AWS's optimised integrations say of faults that pass by themselves; `aws-sdk` tasks say it in the names of the Java SDK.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
const TRANSIENT: Readonly<Record<string, readonly string[]>> = {
  'aws-sdk:cloudwatchlogs': ofSdk('CloudWatchLogs'),
  'aws-sdk:iam': ofSdk('Iam'),
  'aws-sdk:s3': ofSdk('S3'),
  'aws-sdk:sagemaker': ofSdk('SageMaker'),
  'aws-sdk:sfn': ofSdk('Sfn'),
  'aws-sdk:sts': ofSdk('Sts'),
  events: ['EventBridge.AmazonEventBridgeException', 'EventBridge.InternalException', 'EventBridge.SdkClientException'],
  glue: ['Glue.AWSGlueException', 'Glue.ConcurrentRunsExceededException', 'Glue.InternalServiceException'],
  lambda: [
    'Lambda.ClientExecutionTimeoutException',
    'Lambda.ServiceException',
    'Lambda.AWSLambdaException',
    'Lambda.SdkClientException',
    'Lambda.TooManyRequestsException',
  ],
  sagemaker: ['SageMaker.AmazonSageMakerException', 'SageMaker.ThrottlingException', 'SageMaker.SdkClientException'],
  sns: ['SNS.AmazonSNSException', 'SNS.InternalErrorException', 'SNS.ThrottledException', 'SNS.SdkClientException'],
  sqs: ['SQS.AmazonSQSException', 'SQS.RequestThrottledException', 'SQS.SdkClientException'],
  states: ['StepFunctions.AWSStepFunctionsException', 'StepFunctions.ThrottlingException'],
};

/** @param path what stands between `arn:aws:states:::` and the pattern. @example call('glue:startJobRun.sync', { JobName: 'clean' }) */
export function call<R>(path: string, args: unknown): Call<R> {
  const service = path.slice(0, path.lastIndexOf(':'));
  return { resource: `arn:aws:states:::${path}`, arguments: args, transientErrors: TRANSIENT[service] ?? [] };
}

function ofSdk(prefix: string): string[] {
  return ['SdkClientException', `${prefix}Exception`, 'ThrottlingException'].map((name) => `${prefix}.${name}`);
}
