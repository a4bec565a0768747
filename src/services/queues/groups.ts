/**
 * Groups of FIFO queues.
 *
 * G1. A group's messages are received in the order in which they were sent; while one of them is in flight, none other is.
 *     So what is in flight of a group is among the first that a receive may take.
 */
import { MOST_AT_ONCE } from './limits.ts';
import type { QueuesStore } from './store.ts';

type Group = { content: number; group: string; now: number; sent: number };

/** Works out anew when the next message of a group can be received. @param sent messages sent until then have expired */
export function settle(db: QueuesStore, { content, group, now, sent }: Group): void {
  const head = db.head({ content, group, sent, most: MOST_AT_ONCE });
  const [first] = head;
  if (!first) return void db.removeGroup({ content, group });
  const inFlight = head.filter(({ receives, visible_at }) => receives > 0 && visible_at > now);
  const ready = inFlight.length > 0 ? Math.max(...inFlight.map(({ visible_at }) => visible_at)) : first.visible_at;
  db.setReady({ content, group, ready });
}
