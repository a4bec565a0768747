/** Queues through the official SDK client, on a real server: standard and FIFO, dead letters, permissions, long polling. */
import { IAM } from '@aws-sdk/client-iam';
import { type Message, QueueDoesNotExist, QueueNameExists, SQS } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';

const ACCOUNT = '000000000000';
const arnOf = (name: string) => `arn:aws:sqs:us-east-1:${ACCOUNT}:${name}`;

let server: TestServer;
let sqs: SQS;

beforeAll(async () => {
  server = await startTestServer();
  sqs = new SQS(server.client);
});
afterAll(() => server.close());

const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
  (await sqs.createQueue({ QueueName, Attributes })).QueueUrl!;
const createFifo = (name: string, attributes: Record<string, string> = {}) =>
  create(`${name}.fifo`, { FifoQueue: 'true', ContentBasedDeduplication: 'true', ...attributes });
const bodies = async (QueueUrl: string, most = 10, VisibilityTimeout?: number) =>
  received(await sqs.receiveMessage({ QueueUrl, MaxNumberOfMessages: most, VisibilityTimeout })).map(
    ({ Body }) => Body,
  );
const received = ({ Messages = [] }: { Messages?: Message[] | undefined }) => Messages;
const send = (QueueUrl: string, MessageBody: string, MessageGroupId?: string) =>
  sqs.sendMessage({ QueueUrl, MessageBody, MessageGroupId });

describe('queues', () => {
  it('are created, found by their URL, changed and deleted', async () => {
    const url = await create('orders', { VisibilityTimeout: '60' });
    expect(url).toBe(`${server.url}/${ACCOUNT}/orders`);
    expect((await sqs.getQueueUrl({ QueueName: 'orders' })).QueueUrl).toBe(url);
    await sqs.setQueueAttributes({ QueueUrl: url, Attributes: { DelaySeconds: '5' } });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({
      ...{ QueueArn: arnOf('orders'), VisibilityTimeout: '60', DelaySeconds: '5', MaximumMessageSize: '1048576' },
      ...{ MessageRetentionPeriod: '345600', ReceiveMessageWaitTimeSeconds: '0', SqsManagedSseEnabled: 'false' },
      ...{ ApproximateNumberOfMessages: '0', CreatedTimestamp: expect.stringMatching(/^\d{10}$/) },
    });
    expect(Attributes).not.toHaveProperty('FifoQueue');
    await sqs.deleteQueue({ QueueUrl: url });
    await expect(sqs.getQueueUrl({ QueueName: 'orders' })).rejects.toThrow(QueueDoesNotExist);
  });

  it('are the same when created again alike, and refused when not', async () => {
    const url = await create('twice', { DelaySeconds: '3' });
    expect(await create('twice', { DelaySeconds: '3' })).toBe(url);
    expect(await create('twice')).toBe(url);
    await expect(create('twice', { DelaySeconds: '4' })).rejects.toThrow(QueueNameExists);
    await expect(create('twice', { DelaySeconds: '4' })).rejects.toThrow(
      'A queue already exists with the same name and a different value for attribute DelaySeconds',
    );
  });

  it('are listed by page and prefix', async () => {
    await Promise.all(['list-a', 'list-b', 'list-c'].map((name) => create(name)));
    const first = await sqs.listQueues({ QueueNamePrefix: 'list-', MaxResults: 2 });
    expect(first.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['list-a', 'list-b']);
    const next = await sqs.listQueues({ QueueNamePrefix: 'list-', MaxResults: 2, NextToken: first.NextToken });
    expect(next.QueueUrls?.map((url) => url.split('/').at(-1))).toEqual(['list-c']);
    expect(next.NextToken).toBeUndefined();
    expect((await sqs.listQueues({ QueueNamePrefix: 'none-' })).QueueUrls).toBeUndefined();
  });

  it.each([
    [{ QueueName: 'a b' }, 'InvalidParameterValue', /Can only include alphanumeric/],
    [{ QueueName: 'x'.repeat(81) }, 'InvalidParameterValue', /1 to 80 in length/],
    [{ QueueName: 'plain', Attributes: { FifoQueue: 'true' } }, 'InvalidParameterValue', /must end with .fifo/],
    [{ QueueName: 'plain.fifo' }, 'InvalidParameterValue', /Can only include alphanumeric/],
    [{ QueueName: 'bad', Attributes: { VisibilityTimeout: '43201' } }, 'InvalidAttributeValue', /VisibilityTimeout/],
    [{ QueueName: 'bad', Attributes: { DelaySeconds: '-1' } }, 'InvalidAttributeValue', /DelaySeconds/],
    [{ QueueName: 'bad', Attributes: { Colour: 'red' } }, 'InvalidAttributeName', /Unknown Attribute Colour/],
    [{ QueueName: 'bad', Attributes: { Policy: '{}' } }, 'InvalidAttributeValue', /Policy/],
    [{ QueueName: 'bad', Attributes: { RedrivePolicy: '[]' } }, 'InvalidParameterValue', /not a valid JSON map/],
    [{ QueueName: 'bad', Attributes: { KmsMasterKeyId: 'alias/k' } }, 'UnsupportedOperation', /does not encrypt/],
  ])('refuse %j', async (input, name, message) => {
    const refused = sqs.createQueue(input as never);
    await expect(refused).rejects.toThrow(message);
    await expect(refused).rejects.toMatchObject({ name });
  });
});

