/** What is done with messages that have been received: they are deleted, or hidden for longer or shorter. */
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { checkBatch, eachOfBatch } from './batches.ts';
import type { Parts, Sdk } from './context.ts';
import { queueErrors } from './errors.ts';
import { settle } from './groups.ts';
import { LONGEST_VISIBILITY } from './limits.ts';
import { type Queue, requireQueue } from './queues.ts';
import { readReceipt } from './receipts.ts';
import type { MessageRow } from './store.ts';
import { expiredBy } from './transfers.ts';

export function deleteMessage(
  parts: Parts,
  { QueueUrl = '', ReceiptHandle = '' }: InputOf<Sdk, 'DeleteMessage'>,
  call: Call,
): void {
  remove(parts, requireQueue(parts, QueueUrl, call), ReceiptHandle, call.now);
}

export function deleteMessageBatch(
  parts: Parts,
  { QueueUrl = '', Entries: entries = [] }: InputOf<Sdk, 'DeleteMessageBatch'>,
  call: Call,
): OutputOf<Sdk, 'DeleteMessageBatch'> {
  const queue = requireQueue(parts, QueueUrl, call);
  checkBatch('DeleteMessageBatchRequestEntry', entries);
  return eachOfBatch(entries, ({ ReceiptHandle = '' }) => {
    remove(parts, queue, ReceiptHandle, call.now);
    return {};
  });
}

/**
 * One that is gone is no mistake. As on AWS, of a standard message that was received again since, an earlier receipt deletes
 * nothing; and of a FIFO message that is not in flight any more, a receipt is refused.
 */
function remove(parts: Parts, queue: Queue, handle: string, now: number): void {
  const row = received(parts, queue, handle, now);
  if (!row) return;
  if (queue.settings.fifo && row.visible_at <= now) throw queueErrors.expiredReceipt(handle);
  parts.db.removeMessage({ id: row.id });
  changed(parts, queue, row, now);
}

/** The message whose last receive a handle is of; undefined when its retention is over. */
function received({ db }: Parts, queue: Queue, handle: string, now: number): MessageRow | undefined {
  const { id, receives, messageId } = readReceipt(handle, queue.id);
  const row = db.message({ id });
  const isIt = row?.content === queue.content && row.message_id === messageId && row.receives === receives;
  return isIt && row.sent_at > expiredBy(queue, now) ? row : undefined;
}

/** Something of its group may be received now. */
function changed(parts: Parts, queue: Queue, { group_id }: MessageRow, now: number): void {
  if (!queue.settings.fifo || group_id === null) return;
  settle(parts.db, { content: queue.content, group: group_id, now, sent: expiredBy(queue, now) });
  parts.store.whenDurable(() => parts.waiters.wake(queue.arn));
}

export function changeMessageVisibility(
  parts: Parts,
  { QueueUrl = '', ReceiptHandle = '', VisibilityTimeout = 0 }: InputOf<Sdk, 'ChangeMessageVisibility'>,
  call: Call,
): void {
  change(parts, requireQueue(parts, QueueUrl, call), ReceiptHandle, VisibilityTimeout, call.now);
}

export function changeMessageVisibilityBatch(
  parts: Parts,
  { QueueUrl = '', Entries: entries = [] }: InputOf<Sdk, 'ChangeMessageVisibilityBatch'>,
  call: Call,
): OutputOf<Sdk, 'ChangeMessageVisibilityBatch'> {
  const queue = requireQueue(parts, QueueUrl, call);
  checkBatch('ChangeMessageVisibilityBatchRequestEntry', entries);
  return eachOfBatch(entries, ({ ReceiptHandle = '', VisibilityTimeout = queue.settings.visibilityTimeout }) => {
    change(parts, queue, ReceiptHandle, VisibilityTimeout, call.now);
    return {};
  });
}

function change(parts: Parts, queue: Queue, handle: string, timeout: number, now: number): void {
  if (timeout < 0 || timeout > LONGEST_VISIBILITY) {
    throw queueErrors.value(
      timeout,
      'VisibilityTimeout',
      `VisibilityTimeout must be an integer between 0 and ${LONGEST_VISIBILITY}.`,
    );
  }
  const row = received(parts, queue, handle, now);
  if (!row || row.visible_at <= now) throw queueErrors.notInFlight(handle);
  const visible = now + timeout * 1000;
  const latest = row.received_at! + LONGEST_VISIBILITY * 1000;
  if (visible > latest) throw queueErrors.visibilityTooLong(handle, Math.floor((latest - now) / 1000));
  parts.db.setVisible({ id: row.id, visible });
  changed(parts, queue, row, now);
  parts.store.whenDurable(() => parts.waiters.wakeAt(queue.arn, visible));
}
