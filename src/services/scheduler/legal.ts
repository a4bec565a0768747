/** What requests of the Scheduler may ask for, beyond what the shapes of the API say. */

/** AWS's quotas, by region. */
export const MOST_SCHEDULES = 1_000_000;
export const MOST_GROUPS = 500;
/** How far in the past a StartDate may be, in milliseconds. */
export const START_GRACE = 300_000;
/** Items on a page, at most and where none is asked for. */
export const PAGE = 100;

/** AWS's defaults, which are its highest values, too. */
export const RETRY_POLICY = { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 } as const;
