/** What could not be delivered: to the queue that the subscription names, if it names one, and into the log. */
import { isAwsError } from '../../../protocol/errors.ts';
import type { Parts } from '../context.ts';
import { takesRaw } from '../legal.ts';
import type { Message } from '../messages.ts';
import { isFifo } from '../names.ts';
import { deadLetterQueue } from '../subscriptionAttributes.ts';
import { notification, written } from './formats.ts';
import type { Receiver } from './origins.ts';
import { queueMessage } from './queueMessages.ts';

/** Inside the transaction that gives a delivery up. */
export function giveUp(parts: Parts, receiver: Receiver, message: Message, error: Error, attempts: number): void {
  const { row, topic, origin, set } = receiver;
  const log = { subscription: origin.subscriptionArn, message: message.messageId, attempts, reason: error.message };
  parts.world.log('warn', 'notifications.not-delivered', log);
  if (set.RedrivePolicy === undefined) return;
  const queue = deadLetterQueue(set.RedrivePolicy, { topic: topic.name, endpoint: row.endpoint });
  const text = (value: string) => ({ DataType: 'String', StringValue: value.slice(0, 1000) || '-' });
  const raw = set.RawMessageDelivery === 'true' && takesRaw(row.protocol);
  const target = raw
    ? queueMessage(parts.ports, receiver, message)
    : { payload: written(notification(parts.ports, origin, message, row.protocol)) };
  const fifo = isFifo(queue) && { messageGroupId: message.group, deduplicationId: message.deduplication };
  try {
    parts.ports.send(
      {
        ...{ arn: queue, payload: target.payload },
        ...(fifo || {}),
        attributes: {
          RequestID: text(message.messageId),
          ErrorCode: text(isAwsError(error) ? error.code : codeOf(error)),
          ErrorMessage: text(error.message),
        },
      },
      parts.ports.callAsService(origin.region, origin.topicArn),
    );
  } catch (refused) {
    // As on AWS, a dead-letter queue that takes nothing loses what it was to take.
    parts.world.log('error', 'notifications.lost', { ...log, queue, why: (refused as Error).message });
  }
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : error.name);
