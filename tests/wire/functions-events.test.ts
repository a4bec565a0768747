/** Asynchronous invocations: accepted, run, tried again, and told to destinations; versions, aliases and who may invoke. */
import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetPolicyCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  PutFunctionEventInvokeConfigCommand,
  RemovePermissionCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRole, invoke, logged, makeFunction, zipOf } from '../support/functions.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let lambda: LambdaClient;
let role: string;
beforeAll(async () => {
  server = await startTestServer();
  lambda = new LambdaClient(server.client);
  role = await functionRole(server, 'functions');
}, 60_000);
afterAll(() => server.close());

const make = (FunctionName: string, source: string, more: object = {}) =>
  makeFunction(lambda, { FunctionName, Role: role, files: { 'index.mjs': source }, ...more });
const ECHO = 'export const handler = async (event) => { console.log("got " + JSON.stringify(event)); return event; };';

describe('an asynchronous invocation', () => {
  it('is accepted, run, and told to the destination for successes', async () => {
    const listener = await make('on-success', ECHO);
    await make('answers', 'export const handler = async (event) => ({ doubled: event.n * 2 });');
    const DestinationConfig = { OnSuccess: { Destination: listener } };
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'answers', DestinationConfig }));
    expect(await invoke(lambda, 'answers', { n: 21 }, { InvocationType: 'Event' })).toMatchObject({ status: 202 });
    const lines = await logged(server, 'on-success', /got/);
    const told = JSON.parse(lines.find((line) => line.includes('got'))!.replace(/^.*got /s, ''));
    expect(told).toMatchObject({
      version: '1.0',
      requestContext: {
        functionArn: expect.stringMatching(/:answers:\$LATEST$/),
        condition: 'Success',
        approximateInvokeCount: 1,
      },
      requestPayload: { n: 21 },
      responseContext: { statusCode: 200, executedVersion: '$LATEST' },
      responsePayload: { doubled: 42 },
    });
  });

  it('that fails for good is told to the destination for failures', async () => {
    const listener = await make('on-failure', ECHO);
    await make('fails', 'export const handler = async () => { throw new RangeError("no"); };');
    const config = { MaximumRetryAttempts: 0, DestinationConfig: { OnFailure: { Destination: listener } } };
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'fails', ...config }));
    await invoke(lambda, 'fails', { n: 1 }, { InvocationType: 'Event' });
    const lines = await logged(server, 'on-failure', /got/);
    const told = JSON.parse(lines.find((line) => line.includes('got'))!.replace(/^.*got /s, ''));
    expect(told).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 1 },
      responseContext: { statusCode: 200, functionError: 'Unhandled' },
      responsePayload: { errorType: 'RangeError', errorMessage: 'no' },
    });
  });

  it('has no destination and no dead-letter queue that its role may not send to', async () => {
    const Role = await functionRole(server, 'silent', ['service-role/AWSLambdaBasicExecutionRole']);
    const queue = 'arn:aws:sqs:us-east-1:000000000000:unreached';
    const DeadLetterConfig = { TargetArn: queue };
    const says = 'The provided execution role does not have permissions to call SendMessage on SQS';
    await expect(make('silent', ECHO, { Role, DeadLetterConfig })).rejects.toMatchObject({
      ...{ name: 'InvalidParameterValueException', message: says },
    });
    await make('silent', ECHO, { Role });
    const update = new UpdateFunctionConfigurationCommand({ FunctionName: 'silent', DeadLetterConfig });
    await expect(lambda.send(update)).rejects.toThrow(says);
    for (const [Destination, action] of [
      [queue, 'SendMessage'],
      [queue.replace('sqs', 'sns'), 'Publish'],
      [queue.replace('sqs', 'lambda').replace('unreached', 'function:other'), 'InvokeFunction'],
    ]) {
      const DestinationConfig = { OnFailure: { Destination } };
      const put = new PutFunctionEventInvokeConfigCommand({ FunctionName: 'silent', DestinationConfig });
      await expect(lambda.send(put)).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: `The function's execution role does not have permissions to call ${action} on ${Destination}`,
      });
    }
  });

  it('led back to the function for ever, where that was its own destination', async () => {
    const Destination = await make('circle', ECHO);
    for (const arn of [Destination, `${Destination}:$LATEST`]) {
      const DestinationConfig = { OnSuccess: { Destination: arn } };
      await expect(
        lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'circle', DestinationConfig })),
      ).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: "You can't specify the function as a destination for itself.",
      });
    }
  });

  it('of a function that is switched off is given up at once, and told: it had waited for hours', async () => {
    const listener = await make('on-switched-off', ECHO);
    const sqs = new SQS(server.client);
    const { QueueUrl } = await sqs.createQueue({ QueueName: 'switched-off' });
    const TargetArn = 'arn:aws:sqs:us-east-1:000000000000:switched-off';
    await make('off', ECHO, { DeadLetterConfig: { TargetArn } });
    const DestinationConfig = { OnFailure: { Destination: listener } };
    await lambda.send(new PutFunctionEventInvokeConfigCommand({ FunctionName: 'off', DestinationConfig }));
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'off', ReservedConcurrentExecutions: 0 }));
    await expect(invoke(lambda, 'off', {})).rejects.toMatchObject({ name: 'TooManyRequestsException' });
    expect(await invoke(lambda, 'off', { n: 1 }, { InvocationType: 'Event' })).toMatchObject({ status: 202 });
    const lines = await logged(server, 'on-switched-off', /got/);
    const told = JSON.parse(lines.find((line) => line.includes('got'))!.replace(/^.*got /s, '')) as object;
    expect(told).toMatchObject({
      requestContext: { condition: 'ZeroReservedConcurrency', approximateInvokeCount: 0 },
      requestPayload: { n: 1 },
    });
    expect(told).not.toHaveProperty('responsePayload');
    const { Messages } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] });
    expect(Messages![0]).toMatchObject({
      Body: '{"n":1}',
      MessageAttributes: { ErrorMessage: { StringValue: expect.stringContaining('zero reserved concurrent') } },
    });
    expect(Messages![0]!.MessageAttributes).not.toHaveProperty('ErrorCode');
  });

  it('is asked for without being made', async () => {
    await make('dry', 'throw new Error("loaded");');
    expect(await invoke(lambda, 'dry', {}, { InvocationType: 'DryRun' })).toMatchObject({ status: 204 });
  });

  it('is refused when it is too large, or no JSON', async () => {
    await make('strict', ECHO);
    const large = new InvokeCommand({
      FunctionName: 'strict',
      InvocationType: 'Event',
      Payload: Buffer.from(`"${'x'.repeat(2 ** 20)}"`),
    });
    await expect(lambda.send(large)).rejects.toMatchObject({
      name: 'RequestTooLargeException',
      $metadata: { httpStatusCode: 413 },
    });
    const larger = new InvokeCommand({ FunctionName: 'strict', Payload: Buffer.alloc(6_291_457, 49) });
    await expect(lambda.send(larger)).rejects.toMatchObject({ name: 'RequestTooLargeException' });
    const text = new InvokeCommand({ FunctionName: 'strict', Payload: Buffer.from('{') });
    await expect(lambda.send(text)).rejects.toMatchObject({ name: 'InvalidRequestContentException' });
  });
});

