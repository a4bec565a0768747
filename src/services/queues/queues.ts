/**
 * Queues themselves: what creates, finds, changes, empties and deletes them.
 *
 * Q1. To create a queue again answers the one that is there, unless it was asked to be another.
 * Q2. What is deleted or purged is gone at once, whatever its length.
 */
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { type Attributes, described, kindOf, type Settings, settingsOf, withAttributes } from './attributes.ts';
import type { Parts, Sdk } from './context.ts';
import { queueErrors } from './errors.ts';
import { namedByArn, namedByUrl, type Place, queueArn, queueUrl, requireName } from './names.ts';
import { allowsSource } from './redrive.ts';
import type { QueueRow } from './store.ts';
import { addTags } from './tags.ts';

export type Queue = QueueRow & { arn: string; settings: Settings };

const queueOf = ({ account }: Pick<Parts, 'account'>, row: QueueRow): Queue => ({
  ...row,
  arn: queueArn({ account, region: row.region }, row.name),
  settings: settingsOf(row.attributes),
});

function findQueue(parts: Pick<Parts, 'db' | 'account'>, of: Place, name: string): Queue | undefined {
  const row = of.account === parts.account ? parts.db.queue({ region: of.region, name }) : undefined;
  return row && queueOf(parts, row);
}

/** @throws QueueDoesNotExist, InvalidAddress */
export function requireQueue(parts: Parts, url: string, { region }: Place): Queue {
  const { account, name } = namedByUrl(url);
  const queue = findQueue(parts, { account, region }, name);
  if (!queue) throw queueErrors.noQueue();
  return queue;
}

export function queueByArn(parts: Pick<Parts, 'db' | 'account'>, arn: string, region: string): Queue | undefined {
  const named = namedByArn(arn);
  return named?.region === region ? findQueue(parts, named, named.name) : undefined;
}

const urlOf = ({ endpointUrl, account }: Parts, name: string): string => queueUrl(endpointUrl(), account, name);

export function createQueue(
  parts: Parts,
  input: InputOf<Sdk, 'CreateQueue'>,
  call: Call,
): OutputOf<Sdk, 'CreateQueue'> {
  const { QueueName: name = '', Attributes: asked = {}, tags } = input;
  requireName(name);
  const { region, now } = call;
  const { FifoQueue, ...others } = asked;
  const attributes = withAttributes(kindOf(name, asked), others);
  const there = findQueue(parts, call, name);
  if (there) {
    refuseDifference(JSON.parse(there.attributes), attributes, asked);
    return { QueueUrl: urlOf(parts, name) };
  }
  const written = { attributes: JSON.stringify(attributes), dead_letters: null, created_at: now, modified_at: now };
  const content = parts.db.insertContent({});
  const id = parts.db.insertQueue({ region, name, content, ...written });
  parts.clearing.soon();
  const queue = queueOf(parts, { id, region, name, content, ...written });
  writeAttributes(parts, queue, attributes, now);
  if (tags) addTags(parts, queue.arn, tags);
  return { QueueUrl: urlOf(parts, name) };
}

/** @throws QueueNameExists */
function refuseDifference(before: Attributes, wanted: Attributes, asked: Readonly<Record<string, unknown>>): void {
  const [is, would] = [described(before), described(wanted)];
  const other = Object.keys(asked).find((name) => is[name] !== would[name]);
  if (other !== undefined) throw queueErrors.exists(other);
}

export function setQueueAttributes(
  parts: Parts,
  { QueueUrl = '', Attributes: asked = {} }: InputOf<Sdk, 'SetQueueAttributes'>,
  call: Call,
): void {
  const queue = requireQueue(parts, QueueUrl, call);
  if ('FifoQueue' in asked) throw queueErrors.attributeName('FifoQueue');
  writeAttributes(parts, queue, withAttributes(JSON.parse(queue.attributes), asked), call.now);
}

/** @throws InvalidParameterValue when the dead-letter queue is none for this queue */
export function writeAttributes(parts: Parts, queue: Queue, attributes: Attributes, now: number): void {
  const text = JSON.stringify(attributes);
  const { redrive } = settingsOf(text);
  const deadLetters = redrive?.deadLetterTargetArn ?? null;
  if (deadLetters !== null && deadLetters !== queue.dead_letters)
    checkDeadLetters(parts, queue, attributes, deadLetters);
  parts.db.setAttributes({ id: queue.id, attributes: text, dead_letters: deadLetters, modified_at: now });
  // Shorter delays and timeouts may be over already.
  parts.store.whenDurable(() => parts.waiters.wake(queue.arn));
}

function checkDeadLetters(parts: Parts, queue: Queue, { RedrivePolicy = '' }: Attributes, arn: string): void {
  const refuse = (reason: string) => queueErrors.deadLetters(RedrivePolicy, reason);
  const target = queueByArn(parts, arn, queue.region);
  if (!target) throw refuse('Dead letter target does not exist.');
  if (target.id === queue.id) throw refuse('A queue cannot be its own dead-letter queue.');
  if (target.settings.fifo !== queue.name.endsWith('.fifo')) {
    throw refuse('Dead-letter queue must be same type of queue as the source.');
  }
  if (!allowsSource(target.settings.redriveAllow, queue.arn)) {
    throw refuse('The RedriveAllowPolicy of the dead-letter queue does not allow this queue.');
  }
}

