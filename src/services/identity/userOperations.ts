/** IAM's operations on users themselves. */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamPage } from './listing.ts';
import { iamArn, newId } from './names.ts';
import { addTags } from './tags.ts';
import { describeUser, describeUserWithTags, namedOrCalling, requireUser, userResource } from './users.ts';

type Names = 'CreateUser' | 'GetUser' | 'ListUsers' | 'DeleteUser' | 'ListGroupsForUser';

export function userOperations(parts: Parts): Operations<Iam, Names> {
  const { store } = parts;
  const on =
    (action: string) =>
    ({ UserName }: { UserName?: string | undefined }): Access[] => [
      { action: `iam:${action}`, resource: userResource(parts, UserName!) },
    ];

  return {
    CreateUser: writes(
      ({ UserName, Path }) => [
        { action: 'iam:CreateUser', resource: iamArn(parts.account, 'user', Path ?? '/', UserName!) },
      ],
      (input, { now }) => {
        if (input.PermissionsBoundary !== undefined) throw iamErrors.noBoundaries('PermissionsBoundary');
        const name = input.UserName!;
        if (store.users.sameName({ name })) throw iamErrors.exists('User', name);
        const row = {
          name,
          id: newId(parts.world.random, 'user'),
          path: input.Path ?? '/',
          tags: addTags('{}', input.Tags ?? []),
          created_at: now,
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
      () => [{ action: 'iam:ListUsers', resource: '*' }],
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
    // No operation makes groups here, so a user is in none; Terraform asks before it deletes a user.
    ListGroupsForUser: reads(on('ListGroupsForUser'), ({ UserName }) => {
      requireUser(parts, UserName!);
      return { Groups: [], IsTruncated: false };
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
  keyring.endSessionsOf(id);
  store.users.remove({ name });
}
