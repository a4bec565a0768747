/** What schedules send to functions, topics and queues, as their role, on a real server. */
import { IAM } from '@aws-sdk/client-iam';
import { Lambda, LambdaClient } from '@aws-sdk/client-lambda';
import { type CreateScheduleCommandInput, Scheduler, type Target } from '@aws-sdk/client-scheduler';
import { SNS } from '@aws-sdk/client-sns';
import { type Message, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { functionRole, logged, makeFunction } from '../support/functions.ts';
import { document, trusting } from '../support/identity.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;
const scheduleArn = (name: string) => arnOf('scheduler', `schedule/default/${name}`);
const TELLS = 'export const handler = async (event) => console.log("told " + JSON.stringify(event));';

let server: TestServer;
let scheduler: Scheduler;
let sqs: SQS;
let sns: SNS;
let lambda: Lambda;
let iam: IAM;
let functionsRole: string;
beforeAll(async () => {
  server = await startTestServer();
  scheduler = new Scheduler(server.client);
  [sqs, sns, lambda, iam] = [
    new SQS(server.client),
    new SNS(server.client),
    new Lambda(server.client),
    new IAM(server.client),
  ];
  functionsRole = await functionRole(server, 'functions');
}, 60_000);
afterAll(() => server.close());

/** A role that the Scheduler may have, and what it may. */
async function role(RoleName: string, ...actions: string[]): Promise<string> {
  const trust = trusting({ Service: 'scheduler.amazonaws.com' });
  const { Role } = await iam.createRole({ RoleName, AssumeRolePolicyDocument: trust });
  const PolicyDocument = document({ Effect: 'Allow', Action: actions, Resource: '*' });
  await iam.putRolePolicy({ RoleName, PolicyName: 'may', PolicyDocument });
  return Role!.Arn!;
}

/** A schedule that is due at once, as a rate without a start is. */
const now = (Name: string, Target: Target, more: Partial<CreateScheduleCommandInput> = {}) =>
  scheduler.createSchedule({
    ...{ Name, ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' }, Target, ...more },
  });

const make = (FunctionName: string, source = TELLS) =>
  makeFunction(new LambdaClient(server.client), {
    ...{ FunctionName, Role: functionsRole, files: { 'index.mjs': source } },
  });

async function told(name: string): Promise<unknown> {
  const line = (await logged(server, name, /told /)).find((each) => each.includes('told '))!;
  return JSON.parse(/told (.*)$/s.exec(line)![1]!);
}

async function queue(QueueName: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sqs.createQueue({ QueueName, Attributes })).QueueUrl!;
}

async function received(QueueUrl: string): Promise<Message> {
  const { Messages: [message] = [] } = await sqs.receiveMessage({
    ...{ QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
  });
  if (!message) throw new Error(`${QueueUrl} is empty`);
  return message;
}

describe('a schedule', () => {
  it('invokes a function with its input, as its role, whatever the function’s own policy', async () => {
    const Arn = await make('input');
    const RoleArn = await role('invokes', 'lambda:InvokeFunction');
    const Input = JSON.stringify({ by: '<aws.scheduler.schedule-arn>', attempt: '<aws.scheduler.attempt-number>' });
    await now('input', { Arn, RoleArn, Input });
    expect(await told('input')).toEqual({ by: scheduleArn('input'), attempt: '1' });
  });

  it('invokes a version of one by its alias, and sends AWS’s own notification where it has no input', async () => {
    const arn = await make('aliased');
    const { Version } = await lambda.publishVersion({ FunctionName: 'aliased' });
    await lambda.createAlias({ FunctionName: 'aliased', Name: 'live', FunctionVersion: Version });
    const RoleArn = await role('invokes-live', 'lambda:InvokeFunction');
    await now('aliased', { Arn: `${arn}:live`, RoleArn });
    expect(await told('aliased')).toMatchObject({
      ...{ 'detail-type': 'Scheduled Event', source: 'aws.scheduler', resources: [scheduleArn('aliased')] },
    });
    expect((await logged(server, 'aliased', /^START/)).find((line) => line.startsWith('START'))).toMatch(
      /Version: 1$/m,
    );
  });

  it('leaves to its dead-letter queue what its role may not, and what is gone', async () => {
    const dead = await queue('dead');
    const DeadLetterConfig = { Arn: arnOf('sqs', 'dead') };
    const Arn = await make('forbidden');
    await now('forbidden', {
      ...{ Arn, Input: '{"n":1}', DeadLetterConfig },
      RoleArn: await role('only-sends', 'sqs:SendMessage'),
    });
    const refused = await received(dead);
    expect(refused.Body).toBe('{"n":1}');
    expect(refused.MessageAttributes).toMatchObject({
      ...{ TARGET_ARN: { StringValue: Arn }, SCHEDULE_ARN: { StringValue: scheduleArn('forbidden') } },
      ...{ ERROR_CODE: { StringValue: 'AccessDeniedException' }, RETRY_ATTEMPTS: { StringValue: '0' } },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('lambda:InvokeFunction') },
    });
    await sqs.deleteMessage({ QueueUrl: dead, ReceiptHandle: refused.ReceiptHandle });
    await now('gone', {
      ...{ Arn: arnOf('lambda', 'function:gone'), Input: '{"n":2}', DeadLetterConfig },
      RoleArn: await role('sends-and-invokes', 'sqs:SendMessage', 'lambda:InvokeFunction'),
    });
    expect((await received(dead)).MessageAttributes).toMatchObject({
      ERROR_CODE: { StringValue: 'ResourceNotFoundException' },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('Function not found') },
    });
  });

  it('publishes to a topic, whose subscribers get it', async () => {
    const { TopicArn } = await sns.createTopic({ Name: 'weekly' });
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: {
        ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: '*' },
      },
    });
    const url = await queue('heard', { Policy });
    await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: arnOf('sqs', 'heard') });
    const RoleArn = await role('publishes', 'sns:Publish');
    await now('to-topic', { Arn: TopicArn, RoleArn, Input: 'It is <aws.scheduler.scheduled-time>' });
    const notification = JSON.parse((await received(url)).Body!) as { Type: string; Message: string; TopicArn: string };
    expect(notification).toMatchObject({
      ...{ Type: 'Notification', TopicArn, Message: expect.stringMatching(/^It is \d{4}-\d\d-\d\dT[\d:]+Z$/) },
    });
  });

  it('sends to a queue in its order, and to one that is FIFO in its group', async () => {
    const RoleArn = await role('sends', 'sqs:SendMessage');
    const standard = await queue('standard');
    await now('to-queue', { Arn: arnOf('sqs', 'standard'), RoleArn, Input: '{"n":1}' });
    expect((await received(standard)).Body).toBe('{"n":1}');

    const ordered = await queue('ordered.fifo', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    const Arn = arnOf('sqs', 'ordered.fifo');
    await expect(now('no-group', { Arn, RoleArn, Input: 'x' })).rejects.toMatchObject({ name: 'ValidationException' });
    await now('to-fifo', { Arn, RoleArn, Input: '{"n":2}', SqsParameters: { MessageGroupId: 'nightly' } });
    const { Body, Attributes } = await received(ordered);
    expect([Body, Attributes?.MessageGroupId]).toEqual(['{"n":2}', 'nightly']);
  });

  it('once, at a moment in a time zone, invokes a function and goes', async () => {
    const Arn = await make('once');
    const RoleArn = await role('invokes-once', 'lambda:InvokeFunction');
    const at = new Date(Date.now() + 2000);
    // Kolkata is five and a half hours ahead, all year.
    const local = new Date(at.getTime() + 5.5 * 3_600_000).toISOString().slice(0, 19);
    await now(
      'once',
      { Arn, RoleArn, Input: '"<aws.scheduler.scheduled-time>"' },
      {
        ...{ ScheduleExpression: `at(${local})`, ScheduleExpressionTimezone: 'Asia/Kolkata' },
        ActionAfterCompletion: 'DELETE',
      },
    );
    expect(await told('once')).toBe(`${at.toISOString().slice(0, 19)}Z`);
    await expect.poll(async () => (await scheduler.listSchedules({ NamePrefix: 'once' })).Schedules).toEqual([]);
  });
});
