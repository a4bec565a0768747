/**
 * The official AWS clients, pointed at a Telar server. Each is loaded when a verb first needs it, so that `telar --help` and
 * `telar env` load none.
 */
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import type { EventBridge } from '@aws-sdk/client-eventbridge';
import type { Glue } from '@aws-sdk/client-glue';
import type { IAM } from '@aws-sdk/client-iam';
import type { Lambda } from '@aws-sdk/client-lambda';
import type { S3 } from '@aws-sdk/client-s3';
import type { SageMaker } from '@aws-sdk/client-sagemaker';
import type { Scheduler } from '@aws-sdk/client-scheduler';
import type { SFN } from '@aws-sdk/client-sfn';
import type { SNS } from '@aws-sdk/client-sns';
import type { SQS } from '@aws-sdk/client-sqs';
import type { STS } from '@aws-sdk/client-sts';
import type { Connection } from './connection.ts';
import { isNotFound } from './errors.ts';
import { type TelarClient, telarClient } from './telarClient.ts';

export type Clients = {
  connection: Connection;
  telar: TelarClient;
  sagemaker(): Promise<SageMaker>;
  sfn(): Promise<SFN>;
  s3(): Promise<S3>;
  iam(): Promise<IAM>;
  sts(): Promise<STS>;
  lambda(): Promise<Lambda>;
  logs(): Promise<CloudWatchLogs>;
  scheduler(): Promise<Scheduler>;
  events(): Promise<EventBridge>;
  glue(): Promise<Glue>;
  sns(): Promise<SNS>;
  sqs(): Promise<SQS>;
};

export function clientsOf(connection: Connection): Clients {
  const { url: endpoint, region, credentials } = connection;
  const options = { endpoint, region, credentials };
  return {
    connection,
    telar: telarClient(connection),
    sagemaker: once(async () => {
      const { SageMaker } = await import('@aws-sdk/client-sagemaker');
      return new SageMaker(options);
    }),
    sfn: once(async () => {
      const { SFN } = await import('@aws-sdk/client-sfn');
      // StartSyncExecution has a host of its own on AWS, which an address such as 127.0.0.1 has not.
      return new SFN({ ...options, disableHostPrefix: true });
    }),
    s3: once(async () => {
      const { S3 } = await import('@aws-sdk/client-s3');
      return new S3({ ...options, forcePathStyle: true });
    }),
    iam: once(async () => {
      const { IAM } = await import('@aws-sdk/client-iam');
      return new IAM(options);
    }),
    sts: once(async () => {
      const { STS } = await import('@aws-sdk/client-sts');
      return new STS(options);
    }),
    lambda: once(async () => {
      const { Lambda } = await import('@aws-sdk/client-lambda');
      return new Lambda(options);
    }),
    logs: once(async () => {
      const { CloudWatchLogs } = await import('@aws-sdk/client-cloudwatch-logs');
      return new CloudWatchLogs(options);
    }),
    scheduler: once(async () => {
      const { Scheduler } = await import('@aws-sdk/client-scheduler');
      return new Scheduler(options);
    }),
    events: once(async () => {
      const { EventBridge } = await import('@aws-sdk/client-eventbridge');
      return new EventBridge(options);
    }),
    glue: once(async () => {
      const { Glue } = await import('@aws-sdk/client-glue');
      return new Glue(options);
    }),
    sns: once(async () => {
      const { SNS } = await import('@aws-sdk/client-sns');
      return new SNS(options);
    }),
    sqs: once(async () => {
      const { SQS } = await import('@aws-sdk/client-sqs');
      return new SQS({ ...options, useQueueUrlAsEndpoint: false });
    }),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Every item of a list operation, page after page. @param read one page: its items, and the token of the next */
export async function everyPage<T>(
  read: (token: string | undefined) => Promise<{ items: readonly T[] | undefined; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = [];
  let token: string | undefined;
  do {
    const { items = [], next } = await read(token);
    all.push(...items);
    token = next;
  } while (token !== undefined);
  return all;
}

/** The answer, or undefined when AWS says that there is no such thing. */
export async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}
