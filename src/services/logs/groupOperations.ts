/** Log groups, their retention and their tags. */
import { pageOf } from '../../protocol/pages.ts';
import { type Access, type Call, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { logErrors } from './errors.ts';
import {
  beginningWith,
  type GroupNamed,
  groupArn,
  groupInfo,
  groupNameOf,
  nameInArn,
  onGroup,
  requireGroup,
} from './names.ts';
import type { GroupRow } from './store.ts';

type GroupNames =
  | 'CreateLogGroup'
  | 'DeleteLogGroup'
  | 'DescribeLogGroups'
  | 'PutRetentionPolicy'
  | 'DeleteRetentionPolicy';
type TagNames =
  | ('TagLogGroup' | 'UntagLogGroup' | 'ListTagsLogGroup')
  | ('TagResource' | 'UntagResource' | 'ListTagsForResource');

/** DescribeLogGroups gives this many where it is not told. */
const PAGE = 50;
const MOST_TAGS = 50;
const RETENTIONS = [
  ...[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731],
  ...[1096, 1827, 2192, 2557, 2922, 3288, 3653],
];
/** What marks the groups whose events cannot be read by GetLogEvents on AWS; Telar reads both alike. */
const CLASSES: readonly string[] = ['STANDARD', 'INFREQUENT_ACCESS'];

export function groupOperations(parts: Parts): Operations<Sdk, GroupNames> {
  const { db } = parts;
  const named = (input: GroupNamed, call: Call) => requireGroup(parts, call, input.logGroupName!);
  return {
    CreateLogGroup: writes(onGroup('CreateLogGroup'), (input, call) => {
      const { logGroupClass = 'STANDARD', kmsKeyId, deletionProtectionEnabled, tags = {} } = input;
      if (kmsKeyId !== undefined) throw logErrors.unsupported('kmsKeyId', 'Leave it out: logs are not encrypted.');
      if (deletionProtectionEnabled) throw logErrors.unsupported('deletionProtectionEnabled', 'Leave it out.');
      if (!CLASSES.includes(logGroupClass))
        throw logErrors.unsupported(`the log group class ${logGroupClass}`, `Use ${CLASSES.join(' or ')}.`);
      const group = createGroup(parts, call.region, input.logGroupName!, call.now, logGroupClass as GroupRow['class']);
      setTags(parts, group, tags);
      return {};
    }),
    DeleteLogGroup: writes(onGroup('DeleteLogGroup'), (input, call) => {
      const { id } = named(input, call);
      db.deleteGroup({ id });
      db.deleteTags({ id });
      db.addRemoval({ group: id, stream: 0 });
      parts.removalDue();
      return {};
    }),
    DescribeLogGroups: reads(
      (_input, call) => [{ action: 'logs:DescribeLogGroups', resource: `${groupArn(call, '')}:log-stream:` }],
      (input, call) => describeGroups(parts, input, call),
    ),
    PutRetentionPolicy: writes(onGroup('PutRetentionPolicy'), (input, call) => {
      const { id } = named(input, call);
      const days = input.retentionInDays!;
      if (!RETENTIONS.includes(days)) throw logErrors.badRetention(days, RETENTIONS);
      db.setRetention({ id, days });
      parts.removalDue();
      return {};
    }),
    DeleteRetentionPolicy: writes(onGroup('DeleteRetentionPolicy'), (input, call) => {
      db.setRetention({ id: named(input, call).id, days: null });
      return {};
    }),
  };
}

/** Inside a transaction. @throws ResourceAlreadyExistsException */
export function createGroup(
  { db }: Pick<Parts, 'db'>,
  region: string,
  name: string,
  now: number,
  kind: GroupRow['class'] = 'STANDARD',
): GroupRow {
  if (db.group({ region, name })) throw logErrors.groupExists();
  db.insertGroup({ region, name, class: kind, created_at: now });
  return db.group({ region, name })!;
}

type Listing = {
  logGroupNamePrefix?: string | undefined;
  logGroupNamePattern?: string | undefined;
  logGroupClass?: string | undefined;
  logGroupIdentifiers?: readonly string[] | undefined;
  accountIdentifiers?: readonly string[] | undefined;
  includeLinkedAccounts?: boolean | undefined;
  nextToken?: string | undefined;
  limit?: number | undefined;
};

function describeGroups({ db }: Parts, input: Listing, call: Call) {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern, logGroupClass = '', limit = PAGE } = input;
  const { logGroupIdentifiers, accountIdentifiers, nextToken } = input;
  if (prefix !== undefined && pattern !== undefined) throw logErrors.prefixAndPattern();
  const { region } = call;
  if (accountIdentifiers?.length && !accountIdentifiers.includes(call.account)) return { logGroups: [] };
  if (logGroupIdentifiers?.length) {
    const names = logGroupIdentifiers.map((logGroupIdentifier) => groupNameOf({ logGroupIdentifier }, call));
    const found = [...new Set(names)].sort().flatMap((name) => db.group({ region, name }) ?? []);
    return { logGroups: found.map((group) => groupInfo(group, call)) };
  }
  const filter = { ...beginningWith(prefix), region, pattern: pattern ?? '', class: logGroupClass };
  const { items, next } = pageOf(
    { query: { operation: 'DescribeLogGroups', ...filter }, token: nextToken, limit },
    (after, most) => db.groups({ ...filter, after: String(after?.[0] ?? ''), limit: most }),
    ({ name }) => [name],
    logErrors.badToken,
  );
  return {
    logGroups: items.map((group) => groupInfo(group, call)),
    ...(next === undefined ? {} : { nextToken: next }),
  };
}

