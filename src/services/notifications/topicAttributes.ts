/** Attributes of topics: which there are, what they may be, and what is answered where none was set. */
import type { Call, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { effectiveTopicPolicy, readTopicPolicy } from './deliveryPolicies.ts';
import { notificationErrors } from './errors.ts';
import { LONGEST_ATTRIBUTE, type SubscriptionStatus } from './legal.ts';
import { isFifo, topicArn } from './names.ts';
import { defaultPolicy, readPolicy } from './permissions.ts';
import type { TopicRow } from './store.ts';

/** Those that were set. */
export type TopicAttributes = Partial<Record<Settable, string>>;

type Settable =
  | 'DisplayName'
  | 'DeliveryPolicy'
  | 'SignatureVersion'
  | 'TracingConfig'
  | 'FifoTopic'
  | 'ContentBasedDeduplication'
  | 'FifoThroughputScope';

type Check = (value: string, name: string) => void;

/** What a value may be. */
const oneOf =
  (...taken: readonly string[]): Check =>
  (value, name) => {
    if (!taken.includes(value)) throw notificationErrors.attributeValue(name, value, taken.join(' or '));
  };

const CHECKS: Readonly<Record<Settable, Check>> = {
  DisplayName(value, name) {
    // It stands before the address of mails.
    if (!/^[^\p{Cc}\p{Cs}]{0,100}$/u.test(value))
      throw notificationErrors.attributeValue(name, value, 'up to 100 characters without control characters');
  },
  DeliveryPolicy: (value) => void readTopicPolicy(value),
  SignatureVersion: oneOf('1', '2'),
  TracingConfig(value, name) {
    oneOf('PassThrough', 'Active')(value, name);
    if (value === 'Active')
      throw notificationErrors.unsupported('TracingConfig Active', 'Use PassThrough: there is no X-Ray to trace to.');
  },
  FifoTopic: oneOf('true', 'false'),
  ContentBasedDeduplication: oneOf('true', 'false'),
  FifoThroughputScope: oneOf('Topic', 'MessageGroup'),
};

const FIFO_ONLY: ReadonlySet<string> = new Set<Settable>(['ContentBasedDeduplication', 'FifoThroughputScope']);

/** AWS's others, and what to do without them. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['KmsMasterKeyId', 'Leave it out: the data folder is on your own disk, which may be encrypted.'],
  ['ArchivePolicy', 'Leave it out: messages are not archived.'],
  ['BeginningArchiveTime', 'Leave it out: messages are not archived.'],
]);
const STATUS_LOGGING = /^(?:HTTP|SQS|Lambda|Firehose|Application)(?:Success|Failure)Feedback(?:RoleArn|SampleRate)$/;

function isSettable(name: string): name is Settable {
  return Object.hasOwn(CHECKS, name);
}

/** @throws InvalidParameter */
function check(name: string, value: string, fifo: boolean): Settable {
  const instead = UNSUPPORTED.get(name);
  if (instead !== undefined) throw notificationErrors.unsupported(name, instead);
  if (STATUS_LOGGING.test(name))
    throw notificationErrors.unsupported(name, "Leave it out: failed deliveries are in the server's own log.");
  if (!isSettable(name)) throw notificationErrors.attributeName();
  if (FIFO_ONLY.has(name) && !fifo) throw notificationErrors.fifoOnly(name);
  if (value.length > LONGEST_ATTRIBUTE) throw notificationErrors.attributeTooLong(name, LONGEST_ATTRIBUTE);
  CHECKS[name](value, name);
  return name;
}

/** What a topic is created with. */
export function readNewTopic(given: Readonly<Record<string, string>>): {
  attributes: TopicAttributes;
  policy: string | undefined;
} {
  const { Policy: policy, ...others } = given;
  const fifo = others['FifoTopic'] === 'true';
  const attributes: TopicAttributes = {};
  for (const [name, value] of Object.entries(others)) attributes[check(name, value, fifo)] = value;
  return { attributes, policy: policy ? readPolicy(policy) : undefined };
}

/** An attribute that is set to nothing is as if it had never been set. */
export function setTopicAttribute({ db }: Parts, topic: TopicRow, name: string, value: string): void {
  if (name === 'Policy') {
    const policy = value === '' ? null : readPolicy(value);
    db.setPolicy({ id: topic.id, policy });
    return;
  }
  if (name === 'FifoTopic') throw notificationErrors.fixed(name);
  const before = JSON.parse(topic.attributes) as TopicAttributes;
  if (value === '' && isSettable(name)) delete before[name];
  else before[check(name, value, isFifo(topic.name))] = value;
  db.setAttributes({ id: topic.id, attributes: JSON.stringify(before) });
}

export function topicAttributes(
  { db, account }: Parts,
  topic: TopicRow,
  call: Call,
): OutputOf<Sdk, 'GetTopicAttributes'> {
  const arn = topicArn(call, topic.name);
  const set = JSON.parse(topic.attributes) as TopicAttributes;
  const counts = new Map(db.subscriptionCounts({ topic: topic.id }).map(({ status, count }) => [status, count]));
  const count = (status: SubscriptionStatus) => String(counts.get(status) ?? 0);
  return {
    Attributes: {
      Policy: topic.policy ?? defaultPolicy(arn, account),
      Owner: account,
      SubscriptionsPending: count('pending'),
      TopicArn: arn,
      EffectiveDeliveryPolicy: effectiveTopicPolicy(set.DeliveryPolicy),
      SubscriptionsConfirmed: count('confirmed'),
      DisplayName: '',
      SubscriptionsDeleted: count('deleted'),
      ...(isFifo(topic.name) && { ContentBasedDeduplication: 'false', FifoThroughputScope: 'Topic' }),
      ...set,
    },
  };
}
