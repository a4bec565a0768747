import { expect, it } from 'vitest';
import { queueDifferences } from './queues.ts';

const REDRIVE = '{"deadLetterTargetArn":"a","maxReceiveCount":3}';

it('sees nothing in the order of a document, nor in what the project does not say', () =>
  expect(
    queueDifferences(
      'q',
      {
        VisibilityTimeout: '30',
        DelaySeconds: '5',
        RedrivePolicy: '{ "maxReceiveCount": 3, "deadLetterTargetArn": "a" }',
      },
      { VisibilityTimeout: '30', RedrivePolicy: REDRIVE },
    ),
  ).toEqual([]));

it('sets what differs, and takes back documents that are no longer said', () =>
  expect(
    queueDifferences('q', { VisibilityTimeout: '30', RedrivePolicy: REDRIVE }, { VisibilityTimeout: '60' }),
  ).toEqual([
    ['VisibilityTimeout', '60'],
    ['RedrivePolicy', ''],
  ]));

it('does not make a queue of the other kind', () =>
  expect(() => queueDifferences('q.fifo', {}, { FifoQueue: 'true' })).toThrow('a queue does not become FIFO'));
