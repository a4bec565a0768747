/**
 * The attributes that a message carries: what they may be, how long they are, and the digest by which clients check them.
 *
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html
 */
import { createHash } from 'node:crypto';
import { queueErrors } from './errors.ts';

/** As the SDK has it. */
export type GivenAttribute = {
  DataType?: string | undefined;
  StringValue?: string | undefined;
  BinaryValue?: Uint8Array | undefined;
  StringListValues?: readonly string[] | undefined;
  BinaryListValues?: readonly Uint8Array[] | undefined;
};
export type GivenAttributes = Readonly<Record<string, GivenAttribute>>;

/** An attribute that has been checked. */
type Attribute = { name: string; type: string; value: string | Uint8Array };

const MOST = 10;
const LONGEST_NAME = 256;
const LONGEST_TYPE = 256;
const NAME = /^[\w-]+(?:\.[\w-]+)*$/;
const TYPE = /^(String|Number|Binary)(?:\.[^\p{Cc}]+)?$/u;
const NUMBER = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?$/;

/** @throws InvalidParameterValue */
export function checkedAttributes(given: GivenAttributes): Attribute[] {
  const all = Object.entries(given);
  if (all.length > MOST) {
    throw queueErrors.attributes(`Number of message attributes [${all.length}] exceeds the allowed maximum [${MOST}].`);
  }
  return all.map(([name, attribute]) => checked(name, attribute));
}

function checked(name: string, given: GivenAttribute): Attribute {
  const refuse = (reason: string) =>
    queueErrors.attributes(`The message attribute '${name.slice(0, LONGEST_NAME)}' ${reason}`);
  if (name.length > LONGEST_NAME || !NAME.test(name) || /^(?:aws|amazon)\./i.test(name)) {
    throw refuse(
      'has an invalid name: it can contain letters, digits, and the characters _, - and . (not first, last or twice in a row), and must not begin with AWS. or Amazon.',
    );
  }
  const type = given.DataType ?? '';
  if (type === '') throw refuse('must contain non-empty message attribute type.');
  const kind = type.length <= LONGEST_TYPE ? TYPE.exec(type)?.[1] : undefined;
  if (kind === undefined)
    throw refuse(
      'has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.',
    );
  if (given.StringListValues?.length || given.BinaryListValues?.length)
    throw refuse('has a list as its value. Message attribute list values are not supported.');
  const value = kind === 'Binary' ? given.BinaryValue : given.StringValue;
  if (value === undefined || value.length === 0)
    throw refuse(`must contain non-empty message attribute value for message attribute type '${kind}'.`);
  if (given.StringValue !== undefined && given.BinaryValue !== undefined) throw refuse('has more than one value.');
  if (typeof value === 'string') refuseIllegal(value);
  if (kind === 'Number' && !NUMBER.test(value as string)) {
    throw queueErrors.attributes(`Can't cast the value of message (user) attribute '${name}' to a number.`);
  }
  return { name, type, value };
}

const ILLEGAL = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/** @throws InvalidMessageContents for what XML cannot say */
export function refuseIllegal(text: string): void {
  const found = ILLEGAL.exec(text)?.[0];
  if (found !== undefined) throw queueErrors.contents(`#x${found.charCodeAt(0).toString(16)}`);
}

/** Names, types and values count. */
export const sizeOf = (attributes: readonly Attribute[]): number =>
  attributes.reduce(
    (sum, { name, type, value }) => sum + Buffer.byteLength(name) + Buffer.byteLength(type) + bytesOf(value).length,
    0,
  );

const bytesOf = (value: string | Uint8Array): Uint8Array => (typeof value === 'string' ? Buffer.from(value) : value);

/** Undefined where there is none. Of each: its name, its type, how its value is written, and its value, in the order of names. */
export function digestOf(attributes: readonly Attribute[]): string | undefined {
  if (attributes.length === 0) return undefined;
  const digest = createHash('md5');
  const add = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    digest.update(length).update(bytes);
  };
  for (const { name, type, value } of [...attributes].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    add(Buffer.from(name));
    add(Buffer.from(type));
    digest.update(typeof value === 'string' ? '\x01' : '\x02');
    add(bytesOf(value));
  }
  return digest.digest('hex');
}

/** As they are kept: bytes in base 64. */
export function writtenAttributes(attributes: readonly Attribute[]): string | null {
  if (attributes.length === 0) return null;
  return JSON.stringify(
    attributes.map(({ name, type, value }) => [
      name,
      type,
      ...(typeof value === 'string' ? [value] : [null, Buffer.from(value).toString('base64')]),
    ]),
  );
}

type Written = [name: string, type: string, text: string | null, bytes?: string];

/** Those that a receive asks for: `All`, `.*`, `prefix.*` or names. */
export function attributesFor(text: string | null, asked: readonly string[]): Attribute[] {
  if (text === null || asked.length === 0) return [];
  const wanted = (name: string) =>
    asked.some(
      (one) =>
        one === 'All' || one === '.*' || one === name || (one.endsWith('.*') && name.startsWith(one.slice(0, -2))),
    );
  return (JSON.parse(text) as Written[])
    .filter(([name]) => wanted(name))
    .map(([name, type, value, bytes]) => ({ name, type, value: value ?? Buffer.from(bytes!, 'base64') }));
}

export const toSdk = ({
  type,
  value,
}: Attribute): { DataType: string; StringValue?: string; BinaryValue?: Uint8Array } => ({
  DataType: type,
  ...(typeof value === 'string' ? { StringValue: value } : { BinaryValue: value }),
});
