/**
 * The services that tasks call: AWS's optimised integrations, by their names, and every operation of the AWS SDK.
 *
 * N1. A function stands for a resource: `glue.startJobRun` asks and goes on, `.sync` waits until the job has ended,
 *     `.waitForTaskToken` until somebody answers with `states.context.Task.Token`.
 *
 * Mirrors https://docs.aws.amazon.com/step-functions/latest/dg/integrate-optimized.html
 */

import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { IAM } from '@aws-sdk/client-iam';
import type { S3 } from '@aws-sdk/client-s3';
import type * as SM from '@aws-sdk/client-sagemaker';
import type { DescribeExecutionOutput, SFN, StartExecutionInput, StartExecutionOutput } from '@aws-sdk/client-sfn';
import type { STS } from '@aws-sdk/client-sts';
import type { Late } from '../scope.ts';
import { type Call, type Calls, call } from './call.ts';
import type { AnyWritten } from './expression.ts';
import type * as Requests from './requests.ts';

type Asking<I, R> = Calls<I, R>;
type Waiting<I> = { readonly waitForTaskToken: <R = never>(args: Parameters<Calls<I, R>>[0]) => Call<R> };

/** Jobs, models and endpoints. https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html */
export const sagemaker = {
  createProcessingJob: job<
    SM.CreateProcessingJobRequest,
    SM.CreateProcessingJobResponse,
    SM.DescribeProcessingJobResponse
  >('sagemaker:createProcessingJob'),
  createTrainingJob: job<SM.CreateTrainingJobRequest, SM.CreateTrainingJobResponse, SM.DescribeTrainingJobResponse>(
    'sagemaker:createTrainingJob',
  ),
  createTransformJob: job<SM.CreateTransformJobRequest, SM.CreateTransformJobResponse, SM.DescribeTransformJobResponse>(
    'sagemaker:createTransformJob',
  ),
  createHyperParameterTuningJob: job<
    SM.CreateHyperParameterTuningJobRequest,
    SM.CreateHyperParameterTuningJobResponse,
    SM.DescribeHyperParameterTuningJobResponse
  >('sagemaker:createHyperParameterTuningJob'),
  createModel: asking<SM.CreateModelInput, SM.CreateModelOutput>('sagemaker:createModel'),
  createEndpointConfig: asking<SM.CreateEndpointConfigInput, SM.CreateEndpointConfigOutput>(
    'sagemaker:createEndpointConfig',
  ),
  createEndpoint: asking<SM.CreateEndpointInput, SM.CreateEndpointOutput>('sagemaker:createEndpoint'),
  updateEndpoint: asking<SM.UpdateEndpointInput, SM.UpdateEndpointOutput>('sagemaker:updateEndpoint'),
} as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-glue.html */
export const glue = {
  startJobRun: job<Requests.StartJobRun, { JobRunId: string }, Requests.JobRun>('glue:startJobRun'),
} as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-lambda.html */
export const lambda = {
  /** The result's Payload is what the function returns. @example lambda.invoke<{ f1: number }>({ FunctionName: 'eval' }) */
  invoke: Object.assign(
    <Payload = never>(args: Parameters<Calls<Requests.Invoke, never>>[0]) =>
      call<Requests.Invoked<Payload>>('lambda:invoke', args),
    waiting<Requests.Invoke>('lambda:invoke'),
  ),
} as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html */
export const sns = {
  publish: Object.assign(
    asking<Requests.Publish, { MessageId: string }>('sns:publish'),
    waiting<Requests.Publish>('sns:publish'),
  ),
} as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-sqs.html */
export const sqs = {
  sendMessage: Object.assign(
    asking<Requests.SendMessage, { MessageId: string }>('sqs:sendMessage'),
    waiting<Requests.SendMessage>('sqs:sendMessage'),
  ),
} as const;

/** https://docs.aws.amazon.com/step-functions/latest/dg/connect-eventbridge.html */
export const events = {
  putEvents: Object.assign(
    asking<Requests.PutEvents, Requests.EventsPut>('events:putEvents'),
    waiting<Requests.PutEvents>('events:putEvents'),
  ),
} as const;