describe('messages', () => {
  it('carry attributes, with digests that the SDK checks', async () => {
    const url = await create('attributes');
    const MessageAttributes = {
      kind: { DataType: 'String', StringValue: 'größe' },
      count: { DataType: 'Number.int', StringValue: '42' },
      bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([0, 255, 1]) },
    };
    const sent = await sqs.sendMessage({
      ...{ QueueUrl: url, MessageBody: 'körper', MessageAttributes },
      MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: 'Root=1-5759e988-bd862e3f' } },
    });
    const [message] = received(
      await sqs.receiveMessage({
        ...{ QueueUrl: url, MessageAttributeNames: ['All'], MessageSystemAttributeNames: ['All'] },
      }),
    );
    expect(message).toMatchObject({
      ...{ MessageId: sent.MessageId, Body: 'körper', MessageAttributes },
      ...{ MD5OfBody: sent.MD5OfMessageBody, MD5OfMessageAttributes: sent.MD5OfMessageAttributes },
      Attributes: {
        ...{ ApproximateReceiveCount: '1', AWSTraceHeader: 'Root=1-5759e988-bd862e3f' },
        ...{ SenderId: expect.stringMatching(/^AIDA/), SentTimestamp: expect.stringMatching(/^\d{13}$/) },
      },
    });
  });

  it('are hidden once received, visible again when that is given up, and gone when deleted', async () => {
    const url = await create('life');
    await send(url, 'one');
    const [message] = received(await sqs.receiveMessage({ QueueUrl: url }));
    expect(await bodies(url)).toEqual([]);
    const handle = { QueueUrl: url, ReceiptHandle: message!.ReceiptHandle };
    await sqs.changeMessageVisibility({ ...handle, VisibilityTimeout: 0 });
    const [again] = received(await sqs.receiveMessage({ QueueUrl: url, VisibilityTimeout: 0 }));
    expect(again?.MessageId).toBe(message?.MessageId);
    // The first receipt is no longer the message's.
    await sqs.deleteMessage(handle);
    const [third] = received(await sqs.receiveMessage({ QueueUrl: url }));
    await sqs.deleteMessage({ QueueUrl: url, ReceiptHandle: third!.ReceiptHandle });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '0', ApproximateNumberOfMessagesNotVisible: '0' });
  });

  it('are sent, deleted and hidden in batches, each by itself', async () => {
    const url = await create('batches');
    const { Successful, Failed } = await sqs.sendMessageBatch({
      QueueUrl: url,
      Entries: [
        { Id: 'a', MessageBody: 'first' },
        { Id: 'b', MessageBody: 'second', DelaySeconds: 901 },
        { Id: 'c', MessageBody: 'third' },
      ],
    });
    expect(Successful?.map(({ Id }) => Id)).toEqual(['a', 'c']);
    expect(Failed).toMatchObject([{ Id: 'b', SenderFault: true, Code: 'InvalidParameterValue' }]);
    const messages = received(await sqs.receiveMessage({ QueueUrl: url, MaxNumberOfMessages: 10 }));
    const Entries = messages.map(({ ReceiptHandle }, at) => ({ Id: `m${at}`, ReceiptHandle: ReceiptHandle! }));
    const hidden = Entries.map((entry) => ({ ...entry, VisibilityTimeout: 100 }));
    const changed = await sqs.changeMessageVisibilityBatch({ QueueUrl: url, Entries: hidden });
    expect(changed.Successful).toHaveLength(2);
    const deleted = await sqs.deleteMessageBatch({
      QueueUrl: url,
      Entries: [...Entries, { Id: 'x', ReceiptHandle: 'nonsense' }],
    });
    expect(deleted.Successful).toHaveLength(2);
    expect(deleted.Failed).toMatchObject([{ Id: 'x', Code: 'ReceiptHandleIsInvalid' }]);
  });

  it('of a batch that is wrong as a whole are refused', async () => {
    const QueueUrl = await create('bad-batches');
    const entry = (Id: string, MessageBody = 'x') => ({ Id, MessageBody });
    const refused = async (Entries: { Id: string; MessageBody: string }[], name: string) =>
      expect(sqs.sendMessageBatch({ QueueUrl, Entries })).rejects.toMatchObject({ name });
    await refused([], 'EmptyBatchRequest');
    await refused([entry('a'), entry('a')], 'BatchEntryIdsNotDistinct');
    await refused([entry('a b')], 'InvalidBatchEntryId');
    await refused(
      Array.from({ length: 11 }, (_, at) => entry(String(at))),
      'TooManyEntriesInBatchRequest',
    );
    await refused([entry('a', 'x'.repeat(600_000)), entry('b', 'x'.repeat(600_000))], 'BatchRequestTooLong');
  });

  it('may be a megabyte long, and of what XML can say', async () => {
    const QueueUrl = await create('long');
    await send(QueueUrl, 'x'.repeat(1_048_576));
    await expect(send(QueueUrl, 'x'.repeat(1_048_577))).rejects.toThrow('Message must be shorter than 1048576 bytes');
    await expect(send(QueueUrl, 'a\u0000b')).rejects.toMatchObject({ name: 'InvalidMessageContents' });
    await expect(send(QueueUrl, '')).rejects.toThrow('The request must contain the parameter MessageBody.');
  });

  it('wait as long as they are delayed', async () => {
    const url = await create('delayed');
    await sqs.sendMessage({ QueueUrl: url, MessageBody: 'later', DelaySeconds: 1 });
    expect(await bodies(url)).toEqual([]);
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessagesDelayed: '1', ApproximateNumberOfMessages: '0' });
    const { Messages } = await sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 20 });
    expect(Messages?.map(({ Body }) => Body)).toEqual(['later']);
  });

  it('are all gone after a purge, also those in flight', async () => {
    const url = await create('purged');
    await Promise.all(['a', 'b', 'c'].map((body) => send(url, body)));
    const [message] = received(await sqs.receiveMessage({ QueueUrl: url }));
    await sqs.purgeQueue({ QueueUrl: url });
    await expect(
      sqs.changeMessageVisibility({ QueueUrl: url, ReceiptHandle: message!.ReceiptHandle, VisibilityTimeout: 0 }),
    ).rejects.toThrow('Message does not exist or is not available for visibility timeout change.');
    await send(url, 'new');
    expect(await bodies(url)).toEqual(['new']);
  });
});

