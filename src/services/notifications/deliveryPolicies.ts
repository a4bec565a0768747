/**
 * How often, and when, a delivery is tried again: AWS's four phases (at once, before backing off, backing off, after it), its
 * fixed policies for what it runs itself and for mail, and the policies of HTTP that a topic or a subscription sets.
 *
 * P1. A policy that is taken can be carried out: numbers lie within AWS's bounds, and all retries within an hour.
 *
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
 */
import { notificationErrors } from './errors.ts';

const BACKOFF = ['linear', 'arithmetic', 'geometric', 'exponential'] as const;
type Backoff = (typeof BACKOFF)[number];

export type RetryPolicy = {
  /** In seconds. */
  minDelayTarget: number;
  maxDelayTarget: number;
  /** All of them. */
  numRetries: number;
  numNoDelayRetries: number;
  numMinDelayRetries: number;
  numMaxDelayRetries: number;
  backoffFunction: Backoff;
};

/** Of HTTP, where nothing is set. */
export const HTTP_RETRIES: RetryPolicy = {
  minDelayTarget: 20,
  maxDelayTarget: 20,
  numRetries: 3,
  numMaxDelayRetries: 0,
  numNoDelayRetries: 0,
  numMinDelayRetries: 0,
  backoffFunction: 'linear',
};

/** Of queues and functions: 100,015 attempts over 23 days. */
export const INSIDE_RETRIES: RetryPolicy = {
  minDelayTarget: 1,
  maxDelayTarget: 20,
  numRetries: 100_015,
  numNoDelayRetries: 3,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 100_000,
  backoffFunction: 'exponential',
};

/** Of mail: 50 attempts over 6 hours. */
export const MAIL_RETRIES: RetryPolicy = {
  minDelayTarget: 10,
  maxDelayTarget: 600,
  numRetries: 50,
  numNoDelayRetries: 0,
  numMinDelayRetries: 2,
  numMaxDelayRetries: 38,
  backoffFunction: 'exponential',
};

/**
 * Milliseconds to wait before a retry; undefined when there is none left.
 *
 * @param retry 1 for the first
 */
export function retryDelay(policy: RetryPolicy, retry: number): number | undefined {
  if (retry > policy.numRetries) return undefined;
  const { numNoDelayRetries: immediate, numMinDelayRetries: least, numMaxDelayRetries: most } = policy;
  const backing = policy.numRetries - immediate - least - most;
  if (retry <= immediate) return 0;
  if (retry <= immediate + least) return policy.minDelayTarget * 1000;
  if (retry > immediate + least + backing) return policy.maxDelayTarget * 1000;
  return Math.round(backedOff(policy, retry - immediate - least, backing) * 1000);
}

/** Seconds: from the least to the most delay, along one of four curves. @param step from 1 to `steps` */
function backedOff(
  { minDelayTarget: from, maxDelayTarget: to, backoffFunction }: RetryPolicy,
  step: number,
  steps: number,
) {
  const share = steps <= 1 ? 0 : (step - 1) / (steps - 1);
  switch (backoffFunction) {
    case 'linear':
      return from + (to - from) * share;
    case 'arithmetic':
      return from + (to - from) * share * (step / steps);
    case 'geometric':
      return from * (to / from) ** share;
    case 'exponential':
      return Math.min(to, from * 2 ** (step - 1));
  }
}

export type HttpPolicy = {
  retries: RetryPolicy;
  /** Messages that the endpoint takes in a second. */
  perSecond: number | undefined;
  contentType: string;
};

const CONTENT_TYPE = 'text/plain; charset=UTF-8';

type Json = Readonly<Record<string, unknown>>;

/** What a policy says, checked (P1), and the same with all that it leaves out. */
type Read = { retries: RetryPolicy; throttle: Json | undefined; request: Json };

/**
 * A topic's policy, as it is set and as it takes effect.
 *
 * @throws InvalidParameter for what AWS refuses, and for what it has that Telar does not
 */
export function readTopicPolicy(text: string | undefined): { http: Read; overridable: boolean } {
  const whole = text ? parse(text) : {};
  only(whole, ['http'], '');
  const http = object(whole['http'] ?? {}, 'http');
  only(
    http,
    ['defaultHealthyRetryPolicy', 'disableSubscriptionOverrides', 'defaultThrottlePolicy', 'defaultRequestPolicy'],
    'http.',
  );
  const disabled = http['disableSubscriptionOverrides'] ?? false;
  if (typeof disabled !== 'boolean')
    throw notificationErrors.deliveryPolicy('http.disableSubscriptionOverrides must be true or false');
  return {
    http: {
      retries: readRetries(http['defaultHealthyRetryPolicy'], 'http.defaultHealthyRetryPolicy', HTTP_RETRIES),
      throttle: readThrottle(http['defaultThrottlePolicy'], 'http.defaultThrottlePolicy'),
      request: readRequest(http['defaultRequestPolicy'], 'http.defaultRequestPolicy'),
    },
    overridable: !disabled,
  };
}

/** A subscription's own policy over its topic's. @throws InvalidParameter */
export function readSubscriptionPolicy(text: string | undefined, topicText: string | undefined): Read {
  const { http, overridable } = readTopicPolicy(topicText);
  const own = text ? parse(text) : {};
  only(own, ['healthyRetryPolicy', 'sicklyRetryPolicy', 'throttlePolicy', 'requestPolicy', 'guaranteed'], '');
  if (own['sicklyRetryPolicy']) throw notificationErrors.deliveryPolicy('sicklyRetryPolicy is not supported');
  if (own['guaranteed']) throw notificationErrors.deliveryPolicy('guaranteed is not supported');
  const retries = readRetries(own['healthyRetryPolicy'], 'healthyRetryPolicy', http.retries);
  const throttle = readThrottle(own['throttlePolicy'], 'throttlePolicy');
  const request = readRequest(own['requestPolicy'], 'requestPolicy');
  if (!overridable) return http;
  return {
    retries,
    throttle: throttle ?? http.throttle,
    request: own['requestPolicy'] ? request : http.request,
  };
}

