/** Attributes of subscriptions: which there are, what they may be, and how they depend on each other. */
import { parseArn } from '../../base/arn.ts';
import type { OutputOf } from '../../protocol/service.ts';
import type { Sdk } from './context.ts';
import { effectiveSubscriptionPolicy, readSubscriptionPolicy } from './deliveryPolicies.ts';
import { shownEndpoint } from './endpoints.ts';
import { notificationErrors } from './errors.ts';
import { checkFilter, type FilterScope, isFilterScope } from './filters.ts';
import { LONGEST_ATTRIBUTE, type Protocol, takesRaw } from './legal.ts';
import { isFifo } from './names.ts';
import type { SubscriptionRow } from './store.ts';

/** How messages are written for an endpoint that does not speak SNS. */
export type TelarFormat = 'slack' | 'teams';

/** Those that were set. */
export type SubscriptionAttributes = {
  RawMessageDelivery?: string;
  FilterPolicy?: string;
  FilterPolicyScope?: FilterScope;
  RedrivePolicy?: string;
  DeliveryPolicy?: string;
  TelarFormat?: TelarFormat;
};

type Place = { protocol: Protocol; endpoint: string; topic: string; topicDeliveryPolicy: string | undefined };
type Setter = (value: string, place: Place, before: SubscriptionAttributes) => SubscriptionAttributes;

const SETTERS: Readonly<Record<keyof SubscriptionAttributes, Setter>> = {
  RawMessageDelivery(value, { protocol }, before) {
    if (value !== 'true' && value !== 'false')
      throw notificationErrors.attributeValue('RawMessageDelivery', value, 'true or false');
    if (value === 'true' && !takesRaw(protocol)) throw notificationErrors.rawUnsupported(protocol);
    if (value === 'true' && before.TelarFormat)
      throw notificationErrors.formatUnsupported('it is a format of its own: leave RawMessageDelivery out');
    return { RawMessageDelivery: value };
  },
  FilterPolicy: (value) => ({ FilterPolicy: value }),
  FilterPolicyScope(value) {
    if (!isFilterScope(value))
      throw notificationErrors.attributeValue('FilterPolicyScope', value, 'MessageAttributes or MessageBody');
    return { FilterPolicyScope: value };
  },
  RedrivePolicy(value, place) {
    deadLetterQueue(value, place);
    return { RedrivePolicy: value };
  },
  DeliveryPolicy(value, { protocol, topicDeliveryPolicy }) {
    if (protocol !== 'http' && protocol !== 'https')
      throw notificationErrors.deliveryPolicy(`it is for http and https; this subscription is ${protocol}`);
    readSubscriptionPolicy(value, topicDeliveryPolicy);
    return { DeliveryPolicy: value };
  },
  TelarFormat(value, { protocol }, before) {
    if (value !== 'slack' && value !== 'teams')
      throw notificationErrors.attributeValue('TelarFormat', value, 'slack or teams');
    if (protocol !== 'http' && protocol !== 'https')
      throw notificationErrors.formatUnsupported(`it is for http and https; this subscription is ${protocol}`);
    if (before.RawMessageDelivery === 'true')
      throw notificationErrors.formatUnsupported('it is a format of its own: leave RawMessageDelivery out');
    return { TelarFormat: value };
  },
};

/** AWS's others, and what to do without them. */
const UNSUPPORTED: ReadonlyMap<string, string> = new Map([
  ['SubscriptionRoleArn', 'It is for Firehose, which Telar does not deliver to.'],
  ['ReplayPolicy', 'Leave it out: messages are not archived.'],
]);

/** Sets one; to nothing is as if it had never been set. @throws InvalidParameter */
export function setAttribute(
  before: SubscriptionAttributes,
  name: string,
  value: string,
  place: Place,
): SubscriptionAttributes {
  const instead = UNSUPPORTED.get(name);
  if (instead !== undefined) throw notificationErrors.unsupported(name, instead);
  if (!Object.hasOwn(SETTERS, name)) throw notificationErrors.attributeName();
  const known = name as keyof SubscriptionAttributes;
  if (known !== 'FilterPolicy' && value.length > LONGEST_ATTRIBUTE)
    throw notificationErrors.attributeTooLong(name, LONGEST_ATTRIBUTE);
  const { [known]: _, ...others } = before;
  if (value === '' || (known === 'FilterPolicy' && value.trim() === '{}')) return others;
  const after = { ...others, ...SETTERS[known](value, place, others) };
  checkFilter(after.FilterPolicy, after.FilterPolicyScope);
  return after;
}

/** All that a subscription begins with: the scope first, which decides what a filter may say. */
export function readAttributes(given: Readonly<Record<string, string>>, place: Place): SubscriptionAttributes {
  const names = Object.keys(given).sort((one, other) => Number(other === SCOPE) - Number(one === SCOPE));
  return names.reduce<SubscriptionAttributes>((set, name) => setAttribute(set, name, given[name]!, place), {});
}

const SCOPE = 'FilterPolicyScope' satisfies keyof SubscriptionAttributes;

/** The ARN of the queue that takes what could not be delivered. @throws InvalidParameter */
export function deadLetterQueue(text: string, { topic, endpoint }: Pick<Place, 'topic' | 'endpoint'>): string {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw notificationErrors.json('RedrivePolicy');
  }
  const members = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : {};
  const { deadLetterTargetArn: arn, ...others } = members as Readonly<Record<string, unknown>>;
  const target = typeof arn === 'string' ? parseArn(arn) : undefined;
  if (typeof arn !== 'string' || target?.service !== 'sqs')
    throw notificationErrors.redrive('deadLetterTargetArn is an invalid arn');
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) throw notificationErrors.redrive(`it takes deadLetterTargetArn alone, not ${unknown}`);
  if (isFifo(topic) && isFifo(endpoint) && !isFifo(arn))
    throw notificationErrors.redrive('must use a FIFO queue as DLQ for a FIFO Subscription to a FIFO Topic.');
  if (!isFifo(topic) && isFifo(arn))
    throw notificationErrors.redrive('must use a standard queue as DLQ for a subscription to a standard topic.');
  return arn;
}

type Shown = { row: SubscriptionRow; arn: string; topicArn: string; account: string };

/** As GetSubscriptionAttributes answers them. */
export function shownAttributes(
  { row, arn, topicArn, account }: Shown,
  set: SubscriptionAttributes,
  topicDeliveryPolicy: string | undefined,
): OutputOf<Sdk, 'GetSubscriptionAttributes'> {
  const http = row.protocol === 'http' || row.protocol === 'https';
  return {
    Attributes: {
      SubscriptionPrincipal: row.principal,
      Owner: account,
      RawMessageDelivery: 'false',
      TopicArn: topicArn,
      Endpoint: shownEndpoint(row.endpoint),
      Protocol: row.protocol,
      PendingConfirmation: String(row.status === 'pending'),
      ConfirmationWasAuthenticated: String(row.confirmation_authenticated === 1),
      SubscriptionArn: arn,
      ...(http && { EffectiveDeliveryPolicy: effectiveSubscriptionPolicy(set.DeliveryPolicy, topicDeliveryPolicy) }),
      ...(set.FilterPolicy !== undefined && { FilterPolicyScope: 'MessageAttributes' }),
      ...set,
    },
  };
}
