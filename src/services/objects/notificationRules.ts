/**
 * The rules of bucket notifications, pure: what a configuration may say, and whom an event concerns.
 *
 * N1. No event concerns two destinations of a kind that overlap: S3 refuses such a configuration, and so is it here.
 *
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/EventNotifications.html
 */
import { parseArn } from '../../base/arn.ts';
import { s3Errors } from './errors.ts';
import type { Input, Output } from './wire.ts';

export type DestinationKind = 'topic' | 'queue' | 'function';

export type Destination = {
  kind: DestinationKind;
  id: string;
  arn: string;
  /** `s3:ObjectCreated:Put`, `s3:ObjectCreated:*` */
  events: readonly string[];
  prefix: string | undefined;
  suffix: string | undefined;
};

export type NotificationRules = { destinations: readonly Destination[]; eventBridge: boolean };

type Asked = NonNullable<Input<'PutBucketNotificationConfiguration'>['NotificationConfiguration']>;
type AskedFilter = NonNullable<NonNullable<Asked['QueueConfigurations']>[number]['Filter']>;
type AskedRule = {
  Id?: string | undefined;
  Events?: readonly string[] | undefined;
  Filter?: AskedFilter | undefined;
};

const MOST_DESTINATIONS = 100;
const LONGEST_VALUE = 1024;
const SERVICES: Readonly<Record<DestinationKind, string>> = { topic: 'sns', queue: 'sqs', function: 'lambda' };
const WORDS: Readonly<Record<DestinationKind, string>> = { topic: 'Topic', queue: 'Queue', function: 'CloudFunction' };

/** @throws InvalidArgument, MalformedXML */
export function notificationRules(asked: Asked, region: string, newId: () => string): NotificationRules {
  const destination = (kind: DestinationKind, arn: string | undefined, rule: AskedRule): Destination => ({
    ...{ kind, id: rule.Id || newId(), arn: checkedArn(kind, arn, region), events: checkedEvents(rule.Events) },
    ...filterOf(rule.Filter),
  });
  const destinations = [
    ...(asked.TopicConfigurations ?? []).map((one) => destination('topic', one.TopicArn, one)),
    ...(asked.QueueConfigurations ?? []).map((one) => destination('queue', one.QueueArn, one)),
    ...(asked.LambdaFunctionConfigurations ?? []).map((one) => destination('function', one.LambdaFunctionArn, one)),
  ];
  if (destinations.length > MOST_DESTINATIONS) {
    throw invalid(
      `The notification configuration has more than ${MOST_DESTINATIONS} destinations`,
      'NotificationConfiguration',
    );
  }
  if (new Set(destinations.map(({ id }) => id)).size < destinations.length) {
    throw invalid('Same ID used for multiple configurations. IDs must be unique', 'Id');
  }
  refuseOverlaps(destinations);
  return { destinations, eventBridge: asked.EventBridgeConfiguration !== undefined };
}

const invalid = (message: string, name: string, value = '') => s3Errors.invalidArgument(message, name, value);

function checkedArn(kind: DestinationKind, arn: string | undefined, region: string): string {
  const parsed = parseArn(arn ?? '');
  if (parsed?.service !== SERVICES[kind]) throw invalid('The ARN is not well formed', WORDS[kind], arn);
  if (parsed.region !== region) {
    throw invalid(
      'The notification destination service region is not valid for the bucket location constraint',
      WORDS[kind],
      arn,
    );
  }
  // S3 gives messages no group.
  if (parsed.resource.endsWith('.fifo')) throw s3Errors.destination([arn!], 'FIFO queues and topics are not supported');
  return arn!;
}

function checkedEvents(events: readonly string[] | undefined): readonly string[] {
  if (!events || events.length === 0) throw s3Errors.malformedXml();
  return events;
}

