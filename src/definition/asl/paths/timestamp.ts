/** Timestamps as the States Language takes them: RFC 3339 with a `T`, seconds and an offset, `Z` or `+01:00`. */

const TIMESTAMP = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|([+-])(\d{2}):(\d{2}))$/;

/**
 * Milliseconds since the epoch, with a fraction where the text is finer; undefined for what is no timestamp.
 *
 * @example instantOf('2016-12-05T21:29:29Z') // 1480973369000
 */
export function instantOf(text: string): number | undefined {
  const match = TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const [offsetHours, offsetMinutes] = [Number(match[10] ?? 0), Number(match[11] ?? 0)];
  if (!exists || hour > 23 || minute > 59 || second > 59 || offsetHours > 18 || offsetMinutes > 59) return undefined;
  const offset = (offsetHours * 60 + offsetMinutes) * (match[9] === '-' ? -1 : 1);
  const seconds = hour * 3_600 + (minute - offset) * 60 + second;
  return date.getTime() + seconds * 1_000 + Number(`0.${match[7] ?? 0}`) * 1_000;
}
