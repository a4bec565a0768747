/** What is sent to queues and functions, in which order, and what becomes of what they do not take. */
import { afterEach, describe, expect, it } from 'vitest';
import { harness, settled } from '../../../tests/support/notifications.ts';
import { refusal } from '../../../tests/support/operations.ts';
import { awsError } from '../../protocol/errors.ts';

const started: ReturnType<typeof harness>[] = [];
afterEach(() => Promise.all(started.splice(0).map(({ made }) => made.service.stop!())));

async function running(options?: Parameters<typeof harness>[0]) {
  const one = harness(options);
  started.push(one);
  await one.made.service.start!();
  return one;
}

const queue = (name: string) => `arn:aws:sqs:us-east-1:123456789012:${name}`;
const FUNCTION = 'arn:aws:lambda:us-east-1:123456789012:function:alert';

async function subscribed(name: string, endpoint: string, Attributes: Record<string, string> = {}) {
  const one = await running();
  const FifoTopic = name.endsWith('.fifo') ? { FifoTopic: 'true', ContentBasedDeduplication: 'true' } : {};
  const { TopicArn } = await one.ask('CreateTopic', {
    Name: name,
    Attributes: { ...FifoTopic } as Record<string, string>,
  });
  const Protocol = endpoint.split(':')[2];
  const { SubscriptionArn } = await one.ask('Subscribe', { TopicArn, Protocol, Endpoint: endpoint, Attributes });
  return { ...one, topic: TopicArn!, subscription: SubscriptionArn! };
}

describe('a queue', () => {
  it('gets a notification, from SNS on behalf of the topic, and the message is forgotten', async () => {
    const { ask, topic, sent, rows, subscription } = await subscribed('t', queue('q'));
    await ask('Publish', { TopicArn: topic, Message: 'Hello', Subject: 'Greeting', MessageGroupId: 'tenant' });
    await settled();
    expect(sent).toMatchObject([
      { arn: queue('q'), by: 'sns.amazonaws.com', sourceArn: topic, messageGroupId: 'tenant' },
    ]);
    expect(JSON.parse(sent[0]!.payload)).toMatchObject({
      ...{ Type: 'Notification', TopicArn: topic, Subject: 'Greeting', Message: 'Hello' },
      ...{
        Timestamp: '2026-01-02T03:04:05.000Z',
        SignatureVersion: '1',
        SigningCertURL: 'https://us-east-1.test/key.pem',
      },
      UnsubscribeURL: `https://us-east-1.test/?Action=Unsubscribe&SubscriptionArn=${subscription}`,
    });
    expect([rows('sns_messages'), rows('deliveries')]).toEqual([[], []]);
  });

  it('gets the message as it was published, where it is raw', async () => {
    const { ask, topic, sent } = await subscribed('t', queue('q'), { RawMessageDelivery: 'true' });
    await ask('Publish', {
      ...{ TopicArn: topic, Message: 'Hello' },
      MessageAttributes: {
        kind: { DataType: 'String', StringValue: 'greeting' },
        bytes: { DataType: 'Binary', BinaryValue: new Uint8Array([1, 2, 3]) },
      },
    });
    await settled();
    expect(sent).toMatchObject([
      {
        payload: 'Hello',
        attributes: {
          kind: { DataType: 'String', StringValue: 'greeting' },
          bytes: { DataType: 'Binary', BinaryValue: 'AQID' },
        },
      },
    ]);
  });

  it('gets only what its filter lets pass', async () => {
    const FilterPolicy = '{"kind":["alert"]}';
    const { ask, topic, sent, rows } = await subscribed('t', queue('q'), { FilterPolicy, RawMessageDelivery: 'true' });
    for (const StringValue of ['alert', 'greeting']) {
      const MessageAttributes = { kind: { DataType: 'String', StringValue } };
      await ask('Publish', { TopicArn: topic, Message: StringValue, MessageAttributes });
    }
    await settled();
    expect(sent.map(({ payload }) => payload)).toEqual(['alert']);
    expect(rows('sns_messages')).toEqual([]);
  });

  it('that takes nothing now gets it later: three times at once, then ever later', async () => {
    const { ask, topic, sent, outcome, rows } = await subscribed('t', queue('q'));
    let tries = 0;
    outcome.send = () => {
      tries += 1;
      if (tries < 4) throw awsError('ServiceUnavailable', 'Later.', 503);
    };
    await ask('Publish', { TopicArn: topic, Message: 'Hello' });
    await settled();
    expect([tries, sent.length, rows('sns_messages')]).toEqual([4, 1, []]);
  });

  it('that may not be sent to loses the message, or leaves it to the dead-letter queue', async () => {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queue('dead') });
    const { ask, topic, sent, outcome, rows } = await subscribed('t', queue('q'), { RedrivePolicy });
    const denied = awsError(
      'AccessDenied',
      'User: sns.amazonaws.com is not authorized to perform: sqs:SendMessage',
      403,
    );
    outcome.send = ({ arn }) => {
      if (arn === queue('q')) throw denied;
    };
    await ask('Publish', { TopicArn: topic, Message: 'Hello' });
    await settled();
    expect(sent).toMatchObject([
      {
        ...{ arn: queue('dead'), by: 'sns.amazonaws.com', sourceArn: topic },
        attributes: { ErrorCode: { StringValue: 'AccessDenied' }, ErrorMessage: { StringValue: denied.message } },
      },
    ]);
    expect(JSON.parse(sent[0]!.payload)).toMatchObject({ Message: 'Hello' });
    outcome.send = () => {
      throw denied;
    };
    await ask('Publish', { TopicArn: topic, Message: 'lost' });
    await settled();
    expect([sent.length, rows('sns_messages'), rows('deliveries')]).toEqual([1, [], []]);
  });
});

