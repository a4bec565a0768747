/** What a step does about results that exist already, and about faults that pass: CacheConfig and RetryPolicies. */
import { parseDuration } from '../base/duration.ts';
import {
  MAX_RETRY_ATTEMPTS,
  MAX_RETRY_EXPIRE_MINUTES,
  MAX_RETRY_INTERVAL_SECONDS,
  RETRY_DEFAULTS,
} from '../definition/pipeline/limits.ts';
import type { CacheConfig, ExceptionType, RetryPolicy } from '../definition/pipeline/types.ts';
import { must } from './mistake.ts';

/**
 * Take the result of an earlier successful run of the same step with the same arguments, when it is young enough.
 * `expireAfter` is an ISO 8601 duration: `P30D`, `PT12H`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-caching.html
 */
export type Cache = { expireAfter: string };

/** Faults at the step's start, which every step that retries can name. */
export type StepFault = Extract<ExceptionType, `Step.${string}`>;
/** Faults of a job: only steps that run one can name them. */
export type JobFault = ExceptionType;

/** When to try a step again: made by `retry`. F says which faults it names. */
export type Retry<F extends ExceptionType> = { readonly faults: readonly F[]; readonly policy: RetryPolicy };

export type RetryOptions<F extends ExceptionType> = {
  /** The faults to retry. */
  on: readonly F[];
  /** Seconds before the first retry, up to 43 200. @default 1 */
  intervalSeconds?: number;
  /** What the interval is multiplied by at each further retry. @default 2 */
  backoffRate?: number;
} & (
  | {
      /** How many retries, 1 to 20. */
      maxAttempts: number;
      expireAfterMinutes?: never;
    }
  | {
      maxAttempts?: never;
      /** No retry starts later than this after the first failure; 1 to 14 400 minutes. */
      expireAfterMinutes: number;
    }
);

/**
 * A retry policy. Give `maxAttempts` or `expireAfterMinutes`, never both (the compiler sees to it).
 *
 * @throws when a number is outside AWS's limits, or `on` is empty
 * @example retry({ on: ['SageMaker.CAPACITY_ERROR'], intervalSeconds: 30, maxAttempts: 3 })
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
 */
export function retry<const F extends ExceptionType>(options: RetryOptions<F>): Retry<F> {
  const {
    on,
    intervalSeconds = RETRY_DEFAULTS.intervalSeconds,
    backoffRate = RETRY_DEFAULTS.backoffRate,
    maxAttempts,
    expireAfterMinutes,
  } = options;
  const subject = `the retry policy for ${on.join(', ') || 'no faults'}`;
  must(on.length > 0, subject, '`on` is empty: name at least one fault, such as Step.SERVICE_FAULT');
  mustBeWithin(subject, 'intervalSeconds', intervalSeconds, 1, MAX_RETRY_INTERVAL_SECONDS);
  must(backoffRate >= 1, subject, `backoffRate is ${backoffRate}: give 1 (a steady interval) or more`);
  if (maxAttempts !== undefined) mustBeWithin(subject, 'maxAttempts', maxAttempts, 1, MAX_RETRY_ATTEMPTS);
  if (expireAfterMinutes !== undefined)
    mustBeWithin(subject, 'expireAfterMinutes', expireAfterMinutes, 1, MAX_RETRY_EXPIRE_MINUTES);
  const policy: RetryPolicy = {
    ExceptionType: [...on],
    IntervalSeconds: intervalSeconds,
    BackoffRate: backoffRate,
    ...(maxAttempts !== undefined && { MaxAttempts: maxAttempts }),
    ...(expireAfterMinutes !== undefined && { ExpireAfterMin: expireAfterMinutes }),
  };
  return { faults: on, policy };
}

/** A step's CacheConfig. @throws when `expireAfter` is no duration */
export function cacheConfig(subject: string, cache: Cache | undefined): CacheConfig | undefined {
  if (!cache) return undefined;
  must(
    parseDuration(cache.expireAfter) !== undefined,
    subject,
    `the cache's expireAfter '${cache.expireAfter}' is not an ISO 8601 duration: write P30D for 30 days, PT12H for 12 hours`,
  );
  return { Enabled: true, ExpireAfter: cache.expireAfter };
}

/** A step's RetryPolicies, absent when there are none. */
export function retryPolicies(retries: readonly Retry<ExceptionType>[] | undefined): RetryPolicy[] | undefined {
  return retries?.length ? retries.map((each) => each.policy) : undefined;
}

function mustBeWithin(subject: string, name: string, value: number, least: number, most: number): void {
  must(
    Number.isInteger(value) && value >= least && value <= most,
    subject,
    `${name} is ${value}: give a whole number from ${least} to ${most}`,
  );
}
