/** Queues as the AWS CLI and boto3 use them: its client and its resources, which check the digests of what they send and receive. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { AwsHome } from '../support/awsCli.ts';
import { realClients } from '../support/realClients.ts';

let home: AwsHome;
/** Version 1 of the CLI asks AWS for queues, whatever its configuration says; only this flag keeps it from that. */
let here: string[];

realClients('boto3', (made) => {
  home = made.home;
  here = ['--endpoint-url', made.server.url];
});

it('are driven by the AWS CLI', async () => {
  const sqs = <T>(...words: string[]) => home.json<T>('sqs', ...words, ...here);
  const { QueueUrl: url } = await sqs<{ QueueUrl: string }>(
    ...['create-queue', '--queue-name', 'cli', '--attributes', 'VisibilityTimeout=5', '--tags', 'team=ml'],
  );
  const attributes = join(home.folder, 'attributes.json');
  writeFileSync(attributes, JSON.stringify({ kind: { DataType: 'String', StringValue: 'a value' } }));
  await sqs(
    'send-message',
    '--queue-url',
    url,
    '--message-body',
    'hello',
    '--message-attributes',
    `file://${attributes}`,
  );
  const { Messages } = await sqs<{ Messages: { Body: string; ReceiptHandle: string; MessageAttributes: object }[] }>(
    ...['receive-message', '--queue-url', url, '--message-attribute-names', 'All', '--wait-time-seconds', '5'],
  );
  expect(Messages).toMatchObject([{ Body: 'hello', MessageAttributes: { kind: { StringValue: 'a value' } } }]);
  await home.aws('sqs', 'delete-message', '--queue-url', url, '--receipt-handle', Messages[0]!.ReceiptHandle, ...here);
  const counted = await sqs<{ Attributes: object }>(
    ...['get-queue-attributes', '--queue-url', url, '--attribute-names', 'ApproximateNumberOfMessages', 'QueueArn'],
  );
  expect(counted.Attributes).toEqual({
    ...{ ApproximateNumberOfMessages: '0', QueueArn: 'arn:aws:sqs:us-east-1:000000000000:cli' },
  });
  expect(await sqs('list-queue-tags', '--queue-url', url)).toEqual({ Tags: { team: 'ml' } });
  const refused = await home.aws('sqs', 'get-queue-url', '--queue-name', 'missing', ...here);
  expect(refused.stderr).toContain(
    '(AWS.SimpleQueueService.NonExistentQueue) when calling the GetQueueUrl operation: The specified queue does not exist',
  );
});

const PROGRAM = `
import boto3, json, threading, time
from botocore.exceptions import ClientError
sqs = boto3.resource('sqs')
queue = sqs.create_queue(QueueName='resource.fifo', Attributes={'FifoQueue': 'true'})
for n in range(4):
    queue.send_message(MessageBody=f'body {n}', MessageGroupId=f'g{n % 2}', MessageDeduplicationId=str(n),
                       MessageAttributes={'n': {'DataType': 'Number', 'StringValue': str(n)}, 'b': {'DataType': 'Binary', 'BinaryValue': b'\\x00\\xff'}})
order = []
while messages := queue.receive_messages(MaxNumberOfMessages=1, MessageAttributeNames=['All'], AttributeNames=['All']):
    for message in messages:
        order.append([message.body, message.attributes['MessageGroupId'], list(message.message_attributes['b']['BinaryValue'])])
        message.delete()
client = boto3.client('sqs')
errors = []
for work in (lambda: client.get_queue_url(QueueName='missing'),
             lambda: client.send_message(QueueUrl=queue.url, MessageBody='x'),
             lambda: client.receive_message(QueueUrl=queue.url, MaxNumberOfMessages=11)):
    try:
        work()
    except client.exceptions.QueueDoesNotExist as error:
        errors.append(['QueueDoesNotExist', error.response['Error']['Code']])
    except ClientError as error:
        errors.append(['ClientError', error.response['Error']['Code']])
plain = client.create_queue(QueueName='waited')['QueueUrl']
threading.Timer(0.2, lambda: boto3.client('sqs').send_message(QueueUrl=plain, MessageBody='while it waits')).start()
waited = client.receive_message(QueueUrl=plain, WaitTimeSeconds=20)['Messages'][0]['Body']
found = sqs.get_queue_by_name(QueueName='waited').url == plain
print(json.dumps({'order': order, 'errors': errors, 'waited': waited, 'found': found}))
`;

it('are driven by boto3 and its resources', async () => {
  const { order, ...answer } = await home.python<{ order: [string, string, number[]][] }>(PROGRAM);
  const inGroup = (group: string) => order.filter(([, of]) => of === group).map(([body]) => body);
  expect([inGroup('g0'), inGroup('g1')]).toEqual([
    ['body 0', 'body 2'],
    ['body 1', 'body 3'],
  ]);
  expect(order[0]?.[2]).toEqual([0, 255]);
  expect(answer).toEqual({
    errors: [
      ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue'],
      ['ClientError', 'MissingParameter'],
      ['ClientError', 'InvalidParameterValue'],
    ],
    ...{ waited: 'while it waits', found: true },
  });
});

const NOTIFIED = `
import boto3, json
from botocore.exceptions import ClientError
s3, sqs = boto3.client('s3'), boto3.client('sqs')
s3.create_bucket(Bucket='noted')
url = sqs.create_queue(QueueName='noted')['QueueUrl']
arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=['QueueArn'])['Attributes']['QueueArn']
sqs.set_queue_attributes(QueueUrl=url, Attributes={'Policy': json.dumps({'Version': '2012-10-17', 'Statement': [
    {'Effect': 'Allow', 'Principal': {'Service': 's3.amazonaws.com'}, 'Action': 'sqs:SendMessage', 'Resource': arn}]})})
s3.put_bucket_notification_configuration(Bucket='noted', NotificationConfiguration={'QueueConfigurations': [
    {'Id': 'all', 'QueueArn': arn, 'Events': ['s3:ObjectCreated:*', 's3:ObjectRestore:Completed']}]})
kept = s3.get_bucket_notification_configuration(Bucket='noted')['QueueConfigurations'][0]['Id']
s3.put_object(Bucket='noted', Key='old', Body=b'x', StorageClass='GLACIER')
try:
    s3.get_object(Bucket='noted', Key='old')
except ClientError as error:
    refused = [error.response['Error']['Code'], error.response['ResponseMetadata']['HTTPStatusCode']]
s3.restore_object(Bucket='noted', Key='old', RestoreRequest={'Days': 1})
events = []
while len(events) < 3:
    for message in sqs.receive_message(QueueUrl=url, WaitTimeSeconds=10, MaxNumberOfMessages=10)['Messages']:
        body = json.loads(message['Body'])
        events.append(body.get('Event') or body['Records'][0]['eventName'])
print(json.dumps({'kept': kept, 'refused': refused, 'events': events,
                  'body': s3.get_object(Bucket='noted', Key='old')['Body'].read().decode()}))
`;

it('are told by a bucket, as boto3 sets it up', async () => {
  expect(await home.python(NOTIFIED)).toEqual({
    ...{ kept: 'all', refused: ['InvalidObjectState', 403], body: 'x' },
    events: ['s3:TestEvent', 'ObjectCreated:Put', 'ObjectRestore:Completed'],
  });
});