it('a function is invoked with a record', async () => {
  const { ask, topic, sent, subscription } = await subscribed('t', FUNCTION);
  const { MessageId } = await ask('Publish', { TopicArn: topic, Message: 'Hello' });
  await settled();
  expect(JSON.parse(sent[0]!.payload)).toEqual({
    Records: [
      {
        ...{ EventSource: 'aws:sns', EventVersion: '1.0', EventSubscriptionArn: subscription },
        Sns: {
          ...{ Type: 'Notification', MessageId, TopicArn: topic, Subject: null, Message: 'Hello' },
          ...{ Timestamp: '2026-01-02T03:04:05.000Z', SignatureVersion: '1', Signature: expect.any(String) },
          SigningCertUrl: 'https://us-east-1.test/key.pem',
          ...{ UnsubscribeUrl: expect.stringContaining('Action=Unsubscribe'), MessageAttributes: {} },
        },
      },
    ],
  });
});

describe('a topic with many subscriptions', () => {
  it('hands a message out page by page, to each once', async () => {
    const { ask, sent, rows } = await running();
    const { TopicArn } = await ask('CreateTopic', { Name: 't' });
    for (let nth = 0; nth < 250; nth += 1)
      await ask('Subscribe', { TopicArn, Protocol: 'sqs', Endpoint: queue(`q${nth}`) });
    await ask('Publish', { TopicArn, Message: 'Hello' });
    await settled();
    await settled();
    expect(new Set(sent.map(({ arn }) => arn)).size).toBe(250);
    expect([sent.length, rows('sns_messages'), rows('deliveries')]).toEqual([250, [], []]);
  });

  it('forgets what waits for subscriptions that are gone', async () => {
    const { ask, topic, sent, outcome, rows } = await subscribed('t', queue('q'));
    outcome.send = () => {
      throw awsError('ServiceUnavailable', 'Later.', 503);
    };
    await ask('Publish', { TopicArn: topic, Message: 'Hello' });
    await settled();
    expect(rows('sns_messages')).toHaveLength(1);
    await ask('DeleteTopic', { TopicArn: topic });
    await settled();
    expect([sent, rows('sns_subscriptions')]).toEqual([[], []]);
  });
});

