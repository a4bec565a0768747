/** What an event makes stale, and what it leaves alone. */
import { expect, it } from 'vitest';
import { isStale } from './stale.ts';

const ARN = 'arn:aws:sagemaker:us-east-1:000000000000:pipeline/p/execution/abc';
const event = {
  ...{ Source: 'aws.sagemaker', DetailType: 'x', Region: 'us-east-1', Time: '2026-01-01T00:00:00Z' },
  Resources: ['arn:aws:sagemaker:us-east-1:000000000000:pipeline/p', ARN],
};
const key = (api: string, input: object, region = 'us-east-1') => [region, api, 'Op', input];

it('renews lists of its API, and what is about its resources', () => {
  expect(isStale(key('sagemaker', {}), event)).toBe(true);
  expect(isStale(key('sagemaker', { PipelineExecutionArn: ARN }), event)).toBe(true);
  expect(isStale(key('telar', {}), event)).toBe(true);
});

it('leaves alone what is of another API, region or resource', () => {
  expect(isStale(key('s3', {}), event)).toBe(false);
  expect(isStale(key('sagemaker', {}, 'us-west-2'), event)).toBe(false);
  expect(isStale(key('sagemaker', { PipelineExecutionArn: ARN.replace('abc', 'other') }), event)).toBe(false);
});

it('takes a management event for one of the API that it is about', () => {
  const audit = { ...event, Source: 'telar.audit', Detail: { eventSource: 'sns' }, Resources: ['arn:aws:sns:x:0:t'] };
  expect(isStale(key('sns', {}), audit)).toBe(true);
  expect(isStale(key('sagemaker', {}), audit)).toBe(false);
});

it("renews a machine's executions when one of them starts or ends", () => {
  const states = 'arn:aws:states:us-east-1:000000000000';
  const changed = { ...event, Source: 'aws.states', Resources: [`${states}:execution:titanic:run-1`] };
  const list = (name: string) => key('states', { stateMachineArn: `${states}:stateMachine:${name}` });
  expect(isStale(list('titanic'), changed)).toBe(true);
  expect(isStale(list('customers'), changed)).toBe(false);
});
