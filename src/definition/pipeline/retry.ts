/**
 * When a failed step is tried again.
 *
 * https://docs.aws.amazon.com/sagemaker/latest/dg/pipelines-retry-policy.html
 */
import { MAX_RETRY_EXPIRE_MINUTES, RETRY_DEFAULTS } from './limits.ts';
import type { ExceptionType, RetryPolicy, Step } from './types.ts';

export type Failure = {
  /** A sentence for people: the step's FailureReason. */
  reason: string;
  /** What policies match on. Absent: a failure of the user's own, which no policy retries. */
  type?: ExceptionType;
};

/** Retried even where no policy names them, on every step type. */
const RETRIED_BY_DEFAULT: ReadonlySet<ExceptionType> = new Set(['Step.SERVICE_FAULT', 'Step.THROTTLING']);
const DEFAULT_POLICY: Omit<RetryPolicy, 'ExceptionType'> = {};

/** Their own inner jobs are what failed: AWS never retries these. */
const NEVER_RETRY_INTERNAL: ReadonlySet<string> = new Set(['Tuning', 'AutoML']);

/** Keeps a large BackoffRate from running out of numbers. */
const LONGEST_WAIT = MAX_RETRY_EXPIRE_MINUTES * 60_000;

/**
 * When to try a step again, or undefined when it has failed for good.
 *
 * The first policy that names the exception counts. The wait is IntervalSeconds × BackoffRate^retries.
 *
 * @param retries made so far, the first attempt not counted
 * @param firstFailureAt milliseconds since the epoch, as are `now` and the answer
 * @example nextRetry(step, { reason: 'throttled', type: 'Step.THROTTLING' }, 2, t0, t1) // { at: t1 + 4000 }
 */
export function nextRetry(
  step: Step,
  failure: Failure,
  retries: number,
  firstFailureAt: number,
  now: number,
): { at: number } | undefined {
  const policy = policyFor(step, failure.type);
  if (!policy) return undefined;
  const interval = policy.IntervalSeconds ?? RETRY_DEFAULTS.intervalSeconds;
  const rate = policy.BackoffRate ?? RETRY_DEFAULTS.backoffRate;
  // An interval of 0 times a rate beyond all numbers is no number: it means no wait.
  const wait = Math.min(LONGEST_WAIT, Math.round(interval * 1000 * rate ** retries)) || 0;
  const at = now + wait;
  if (policy.ExpireAfterMin !== undefined) {
    return at <= firstFailureAt + policy.ExpireAfterMin * 60_000 ? { at } : undefined;
  }
  return retries < (policy.MaxAttempts ?? RETRY_DEFAULTS.maxAttempts) ? { at } : undefined;
}

function policyFor(step: Step, type: ExceptionType | undefined): Omit<RetryPolicy, 'ExceptionType'> | undefined {
  if (type === undefined) return undefined;
  if (type === 'SageMaker.JOB_INTERNAL_ERROR' && NEVER_RETRY_INTERNAL.has(step.Type)) return undefined;
  const policies = 'RetryPolicies' in step ? (step.RetryPolicies ?? []) : [];
  const own = policies.find((policy) => policy.ExceptionType.includes(type));
  return own ?? (RETRIED_BY_DEFAULT.has(type) ? DEFAULT_POLICY : undefined);
}
