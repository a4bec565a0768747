/** A message as a queue gets it: as it was published, or within a notification. */
import type { Target } from '../../../protocol/targets.ts';
import { type Message, type MessageAttribute, textFor } from '../messages.ts';
import { isFifo } from '../names.ts';
import type { NotificationPorts } from '../ports.ts';
import { notification, written } from './formats.ts';
import type { Receiver } from './origins.ts';

type QueueMessage = Omit<Target, 'arn'>;

export function queueMessage(
  means: Pick<NotificationPorts, 'signer' | 'links'>,
  { row, origin, set }: Receiver,
  message: Message,
): QueueMessage {
  // Queues of both kinds keep the groups of a message apart; the deduplication is a FIFO queue's.
  const order = {
    ...(message.group !== undefined && { messageGroupId: message.group }),
    ...(message.deduplication !== undefined && isFifo(row.endpoint) && { deduplicationId: message.deduplication }),
  };
  if (set.RawMessageDelivery !== 'true')
    return { payload: written(notification(means, origin, message, row.protocol)), ...order };
  const attributes = Object.fromEntries(Object.entries(message.attributes).map(([name, one]) => [name, asQueued(one)]));
  return { payload: textFor(message, row.protocol), attributes, ...order };
}

const asQueued = ({ Type, Value }: MessageAttribute) =>
  Type.startsWith('Binary') ? { DataType: Type, BinaryValue: Value } : { DataType: Type, StringValue: Value };
