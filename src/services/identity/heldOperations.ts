/**
 * IAM's operations on the policies that roles, users and groups hold: inline ones and attached ones. What holds for one
 * holds for all: the rules are in held.ts, and here is a row for each of AWS's operations.
 */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { groupResource, requireGroup } from './groups.ts';
import { heldPolicies } from './held.ts';
import { requireRole, roleResource } from './roles.ts';
import type { Holder } from './store.ts';
import { requireUser, userResource } from './users.ts';

type RoleNames =
  | 'PutRolePolicy'
  | 'GetRolePolicy'
  | 'ListRolePolicies'
  | 'DeleteRolePolicy'
  | 'AttachRolePolicy'
  | 'DetachRolePolicy'
  | 'ListAttachedRolePolicies';
type UserNames =
  | 'PutUserPolicy'
  | 'GetUserPolicy'
  | 'ListUserPolicies'
  | 'DeleteUserPolicy'
  | 'AttachUserPolicy'
  | 'DetachUserPolicy'
  | 'ListAttachedUserPolicies';
type GroupNames =
  | 'PutGroupPolicy'
  | 'GetGroupPolicy'
  | 'ListGroupPolicies'
  | 'DeleteGroupPolicy'
  | 'AttachGroupPolicy'
  | 'DetachGroupPolicy'
  | 'ListAttachedGroupPolicies';

/** What conditions on a change of policies look at. */
const keysOf = (boundary: string | null | undefined, PolicyArn: string | undefined) => () => ({
  'iam:PermissionsBoundary': boundary ?? undefined,
  'iam:PolicyARN': PolicyArn,
});

export function rolePolicyOperations(parts: Parts): Operations<Iam, RoleNames> {
  const rules = heldPolicies(parts);
  const holder = ({ RoleName }: { RoleName?: string | undefined }): Holder => ({
    holder_kind: 'role',
    holder: requireRole(parts, RoleName!).name,
  });
  const on =
    (action: string) =>
    ({ RoleName, PolicyArn }: { RoleName?: string | undefined; PolicyArn?: string | undefined }): Access[] => [
      {
        action: `iam:${action}`,
        resource: roleResource(parts, RoleName!),
        keys: keysOf(parts.store.roles.get({ name: RoleName! })?.boundary, PolicyArn),
      },
    ];
  return {
    PutRolePolicy: writes(on('PutRolePolicy'), (input) =>
      rules.putInline(holder(input), input.PolicyName!, input.PolicyDocument!),
    ),
    GetRolePolicy: reads(on('GetRolePolicy'), (input) => {
      const found = rules.inline(holder(input), input.PolicyName!);
      return { RoleName: input.RoleName, ...found };
    }),
    ListRolePolicies: reads(on('ListRolePolicies'), (input) => rules.inlines(holder(input), input)),
    DeleteRolePolicy: writes(on('DeleteRolePolicy'), (input) => rules.removeInline(holder(input), input.PolicyName!)),
    AttachRolePolicy: writes(on('AttachRolePolicy'), (input) => rules.attach(holder(input), input.PolicyArn!)),
    DetachRolePolicy: writes(on('DetachRolePolicy'), (input) => rules.detach(holder(input), input.PolicyArn!)),
    ListAttachedRolePolicies: reads(on('ListAttachedRolePolicies'), (input) =>
      rules.attached(holder(input), input.PathPrefix, input),
    ),
  };
}

export function userPolicyOperations(parts: Parts): Operations<Iam, UserNames> {
  const rules = heldPolicies(parts);
  const holder = ({ UserName }: { UserName?: string | undefined }): Holder => ({
    holder_kind: 'user',
    holder: requireUser(parts, UserName!).name,
  });
  const on =
    (action: string) =>
    ({ UserName, PolicyArn }: { UserName?: string | undefined; PolicyArn?: string | undefined }): Access[] => [
      {
        action: `iam:${action}`,
        resource: userResource(parts, UserName!),
        keys: keysOf(parts.store.users.get({ name: UserName! })?.boundary, PolicyArn),
      },
    ];
  return {
    PutUserPolicy: writes(on('PutUserPolicy'), (input) =>
      rules.putInline(holder(input), input.PolicyName!, input.PolicyDocument!),
    ),
    GetUserPolicy: reads(on('GetUserPolicy'), (input) => {
      const found = rules.inline(holder(input), input.PolicyName!);
      return { UserName: input.UserName, ...found };
    }),
    ListUserPolicies: reads(on('ListUserPolicies'), (input) => rules.inlines(holder(input), input)),
    DeleteUserPolicy: writes(on('DeleteUserPolicy'), (input) => rules.removeInline(holder(input), input.PolicyName!)),
    AttachUserPolicy: writes(on('AttachUserPolicy'), (input) => rules.attach(holder(input), input.PolicyArn!)),
    DetachUserPolicy: writes(on('DetachUserPolicy'), (input) => rules.detach(holder(input), input.PolicyArn!)),
    ListAttachedUserPolicies: reads(on('ListAttachedUserPolicies'), (input) =>
      rules.attached(holder(input), input.PathPrefix, input),
    ),
  };
}

export function groupPolicyOperations(parts: Parts): Operations<Iam, GroupNames> {
  const rules = heldPolicies(parts);
  const holder = ({ GroupName }: { GroupName?: string | undefined }): Holder => ({
    holder_kind: 'group',
    holder: requireGroup(parts, GroupName!).name,
  });
  const on =
    (action: string) =>
    ({ GroupName, PolicyArn }: { GroupName?: string | undefined; PolicyArn?: string | undefined }): Access[] => [
      {
        action: `iam:${action}`,
        resource: groupResource(parts, GroupName!),
        keys: keysOf(undefined, PolicyArn),
      },
    ];
  return {
    PutGroupPolicy: writes(on('PutGroupPolicy'), (input) =>
      rules.putInline(holder(input), input.PolicyName!, input.PolicyDocument!),
    ),
    GetGroupPolicy: reads(on('GetGroupPolicy'), (input) => {
      const found = rules.inline(holder(input), input.PolicyName!);
      return { GroupName: input.GroupName, ...found };
    }),
    ListGroupPolicies: reads(on('ListGroupPolicies'), (input) => rules.inlines(holder(input), input)),
    DeleteGroupPolicy: writes(on('DeleteGroupPolicy'), (input) => rules.removeInline(holder(input), input.PolicyName!)),
    AttachGroupPolicy: writes(on('AttachGroupPolicy'), (input) => rules.attach(holder(input), input.PolicyArn!)),
    DetachGroupPolicy: writes(on('DetachGroupPolicy'), (input) => rules.detach(holder(input), input.PolicyArn!)),
    ListAttachedGroupPolicies: reads(on('ListAttachedGroupPolicies'), (input) =>
      rules.attached(holder(input), input.PathPrefix, input),
    ),
  };
}
