/**
 * Subscriptions: begun, confirmed by whoever is at their end, listed and ended.
 *
 * B1. Nobody is sent messages who has not agreed: by the token that was sent to them, or because whoever subscribes a queue or function
 *     is its owner. An endpoint of a format of Telar's agrees by its answer.
 * B2. A status becomes another one by the table of legal.ts alone.
 */
import { randomString, uuid } from '../../base/random.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { HandshakeType, Parts, Sdk } from './context.ts';
import { requireEndpoint, requireProtocol, shownEndpoint } from './endpoints.ts';
import { notificationErrors } from './errors.ts';
import {
  MOST_FILTERS,
  MOST_SUBSCRIPTIONS,
  mayBecome,
  needsConfirmation,
  PAGE,
  type SubscriptionStatus,
  TOKEN_LIVES,
} from './legal.ts';
import { requireSubscriptionArn, requireTopicArn, type SnsName, snsName, topicArn } from './names.ts';
import type { SubscriptionRow, TopicRow } from './store.ts';
import {
  readAttributes,
  type SubscriptionAttributes,
  setAttribute,
  shownAttributes,
} from './subscriptionAttributes.ts';
import { attributesOf, requireTopic } from './topics.ts';

export const subscriptionArn = (topic: string, { uuid: id }: Pick<SubscriptionRow, 'uuid'>): string => `${topic}:${id}`;

export const setOf = ({ attributes }: Pick<SubscriptionRow, 'attributes'>): SubscriptionAttributes =>
  JSON.parse(attributes) as SubscriptionAttributes;

const PENDING = 'pending confirmation';

/** The same request again answers the same subscription, and asks once more for its confirmation. */
export function subscribe(parts: Parts, input: InputOf<Sdk, 'Subscribe'>, call: Call): OutputOf<Sdk, 'Subscribe'> {
  const { db, ports } = parts;
  const topic = requireTopic(parts, input.TopicArn!, call);
  const protocol = requireProtocol(input.Protocol!);
  const { Endpoint: endpoint = '', Attributes: given = {} } = input;
  requireEndpoint(protocol, endpoint, topic.name, ports.isOwnAddress);
  const attributes = readAttributes(given, placeOf(topic, { protocol, endpoint }));
  const before = db.subscriptionTo({ topic: topic.id, protocol, endpoint });
  if (before && before.status !== 'deleted') {
    const there: Readonly<Record<string, string | undefined>> = setOf(before);
    if (Object.entries(attributes).some(([name, value]) => there[name] !== value))
      throw notificationErrors.subscriptionExists();
    if (before.status === 'pending') ask(parts, before, 'SubscriptionConfirmation', call.now);
    return told(input, topicArn(call, topic.name), before);
  }
  // Its token is of no use any more.
  if (before) db.removeSubscription({ id: before.id });
  const counts = db.subscriptionCounts({ topic: topic.id });
  if (counts.reduce((sum, { count }) => sum + count, 0) >= MOST_SUBSCRIPTIONS)
    throw notificationErrors.tooManySubscriptions(MOST_SUBSCRIPTIONS);
  requireRoomForFilter(parts, topic, attributes, 0);
  const asks = needsConfirmation(protocol);
  const made: Omit<SubscriptionRow, 'id'> = {
    ...{ topic: topic.id, uuid: uuid(parts.world.random), protocol, endpoint, token: newToken(parts) },
    ...{ status: asks ? 'pending' : 'confirmed', attributes: JSON.stringify(attributes), created_at: call.now },
    ...{ confirmation_authenticated: asks ? 0 : 1, authenticate_on_unsubscribe: 0, principal: call.principal.arn },
  };
  const row = { id: db.insertSubscription(made), ...made };
  if (asks) {
    ask(parts, row, 'SubscriptionConfirmation', call.now);
    forgetLater(parts, row, call.now);
  }
  return told(input, topicArn(call, topic.name), row);
}

function told({ ReturnSubscriptionArn: always }: InputOf<Sdk, 'Subscribe'>, topic: string, row: SubscriptionRow) {
  const pending = row.status === 'pending' && !always;
  return { SubscriptionArn: pending ? PENDING : subscriptionArn(topic, row) };
}