export function getQueueUrl(
  parts: Parts,
  { QueueName: name = '', QueueOwnerAWSAccountId: owner }: InputOf<Sdk, 'GetQueueUrl'>,
  { account, region }: Call,
): OutputOf<Sdk, 'GetQueueUrl'> {
  if (!findQueue(parts, { account: owner ?? account, region }, name)) throw queueErrors.noQueue();
  return { QueueUrl: urlOf(parts, name) };
}

const PAGE = 1000;

export function listQueues(
  parts: Parts,
  { QueueNamePrefix: prefix = '', MaxResults: most, NextToken: token }: InputOf<Sdk, 'ListQueues'>,
  { region }: Call,
): OutputOf<Sdk, 'ListQueues'> {
  checkPage(most, token);
  const { items, next } = pageOf<QueueRow>(
    { query: { operation: 'ListQueues', region, prefix }, token, limit: most ?? PAGE },
    (after, limit) => parts.db.queues({ region, prefix, after: String(after?.[0] ?? ''), limit }),
    ({ name }) => [name],
    queueErrors.token,
  );
  // As on AWS, nobody is told of more who has not asked for pages.
  const more = most === undefined || next === undefined ? {} : { NextToken: next };
  return { ...(items.length > 0 && { QueueUrls: items.map(({ name }) => urlOf(parts, name)) }), ...more };
}

export function listDeadLetterSourceQueues(
  parts: Parts,
  { QueueUrl = '', MaxResults: most, NextToken: token }: InputOf<Sdk, 'ListDeadLetterSourceQueues'>,
  call: Call,
): OutputOf<Sdk, 'ListDeadLetterSourceQueues'> {
  checkPage(most, token);
  const { region, arn } = requireQueue(parts, QueueUrl, call);
  const { items, next } = pageOf<QueueRow>(
    { query: { operation: 'ListDeadLetterSourceQueues', region, arn }, token, limit: most ?? PAGE },
    (after, limit) => parts.db.queuesWithDeadLetters({ region, arn, after: String(after?.[0] ?? ''), limit }),
    ({ name }) => [name],
    queueErrors.token,
  );
  const more = most === undefined || next === undefined ? {} : { NextToken: next };
  return { queueUrls: items.map(({ name }) => urlOf(parts, name)), ...more };
}

/** @throws InvalidParameterValue */
function checkPage(most: number | undefined, token: string | undefined): void {
  if (most !== undefined && (most < 1 || most > PAGE)) {
    throw queueErrors.value(most, 'MaxResults', `MaxResults must be an integer between 1 and ${PAGE}.`);
  }
  if (token !== undefined && most === undefined) throw queueErrors.missing('MaxResults');
}

export function deleteQueue(parts: Parts, url: string, call: Call): void {
  const queue = requireQueue(parts, url, call);
  parts.db.removeQueue({ id: queue.id });
  parts.db.giveUpContent({ content: queue.content });
  parts.db.removeMoves({ region: queue.region, source: queue.arn });
  parts.ports.removeTags(queue.arn);
  parts.clearing.soon();
}

export function purgeQueue(parts: Parts, url: string, call: Call): void {
  const { id, content } = requireQueue(parts, url, call);
  parts.db.setContent({ id, content: parts.db.insertContent({}) });
  parts.db.giveUpContent({ content });
  parts.clearing.soon();
}

/** What is counted, when asked for. */
const COUNTED = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
];

export function getQueueAttributes(
  parts: Parts,
  { QueueUrl = '', AttributeNames: asked = [] }: InputOf<Sdk, 'GetQueueAttributes'>,
  call: Call,
): OutputOf<Sdk, 'GetQueueAttributes'> {
  const queue = requireQueue(parts, QueueUrl, call);
  if (asked.length === 0) return {};
  const all: Attributes = {
    QueueArn: queue.arn,
    ...(asked.some((name) => name === 'All' || COUNTED.includes(name)) ? counts(parts, queue, call.now) : {}),
    CreatedTimestamp: seconds(queue.created_at),
    LastModifiedTimestamp: seconds(queue.modified_at),
    ...described(JSON.parse(queue.attributes)),
  };
  const told = asked.includes('All')
    ? Object.entries(all)
    : Object.entries(all).filter(([name]) => asked.some((one) => one === name));
  return { Attributes: Object.fromEntries(told) };
}

const seconds = (milliseconds: number) => String(Math.floor(milliseconds / 1000));

function counts({ db }: Parts, { content, settings }: Queue, now: number): Attributes {
  const sent = now - settings.retention * 1000;
  const total = db.total({ content })?.total ?? 0;
  const { delayed, inFlight } = db.hidden({ content, now })!;
  const gone = db.expired({ content, sent })!.count;
  return {
    ApproximateNumberOfMessages: String(Math.max(0, total - delayed - inFlight - gone)),
    ApproximateNumberOfMessagesNotVisible: String(inFlight),
    ApproximateNumberOfMessagesDelayed: String(delayed),
  };
}
