import { describe, expect, it } from 'vitest';
import { defineTopic, topicArn, topicDocuments } from './topic.ts';

const context = { account: '123456789012', region: 'eu-west-1' };

describe('a topic', () => {
  it('becomes what CreateTopic and Subscribe are asked for', () => {
    const topic = defineTopic({
      ...{ name: 'alerts', displayName: 'Alerts', signatureVersion: '2' },
      policy: [
        { Sid: 'events', Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sns:Publish' },
      ],
      subscriptions: [
        { protocol: 'email', endpoint: 'ana@example.com', filter: { severity: ['high'] } },
        {
          ...{ protocol: 'sqs', raw: true, endpoint: ({ region, account }) => `arn:aws:sqs:${region}:${account}:q` },
          deadLetterQueue: 'arn:aws:sqs:eu-west-1:123456789012:dead',
        },
        {
          protocol: 'https',
          endpoint: 'https://hooks.example.com/x',
          format: 'slack',
          filter: { a: { b: [1] } },
          filterScope: 'MessageBody',
        },
      ],
    });
    const { Policy, ...attributes } = topicDocuments(topic, context).attributes;
    expect(attributes).toEqual({ DisplayName: 'Alerts', SignatureVersion: '2' });
    expect(JSON.parse(Policy!).Statement).toEqual([
      {
        ...{ Sid: 'events', Effect: 'Allow', Action: 'sns:Publish', Principal: { Service: 'events.amazonaws.com' } },
        Resource: 'arn:aws:sns:eu-west-1:123456789012:alerts',
      },
    ]);
    expect(topicDocuments(topic, context).subscriptions).toEqual([
      { protocol: 'email', endpoint: 'ana@example.com', attributes: { FilterPolicy: '{"severity":["high"]}' } },
      {
        ...{ protocol: 'sqs', endpoint: 'arn:aws:sqs:eu-west-1:123456789012:q' },
        attributes: {
          RedrivePolicy: '{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:dead"}',
          RawMessageDelivery: 'true',
        },
      },
      {
        ...{ protocol: 'https', endpoint: 'https://hooks.example.com/x' },
        attributes: { FilterPolicyScope: 'MessageBody', FilterPolicy: '{"a":{"b":[1]}}', TelarFormat: 'slack' },
      },
    ]);
    expect(topicArn(topic)(context)).toBe('arn:aws:sns:eu-west-1:123456789012:alerts');
  });

  it('that ends in .fifo is one of order', () =>
    expect(
      topicDocuments(defineTopic({ name: 'a.fifo', contentBasedDeduplication: true }), context).attributes,
    ).toEqual({ FifoTopic: 'true', ContentBasedDeduplication: 'true' }));

  it('is refused where SNS would', () => {
    expect(() => defineTopic({ name: 'a.b' })).toThrow("topic 'a.b'");
    expect(() => defineTopic({ name: 'a', contentBasedDeduplication: true })).toThrow('is for FIFO topics');
    const ana = { protocol: 'email', endpoint: 'ana@example.com' } as const;
    expect(() => defineTopic({ name: 'a', subscriptions: [ana, ana] })).toThrow(
      'email ana@example.com is subscribed twice',
    );
    const policy = [
      { Effect: 'Allow', Principal: '*', Action: 'sns:Publish', Condition: { Likes: { a: 'b' } } },
    ] as const;
    expect(() => topicDocuments(defineTopic({ name: 'a', policy }), context)).toThrow("policy of topic 'a'");
  });
});