describe('long polling', () => {
  it('is answered by what is sent meanwhile, one poller to a message', async () => {
    const url = await create('polled');
    const polls = [1, 2].map(() => sqs.receiveMessage({ QueueUrl: url, WaitTimeSeconds: 20 }));
    await sqs.sendMessageBatch({
      QueueUrl: url,
      Entries: [
        { Id: 'a', MessageBody: 'first' },
        { Id: 'b', MessageBody: 'second' },
      ],
    });
    const answers = await Promise.all(polls);
    expect(answers.flatMap((one) => received(one).map(({ Body }) => Body)).sort()).toEqual(['first', 'second']);
  });

  it('of a client that hangs up takes nothing', async () => {
    const url = await create('hung-up', { ReceiveMessageWaitTimeSeconds: '20' });
    const controller = new AbortController();
    const gone = sqs.receiveMessage({ QueueUrl: url }, { abortSignal: controller.signal });
    const stays = sqs.receiveMessage({ QueueUrl: url });
    await new Promise((resolve) => setTimeout(resolve, 100));
    controller.abort();
    await expect(gone).rejects.toThrow();
    await send(url, 'for who stays');
    expect(received(await stays).map(({ Body }) => Body)).toEqual(['for who stays']);
  });

  it('does not keep a server from stopping', async () => {
    const own = await startTestServer();
    const client = new SQS(own.client);
    const { QueueUrl } = await client.createQueue({ QueueName: 'ending' });
    const poll = expect(client.receiveMessage({ QueueUrl, WaitTimeSeconds: 20 })).rejects.toThrow('socket hang up');
    await new Promise((resolve) => setTimeout(resolve, 100));
    await own.close();
    await poll;
  });
});

