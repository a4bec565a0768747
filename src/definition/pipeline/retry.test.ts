import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_RETRY_EXPIRE_MINUTES } from './limits.ts';
import { type Failure, nextRetry } from './retry.ts';
import type { ExceptionType, RetryPolicy, Step } from './types.ts';

const step = (RetryPolicies?: RetryPolicy[], Type: Step['Type'] = 'Training'): Step =>
  ({ Name: 's', Type, Arguments: {}, ...(RetryPolicies && { RetryPolicies }) }) as Step;
const failure = (type?: ExceptionType): Failure => ({ reason: 'it broke', ...(type && { type }) });
const throttled = failure('Step.THROTTLING');

/** The instants of all retries of a step that fails at once each time, from 0. */
function schedule(of: Step, why: Failure): number[] {
  const instants: number[] = [];
  for (let now = 0; instants.length < 1000; ) {
    const next = nextRetry(of, why, instants.length, 0, now);
    if (!next) break;
    now = next.at;
    instants.push(now);
  }
  return instants;
}

describe('without a policy', () => {
  test('service faults and throttling are retried five times, doubling from a second, on any step', () => {
    for (const type of ['Step.SERVICE_FAULT', 'Step.THROTTLING'] as const) {
      expect(schedule(step(), failure(type))).toEqual([1000, 3000, 7000, 15_000, 31_000]);
      expect(schedule(step(undefined, 'Lambda'), failure(type))).toHaveLength(5);
    }
  });
  test('nothing else is', () => {
    for (const type of [
      'SageMaker.JOB_INTERNAL_ERROR',
      'SageMaker.CAPACITY_ERROR',
      'SageMaker.RESOURCE_LIMIT',
    ] as const) {
      expect(schedule(step(), failure(type))).toEqual([]);
    }
    expect(schedule(step([{ ExceptionType: ['Step.THROTTLING'] }]), failure())).toEqual([]);
  });
});

describe('a policy', () => {
  test('of the first that names the exception counts, also over the defaults', () => {
    const policies: RetryPolicy[] = [
      { ExceptionType: ['SageMaker.CAPACITY_ERROR'], MaxAttempts: 1, IntervalSeconds: 30 },
      { ExceptionType: ['Step.THROTTLING', 'SageMaker.CAPACITY_ERROR'], MaxAttempts: 2, BackoffRate: 1 },
    ];
    expect(schedule(step(policies), failure('SageMaker.CAPACITY_ERROR'))).toEqual([30_000]);
    expect(schedule(step(policies), throttled)).toEqual([1000, 2000]);
  });
  test('with ExpireAfterMin starts no retry after it, however many that are', () => {
    const policy: RetryPolicy = {
      ExceptionType: ['Step.THROTTLING'],
      IntervalSeconds: 20,
      BackoffRate: 1,
      ExpireAfterMin: 2,
    };
    expect(schedule(step([policy]), throttled)).toEqual([20_000, 40_000, 60_000, 80_000, 100_000, 120_000]);
  });
  test('never brings back an internal error of a tuning or AutoML job', () => {
    const policy: RetryPolicy = { ExceptionType: ['SageMaker.JOB_INTERNAL_ERROR'] };
    expect(schedule(step([policy], 'Tuning'), failure('SageMaker.JOB_INTERNAL_ERROR'))).toEqual([]);
    expect(schedule(step([policy], 'AutoML'), failure('SageMaker.JOB_INTERNAL_ERROR'))).toEqual([]);
    expect(schedule(step([policy], 'Training'), failure('SageMaker.JOB_INTERNAL_ERROR'))).toHaveLength(5);
  });
});

test('every retry is at a real instant, not before now and not absurdly late', () => {
  const policy = fc.record(
    {
      IntervalSeconds: fc.integer({ min: 0, max: 43_200 }),
      BackoffRate: fc.double({ min: 0, max: Number.MAX_VALUE, noNaN: true }),
      MaxAttempts: fc.integer({ min: 1, max: 20 }),
    },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(policy, fc.nat({ max: 20 }), fc.nat(), (given, retries, now) => {
      const next = nextRetry(step([{ ExceptionType: ['Step.THROTTLING'], ...given }]), throttled, retries, 0, now);
      expect(next !== undefined).toBe(retries < (given.MaxAttempts ?? 5));
      if (!next) return;
      expect(next.at).toBeGreaterThanOrEqual(now);
      expect(next.at).toBeLessThanOrEqual(now + MAX_RETRY_EXPIRE_MINUTES * 60_000);
    }),
  );
});