describe('versions and aliases', () => {
  it('lead to the code that they were published with', async () => {
    await make('versioned', 'export const handler = async () => 1;');
    const first = await lambda.send(new PublishVersionCommand({ FunctionName: 'versioned', Description: 'one' }));
    expect(first).toMatchObject({
      Version: '1',
      Description: 'one',
      FunctionArn: expect.stringMatching(/:versioned:1$/),
    });
    expect(await lambda.send(new PublishVersionCommand({ FunctionName: 'versioned' }))).toMatchObject({ Version: '1' });
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async () => 2;' });
    const updated = await lambda.send(
      new UpdateFunctionCodeCommand({ FunctionName: 'versioned', ZipFile, Publish: true }),
    );
    expect(updated).toMatchObject({ Version: '2' });
    expect(updated.CodeSha256).not.toBe(first.CodeSha256);
    const RoutingConfig = { AdditionalVersionWeights: { '2': 0.5 } };
    await lambda.send(
      new CreateAliasCommand({ FunctionName: 'versioned', Name: 'live', FunctionVersion: '1', RoutingConfig }),
    );
    expect(await invoke(lambda, 'versioned', {}, { Qualifier: '1' })).toMatchObject({ payload: 1, version: '1' });
    expect(await invoke(lambda, 'versioned')).toMatchObject({ payload: 2, version: '$LATEST' });
    const seen = new Set<unknown>();
    while (seen.size < 2) seen.add((await invoke(lambda, 'versioned', {}, { Qualifier: 'live' })).payload);
    const used = lambda.send(new DeleteFunctionCommand({ FunctionName: 'versioned', Qualifier: '2' }));
    await expect(used).rejects.toMatchObject({ name: 'ResourceConflictException' });
    const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: 'versioned' }));
    expect(Versions!.map(({ Version }) => Version)).toEqual(['$LATEST', '1', '2']);
  });

  it('were changed through a version or an alias: $LATEST was, and nobody was told', async () => {
    await make('settled', 'export const handler = async () => 1;', { Publish: true });
    const ZipFile = await zipOf({ 'index.mjs': 'export const handler = async () => 2;' });
    const FunctionName = 'settled:1';
    for (const command of [
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 1 })),
      lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile })),
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions: 1 })),
      lambda.send(new PublishVersionCommand({ FunctionName })),
      lambda.send(new CreateAliasCommand({ FunctionName, Name: 'live', FunctionVersion: '1' })),
    ]) {
      await expect(command).rejects.toMatchObject({
        name: 'InvalidParameterValueException',
        message: expect.stringContaining('Please specify either a function name or an unqualified function ARN.'),
      });
    }
    const { Configuration, Concurrency } = await lambda.send(new GetFunctionCommand({ FunctionName: 'settled' }));
    expect([Configuration!.Timeout, Concurrency]).toEqual([10, undefined]);
    const latest = { FunctionName: 'settled:$LATEST', Timeout: 20 };
    expect(await lambda.send(new UpdateFunctionConfigurationCommand(latest))).toMatchObject({ Timeout: 20 });
  });

  it('led by an alias to the same version twice', async () => {
    await make('twice', ECHO, { Publish: true });
    const RoutingConfig = { AdditionalVersionWeights: { '1': 0.5 } };
    const alias = { FunctionName: 'twice', Name: 'live', FunctionVersion: '1', RoutingConfig };
    await expect(lambda.send(new CreateAliasCommand(alias))).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'Invalid function version 1. Function version 1 is already included in routing configuration.',
    });
  });

  it('are listed page by page', async () => {
    const seen: string[] = [];
    for (let Marker: string | undefined; ; ) {
      const page = await lambda.send(new ListFunctionsCommand({ MaxItems: 2, ...(Marker && { Marker }) }));
      seen.push(...page.Functions!.map(({ FunctionName }) => FunctionName!));
      Marker = page.NextMarker;
      if (!Marker) break;
    }
    expect(seen).toEqual([...seen].sort());
    expect(seen).toContain('versioned');
  });
});

