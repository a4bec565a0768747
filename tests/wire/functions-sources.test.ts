/** Functions and queues: event source mappings, destinations and dead-letter queues, with what SQS really holds. */
import {
  CreateEventSourceMappingCommand,
  DeleteEventSourceMappingCommand,
  GetEventSourceMappingCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  PutFunctionEventInvokeConfigCommand,
  UpdateEventSourceMappingCommand,
} from '@aws-sdk/client-lambda';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { functionRole, invoke, logged, makeFunction } from '../support/functions.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { pause } from '../support/workbench.ts';

let server: TestServer;
let lambda: LambdaClient;
let sqs: SQS;
let role: string;
beforeAll(async () => {
  server = await startTestServer();
  lambda = new LambdaClient(server.client);
  sqs = new SQS(server.client);
  role = await functionRole(server, 'functions');
}, 60_000);
afterAll(() => server.close());

async function queue(QueueName: string, Attributes: Record<string, string> = {}) {
  const { QueueUrl } = await sqs.createQueue({ QueueName, Attributes });
  const { Attributes: told } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: ['QueueArn'] });
  return { QueueUrl: QueueUrl!, arn: told!['QueueArn']! };
}

/** What a queue holds, once it has something. */
async function received(QueueUrl: string) {
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] });
  return Messages;
}

async function left(QueueUrl: string): Promise<number> {
  const names = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes = {} } = await sqs.getQueueAttributes({ QueueUrl, AttributeNames: [...names] });
  return names.reduce((sum, name) => sum + Number(Attributes[name]), 0);
}

const make = (FunctionName: string, source: string, more: object = {}) =>
  makeFunction(lambda, { FunctionName, Role: role, files: { 'index.mjs': source }, ...more });

it('a function is invoked with the messages of its queue, which are gone once it has dealt with them', async () => {
  const { QueueUrl, arn } = await queue('work');
  await make(
    'works',
    'export const handler = async ({ Records }) => { for (const r of Records) console.log("got", r.body, r.eventSourceARN, r.messageAttributes.k?.stringValue); };',
  );
  const mapping = await lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName: 'works', EventSourceArn: arn, BatchSize: 5 }),
  );
  expect(mapping).toMatchObject({
    EventSourceArn: arn,
    BatchSize: 5,
    State: 'Creating',
    FunctionArn: expect.stringMatching(/:works$/),
  });
  const MessageAttributes = { k: { DataType: 'String', StringValue: 'v' } };
  for (const n of [1, 2, 3]) await sqs.sendMessage({ QueueUrl, MessageBody: `m${n}`, MessageAttributes });
  for (const n of [1, 2, 3]) await logged(server, 'works', new RegExp(`got m${n} ${arn} v`));
  while ((await left(QueueUrl)) > 0) await pause(50);
  const again = lambda.send(new CreateEventSourceMappingCommand({ FunctionName: 'works', EventSourceArn: arn }));
  await expect(again).rejects.toMatchObject({ name: 'ResourceConflictException' });
  const { UUID } = mapping;
  await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
  expect(await lambda.send(new GetEventSourceMappingCommand({ UUID }))).toMatchObject({
    State: 'Disabled',
    LastProcessingResult: 'OK',
  });
  await sqs.sendMessage({ QueueUrl, MessageBody: 'kept' });
  expect((await received(QueueUrl)).map(({ Body }) => Body)).toEqual(['kept']);
  expect(
    (await lambda.send(new ListEventSourceMappingsCommand({ FunctionName: 'works' }))).EventSourceMappings,
  ).toHaveLength(1);
  expect(await lambda.send(new DeleteEventSourceMappingCommand({ UUID }))).toMatchObject({ State: 'Deleting' });
  await expect(lambda.send(new GetEventSourceMappingCommand({ UUID }))).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

