/** SNS as the AWS CLI and boto3 use it: a topic, a confirmed subscription, messages to an endpoint, a mailbox and a queue. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { realClients } from '../support/realClients.ts';
import { isGenuine, parsed, type Subscriber, startSubscriber } from '../support/subscriber.ts';

let home: AwsHome;
let endpoint: Subscriber;

realClients('boto3', (made) => {
  home = made.home;
});
beforeAll(async () => {
  endpoint = await startSubscriber();
});
afterAll(() => endpoint.close());

const file = (name: string, content: object): string => {
  const path = join(home.folder, name);
  writeFileSync(path, JSON.stringify(content));
  return `file://${path}`;
};

it('is driven by the AWS CLI', async () => {
  const sns = <T>(...words: string[]) => home.json<T>('sns', ...words);
  const { TopicArn } = await sns<{ TopicArn: string }>(
    ...['create-topic', '--name', 'alerts', '--attributes', 'DisplayName=Alerts', '--tags', 'Key=team,Value=data'],
  );
  const pending = await sns<{ SubscriptionArn: string }>(
    ...['subscribe', '--topic-arn', TopicArn, '--protocol', 'http', '--notification-endpoint', endpoint.url],
  );
  expect(pending.SubscriptionArn).toBe('pending confirmation');
  const { Token } = parsed((await endpoint.until(1))[0]!);
  const { SubscriptionArn } = await sns<{ SubscriptionArn: string }>(
    ...['confirm-subscription', '--topic-arn', TopicArn, '--token', Token!],
  );
  await home.aws(
    ...[
      'sns',
      'set-subscription-attributes',
      '--subscription-arn',
      SubscriptionArn,
      '--attribute-name',
      'FilterPolicy',
    ],
    ...['--attribute-value', file('filter.json', { severity: ['high'] })],
  );
  const attributes = file('attributes.json', { severity: { DataType: 'String', StringValue: 'high' } });
  const { MessageId } = await sns<{ MessageId: string }>(
    ...[
      'publish',
      '--topic-arn',
      TopicArn,
      '--subject',
      'Gate',
      '--message',
      'F1 fell',
      '--message-attributes',
      attributes,
    ],
  );
  const message = parsed((await endpoint.until(2))[1]!);
  expect(message).toMatchObject({ MessageId, Subject: 'Gate', Message: 'F1 fell' });
  expect(await isGenuine(message)).toBe(true);
  const { Subscriptions } = await sns<{ Subscriptions: object[] }>(
    'list-subscriptions-by-topic',
    '--topic-arn',
    TopicArn,
  );
  expect(Subscriptions).toMatchObject([{ SubscriptionArn, Protocol: 'http', Endpoint: endpoint.url }]);
  const { Tags } = await sns<{ Tags: object[] }>('list-tags-for-resource', '--resource-arn', TopicArn);
  expect(Tags).toEqual([{ Key: 'team', Value: 'data' }]);
  expect((await home.aws('sns', 'unsubscribe', '--subscription-arn', SubscriptionArn)).status).toBe(0);
  expect((await home.aws('sns', 'delete-topic', '--topic-arn', TopicArn)).status).toBe(0);
  const gone = await home.aws('sns', 'publish', '--topic-arn', TopicArn, '--message', 'Hello');
  expect(gone.stderr).toContain('(NotFound) when calling the Publish operation: Topic does not exist');
  const refused = await home.aws('sns', 'publish', '--phone-number', '+34600000000', '--message', 'Hello');
  expect(refused.stderr).toContain('Telar does not send text messages or mobile pushes.');
  const left = await home.aws('sns', 'list-platform-applications');
  expect(left.stderr).toContain(
    'Telar does not implement sns:ListPlatformApplications: it does not send text messages',
  );
});

it('is driven by boto3, resources and all', async () => {
  const answer = await home.python<Record<string, unknown>>(`
import boto3, json
sns, sqs = boto3.resource('sns'), boto3.resource('sqs')
queue = sqs.create_queue(QueueName='inbox')
arn = queue.attributes['QueueArn']
topic = sns.create_topic(Name='orders')
queue.set_attributes(Attributes={'Policy': json.dumps({'Version': '2012-10-17', 'Statement': {
    'Effect': 'Allow', 'Principal': {'Service': 'sns.amazonaws.com'}, 'Action': 'sqs:SendMessage', 'Resource': arn,
    'Condition': {'ArnEquals': {'aws:SourceArn': topic.arn}}}})})
subscription = topic.subscribe(Protocol='sqs', Endpoint=arn, Attributes={'RawMessageDelivery': 'true'})
batch = sns.meta.client.publish_batch(TopicArn=topic.arn, PublishBatchRequestEntries=[
    {'Id': 'a', 'Message': 'one', 'MessageAttributes': {'n': {'DataType': 'Number', 'StringValue': '1'}}},
    {'Id': 'b', 'Message': json.dumps({'default': 'two', 'sqs': 'zwei'}), 'MessageStructure': 'json'}])
received = []
while len(received) < 2:
    received += queue.receive_messages(WaitTimeSeconds=5, MaxNumberOfMessages=10, MessageAttributeNames=['All'])
try:
    topic.publish(Message='')
except sns.meta.client.exceptions.InvalidParameterException as error:
    refused = str(error)
pages = [s['TopicArn'] for page in sns.meta.client.get_paginator('list_subscriptions').paginate() for s in page['Subscriptions']]
print(json.dumps({'successful': [one['Id'] for one in batch['Successful']], 'bodies': sorted(m.body for m in received),
  'attributes': [m.message_attributes for m in received if m.message_attributes], 'refused': refused,
  'subscription': subscription.attributes['PendingConfirmation'], 'pages': pages == [topic.arn]}))
`);
  expect(answer).toEqual({
    successful: ['a', 'b'],
    bodies: ['one', 'zwei'],
    attributes: [{ n: { DataType: 'Number', StringValue: '1' } }],
    refused:
      'An error occurred (InvalidParameter) when calling the Publish operation: Invalid parameter: Empty message',
    ...{ subscription: 'false', pages: true },
  });
});