describe('a function', () => {
  it('has workers with its new configuration once it is changed', async () => {
    await make('changed', 'export const handler = async () => process.env.COLOUR ?? "none";');
    expect((await invoke(lambda, 'changed')).payload).toBe('none');
    await lambda.send(
      new UpdateFunctionConfigurationCommand({
        FunctionName: 'changed',
        Environment: { Variables: { COLOUR: 'red' } },
      }),
    );
    expect((await invoke(lambda, 'changed')).payload).toBe('red');
  });

  it('had names that AWS finds too long', async () => {
    await expect(make('n'.repeat(65), ECHO)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Member must have length less than or equal to 64'),
    });
  });

  it.each([
    ['timeout', { Timeout: 901 }, 900],
    ['memorySize', { MemorySize: 10_241 }, 10_240],
  ])('had more than AWS gives of %s', async (member, more, most) => {
    await expect(make('greedy', ECHO, more)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(
        new RegExp(
          `at '${member}' failed to satisfy constraint: Member must have value less than or equal to ${most}$`,
        ),
      ),
    });
  });

  it('has no invocations beyond its share of concurrency', async () => {
    await make('reserved', 'export const handler = () => new Promise((resolve) => setTimeout(resolve, 1500, "slow"));');
    await lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: 'reserved', ReservedConcurrentExecutions: 1 }));
    const outcomes = await Promise.allSettled([invoke(lambda, 'reserved'), invoke(lambda, 'reserved')]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(outcomes.find(({ status }) => status === 'rejected')).toMatchObject({
      reason: { name: 'TooManyRequestsException', Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded' },
    });
  });

  it('is told of no more once it is deleted', async () => {
    await make('deleted', ECHO);
    await lambda.send(new DeleteFunctionCommand({ FunctionName: 'deleted' }));
    await expect(lambda.send(new GetFunctionCommand({ FunctionName: 'deleted' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringMatching(/^Function not found: arn:aws:lambda:us-east-1:\d+:function:deleted$/),
    });
  });

  it('has a policy that is put together by statements', async () => {
    const arn = await make('shared', ECHO);
    const permission = {
      FunctionName: 'shared',
      StatementId: 'rules',
      Action: 'lambda:InvokeFunction',
      Principal: 'events.amazonaws.com',
      SourceArn: 'arn:aws:events:us-east-1:000000000000:rule/r',
    };
    const { Statement } = await lambda.send(new AddPermissionCommand(permission));
    expect(JSON.parse(Statement!)).toEqual({
      ...{
        Sid: 'rules',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: arn,
      },
      Condition: { ArnLike: { 'AWS:SourceArn': permission.SourceArn } },
    });
    await expect(lambda.send(new AddPermissionCommand(permission))).rejects.toMatchObject({
      name: 'ResourceConflictException',
    });
    // AWS keeps policies of versions and aliases, and of the function itself: a template with this one would fail there.
    const latest = new AddPermissionCommand({ ...permission, Qualifier: '$LATEST' });
    await expect(lambda.send(latest)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'We currently do not support adding policies for $LATEST.',
    });
    const { Policy } = await lambda.send(new GetPolicyCommand({ FunctionName: 'shared' }));
    expect(JSON.parse(Policy!)).toMatchObject({ Version: '2012-10-17', Statement: [{ Sid: 'rules' }] });
    await lambda.send(new RemovePermissionCommand({ FunctionName: 'shared', StatementId: 'rules' }));
    await expect(lambda.send(new GetPolicyCommand({ FunctionName: 'shared' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it.each([
    ['container images', { PackageType: 'Image' }],
    ['layers', { Layers: ['arn:aws:lambda:us-east-1:123456789012:layer:l:1'] }],
    ['the runtime go1.x', { Runtime: 'go1.x' }],
    ['SnapStart', { SnapStart: { ApplyOn: 'PublishedVersions' } }],
    ['TracingConfig', { TracingConfig: { Mode: 'Active' } }],
    ['VpcConfig', { VpcConfig: { SubnetIds: ['subnet-1'] } }],
  ])('with %s is refused by name', async (name, more) => {
    await expect(make('refused', ECHO, more)).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: expect.stringContaining(`Telar does not support ${name}`),
    });
  });

  it('whose role does not trust Lambda is refused', async () => {
    await expect(make('untrusted', ECHO, { Role: 'arn:aws:iam::000000000000:role/nobody' })).rejects.toMatchObject({
      name: 'InvalidParameterValueException',
      message: 'The role defined for the function cannot be assumed by Lambda.',
    });
  });
});
