/** What is legal of event buses, rules, targets, archives and replays, as data. */

export type RuleState = 'ENABLED' | 'DISABLED' | 'ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS';
export type ReplayState = 'STARTING' | 'RUNNING' | 'CANCELLING' | 'COMPLETED' | 'CANCELLED' | 'FAILED';

/** A replay that can be cancelled. */
export const CANCELLABLE: ReadonlySet<ReplayState> = new Set(['STARTING', 'RUNNING']);

export const DEFAULT_BUS = 'default';

/** AWS's quotas, of an account and region. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
export const MOST_BUSES = 100;
/** Of a rule; AWS raises it for nobody. */
export const MOST_TARGETS = 5;
/** Of a bus. AWS begins with 300, and raises it when it is asked. */
export const MOST_RULES = 2000;
export const MOST_TAGS = 50;

/** Of a list that is not told another number. */
export const DEFAULT_PAGE = 100;

/** In bytes: all entries of one PutEvents together. */
export const LARGEST_REQUEST = 1_048_576;
/** Of a policy of an event bus, in bytes. */
export const LARGEST_POLICY = 10_240;

/** What a target is given that does not say otherwise. */
export const RETRY = { attempts: 185, seconds: 86_400 } as const;

/** How long to wait before another attempt, in milliseconds: twice as long each time, up to the longest. */
export const BACKOFF = { first: 1000, longest: 600_000 } as const;