function requireRoomForFilter({ db }: Parts, topic: TopicRow, set: SubscriptionAttributes, id: number): void {
  if (set.FilterPolicy !== undefined && db.filterCount({ topic: topic.id, id })!.count >= MOST_FILTERS)
    throw notificationErrors.tooManyFilters(MOST_FILTERS);
}

const placeOf = (topic: TopicRow, { protocol, endpoint }: Pick<SubscriptionRow, 'protocol' | 'endpoint'>) => ({
  ...{ protocol, endpoint, topic: topic.name },
  topicDeliveryPolicy: attributesOf(topic).DeliveryPolicy,
});

const newToken = ({ world }: Parts): string => randomString(world.random, 256, '0123456789abcdef');

/** Tells the receiver how to confirm, or to restore, a subscription. */
function ask({ queues, world }: Parts, row: SubscriptionRow, type: HandshakeType, at: number): void {
  const http = row.protocol === 'http' || row.protocol === 'https';
  const queue = http ? queues.http : queues.mail;
  queue.add(String(row.id), { kind: 'handshake', subscription: row.id, type, messageId: uuid(world.random), at });
}

function forgetLater({ queues }: Parts, { id, token }: SubscriptionRow, now: number): void {
  queues.inside.add(`forget ${id}`, { kind: 'forget', subscription: id, token }, now + TOKEN_LIVES);
}

/** B2. @throws InvalidParameter, as for a token that is none any more */
function become(
  parts: Parts,
  row: SubscriptionRow,
  status: SubscriptionStatus,
  changes: Partial<SubscriptionRow>,
): void {
  if (!mayBecome(row.status, status)) throw notificationErrors.token();
  parts.db.setSubscription({ ...row, ...changes, status });
}

/** The link in a message, or the request with its token. To confirm again changes nothing. */
export function confirm(
  parts: Parts,
  input: InputOf<Sdk, 'ConfirmSubscription'>,
  call: Call,
): OutputOf<Sdk, 'ConfirmSubscription'> {
  const named = linkedTopic(input.TopicArn!, call);
  const topic = parts.db.topic({ region: named.region, name: named.topic });
  if (!topic) throw notificationErrors.noTopic();
  const row = parts.db.subscriptionOfToken({ topic: topic.id, token: input.Token! });
  if (!row) throw notificationErrors.token();
  if (row.status !== 'confirmed') confirmRow(parts, row, call, input.AuthenticateOnUnsubscribe === 'true');
  return { SubscriptionArn: subscriptionArn(topicArn(named, topic.name), row) };
}

function confirmRow(parts: Parts, row: SubscriptionRow, call: Call, authenticate: boolean): void {
  const signed = call.principal.kind !== 'anonymous';
  become(parts, row, 'confirmed', {
    confirmation_authenticated: signed ? 1 : 0,
    authenticate_on_unsubscribe: signed && authenticate ? 1 : 0,
  });
}

/** An endpoint of a format of Telar's has taken the request to confirm: that is its agreement. Inside the transaction of it. */
export function confirmedByAnswer(parts: Parts, row: SubscriptionRow): void {
  if (row.status === 'pending') become(parts, row, 'confirmed', {});
}

/** Links name a topic of any region; requests that are signed one of their own. */
function linkedTopic(arn: string, call: Call): SnsName {
  const named = snsName(arn);
  return requireTopicArn(arn, named ? { ...call, region: named.region } : call);
}

type Found = { topic: TopicRow; row: SubscriptionRow; topicArn: string };

/** @throws InvalidParameter for what is no ARN of a subscription, NotFound */
function findSubscription({ db }: Parts, arn: string, call: Call): Found | undefined {
  const { region, account, topic: name, subscription } = requireSubscriptionArn(arn);
  const topic = account === call.account ? db.topic({ region, name }) : undefined;
  const row = topic && db.subscription({ topic: topic.id, uuid: subscription });
  return row && row.status !== 'deleted' ? { topic, row, topicArn: topicArn({ region, account }, name) } : undefined;
}

