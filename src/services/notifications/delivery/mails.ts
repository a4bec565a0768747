/** The texts of mails, as AWS writes them. */
import { type Message, textFor } from '../messages.ts';
import type { Mail, NotificationPorts } from '../ports.ts';
import { attributesOf } from '../topics.ts';
import { confirmLink, type Handshake, handshake, notification, unsubscribeLink, written } from './formats.ts';
import type { Receiver } from './origins.ts';

type Means = Pick<NotificationPorts, 'signer' | 'links' | 'mail'>;

const SENDER = 'no-reply@sns.telar.localhost';
const SUBJECT = 'AWS Notification Message';

export function notificationMail(means: Means, receiver: Receiver, message: Message): Mail {
  const { row, origin } = receiver;
  const link = unsubscribeLink(means, origin);
  const text =
    row.protocol === 'email-json'
      ? written(notification(means, origin, message, row.protocol))
      : `${textFor(message, row.protocol)}\n\n--\nIf you wish to stop receiving notifications from this topic, please click or visit the link below to unsubscribe:\n${link}\n`;
  return { ...envelope(means, receiver), subject: message.subject ?? SUBJECT, text };
}

export function confirmationMail(means: Means, receiver: Receiver, work: Omit<Handshake, 'token'>): Mail {
  const { row, origin } = receiver;
  const link = confirmLink(means, origin, row.token);
  const text =
    row.protocol === 'email-json'
      ? written(handshake(means, origin, { ...work, token: row.token }))
      : `You have chosen to subscribe to the topic:\n${origin.topicArn}\n\nTo confirm this subscription, click or visit the link below (If this was in error no action is necessary):\n${link}\n`;
  return { ...envelope(means, receiver), subject: 'AWS Notification - Subscription Confirmation', text };
}

function envelope({ mail }: Means, { row, topic }: Receiver): Pick<Mail, 'from' | 'to'> {
  const address = mail?.from ?? SENDER;
  const name = attributesOf(topic).DisplayName || 'AWS Notifications';
  const quoted = `"${name.replaceAll(/["\\]/g, '\\$&')}"`;
  return { from: address.includes('<') ? address : `${quoted} <${address}>`, to: row.endpoint };
}
