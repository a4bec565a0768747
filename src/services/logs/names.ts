/** Names and ARNs of log groups and streams. */
import { arn, parseArn } from '../../base/arn.ts';
import type { Access, Call } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { logErrors } from './errors.ts';
import type { GroupRow, StreamRow } from './store.ts';

type Place = Pick<Call, 'region' | 'account'>;

export const groupArn = ({ region, account }: Place, name: string) => arn('logs', region, account, `log-group:${name}`);

const streamArn = (place: Place, group: string, stream: string) => `${groupArn(place, group)}:log-stream:${stream}`;

/** As they come in a request, which may name a group by its ARN. */
export type GroupNamed = { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined };

/**
 * The name of the group that a request means.
 *
 * @throws InvalidParameterException when it says it twice, or not at all, or means another account's
 */
export function groupNameOf({ logGroupName, logGroupIdentifier }: GroupNamed, place: Place): string {
  const given = [logGroupName, logGroupIdentifier].filter((one) => one !== undefined);
  if (given.length !== 1) throw logErrors.oneOfGroup();
  if (logGroupIdentifier === undefined) return logGroupName!;
  if (!logGroupIdentifier.startsWith('arn:')) return logGroupIdentifier;
  return nameInArn(logGroupIdentifier, place);
}

/** @throws InvalidParameterException when it is no group's ARN of this account and region */
export function nameInArn(text: string, place: Place): string {
  const parsed = parseArn(text);
  const name = /^log-group:([^:]+)(?::\*)?$/.exec(parsed?.resource ?? '')?.[1];
  if (parsed?.service !== 'logs' || parsed.region !== place.region || parsed.account !== place.account || !name)
    throw logErrors.notThisAccount(text);
  return name;
}

/** Authorization on a group: AWS asks for the empty stream of it, which policies on `log-group:NAME:*` cover. */
export const onGroup =
  (action: string) =>
  (input: GroupNamed, call: Call): Access[] => [
    { action: `logs:${action}`, resource: streamArn(call, loosely(input, call), '') },
  ];

export const onStream =
  (action: string) =>
  (input: GroupNamed & { logStreamName?: string | undefined }, call: Call): Access[] => [
    { action: `logs:${action}`, resource: streamArn(call, loosely(input, call), input.logStreamName ?? '') },
  ];

/** What is wrong with the names is the operation's to say, after it was authorized. */
function loosely({ logGroupName, logGroupIdentifier = '' }: GroupNamed, place: Place): string {
  if (logGroupName !== undefined) return logGroupName;
  const prefix = `${groupArn(place, '')}`;
  return logGroupIdentifier.startsWith(prefix) ? logGroupIdentifier.slice(prefix.length) : logGroupIdentifier;
}

/** @throws ResourceNotFoundException */
export function requireGroup({ db }: Pick<Parts, 'db'>, { region }: Pick<Call, 'region'>, name: string): GroupRow {
  const group = db.group({ region, name });
  if (!group) throw logErrors.noGroup();
  return group;
}

/** @throws ResourceNotFoundException */
export function requireStream({ db }: Pick<Parts, 'db'>, group: GroupRow, name: string): StreamRow {
  const stream = db.stream({ group: group.id, name });
  if (!stream) throw logErrors.noStream();
  return stream;
}

export const groupInfo = (group: GroupRow, place: Place) => ({
  logGroupName: group.name,
  creationTime: group.created_at,
  ...(group.retention_days === null ? {} : { retentionInDays: group.retention_days }),
  metricFilterCount: 0,
  arn: `${groupArn(place, group.name)}:*`,
  storedBytes: group.stored_bytes,
  logGroupClass: group.class,
  logGroupArn: groupArn(place, group.name),
});

export const streamInfo = (stream: StreamRow, group: GroupRow, place: Place) => ({
  logStreamName: stream.name,
  creationTime: stream.created_at,
  ...(stream.first_event === null ? {} : { firstEventTimestamp: stream.first_event }),
  ...(stream.last_event === null ? {} : { lastEventTimestamp: stream.last_event }),
  ...(stream.last_ingested === null ? {} : { lastIngestionTime: stream.last_ingested }),
  uploadSequenceToken: String(stream.next_seq),
  arn: streamArn(place, group.name, stream.name),
  // AWS has answered 0 for every stream since 2019: bytes are counted for groups.
  storedBytes: 0,
});

/** All names that begin so: from here, and below that. */
export const beginningWith = (prefix = '') => ({ from: prefix, below: `${prefix}\u{10FFFF}` });
