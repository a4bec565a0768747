/**
 * Deliveries within the store: to queues and functions of this server, and the service's own work. What each does commits with
 * its end: exactly once.
 */
import type { Deliverer, Delivery } from '../../../engine/deliveries.ts';
import { awsError, isAwsError } from '../../../protocol/errors.ts';
import type { Parts, Work } from '../context.ts';
import { INSIDE_RETRIES, retryDelay } from '../deliveryPolicies.ts';
import { MOST_RAW_ATTRIBUTES } from '../legal.ts';
import type { Message } from '../messages.ts';
import { forget } from '../subscriptions.ts';
import { giveUp } from './deadLetters.ts';
import { fanOutFurther, settle } from './fanOut.ts';
import { functionEvent } from './formats.ts';
import { messageOf, type Receiver, receiverOf } from './origins.ts';
import { queueMessage } from './queueMessages.ts';

export function insideDeliverer(parts: () => Parts): Deliverer<Work> {
  return {
    deliver({ body }) {
      if (body.kind === 'fan-out') fanOutFurther(parts(), body.message, body.after);
      else if (body.kind === 'forget') forget(parts(), body.subscription, body.token);
      else if (body.kind === 'message') send(parts(), body);
      return undefined;
    },
    failed: (delivery, error) => failed(parts(), delivery, error as Error),
  };
}

type OfMessage = Extract<Work, { kind: 'message' }>;

function send(parts: Parts, { message: id, subscription }: OfMessage): void {
  const receiver = receiverOf(parts, subscription);
  const message = messageOf(parts, id);
  if (receiver?.row.status === 'confirmed' && message) sendTo(parts, receiver, message);
  settle(parts, id);
}

function sendTo({ ports }: Parts, receiver: Receiver, message: Message): void {
  const { row, origin, set } = receiver;
  const call = ports.callAsService(origin.region, origin.topicArn);
  if (row.protocol === 'lambda') {
    ports.send({ arn: row.endpoint, payload: JSON.stringify(functionEvent(ports, origin, message)) }, call);
    return;
  }
  if (set.RawMessageDelivery === 'true' && Object.keys(message.attributes).length > MOST_RAW_ATTRIBUTES)
    throw awsError(
      'TooManyMessageAttributes',
      `A queue takes ${MOST_RAW_ATTRIBUTES} attributes of a raw message, and it has ${Object.keys(message.attributes).length}.`,
    );
  ports.send({ arn: row.endpoint, ...queueMessage(ports, receiver, message) }, call);
}

/** What is denied, or not there, stays so: AWS's client-side errors. The rest is tried again. */
function failed(parts: Parts, { body, attempt }: Delivery<Work>, error: Error): number | undefined {
  const permanent = isAwsError(error) && error.status < 500 && error.status !== 429;
  const delay = permanent ? undefined : retryDelay(INSIDE_RETRIES, attempt);
  if (delay !== undefined) return parts.world.clock.now() + delay;
  if (body.kind !== 'message') return undefined;
  const receiver = receiverOf(parts, body.subscription);
  const message = messageOf(parts, body.message);
  if (receiver && message) giveUp(parts, receiver, message, error, attempt);
  settle(parts, body.message);
  return undefined;
}
