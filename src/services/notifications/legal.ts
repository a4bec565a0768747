/** What AWS allows of topics, subscriptions and messages, and Telar's own bounds. */

export const MOST_TOPICS = 100_000;
/** AWS allows 12.5 million of a topic; a machine's disk and a message's fan-out are smaller. */
export const MOST_SUBSCRIPTIONS = 10_000;
export const MOST_FILTERS = 200;
export const MOST_TAGS = 50;
export const PAGE = 100;

/** Bytes of a message with its attributes, and of a batch. */
export const LONGEST_MESSAGE = 256 * 1024;
export const MOST_IN_BATCH = 10;
/** SQS takes no more, so a raw message with more of them cannot be delivered there. */
export const MOST_RAW_ATTRIBUTES = 10;

/** Characters of a topic's policy, and of any other attribute but a filter. */
export const LONGEST_POLICY = 30_720;
export const LONGEST_ATTRIBUTE = 8192;

const HOUR = 3_600_000;
/** A second message of the same deduplication id within this time is taken, and delivered to nobody. */
export const DEDUPLICATED_FOR = 300_000;
/** How long a token confirms: what was not confirmed by then, and what was removed by then, is forgotten. */
export const TOKEN_LIVES = 48 * HOUR;

export const PROTOCOLS = ['http', 'https', 'email', 'email-json', 'sqs', 'lambda'] as const;
export type Protocol = (typeof PROTOCOLS)[number];
/** AWS's others. */
export const LEFT_OUT_PROTOCOLS: readonly string[] = ['sms', 'application', 'firehose'];

/** Whom a subscription is confirmed by: its receiver, or at once by whoever may subscribe it. */
export const needsConfirmation = (protocol: Protocol): boolean => protocol !== 'sqs' && protocol !== 'lambda';
export const takesRaw = (protocol: Protocol): boolean =>
  protocol === 'http' || protocol === 'https' || protocol === 'sqs';

/** - pending: nothing is sent but the request to confirm. - deleted: its token restores it for a while. */
export type SubscriptionStatus = 'pending' | 'confirmed' | 'deleted';

/** What ConfirmSubscription may confirm: all of them, as often as it is asked. */
const LEGAL: Readonly<Record<SubscriptionStatus, readonly SubscriptionStatus[]>> = {
  pending: ['confirmed'],
  confirmed: ['deleted'],
  deleted: ['confirmed', 'pending'],
};
export const mayBecome = (from: SubscriptionStatus, to: SubscriptionStatus): boolean => LEGAL[from].includes(to);
