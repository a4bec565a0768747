/**
 * What may be published: the rules of a message's text, subject, structure and attributes.
 *
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 */
import type { InputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { notificationErrors } from './errors.ts';
import { LONGEST_MESSAGE, type Protocol } from './legal.ts';

/** Of a message; the value of a Binary one in base64, as it stands in notifications. */
export type MessageAttribute = { Type: string; Value: string };

/** As it was published. */
export type Message = {
  messageId: string;
  /** Milliseconds since the epoch. */
  at: number;
  subject?: string;
  text: string;
  /** By protocol, where they are not the same: `MessageStructure: json`. */
  texts?: Readonly<Record<string, string>>;
  attributes: Readonly<Record<string, MessageAttribute>>;
  group?: string;
  deduplication?: string;
  sequence?: string;
};

type PublishInput = InputOf<Sdk, 'Publish'>;
export type Publishable = Pick<
  PublishInput,
  'Message' | 'Subject' | 'MessageStructure' | 'MessageAttributes' | 'MessageDeduplicationId' | 'MessageGroupId'
>;

/** All but what the topic adds. @throws InvalidParameter, ParameterValueInvalid */
export function readMessage(given: Publishable): Pick<Message, 'subject' | 'text' | 'texts' | 'attributes'> {
  const text = given.Message ?? '';
  if (text === '') throw notificationErrors.emptyMessage();
  const attributes = readAttributes(given.MessageAttributes ?? {});
  if (sizeOf(text, attributes) > LONGEST_MESSAGE) throw notificationErrors.tooLong();
  const texts = readStructure(given.MessageStructure, text);
  return {
    ...(given.Subject === undefined ? {} : { subject: readSubject(given.Subject) }),
    text: texts?.['default'] ?? text,
    ...(texts && { texts }),
    attributes,
  };
}

/** Bytes that count against a message's limit, and a batch's. */
export function sizeOf(text: string, attributes: Message['attributes']): number {
  let size = Buffer.byteLength(text);
  for (const [name, { Type, Value }] of Object.entries(attributes)) {
    const value = Type.startsWith('Binary') ? Buffer.byteLength(Value, 'base64') : Buffer.byteLength(Value);
    size += Buffer.byteLength(name) + Buffer.byteLength(Type) + value;
  }
  return size;
}

/** ASCII that begins with a letter, digit or punctuation mark, without control characters, below 100. */
const SUBJECT = /^[\x21-\x7e][\x20-\x7e]{0,99}$/;

function readSubject(subject: string): string {
  if (!SUBJECT.test(subject)) throw notificationErrors.subject();
  return subject;
}

function readStructure(structure: string | undefined, text: string): Message['texts'] {
  if (structure === undefined) return undefined;
  if (structure !== 'json') throw notificationErrors.messageStructure();
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw notificationErrors.structure('JSON message body failed to parse');
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw notificationErrors.structure('JSON message body failed to parse');
  const texts = new Map(Object.entries(parsed).filter((entry) => typeof entry[1] === 'string'));
  if (!texts.has('default')) throw notificationErrors.structure('No default entry in JSON message body');
  return Object.fromEntries(texts) as Record<string, string>;
}

/** The text that a protocol's receivers get. */
export const textFor = ({ text, texts }: Pick<Message, 'text' | 'texts'>, protocol: Protocol): string =>
  texts && Object.hasOwn(texts, protocol) ? texts[protocol]! : text;

const TYPE = /^(?:String|Number|Binary)(?:\.[A-Za-z0-9_.-]{1,248})?$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;

function readAttributes(given: NonNullable<PublishInput['MessageAttributes']>): Message['attributes'] {
  const read = Object.entries(given).map(([name, value]): [string, MessageAttribute] => {
    requireAttributeName(name);
    const type = value.DataType ?? '';
    if (!TYPE.test(type)) throw notificationErrors.attributeType(name);
    return [name, { Type: type, Value: attributeValue(name, type, value) }];
  });
  return Object.fromEntries(read);
}

function attributeValue(
  name: string,
  type: string,
  { StringValue: text, BinaryValue: bytes }: { StringValue?: string | undefined; BinaryValue?: Uint8Array | undefined },
): string {
  if (type.startsWith('Binary')) {
    if (bytes === undefined) throw notificationErrors.attributeField(name, type, 'Binary');
    if (bytes.length === 0) throw notificationErrors.attributeEmpty(name, type);
    return Buffer.from(bytes).toString('base64');
  }
  if (text === undefined) throw notificationErrors.attributeField(name, type, 'String');
  if (text === '') throw notificationErrors.attributeEmpty(name, type);
  if (type.startsWith('Number') && !NUMBER.test(text)) throw notificationErrors.attributeNotANumber(name);
  if (type === 'String.Array' && !isArrayOfScalars(text)) throw notificationErrors.attributeNotAnArray(name);
  return text;
}

function isArrayOfScalars(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return Array.isArray(parsed) && parsed.every((one) => typeof one !== 'object' || one === null);
  } catch {
    return false;
  }
}

function requireAttributeName(name: string): void {
  if (Buffer.byteLength(name) > 256)
    throw notificationErrors.attributeNameText('Length of message attribute name must be less than 256 bytes.');
  if (name.startsWith('.'))
    throw notificationErrors.attributeNameText("Invalid message attribute name starting with character '.' was found.");
  if (name.endsWith('.'))
    throw notificationErrors.attributeNameText("Invalid message attribute name ending with character '.' was found.");
  if (name.includes('..'))
    throw notificationErrors.attributeNameText("Message attribute name can not have successive '.' characters.");
  const illegal = /[^A-Za-z0-9_.-]/u.exec(name);
  if (illegal || name === '')
    throw notificationErrors.attributeNameText(
      `Invalid non-alphanumeric character '#x${(illegal?.[0].codePointAt(0) ?? 0).toString(16).toUpperCase()}' was found in the message attribute name. Can only include alphanumeric characters, hyphens, underscores, or dots.`,
    );
}
