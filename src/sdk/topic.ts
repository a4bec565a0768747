/**
 * Topics of SNS and who is subscribed to them: `telar publish` makes them.
 *
 * Mirrors https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html and API_Subscribe.html
 */
import { arn } from '../base/arn.ts';
import { describeProblems, parsePolicy } from '../definition/policy/parse.ts';
import { mistake, must } from './mistake.ts';
import { type Context, type Draft, type Late, settle } from './scope.ts';

type OneOrMore<T> = T | readonly T[];

/** Who else may do something with a topic: a statement of its policy, whose resource is the topic. */
export type TopicStatement = {
  Sid?: string;
  Effect: 'Allow' | 'Deny';
  Principal: '*' | { readonly [kind in 'AWS' | 'Service']?: OneOrMore<string | Late<string>> };
  Action: OneOrMore<`sns:${string}`>;
  Condition?: { readonly [operator: string]: { readonly [key: string]: OneOrMore<string | Late<string>> } };
};

type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

type Receiver = {
  /** A pattern: messages that it does not match are not sent. */
  filter?: { readonly [name: string]: Json };
  /** What the filter looks at. @default 'MessageAttributes' */
  filterScope?: 'MessageAttributes' | 'MessageBody';
  /** The ARN of the queue that takes what could not be delivered. */
  deadLetterQueue?: string | Late<string>;
};
/** The message alone is sent, without the notification around it. @default false */
type Raw = { raw?: boolean };

export type Subscription =
  | ({ protocol: 'email' | 'email-json'; endpoint: string } & Receiver)
  | ({ protocol: 'sqs'; endpoint: string | Late<string> } & Receiver & Raw)
  | ({ protocol: 'lambda'; endpoint: string | Late<string> } & Receiver)
  | ({
      protocol: 'http' | 'https';
      endpoint: string;
      /** When failed deliveries are tried again, and how often. */
      deliveryPolicy?: { readonly [name: string]: Json };
      /** Telar's own: texts for the webhook of a chat, which is no subscriber of SNS's. Not on AWS. */
      format?: 'slack' | 'teams';
    } & Receiver &
      Raw);

export type TopicOptions = {
  /** Of a FIFO topic it ends in `.fifo`. */
  name: string;
  /** Before the sender's address in mails. */
  displayName?: string;
  /** 2 is SHA-256. @default '1' */
  signatureVersion?: '1' | '2';
  /** Of FIFO topics: messages of one text within five minutes are one. @default false */
  contentBasedDeduplication?: boolean;
  /** Services and accounts that may publish. Users and roles are allowed by their own policies. @default none */
  policy?: readonly TopicStatement[];
  subscriptions?: readonly Subscription[];
};

export type Topic = TopicOptions & { readonly kind: 'topic'; readonly subscriptions: readonly Subscription[] };

/** A topic as CreateTopic and Subscribe are asked for it. */
export type TopicDocuments = {
  name: string;
  arn: string;
  attributes: Record<string, string>;
  subscriptions: { protocol: string; endpoint: string; attributes: Record<string, string> }[];
};

const FIFO = '.fifo';

/**
 * A topic, and those who are told what is published in it.
 *
 * @throws when the name is none of SNS's, or the same receiver is subscribed twice
 * @example
 * const alerts = defineTopic({ name: 'titanic-alerts', subscriptions: [{ protocol: 'email', endpoint: 'ana@example.com' }] });
 */
export function defineTopic(options: TopicOptions): Topic {
  const { name, subscriptions = [], contentBasedDeduplication } = options;
  const subject = `topic '${name}'`;
  const fifo = name.endsWith(FIFO);
  must(
    /^[A-Za-z0-9_-]+$/.test(fifo ? name.slice(0, -FIFO.length) : name) && name.length <= 256,
    subject,
    'the name may hold letters, digits, hyphens and underscores only, at most 256, and end in .fifo',
  );
  must(fifo || contentBasedDeduplication === undefined, subject, 'contentBasedDeduplication is for FIFO topics');
  const texts = subscriptions.flatMap(({ protocol, endpoint }) =>
    typeof endpoint === 'string' ? [`${protocol} ${endpoint}`] : [],
  );
  const twice = texts.find((one, index) => texts.indexOf(one) !== index);
  must(twice === undefined, subject, `${twice} is subscribed twice: leave one out`);
  return { kind: 'topic', ...options, subscriptions };
}

/** @example sns.publish({ TopicArn: topicArn(alerts), Message: … }) */
export const topicArn =
  ({ name }: Pick<Topic, 'name'>): Late<string> =>
  ({ region, account }) =>
    arn('sns', region, account, name);

/** @throws when the policy is one that SNS would refuse */
export function topicDocuments(topic: Topic, context: Context): TopicDocuments {
  const { name, displayName, signatureVersion, contentBasedDeduplication, policy, subscriptions } = topic;
  const fifo = name.endsWith(FIFO);
  return {
    name,
    arn: topicArn(topic)(context),
    attributes: {
      ...(fifo && { FifoTopic: 'true' }),
      ...(displayName !== undefined && { DisplayName: displayName }),
      ...(signatureVersion !== undefined && { SignatureVersion: signatureVersion }),
      ...(contentBasedDeduplication !== undefined && { ContentBasedDeduplication: String(contentBasedDeduplication) }),
      ...(policy && { Policy: policyText(topic, policy, context) }),
    },
    subscriptions: subscriptions.map((one) => subscriptionDocument(one, context)),
  };
}

function policyText(topic: Topic, statements: readonly TopicStatement[], context: Context): string {
  const whole = statements.map((one) => ({ ...one, Resource: topicArn(topic) }));
  const text = JSON.stringify(settle({ Version: '2012-10-17', Statement: whole } as Draft, context));
  const parsed = parsePolicy(text, 'resource');
  if ('problems' in parsed) throw mistake(`policy of topic '${topic.name}'`, describeProblems(parsed.problems));
  return text;
}

function subscriptionDocument(one: Subscription, context: Context): TopicDocuments['subscriptions'][number] {
  const { protocol, endpoint, filter, filterScope, deadLetterQueue } = one;
  const deadLetterTargetArn = deadLetterQueue === undefined ? undefined : settle(deadLetterQueue, context);
  return {
    protocol,
    endpoint: settle(endpoint, context) as string,
    attributes: {
      // The scope first: a filter over texts may nest.
      ...(filter && filterScope && { FilterPolicyScope: filterScope }),
      ...(filter && { FilterPolicy: JSON.stringify(filter) }),
      ...(deadLetterTargetArn !== undefined && { RedrivePolicy: JSON.stringify({ deadLetterTargetArn }) }),
      ...('raw' in one && one.raw && { RawMessageDelivery: 'true' }),
      ...('deliveryPolicy' in one && one.deliveryPolicy && { DeliveryPolicy: JSON.stringify(one.deliveryPolicy) }),
      ...('format' in one && one.format && { TelarFormat: one.format }),
    },
  };
}
