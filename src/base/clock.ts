/**
 * Time behind a small interface, so that a whole server runs inside a test on a simulated clock.
 *
 * C1. Nothing below server/ reads `Date.now`, `performance.now` or `setTimeout` directly.
 */

export type Cancel = () => void;

export type Clock = {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds from an arbitrary origin, never stepped back: for measuring how long something took. */
  monotonic(): number;
  /** Calls `run` once, at or after `at` (milliseconds since the epoch); a time that has passed fires as soon as possible. */
  at(at: number, run: () => void): Cancel;
  /** Calls `run` when the loop is free: after the input that is already there, before any timer. */
  soon(run: () => void): void;
};

/** setTimeout overflows above this many milliseconds and would fire at once. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The machine's clock. Timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  at(at, run) {
    let handle: NodeJS.Timeout;
    const arm = () => {
      const wait = Math.max(0, at - Date.now());
      handle = wait > LONGEST_TIMEOUT ? setTimeout(arm, LONGEST_TIMEOUT) : setTimeout(run, wait);
      handle.unref();
    };
    arm();
    return () => clearTimeout(handle);
  },
  soon: (run) => void setImmediate(run),
};
