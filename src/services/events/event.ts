/** An event as rules, archives and targets see it. */

export type BusEvent = {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** `2026-11-27T08:15:30Z` */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  /** Of a replay's events. */
  readonly 'replay-name'?: string;
  readonly detail: Readonly<Record<string, unknown>>;
};

/** EventBridge tells seconds. */
export const eventTime = (at: number): string => new Date(at).toISOString().replace(/\.\d+Z$/, 'Z');
