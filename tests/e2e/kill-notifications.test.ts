/** A server that is killed with messages on their way: none is lost, and what is delivered within the store is delivered once. */
import { rm } from 'node:fs/promises';
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { startVictim, type Victim } from '../support/killing.ts';
import { parsed, type Subscriber, startSubscriber } from '../support/subscriber.ts';

const MESSAGES = 60;

async function withQueue(sns: SNSClient, sqs: SQSClient, TopicArn: string): Promise<string> {
  const arn = 'arn:aws:sqs:us-east-1:000000000000:all';
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn },
      Condition: { ArnEquals: { 'aws:SourceArn': TopicArn } },
    },
  });
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: 'all', Attributes: { Policy } }));
  const Attributes = { RawMessageDelivery: 'true' };
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'sqs', Endpoint: arn, Attributes }));
  return QueueUrl!;
}

/** All texts in the queue, once there are none on their way to it. */
async function textsIn(sqs: SQSClient, QueueUrl: string): Promise<string[]> {
  const texts: string[] = [];
  while (texts.length < MESSAGES) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
    );
    if (Messages.length === 0) continue;
    texts.push(...Messages.map(({ Body }) => Body!));
    const Entries = Messages.map(({ ReceiptHandle }, nth) => ({ Id: String(nth), ReceiptHandle: ReceiptHandle! }));
    await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
  }
  const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
  );
  expect(Attributes).toEqual({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  return texts;
}

async function play(victim: Victim, endpoint: Subscriber): Promise<void> {
  const sns = new SNSClient(victim.client.client);
  const sqs = new SQSClient(victim.client.client);
  const TopicArn = (await sns.send(new CreateTopicCommand({ Name: 'killed' }))).TopicArn!;
  const queue = await withQueue(sns, sqs, TopicArn);
  const DeliveryPolicy = JSON.stringify({
    healthyRetryPolicy: { numRetries: 20, minDelayTarget: 1, maxDelayTarget: 1, numNoDelayRetries: 0 },
  });
  await sns.send(
    new SubscribeCommand({ TopicArn, Protocol: 'http', Endpoint: endpoint.url, Attributes: { DeliveryPolicy } }),
  );
  await fetch(parsed((await endpoint.until(1))[0]!)['SubscribeURL']!);
  // Nothing is taken at first: some answers are failures, some break off, some are never given.
  endpoint.answers((request, response, nth) => {
    if (nth % 3 === 1) response.writeHead(503).end();
    else if (nth % 15 !== 0) request.socket.destroy();
  });
  const published: string[] = [];
  for (let nth = 0; nth < MESSAGES; nth += 1) {
    const Message = `message ${nth}`;
    await sns.send(new PublishCommand({ TopicArn, Message }));
    published.push(Message);
    if (nth % 20 === 10) await victim.killAndRestart();
  }
  await victim.killAndRestart();
  endpoint.answers((_, response) => void response.writeHead(200).end());
  const from = endpoint.received.length;
  const taken = () => new Set(endpoint.received.slice(from).map((one) => parsed(one)['Message']));
  while (taken().size < MESSAGES) await endpoint.until(endpoint.received.length + 1);
  expect([...taken()].sort()).toEqual([...published].sort());
  // Within the store each is sent once.
  expect((await textsIn(sqs, queue)).sort()).toEqual([...published].sort());
  sns.destroy();
  sqs.destroy();
}

it('goes on with messages that were on their way when the server was killed', { timeout: 120_000 }, async () => {
  const endpoint = await startSubscriber();
  const victim = await startVictim();
  try {
    await play(victim, endpoint);
    expect(victim.kills).toBe(4);
  } finally {
    await victim.close();
    await endpoint.close();
    await rm(victim.folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  }
});
