/**
 * Receipt handles: which message was received, and which time that was.
 *
 * R1. A handle is good for the message's last receive only; it names the message's own random id, so that it cannot be guessed.
 */
import { queueErrors } from './errors.ts';
import type { MessageRow } from './store.ts';

export type Receipt = { queue: number; id: number; receives: number; messageId: string };

const LONGEST = 1024;

export const writeReceipt = (queue: number, { id, receives, message_id }: MessageRow): string =>
  Buffer.from(`${queue}/${id}/${receives}/${message_id}`).toString('base64');

/** @throws ReceiptHandleIsInvalid */
export function readReceipt(handle: string, queue: number): Receipt {
  const text = handle.length <= LONGEST ? Buffer.from(handle, 'base64').toString() : '';
  const [, of, id, receives, messageId] = /^(\d{1,15})\/(\d{1,15})\/(\d{1,10})\/([\da-f-]{36})$/.exec(text) ?? [];
  if (messageId === undefined || Number(of) !== queue) throw queueErrors.receipt(handle);
  return { queue, id: Number(id), receives: Number(receives), messageId };
}