export function httpPolicy(text: string | undefined, topicText: string | undefined): HttpPolicy {
  const { retries, throttle, request } = readSubscriptionPolicy(text, topicText);
  return {
    retries,
    perSecond: throttle?.['maxReceivesPerSecond'] as number | undefined,
    contentType: String(request['headerContentType'] ?? CONTENT_TYPE),
  };
}

/** As GetTopicAttributes answers it. */
export function effectiveTopicPolicy(text: string | undefined): string {
  const { http, overridable } = readTopicPolicy(text);
  return JSON.stringify({
    http: {
      defaultHealthyRetryPolicy: http.retries,
      disableSubscriptionOverrides: !overridable,
      ...(http.throttle && { defaultThrottlePolicy: http.throttle }),
      defaultRequestPolicy: { headerContentType: CONTENT_TYPE, ...http.request },
    },
  });
}

/** As GetSubscriptionAttributes answers it. */
export function effectiveSubscriptionPolicy(text: string | undefined, topicText: string | undefined): string {
  const { retries, throttle, request } = readSubscriptionPolicy(text, topicText);
  return JSON.stringify({
    healthyRetryPolicy: retries,
    sicklyRetryPolicy: null,
    throttlePolicy: throttle ?? null,
    requestPolicy: { headerContentType: CONTENT_TYPE, ...request },
    guaranteed: false,
  });
}

function parse(text: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw notificationErrors.json('DeliveryPolicy');
  }
  return object(value, 'it');
}

function object(value: unknown, name: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Json;
  throw notificationErrors.deliveryPolicy(`${name} must be a JSON object`);
}

function only(given: Json, taken: readonly string[], place: string): void {
  const other = Object.keys(given).find((name) => !taken.includes(name));
  if (other !== undefined) throw notificationErrors.deliveryPolicy(`Unexpected JSON member: ${place}${other}`);
}

/** Of each number, the least and the most that it may be. */
const RANGES = {
  minDelayTarget: [0, 3600],
  maxDelayTarget: [1, 3600],
  numRetries: [0, 100],
  numNoDelayRetries: [0, 100],
  numMinDelayRetries: [0, 100],
  numMaxDelayRetries: [0, 100],
} as const;
const LONGEST_RETRYING = 3600;

function readRetries(value: unknown, place: string, usual: RetryPolicy): RetryPolicy {
  if (value === undefined || value === null) return usual;
  const given = object(value, place);
  only(given, [...Object.keys(RANGES), 'backoffFunction'], `${place}.`);
  const policy = { ...HTTP_RETRIES, ...given } as RetryPolicy;
  for (const [name, [least, most]] of Object.entries(RANGES)) {
    const number: unknown = policy[name as keyof typeof RANGES];
    if (!Number.isInteger(number) || (number as number) < least || (number as number) > most)
      throw notificationErrors.deliveryPolicy(`${place}.${name} must be a whole number from ${least} to ${most}`);
  }
  if (!BACKOFF.includes(policy.backoffFunction))
    throw notificationErrors.deliveryPolicy(`${place}.backoffFunction must be one of ${BACKOFF.join(', ')}`);
  if (policy.minDelayTarget > policy.maxDelayTarget)
    throw notificationErrors.deliveryPolicy(`${place}.maxDelayTarget must be greater than or equal to minDelayTarget`);
  const phases = policy.numNoDelayRetries + policy.numMinDelayRetries + policy.numMaxDelayRetries;
  if (policy.numRetries < phases)
    throw notificationErrors.deliveryPolicy(
      `${place}.numRetries must be at least the sum of numNoDelayRetries, numMinDelayRetries and numMaxDelayRetries`,
    );
  if (secondsOf(policy) > LONGEST_RETRYING)
    throw notificationErrors.deliveryPolicy(`${place} retries for longer than ${LONGEST_RETRYING} seconds in all`);
  return policy;
}

function secondsOf(policy: RetryPolicy): number {
  let seconds = 0;
  for (let retry = 1; retry <= policy.numRetries; retry += 1) seconds += (retryDelay(policy, retry) ?? 0) / 1000;
  return seconds;
}

function readThrottle(value: unknown, place: string): Json | undefined {
  if (value === undefined || value === null) return undefined;
  const given = object(value, place);
  only(given, ['maxReceivesPerSecond'], `${place}.`);
  const most = given['maxReceivesPerSecond'];
  if (most === undefined || most === null) return undefined;
  if (!Number.isInteger(most) || (most as number) < 1)
    throw notificationErrors.deliveryPolicy(`${place}.maxReceivesPerSecond must be a whole number of at least 1`);
  return { maxReceivesPerSecond: most };
}

/** What stands in a header must not begin another one. */
const HEADER = /^[\x20-\x7e]{1,256}$/;

function readRequest(value: unknown, place: string): Json {
  if (value === undefined || value === null) return {};
  const given = object(value, place);
  only(given, ['headerContentType'], `${place}.`);
  const type = given['headerContentType'];
  if (type === undefined || type === null) return {};
  if (typeof type !== 'string' || !HEADER.test(type))
    throw notificationErrors.deliveryPolicy(`${place}.headerContentType must be a media type`);
  return { headerContentType: type };
}