describe('a FIFO topic', () => {
  const fifo = () => subscribed('t.fifo', queue('q.fifo'), { RawMessageDelivery: 'true' });

  it('sends in the order of publication, with group and deduplication id', async () => {
    const { ask, topic, sent } = await fifo();
    const numbers: string[] = [];
    for (const text of ['a', 'b', 'c']) {
      const { SequenceNumber } = await ask('Publish', { TopicArn: topic, Message: text, MessageGroupId: 'g' });
      numbers.push(SequenceNumber!);
    }
    await settled();
    expect(sent.map(({ payload }) => payload)).toEqual(['a', 'b', 'c']);
    expect(sent[0]).toMatchObject({ messageGroupId: 'g', deduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });

  it('takes a message once in five minutes', async () => {
    const { ask, topic, sent, clock } = await fifo();
    const publish = (Message: string, MessageDeduplicationId?: string) =>
      ask('Publish', { TopicArn: topic, Message, MessageGroupId: 'g', MessageDeduplicationId });
    const first = await publish('same');
    clock.time += 299_999;
    expect(await publish('same')).toEqual(first);
    await publish('same', 'another-id');
    expect(await publish('other text', 'another-id')).not.toEqual(first);
    clock.time += 1;
    expect(await publish('same')).not.toEqual(first);
    await settled();
    expect(sent.map(({ payload }) => payload)).toEqual(['same', 'same', 'same']);
  });

  it('keeps the groups apart where its scope is the group', async () => {
    const { ask, topic, sent } = await fifo();
    await ask('SetTopicAttributes', {
      TopicArn: topic,
      AttributeName: 'FifoThroughputScope',
      AttributeValue: 'MessageGroup',
    });
    for (const MessageGroupId of ['g', 'h', 'g'])
      await ask('Publish', { TopicArn: topic, Message: 'same', MessageGroupId });
    await settled();
    expect(sent.map(({ messageGroupId }) => messageGroupId)).toEqual(['g', 'h']);
  });

  it('needs a group, and a deduplication id where the text is none', async () => {
    const { ask, topic } = await fifo();
    expect(await refusal(ask('Publish', { TopicArn: topic, Message: 'a' }))).toBe(
      'InvalidParameter: Invalid parameter: The MessageGroupId parameter is required for FIFO topics',
    );
    await ask('SetTopicAttributes', {
      TopicArn: topic,
      AttributeName: 'ContentBasedDeduplication',
      AttributeValue: 'false',
    });
    expect(await refusal(ask('Publish', { TopicArn: topic, Message: 'a', MessageGroupId: 'g' }))).toBe(
      'InvalidParameter: Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly',
    );
  });

  it('sends to queues alone', async () => {
    const { ask, topic } = await fifo();
    expect(
      await refusal(ask('Subscribe', { TopicArn: topic, Protocol: 'email', Endpoint: 'ana@example.com' })),
    ).toMatch('Please use FIFO SQS queue');
    const standard = await ask('CreateTopic', { Name: 'standard' });
    expect(
      await refusal(ask('Subscribe', { TopicArn: standard.TopicArn, Protocol: 'sqs', Endpoint: queue('q.fifo') })),
    ).toMatch('FIFO SQS Queues can not be subscribed to standard SNS topics');
  });
});

describe('a subscription that nobody confirms', () => {
  it('is forgotten after two days, and its token with it', async () => {
    const { ask, clock, rows, posts, made } = await running();
    const { TopicArn } = await ask('CreateTopic', { Name: 't' });
    await ask('Subscribe', { TopicArn, Protocol: 'http', Endpoint: 'http://example.com/' });
    await settled();
    const { Token } = JSON.parse(posts[0]!.body) as { Token: string };
    clock.time += 48 * 3_600_000;
    // Timers stand still here: another start notices what has fallen due.
    await made.service.start!();
    await settled();
    expect(rows('sns_subscriptions')).toEqual([]);
    expect(await refusal(ask('ConfirmSubscription', { TopicArn, Token }))).toBe(
      'InvalidParameter: Invalid parameter: Token',
    );
  });
});
