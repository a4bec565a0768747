/**
 * Publishing: a message is taken, given its id, and handed out.
 *
 * F1. In a FIFO topic a deduplication id is taken once in five minutes: again it answers the same message, and nobody is sent anything.
 * F2. Sequence numbers of a topic grow.
 */
import { hash } from 'node:crypto';
import { uuid } from '../../base/random.ts';
import { isAwsError } from '../../protocol/errors.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { fanOut } from './delivery/fanOut.ts';
import { notificationErrors } from './errors.ts';
import { DEDUPLICATED_FOR, LONGEST_MESSAGE, MOST_IN_BATCH } from './legal.ts';
import { type Message, type Publishable, readMessage, sizeOf } from './messages.ts';
import { isFifo } from './names.ts';
import type { TopicRow } from './store.ts';
import { attributesOf, requireTopic } from './topics.ts';

type Published = { MessageId: string; SequenceNumber?: string };

/** The topic's ARN, by either name. @throws InvalidParameter for messages to phones and devices */
export function publishTarget(input: Pick<InputOf<Sdk, 'Publish'>, 'TopicArn' | 'TargetArn' | 'PhoneNumber'>): string {
  if (input.PhoneNumber !== undefined) throw notificationErrors.publishTo('PhoneNumber');
  const arn = input.TopicArn ?? input.TargetArn;
  if (arn === undefined || (input.TopicArn !== undefined && input.TargetArn !== undefined))
    throw notificationErrors.missing('TopicArn or TargetArn');
  if (/^arn:[^:]*:sns:[^:]*:[^:]*:endpoint\//.test(arn)) throw notificationErrors.publishTo('TargetArn');
  return arn;
}

export function publish(parts: Parts, input: InputOf<Sdk, 'Publish'>, call: Call): OutputOf<Sdk, 'Publish'> {
  const parameter = input.TopicArn === undefined ? 'TargetArn' : 'TopicArn';
  const topic = requireTopic(parts, publishTarget(input), call, parameter);
  return publishOne(parts, topic, input, call);
}

function publishOne(parts: Parts, topic: TopicRow, given: Publishable, call: Call): Published {
  const read = readMessage(given);
  const message: Message = {
    ...{ messageId: uuid(parts.world.random), at: call.now },
    ...read,
    ...groupOf(topic, given),
  };
  if (!isFifo(topic.name)) {
    fanOut(parts, topic, message);
    return { MessageId: message.messageId };
  }
  return inOrder(parts, topic, { ...message, deduplication: deduplicationOf(topic, given) });
}

/** Of a standard topic it is passed on to queues, which take turns by it. */
function groupOf(topic: TopicRow, { MessageGroupId: group, MessageDeduplicationId: id }: Publishable) {
  if (group !== undefined) requireId('MessageGroupId', group);
  if (isFifo(topic.name) && group === undefined) throw notificationErrors.groupRequired();
  if (!isFifo(topic.name) && id !== undefined) throw notificationErrors.notOfThisTopic('MessageDeduplicationId');
  return group === undefined ? {} : { group };
}

const FIFO_ID = /^[\x21-\x7e]{1,128}$/;

function requireId(parameter: string, text: string): void {
  if (!FIFO_ID.test(text)) throw notificationErrors.fifoId(parameter);
}

function deduplicationOf(topic: TopicRow, { MessageDeduplicationId: id, Message: text = '' }: Publishable): string {
  if (id !== undefined) {
    requireId('MessageDeduplicationId', id);
    return id;
  }
  if (attributesOf(topic).ContentBasedDeduplication !== 'true') throw notificationErrors.deduplicationRequired();
  return hash('sha256', text, 'hex');
}

/** F1, F2. */
function inOrder(parts: Parts, topic: TopicRow, message: Message & { deduplication: string }): Published {
  const { db } = parts;
  const scope = attributesOf(topic).FifoThroughputScope === 'MessageGroup' ? (message.group ?? '') : '';
  const key = { topic: topic.id, scope, deduplication_id: message.deduplication };
  const before = db.deduplication(key);
  if (before && before.until > message.at) return { MessageId: before.message_id, SequenceNumber: before.sequence };
  db.forgetDeduplication({ now: message.at });
  // Messages of one batch follow each other.
  const number = db.topicOfId({ id: topic.id })!.sequence + 1;
  const sequence = `1${String(number).padStart(16, '0')}000`;
  db.setSequence({ id: topic.id, sequence: number });
  db.putDeduplication({ ...key, message_id: message.messageId, sequence, until: message.at + DEDUPLICATED_FOR });
  fanOut(parts, topic, { ...message, sequence });
  return { MessageId: message.messageId, SequenceNumber: sequence };
}

type Entry = NonNullable<InputOf<Sdk, 'PublishBatch'>['PublishBatchRequestEntries']>[number];

const BATCH_ID = /^[A-Za-z0-9_-]{1,80}$/;

/** What is wrong with one message fails that one alone. */
export function publishBatch(
  parts: Parts,
  { TopicArn: arn, PublishBatchRequestEntries: entries = [] }: InputOf<Sdk, 'PublishBatch'>,
  call: Call,
): OutputOf<Sdk, 'PublishBatch'> {
  const topic = requireTopic(parts, arn!, call);
  requireBatch(entries);
  const answer = { Successful: [] as ({ Id: string } & Published)[], Failed: [] as Failure[] };
  for (const entry of entries) {
    const Id = entry.Id ?? '';
    try {
      answer.Successful.push({ Id, ...publishOne(parts, topic, entry, call) });
    } catch (error) {
      if (!isAwsError(error) || error.status >= 500) throw error;
      answer.Failed.push({ Id, Code: error.code, Message: error.message, SenderFault: true });
    }
  }
  return answer;
}

type Failure = { Id: string; Code: string; Message: string; SenderFault: boolean };

function requireBatch(entries: readonly Entry[]): void {
  if (entries.length === 0) throw notificationErrors.batchEmpty();
  if (entries.length > MOST_IN_BATCH) throw notificationErrors.batchTooMany();
  if (entries.some(({ Id = '' }) => !BATCH_ID.test(Id))) throw notificationErrors.batchId();
  if (new Set(entries.map(({ Id }) => Id)).size < entries.length) throw notificationErrors.batchIds();
  const bytes = entries.reduce((sum, { Message: text = '' }) => sum + sizeOf(text, {}), 0);
  if (bytes > LONGEST_MESSAGE) throw notificationErrors.batchTooLong();
}
