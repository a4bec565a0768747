import { describe, expect, it } from 'vitest';
import { defineQueue, inOrderOfNeed, queueArn, queueDocuments, queueUrl } from './queue.ts';

const context = { account: '123456789012', region: 'eu-west-1' };
const ARN = 'arn:aws:sqs:eu-west-1:123456789012';

describe('a queue', () => {
  it('becomes what CreateQueue is asked for', () => {
    const dead = defineQueue({ name: 'orders-dead', retention: 1_209_600 });
    const orders = defineQueue({
      ...{ name: 'orders', visibilityTimeout: 120, receiveWait: 20 },
      deadLetters: { queue: dead, maxReceiveCount: 3 },
      policy: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sqs:SendMessage' }],
    });
    const { Policy, ...attributes } = queueDocuments(orders, context).attributes;
    expect(attributes).toEqual({
      ...{ VisibilityTimeout: '120', ReceiveMessageWaitTimeSeconds: '20' },
      RedrivePolicy: `{"deadLetterTargetArn":"${ARN}:orders-dead","maxReceiveCount":3}`,
    });
    expect(JSON.parse(Policy!).Statement[0]).toMatchObject({ Resource: `${ARN}:orders` });
    expect(queueArn(orders)(context)).toBe(`${ARN}:orders`);
    expect(queueUrl(orders)(context)).toBe('https://sqs.eu-west-1.amazonaws.com/123456789012/orders');
  });

  it('that ends in .fifo is one of order', () =>
    expect(
      queueDocuments(defineQueue({ name: 'a.fifo', contentBasedDeduplication: true }), context).attributes,
    ).toEqual({ FifoQueue: 'true', ContentBasedDeduplication: 'true' }));

  it('is refused where SQS would', () => {
    expect(() => defineQueue({ name: 'a.b' })).toThrow("queue 'a.b'");
    expect(() => defineQueue({ name: 'a', delay: 901 })).toThrow('delay is 901: give a whole number from 0 to 900');
    expect(() => defineQueue({ name: 'a', contentBasedDeduplication: true })).toThrow('is for FIFO queues');
    const deadLetters = (name: string, maxReceiveCount = 1) => ({ queue: { name }, maxReceiveCount });
    expect(() => defineQueue({ name: 'a', deadLetters: deadLetters('a') })).toThrow('its own dead-letter queue');
    expect(() => defineQueue({ name: 'a', deadLetters: deadLetters('b.fifo') })).toThrow('of the other kind');
    expect(() => defineQueue({ name: 'a', deadLetters: deadLetters('b', 0) })).toThrow('maxReceiveCount is 0');
    const policy = [{ Effect: 'Allow', Principal: '*', Action: 'sqs:*', Condition: { Likes: { a: 'b' } } }] as const;
    expect(() => queueDocuments(defineQueue({ name: 'a', policy }), context)).toThrow("policy of queue 'a'");
  });

  it('comes after the one that takes its dead letters', () => {
    const dead = defineQueue({ name: 'dead' });
    const first = defineQueue({ name: 'first', deadLetters: { queue: dead, maxReceiveCount: 1 } });
    expect(inOrderOfNeed([first, dead]).map(({ name }) => name)).toEqual(['dead', 'first']);
    const one = defineQueue({ name: 'one', deadLetters: { queue: { name: 'two' }, maxReceiveCount: 1 } });
    const two = defineQueue({ name: 'two', deadLetters: { queue: one, maxReceiveCount: 1 } });
    expect(() => inOrderOfNeed([one, two])).toThrow('come back to itself');
  });
});
