/** Topics: made, found, listed and removed. */
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { notificationErrors } from './errors.ts';
import { MOST_TOPICS, PAGE } from './legal.ts';
import { requireTopicArn, requireTopicName, topicArn } from './names.ts';
import type { TopicRow } from './store.ts';
import { addTags } from './tags.ts';
import { readNewTopic, type TopicAttributes } from './topicAttributes.ts';

export const attributesOf = ({ attributes }: Pick<TopicRow, 'attributes'>): TopicAttributes =>
  JSON.parse(attributes) as TopicAttributes;

/** @throws InvalidParameter for what is no ARN of a topic, NotFound */
export function requireTopic({ db }: Pick<Parts, 'db'>, arn: string, call: Call, parameter?: string): TopicRow {
  const { region, topic: name } = requireTopicArn(arn, call, parameter);
  const topic = db.topic({ region, name });
  if (!topic) throw notificationErrors.noTopic();
  return topic;
}

/** The same request again answers the topic that is there. @throws InvalidParameter when it says otherwise */
export function createTopic(
  parts: Parts,
  input: InputOf<Sdk, 'CreateTopic'>,
  call: Call,
): OutputOf<Sdk, 'CreateTopic'> {
  const { Name: name = '', Attributes: given = {}, Tags: tags = [], DataProtectionPolicy: protection } = input;
  if (protection !== undefined) throw dataProtection();
  requireTopicName(name, given['FifoTopic'] === 'true');
  const arn = topicArn(call, name);
  const { attributes, policy } = readNewTopic(given);
  const before = parts.db.topic({ region: call.region, name });
  if (before) requireSame(parts, before, { attributes, policy, tags }, arn);
  else {
    if (parts.db.topicCount({ region: call.region })!.count >= MOST_TOPICS)
      throw notificationErrors.tooManyTopics(MOST_TOPICS);
    parts.db.insertTopic({
      ...{ region: call.region, name, attributes: JSON.stringify(attributes), policy: policy ?? null },
      ...{ sequence: 0, created_at: call.now },
    });
    addTags(parts, arn, tags);
  }
  return { TopicArn: arn };
}

const dataProtection = () =>
  notificationErrors.unsupported('DataProtectionPolicy', 'Leave it out: messages are delivered as they are published.');

type New = {
  attributes: TopicAttributes;
  policy: string | undefined;
  tags: NonNullable<InputOf<Sdk, 'CreateTopic'>['Tags']>;
};

function requireSame(parts: Parts, before: TopicRow, { attributes, policy, tags }: New, arn: string): void {
  const there: Readonly<Record<string, string | undefined>> = attributesOf(before);
  const differs = Object.entries(attributes).some(([name, value]) => there[name] !== value);
  if (differs || (policy !== undefined && policy !== before.policy)) throw notificationErrors.otherAttributes();
  const kept = new Map(parts.ports.tagsOf(arn).map(({ Key, Value }) => [Key, Value]));
  const same = tags.every(({ Key = '', Value }) => kept.get(Key) === Value);
  if (tags.length > 0 && (!same || kept.size !== tags.length)) throw notificationErrors.otherTags();
}

/** To delete what does not exist is no mistake, as on AWS. What waits for its subscribers is forgotten when its turn comes. */
export function deleteTopic(parts: Parts, arn: string, call: Call): void {
  const { region, topic: name } = requireTopicArn(arn, call);
  const topic = parts.db.topic({ region, name });
  if (!topic) return;
  const { id } = topic;
  parts.db.removeSubscriptionsOf({ topic: id });
  parts.db.removeDeduplicationOf({ topic: id });
  parts.db.removeTopic({ id });
  parts.ports.removeTags(arn);
}

export function listTopics(
  { db }: Parts,
  { NextToken: token }: InputOf<Sdk, 'ListTopics'>,
  call: Call,
): OutputOf<Sdk, 'ListTopics'> {
  const { region } = call;
  const { items, next } = pageOf<TopicRow>(
    { query: { operation: 'ListTopics', region }, token, limit: PAGE },
    (after, limit) => db.topics({ region, after: String(after?.[0] ?? ''), limit }),
    ({ name }) => [name],
    notificationErrors.nextToken,
  );
  return {
    Topics: items.map(({ name }) => ({ TopicArn: topicArn(call, name) })),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}
