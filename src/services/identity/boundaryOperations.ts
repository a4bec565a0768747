/** IAM's operations on permissions boundaries. */
import { type Operations, writes } from '../../protocol/service.ts';
import { checkedBoundary } from './boundaries.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { requireRole, roleResource } from './roles.ts';
import { requireUser, userResource } from './users.ts';

type Names = `${'Put' | 'Delete'}${'User' | 'Role'}PermissionsBoundary`;

export function boundaryOperations(parts: Parts): Operations<Iam, Names> {
  const { users, roles } = parts.store;
  const bound = (PermissionsBoundary: string | undefined | null) => () => ({
    'iam:PermissionsBoundary': PermissionsBoundary ?? undefined,
  });
  const onUser = (action: string, UserName: string, boundary?: string | null) => [
    { action: `iam:${action}`, resource: userResource(parts, UserName), keys: bound(boundary) },
  ];
  const onRole = (action: string, RoleName: string, boundary?: string | null) => [
    { action: `iam:${action}`, resource: roleResource(parts, RoleName), keys: bound(boundary) },
  ];
  return {
    PutUserPermissionsBoundary: writes(
      ({ UserName, PermissionsBoundary }) => onUser('PutUserPermissionsBoundary', UserName!, PermissionsBoundary),
      ({ UserName, PermissionsBoundary }) => {
        const { name } = requireUser(parts, UserName!);
        users.setBoundary({ name, boundary: checkedBoundary(parts, PermissionsBoundary) });
        return {};
      },
    ),
    DeleteUserPermissionsBoundary: writes(
      ({ UserName }) => onUser('DeleteUserPermissionsBoundary', UserName!, users.get({ name: UserName! })?.boundary),
      ({ UserName }) => {
        const { name, boundary } = requireUser(parts, UserName!);
        if (boundary === null) throw iamErrors.noBoundary('User', name);
        users.setBoundary({ name, boundary: null });
        return {};
      },
    ),
    PutRolePermissionsBoundary: writes(
      ({ RoleName, PermissionsBoundary }) => onRole('PutRolePermissionsBoundary', RoleName!, PermissionsBoundary),
      ({ RoleName, PermissionsBoundary }) => {
        const { name } = requireRole(parts, RoleName!);
        roles.setBoundary({ name, boundary: checkedBoundary(parts, PermissionsBoundary) });
        return {};
      },
    ),
    DeleteRolePermissionsBoundary: writes(
      ({ RoleName }) => onRole('DeleteRolePermissionsBoundary', RoleName!, roles.get({ name: RoleName! })?.boundary),
      ({ RoleName }) => {
        const { name, boundary } = requireRole(parts, RoleName!);
        if (boundary === null) throw iamErrors.noBoundary('Role', name);
        roles.setBoundary({ name, boundary: null });
        return {};
      },
    ),
  };
}