/** Tags by the group's name, as they once were, and by its ARN. */
export function tagOperations(parts: Parts): Operations<Sdk, TagNames> {
  const named = (input: GroupNamed, call: Call) => requireGroup(parts, call, input.logGroupName!);
  const atArn = ({ resourceArn }: { resourceArn?: string | undefined }, call: Call): GroupRow => {
    const group = parts.db.group({ region: call.region, name: nameInArn(resourceArn!, call) });
    if (!group) throw logErrors.noResource();
    return group;
  };
  const onArn =
    (action: string) =>
    ({ resourceArn }: { resourceArn?: string | undefined }): Access[] => [
      { action: `logs:${action}`, resource: resourceArn! },
    ];
  const tagsOf = ({ id }: GroupRow) => Object.fromEntries(parts.db.tags({ id }).map(({ key, value }) => [key, value]));
  const untag = ({ id }: GroupRow, keys: readonly string[]) => {
    for (const key of keys) parts.db.deleteTag({ id, key });
    return {};
  };
  const tag = (group: GroupRow, tags: Readonly<Record<string, string>>) => {
    setTags(parts, group, tags);
    return {};
  };
  return {
    TagLogGroup: writes(onGroup('TagLogGroup'), (input, call) => tag(named(input, call), input.tags!)),
    UntagLogGroup: writes(onGroup('UntagLogGroup'), (input, call) => untag(named(input, call), input.tags!)),
    ListTagsLogGroup: reads(onGroup('ListTagsLogGroup'), (input, call) => ({ tags: tagsOf(named(input, call)) })),
    TagResource: writes(onArn('TagResource'), (input, call) => tag(atArn(input, call), input.tags!)),
    UntagResource: writes(onArn('UntagResource'), (input, call) => untag(atArn(input, call), input.tagKeys!)),
    ListTagsForResource: reads(onArn('ListTagsForResource'), (input, call) => ({ tags: tagsOf(atArn(input, call)) })),
  };
}

function setTags({ db }: Parts, { id }: GroupRow, tags: Readonly<Record<string, string>>): void {
  for (const [key, value] of Object.entries(tags)) {
    if (/^aws:/i.test(key)) throw logErrors.reservedTag(key);
    db.putTag({ id, key, value });
  }
  if (db.tags({ id }).length > MOST_TAGS) throw logErrors.tooManyTags(MOST_TAGS);
}
