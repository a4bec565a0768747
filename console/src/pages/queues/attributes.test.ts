/** Attributes of queues. */
import { expect, it } from 'vitest';
import { countsOf, queueName, redriveOf } from './attributes.ts';

it('counts, from texts', () => {
  const counts = { ApproximateNumberOfMessages: '12', ApproximateNumberOfMessagesDelayed: '1' };
  expect(countsOf(counts)).toEqual({ visible: 12, inFlight: 0, delayed: 1 });
});

it('finds the dead-letter queue, whichever way its count is written', () => {
  const deadLetterTargetArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
  for (const maxReceiveCount of [3, '3']) {
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount });
    expect(redriveOf({ RedrivePolicy })).toEqual({ arn: deadLetterTargetArn, after: 3 });
  }
  expect(redriveOf({})).toBeUndefined();
});

it('takes the name from the URL', () => expect(queueName('http://h:1/000000000000/work.fifo')).toBe('work.fifo'));