describe('FIFO queues', () => {
  it('keep the order of each group, and block it while one is in flight', async () => {
    const url = await createFifo('ordered');
    for (const [body, group] of [
      ['a1', 'a'],
      ['b1', 'b'],
      ['a2', 'a'],
      ['b2', 'b'],
    ] as const)
      await send(url, body, group);
    const [first] = received(await sqs.receiveMessage({ QueueUrl: url, MessageSystemAttributeNames: ['All'] }));
    expect(first).toMatchObject({
      Body: 'a1',
      Attributes: { MessageGroupId: 'a', SequenceNumber: expect.stringMatching(/^\d{20}$/) },
    });
    expect(await bodies(url)).toEqual(['b1', 'b2']);
    expect(await bodies(url)).toEqual([]);
    await sqs.deleteMessage({ QueueUrl: url, ReceiptHandle: first!.ReceiptHandle });
    expect(await bodies(url)).toEqual(['a2']);
  });

  it('take the same message once in five minutes, by its id or its content', async () => {
    const url = await createFifo('once');
    const first = await send(url, 'same', 'g');
    const second = await send(url, 'same', 'g');
    expect([second.MessageId, second.SequenceNumber]).toEqual([first.MessageId, first.SequenceNumber]);
    await sqs.sendMessage({ QueueUrl: url, MessageBody: 'same', MessageGroupId: 'g', MessageDeduplicationId: 'other' });
    expect(await bodies(url)).toEqual(['same', 'same']);
  });

  it('tell messages apart by group when they are to', async () => {
    const url = await createFifo('by-group', { DeduplicationScope: 'messageGroup' });
    await send(url, 'same', 'g');
    await send(url, 'same', 'h');
    await send(url, 'same', 'h');
    expect(await bodies(url)).toEqual(['same', 'same']);
  });

  it('give an attempt that is made again the same messages', async () => {
    const url = await createFifo('attempts');
    await send(url, 'a', 'g');
    const receive = () => sqs.receiveMessage({ QueueUrl: url, ReceiveRequestAttemptId: 'attempt-1' });
    const [first] = received(await receive());
    const [again] = received(await receive());
    expect(again).toEqual(first);
    await sqs.deleteMessage({ QueueUrl: url, ReceiptHandle: again!.ReceiptHandle });
    expect(received(await receive())).toEqual([]);
  });

  it('refuse messages without a group, without an id, and delays of their own', async () => {
    const url = await createFifo('strict', { ContentBasedDeduplication: 'false' });
    await expect(send(url, 'x')).rejects.toThrow('The request must contain the parameter MessageGroupId.');
    await expect(send(url, 'x', 'g')).rejects.toThrow('ContentBasedDeduplication enabled or MessageDeduplicationId');
    await expect(
      sqs.sendMessage({
        QueueUrl: url,
        MessageBody: 'x',
        MessageGroupId: 'g',
        MessageDeduplicationId: 'd',
        DelaySeconds: 1,
      }),
    ).rejects.toThrow('Value 1 for parameter DelaySeconds is invalid.');
    const plain = await create('plain');
    await expect(sqs.sendMessage({ QueueUrl: plain, MessageBody: 'x', MessageDeduplicationId: 'd' })).rejects.toThrow(
      'not valid for this queue type',
    );
  });
});

