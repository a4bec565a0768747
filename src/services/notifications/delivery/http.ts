/**
 * Deliveries by HTTP and HTTPS.
 *
 * H1. A message counts as taken by an answer of 200 to 299, and by nothing else. What the endpoint itself refuses (300 to 499, but 429)
 *     is not tried again.
 */
import type { Deliverer, Delivery } from '../../../engine/deliveries.ts';
import type { Parts, Work } from '../context.ts';
import { httpPolicy, retryDelay } from '../deliveryPolicies.ts';
import { textFor } from '../messages.ts';
import type { Post } from '../ports.ts';
import { confirmedByAnswer } from '../subscriptions.ts';
import { giveUp } from './deadLetters.ts';
import { settle } from './fanOut.ts';
import { chatText, handshake, notification, written } from './formats.ts';
import { messageOf, type Receiver, receiverOf } from './origins.ts';

type HttpWork = Extract<Work, { kind: 'message' | 'handshake' }>;

type Refusal = Error & { code: string; retried: boolean };

/** An endpoint's answer that is not one of taking the message (H1). */
function refusal(status: number): Refusal {
  const retried = status < 300 || status >= 500 || status === 429;
  return Object.assign(new Error(`The endpoint answered with the status ${status}.`), {
    code: String(status),
    retried,
  });
}

const isFinal = (error: Error): boolean => 'retried' in error && error.retried === false;

export function httpDeliverer(parts: () => Parts): Deliverer<Work> {
  return {
    deliver({ body }) {
      const work = body as HttpWork;
      const post = postOf(parts(), work);
      if (post) {
        return async (stopped) => {
          const status = await parts().ports.post(post(), stopped);
          if (status < 200 || status >= 300) throw refusal(status);
        };
      }
      // It is gone, or has changed its mind.
      if (work.kind === 'message') settle(parts(), work.message);
      return undefined;
    },
    delivered({ body }) {
      const work = body as HttpWork;
      if (work.kind === 'message') return settle(parts(), work.message);
      const receiver = receiverOf(parts(), work.subscription);
      if (receiver?.set.TelarFormat) confirmedByAnswer(parts(), receiver.row);
    },
    failed: (delivery, error) => failed(parts(), delivery, error as Error),
  };
}

/** What is posted, written once it is to be sent. */
function postOf(parts: Parts, work: HttpWork): (() => Post) | undefined {
  const receiver = receiverOf(parts, work.subscription);
  if (!receiver) return undefined;
  if (work.kind === 'handshake') return isDue(receiver, work) ? () => handshakePost(parts, receiver, work) : undefined;
  const message = messageOf(parts, work.message);
  if (!message || receiver.row.status !== 'confirmed') return undefined;
  const { row, origin, set } = receiver;
  const { contentType } = httpPolicy(set.DeliveryPolicy, receiver.topicDeliveryPolicy);
  const headers = headersOf('Notification', message.messageId, receiver, contentType);
  const text = textFor(message, row.protocol);
  if (set.TelarFormat) {
    return () => ({ url: row.endpoint, headers: JSON_ONLY, body: chatText(set.TelarFormat!, message.subject, text) });
  }
  if (set.RawMessageDelivery === 'true')
    return () => ({ url: row.endpoint, headers: { ...headers, 'x-amz-sns-rawdelivery': 'true' }, body: text });
  return () => ({
    ...{ url: row.endpoint, headers },
    body: written(notification(parts.ports, origin, message, row.protocol)),
  });
}

const JSON_ONLY = { 'content-type': 'application/json; charset=UTF-8' };

type HandshakeWork = Extract<Work, { kind: 'handshake' }>;

/** A request to confirm that comes too late is not sent. */
const isDue = ({ row }: Receiver, { type }: HandshakeWork): boolean =>
  row.status === (type === 'SubscriptionConfirmation' ? 'pending' : 'deleted');

function handshakePost({ ports }: Parts, receiver: Receiver, { type, messageId, at }: HandshakeWork): Post {
  const { row, origin, set } = receiver;
  if (set.TelarFormat) {
    const text = `Messages of the topic ${origin.topicArn} are sent here from now on.`;
    return { url: row.endpoint, headers: JSON_ONLY, body: chatText(set.TelarFormat, undefined, text) };
  }
  const { contentType } = httpPolicy(set.DeliveryPolicy, receiver.topicDeliveryPolicy);
  return {
    url: row.endpoint,
    headers: headersOf(type, messageId, receiver, contentType),
    body: written(handshake(ports, origin, { type, messageId, at, token: row.token })),
  };
}

function headersOf(type: string, messageId: string, { origin, row }: Receiver, contentType: string) {
  return {
    'x-amz-sns-message-type': type,
    'x-amz-sns-message-id': messageId,
    'x-amz-sns-topic-arn': origin.topicArn,
    ...(row.status !== 'pending' && { 'x-amz-sns-subscription-arn': origin.subscriptionArn }),
    'content-type': contentType,
    'user-agent': 'Amazon Simple Notification Service Agent',
  };
}

function failed(parts: Parts, { body, attempt }: Delivery<Work>, error: Error): number | undefined {
  const work = body as HttpWork;
  const receiver = receiverOf(parts, work.subscription);
  if (receiver && !isFinal(error)) {
    const { retries } = httpPolicy(receiver.set.DeliveryPolicy, receiver.topicDeliveryPolicy);
    const delay = retryDelay(retries, attempt);
    if (delay !== undefined) return parts.world.clock.now() + delay;
  }
  if (work.kind === 'handshake') {
    parts.world.log('warn', 'notifications.not-asked', {
      subscription: receiver?.origin.subscriptionArn,
      reason: error.message,
    });
    return undefined;
  }
  const message = messageOf(parts, work.message);
  if (receiver && message) giveUp(parts, receiver, message, error, attempt);
  settle(parts, work.message);
  return undefined;
}
