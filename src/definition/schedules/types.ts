/** What a schedule expression says, read: EventBridge's language of rules, and the Scheduler's. */

/** Rules know `cron` and `rate`; the Scheduler knows `at`, too, and takes the unit of a rate in either number. */
export type Dialect = 'rules' | 'scheduler';

export type CronSchedule = {
  kind: 'cron';
  /** Ascending. */
  minutes: readonly number[];
  hours: readonly number[];
  days: CronDays;
  /** From 1. */
  months: readonly number[];
  years: readonly number[];
};

/** Which days of a month: by their number or by their weekday, since one of these two fields is always `?`. */
export type CronDays =
  | { by: 'number'; numbers: readonly number[] }
  /** The last day of the month; `LW`: the last from Monday to Friday. */
  | { by: 'last'; weekday: boolean }
  /** `15W`: the day from Monday to Friday that is nearest to a number, in the same month. */
  | { by: 'nearest'; number: number }
  /** 0 is Sunday. */
  | { by: 'weekday'; weekdays: readonly number[] }
  | { by: 'last-weekday'; weekday: number }
  /** `6#3`: the third Friday. */
  | { by: 'nth-weekday'; weekday: number; nth: number };

export type RateSchedule = { kind: 'rate'; milliseconds: number };

/** Once, at a time on the wall, written as if it were UTC's. */
export type AtSchedule = { kind: 'at'; wall: number };

export type ScheduleExpression = CronSchedule | RateSchedule | AtSchedule;

/** The years that expressions may name. */
export const FIRST_YEAR = 1970;
export const LAST_YEAR = 2199;