describe('dead letters', () => {
  it('are what was received too often, and are moved back', async () => {
    const dead = await create('dead');
    const redrive = { deadLetterTargetArn: arnOf('dead'), maxReceiveCount: 2 };
    const url = await create('source', { RedrivePolicy: JSON.stringify(redrive) });
    const { MessageId } = await send(url, 'poison');
    expect(await bodies(url, 1, 0)).toEqual(['poison']);
    expect(await bodies(url, 1, 0)).toEqual(['poison']);
    expect(await bodies(url, 1, 0)).toEqual([]);
    const [letter] = received(
      await sqs.receiveMessage({ QueueUrl: dead, MessageSystemAttributeNames: ['All'], VisibilityTimeout: 0 }),
    );
    expect(letter).toMatchObject({ MessageId, Attributes: { DeadLetterQueueSourceArn: arnOf('source') } });
    const { queueUrls } = await sqs.listDeadLetterSourceQueues({ QueueUrl: dead });
    expect(queueUrls).toEqual([url]);

    await sqs.startMessageMoveTask({ SourceArn: arnOf('dead') });
    await expect
      .poll(async () => (await sqs.listMessageMoveTasks({ SourceArn: arnOf('dead') })).Results)
      .toMatchObject([
        { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 1, ApproximateNumberOfMessagesToMove: 1 },
      ]);
    expect(await bodies(dead)).toEqual([]);
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['All'] });
    expect(Attributes).toMatchObject({ ApproximateNumberOfMessages: '1' });
  });

  it('that were moved back did not come back as dead letters unread', async () => {
    const dead = await create('again-dead');
    const redrive = { deadLetterTargetArn: arnOf('again-dead'), maxReceiveCount: 1 };
    const url = await create('again', { RedrivePolicy: JSON.stringify(redrive) });
    const { MessageId } = await send(url, 'poison');
    expect(await bodies(url, 1, 0)).toEqual(['poison']);
    expect(await bodies(url, 1, 0)).toEqual([]);
    await sqs.startMessageMoveTask({ SourceArn: arnOf('again-dead') });
    await expect
      .poll(async () => (await sqs.listMessageMoveTasks({ SourceArn: arnOf('again-dead') })).Results?.[0]?.Status)
      .toBe('COMPLETED');
    const [again] = received(await sqs.receiveMessage({ QueueUrl: url, MessageSystemAttributeNames: ['All'] }));
    expect(again).toMatchObject({ Body: 'poison', Attributes: { ApproximateReceiveCount: '1' } });
    expect(again!.MessageId).not.toBe(MessageId);
    expect(await bodies(dead)).toEqual([]);
  });

  it('are moved no faster than asked for, and the task can be cancelled', async () => {
    const dead = await create('slow-dead');
    await create('slow-source', {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf('slow-dead'), maxReceiveCount: 1 }),
    });
    await Promise.all(['a', 'b', 'c'].map((body) => send(dead, body)));
    const { TaskHandle } = await sqs.startMessageMoveTask({
      ...{ SourceArn: arnOf('slow-dead'), DestinationArn: arnOf('slow-source'), MaxNumberOfMessagesPerSecond: 1 },
    });
    const running = await sqs.listMessageMoveTasks({ SourceArn: arnOf('slow-dead') });
    expect(running.Results).toMatchObject([{ Status: 'RUNNING', TaskHandle }]);
    await expect(sqs.startMessageMoveTask({ SourceArn: arnOf('slow-dead') })).rejects.toThrow('already a task running');
    const { ApproximateNumberOfMessagesMoved: moved } = await sqs.cancelMessageMoveTask({ TaskHandle });
    expect(moved).toBeLessThan(3);
    const over = await sqs.listMessageMoveTasks({ SourceArn: arnOf('slow-dead') });
    expect(over.Results).toMatchObject([{ Status: 'CANCELLED' }]);
  });

  it('go only where there is a queue of the same kind that allows it', async () => {
    await createFifo('other-kind');
    await create('closed', { RedriveAllowPolicy: JSON.stringify({ redrivePermission: 'denyAll' }) });
    const into = (name: string) =>
      create('goes-nowhere', {
        RedrivePolicy: JSON.stringify({ deadLetterTargetArn: arnOf(name), maxReceiveCount: 1 }),
      });
    await expect(into('missing')).rejects.toThrow('Dead letter target does not exist.');
    await expect(into('other-kind.fifo')).rejects.toThrow('must be same type of queue');
    await expect(into('closed')).rejects.toThrow('does not allow this queue');
  });
});

