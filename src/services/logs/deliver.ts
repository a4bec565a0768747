/** What other services log into groups that are there. */
import type { Parts } from './context.ts';
import { append, encodedAtOnce } from './put.ts';
import { createStream } from './streamOperations.ts';

/** Milliseconds since the epoch. */
export type Delivered = { at: number; message: string };

/** Inside a transaction: adds events, in the order of their times, to a stream, which is made when it is missing. A group that is not there takes nothing. */
export function deliver(
  parts: Parts,
  region: string,
  name: string,
  stream: string,
  events: readonly Delivered[],
): void {
  const { db, world } = parts;
  const group = db.group({ region, name });
  if (!group) return;
  const now = world.clock.now();
  const row = db.stream({ group: group.id, name: stream }) ?? createStream(parts, group, stream, now);
  const taken = events.map(({ at, message }) => ({ at, message: message.toWellFormed(), ingested: now }));
  append(parts, row, encodedAtOnce(taken));
}
