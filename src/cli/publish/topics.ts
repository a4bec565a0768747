/**
 * Publishing topics and their subscriptions: what the project says is set where it differs; what it does not say stays.
 *
 * T1. With `--prune`, subscriptions that the project no longer names end, and topics that bear the project's tag and that it no
 *     longer names are deleted; those of others never are.
 */
import type { SNS, Subscription } from '@aws-sdk/client-sns';
import { canonicalJson } from '../../definition/pipeline/cacheKey.ts';
import type { Json } from '../../definition/pipeline/types.ts';
import type { TopicDocuments } from '../../sdk/index.ts';
import { everyPage, unlessMissing } from '../aws.ts';
import type { Change } from './change.ts';
import { projectTags } from './resources.ts';

type Wanted = TopicDocuments['subscriptions'][number];

/** The topic, then each of its subscriptions. */
export async function topicChanges(
  sns: SNS,
  topic: TopicDocuments,
  project: string,
  prune: boolean,
): Promise<Change[]> {
  const there = (await unlessMissing(sns.getTopicAttributes({ TopicArn: topic.arn })))?.Attributes;
  const subscribed = there ? await subscriptionsOf(sns, topic.arn) : [];
  const own = await Promise.all(topic.subscriptions.map((one) => subscriptionChange(sns, topic, one, subscribed)));
  const others = prune ? prunedSubscriptions(sns, topic, subscribed) : [];
  return [topicChange(sns, topic, there, project), ...own, ...others];
}

function topicChange(
  sns: SNS,
  { name, arn, attributes }: TopicDocuments,
  there: Record<string, string> | undefined,
  project: string,
): Change {
  if (!there) {
    return {
      ...{ kind: 'topic', name, action: 'create', details: [] },
      apply: async () =>
        void (await sns.createTopic({ Name: name, Attributes: attributes, Tags: projectTags(project) })),
    };
  }
  const differing = Object.entries(attributes).filter(([key, value]) => !isSame(there[key], value));
  if (differing.length === 0) return { kind: 'topic', name, action: 'same', details: [] };
  return {
    ...{
      kind: 'topic',
      name,
      action: 'change',
      details: differing.map(([key, value]) => words(key, there[key], value)),
    },
    async apply() {
      for (const [AttributeName, AttributeValue] of differing)
        await sns.setTopicAttributes({ TopicArn: arn, AttributeName, AttributeValue });
    },
  };
}

const subscriptionsOf = (sns: SNS, TopicArn: string): Promise<Subscription[]> =>
  everyPage(async (NextToken) => {
    const page = await sns.listSubscriptionsByTopic({ TopicArn, NextToken });
    return { items: page.Subscriptions, next: page.NextToken };
  });

