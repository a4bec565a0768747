/** Model package groups: each holds the versions of one model. */
import type { Call, OutputOf } from '../../protocol/service.ts';
import { readUser, writeUser } from '../../protocol/userContext.ts';
import type { CreateGroupInput, Parts, Sdk } from './context.ts';
import { registryErrors } from './errors.ts';
import { COMPLETED } from './legal.ts';
import { groupArn, groupArnOf, type Place, registryName } from './names.ts';
import type { GroupRow } from './store.ts';

type Description = OutputOf<Sdk, 'DescribeModelPackageGroup'>;
type Summary = NonNullable<OutputOf<Sdk, 'ListModelPackageGroups'>['ModelPackageGroupSummaryList']>[number];

const arnOfGroup = ({ account }: Parts, { region, name }: Pick<GroupRow, 'region' | 'name'>): string =>
  groupArn({ account, region }, name);

/** The group of a name or ARN, if there is one. */
export function findGroup({ store, account }: Parts, place: Place, nameOrArn: string): GroupRow | undefined {
  const named = registryName(account, groupArnOf(place, nameOrArn));
  return named?.kind === 'group' ? store.group(named.key) : undefined;
}

/** @throws ValidationException in the words by which Terraform and others know that it does not exist */
export function requireGroup(parts: Parts, place: Place, nameOrArn: string): GroupRow {
  const group = findGroup(parts, place, nameOrArn);
  if (!group) throw registryErrors.noGroup(groupArnOf(place, nameOrArn));
  return group;
}

export function createGroup(parts: Parts, input: CreateGroupInput, call: Call): string {
  if (input.ManagedConfiguration?.ManagedStorageType !== undefined) {
    throw registryErrors.unsupported('ManagedConfiguration', 'keep model data in storage of its own');
  }
  const name = input.ModelPackageGroupName!;
  const arn = groupArn(call, name);
  if (parts.store.group({ region: call.region, name })) throw registryErrors.groupExists(arn);
  parts.store.insertGroup({
    region: call.region,
    name,
    description: input.ModelPackageGroupDescription ?? null,
    next_version: 1,
    created_at: call.now,
    created_by: writeUser(call.principal),
  });
  if (input.Tags?.length) parts.ports.setTags(arn, input.Tags);
  return arn;
}

/** @throws ConflictException while it holds versions */
export function deleteGroup(parts: Parts, group: GroupRow): void {
  const arn = arnOfGroup(parts, group);
  const versions = parts.store.versions({ region: group.region, name: group.name })?.count ?? 0;
  if (versions > 0) throw registryErrors.groupNotEmpty(arn, versions);
  parts.store.removeGroup({ id: group.id });
  parts.ports.removeTags(arn);
}

export function summarizeGroup(parts: Parts, group: GroupRow): Summary {
  return {
    ModelPackageGroupName: group.name,
    ModelPackageGroupArn: arnOfGroup(parts, group),
    ...(group.description === null ? {} : { ModelPackageGroupDescription: group.description }),
    CreationTime: new Date(group.created_at),
    ModelPackageGroupStatus: COMPLETED,
  };
}

export function describeGroup(parts: Parts, group: GroupRow): Description {
  return { ...summarizeGroup(parts, group), CreatedBy: readUser(group.created_by) };
}
