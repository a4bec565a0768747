/** One clock for every live text of a page: it ticks each second while something listens, and not at all otherwise. */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

function listen(listener: () => void) {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

const silent = () => () => {};

/**
 * What `read` makes of the present time, read again with each tick. The component renders again only when the answer
 * differs, so a page of a thousand "3 h ago" does nothing for an hour.
 */
export function useNow<T extends string | number>(read: (now: number) => T, live = true): T {
  return useSyncExternalStore(live ? listen : silent, () => read(Date.now()));
}
