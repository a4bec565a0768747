/** IAM's operations on roles themselves; the policies that they hold are in heldOperations.ts, their tags in tagOperations.ts. */
import { type Access, type InputOf, type Operations, reads, writes } from '../../protocol/service.ts';
import { checkedBoundary, creating } from './boundaries.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamPage } from './listing.ts';
import { iamArn, listArn, newId } from './names.ts';
import {
  checkTrust,
  DEFAULT_SESSION_SECONDS,
  describeRole,
  describeRoleWithTags,
  requireRole,
  roleResource,
} from './roles.ts';
import type { RoleRow } from './store.ts';
import { addTags } from './tags.ts';

type Names =
  | 'CreateRole'
  | 'GetRole'
  | 'ListRoles'
  | 'UpdateRole'
  | 'UpdateRoleDescription'
  | 'UpdateAssumeRolePolicy'
  | 'DeleteRole'
  | 'ListInstanceProfilesForRole';

export function roleOperations(parts: Parts): Operations<Iam, Names> {
  const { store } = parts;
  const on =
    (action: string) =>
    ({ RoleName }: { RoleName?: string | undefined }): Access[] => [
      { action: `iam:${action}`, resource: roleResource(parts, RoleName!) },
    ];
  const update = (name: string, change: { description?: string | undefined; seconds?: number | undefined }) => {
    const { description, max_session_seconds } = requireRole(parts, name);
    store.roles.update({
      name,
      description: change.description ?? description,
      max_session_seconds: change.seconds ?? max_session_seconds,
    });
    return requireRole(parts, name);
  };

  return {
    CreateRole: writes(
      ({ RoleName, Path, Tags, PermissionsBoundary }) =>
        creating('Role', iamArn(parts.account, 'role', Path ?? '/', RoleName!), { Tags, PermissionsBoundary }),
      (input, { now }) => ({ Role: describeRoleWithTags(parts, createRole(parts, input, now)) }),
    ),
    GetRole: reads(on('GetRole'), ({ RoleName }) => ({
      Role: describeRoleWithTags(parts, requireRole(parts, RoleName!)),
    })),
    ListRoles: reads(
      ({ PathPrefix }) => [{ action: 'iam:ListRoles', resource: listArn(parts.account, 'role', PathPrefix) }],
      (input) => {
        const prefix = input.PathPrefix ?? '/';
        const { items, ...page } = iamPage(
          input,
          { operation: 'ListRoles', prefix },
          (after, limit) => store.roles.list({ after, prefix, limit }),
          ({ name }) => name,
        );
        return { Roles: items.map((row) => describeRole(parts, row)), ...page };
      },
    ),
    UpdateRole: writes(on('UpdateRole'), ({ RoleName, Description, MaxSessionDuration }) => {
      update(RoleName!, { description: Description, seconds: MaxSessionDuration });
      return {};
    }),
    UpdateRoleDescription: writes(on('UpdateRoleDescription'), ({ RoleName, Description }) => ({
      Role: describeRole(parts, update(RoleName!, { description: Description })),
    })),
    UpdateAssumeRolePolicy: writes(on('UpdateAssumeRolePolicy'), ({ RoleName, PolicyDocument }) => {
      const { name } = requireRole(parts, RoleName!);
      checkTrust(parts, PolicyDocument!);
      store.roles.setTrust({ name, trust: PolicyDocument! });
      return {};
    }),
    DeleteRole: writes(on('DeleteRole'), ({ RoleName }) => {
      deleteRole(parts, RoleName!);
      return {};
    }),
    // No operation makes instance profiles here, so a role is in none; Terraform asks before it deletes a role.
    ListInstanceProfilesForRole: reads(on('ListInstanceProfilesForRole'), ({ RoleName }) => {
      requireRole(parts, RoleName!);
      return { InstanceProfiles: [], IsTruncated: false };
    }),
  };
}

function createRole(parts: Parts, input: InputOf<Iam, 'CreateRole'>, now: number): RoleRow {
  const name = input.RoleName!;
  if (parts.store.roles.sameName({ name })) throw iamErrors.exists('Role', name);
  const trust = input.AssumeRolePolicyDocument!;
  checkTrust(parts, trust);
  const row: RoleRow = {
    name,
    id: newId(parts.world.random, 'role'),
    path: input.Path ?? '/',
    tags: addTags('{}', input.Tags ?? []),
    created_at: now,
    trust,
    description: input.Description ?? null,
    max_session_seconds: input.MaxSessionDuration ?? DEFAULT_SESSION_SECONDS,
    boundary: checkedBoundary(parts, input.PermissionsBoundary),
  };
  parts.store.roles.insert(row);
  return row;
}

function deleteRole(parts: Parts, name: string): void {
  const { id } = requireRole(parts, name);
  const holder = { holder_kind: 'role', holder: name } as const;
  if (parts.store.held.attached(holder).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must detach all policies first.');
  }
  if (parts.store.held.inlines(holder).length > 0) {
    throw iamErrors.deleteConflict('Cannot delete entity, must delete policies first.');
  }
  parts.keyring.endSessionsOf(id);
  parts.store.roles.remove({ name });
}
