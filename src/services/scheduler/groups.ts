/**
 * Schedule groups.
 *
 * G1. The group `default` is always there. It has a row from when it is first written to.
 * G2. A group that is deleted takes no more schedules, and goes when the last of its own has gone: a few at a time, also after a crash.
 */
import { MISSED_POLICIES, MISSED_TAG, type MissedPolicy } from '../../definition/schedules/missed.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { Parts, Sdk } from './context.ts';
import { errors } from './errors.ts';
import { MOST_GROUPS, PAGE } from './legal.ts';
import { DEFAULT_GROUP, groupArn, groupNamed, type Place } from './names.ts';
import type { GivenTag } from './ports.ts';
import { removeSchedule } from './removal.ts';
import type { GroupRow } from './store.ts';

/** The default group before anything was written to it: nobody made it, so that it has no dates. */
type Group = Pick<GroupRow, 'name' | 'state'> & { created_at: number | null; modified_at: number | null };

function findGroup({ db }: Pick<Parts, 'db'>, region: string, name: string): Group | undefined {
  const row = db.group({ region, name });
  if (row || name !== DEFAULT_GROUP) return row;
  return { name, state: 'ACTIVE', created_at: null, modified_at: null };
}

/** @throws ResourceNotFoundException */
export function requireGroup(parts: Pick<Parts, 'db'>, { region }: { region: string }, name: string): Group {
  const group = findGroup(parts, region, name);
  if (!group) throw errors.noGroup(name);
  return group;
}

/** A group that takes schedules. @throws ResourceNotFoundException, ConflictException while it is being deleted */
export function openGroup(parts: Pick<Parts, 'db'>, { region, now }: Call, name: string): void {
  const group = requireGroup(parts, { region }, name);
  if (group.state === 'DELETING') throw errors.groupDeleting(name);
  if (group.created_at === null)
    parts.db.insertGroup({ region, name, state: 'ACTIVE', created_at: now, modified_at: now });
}

export function createGroup(
  parts: Parts,
  { Name: name = '', Tags = [] }: InputOf<Sdk, 'CreateScheduleGroup'>,
  call: Call,
) {
  const { region, now } = call;
  if (findGroup(parts, region, name)) throw errors.groupExists(name);
  if (parts.db.groupCount({ region })!.count >= MOST_GROUPS) throw errors.tooMany('schedule groups', MOST_GROUPS);
  parts.db.insertGroup({ region, name, state: 'ACTIVE', created_at: now, modified_at: now });
  const arn = groupArn(call, name);
  tag(parts, arn, Tags);
  return { ScheduleGroupArn: arn };
}

export function describeGroup(
  place: Place,
  { name, state, created_at, modified_at }: Group,
): OutputOf<Sdk, 'GetScheduleGroup'> {
  return {
    ...{ Arn: groupArn(place, name), Name: name, State: state },
    CreationDate: created_at === null ? undefined : new Date(created_at),
    LastModificationDate: modified_at === null ? undefined : new Date(modified_at),
  };
}

/** @throws ValidationException for the default group */
export function deleteGroup(parts: Parts, name: string, { region, now }: Call): void {
  if (name === DEFAULT_GROUP) throw errors.defaultGroup();
  if (requireGroup(parts, { region }, name).state === 'DELETING') return;
  parts.db.setGroupState({ region, name, state: 'DELETING', modified_at: now });
}

/** Schedules that go in one transaction. */
const AT_ONCE = 50;

/** Inside a transaction: takes a group that is being deleted a little further, and answers whether there is more to do. */
export function emptyGroup(parts: Parts, region: string, name: string): boolean {
  const gone = parts.db.schedulesOfGroup({ region, group_name: name, limit: AT_ONCE });
  for (const schedule of gone) removeSchedule(parts, schedule);
  if (gone.length === AT_ONCE) return true;
  parts.db.removeGroup({ region, name });
  parts.ports.removeTags(groupArn({ account: parts.account, region }, name));
  return false;
}

export function listGroups(
  { db }: Parts,
  input: InputOf<Sdk, 'ListScheduleGroups'>,
  call: Call,
): OutputOf<Sdk, 'ListScheduleGroups'> {
  const { region } = call;
  const { NamePrefix: prefix = '', NextToken: token, MaxResults: limit = PAGE } = input;
  const unmade = db.group({ region, name: DEFAULT_GROUP }) || !DEFAULT_GROUP.startsWith(prefix) ? [] : [DEFAULT_GROUP];
  const { items, next } = pageOf<Group>(
    { query: { operation: 'ListScheduleGroups', region, prefix }, token, limit },
    (position, most) => {
      const after = String(position?.[0] ?? '');
      const virtual = unmade.filter((name) => name > after).map((name) => findGroup({ db }, region, name)!);
      const rows = db.groups({ region, prefix, after, limit: most });
      return [...rows, ...virtual].sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, most);
    },
    ({ name }) => [name],
  );
  return { ScheduleGroups: items.map((group) => describeGroup(call, group)), NextToken: next };
}

/** The name of a group by its ARN. @throws ResourceNotFoundException, also for schedules: these have no tags */
export function requireTagged(parts: Parts, arn: string, call: Call): string {
  const name = groupNamed(call, arn);
  if (name === undefined || !findGroup(parts, call.region, name)) throw errors.noResource(arn);
  return name;
}

/** @throws ValidationException for a `telar:missed` that says nothing */
export function tag({ ports }: Parts, arn: string, tags: readonly GivenTag[]): void {
  for (const { Key, Value = '' } of tags) if (Key === MISSED_TAG && !isPolicy(Value)) throw errors.missedPolicy(Value);
  ports.setTags(arn, tags);
}

/** What becomes of the missed schedules of a group. */
export function missedPolicy({ ports, missed, account }: Parts, region: string, group: string): MissedPolicy {
  const said = ports.tagsOf(groupArn({ account, region }, group)).find(({ Key }) => Key === MISSED_TAG)?.Value;
  return said !== undefined && isPolicy(said) ? said : missed;
}

const isPolicy = (text: string): text is MissedPolicy => (MISSED_POLICIES as readonly string[]).includes(text);
