/**
 * What happens, as somebody who watches sees it: the events of the services and the management events of the audit trail, the newest
 * thousand, in memory.
 *
 * W1. Nothing is seen before it is durable, and nothing that was undone.
 * W2. Who asks from a place on sees all that came after it, in order, or is told that some were missed.
 * W3. While nobody has watched for a minute, nothing is kept, and events are not even made.
 */
import type { SystemEvent } from '../base/systemEvents.ts';
import type { World } from '../base/world.ts';
import type { AuditRecord } from '../protocol/dispatch.ts';
import type { SeenEvent, TelarPorts } from '../services/telar/index.ts';
import type { Store } from '../store/store.ts';

export type Watching = TelarPorts['watching'] & {
  /** Inside the transaction in which it happens. */
  heard(event: SystemEvent): void;
  audited(record: AuditRecord): void;
};

const KEPT = 1000;
const WATCHED_FOR_MS = 60_000;
/** Of a longer detail, only that it is there is told: whoever wants it asks the service. */
const LONGEST_DETAIL = 8 * 1024;

export function createWatching({ clock }: Pick<World, 'clock'>, store: Pick<Store, 'whenDurable'>): Watching {
  /** Tells a place of this server from one of its predecessor. */
  const begun = clock.now().toString(36);
  let kept: SeenEvent[] = [];
  /** The number of the first one kept. */
  let first = 0;
  let watchedUntil = 0;
  const waiting = new Set<() => void>();

  const isWatched = () => waiting.size > 0 || clock.now() < watchedUntil;

  function add(event: SeenEvent): void {
    kept.push(event);
    if (kept.length >= 2 * KEPT) {
      first += kept.length - KEPT;
      kept = kept.slice(-KEPT);
    }
    for (const wake of waiting) wake();
  }

  /** Whoever comes back after a pause has missed what nobody kept. */
  function forget(): void {
    first += kept.length + 1;
    kept = [];
  }

  function placeOf(after: string | undefined): number | undefined {
    const [server, number] = (after ?? '').split('-');
    const place = Number(number);
    return server === begun && Number.isInteger(place) && place >= first && place <= first + kept.length
      ? place
      : undefined;
  }

  return {
    heard(event) {
      if (!isWatched()) return;
      const seen = { ...head(event.source, event.detailType, event.region, clock.now()), Resources: event.resources };
      const Detail = short(event.detail());
      store.whenDurable(() => add({ ...seen, Detail }));
    },
    audited({ api, operation, region, at, resources, principal, error }) {
      if (!isWatched()) return;
      const Detail = {
        eventSource: api,
        eventName: operation,
        principal,
        ...(error !== undefined && { errorCode: error }),
      };
      const seen = { ...head('telar.audit', 'API Call', region, at), Resources: resources, Detail };
      store.whenDurable(() => add(seen));
    },
    since(after, most) {
      if (!isWatched()) forget();
      watchedUntil = clock.now() + WATCHED_FOR_MS;
      const place = placeOf(after);
      const from = place ?? first + kept.length;
      const events = kept.slice(from - first, from - first + most);
      return {
        Events: events,
        Next: `${begun}-${from + events.length}`,
        Missed: place === undefined && after !== undefined,
      };
    },
    next(milliseconds) {
      return new Promise((resolve) => {
        const wake = () => {
          waiting.delete(wake);
          cancel();
          resolve();
        };
        const cancel = clock.at(clock.now() + milliseconds, wake);
        waiting.add(wake);
      });
    },
  };
}

const head = (Source: string, DetailType: string, Region: string, at: number) => ({
  ...{ Source, DetailType, Region, Time: new Date(at).toISOString() },
});

function short(detail: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> | undefined {
  return JSON.stringify(detail).length > LONGEST_DETAIL ? undefined : detail;
}
