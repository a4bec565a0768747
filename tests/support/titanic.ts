/** The Titanic example on a real server: published as `telar publish` does it, its topic with real subscribers, its flows run. */
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { IAM } from '@aws-sdk/client-iam';
import { S3 } from '@aws-sdk/client-s3';
import { SageMaker } from '@aws-sdk/client-sagemaker';
import { SFN } from '@aws-sdk/client-sfn';
import { SNS } from '@aws-sdk/client-sns';
import titanic from '../../examples/01-titanic/telar.config.ts';
import { clientsOf } from '../../src/cli/aws.ts';
import { makeOutput } from '../../src/cli/output.ts';
import { publish } from '../../src/cli/publish/publish.ts';
import type { TestServer } from './server.ts';
import { parsed, type Subscriber } from './subscriber.ts';

const FOLDER = fileURLToPath(new URL('../../examples/01-titanic', import.meta.url));

export type Json = Record<string, unknown>;
export type Ended = { status: string; error: string | undefined; cause: string | undefined; output: Json; arn: string };

export type Example = ReturnType<typeof exampleOn>;

/** The clients of a server, and what the tests do with the example there. */
export function exampleOn({ client }: Pick<TestServer, 'client'>) {
  const s3 = new S3({ ...client, forcePathStyle: true });
  const sfn = new SFN({ ...client, disableHostPrefix: true });
  const [iam, sagemaker, sns] = [new IAM(client), new SageMaker(client), new SNS(client)];
  const Bucket = titanic.bucket;
  const arnOf = (service: string, resource: string) => `arn:aws:${service}:${client.region}:000000000000:${resource}`;

  async function ended(executionArn: string): Promise<Ended> {
    for (;;) {
      const { status = '', error, cause, output = '{}' } = await sfn.describeExecution({ executionArn });
      if (status !== 'RUNNING') return { status, error, cause, output: JSON.parse(output) as Json, arn: executionArn };
      await pause(50);
    }
  }

  return {
    ...{ s3, sfn, iam, sagemaker, sns, arnOf, ended },
    /** Publishes the project. @returns each flow's own input */
    async publish(): Promise<(flow: string) => Json> {
      const silent = { write: () => true };
      const streams = { stdout: silent, stderr: silent, environment: {}, platform: process.platform };
      const connection = { url: client.endpoint, region: client.region, credentials: client.credentials };
      const out = makeOutput({ json: false }, streams);
      const { documents, bundle } = await publish(clientsOf(connection), out, titanic, FOLDER);
      return (flow) => {
        const machine = documents.machines.find(({ name }) => name === `titanic-${flow}`)!;
        return JSON.parse(machine.startInput(bundle!.uri)) as Json;
      };
    },
    async start(flow: 'training' | 'inference', input: Json, name?: string): Promise<string> {
      const stateMachineArn = arnOf('states', `stateMachine:titanic-${flow}`);
      const started = await sfn.startExecution({
        stateMachineArn,
        input: JSON.stringify(input),
        ...(name && { name }),
      });
      return started.executionArn!;
    },
    async read(uri: string): Promise<string> {
      const Key = uri.replace(`s3://${Bucket}/`, '');
      return (await (await s3.getObject({ Bucket, Key })).Body?.transformToString()) ?? '';
    },
    async put(Key: string, Body: string): Promise<string> {
      await s3.putObject({ Bucket, Key, Body });
      return `s3://${Bucket}/${Key}`;
    },
    /** Subscribes an HTTP endpoint, and confirms it as a subscriber does. */
    async subscribe(subscriber: Subscriber): Promise<void> {
      const before = subscriber.received.length;
      await sns.subscribe({ TopicArn: arnOf('sns', 'titanic-alerts'), Protocol: 'http', Endpoint: subscriber.url });
      await subscriber.until(before + 1);
      const { Token } = parsed(subscriber.received[before]!);
      await sns.confirmSubscription({ TopicArn: arnOf('sns', 'titanic-alerts'), Token });
    },
  };
}
