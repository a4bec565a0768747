/** Topics that send to queues of this server: as SNS, which a queue's own policy must let in. */
import {
  CreateTopicCommand,
  PublishBatchCommand,
  PublishCommand,
  SetSubscriptionAttributesCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { isGenuine, parsed, startSubscriber, status } from '../support/subscriber.ts';

let server: TestServer;
let sns: SNSClient;
let sqs: SQSClient;

beforeAll(async () => {
  server = await startTestServer();
  sns = new SNSClient(server.client);
  sqs = new SQSClient(server.client);
});
afterAll(async () => {
  sns.destroy();
  sqs.destroy();
  await server.close();
});

type Queue = { url: string; arn: string };

/** @param topic that may send to it */
async function queue(
  QueueName: string,
  topic: string | undefined,
  Attributes: Record<string, string> = {},
): Promise<Queue> {
  const arn = `arn:aws:sqs:us-east-1:000000000000:${QueueName}`;
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn },
      Condition: { ArnEquals: { 'aws:SourceArn': topic } },
    },
  });
  const all = topic === undefined ? Attributes : { ...Attributes, Policy };
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes: all }));
  return { url: QueueUrl!, arn };
}

async function topic(Name: string, Attributes: Record<string, string> = {}): Promise<string> {
  return (await sns.send(new CreateTopicCommand({ Name, Attributes }))).TopicArn!;
}

const subscribe = async (TopicArn: string, { arn }: Queue, Attributes: Record<string, string> = {}) =>
  (await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn, Attributes }))).SubscriptionArn!;

async function received({ url }: Queue, count: number): Promise<Message[]> {
  const all: Message[] = [];
  while (all.length < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        ...{ QueueUrl: url, WaitTimeSeconds: 20, MaxNumberOfMessages: 10 },
        ...{ MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
      }),
    );
    all.push(...Messages);
  }
  return all;
}

describe('a queue', () => {
  it('whose policy lets the topic in gets signed notifications, or the texts alone', async () => {
    const arn = await topic('orders');
    const [whole, raw] = [await queue('whole', arn), await queue('raw', arn)];
    const subscription = await subscribe(arn, whole);
    await subscribe(arn, raw, { RawMessageDelivery: 'true' });
    expect(subscription).toMatch(/^arn:aws:sns:us-east-1:000000000000:orders:[0-9a-f-]{36}$/);
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'order' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
    };
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'Hello', MessageAttributes }));
    const [notification] = await received(whole, 1);
    const message = JSON.parse(notification!.Body!);
    expect(message).toMatchObject({ Type: 'Notification', TopicArn: arn, Message: 'Hello' });
    expect(await isGenuine(message)).toBe(true);
    const [bare] = await received(raw, 1);
    expect(bare).toMatchObject({
      Body: 'Hello',
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'order' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
      },
    });
  });

  it('gets what its filter lets pass, from its new scope on', async () => {
    const arn = await topic('filtered');
    const to = await queue('filtered', arn);
    const subscription = await subscribe(arn, to, { FilterPolicy: '{"kind":["alert"]}', RawMessageDelivery: 'true' });
    const publish = (Message: string, kind: string) =>
      sns.send(
        new PublishCommand({
          ...{ TopicArn: arn, Message },
          MessageAttributes: { kind: { DataType: 'String', StringValue: kind } },
        }),
      );
    await publish('{"metric":{"f1":0.7}}', 'alert');
    await publish('{"metric":{"f1":0.7}}', 'greeting');
    const set = (AttributeName: string, AttributeValue: string) =>
      sns.send(new SetSubscriptionAttributesCommand({ SubscriptionArn: subscription, AttributeName, AttributeValue }));
    await expect(set('FilterPolicy', '{"metric":{"f1":[{"numeric":["<",0.8]}]}}')).rejects.toThrow(
      'Filter policy scope MessageAttributes does not support nested filter policy',
    );
    await set('FilterPolicyScope', 'MessageBody');
    await set('FilterPolicy', '{"metric":{"f1":[{"numeric":["<",0.8]}]}}');
    await publish('{"metric":{"f1":0.71}}', 'greeting');
    await publish('{"metric":{"f1":0.91}}', 'alert');
    const texts = (await received(to, 2)).map(({ Body }) => Body);
    expect(texts.sort()).toEqual(['{"metric":{"f1":0.71}}', '{"metric":{"f1":0.7}}']);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: to.url, AttributeNames: ['ApproximateNumberOfMessages'] }),
    );
    expect(Attributes).toEqual({ ApproximateNumberOfMessages: '0' });
  });

  it('whose policy does not let the topic in leaves messages to the dead-letter queue', async () => {
    const arn = await topic('closed');
    const [closed, dead] = [await queue('closed', undefined), await queue('dead', arn)];
    await subscribe(arn, closed, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) });
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'Hello' }));
    const [letter] = await received(dead, 1);
    expect(JSON.parse(letter!.Body!)).toMatchObject({ Message: 'Hello' });
    expect(letter!.MessageAttributes).toMatchObject({
      ErrorCode: { StringValue: expect.stringMatching(/AccessDenied/) },
      ErrorMessage: { StringValue: expect.stringContaining('is not authorized to perform: sqs:SendMessage') },
    });
  });

  it('takes what an endpoint has refused for good', async () => {
    const arn = await topic('endpoint');
    const dead = await queue('dead-endpoint', arn);
    const endpoint = await startSubscriber();
    await sns.send(
      new SubscribeCommand({
        ...{ TopicArn: arn, Protocol: 'http', Endpoint: endpoint.url },
        Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn }) },
      }),
    );
    await fetch(parsed((await endpoint.until(1))[0]!)['SubscribeURL']!);
    endpoint.answers(status(410));
    await sns.send(new PublishCommand({ TopicArn: arn, Message: 'Hello' }));
    const [letter] = await received(dead, 1);
    expect(letter!.MessageAttributes).toMatchObject({
      ErrorCode: { StringValue: '410' },
      ErrorMessage: { StringValue: 'The endpoint answered with the status 410.' },
    });
    await endpoint.close();
  });
});

it('a FIFO queue gets what a FIFO topic is told, in order, each once', async () => {
  const arn = await topic('orders.fifo', { FifoTopic: 'true' });
  const to = await queue('orders.fifo', arn, { FifoQueue: 'true' });
  await subscribe(arn, to, { RawMessageDelivery: 'true' });
  const entry = (nth: number) => ({
    ...{ Id: `m${nth}`, Message: `text ${nth}`, MessageGroupId: 'g', MessageDeduplicationId: `d${nth}` },
  });
  for (const from of [0, 5]) {
    const PublishBatchRequestEntries = Array.from({ length: 10 }, (_, nth) => entry(from + nth));
    const { Successful } = await sns.send(new PublishBatchCommand({ TopicArn: arn, PublishBatchRequestEntries }));
    expect(Successful).toHaveLength(10);
  }
  const texts: string[] = [];
  const all = await received(to, 10);
  for (const { Body, Attributes } of all) {
    texts.push(Body!);
    expect(Attributes).toMatchObject({ MessageGroupId: 'g' });
  }
  expect(texts).toEqual(Array.from({ length: 10 }, (_, nth) => `text ${nth}`));
});