type StartExecution = Omit<StartExecutionInput, 'input'> & {
  /** JSON, not text. AWS relates the executions when `AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID` is in it. */
  input?: unknown;
};
type Capitalised<T> = { [K in keyof T as Capitalize<K & string>]: T[K] };
type Started = Omit<Capitalised<DescribeExecutionOutput>, 'Output'>;

/** Executions of other machines. https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html */
export const stepFunctions = {
  startExecution: Object.assign(
    asking<Capitalised<StartExecution>, Capitalised<StartExecutionOutput>>('states:startExecution'),
    {
      /** Output is text. */
      sync: asking<Capitalised<StartExecution>, Started & { Output: string }>('states:startExecution.sync'),
      /** Output is JSON. @example stepFunctions.startExecution.sync2<{ rows: number }>({ StateMachineArn: arn }) */
      sync2: <Output = never>(args: Parameters<Calls<Capitalised<StartExecution>, never>>[0]) =>
        call<Started & { Output: Output }>('states:startExecution.sync:2', args),
      ...waiting<Capitalised<StartExecution>>('states:startExecution'),
    },
  ),
} as const;

type Clients = { cloudwatchlogs: CloudWatchLogs; iam: IAM; s3: S3; sagemaker: SM.SageMaker; sfn: SFN; sts: STS };
type ActionOf<S> = S extends keyof Clients
  ? Exclude<
      keyof Clients[S] & string,
      'config' | 'destroy' | 'middlewareStack' | 'send' | `paginate${string}` | `waitUntil${string}`
    >
  : string;
/** The input and output of a client's operation, which has three signatures. */
type Operation<F> = F extends {
  (args: infer I, options?: infer _O): Promise<infer R>;
  (args: infer _I, cb: infer _C): void;
  (args: infer _J, options: infer _P, cb: infer _D): void;
}
  ? { input: I; output: Omit<R, '$metadata'> }
  : { input: { readonly [member: string]: unknown }; output: never };
type OperationOf<S, A> = S extends keyof Clients
  ? A extends keyof Clients[S]
    ? Operation<Clients[S][A]>
    : Operation<never>
  : Operation<unknown>;

/**
 * Any operation of the AWS SDK: it asks and goes on. Arguments and result are typed where Telar serves the service.
 *
 * @param service as Step Functions spells it. @example 'sagemaker', 's3', 'dynamodb'
 * @param action the operation's name. @example 'startPipelineExecution'
 * @example awsSdk('sagemaker', 'startPipelineExecution', { PipelineName: 'titanic-modelbuild-dev' })
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export function awsSdk<const S extends keyof Clients | (string & {}), const A extends ActionOf<S>>(
  service: S,
  action: A,
  args: Parameters<Calls<OperationOf<S, A>['input'], never>>[0],
): Call<OperationOf<S, A>['output']> {
  return call(`aws-sdk:${service}:${action}`, args);
}

/**
 * An integration that has no function here.
 *
 * @param path what follows `arn:aws:states:::`, the pattern included
 * @example integration('athena:startQueryExecution.sync', { QueryString: 'select 1', WorkGroup: 'primary' })
 */
export function integration<R = never>(
  path: `${string}:${string}`,
  args: { readonly [name: string]: unknown },
): Call<R> {
  return call(path, args);
}

/**
 * Work that an activity's workers ask for, or a Lambda function by its ARN.
 *
 * @example workOf<{ verdict: string }>(({ region, account }) => `arn:aws:states:${region}:${account}:activity:review`, { id: variables.runId })
 */
export function workOf<R = never>(arn: string | Late<string>, input?: AnyWritten): Call<R> {
  return { resource: arn, arguments: input, transientErrors: [] };
}

function asking<I, R>(path: string): Asking<I, R> {
  return (args) => call(path, args);
}

function job<I, R, Ended>(path: string): Asking<I, R> & { readonly sync: Asking<I, Ended> } {
  return Object.assign(asking<I, R>(path), { sync: asking<I, Ended>(`${path}.sync`) });
}

function waiting<I>(path: string): Waiting<I> {
  return { waitForTaskToken: (args) => call(`${path}.waitForTaskToken`, args) };
}
