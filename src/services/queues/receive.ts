/**
 * ReceiveMessage, with long polling.
 *
 * P1. Who waits holds no transaction, looks only when there may be something, and is done as soon as the client hangs up or the
 *     server stops.
 * P2. Who has hung up takes nothing.
 */
import type { InputOf, OutputOf, StreamCall } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { queueErrors } from './errors.ts';
import { LONGEST_VISIBILITY, LONGEST_WAIT, MOST_AT_ONCE } from './limits.ts';
import { attributesFor, digestOf, toSdk } from './messageAttributes.ts';
import { arnByUrl } from './names.ts';
import { type Queue, requireQueue } from './queues.ts';
import { writeReceipt } from './receipts.ts';
import { sequenceNumber } from './send.ts';
import type { MessageRow } from './store.ts';
import { takeMessages } from './take.ts';

type Input = InputOf<Sdk, 'ReceiveMessage'>;
type Output = OutputOf<Sdk, 'ReceiveMessage'>;
type Message = NonNullable<Output['Messages']>[number];

/** What a look at the queue led to. */
type Look = { messages: Message[]; wait: number };

export async function receiveMessage(parts: Parts, input: Input, call: StreamCall): Promise<Output> {
  checkInput(input);
  const { world, waiters } = parts;
  const arn = arnByUrl(input.QueueUrl!, call);
  const waiting = waiters.enter(arn);
  const heard = call.whenGone?.(waiting.end);
  let passOn = true;
  try {
    for (;;) {
      waiting.look();
      const { messages, wait } = await call.commit(() => look(parts, input, call));
      // Who found something leaves the rest to the next one; who found nothing has said when to look again.
      passOn = messages.length > 0 || call.isGone?.() === true;
      const until = call.now + wait * 1000;
      if (passOn || world.clock.now() >= until || waiters.stopped())
        return messages.length > 0 ? { Messages: messages } : {};
      passOn = true;
      await waiting.wait(until);
    }
  } finally {
    heard?.();
    waiting.leave(passOn);
  }
}

function look(parts: Parts, input: Input, call: StreamCall): Look {
  const queue = requireQueue(parts, input.QueueUrl!, call);
  const { settings } = queue;
  const now = parts.world.clock.now();
  const attempt = input.ReceiveRequestAttemptId;
  if (attempt !== undefined && !settings.fifo) throw queueErrors.notForKind(attempt, 'ReceiveRequestAttemptId');
  if (call.isGone?.()) return { messages: [], wait: 0 };
  const asked = {
    most: input.MaxNumberOfMessages ?? 1,
    visibility: input.VisibilityTimeout ?? settings.visibilityTimeout,
  };
  const taken = takeMessages(parts, queue, { ...asked, attempt, now });
  if (taken.length === 0) sayWhenNext(parts, queue, now);
  return {
    messages: taken.map((row) => messageOf(queue, row, input)),
    wait: input.WaitTimeSeconds ?? settings.wait,
  };
}

function sayWhenNext({ db, waiters }: Parts, { arn, content, settings }: Queue, now: number): void {
  const next = settings.fifo ? db.nextReady({ content, now }) : db.nextVisible({ content, now });
  if (next?.at !== null && next?.at !== undefined) waiters.wakeAt(arn, next.at);
}

/** @throws InvalidParameterValue */
function checkInput({ MaxNumberOfMessages: most, WaitTimeSeconds: wait, VisibilityTimeout: visibility }: Input): void {
  const between = (value: number | undefined, name: string, least: number, greatest: number) => {
    if (value === undefined || (value >= least && value <= greatest)) return;
    throw queueErrors.value(value, name, `Must be between ${least} and ${greatest}, if provided.`);
  };
  between(most, 'MaxNumberOfMessages', 1, MOST_AT_ONCE);
  between(wait, 'WaitTimeSeconds', 0, LONGEST_WAIT);
  between(visibility, 'VisibilityTimeout', 0, LONGEST_VISIBILITY);
}

function messageOf(queue: Queue, row: MessageRow, input: Input): Message {
  const attributes = attributesFor(row.attributes, input.MessageAttributeNames ?? []);
  const digest = digestOf(attributes);
  const system = systemAttributes(row, queue.settings.fifo, [
    ...(input.AttributeNames ?? []),
    ...(input.MessageSystemAttributeNames ?? []),
  ]);
  return {
    MessageId: row.message_id,
    ReceiptHandle: writeReceipt(queue.id, row),
    MD5OfBody: row.md5,
    Body: row.body,
    ...(system.length > 0 && { Attributes: Object.fromEntries(system) }),
    ...(digest !== undefined && {
      MD5OfMessageAttributes: digest,
      MessageAttributes: Object.fromEntries(attributes.map((one) => [one.name, toSdk(one)])),
    }),
  };
}

function systemAttributes(row: MessageRow, fifo: boolean, asked: readonly string[]): [string, string][] {
  if (asked.length === 0) return [];
  const all: Readonly<Record<string, string | number | null>> = {
    SenderId: row.sender,
    SentTimestamp: row.sent_at,
    ApproximateReceiveCount: row.receives,
    ApproximateFirstReceiveTimestamp: row.first_received_at,
    SequenceNumber: fifo ? sequenceNumber(row.id) : null,
    MessageDeduplicationId: row.deduplication_id,
    MessageGroupId: row.group_id,
    AWSTraceHeader: row.trace_header,
    DeadLetterQueueSourceArn: row.source,
  };
  return Object.entries(all).flatMap(([name, value]): [string, string][] =>
    value !== null && (asked.includes('All') || asked.includes(name)) ? [[name, String(value)]] : [],
  );
}
