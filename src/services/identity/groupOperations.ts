/** IAM's operations on groups: users that share policies. */
import { type Access, type InputOf, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { describeGroup, groupResource, requireGroup } from './groups.ts';
import { iamPage, within } from './listing.ts';
import { iamArn, listArn, newId } from './names.ts';
import type { GroupRow, UserRow } from './store.ts';
import { describeUser, requireUser, userResource } from './users.ts';

type Names =
  | 'CreateGroup'
  | 'GetGroup'
  | 'ListGroups'
  | 'DeleteGroup'
  | 'AddUserToGroup'
  | 'RemoveUserFromGroup'
  | 'ListGroupsForUser';

/** Groups that one user may be in. */
const MOST_GROUPS = 10;

export function groupOperations(parts: Parts): Operations<Iam, Names> {
  const { store } = parts;
  const on =
    (action: string) =>
    ({ GroupName }: { GroupName?: string | undefined }): Access[] => [
      { action: `iam:${action}`, resource: groupResource(parts, GroupName!) },
    ];
  return {
    CreateGroup: writes(
      ({ GroupName, Path }) => [
        { action: 'iam:CreateGroup', resource: iamArn(parts.account, 'group', Path ?? '/', GroupName!) },
      ],
      (input, { now }) => ({ Group: describeGroup(parts, createGroup(parts, input, now)) }),
    ),
    GetGroup: reads(on('GetGroup'), (input) => {
      const group = requireGroup(parts, input.GroupName!);
      const name = (user: UserRow) => user.name;
      const users = within(store.groups.members({ group_name: group.name }), name);
      const { items, ...page } = iamPage(input, { operation: 'GetGroup', name: group.name }, users, name);
      return { Group: describeGroup(parts, group), Users: items.map((row) => describeUser(parts, row)), ...page };
    }),
    ListGroups: reads(
      ({ PathPrefix }) => [{ action: 'iam:ListGroups', resource: listArn(parts.account, 'group', PathPrefix) }],
      (input) => {
        const prefix = input.PathPrefix ?? '/';
        const { items, ...page } = iamPage(
          input,
          { operation: 'ListGroups', prefix },
          (after, limit) => store.groups.list({ after, prefix, limit }),
          ({ name }) => name,
        );
        return { Groups: items.map((row) => describeGroup(parts, row)), ...page };
      },
    ),
    DeleteGroup: writes(on('DeleteGroup'), ({ GroupName }) => {
      deleteGroup(parts, GroupName!);
      return {};
    }),
    AddUserToGroup: writes(on('AddUserToGroup'), ({ GroupName, UserName }) => {
      const { name } = requireGroup(parts, GroupName!);
      const user = requireUser(parts, UserName!).name;
      store.groups.add({ user, group_name: name });
      if (store.groups.of({ user }).length > MOST_GROUPS) {
        throw iamErrors.limit(`Cannot exceed quota for GroupsPerUser: ${MOST_GROUPS}`);
      }
      return {};
    }),
    RemoveUserFromGroup: writes(on('RemoveUserFromGroup'), ({ GroupName, UserName }) => {
      const { name } = requireGroup(parts, GroupName!);
      store.groups.leave({ user: requireUser(parts, UserName!).name, group_name: name });
      return {};
    }),
    ListGroupsForUser: reads(
      ({ UserName }) => [{ action: 'iam:ListGroupsForUser', resource: userResource(parts, UserName!) }],
      (input) => {
        const { name: user } = requireUser(parts, input.UserName!);
        const name = (group: GroupRow) => group.name;
        const all = within(store.groups.of({ user }), name);
        const { items, ...page } = iamPage(input, { operation: 'ListGroupsForUser', user }, all, name);
        return { Groups: items.map((row) => describeGroup(parts, row)), ...page };
      },
    ),
  };
}

function createGroup({ store, world }: Parts, input: InputOf<Iam, 'CreateGroup'>, now: number): GroupRow {
  const name = input.GroupName!;
  if (store.groups.sameName({ name })) throw iamErrors.exists('Group', name);
  const row: GroupRow = { name, id: newId(world.random, 'group'), path: input.Path ?? '/', created_at: now };
  store.groups.insert(row);
  return row;
}

function deleteGroup(parts: Parts, groupName: string): void {
  const { groups, held } = parts.store;
  const { name } = requireGroup(parts, groupName);
  const holder = { holder_kind: 'group', holder: name } as const;
  if (groups.members({ group_name: name }).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must remove users from group first.');
  }
  if (held.attached(holder).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (held.inlines(holder).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must delete policies first.');
  }
  groups.remove({ name });
}
