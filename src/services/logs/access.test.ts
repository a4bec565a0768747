/** What each operation asks permission for: AWS's actions on AWS's ARNs. */
import * as sdk from '@aws-sdk/client-cloudwatch-logs';
import { describe, expect, it } from 'vitest';
import { memoryStore, testCall, testWorld } from '../../../tests/support/operations.ts';
import { defineApi } from '../../protocol/models.ts';
import { createLogsService, migrations } from './index.ts';

const api = defineApi({
  ...{ name: 'logs', signingNames: ['logs'], protocol: 'json-1.1', targetPrefix: 'Logs_20140328', sdk: () => sdk },
  version: '2014-03-28',
});
const world = testWorld();
const { operations } = createLogsService({
  ...{ api, store: memoryStore([migrations], world), world, account: '123456789012' },
}).service;

const GROUP = 'arn:aws:logs:us-east-1:123456789012:log-group';
const group = { logGroupName: '/a/b' };
const stream = { ...group, logStreamName: 'job/algo-1' };

describe('an operation asks for', () => {
  it.each([
    ['CreateLogGroup', group, `${GROUP}:/a/b:log-stream:`],
    ['DeleteLogGroup', group, `${GROUP}:/a/b:log-stream:`],
    ['PutRetentionPolicy', group, `${GROUP}:/a/b:log-stream:`],
    ['DescribeLogGroups', {}, `${GROUP}::log-stream:`],
    ['DescribeLogStreams', { logGroupIdentifier: `${GROUP}:/a/b` }, `${GROUP}:/a/b:log-stream:`],
    ['FilterLogEvents', { logGroupIdentifier: '/a/b' }, `${GROUP}:/a/b:log-stream:`],
    ['CreateLogStream', stream, `${GROUP}:/a/b:log-stream:job/algo-1`],
    ['DeleteLogStream', stream, `${GROUP}:/a/b:log-stream:job/algo-1`],
    ['PutLogEvents', stream, `${GROUP}:/a/b:log-stream:job/algo-1`],
    ['GetLogEvents', stream, `${GROUP}:/a/b:log-stream:job/algo-1`],
    ['TagResource', { resourceArn: `${GROUP}:/a/b` }, `${GROUP}:/a/b`],
    ['TagLogGroup', group, `${GROUP}:/a/b:log-stream:`],
    ['TestMetricFilter', {}, '*'],
  ])('%s of %o', (name, input, resource) => {
    expect(operations[name]!.access(input as never, testCall())).toEqual([{ action: `logs:${name}`, resource }]);
  });
});
