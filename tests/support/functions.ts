/** Functions for tests: their zips, their role, and waiting for what they log. */
import { buffer } from 'node:stream/consumers';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  type InvocationType,
  InvokeCommand,
  type LambdaClient,
  waitUntilFunctionActiveV2,
} from '@aws-sdk/client-lambda';
import { ZipFile } from 'yazl';
import type { TestServer } from './server.ts';

/** @param files name → text */
export async function zipOf(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const zip = new ZipFile();
  for (const [name, text] of Object.entries(files)) zip.addBuffer(Buffer.from(text), name, { mtime: new Date(0) });
  zip.end();
  return buffer(zip.outputStream as unknown as AsyncIterable<Buffer>);
}

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' }],
});

/** A role that functions may have. @returns its ARN */
export async function functionRole(
  { client }: TestServer,
  name: string,
  policies: readonly string[] = ['AdministratorAccess'],
): Promise<string> {
  const iam = new IAMClient(client);
  const { Role } = await iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: TRUST }));
  for (const policy of policies) {
    const PolicyArn = policy.startsWith('arn:') ? policy : `arn:aws:iam::aws:policy/${policy}`;
    await iam.send(new AttachRolePolicyCommand({ RoleName: name, PolicyArn }));
  }
  return Role!.Arn!;
}

export type TestFunction = Pick<CreateFunctionCommandInput, 'FunctionName' | 'Role'> &
  Partial<CreateFunctionCommandInput> & { files: Readonly<Record<string, string | Buffer>> };

/** Makes a function, and waits until it can be invoked. */
export async function makeFunction(lambda: LambdaClient, { files, ...input }: TestFunction): Promise<string> {
  const python = Object.keys(files).some((name) => name.endsWith('.py'));
  const { FunctionArn } = await lambda.send(
    new CreateFunctionCommand({
      Runtime: python ? 'python3.12' : 'nodejs22.x',
      Handler: python ? 'app.handler' : 'index.handler',
      Timeout: 10,
      MemorySize: 256,
      Code: { ZipFile: await zipOf(files) },
      ...input,
    }),
  );
  await waitUntilFunctionActiveV2(
    { client: lambda, maxWaitTime: 120, minDelay: 1, maxDelay: 1 },
    { FunctionName: input.FunctionName },
  );
  return FunctionArn!;
}

export type Invocation = {
  status: number | undefined;
  error: string | undefined;
  version: string | undefined;
  payload: unknown;
  log: string;
};

export async function invoke(
  lambda: LambdaClient,
  FunctionName: string,
  event?: unknown,
  more: { Qualifier?: string; InvocationType?: InvocationType; ClientContext?: string } = {},
): Promise<Invocation> {
  const answer = await lambda.send(
    new InvokeCommand({
      FunctionName,
      ...(event !== undefined && { Payload: Buffer.from(JSON.stringify(event)) }),
      LogType: 'Tail',
      ...more,
    }),
  );
  const text = answer.Payload ? Buffer.from(answer.Payload).toString() : '';
  return {
    status: answer.StatusCode,
    error: answer.FunctionError,
    version: answer.ExecutedVersion,
    payload: text === '' ? undefined : JSON.parse(text),
    log: Buffer.from(answer.LogResult ?? '', 'base64').toString(),
  };
}

/** The lines of a function's log, once one of them matches. */
export async function logged({ client }: TestServer, name: string, wanted: RegExp): Promise<string[]> {
  const logs = new CloudWatchLogsClient(client);
  for (;;) {
    const found = await logs
      .send(new FilterLogEventsCommand({ logGroupName: `/aws/lambda/${name}` }))
      .then(({ events = [] }) => events.map(({ message = '' }) => message))
      .catch(() => []);
    if (found.some((line) => wanted.test(line))) return found;
    await new Promise<void>((resolve) => setTimeout(resolve, 50));
  }
}