/** @throws InvalidArgument */
function filterOf(filter: AskedFilter | undefined): Pick<Destination, 'prefix' | 'suffix'> {
  const found: Record<'prefix' | 'suffix', string | undefined> = { prefix: undefined, suffix: undefined };
  for (const { Name, Value = '' } of filter?.Key?.FilterRules ?? []) {
    const name = String(Name).toLowerCase();
    if (name !== 'prefix' && name !== 'suffix') {
      throw invalid('filter rule name must be either prefix or suffix', 'FilterRule.Name', name);
    }
    if (found[name] !== undefined) {
      throw invalid(`Cannot specify more than one ${name} rule in a filter.`, 'FilterRule.Name', name);
    }
    if (Buffer.byteLength(Value) > LONGEST_VALUE) {
      throw invalid(
        `Size of filter rule value cannot exceed ${LONGEST_VALUE} bytes in UTF-8 representation`,
        'FilterRule.Value',
      );
    }
    found[name] = Value;
  }
  return found;
}

/** @throws InvalidArgument */
function refuseOverlaps(destinations: readonly Destination[]): void {
  for (const [at, one] of destinations.entries()) {
    const other = destinations.slice(at + 1).find((two) => overlap(one, two));
    if (other) {
      throw invalid(
        `Configurations overlap. Configurations on the same bucket cannot share a common event type. : ${one.id}, ${other.id}`,
        'NotificationConfiguration',
      );
    }
  }
}

function overlap(one: Destination, other: Destination): boolean {
  const shares = one.events.some((a) => other.events.some((b) => covers(a, b) || covers(b, a)));
  const [p, q] = [one.prefix ?? '', other.prefix ?? ''];
  const [s, t] = [one.suffix ?? '', other.suffix ?? ''];
  return shares && (p.startsWith(q) || q.startsWith(p)) && (s.endsWith(t) || t.endsWith(s));
}

/** Whether what a configuration names is, or has in it, an event. */
const covers = (named: string, event: string): boolean =>
  named === event || (named.endsWith(':*') && event.startsWith(named.slice(0, -1)));

/** @param event without its `s3:`, as records have it */
export const concerns = ({ events, prefix = '', suffix = '' }: Destination, event: string, key: string): boolean =>
  key.startsWith(prefix) && key.endsWith(suffix) && events.some((named) => covers(named, `s3:${event}`));

type Answer = Output<'GetBucketNotificationConfiguration'>;
type AnsweredEvents = NonNullable<NonNullable<Answer['QueueConfigurations']>[number]['Events']>;

/** As clients wrote them. */
export function notificationMembers({ destinations, eventBridge }: NotificationRules): Answer {
  const of = (kind: DestinationKind) => destinations.filter((one) => one.kind === kind);
  const rule = ({ id, events, prefix, suffix }: Destination) => {
    const rules = [
      ...(prefix === undefined ? [] : [{ Name: 'Prefix' as const, Value: prefix }]),
      ...(suffix === undefined ? [] : [{ Name: 'Suffix' as const, Value: suffix }]),
    ] as unknown as NonNullable<NonNullable<AskedFilter['Key']>['FilterRules']>;
    return {
      ...{ Id: id, Events: [...events] as unknown as AnsweredEvents },
      ...(rules.length > 0 && { Filter: { Key: { FilterRules: rules } } }),
    };
  };
  const [topics, queues, functions] = [of('topic'), of('queue'), of('function')];
  return {
    ...(topics.length > 0 && { TopicConfigurations: topics.map((one) => ({ TopicArn: one.arn, ...rule(one) })) }),
    ...(queues.length > 0 && { QueueConfigurations: queues.map((one) => ({ QueueArn: one.arn, ...rule(one) })) }),
    ...(functions.length > 0 && {
      LambdaFunctionConfigurations: functions.map((one) => ({ LambdaFunctionArn: one.arn, ...rule(one) })),
    }),
    ...(eventBridge && { EventBridgeConfiguration: {} }),
  };
}
