/** From one queue to the end of another: dead letters, and those that are moved back. */
import { uuid } from '../../base/random.ts';
import type { Parts } from './context.ts';
import { settle } from './groups.ts';
import type { Queue } from './queues.ts';
import type { MessageRow } from './store.ts';

type Moved = Pick<MessageRow, 'id' | 'group_id'>;

/**
 * Inside a transaction. As on AWS the age of a standard message that becomes a dead letter goes on, that of a FIFO message begins anew;
 * and one that is moved back is a new message, which nobody has received.
 *
 * @param source where it came from, as a dead letter; null: it is moved back
 */
export function transfer(
  parts: Parts,
  { id, group_id }: Moved,
  from: Queue,
  to: Queue,
  source: string | null,
  now: number,
): void {
  const { db, world } = parts;
  const { content } = to;
  if (source === null) db.resendMessage({ id, content, message_id: uuid(world.random), now });
  else db.copyMessage({ id, content, source, sent: to.settings.fifo ? now : null, now });
  db.removeMessage({ id });
  if (group_id !== null && from.settings.fifo) {
    db.addGroup({ content: to.content, group: group_id, ready: now });
    settle(db, { content: from.content, group: group_id, now, sent: expiredBy(from, now) });
  }
  parts.store.whenDurable(() => parts.waiters.wake(to.arn));
}

/** What was sent then or before has expired. */
export const expiredBy = ({ settings }: Queue, now: number): number => now - settings.retention * 1000;
