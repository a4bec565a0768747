/** IAM's operations on managed policies and their versions. */
import { type Access, type Operations, reads, writes } from '../../protocol/service.ts';
import { creating } from './boundaries.ts';
import type { Iam, Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { iamPage, within } from './listing.ts';
import { MANAGED_POLICIES } from './managed.ts';
import { iamArn, newId } from './names.ts';
import {
  type AnyPolicy,
  boundedBy,
  checkManagedDocument,
  describePolicy,
  describePolicyInFull,
  MOST_VERSIONS,
  policyVersions,
  requireOwnPolicy,
  requirePolicy,
  requireVersion,
  versionNumber,
} from './policies.ts';
import type { PolicyRow } from './store.ts';
import { addTags } from './tags.ts';

type Names =
  | 'CreatePolicy'
  | 'GetPolicy'
  | 'ListPolicies'
  | 'DeletePolicy'
  | 'CreatePolicyVersion'
  | 'GetPolicyVersion'
  | 'ListPolicyVersions'
  | 'SetDefaultPolicyVersion'
  | 'DeletePolicyVersion';

const on =
  (action: string) =>
  ({ PolicyArn }: { PolicyArn?: string | undefined }): Access[] => [{ action: `iam:${action}`, resource: PolicyArn! }];

export function policyOperations(parts: Parts): Operations<Iam, Names> {
  return { ...wholePolicies(parts), ...versionsOfPolicies(parts) };
}

function wholePolicies(parts: Parts): Operations<Iam, 'CreatePolicy' | 'GetPolicy' | 'ListPolicies' | 'DeletePolicy'> {
  const { store } = parts;
  return {
    CreatePolicy: writes(
      ({ PolicyName, Path, Tags }) =>
        creating('Policy', iamArn(parts.account, 'policy', Path ?? '/', PolicyName!), { Tags }),
      (input, { now }) => {
        const name = input.PolicyName!;
        if (store.policies.sameName({ name })) throw iamErrors.policyExists(name);
        checkManagedDocument(input.PolicyDocument!);
        const path = input.Path ?? '/';
        const policy: PolicyRow = {
          arn: iamArn(parts.account, 'policy', path, name),
          name,
          id: newId(parts.world.random, 'policy'),
          path,
          tags: addTags('{}', input.Tags ?? []),
          description: input.Description ?? null,
          default_version: 1,
          next_version: 2,
          created_at: now,
          updated_at: now,
        };
        store.policies.insert(policy);
        store.policies.insertVersion({ arn: policy.arn, version: 1, document: input.PolicyDocument!, created_at: now });
        return { Policy: describePolicyInFull(parts, { owner: 'account', policy }) };
      },
    ),
    GetPolicy: reads(on('GetPolicy'), ({ PolicyArn }) => ({
      Policy: describePolicyInFull(parts, requirePolicy(parts, PolicyArn!)),
    })),
    ListPolicies: reads(
      () => [{ action: 'iam:ListPolicies', resource: '*' }],
      (input) => {
        const { Scope: scope = 'All', PathPrefix: prefix = '/', OnlyAttached: onlyAttached = false } = input;
        const bounding = input.PolicyUsageFilter === 'PermissionsBoundary';
        const { items, ...page } = iamPage(
          input,
          { operation: 'ListPolicies', scope, prefix, onlyAttached, bounding },
          (after, limit) => {
            const own =
              scope === 'AWS'
                ? []
                : store.policies.list({
                    ...{ after, prefix, limit, onlyAttached: Number(onlyAttached), bounding: Number(bounding) },
                  });
            const aws = scope === 'Local' ? [] : managedAfter(after, prefix, { onlyAttached, bounding });
            return [...own.map((policy): AnyPolicy => ({ owner: 'account', policy })), ...aws]
              .toSorted((a, b) => (a.policy.arn < b.policy.arn ? -1 : 1))
              .slice(0, limit);
          },
          ({ policy }) => policy.arn,
        );
        return { Policies: items.map((found) => describePolicy(parts, found)), ...page };
      },
    ),
    DeletePolicy: writes(on('DeletePolicy'), ({ PolicyArn }) => {
      const { arn } = requireOwnPolicy(parts, PolicyArn!);
      if (store.held.attachments({ policy_arn: arn })?.count || boundedBy(store, arn) > 0) {
        throw iamErrors.deleteConflict('Cannot delete a policy attached to entities.');
      }
      if (store.policies.versions({ arn }).length > 1) {
        throw iamErrors.deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.",
        );
      }
      store.policies.remove({ arn });
      return {};
    }),
  };

  type Use = { onlyAttached: boolean; bounding: boolean };

  function managedAfter(after: string, prefix: string, { onlyAttached, bounding }: Use): AnyPolicy[] {
    return [...MANAGED_POLICIES.values()]
      .filter(({ arn, path }) => arn > after && path.startsWith(prefix))
      .filter(({ arn }) => !onlyAttached || store.held.attachments({ policy_arn: arn })?.count)
      .filter(({ arn }) => !bounding || boundedBy(store, arn) > 0)
      .map((policy) => ({ owner: 'aws', policy }));
  }
}

