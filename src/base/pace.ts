/** Long work on the loop in short turns. */
import type { Clock } from './clock.ts';

/** Milliseconds that one turn of long work may take: with what garbage collection adds, well below the ten that the loop may be held. */
const SLICE = 2;

/** Lets others come first, when this turn has worked long enough. */
export type Pace = () => Promise<void>;

/** @example const pace = paced(clock); for (const each of many) { work(each); await pace(); } */
export function paced(clock: Pick<Clock, 'monotonic' | 'soon'>): Pace {
  let began = clock.monotonic();
  return async () => {
    if (clock.monotonic() - began < SLICE) return;
    await new Promise<void>((resolve) => clock.soon(resolve));
    began = clock.monotonic();
  };
}
