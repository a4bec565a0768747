/** Topics, who may publish in them, and who is subscribed. */
import type { Settled, SubscriptionDocument, TopicDocument } from './documents.ts';
import type { Block } from './hcl.ts';
import { identifiers } from './identifiers.ts';
import type { Places } from './places.ts';
import { deadLetterQueueIn } from './queues.ts';
import { attribute, resource } from './resources.ts';
import { REGION, TAGS, type Writing } from './writing.ts';

export function topicBlocks(writing: Writing): Block[] {
  const { topics = [] } = writing.documents;
  const subscribed = topics.flatMap((topic) => topic.subscriptions.map((one) => ({ topic, one })));
  const label = ({ topic, one }: (typeof subscribed)[number]) => labelOf(writing, topic, one);
  const identifier = identifiers(subscribed.map(label));
  return [
    ...topics.flatMap((topic) => blocksOf(writing, topic)),
    ...subscribed
      .filter(({ one }) => isOfAws(one))
      .map((each) => subscriptionBlock(writing, each.topic, each.one, identifier(label(each)))),
  ];
}

/** Telar's own texts for the webhooks of chats are no subscription of SNS's. */
const isOfAws = ({ attributes }: SubscriptionDocument): boolean => attributes['TelarFormat'] === undefined;

/** What of topics cannot be on AWS, each by its name. */
export function topicRemarks({ topics = [] }: Settled): string[] {
  return topics.flatMap(({ name, subscriptions }) =>
    subscriptions
      .filter((one) => !isOfAws(one))
      .map(
        ({ protocol, attributes: { TelarFormat } }) =>
          `A subscription of topic '${name}' (${protocol}) is not written: its format '${TelarFormat}' is Telar's own, and SNS would post its own JSON. On AWS, let a function or Amazon Q Developer in chat applications write to the channel.`,
      ),
  );
}

function blocksOf({ names, text, json, waitsFor }: Writing, { name, attributes }: TopicDocument): Block[] {
  const { FifoTopic, DisplayName, SignatureVersion, ContentBasedDeduplication, Policy } = attributes;
  const identifier = names.topics(name);
  return [
    resource('aws_sns_topic', identifier, {
      name,
      ...(DisplayName !== undefined && { display_name: text(DisplayName) }),
      region: REGION,
      ...(FifoTopic !== undefined && { fifo_topic: FifoTopic === 'true' }),
      ...(ContentBasedDeduplication !== undefined && {
        content_based_deduplication: ContentBasedDeduplication === 'true',
      }),
      ...(SignatureVersion !== undefined && { signature_version: Number(SignatureVersion) }),
      tags: TAGS,
    }),
    ...(Policy === undefined
      ? []
      : [
          resource(
            'aws_sns_topic_policy',
            identifier,
            { arn: attribute('aws_sns_topic', identifier, 'arn'), region: REGION, policy: json(Policy) },
            { dependsOn: waitsFor(Policy) },
          ),
        ]),
  ];
}

function subscriptionBlock(
  { names, text, json, waitsFor, letsIn }: Writing,
  { name, arn }: TopicDocument,
  { protocol, endpoint, attributes }: SubscriptionDocument,
  identifier: string,
): Block {
  const { FilterPolicy, FilterPolicyScope, RedrivePolicy, RawMessageDelivery, DeliveryPolicy } = attributes;
  return resource(
    'aws_sns_topic_subscription',
    identifier,
    {
      topic_arn: attribute('aws_sns_topic', names.topics(name), 'arn'),
      region: REGION,
      protocol,
      endpoint: text(endpoint),
      ...(FilterPolicyScope !== undefined && { filter_policy_scope: FilterPolicyScope }),
      ...(FilterPolicy !== undefined && { filter_policy: json(FilterPolicy) }),
      ...(RawMessageDelivery !== undefined && { raw_message_delivery: RawMessageDelivery === 'true' }),
      ...(DeliveryPolicy !== undefined && { delivery_policy: json(DeliveryPolicy) }),
      ...(RedrivePolicy !== undefined && { redrive_policy: json(RedrivePolicy) }),
    },
    { dependsOn: [...waitsFor(endpoint, deadLetterQueueIn(RedrivePolicy)), ...letsIn(arn, endpoint)] },
  );
}

/** @example 'titanic-alerts email ml-team@example.com', 'titanic-alerts sqs orders' */
function labelOf(
  { documents, split }: { documents: Settled; split: Places['split'] },
  { name }: TopicDocument,
  { protocol, endpoint }: SubscriptionDocument,
): string {
  const whole = split(endpoint).map((part) => (typeof part === 'string' ? part : part.kind));
  const here = new RegExp(`^arn:aws:\\w+:${documents.region}:account:(function:)?`);
  return `${name} ${protocol} ${whole.join('').replace(here, '')}`;
}