it('of a batch only what failed stays, if the function says so, and ends in the dead-letter queue', async () => {
  const dead = await queue('dead');
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 1 });
  const { QueueUrl, arn } = await queue('partly', { VisibilityTimeout: '1', RedrivePolicy });
  await make(
    'partly',
    'export const handler = async ({ Records }) => ({ batchItemFailures: Records.filter((r) => r.body === "bad").map((r) => ({ itemIdentifier: r.messageId })) });',
    { Timeout: 1 },
  );
  const FunctionResponseTypes = ['ReportBatchItemFailures' as const];
  await lambda.send(
    new CreateEventSourceMappingCommand({ FunctionName: 'partly', EventSourceArn: arn, FunctionResponseTypes }),
  );
  for (const MessageBody of ['good', 'bad', 'better']) await sqs.sendMessage({ QueueUrl, MessageBody });
  expect((await received(dead.QueueUrl)).map(({ Body }) => Body)).toEqual(['bad']);
  while ((await left(QueueUrl)) > 0) await pause(50);
}, 60_000);

it('what became of an event reaches its destination and its dead-letter queue', async () => {
  const [destination, dead] = [await queue('destination'), await queue('dead-events')];
  await make('fails', 'export const handler = async () => { throw new Error("no"); };', {
    DeadLetterConfig: { TargetArn: dead.arn },
  });
  const DestinationConfig = { OnFailure: { Destination: destination.arn } };
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({ FunctionName: 'fails', MaximumRetryAttempts: 0, DestinationConfig }),
  );
  await invoke(lambda, 'fails', { n: 1 }, { InvocationType: 'Event' });
  const [told] = await received(destination.QueueUrl);
  expect(JSON.parse(told!.Body!)).toMatchObject({
    ...{ version: '1.0', requestContext: { condition: 'RetriesExhausted' }, requestPayload: { n: 1 } },
    responsePayload: { errorType: 'Error', errorMessage: 'no' },
  });
  const [letter] = await received(dead.QueueUrl);
  expect(letter).toMatchObject({
    Body: '{"n":1}',
    MessageAttributes: {
      ErrorCode: { StringValue: '200' },
      ErrorMessage: { StringValue: 'no' },
      RequestID: { DataType: 'String' },
    },
  });
});

it('a function whose role may not receive is refused', async () => {
  const { arn } = await queue('closed');
  const Role = await functionRole(server, 'weak', []);
  await make('weak', 'export const handler = () => {};', { Role });
  await expect(
    lambda.send(new CreateEventSourceMappingCommand({ FunctionName: 'weak', EventSourceArn: arn })),
  ).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: 'The provided execution role does not have permissions to call ReceiveMessage on SQS',
  });
});

it('a function that may take longer than its queue hides messages was polled for all the same: each batch came twice', async () => {
  const { arn } = await queue('hasty', { VisibilityTimeout: '5' });
  await make('slow', 'export const handler = () => {};');
  const slow = { FunctionName: 'slow', EventSourceArn: arn };
  const refused = {
    name: 'InvalidParameterValueException',
    message: 'Queue visibility timeout: 5 seconds is less than Function timeout: 10 seconds',
  };
  await expect(lambda.send(new CreateEventSourceMappingCommand(slow))).rejects.toMatchObject(refused);
  await make('quick', 'export const handler = () => {};', { Timeout: 5 });
  const { UUID } = await lambda.send(new CreateEventSourceMappingCommand({ ...slow, FunctionName: 'quick' }));
  await expect(lambda.send(new UpdateEventSourceMappingCommand({ UUID, FunctionName: 'slow' }))).rejects.toMatchObject(
    refused,
  );
});

it('a mapping of a queue that is not there was made, and polled for nothing', async () => {
  await make('waits', 'export const handler = () => {};');
  const EventSourceArn = 'arn:aws:sqs:us-east-1:000000000000:nowhere';
  await expect(
    lambda.send(new CreateEventSourceMappingCommand({ FunctionName: 'waits', EventSourceArn })),
  ).rejects.toMatchObject({
    name: 'InvalidParameterValueException',
    message: expect.stringMatching(/SQS Error Code: \S*NonExistentQueue\. SQS Error Message: The specified queue/),
  });
});
