/** The three ways in which AWS writes a time. All are read, whichever was asked for. */
import type { TimestampFormat } from './shapes.ts';

/** Seconds since the epoch (a number or digits), RFC 3339, or an HTTP date; undefined when it is none of them. */
export function parseTimestamp(value: number | string): Date | undefined {
  if (typeof value === 'number' || /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(value))
    return valid(Math.round(Number(value) * 1000));
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i.test(value)) return valid(Date.parse(value));
  if (/^\d{4}-\d{2}-\d{2}$/.test(value)) return valid(Date.parse(value));
  return /^[A-Za-z]{3,9}, [\dA-Za-z :-]+GMT$/.test(value) ? valid(Date.parse(value)) : undefined;
}

/** `2026-11-21T08:00:00.250Z`, `Sat, 21 Nov 2026 08:00:00 GMT`, or `1795248000.25`. `default` is the first. */
export function formatTimestamp(value: Date, format: TimestampFormat): string {
  if (format === 'http-date') return value.toUTCString();
  if (format === 'epoch-seconds') return String(value.getTime() / 1000);
  return value.toISOString();
}

function valid(time: number): Date | undefined {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
