/** Where the marks of an axis stand: round figures, round times. Pure. */

/** Up to about `most` round values within `from` and `to`, ends included when they are round. */
export function ticks(from: number, to: number, most: number): number[] {
  // A range narrower than its figures are exact has one mark: there are no round values in it to tell apart.
  const exact = Math.max(Math.abs(from), Math.abs(to)) * 1e-9;
  if (!(to - from > Math.max(exact, 1e-300)) || most < 1) return Number.isFinite(from) ? [from] : [];
  const rough = (to - from) / most;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((by) => by * power).find((one) => one >= rough * 0.999) ?? 10 * power;
  return every(step, from, to);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500],
  ...[1, 2, 5, 10, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 90, 180, 365].map((days) => days * DAY),
];

export type TimeTicks = { at: number[]; step: number };

/** The same for times, in the steps of clocks and calendars; `zone` is the minutes that local time is behind UTC. */
export function timeTicks(from: number, to: number, most: number, zone: number): TimeTicks {
  if (!(to > from) || most < 1) return { at: Number.isFinite(from) ? [from] : [], step: SECOND };
  const rough = (to - from) / most;
  const step = STEPS.find((one) => one >= rough) ?? Math.ceil(rough / (365 * DAY)) * 365 * DAY;
  const shift = zone * MINUTE;
  return { at: every(step, from - shift, to - shift).map((at) => at + shift), step };
}

function every(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  // Multiplied, not added up: a sum of tenths drifts. The rounding takes off what the product leaves behind (0.30000000000000004).
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}

const two = (figure: number) => String(figure).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** A mark's words: no finer than the marks are apart, in local time. */
export function timeLabel(at: number, step: number): string {
  const date = new Date(at);
  const day = `${date.getDate()} ${MONTHS[date.getMonth()]}`;
  if (step >= DAY) return step >= 365 * DAY ? String(date.getFullYear()) : day;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step >= MINUTE) return clock === '00:00' ? day : clock;
  const seconds = `${clock}:${two(date.getSeconds())}`;
  return step >= SECOND ? seconds : `${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}
