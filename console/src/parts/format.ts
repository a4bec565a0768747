/**
 * How figures, times and names read. Pure: whoever needs the present time passes it.
 * An instant may be what AWS's answers hold: a Date, an ISO 8601 string, or a number, in seconds when below 10^11 (AWS's
 * JSON) and in milliseconds otherwise.
 */
export type Instant = number | Date | string;

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const LOCALE = 'en-GB';

/** What stands where there is nothing to show. */
export const NOTHING = '–';

/** Milliseconds since 1970; NaN for what is no time at all. */
export function millisOf(at: Instant): number {
  if (typeof at === 'number') return Math.abs(at) < 1e11 ? at * SECOND : at;
  return at instanceof Date ? at.getTime() : Date.parse(at);
}

/** `420 ms`, `3.2 s`, `48 s`, `4 min 05 s`, `2 h 03 min`, `3 d 4 h`: the two units that matter, never more. */
export function duration(millis: number): string {
  if (!Number.isFinite(millis)) return NOTHING;
  if (millis < 0) return `−${duration(-millis)}`;
  if (millis < SECOND) return `${Math.round(millis)} ms`;
  if (millis < 9.95 * SECOND) return `${(millis / SECOND).toFixed(1)} s`;
  const seconds = Math.round(millis / SECOND);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

const BYTES = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

export function bytes(count: number): string {
  if (!Number.isFinite(count)) return NOTHING;
  let unit = 0;
  let left = Math.abs(count);
  // 1023.95 would be written 1024.0: it belongs to the next unit.
  while (left >= 1023.95 && unit < BYTES.length - 1) {
    left /= 1024;
    unit += 1;
  }
  const text = unit === 0 || left >= 99.95 ? left.toFixed(0) : left.toFixed(1);
  return `${count < 0 ? '−' : ''}${text} ${BYTES[unit]}`;
}

/** A number in `digits` significant digits, its thousands apart; whole numbers are whole; the very large and small in powers. */
export function number(value: number, digits = 4): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? NOTHING : `${value < 0 ? '−' : ''}∞`;
  const size = Math.abs(value);
  if (size >= 1e15 || (size > 0 && size < 1e-6)) return value.toExponential(digits - 1).replace('e+', 'e');
  if (Number.isInteger(value)) return value.toLocaleString(LOCALE);
  if (size >= 10 ** digits) return Math.round(value).toLocaleString(LOCALE);
  return value.toLocaleString(LOCALE, { maximumSignificantDigits: digits });
}

/** A share of one: 0.1234 is `12.3 %`. What is not quite all never reads as all, nor a little as nothing. */
export function percent(share: number): string {
  if (!Number.isFinite(share)) return NOTHING;
  if (share > 0 && share < 0.0005) return '< 0.1 %';
  if (share < 1 && share > 0.9994) return '> 99.9 %';
  return `${(share * 100).toLocaleString(LOCALE, { maximumFractionDigits: 1 })} %`;
}

/** Made once: making one takes a hundred times as long as using it, and a table has hundreds of times. */
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium', timeStyle: 'long' });
const day = new Intl.DateTimeFormat(LOCALE, { dateStyle: 'medium' });

/** The local date and time, to the second, with its zone. */
export function absolute(at: Instant): string {
  const millis = millisOf(at);
  if (!Number.isFinite(millis)) return NOTHING;
  return moment.format(millis);
}

/** `now`, `in 4 min`, `2 h ago`, `3 d ago`; beyond a month the date itself. */
export function relative(at: Instant, now: number): string {
  const millis = millisOf(at);
  if (!Number.isFinite(millis)) return NOTHING;
  const away = Math.abs(now - millis);
  if (away < 5 * SECOND) return 'now';
  if (away >= 30 * DAY) return day.format(millis);
  const [size, unit] =
    away < MINUTE ? [SECOND, 's'] : away < HOUR ? [MINUTE, 'min'] : away < DAY ? [HOUR, 'h'] : ([DAY, 'd'] as const);
  const text = `${Math.floor(away / size)} ${unit}`;
  return millis > now ? `in ${text}` : `${text} ago`;
}

/** What a person calls the thing an ARN names: its last part (`…:pipeline/churn/execution/abc` is `abc`). Other text stays. */
export function shortName(arn: string): string {
  if (!arn.startsWith('arn:')) return arn;
  const resource = arn.split(':').slice(5).join(':');
  // A model package's last part is its version, which says nothing without its group.
  const version = /^model-package\/(.+)\/(\d+)$/.exec(resource);
  if (version) return `${version[1]} v${version[2]}`;
  return resource.split(/[/:]/).filter(Boolean).at(-1) ?? arn;
}
