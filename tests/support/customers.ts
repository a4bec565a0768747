/** The customers example on a real server: invented data, published as `telar publish` does it, deliveries that arrive. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { S3 } from '@aws-sdk/client-s3';
import { type PipelineExecutionStep, SageMaker } from '@aws-sdk/client-sagemaker';
import { SNS } from '@aws-sdk/client-sns';
import { generate } from '../../examples/02-customers/data/generate.ts';
import { clientsOf } from '../../src/cli/aws.ts';
import { makeOutput } from '../../src/cli/output.ts';
import { publish } from '../../src/cli/publish/publish.ts';
import type { TestServer } from './server.ts';
import { parsed, type Subscriber } from './subscriber.ts';

const FOLDER = fileURLToPath(new URL('../../examples/02-customers', import.meta.url));
const Bucket = 'customers-mlops-data';

export type Customers = Awaited<ReturnType<typeof inventCustomers>>;
export type Ended = { status: string; steps: Map<string, PipelineExecutionStep>; id: string };

/** Data in a folder of its own, which the project is then published with. */
export async function inventCustomers() {
  const data = mkdtempSync(join(tmpdir(), 'customers-data-'));
  const manifest = await generate(data, { rows: 100_000, seed: 1, partRows: 40_000 });
  process.env['CUSTOMERS_DATA'] = data;
  const { default: project } = await import('../../examples/02-customers/telar.config.ts');
  return { data, manifest, project, remove: () => rmSync(data, { recursive: true, force: true }) };
}

/** The clients of a server, and what the tests do with the example there. */
export function customersOn({ client }: Pick<TestServer, 'client'>, { data, manifest, project }: Customers) {
  const s3 = new S3({ ...client, forcePathStyle: true });
  const sagemaker = new SageMaker(client);

  async function ended(PipelineExecutionArn: string): Promise<Ended> {
    for (;;) {
      const { PipelineExecutionStatus: status = '' } = await sagemaker.describePipelineExecution({
        PipelineExecutionArn,
      });
      if (status !== 'Executing') {
        const { PipelineExecutionSteps = [] } = await sagemaker.listPipelineExecutionSteps({ PipelineExecutionArn });
        const steps = new Map(PipelineExecutionSteps.map((step) => [step.StepName!, step]));
        return { status, steps, id: PipelineExecutionArn.split('/').at(-1)! };
      }
      await pause(100);
    }
  }

  return {
    ...{ s3, sagemaker, ended },
    /** Publishes the project. */
    async publish() {
      const silent = { write: () => true };
      const streams = { stdout: silent, stderr: silent, environment: {}, platform: process.platform };
      const connection = { url: client.endpoint, region: client.region, credentials: client.credentials };
      return await publish(clientsOf(connection), makeOutput({ json: false }, streams), project, FOLDER);
    },
    /** Puts the parts of a delivery, and its manifest last, which sets all going. */
    async deliver(name: string): Promise<void> {
      for (const file of [...manifest.parts.map((part) => part.file), 'manifest.json'])
        await s3.putObject({ Bucket, Key: `raw/${name}/${file}`, Body: readFileSync(join(data, file)) });
    },
    async put(Key: string, Body: string): Promise<void> {
      await s3.putObject({ Bucket, Key, Body, ContentLength: Buffer.byteLength(Body) });
    },
    /** Subscribes an HTTP endpoint to the alerts, and confirms it as a subscriber does. */
    async subscribe(subscriber: Subscriber): Promise<void> {
      const sns = new SNS(client);
      const TopicArn = `arn:aws:sns:${client.region}:000000000000:customers-alerts`;
      await sns.subscribe({ TopicArn, Protocol: 'http', Endpoint: subscriber.url });
      const [asked] = await subscriber.until(1);
      await sns.confirmSubscription({ TopicArn, Token: parsed(asked!)['Token'] });
    },
    /** The prefixes of the runs that deliveries have set going. */
    async arrived(): Promise<string[]> {
      const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: 'clean/run_date=2026-07-01/run_id=event-' });
      const runs = Contents.map(({ Key }) => /^clean\/[^/]+\/[^/]+\//.exec(Key!)![0]);
      return [...new Set(runs)];
    },
    async has(Key: string): Promise<boolean> {
      const { Contents = [] } = await s3.listObjectsV2({ Bucket, Prefix: Key });
      return Contents.some((object) => object.Key === Key);
    },
    async read<T>(Key: string): Promise<T> {
      const { Body } = await s3.getObject({ Bucket, Key });
      return JSON.parse(await Body!.transformToString()) as T;
    },
    /** The executions that arrivals have started. */
    async trainings(): Promise<string[]> {
      const { PipelineExecutionSummaries = [] } = await sagemaker.listPipelineExecutions({
        PipelineName: 'customers-training-dev',
      });
      return PipelineExecutionSummaries.map(({ PipelineExecutionArn }) => PipelineExecutionArn!);
    },
    async versions() {
      const { ModelPackageSummaryList = [] } = await sagemaker.listModelPackages({
        ModelPackageGroupName: 'customers-buy-again-xgboost',
      });
      return ModelPackageSummaryList;
    },
  };
}
