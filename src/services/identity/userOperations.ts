/** IAM's operations on users themselves. */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import { checkedBoundary, creating } from './boundaries.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamPage } from './listing.ts';
import { iamArn, listArn, newId } from './names.ts';
import { addTags } from './tags.ts';
import { describeUser, describeUserWithTags, namedOrCalling, requireUser, userResource } from './users.ts';

type Names = 'CreateUser' | 'GetUser' | 'ListUsers' | 'DeleteUser';

export function userOperations(parts: Parts): Operations<Iam, Names> {
  const { store } = parts;
  const on =
    (action: string) =>
    ({ UserName }: { UserName?: string | undefined }): Access[] => [
      { action: `iam:${action}`, resource: userResource(parts, UserName!) },
    ];

  return {
    CreateUser: writes(
      ({ UserName, Path, Tags, PermissionsBoundary }) =>
        creating('User', iamArn(parts.account, 'user', Path ?? '/', UserName!), { Tags, PermissionsBoundary }),
      (input, { now }) => {
        const name = input.UserName!;
        if (store.users.sameName({ name })) throw iamErrors.exists('User', name);
        const row = {
          name,
          id: newId(parts.world.random, 'user'),
          path: input.Path ?? '/',
          tags: addTags('{}', input.Tags ?? []),
          created_at: now,
          boundary: checkedBoundary(parts, input.PermissionsBoundary),
        };
        store.users.insert(row);
        return { User: describeUserWithTags(parts, row) };
      },
    ),
    GetUser: reads(
      ({ UserName }, { principal }) => [
        { action: 'iam:GetUser', resource: userResource(parts, namedOrCalling(parts, UserName, principal)) },
      ],
      ({ UserName }, { principal }) => ({
        User: describeUserWithTags(parts, requireUser(parts, namedOrCalling(parts, UserName, principal))),
      }),
    ),
    ListUsers: reads(
      ({ PathPrefix }) => [{ action: 'iam:ListUsers', resource: listArn(parts.account, 'user', PathPrefix) }],
      (input) => {
        const prefix = input.PathPrefix ?? '/';
        const { items, ...page } = iamPage(
          input,
          { operation: 'ListUsers', prefix },
          (after, limit) => store.users.list({ after, prefix, limit }),
          ({ name }) => name,
        );
        return { Users: items.map((row) => describeUser(parts, row)), ...page };
      },
    ),
    DeleteUser: writes(on('DeleteUser'), ({ UserName }) => {
      deleteUser(parts, UserName!);
      return {};
    }),
  };
}

function deleteUser(parts: Parts, name: string): void {
  const { store, keyring } = parts;
  const { id } = requireUser(parts, name);
  const holder = { holder_kind: 'user', holder: name } as const;
  if (store.credentials.keysOf({ user: name }).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must delete access keys first.');
  }
  if (store.held.attached(holder).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (store.held.inlines(holder).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must delete policies first.');
  }
  if (store.groups.of({ user: name }).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must remove users from group first.');
  }
  keyring.endSessionsOf(id);
  store.users.remove({ name });
}