function versionsOfPolicies(
  parts: Parts,
): Operations<
  Iam,
  'CreatePolicyVersion' | 'GetPolicyVersion' | 'ListPolicyVersions' | 'SetDefaultPolicyVersion' | 'DeletePolicyVersion'
> {
  const { store } = parts;
  return {
    CreatePolicyVersion: writes(on('CreatePolicyVersion'), (input, { now }) => {
      const policy = requireOwnPolicy(parts, input.PolicyArn!);
      checkManagedDocument(input.PolicyDocument!);
      if (store.policies.versions({ arn: policy.arn }).length >= MOST_VERSIONS) {
        throw iamErrors.limit(
          `A managed policy can have up to ${MOST_VERSIONS} versions. Before you create a new version, you must delete an existing version.`,
        );
      }
      const version = policy.next_version;
      const default_version = input.SetAsDefault ? version : policy.default_version;
      store.policies.insertVersion({ arn: policy.arn, version, document: input.PolicyDocument!, created_at: now });
      store.policies.update({ arn: policy.arn, default_version, next_version: version + 1, updated_at: now });
      const found = requirePolicy(parts, policy.arn);
      const { Document: _, ...summary } = requireVersion(parts, found, `v${version}`);
      return { PolicyVersion: summary };
    }),
    GetPolicyVersion: reads(on('GetPolicyVersion'), ({ PolicyArn, VersionId }) => ({
      PolicyVersion: requireVersion(parts, requirePolicy(parts, PolicyArn!), VersionId!),
    })),
    ListPolicyVersions: reads(on('ListPolicyVersions'), (input) => {
      const versions = policyVersions(parts, requirePolicy(parts, input.PolicyArn!));
      // Newest first, in the only order that a page can be cut by.
      const rank = ({ VersionId }: { VersionId?: string | undefined }) =>
        String(1e9 - versionNumber(VersionId ?? 'v0')).padStart(10, '0');
      const query = { operation: 'ListPolicyVersions', arn: input.PolicyArn };
      const { items, ...page } = iamPage(input, query, within(versions, rank), rank);
      return { Versions: items.map(({ Document: _, ...summary }) => summary), ...page };
    }),
    SetDefaultPolicyVersion: writes(on('SetDefaultPolicyVersion'), ({ PolicyArn, VersionId }, { now }) => {
      const policy = requireOwnPolicy(parts, PolicyArn!);
      requireVersion(parts, { owner: 'account', policy }, VersionId!);
      store.policies.update({ ...pick(policy), default_version: versionNumber(VersionId!), updated_at: now });
      return {};
    }),
    DeletePolicyVersion: writes(on('DeletePolicyVersion'), ({ PolicyArn, VersionId }, { now }) => {
      const policy = requireOwnPolicy(parts, PolicyArn!);
      const { IsDefaultVersion } = requireVersion(parts, { owner: 'account', policy }, VersionId!);
      if (IsDefaultVersion) throw iamErrors.deleteConflict('Cannot delete the default version of a policy.');
      store.policies.removeVersion({ arn: policy.arn, version: versionNumber(VersionId!) });
      store.policies.update({ ...pick(policy), updated_at: now });
      return {};
    }),
  };
}

const pick = ({ arn, default_version, next_version }: PolicyRow) => ({ arn, default_version, next_version });
