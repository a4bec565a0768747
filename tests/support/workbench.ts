/**
 * A bucket, a role and small pipelines of node scripts on a running server, all through the official SDK: what tests need
 * that run real jobs and do not want to wait for Python.
 */
import { randomUUID } from 'node:crypto';
import { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { type PipelineExecutionStep, SageMaker } from '@aws-sdk/client-sagemaker';
import { logTail } from '../../src/cli/execution/logs.ts';
import { telarClient } from '../../src/cli/telarClient.ts';
import type { TestServer } from './server.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type Definition = { [key: string]: Json };

export type Workbench = {
  s3: S3;
  sagemaker: SageMaker;
  iam: IAM;
  bucket: string;
  roleArn: string;
  telar: ReturnType<typeof telarClient>;
  /** Puts an object. @returns its URI */
  put(key: string, body: string | Uint8Array): Promise<string>;
  /** The text of an object of the bucket. */
  read(key: string): Promise<string>;
  createPipeline(name: string, definition: Definition | string): Promise<string>;
  start(name: string, parameters?: Record<string, string>): Promise<string>;
  /** Waits for the end of an execution. */
  ended(arn: string): Promise<{ status: string; steps: PipelineExecutionStep[] }>;
  steps(arn: string): Promise<PipelineExecutionStep[]>;
  /** The whole log of a job. */
  log(jobArn: string, host?: string): Promise<string>;
};

const POLL = 20;

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));

/** What a failed call was refused with. */
export async function refusal(
  work: Promise<unknown>,
): Promise<Error & { $metadata?: { httpStatusCode?: number; requestId?: string } }> {
  return work.then(
    () => {
      throw new Error('It was not refused.');
    },
    (error: Error) => error,
  );
}

export async function openWorkbench(
  server: Pick<TestServer, 'client' | 'url' | 'region' | 'credentials'>,
  name: string,
): Promise<Workbench> {
  const bench = workbenchOf(server, name);
  await bench.s3.createBucket({ Bucket: bench.bucket });
  await bench.iam.createRole({
    RoleName: name,
    AssumeRolePolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    }),
  });
  await permit(bench, name);
  return bench;
}

/** Lets the workbench's role do what its pipelines ask of it. */
export async function permit(bench: Workbench, name: string): Promise<void> {
  await bench.iam.putRolePolicy({
    RoleName: name,
    PolicyName: 'work',
    PolicyDocument: JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        { Effect: 'Allow', Action: ['s3:*', 'sagemaker:*'], Resource: '*' },
        { Effect: 'Allow', Action: 'iam:PassRole', Resource: bench.roleArn },
      ],
    }),
  });
}

/** The workbench of a server on which `openWorkbench` was called before. */
export function workbenchOf(
  { client, url, region, credentials }: Pick<TestServer, 'client' | 'url' | 'region' | 'credentials'>,
  name: string,
): Workbench {
  const s3 = new S3({ ...client, forcePathStyle: true });
  const sagemaker = new SageMaker(client);
  const telar = telarClient({ url, region, credentials });
  const roleArn = `arn:aws:iam::000000000000:role/${name}`;
  const bucket = name;

  async function steps(PipelineExecutionArn: string) {
    const listed = await sagemaker.listPipelineExecutionSteps({ PipelineExecutionArn, SortOrder: 'Ascending' });
    return listed.PipelineExecutionSteps ?? [];
  }

  return {
    ...{ s3, sagemaker, iam: new IAM(client), bucket, roleArn, telar, steps },
    async put(Key, Body) {
      await s3.putObject({ Bucket: bucket, Key, Body: Buffer.from(Body) });
      return `s3://${bucket}/${Key}`;
    },
    async read(Key) {
      return (await (await s3.getObject({ Bucket: bucket, Key })).Body?.transformToString()) ?? '';
    },
    async createPipeline(PipelineName, definition) {
      const PipelineDefinition = typeof definition === 'string' ? definition : JSON.stringify(definition);
      const request = { PipelineName, PipelineDefinition, RoleArn: roleArn, ClientRequestToken: randomUUID() };
      return (await sagemaker.createPipeline(request)).PipelineArn ?? '';
    },
    async start(PipelineName, parameters = {}) {
      const PipelineParameters = Object.entries(parameters).map(([Name, Value]) => ({ Name, Value }));
      const request = { PipelineName, PipelineParameters, ClientRequestToken: randomUUID() };
      return (await sagemaker.startPipelineExecution(request)).PipelineExecutionArn ?? '';
    },
    async ended(PipelineExecutionArn) {
      for (;;) {
        const { PipelineExecutionStatus: status = '' } = await sagemaker.describePipelineExecution({
          PipelineExecutionArn,
        });
        if (!['Executing', 'Stopping'].includes(status)) return { status, steps: await steps(PipelineExecutionArn) };
        await pause(POLL);
      }
    },
    async log(jobArn, host) {
      const logs = new CloudWatchLogs(client);
      const tail = logTail({ sagemaker: async () => sagemaker, logs: async () => logs }, jobArn, host);
      const lines: string[] = [];
      for await (const some of tail.poll()) lines.push(...some);
      return lines.map((line) => `${line}\n`).join('');
    },
  };
}