describe('hostile input', () => {
  it('an old client, which speaks the Query protocol, is told so', async () => {
    const scope = `AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/sqs/aws4_request`;
    const answer = await fetch(server.url, {
      method: 'POST',
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=${'0'.repeat(64)}`,
        'x-amz-date': '20260101T000000Z',
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: 'Action=ListQueues&Version=2012-11-05',
    });
    expect([answer.status, answer.headers.get('x-amzn-query-error')]).toEqual([400, 'InvalidAction;Sender']);
    expect(await answer.json()).toMatchObject({ message: expect.stringContaining('speaks the Query protocol') });
  });

  it('receipts of another queue, or of nobody, are refused', async () => {
    const [url, other] = [await create('mine'), await create('yours')];
    await send(url, 'x');
    const [message] = received(await sqs.receiveMessage({ QueueUrl: url }));
    for (const [QueueUrl, ReceiptHandle] of [
      [other, message!.ReceiptHandle],
      [url, 'x'.repeat(5000)],
      [url, Buffer.from('1/1/1/1').toString('base64')],
    ]) {
      await expect(sqs.deleteMessage({ QueueUrl, ReceiptHandle })).rejects.toMatchObject({
        name: 'ReceiptHandleIsInvalid',
      });
    }
    expect(
      (await sqs.deleteMessage({ QueueUrl: url, ReceiptHandle: message!.ReceiptHandle })).$metadata.httpStatusCode,
    ).toBe(200);
  });

  it.each([
    [{ MaxNumberOfMessages: 0 }, 'MaxNumberOfMessages'],
    [{ MaxNumberOfMessages: 11 }, 'MaxNumberOfMessages'],
    [{ WaitTimeSeconds: 21 }, 'WaitTimeSeconds'],
    [{ VisibilityTimeout: 43_201 }, 'VisibilityTimeout'],
    [{ ReceiveRequestAttemptId: 'x' }, 'ReceiveRequestAttemptId'],
  ])('a receive with %j is refused', async (input, parameter) => {
    const QueueUrl = await create('asked-too-much');
    await expect(sqs.receiveMessage({ QueueUrl, ...input })).rejects.toThrow(`for parameter ${parameter} is invalid`);
  });
});

describe('who may', () => {
  it('is said by users and by the queue, and a batch is no way around it', async () => {
    const url = await create('guarded');
    const iam = new IAM(server.client);
    await iam.createUser({ UserName: 'worker' });
    const { AccessKey: key } = await iam.createAccessKey({ UserName: 'worker' });
    const worker = new SQS({
      ...server.client,
      credentials: { accessKeyId: key!.AccessKeyId!, secretAccessKey: key!.SecretAccessKey! },
    });
    const Entries = [{ Id: 'a', MessageBody: 'x' }];
    await expect(worker.sendMessageBatch({ QueueUrl: url, Entries })).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining(
        `is not authorized to perform: sqs:SendMessage on resource: ${arnOf('guarded')}`,
      ),
    });
    const Statement = {
      ...{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:user/worker` } },
      ...{ Action: 'sqs:SendMessage', Resource: arnOf('guarded') },
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement });
    await sqs.setQueueAttributes({ QueueUrl: url, Attributes: { Policy } });
    expect((await worker.sendMessageBatch({ QueueUrl: url, Entries })).Successful).toHaveLength(1);
    await expect(worker.receiveMessage({ QueueUrl: url })).rejects.toThrow('sqs:ReceiveMessage');
    await sqs.addPermission({ QueueUrl: url, Label: 'reading', AWSAccountIds: [ACCOUNT], Actions: ['ReceiveMessage'] });
    const { Attributes } = await sqs.getQueueAttributes({ QueueUrl: url, AttributeNames: ['Policy'] });
    expect(JSON.parse(Attributes!['Policy']!).Statement).toMatchObject([Statement, { Sid: 'reading' }]);
    await sqs.removePermission({ QueueUrl: url, Label: 'reading' });
    await expect(sqs.removePermission({ QueueUrl: url, Label: 'reading' })).rejects.toThrow("can't find label");
  });

  it('may tag queues, and reads the tags', async () => {
    const url = (await sqs.createQueue({ QueueName: 'tagged', tags: { team: 'ml' } })).QueueUrl;
    await sqs.tagQueue({ QueueUrl: url, Tags: { stage: 'test' } });
    await sqs.untagQueue({ QueueUrl: url, TagKeys: ['team'] });
    expect((await sqs.listQueueTags({ QueueUrl: url })).Tags).toEqual({ stage: 'test' });
  });
});