/** The server shows no passwords. */
const shown = (endpoint: string): string => endpoint.replace(/^(https?:\/\/[^/?#@]*?):[^/?#]*@/, '$1:****@');

const isOf = ({ protocol, endpoint }: Wanted, there: Subscription): boolean =>
  there.Protocol === protocol && there.Endpoint === shown(endpoint);

async function subscriptionChange(
  sns: SNS,
  { name: topic, arn }: TopicDocuments,
  wanted: Wanted,
  subscribed: readonly Subscription[],
): Promise<Change> {
  const { protocol, endpoint, attributes } = wanted;
  const name = `${topic} → ${protocol} ${shown(endpoint)}`;
  const there = subscribed.find((one) => isOf(wanted, one));
  if (!there) {
    return {
      ...{
        kind: 'subscription',
        name,
        action: 'create',
        details: Object.entries(attributes).map(([key, value]) => `${key}: ${value}`),
      },
      apply: async () =>
        void (await sns.subscribe({ TopicArn: arn, Protocol: protocol, Endpoint: endpoint, Attributes: attributes })),
    };
  }
  // What waits to be confirmed has no ARN by which it could be looked at.
  const pending = !there.SubscriptionArn?.startsWith('arn:');
  if (pending) return { kind: 'subscription', name, action: 'same', details: [] };
  const { Attributes: set = {} } = await sns.getSubscriptionAttributes({ SubscriptionArn: there.SubscriptionArn });
  const differing = differences(set, attributes);
  if (differing.length === 0) return { kind: 'subscription', name, action: 'same', details: [] };
  return {
    ...{
      kind: 'subscription',
      name,
      action: 'change',
      details: differing.map(([key, value]) => words(key, set[key], value)),
    },
    async apply() {
      for (const [AttributeName, AttributeValue] of differing)
        await sns.setSubscriptionAttributes({ SubscriptionArn: there.SubscriptionArn, AttributeName, AttributeValue });
    },
  };
}

/** Those that a project can say, and what they are where it says nothing. */
const USUAL: Readonly<Record<string, string>> = {
  FilterPolicyScope: 'MessageAttributes',
  FilterPolicy: '',
  RedrivePolicy: '',
  RawMessageDelivery: 'false',
  DeliveryPolicy: '',
  TelarFormat: '',
};

/** What has to be set. A filter is taken away before its scope is narrowed, and set after it was widened. */
export function differences(
  set: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
): [string, string][] {
  const all = Object.entries(USUAL).map(([key, usual]): [string, string] => [key, wanted[key] ?? usual]);
  const differing = all.filter(([key, value]) => !isSame(set[key] ?? USUAL[key], value));
  const narrows = differing.some(([key, value]) => key === 'FilterPolicyScope' && value === 'MessageAttributes');
  if (!narrows) return differing;
  const filter = differing.find(([key]) => key === 'FilterPolicy');
  return filter ? [['FilterPolicy', ''], ...differing] : differing;
}

function isSame(before: string | undefined, after: string): boolean {
  if (before === after) return true;
  try {
    return canonicalJson(JSON.parse(before ?? '') as Json) === canonicalJson(JSON.parse(after) as Json);
  } catch {
    return false;
  }
}

const words = (key: string, before: string | undefined, after: string): string =>
  `${key}: ${before || 'none'} becomes ${after || 'none'}`;

function prunedSubscriptions(sns: SNS, topic: TopicDocuments, subscribed: readonly Subscription[]): Change[] {
  return subscribed
    .filter(
      (there) => there.SubscriptionArn?.startsWith('arn:') && !topic.subscriptions.some((one) => isOf(one, there)),
    )
    .map(({ Protocol, Endpoint, SubscriptionArn }) => ({
      ...{ kind: 'subscription', name: `${topic.name} → ${Protocol} ${Endpoint}`, action: 'delete' },
      details: ['the project no longer has it'],
      apply: async () => void (await sns.unsubscribe({ SubscriptionArn })),
    }));
}

/** The project's topics that it no longer names, to be deleted. */
export async function prunedTopics(sns: SNS, topics: readonly TopicDocuments[], project: string): Promise<Change[]> {
  const named = new Set(topics.map(({ arn }) => arn));
  const there = await everyPage(async (NextToken) => {
    const page = await sns.listTopics({ NextToken });
    return { items: page.Topics?.map(({ TopicArn = '' }) => TopicArn), next: page.NextToken };
  });
  const others = there.filter((arn) => !named.has(arn));
  const mine = await Promise.all(
    others.map(async (ResourceArn) => {
      const { Tags = [] } = await sns.listTagsForResource({ ResourceArn });
      return projectTags(project).every((tag) => Tags.some(({ Key, Value }) => Key === tag.Key && Value === tag.Value));
    }),
  );
  return others
    .filter((_, index) => mine[index])
    .map((TopicArn) => ({
      ...{ kind: 'topic', name: TopicArn.slice(TopicArn.lastIndexOf(':') + 1), action: 'delete' },
      details: ['the project no longer has it; its subscriptions end with it'],
      apply: async () => void (await sns.deleteTopic({ TopicArn })),
    }));
}
