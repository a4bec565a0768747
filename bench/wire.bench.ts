/** The whole chain at work: DescribePipelineExecution, signed, as a user whose policies are evaluated. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { DEFAULT_REGION } from '../src/server/server.ts';
import { atLeast, atMost, type Bench } from './lib/figures.ts';
import { load, quantile } from './lib/load.ts';
import { BARE, OURS, type Separate, separate } from './lib/separate.ts';
import { signer } from './lib/signed.ts';

const RUNS = 7;
const REQUESTS = 40_000;
const CONNECTIONS = 16;

export const bench: Bench = {
  name: 'wire',
  describe:
    'DescribePipelineExecution through the whole chain (signature, validation, evaluation of a user’s three policies, one read, answer), on 16 connections, requests made and signed beforehand by another process; requests per second of the server’s own CPU time, which is what one core gives.',
  notMeasured: ['the client’s own work', 'TLS', 'writes (see objects)'],
  async run(progress) {
    const folder = mkdtempSync(join(tmpdir(), 'telar-bench-'));
    const server = await separate(OURS, { folder, port: 0 });
    const bare = await separate(BARE, {});
    try {
      const request = await describeRequest(server);
      const [perCore, wall, p99, floor]: [number[], number[], number[], number[]] = [[], [], [], []];
      await measure(server, request);
      for (let run = 1; run <= RUNS; run += 1) {
        progress(`run ${run} of ${RUNS}`);
        const ours = await measure(server, request);
        perCore.push(ours.perCore);
        wall.push(ours.wall);
        p99.push(ours.p99);
        floor.push((await measure(bare, request)).perCore);
      }
      return [
        atLeast('DescribePipelineExecution, a core', 'requests/s', perCore, {
          target: 15_000,
          peer: { name: 'bare node:http, which answers 600 bytes and does nothing else', samples: floor },
        }),
        atLeast('DescribePipelineExecution, by the clock', 'requests/s', wall),
        atMost('DescribePipelineExecution, p99 of 16 at a time', 'ms', p99),
      ];
    } finally {
      await server.close();
      await bare.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function measure(server: Separate, request: Buffer): Promise<{ perCore: number; wall: number; p99: number }> {
  const before = await server.used();
  const loaded = await load({ port: server.port, connections: CONNECTIONS, count: REQUESTS, request: () => request });
  const { cpuSeconds } = await server.used();
  return {
    perCore: REQUESTS / (cpuSeconds - before.cpuSeconds),
    wall: REQUESTS / loaded.seconds,
    p99: quantile(loaded.milliseconds, 0.99),
  };
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'sagemaker.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

const allow = (Action: string[], Resource: string) =>
  JSON.stringify({ Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource }] });

/** What the user may do, in three policies as a team would write them. */
const POLICIES: Readonly<Record<string, string>> = {
  objects: allow(['s3:GetObject', 's3:PutObject', 's3:ListBucket'], 'arn:aws:s3:::bench*'),
  start: allow(
    ['sagemaker:StartPipelineExecution', 'sagemaker:StopPipelineExecution'],
    'arn:aws:sagemaker:*:*:pipeline/*',
  ),
  watch: allow(['sagemaker:Describe*', 'sagemaker:List*'], 'arn:aws:sagemaker:*:*:pipeline/bench*'),
};

/** A signed request for an execution of a pipeline that has ended. */
async function describeRequest(server: Separate): Promise<Buffer> {
  const client = {
    endpoint: `http://127.0.0.1:${server.port}`,
    region: DEFAULT_REGION,
    credentials: server.credentials,
  };
  const iam = new IAM(client);
  const role = await iam.createRole({ RoleName: 'bench', AssumeRolePolicyDocument: TRUST });
  const sagemaker = new SageMaker(client);
  await sagemaker.createPipeline({
    PipelineName: 'bench',
    RoleArn: role.Role!.Arn!,
    PipelineDefinition: failingPipeline(),
    ClientRequestToken: crypto.randomUUID(),
  });
  const { PipelineExecutionArn } = await sagemaker.startPipelineExecution({
    PipelineName: 'bench',
    ClientRequestToken: crypto.randomUUID(),
  });
  await iam.createUser({ UserName: 'reader' });
  for (const [PolicyName, PolicyDocument] of Object.entries(POLICIES)) {
    await iam.putUserPolicy({ UserName: 'reader', PolicyName, PolicyDocument });
  }
  const { AccessKey } = await iam.createAccessKey({ UserName: 'reader' });
  const sign = signer({
    host: `127.0.0.1:${server.port}`,
    region: DEFAULT_REGION,
    service: 'sagemaker',
    credentials: { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! },
  });
  return sign({
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': 'SageMaker.DescribePipelineExecution' },
    body: Buffer.from(JSON.stringify({ PipelineExecutionArn })),
  });
}

/** A pipeline that ends at once, without a job. */
function failingPipeline(): string {
  return JSON.stringify({
    Version: '2020-12-01',
    Parameters: [],
    Steps: [{ Name: 'end', Type: 'Fail', Arguments: { ErrorMessage: 'as asked' } }],
  });
}
