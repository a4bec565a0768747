/**
 * Sending: what a message may be, and how it gets into its queue.
 *
 * N1. A message is a row, committed before its sender is answered.
 * N2. What a FIFO queue is sent again within five minutes, by its deduplication id, is answered as the first time and not kept.
 */
import { hash } from 'node:crypto';
import { uuid } from '../../base/random.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { checkBatch, eachOfBatch } from './batches.ts';
import type { Parts, Sdk } from './context.ts';
import { queueErrors } from './errors.ts';
import { LONGEST_BATCH, LONGEST_DELAY, REMEMBERED } from './limits.ts';
import { checkedAttributes, digestOf, refuseIllegal, sizeOf, writtenAttributes } from './messageAttributes.ts';
import { type Queue, requireQueue } from './queues.ts';

type Sent = OutputOf<Sdk, 'SendMessage'>;
type Given = Omit<InputOf<Sdk, 'SendMessage'>, 'QueueUrl'>;

export function sendMessage(parts: Parts, { QueueUrl = '', ...given }: InputOf<Sdk, 'SendMessage'>, call: Call): Sent {
  const queue = requireQueue(parts, QueueUrl, call);
  return send(parts, queue, given, call);
}

export function sendMessageBatch(
  parts: Parts,
  { QueueUrl = '', Entries: entries = [] }: InputOf<Sdk, 'SendMessageBatch'>,
  call: Call,
): OutputOf<Sdk, 'SendMessageBatch'> {
  const queue = requireQueue(parts, QueueUrl, call);
  checkBatch('SendMessageBatchRequestEntry', entries);
  const size = entries.reduce((sum, { MessageBody = '' }) => sum + Buffer.byteLength(MessageBody), 0);
  if (size > LONGEST_BATCH) throw queueErrors.batchTooLong(LONGEST_BATCH, size);
  return eachOfBatch(entries, (entry) => {
    const { MessageId, ...sent } = send(parts, queue, entry, call);
    return { ...sent, MessageId, MD5OfMessageBody: sent.MD5OfMessageBody };
  });
}

function send(parts: Parts, queue: Queue, given: Given, call: Call): Sent {
  const { settings, content } = queue;
  const { MessageBody: body = '' } = given;
  if (body === '') throw queueErrors.missing('MessageBody');
  refuseIllegal(body);
  const attributes = checkedAttributes(given.MessageAttributes ?? {});
  const size = Buffer.byteLength(body) + sizeOf(attributes);
  if (size > settings.longestMessage) throw queueErrors.messageTooLong(settings.longestMessage);
  const system = checkedAttributes(given.MessageSystemAttributes ?? {});
  const order = settings.fifo ? orderOf(queue, given) : unordered(given);
  const digests = digestsOf(hash('md5', body), digestOf(attributes), digestOf(system));
  const before = order.deduplication && sentBefore(parts, queue, order, call.now);
  if (before) return { ...digests, ...before };
  const message_id = uuid(parts.world.random);
  const visible = call.now + delayOf(queue, given) * 1000;
  const trace = system[0]?.value;
  const id = parts.db.insertMessage({
    ...{ content, message_id, body, md5: digests.MD5OfMessageBody, size, attributes: writtenAttributes(attributes) },
    ...{ sender: call.principal.userId, trace_header: typeof trace === 'string' ? trace : null },
    ...{ group_id: order.group ?? null, deduplication_id: order.deduplication ?? null },
    ...{ sent_at: call.now, visible_at: visible },
  });
  if (settings.fifo) parts.db.addGroup({ content, group: order.group!, ready: visible });
  if (order.deduplication) remember(parts, queue, order, { message_id, sequence: id }, call.now);
  parts.store.whenDurable(() => parts.waiters.wake(queue.arn));
  return { ...digests, MessageId: message_id, ...(settings.fifo && { SequenceNumber: sequenceNumber(id) }) };
}

function digestsOf(body: string, attributes: string | undefined, system: string | undefined) {
  return {
    ...(attributes !== undefined && { MD5OfMessageAttributes: attributes }),
    MD5OfMessageBody: body,
    ...(system !== undefined && { MD5OfMessageSystemAttributes: system }),
  };
}

/** Twenty digits, growing. */
export const sequenceNumber = (id: number): string => String(id).padStart(20, '0');

/** @throws InvalidParameterValue */
function delayOf({ settings }: Queue, { DelaySeconds: asked }: Given): number {
  if (asked === undefined) return settings.delay;
  if (settings.fifo && asked !== 0) throw queueErrors.notForKind(asked, 'DelaySeconds');
  if (asked < 0 || asked > LONGEST_DELAY) {
    throw queueErrors.value(asked, 'DelaySeconds', `DelaySeconds must be >= 0 and <= ${LONGEST_DELAY}.`);
  }
  return settings.fifo ? settings.delay : asked;
}

type Order = { group?: string | undefined; deduplication?: string | undefined };

const ID = /^[!-~]{1,128}$/;

/** @throws MissingParameter, InvalidParameterValue */
function orderOf({ settings }: Queue, given: Given): Order {
  const { MessageGroupId: group = '', MessageDeduplicationId: asked, MessageBody: body = '' } = given;
  if (group === '') throw queueErrors.missing('MessageGroupId');
  if (!ID.test(group)) throw queueErrors.fifoId(group, 'MessageGroupId');
  if (asked !== undefined && !ID.test(asked)) throw queueErrors.fifoId(asked, 'MessageDeduplicationId');
  if (asked === undefined && !settings.contentBased) throw queueErrors.noDeduplication();
  return { group, deduplication: asked ?? hash('sha256', body) };
}

/** A standard queue takes the names of groups, for fairness among them, and promises no order. */
function unordered({ MessageGroupId: group, MessageDeduplicationId: deduplication }: Given): Order {
  if (deduplication !== undefined) throw queueErrors.notForKind(deduplication, 'MessageDeduplicationId');
  if (group !== undefined && !ID.test(group)) throw queueErrors.fifoId(group, 'MessageGroupId');
  return { group };
}

const scopeOf = ({ settings }: Queue, { group = '' }: Order) => (settings.byGroup ? group : '');

function sentBefore({ db }: Parts, queue: Queue, order: Order, now: number): Sent | undefined {
  const key = { queue: queue.id, scope: scopeOf(queue, order), deduplication_id: order.deduplication! };
  const found = db.deduplication(key);
  if (!found || found.until <= now) return undefined;
  return { MessageId: found.message_id, SequenceNumber: sequenceNumber(found.sequence) };
}

type Kept = { message_id: string; sequence: number };

function remember({ db }: Parts, queue: Queue, order: Order, kept: Kept, now: number): void {
  db.clearDeduplications({ now });
  const key = { queue: queue.id, scope: scopeOf(queue, order), deduplication_id: order.deduplication! };
  db.putDeduplication({ ...key, ...kept, until: now + REMEMBERED });
}
