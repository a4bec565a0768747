/** Structured logging: one JSON object a line, so that a log can be searched by field. */

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;
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
    write(`${JSON.stringify({ time: new Date(now()).toISOString(), level, event, ...fields })}\n`);
  };
}

export const silentLog: Log = () => {};
