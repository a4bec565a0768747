/** Structured logging: one JSON object a line, so that a log can be searched by field. */

/** What a line says besides when, how loud and what: by other names than those. */
export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>> & {
  readonly time?: never;
  readonly level?: never;
  readonly event?: never;
};
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type Log = (level: LogLevel, event: string, fields?: LogFields) => void;

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };

/**
 * A log that writes lines of `least` level and above.
 *
 * @param write receives each line, newline included
 * @param now milliseconds since the epoch
 */
export function jsonLog(write: (line: string) => void, now: () => number, least: LogLevel = 'info'): Log {
  return (level, event, fields) => {
    if (RANK[level] < RANK[least]) return;
    const line = { time: new Date(now()).toISOString(), level, event };
    write(`${JSON.stringify({ ...line, ...fields, ...line })}\n`);
  };
}

export const silentLog: Log = () => {};
