/** Times and durations that keep themselves up to date. */
import { absolute, duration, type Instant, millisOf, NOTHING, relative } from './format.ts';
import { useNow } from './ticker.ts';
import './time.css';

/** When something was, from now; pointing at it tells the local date and time. */
export function Time({ at }: { at?: Instant | null | undefined }) {
  const millis = at === null || at === undefined ? Number.NaN : millisOf(at);
  const known = Number.isFinite(millis);
  const text = useNow((now) => relative(millis, now), known);
  if (!known) return <span className="time">{NOTHING}</span>;
  return (
    <time className="time" dateTime={new Date(millis).toISOString()} title={absolute(millis)}>
      {text}
    </time>
  );
}

/** How long something took, or, while `to` is missing, has taken so far. */
export function Duration({ from, to }: { from?: Instant | null | undefined; to?: Instant | null | undefined }) {
  const start = from === null || from === undefined ? Number.NaN : millisOf(from);
  const live = Number.isFinite(start) && (to === null || to === undefined);
  // Whole seconds while it runs: tenths that freeze between two ticks would look broken.
  const text = useNow((now) => {
    if (!live) return duration(to === null || to === undefined ? Number.NaN : millisOf(to) - start);
    const seconds = Math.max(0, Math.floor((now - start) / 1000));
    return seconds < 10 ? `${seconds} s` : duration(seconds * 1000);
  }, live);
  return <span className="time">{text}</span>;
}
