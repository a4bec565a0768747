/**
 * Handing a message out: a delivery for each subscription whose filter it passes.
 *
 * O1. A message's row, and the deliveries that name it, are written in the transaction that publishes it; of a topic with many
 *     subscriptions the first page, and one piece of work that goes on with the next.
 * O2. Each of these ends by `settle`, and the last of them removes the message.
 */
import type { Parts, Queues } from '../context.ts';
import { httpPolicy } from '../deliveryPolicies.ts';
import { filtered } from '../filters.ts';
import type { Protocol } from '../legal.ts';
import type { Message } from '../messages.ts';
import type { SubscriptionRow, TopicRow } from '../store.ts';
import { setOf } from '../subscriptions.ts';
import { attributesOf } from '../topics.ts';

/** Subscriptions in one transaction, of a short message and of a long one: what the loop may spend on it. */
const AT_A_TIME = { short: 50, long: 10 };
const LONG = 32 * 1024;
const pageOf = ({ text }: Message): number => (text.length > LONG ? AT_A_TIME.long : AT_A_TIME.short);

const QUEUE_OF: Readonly<Record<Protocol, keyof Queues>> = {
  http: 'http',
  https: 'http',
  email: 'mail',
  'email-json': 'mail',
  sqs: 'inside',
  lambda: 'inside',
};

/** Inside the transaction that publishes the message. */
export function fanOut(parts: Parts, topic: TopicRow, message: Message): void {
  const first = parts.db.subscriptionsOf({ topic: topic.id, after: 0, limit: pageOf(message) + 1 });
  // Nobody is there: it is published, and gone.
  if (first.length === 0) return;
  const id = parts.db.insertMessage({ topic: topic.id, message: JSON.stringify(message), pending: 0 });
  handOut(parts, topic, { id, message }, first);
}

/** Inside a transaction: goes on after a subscription. */
export function fanOutFurther(parts: Parts, id: number, after: number): void {
  const row = parts.db.message({ id });
  const topic = row && parts.db.topicOfId({ id: row.topic });
  if (row && topic) {
    const message = JSON.parse(row.message) as Message;
    const next = parts.db.subscriptionsOf({ topic: topic.id, after, limit: pageOf(message) + 1 });
    handOut(parts, topic, { id, message }, next);
  }
  settle(parts, id);
}

type Kept = { id: number; message: Message };

/** @param subscriptions one more than a page, where there are more */
function handOut(parts: Parts, topic: TopicRow, kept: Kept, subscriptions: readonly SubscriptionRow[]): void {
  const { db, queues } = parts;
  const page = subscriptions.slice(0, pageOf(kept.message));
  const passes = filtered(kept.message);
  const isWanted = (row: SubscriptionRow): boolean => {
    const { FilterPolicy: filter, FilterPolicyScope: scope } = setOf(row);
    return row.status === 'confirmed' && (filter === undefined || passes(filter, scope, row.protocol));
  };
  const receivers = page.filter(isWanted);
  for (const row of receivers) deliver(parts, topic, kept, row);
  const goesOn = subscriptions.length > page.length;
  const more = receivers.length + Number(goesOn);
  if (more > 0) db.addPending({ id: kept.id, more });
  else db.removeSettled({ id: kept.id });
  if (goesOn) queues.inside.add(`topic ${topic.id}`, { kind: 'fan-out', message: kept.id, after: page.at(-1)!.id });
}

function deliver({ queues, pace }: Parts, topic: TopicRow, { id, message }: Kept, row: SubscriptionRow): void {
  const queue = QUEUE_OF[row.protocol];
  const perSecond =
    queue === 'http' ? httpPolicy(setOf(row).DeliveryPolicy, attributesOf(topic).DeliveryPolicy).perSecond : undefined;
  const due = perSecond === undefined ? undefined : pace(row.id, perSecond, message.at);
  queues[queue].add(String(row.id), { kind: 'message', message: id, subscription: row.id }, due);
}

/** Inside a transaction: one delivery of a message has ended, however it did (O2). */
export function settle({ db }: Pick<Parts, 'db'>, id: number): void {
  db.addPending({ id, more: -1 });
  db.removeSettled({ id });
}