function requireSubscription(parts: Parts, arn: string, call: Call): Found {
  const found = findSubscription(parts, arn, call);
  if (!found) throw notificationErrors.noSubscription();
  return found;
}

/** To end what is not there is no mistake, as on AWS. */
export function unsubscribe(parts: Parts, arn: string, call: Call): void {
  const found = findSubscription(parts, arn, call);
  if (!found) return;
  const { row } = found;
  if (row.authenticate_on_unsubscribe === 1 && call.principal.kind === 'anonymous')
    throw notificationErrors.authenticateFirst();
  if (row.status === 'pending') {
    parts.db.removeSubscription({ id: row.id });
    return;
  }
  // The token that confirmed it is spent: another one restores it.
  const token = newToken(parts);
  become(parts, row, 'deleted', { token });
  forgetLater(parts, { ...row, token }, call.now);
  const tells = (row.protocol === 'http' || row.protocol === 'https') && setOf(row).TelarFormat === undefined;
  if (tells) ask(parts, row, 'UnsubscribeConfirmation', call.now);
}

/** Inside the transaction of its time: nobody has confirmed it, or restored it, since. */
export function forget({ db }: Pick<Parts, 'db'>, id: number, token: string): void {
  const row = db.subscriptionOfId({ id });
  if (row && row.status !== 'confirmed' && row.token === token) db.removeSubscription({ id });
}

export function getAttributes(parts: Parts, arn: string, call: Call): OutputOf<Sdk, 'GetSubscriptionAttributes'> {
  const { topic, row, topicArn: ofTopic } = requireSubscription(parts, arn, call);
  const policy = attributesOf(topic).DeliveryPolicy;
  return shownAttributes({ row, arn, topicArn: ofTopic, account: parts.account }, setOf(row), policy);
}

export function setAttributes(
  parts: Parts,
  { SubscriptionArn: arn, AttributeName: name, AttributeValue: value = '' }: InputOf<Sdk, 'SetSubscriptionAttributes'>,
  call: Call,
): void {
  const { topic, row } = requireSubscription(parts, arn!, call);
  const set = setAttribute(setOf(row), name!, value, placeOf(topic, row));
  requireRoomForFilter(parts, topic, set, row.id);
  parts.db.setSubscription({ ...row, attributes: JSON.stringify(set) });
}

function shown(row: SubscriptionRow, arn: string, account: string) {
  return {
    SubscriptionArn: row.status === 'pending' ? 'PendingConfirmation' : subscriptionArn(arn, row),
    Owner: account,
    Protocol: row.protocol,
    Endpoint: shownEndpoint(row.endpoint),
    TopicArn: arn,
  };
}

export function listByTopic(
  parts: Parts,
  { TopicArn: arn, NextToken: token }: InputOf<Sdk, 'ListSubscriptionsByTopic'>,
  call: Call,
): OutputOf<Sdk, 'ListSubscriptionsByTopic'> {
  const topic = requireTopic(parts, arn!, call);
  const { items, next } = pageOf<SubscriptionRow>(
    { query: { operation: 'ListSubscriptionsByTopic', topic: topic.id }, token, limit: PAGE },
    (after, limit) => parts.db.subscriptionsOf({ topic: topic.id, after: Number(after?.[0] ?? 0), limit }),
    ({ id }) => [id],
    notificationErrors.nextToken,
  );
  return {
    Subscriptions: items.map((row) => shown(row, arn!, call.account)),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}

export function listAll(
  { db }: Parts,
  { NextToken: token }: InputOf<Sdk, 'ListSubscriptions'>,
  call: Call,
): OutputOf<Sdk, 'ListSubscriptions'> {
  const { region } = call;
  const { items, next } = pageOf<SubscriptionRow & { topic_name: string }>(
    { query: { operation: 'ListSubscriptions', region }, token, limit: PAGE },
    (after, limit) => db.subscriptions({ region, after: Number(after?.[0] ?? 0), limit }),
    ({ id }) => [id],
    notificationErrors.nextToken,
  );
  return {
    Subscriptions: items.map((row) => shown(row, topicArn(call, row.topic_name), call.account)),
    ...(next === undefined ? {} : { NextToken: next }),
  };
}
