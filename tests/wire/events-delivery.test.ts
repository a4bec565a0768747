/** As whom targets are reached, and what becomes of events that do not reach them, on a real server. */
import type { Target } from '@aws-sdk/client-eventbridge';
import { SNS } from '@aws-sdk/client-sns';
import { type Message, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openRules, type Rules, type Sent } from '../support/eventRules.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
let rules: Rules;
let sqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  rules = await openRules(server.client);
  sqs = new SQS(server.client);
});
afterAll(() => server.close());

const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;

/** What a resource's policy says that lets one rule do one thing. */
const letting = (rule: string, Action: string, Resource: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action, Resource },
        Condition: { ArnEquals: { 'aws:SourceArn': arnOf('events', `rule/${rule}`) } },
      },
    ],
  });

/** @param rule the one that may send to it; none if not given */
async function queue(QueueName: string, rule?: string, more: Record<string, string> = {}): Promise<string> {
  const Policy = rule && letting(rule, 'sqs:SendMessage', arnOf('sqs', QueueName));
  return (await sqs.createQueue({ QueueName, Attributes: { ...more, ...(Policy && { Policy }) } })).QueueUrl!;
}

async function received(QueueUrl: string): Promise<Message> {
  const asked = { QueueUrl, WaitTimeSeconds: 10, MessageAttributeNames: ['All'] };
  const { Messages: [message] = [] } = await sqs.receiveMessage(asked);
  if (!message) throw new Error(`${QueueUrl} is empty`);
  return message;
}

const put = (name: string, target: Partial<Target> & { Arn: string }) =>
  rules.rule(name, { source: [name] }, { RoleArn: undefined, ...target });

describe('a queue', () => {
  it('whose policy names the rule gets its events', async () => {
    const url = await queue('named', 'named');
    await put('named', { Arn: arnOf('sqs', 'named') });
    const id = await rules.put('named', { n: 1 });
    expect(JSON.parse((await received(url)).Body!) as Sent).toMatchObject({ id, source: 'named', detail: { n: 1 } });
  });

  it('whose policy names another rule does not: the event goes to the dead-letter queue, with what was wrong', async () => {
    await queue('not-this', 'another');
    const dead = await queue('dead', 'not-this');
    const DeadLetterConfig = { Arn: arnOf('sqs', 'dead') };
    const rule = await put('not-this', { Arn: arnOf('sqs', 'not-this'), DeadLetterConfig });
    const id = await rules.put('not-this', {});
    const { Body, MessageAttributes } = await received(dead);
    expect(JSON.parse(Body!)).toMatchObject({ id, source: 'not-this' });
    expect(MessageAttributes).toMatchObject({
      RULE_ARN: { StringValue: rule },
      TARGET_ARN: { StringValue: arnOf('sqs', 'not-this') },
      ERROR_CODE: { StringValue: 'NO_PERMISSIONS' },
      ERROR_MESSAGE: { StringValue: expect.stringContaining('is not authorized to perform: sqs:SendMessage') },
      RETRY_ATTEMPTS: { StringValue: '0' },
    });
  });

  it('that is FIFO gets them in their group', async () => {
    const url = await queue('ordered.fifo', 'ordered', { FifoQueue: 'true', ContentBasedDeduplication: 'true' });
    await put('ordered', { Arn: arnOf('sqs', 'ordered.fifo'), SqsParameters: { MessageGroupId: 'all' } });
    for (const n of [1, 2, 3]) await rules.put('ordered', { n });
    const seen: unknown[] = [];
    while (seen.length < 3) {
      const { Body, ReceiptHandle } = await received(url);
      seen.push((JSON.parse(Body!) as Sent).detail['n']);
      await sqs.deleteMessage({ QueueUrl: url, ReceiptHandle });
    }
    expect(seen).toEqual([1, 2, 3]);
  });
});

