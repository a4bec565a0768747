/** What the telar service says where there is nothing to explain, of the server, and of the audit trail. */
import { expect, it } from 'vitest';
import { testCall } from '../../../tests/support/operations.ts';
import { systemClock } from '../../base/clock.ts';
import { isAwsError } from '../../protocol/errors.ts';
import { createTelarService } from './index.ts';

const service = createTelarService({
  executionState: () => undefined,
  executionTimes: () => undefined,
  images: undefined,
  jobUse: {
    jobs: () => [],
    job: () => undefined,
    machine: () => {
      throw new Error('nobody asked for it');
    },
  },
  jobsOfObject: () => [],
  jobObjects: () => ({ reads: [], outputs: [] }),
  scheduleTimes: () => undefined,
  objects: {
    accessToRead: () => [],
    accessToList: () => [],
    measure: async () => ({ objects: 0, bytes: 0, whole: true }),
    openFor: () => ({ object: { size: 0, attributes: {} }, bytes: Buffer.alloc(0) }),
  },
  clock: systemClock,
  firings: () => undefined,
  auditedOf: () => [],
  outbox: { list: () => [], get: () => undefined },
  explainAccess: () => {
    throw new Error('nobody asked for it');
  },
  collectGarbage: async () => {
    throw new Error('nobody asked for it');
  },
  watching: { since: () => ({ Events: [], Next: 'x-0', Missed: false }), next: async () => {} },
  consoleLink: () => ({ url: 'http://localhost/console/', expires: undefined }),
  auditEvents: (most) => [{ seq: 7, at: 0, record: JSON.stringify({ operation: 'CreateBucket', most }) }],
  loopLag: () => 1.5,
  storage: () => ({ database: 10, free: 20, total: 30 }),
  server: { version: '9.9.9', account: '123456789012', dataFolder: '/data', startedAt: 1000 },
});
const call = (name: string, input: object) => {
  const operation = service.operations[name]!;
  return operation.run(input as never, testCall() as never);
};

it('tells of the server and its newest management events', () => {
  expect(call('DescribeServer', {})).toEqual({
    ...{ Version: '9.9.9', Account: '123456789012', DataFolder: '/data', LoopLagMilliseconds: 1.5 },
    Storage: { DatabaseBytes: 10, FreeBytes: 20, TotalBytes: 30 },
    StartedAt: '1970-01-01T00:00:01.000Z',
  });
  expect(call('ListAuditEvents', { MaxResults: 3 })).toEqual({
    Events: [{ Sequence: 7, Time: '1970-01-01T00:00:00.000Z', Event: { operation: 'CreateBucket', most: 3 } }],
  });
});

it('names an execution that there is none of', () => {
  let refused: unknown;
  try {
    call('ExplainStep', { PipelineExecutionArn: 'arn:none', StepName: 'Train' });
  } catch (error) {
    refused = error;
  }
  expect(isAwsError(refused) && [refused.code, refused.message]).toEqual([
    ...['ResourceNotFound', "There is no pipeline execution 'arn:none'. 'telar status' lists the ones there are."],
  ]);
});
