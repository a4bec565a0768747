import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  effectiveSubscriptionPolicy,
  effectiveTopicPolicy,
  HTTP_RETRIES,
  httpPolicy,
  INSIDE_RETRIES,
  MAIL_RETRIES,
  type RetryPolicy,
  readSubscriptionPolicy,
  retryDelay,
} from './deliveryPolicies.ts';

const delays = (policy: RetryPolicy, most = 30) => {
  const all: number[] = [];
  for (let retry = 1; all.length < most; retry += 1) {
    const delay = retryDelay(policy, retry);
    if (delay === undefined) break;
    all.push(delay / 1000);
  }
  return all;
};

describe('retries', () => {
  it("by HTTP are three, twenty seconds apart: AWS's default", () =>
    expect(delays(HTTP_RETRIES)).toEqual([20, 20, 20]));

  it('to queues and functions are at once, then after a second, then ever later, then for 23 days', () => {
    expect(delays(INSIDE_RETRIES, 17)).toEqual([0, 0, 0, 1, 1, 1, 2, 4, 8, 16, 20, 20, 20, 20, 20, 20, 20]);
    expect([retryDelay(INSIDE_RETRIES, 100_015), retryDelay(INSIDE_RETRIES, 100_016)]).toEqual([20_000, undefined]);
  });

  it('of mails end within six hours and a half', () => {
    expect(delays(MAIL_RETRIES, 13)).toEqual([10, 10, 10, 20, 40, 80, 160, 320, 600, 600, 600, 600, 600]);
    expect(delays(MAIL_RETRIES, 100)).toHaveLength(50);
  });

  it.each([
    ['linear', [1, 4, 7, 10]],
    ['arithmetic', [1, 2.5, 5.5, 10]],
    ['geometric', [1, 2.154, 4.642, 10]],
    ['exponential', [1, 2, 4, 8]],
  ] as const)('that back off in the %s way', (backoffFunction, expected) =>
    expect(delays({ ...HTTP_RETRIES, minDelayTarget: 1, maxDelayTarget: 10, numRetries: 4, backoffFunction })).toEqual(
      expected,
    ),
  );

  const policies = fc
    .tuple(fc.nat(100), fc.nat(20), fc.nat(20), fc.nat(20), fc.integer({ min: 1, max: 60 }), fc.nat(300), fc.nat(3))
    .map(
      ([more, immediate, least, most, from, further, curve]): RetryPolicy => ({
        ...{ numRetries: immediate + least + most + more, minDelayTarget: from, maxDelayTarget: from + further },
        ...{ numNoDelayRetries: immediate, numMinDelayRetries: least, numMaxDelayRetries: most },
        backoffFunction: (['linear', 'arithmetic', 'geometric', 'exponential'] as const)[curve]!,
      }),
    );

  it('are as many as the policy says, never sooner than the one before, and within its bounds', () =>
    fc.assert(
      fc.property(policies, (policy) => {
        const all = delays(policy, 1000);
        expect(all).toHaveLength(policy.numRetries);
        expect(all).toEqual([...all].sort((one, other) => one - other));
        expect(
          all.every((delay) => delay === 0 || (delay >= policy.minDelayTarget && delay <= policy.maxDelayTarget)),
        ).toBe(true);
      }),
    ));
});

describe('a policy', () => {
  it('of a subscription stands over that of its topic', () => {
    const topic = JSON.stringify({ http: { defaultHealthyRetryPolicy: { numRetries: 5, maxDelayTarget: 30 } } });
    expect(httpPolicy(undefined, topic).retries).toMatchObject({
      numRetries: 5,
      minDelayTarget: 20,
      maxDelayTarget: 30,
    });
    const own = JSON.stringify({
      healthyRetryPolicy: { numRetries: 1 },
      throttlePolicy: { maxReceivesPerSecond: 10 },
      requestPolicy: { headerContentType: 'application/json' },
    });
    expect(httpPolicy(own, topic)).toMatchObject({
      ...{ retries: { numRetries: 1 }, perSecond: 10, contentType: 'application/json' },
    });
    const fixed = JSON.stringify({ http: { ...JSON.parse(topic).http, disableSubscriptionOverrides: true } });
    expect(httpPolicy(own, fixed)).toMatchObject({
      retries: { numRetries: 5 },
      contentType: 'text/plain; charset=UTF-8',
    });
  });

  it('takes effect as AWS shows it', () => {
    expect(JSON.parse(effectiveTopicPolicy(undefined))).toEqual({
      http: {
        defaultHealthyRetryPolicy: HTTP_RETRIES,
        disableSubscriptionOverrides: false,
        defaultRequestPolicy: { headerContentType: 'text/plain; charset=UTF-8' },
      },
    });
    expect(JSON.parse(effectiveSubscriptionPolicy(undefined, undefined))).toMatchObject({
      ...{ healthyRetryPolicy: { numRetries: 3 }, throttlePolicy: null, guaranteed: false },
    });
  });

  it.each([
    ['no JSON', 'DeliveryPolicy: failed to parse JSON.'],
    ['[]', 'it must be a JSON object'],
    ['{"http":{}}', 'Unexpected JSON member: http'],
    ['{"healthyRetryPolicy":{"numRetries":101}}', 'numRetries must be a whole number from 0 to 100'],
    ['{"healthyRetryPolicy":{"numRetries":"3"}}', 'numRetries must be a whole number'],
    ['{"healthyRetryPolicy":{"minDelayTarget":30}}', 'maxDelayTarget must be greater than or equal to minDelayTarget'],
    ['{"healthyRetryPolicy":{"numRetries":1,"numNoDelayRetries":2}}', 'at least the sum of'],
    [
      '{"healthyRetryPolicy":{"backoffFunction":"random"}}',
      'must be one of linear, arithmetic, geometric, exponential',
    ],
    ['{"healthyRetryPolicy":{"numRetries":100,"minDelayTarget":60,"maxDelayTarget":60}}', 'longer than 3600 seconds'],
    ['{"throttlePolicy":{"maxReceivesPerSecond":0}}', 'a whole number of at least 1'],
    ['{"requestPolicy":{"headerContentType":"text/plain\\r\\nX-Evil: 1"}}', 'must be a media type'],
    ['{"guaranteed":true}', 'guaranteed is not supported'],
  ])('that is refused: %s', (text, message) => expect(() => readSubscriptionPolicy(text, undefined)).toThrow(message));
});