it('a topic whose policy names the rule passes its events on', async () => {
  const sns = new SNS(server.client);
  const TopicArn = arnOf('sns', 'announced');
  await sns.createTopic({ Name: 'announced', Attributes: { Policy: letting('announced', 'sns:Publish', TopicArn) } });
  const url = await queue('heard');
  const fromTopic = {
    Effect: 'Allow',
    Principal: { Service: 'sns.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: '*',
  };
  const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [fromTopic] });
  await sqs.setQueueAttributes({ QueueUrl: url, Attributes: { Policy } });
  await sns.subscribe({
    TopicArn,
    Protocol: 'sqs',
    Endpoint: arnOf('sqs', 'heard'),
    Attributes: { RawMessageDelivery: 'true' },
  });
  await put('announced', { Arn: TopicArn, InputPath: '$.detail.text' });
  await rules.put('announced', { text: 'done' });
  expect((await received(url)).Body).toBe('"done"');
});

describe('a role', () => {
  it('that may not start the machine starts none: the event is given up at once', async () => {
    const Arn = await rules.keeper('forbidden');
    const dead = await queue('forbidden-dead', 'forbidden');
    const RoleArn = await rules.role('powerless', 'events.amazonaws.com', 's3:GetObject');
    await put('forbidden', { Arn, RoleArn, DeadLetterConfig: { Arn: arnOf('sqs', 'forbidden-dead') } });
    await rules.put('forbidden', {});
    expect((await received(dead)).MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('NO_PERMISSIONS');
    expect(await rules.kept(Arn)).toEqual([]);
  });

  it('that does not trust EventBridge is refused when it is put, and fails the delivery when that changes', async () => {
    const Arn = await rules.keeper('trusting');
    const strange = await rules.role('strange', 'states.amazonaws.com', 'states:StartExecution');
    await expect(put('trusting', { Arn, RoleArn: strange })).rejects.toMatchObject({
      ...{ name: 'ValidationException', message: expect.stringContaining('cannot be assumed by principal') },
    });
    const dead = await queue('trusting-dead', 'trusting');
    const RoleArn = await rules.role('fickle', 'events.amazonaws.com', 'states:StartExecution');
    await put('trusting', { Arn, RoleArn, DeadLetterConfig: { Arn: arnOf('sqs', 'trusting-dead') } });
    const { Role } = await rules.iam.getRole({ RoleName: 'strange' });
    const PolicyDocument = decodeURIComponent(Role!.AssumeRolePolicyDocument!);
    await rules.iam.updateAssumeRolePolicy({ RoleName: 'fickle', PolicyDocument });
    await rules.put('trusting', {});
    expect((await received(dead)).MessageAttributes?.['ERROR_CODE']?.StringValue).toBe('FAILED_TO_ASSUME_ROLE');
  });

  it('cannot be handed on by somebody who may not pass it', async () => {
    const Arn = await rules.keeper('passed');
    const { iam } = rules;
    await iam.createUser({ UserName: 'limited' });
    const may = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'events:*', Resource: '*' }] };
    await iam.putUserPolicy({ UserName: 'limited', PolicyName: 'events', PolicyDocument: JSON.stringify(may) });
    const { AccessKey } = await iam.createAccessKey({ UserName: 'limited' });
    const credentials = { accessKeyId: AccessKey!.AccessKeyId!, secretAccessKey: AccessKey!.SecretAccessKey! };
    const { EventBridge } = await import('@aws-sdk/client-eventbridge');
    const theirs = new EventBridge({ ...server.client, credentials });
    await theirs.putRule({ Name: 'passed', EventPattern: '{"source":["passed"]}' });
    const Targets = [{ Id: 't', Arn, RoleArn: rules.starterRole }];
    await expect(theirs.putTargets({ Rule: 'passed', Targets })).rejects.toMatchObject({
      ...{ name: 'AccessDeniedException', message: expect.stringContaining('iam:PassRole') },
    });
  });
});
