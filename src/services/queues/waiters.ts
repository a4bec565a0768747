/**
 * Receives that wait for messages, the longest first: woken by what is sent, in memory. They hold no transaction.
 *
 * W1. Who waits has a place before it looks into the store: what is sent after its look wakes it.
 * W2. Whoever takes something, or leaves although it was woken, wakes the next: no message waits while somebody waits for it.
 * W3. One timer to a queue, for the message that becomes visible next; none where nobody waits.
 */
import type { Cancel, Clock } from '../../base/clock.ts';

export type Waiting = {
  /** Before each look: what happens from then on ends the wait that follows it. */
  look(): void;
  /** Until woken, `until`, or the end of the server. */
  wait(until: number): Promise<void>;
  /** Ends a wait, and all that follow. */
  end(): void;
  /** @param passOn whether the next one is to look */
  leave(passOn: boolean): void;
};

export type Waiters = {
  /** @param queue its ARN */
  enter(queue: string): Waiting;
  /** Somebody's turn: there is something to look for. */
  wake(queue: string): void;
  /** There will be at a time. */
  wakeAt(queue: string, at: number): void;
  stopped(): boolean;
  stop(): void;
};

type Place = { woken: boolean; ended: boolean; go: (() => void) | undefined };
type Line = { places: Set<Place>; timer: { at: number; cancel: Cancel } | undefined };

export function createWaiters(clock: Pick<Clock, 'at'>): Waiters {
  const lines = new Map<string, Line>();
  let stopped = false;

  function wake(queue: string): void {
    for (const place of lines.get(queue)?.places ?? []) {
      if (place.woken) continue;
      place.woken = true;
      place.go?.();
      return;
    }
  }

  function leave(queue: string, line: Line, place: Place, passOn: boolean): void {
    line.places.delete(place);
    if (line.places.size === 0) {
      line.timer?.cancel();
      lines.delete(queue);
    } else if (place.woken || passOn) wake(queue);
  }

  return {
    enter(queue) {
      const line = lines.get(queue) ?? { places: new Set(), timer: undefined };
      lines.set(queue, line);
      const place: Place = { woken: false, ended: false, go: undefined };
      line.places.add(place);
      return {
        look() {
          place.woken = false;
        },
        wait: (until) =>
          new Promise((resolve) => {
            if (place.woken || place.ended || stopped) return resolve();
            const cancel = clock.at(until, go);
            function go(): void {
              cancel();
              place.go = undefined;
              resolve();
            }
            place.go = go;
          }),
        end() {
          place.ended = true;
          place.go?.();
        },
        leave: (passOn) => leave(queue, line, place, passOn),
      };
    },
    wake,
    wakeAt(queue, at) {
      const line = lines.get(queue);
      if (!line || stopped || (line.timer && line.timer.at <= at)) return;
      line.timer?.cancel();
      const cancel = clock.at(at, () => {
        line.timer = undefined;
        wake(queue);
      });
      line.timer = { at, cancel };
    },
    stopped: () => stopped,
    stop() {
      stopped = true;
      for (const { places, timer } of lines.values()) {
        timer?.cancel();
        for (const place of places) place.go?.();
      }
    },
  };
}
