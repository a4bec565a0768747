/**
 * IAM's operations on the policies that roles and users hold: inline ones and attached ones. What holds for roles holds
 * for users: one rule for both, and a row for each of AWS's operations.
 */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { checkDocument, documentSize, encodeDocument, SIZE_LIMITS } from './documents.ts';
import { iamErrors } from './errors.ts';
import { iamPage, within } from './listing.ts';
import { requirePolicy } from './policies.ts';
import { requireRole, roleResource } from './roles.ts';
import type { Holder } from './store.ts';
import { requireUser, userResource } from './users.ts';

/** Attached policies of one role or user. */
const MOST_ATTACHED = 10;

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

type Paged = { Marker?: string | undefined; MaxItems?: number | undefined };

export function rolePolicyOperations(parts: Parts): Operations<Iam, RoleNames> {
  const rules = heldPolicies(parts);
  const holder = ({ RoleName }: { RoleName?: string | undefined }): Holder => ({
    holder_kind: 'role',
    holder: requireRole(parts, RoleName!).name,
  });
  const on =
    (action: string) =>
    ({ RoleName }: { RoleName?: string | undefined }): Access[] => [
      { action: `iam:${action}`, resource: roleResource(parts, RoleName!) },
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
    ({ UserName }: { UserName?: string | undefined }): Access[] => [
      { action: `iam:${action}`, resource: userResource(parts, UserName!) },
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

function heldPolicies(parts: Parts) {
  const { held } = parts.store;
  return {
    /** @throws MalformedPolicyDocument; LimitExceeded when all of the holder's inline policies together grow too long */
    putInline(holder: Holder, name: string, document: string) {
      checkDocument(document, 'identity');
      held.putInline({ ...holder, name, document });
      const limit = holder.holder_kind === 'role' ? SIZE_LIMITS.roleInline : SIZE_LIMITS.userInline;
      const size = held.inlines(holder).reduce((total, policy) => total + documentSize(policy.document), 0);
      if (size > limit) {
        throw iamErrors.limit(
          `Maximum policy size of ${limit} bytes exceeded for ${holder.holder_kind} ${holder.holder}`,
        );
      }
      return {};
    },
    inline(holder: Holder, name: string) {
      const found = held.inline({ ...holder, name });
      if (!found) throw iamErrors.noInlinePolicy(holder.holder_kind, name);
      return { PolicyName: name, PolicyDocument: encodeDocument(found.document) };
    },
    inlines(holder: Holder, paged: Paged) {
      const names = held.inlines(holder).map(({ name }) => name);
      const self = (name: string) => name;
      const { items, ...page } = iamPage(paged, { operation: 'inline', ...holder }, within(names, self), self);
      return { PolicyNames: items, ...page };
    },
    removeInline(holder: Holder, name: string) {
      if (held.removeInline({ ...holder, name }) === 0) throw iamErrors.noInlinePolicy(holder.holder_kind, name);
      return {};
    },
    /** Attaching twice is the same as once. @throws NoSuchEntity, LimitExceeded */
    attach(holder: Holder, policy_arn: string) {
      requirePolicy(parts, policy_arn);
      held.attach({ ...holder, policy_arn });
      if (held.attached(holder).length > MOST_ATTACHED) {
        const quota = holder.holder_kind === 'role' ? 'PoliciesPerRole' : 'PoliciesPerUser';
        throw iamErrors.limit(`Cannot exceed quota for ${quota}: ${MOST_ATTACHED}`);
      }
      return {};
    },
    detach(holder: Holder, policy_arn: string) {
      if (held.detach({ ...holder, policy_arn }) === 0) throw iamErrors.notAttached(policy_arn);
      return {};
    },
    attached(holder: Holder, prefix: string | undefined, paged: Paged) {
      const policies = held
        .attached(holder)
        .map(({ policy_arn }) => requirePolicy(parts, policy_arn).policy)
        .filter(({ path }) => path.startsWith(prefix ?? '/'));
      const arn = (policy: { arn: string }) => policy.arn;
      const { items, ...page } = iamPage(
        paged,
        { operation: 'attached', prefix, ...holder },
        within(policies, arn),
        arn,
      );
      return { AttachedPolicies: items.map((policy) => ({ PolicyName: policy.name, PolicyArn: policy.arn })), ...page };
    },
  };
}
