/** Notifications of a bucket, through the official SDKs: to a queue and a topic whose policies let S3 in, and archives restored. */
import { EventBridge } from '@aws-sdk/client-eventbridge';
import { S3 } from '@aws-sdk/client-s3';
import { SNS } from '@aws-sdk/client-sns';
import { SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const arnOf = (service: string, name: string) => `arn:aws:${service}:us-east-1:${ACCOUNT}:${name}`;

let server: TestServer;
let s3: S3;
let sqs: SQS;
let sns: SNS;

beforeAll(async () => {
  server = await startTestServer();
  s3 = new S3({ ...server.client, forcePathStyle: true });
  sqs = new SQS(server.client);
  sns = new SNS(server.client);
});
afterAll(() => server.close());

/** As AWS documents it: S3 may send, on behalf of one bucket. */
const letS3 = (Action: string, Resource: string, bucket: string) =>
  JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      ...{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action, Resource },
      Condition: {
        ArnEquals: { 'aws:SourceArn': `arn:aws:s3:::${bucket}` },
        StringEquals: { 'aws:SourceAccount': ACCOUNT },
      },
    },
  });

const toQueue = (Bucket: string, name: string, Events: string[] = ['s3:ObjectCreated:*']) =>
  s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: { QueueConfigurations: [{ QueueArn: arnOf('sqs', name), Events: Events as never }] },
  });

async function received(QueueUrl: string | undefined): Promise<Record<string, unknown>> {
  const { Messages = [] } = await sqs.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 });
  await sqs.deleteMessage({ QueueUrl, ReceiptHandle: Messages[0]!.ReceiptHandle });
  return JSON.parse(Messages[0]!.Body!);
}

it('reach a queue that lets this bucket in, and no other', async () => {
  const [Bucket, other] = ['incoming', 'foreign'];
  await s3.createBucket({ Bucket });
  await s3.createBucket({ Bucket: other });
  const { QueueUrl } = await sqs.createQueue({ QueueName: 'incoming' });
  const refused = /Unable to validate the following destination configurations/;
  await expect(toQueue(Bucket, 'incoming')).rejects.toThrow(refused);
  await expect(toQueue(Bucket, 'missing')).rejects.toThrow(refused);
  const Policy = letS3('sqs:SendMessage', arnOf('sqs', 'incoming'), Bucket);
  await sqs.setQueueAttributes({ QueueUrl, Attributes: { Policy } });
  await expect(toQueue(other, 'incoming')).rejects.toThrow(refused);
  await toQueue(Bucket, 'incoming');
  expect(await received(QueueUrl)).toMatchObject({ Event: 's3:TestEvent', Bucket });

  const upload = await s3.createMultipartUpload({ Bucket, Key: 'big' });
  const part = await s3.uploadPart({ Bucket, Key: 'big', UploadId: upload.UploadId, PartNumber: 1, Body: 'x' });
  await s3.completeMultipartUpload({
    ...{ Bucket, Key: 'big', UploadId: upload.UploadId },
    MultipartUpload: { Parts: [{ PartNumber: 1, ETag: part.ETag }] },
  });
  expect(await received(QueueUrl)).toMatchObject({
    Records: [
      {
        ...{ eventName: 'ObjectCreated:CompleteMultipartUpload', awsRegion: 'us-east-1' },
        requestParameters: { sourceIPAddress: '127.0.0.1' },
        s3: { bucket: { name: Bucket }, object: { key: 'big', size: 1 } },
      },
    ],
  });
});

it('reach a topic, and through it a queue', async () => {
  const Bucket = 'told';
  await s3.createBucket({ Bucket });
  const { TopicArn } = await sns.createTopic({ Name: 'told' });
  const AttributeValue = letS3('sns:Publish', TopicArn!, Bucket);
  await sns.setTopicAttributes({ TopicArn, AttributeName: 'Policy', AttributeValue });
  const { QueueUrl } = await sqs.createQueue({
    QueueName: 'told',
    Attributes: {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          ...{ Effect: 'Allow', Principal: { Service: 'sns.amazonaws.com' }, Action: 'sqs:SendMessage' },
          Resource: arnOf('sqs', 'told'),
        },
      }),
    },
  });
  await sns.subscribe({ TopicArn, Protocol: 'sqs', Endpoint: arnOf('sqs', 'told') });
  await s3.putBucketNotificationConfiguration({
    Bucket,
    NotificationConfiguration: {
      TopicConfigurations: [{ TopicArn, Events: ['s3:ObjectRemoved:*'], Filter: { Key: { FilterRules: [] } } }],
    },
  });
  expect(await received(QueueUrl)).toMatchObject({ Message: expect.stringContaining('s3:TestEvent') });
  await s3.putObject({ Bucket, Key: 'k', Body: 'x' });
  await s3.deleteObject({ Bucket, Key: 'k' });
  const { Message } = await received(QueueUrl);
  expect(JSON.parse(String(Message))).toMatchObject({ Records: [{ eventName: 'ObjectRemoved:Delete' }] });
});

it('reach a rule of EventBridge, and its target', async () => {
  const Bucket = 'ruled';
  await s3.createBucket({ Bucket });
  await s3.putBucketNotificationConfiguration({ Bucket, NotificationConfiguration: { EventBridgeConfiguration: {} } });
  const events = new EventBridge(server.client);
  const { QueueUrl } = await sqs.createQueue({
    QueueName: 'ruled',
    Attributes: {
      Policy: JSON.stringify({
        Version: '2012-10-17',
        Statement: {
          ...{ Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage' },
          Resource: arnOf('sqs', 'ruled'),
        },
      }),
    },
  });
  const EventPattern = JSON.stringify({
    ...{ source: ['aws.s3'], 'detail-type': ['Object Created'] },
    detail: { bucket: { name: [Bucket] }, object: { key: [{ suffix: '.csv' }] } },
  });
  await events.putRule({ Name: 'ruled', EventPattern });
  await events.putTargets({ Rule: 'ruled', Targets: [{ Id: 'queue', Arn: arnOf('sqs', 'ruled') }] });
  await s3.putObject({ Bucket, Key: 'a.txt', Body: 'x' });
  await s3.putObject({ Bucket, Key: 'a.csv', Body: 'x' });
  expect(await received(QueueUrl)).toMatchObject({
    ...{ source: 'aws.s3', 'detail-type': 'Object Created', resources: [`arn:aws:s3:::${Bucket}`] },
    detail: { bucket: { name: Bucket }, object: { key: 'a.csv', size: 1 }, reason: 'PutObject' },
  });
});

it('archived objects are told apart, refused and restored over the wire', async () => {
  const [Bucket, Key] = ['cellar', 'k'];
  await s3.createBucket({ Bucket });
  await s3.putObject({ Bucket, Key, Body: 'old', StorageClass: 'DEEP_ARCHIVE' });
  await expect(s3.getObject({ Bucket, Key })).rejects.toMatchObject({
    ...{ name: 'InvalidObjectState', StorageClass: 'DEEP_ARCHIVE', $metadata: { httpStatusCode: 403 } },
  });
  await s3.restoreObject({ Bucket, Key, RestoreRequest: { Days: 1, GlacierJobParameters: { Tier: 'Bulk' } } });
  expect(await s3.headObject({ Bucket, Key })).toMatchObject({
    ...{
      StorageClass: 'DEEP_ARCHIVE',
      Restore: expect.stringMatching(/^ongoing-request="false", expiry-date=".+ GMT"$/),
    },
  });
  expect(await (await s3.getObject({ Bucket, Key })).Body!.transformToString()).toBe('old');
});
