/**
 * Deliveries by mail: each into the outbox, and to the mail server where one is configured.
 *
 * M1. A mail stands in the outbox once, in the transaction of its first attempt; what becomes of it is recorded there.
 */
import type { Deliverer, Delivery } from '../../../engine/deliveries.ts';
import type { Parts, Work } from '../context.ts';
import { MAIL_RETRIES, retryDelay } from '../deliveryPolicies.ts';
import { keepMail, setMailStatus } from '../outbox.ts';
import { giveUp } from './deadLetters.ts';
import { settle } from './fanOut.ts';
import { confirmationMail, notificationMail } from './mails.ts';
import { messageOf, type Receiver, receiverOf } from './origins.ts';

type MailWork = Extract<Work, { kind: 'message' | 'handshake' }>;

export function mailDeliverer(parts: () => Parts): Deliverer<Work> {
  return {
    deliver: (delivery) => deliver(parts(), delivery),
    delivered(delivery) {
      const work = delivery.body as MailWork;
      setMailStatus(parts(), delivery.id, 'mailed');
      if (work.kind === 'message') settle(parts(), work.message);
    },
    failed: (delivery, error) => failed(parts(), delivery, error as Error),
  };
}

function deliver(parts: Parts, { id, body }: Delivery<Work>) {
  const work = body as MailWork;
  const receiver = receiverOf(parts, work.subscription);
  const mail = receiver && mailOf(parts, receiver, work);
  if (mail) {
    const { kind } = mail;
    const { region, topicArn, subscriptionArn } = receiver.origin;
    keepMail(parts, { delivery: id, region, topic: topicArn, subscription: subscriptionArn, kind, mail });
    const server = parts.ports.mail;
    if (server) return (stopped: AbortSignal) => server.send(mail, stopped);
  }
  if (work.kind === 'message') settle(parts, work.message);
  return undefined;
}

function mailOf(parts: Parts, receiver: Receiver, work: MailWork) {
  if (work.kind === 'handshake')
    return receiver.row.status === 'pending'
      ? { kind: 'confirmation' as const, ...confirmationMail(parts.ports, receiver, work) }
      : undefined;
  const message = messageOf(parts, work.message);
  return message && receiver.row.status === 'confirmed'
    ? { kind: 'notification' as const, ...notificationMail(parts.ports, receiver, message) }
    : undefined;
}

/** A mail server's 5xx is its last word (RFC 5321, 4.2.1). */
const isPermanent = (error: Error): boolean =>
  'responseCode' in error && typeof error.responseCode === 'number' && error.responseCode >= 500;

function failed(parts: Parts, { id, body, attempt }: Delivery<Work>, error: Error): number | undefined {
  const work = body as MailWork;
  const delay = isPermanent(error) ? undefined : retryDelay(MAIL_RETRIES, attempt);
  setMailStatus(parts, id, delay === undefined ? 'failed' : 'waiting', error.message);
  if (delay !== undefined) return parts.world.clock.now() + delay;
  if (work.kind === 'handshake') return undefined;
  const receiver = receiverOf(parts, work.subscription);
  const message = messageOf(parts, work.message);
  if (receiver && message) giveUp(parts, receiver, message, error, attempt);
  settle(parts, work.message);
  return undefined;
}
