/**
 * Which messages a receive takes.
 *
 * T1. What is taken is hidden, and counted as received, in the transaction that takes it: nobody else gets it until that is over.
 * T2. What was received as often as the queue's RedrivePolicy allows goes to the dead-letter queue instead.
 * T3. One receive answers a megabyte at most, and at least one message if there is one.
 */
import type { Parts } from './context.ts';
import { settle } from './groups.ts';
import { LONGEST_BATCH, REMEMBERED } from './limits.ts';
import { type Queue, queueByArn } from './queues.ts';
import type { Candidate, MessageRow } from './store.ts';
import { expiredBy, transfer } from './transfers.ts';

export type Asked = {
  most: number;
  /** In seconds. */
  visibility: number;
  /** Of a FIFO queue: whoever asks again by the same id within five minutes gets the same. */
  attempt: string | undefined;
  now: number;
};

/** Inside a transaction: in the order in which they were sent. */
export function takeMessages(parts: Parts, queue: Queue, asked: Asked): MessageRow[] {
  const { attempt } = asked;
  if (!queue.settings.fifo) return take(parts, standard(parts, queue, asked), asked);
  const again = attempt === undefined ? undefined : takenBefore(parts, queue, attempt, asked);
  const taken = again ?? take(parts, fifo(parts, queue, asked), asked);
  settleGroups(parts, queue, taken, asked.now);
  if (attempt !== undefined && taken.length > 0) rememberAttempt(parts, queue, attempt, taken, asked.now);
  return taken;
}

function take({ db }: Parts, chosen: readonly Candidate[], { now, visibility }: Asked): MessageRow[] {
  if (chosen.length === 0) return [];
  const ids = JSON.stringify(chosen.map(({ id }) => id));
  return db.take({ ids, now, until: now + visibility * 1000 }).sort((a, b) => a.id - b.id);
}

/** Takes what fits: the first always does. */
function basket(most: number) {
  const chosen: Candidate[] = [];
  let size = 0;
  let full = false;
  return {
    chosen,
    isFull: () => full || chosen.length >= most,
    left: () => most - chosen.length,
    put(one: Candidate): void {
      full ||= chosen.length > 0 && size + one.size > LONGEST_BATCH;
      if (full) return;
      size += one.size;
      chosen.push(one);
    },
  };
}

/** Sends away those that were received too often, and answers whether there were any: they have made room. */
function buries(parts: Parts, queue: Queue, now: number): (found: readonly Candidate[]) => boolean {
  const { redrive } = queue.settings;
  const target = redrive && queueByArn(parts, redrive.deadLetterTargetArn, queue.region);
  return (found) => {
    const dead = redrive && target ? found.filter(({ receives }) => receives >= redrive.maxReceiveCount) : [];
    for (const one of dead) transfer(parts, one, queue, target!, queue.arn, now);
    return dead.length > 0;
  };
}

function standard(parts: Parts, queue: Queue, { most, now }: Asked): Candidate[] {
  const { content } = queue;
  const sent = expiredBy(queue, now);
  const bury = buries(parts, queue, now);
  let found: Candidate[];
  do found = parts.db.visible({ content, now, sent, most });
  while (bury(found));
  const into = basket(most);
  for (const one of found) into.put(one);
  return into.chosen;
}

function fifo(parts: Parts, queue: Queue, { most, now }: Asked): Candidate[] {
  const { content } = queue;
  const { db } = parts;
  const sent = expiredBy(queue, now);
  const bury = buries(parts, queue, now);
  const into = basket(most);
  const visited = new Set<string>();
  while (!into.isFull()) {
    const ready = db.readyGroups({ content, now, most: most + visited.size });
    const group = ready.find(({ group_id }) => !visited.has(group_id))?.group_id;
    if (group === undefined) break;
    visited.add(group);
    takeOfGroup(group);
  }
  return into.chosen;

  function takeOfGroup(group: string): void {
    let found: Candidate[];
    do found = visibleHead(db.head({ content, group, sent, most: into.left() }), now);
    while (bury(found));
    for (const one of found) into.put(one);
    if (found.length === 0) settle(db, { content, group, now, sent });
  }
}

/** Up to the first that is delayed. */
function visibleHead(head: readonly Candidate[], now: number): Candidate[] {
  const end = head.findIndex(({ visible_at }) => visible_at > now);
  return end < 0 ? [...head] : head.slice(0, end);
}

function settleGroups({ db }: Parts, queue: Queue, taken: readonly MessageRow[], now: number): void {
  const sent = expiredBy(queue, now);
  for (const group of new Set(taken.map(({ group_id }) => group_id!)))
    settle(db, { content: queue.content, group, now, sent });
}

type Remembered = { id: number; receives: number; visible_at: number };

/** What an attempt took, if all of it is in flight still and nothing was done with it. */
function takenBefore(
  { db }: Parts,
  queue: Queue,
  attempt: string,
  { now, visibility }: Asked,
): MessageRow[] | undefined {
  const found = db.attempt({ queue: queue.id, attempt_id: attempt });
  if (!found || found.until <= now || found.content !== queue.content) return undefined;
  const taken: Remembered[] = JSON.parse(found.taken);
  const same = taken.every(({ id, receives, visible_at }) => {
    const row = db.message({ id });
    return row?.receives === receives && row.visible_at === visible_at && visible_at > now;
  });
  if (!same) return undefined;
  const ids = JSON.stringify(taken.map(({ id }) => id));
  return db.takeAgain({ ids, until: now + visibility * 1000 }).sort((a, b) => a.id - b.id);
}

function rememberAttempt(
  { db }: Parts,
  queue: Queue,
  attempt: string,
  taken: readonly MessageRow[],
  now: number,
): void {
  db.clearAttempts({ now });
  const written: Remembered[] = taken.map(({ id, receives, visible_at }) => ({ id, receives, visible_at }));
  const { id, content } = queue;
  db.putAttempt({ queue: id, attempt_id: attempt, content, taken: JSON.stringify(written), until: now + REMEMBERED });
}
