/**
 * What receivers are sent, letter by letter as AWS writes it: notifications, requests to confirm, records for functions, mails.
 *
 * https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html
 * https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html
 */
import type { HandshakeType } from '../context.ts';
import { type Message, textFor } from '../messages.ts';
import type { NotificationPorts, SignatureVersion } from '../ports.ts';
import type { SubscriptionRow } from '../store.ts';

/** What a message says of where it comes from. */
export type Origin = {
  topicArn: string;
  subscriptionArn: string;
  region: string;
  signatureVersion: SignatureVersion;
};

type Means = Pick<NotificationPorts, 'signer' | 'links'>;
type Document = Readonly<Record<string, unknown>>;

const time = (at: number): string => new Date(at).toISOString();

/** Colons as they are, in which ARNs are rich: as AWS writes its links. */
const parameters = (given: Readonly<Record<string, string>>) =>
  new URLSearchParams(given).toString().replaceAll('%3A', ':');

export const confirmLink = ({ links }: Means, { region, topicArn }: Origin, token: string): string =>
  `${links(region).base}/?${parameters({ Action: 'ConfirmSubscription', TopicArn: topicArn, Token: token })}`;

export const unsubscribeLink = ({ links }: Means, { region, subscriptionArn }: Origin): string =>
  `${links(region).base}/?${parameters({ Action: 'Unsubscribe', SubscriptionArn: subscriptionArn })}`;

/** The members that are signed, in the order in which they are, each with its name. */
const SIGNED = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** What a signature is of. @example stringToSign({ Type: 'Notification', … }) // 'Message\nHello\nMessageId\n…' */
export function stringToSign(document: Document): string {
  const names = SIGNED[document['Type'] as keyof typeof SIGNED];
  return names
    .filter((name) => document[name] !== undefined)
    .map((name) => `${name}\n${document[name]}\n`)
    .join('');
}

/** @param names of the last members, which a record for a function writes otherwise */
function signed(means: Means, origin: Origin, document: Document, names = URLS): Document {
  return {
    ...document,
    SignatureVersion: origin.signatureVersion,
    Signature: means.signer.sign(stringToSign(document), origin.signatureVersion),
    [names.certificate]: means.links(origin.region).certificate,
  };
}

const URLS = { certificate: 'SigningCertURL', unsubscribe: 'UnsubscribeURL' };
const RECORD_URLS = { certificate: 'SigningCertUrl', unsubscribe: 'UnsubscribeUrl' };

export function notification(
  means: Means,
  origin: Origin,
  message: Message,
  protocol: SubscriptionRow['protocol'],
  names = URLS,
): Document {
  const document = {
    Type: 'Notification',
    MessageId: message.messageId,
    ...(message.sequence !== undefined && { SequenceNumber: message.sequence }),
    TopicArn: origin.topicArn,
    ...(message.subject !== undefined && { Subject: message.subject }),
    Message: textFor(message, protocol),
    Timestamp: time(message.at),
  };
  const attributes = Object.keys(message.attributes).length > 0 ? { MessageAttributes: message.attributes } : {};
  return {
    ...signed(means, origin, document, names),
    [names.unsubscribe]: unsubscribeLink(means, origin),
    ...attributes,
  };
}

/** What a function is invoked with. */
export function functionEvent(means: Means, origin: Origin, message: Message): Document {
  const { MessageAttributes = {}, ...sns } = notification(means, origin, message, 'lambda', RECORD_URLS);
  return {
    Records: [
      {
        EventSource: 'aws:sns',
        EventVersion: '1.0',
        EventSubscriptionArn: origin.subscriptionArn,
        Sns: { ...sns, Subject: message.subject ?? null, MessageAttributes },
      },
    ],
  };
}

const WORDS: Readonly<Record<HandshakeType, (origin: Origin) => string>> = {
  SubscriptionConfirmation: ({ topicArn }) =>
    `You have chosen to subscribe to the topic ${topicArn}.\nTo confirm the subscription, visit the SubscribeURL included in this message.`,
  UnsubscribeConfirmation: ({ subscriptionArn }) =>
    `You have chosen to deactivate subscription ${subscriptionArn}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.`,
};

export type Handshake = { type: HandshakeType; messageId: string; at: number; token: string };

export function handshake(means: Means, origin: Origin, { type, messageId, at, token }: Handshake): Document {
  return signed(means, origin, {
    Type: type,
    MessageId: messageId,
    Token: token,
    TopicArn: origin.topicArn,
    Message: WORDS[type](origin),
    SubscribeURL: confirmLink(means, origin, token),
    Timestamp: time(at),
  });
}

/** As AWS writes it for receivers by HTTP and mail: a member a line, blanks around the colon. */
export function written(document: Document, indent = ''): string {
  const inner = `${indent}  `;
  const lines = Object.entries(document).map(([name, value]) => {
    const text =
      typeof value === 'object' && value !== null ? written(value as Document, inner) : JSON.stringify(value);
    return `${inner}${JSON.stringify(name)} : ${text}`;
  });
  return `{\n${lines.join(',\n')}\n${indent}}`;
}

/** Texts for chats, whose webhooks take `{"text": …}`. */
export function chatText(format: 'slack' | 'teams', subject: string | undefined, text: string): string {
  if (format === 'teams') return JSON.stringify({ text: subject === undefined ? text : `**${subject}**\n\n${text}` });
  // Slack's three control characters.
  const escaped = (one: string) => one.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return JSON.stringify({ text: subject === undefined ? escaped(text) : `*${escaped(subject)}*\n${escaped(text)}` });
}
