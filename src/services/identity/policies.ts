/** Managed policies, AWS's and the account's own, and how AWS describes them. */
import type { OutputOf } from '../../protocol/service.ts';
import type { Iam, Parts } from './context.ts';
import { checkDocument, documentSize, encodeDocument, SIZE_LIMITS } from './documents.ts';
import { iamErrors } from './errors.ts';
import { MANAGED_POLICIES, type ManagedPolicy } from './managed.ts';
import type { IdentityStore, PolicyRow, VersionRow } from './store.ts';
import { readTags } from './tags.ts';

export const MOST_VERSIONS = 5;

type Policy = NonNullable<OutputOf<Iam, 'GetPolicy'>['Policy']>;
type PolicyVersion = NonNullable<OutputOf<Iam, 'GetPolicyVersion'>['PolicyVersion']>;

/** AWS's policies have one version here, under this name. */
const MANAGED_VERSION = 'v1';

export type AnyPolicy = { owner: 'aws'; policy: ManagedPolicy } | { owner: 'account'; policy: PolicyRow };

/** @throws NoSuchEntity; for a policy of AWS's that Telar does not know as well */
export function requirePolicy({ store }: Parts, arn: string): AnyPolicy {
  const managed = MANAGED_POLICIES.get(arn);
  if (managed) return { owner: 'aws', policy: managed };
  const policy = store.policies.get({ arn });
  if (policy) return { owner: 'account', policy };
  throw iamErrors.noPolicy(arn);
}

/** A policy of the account, which alone may be changed. @throws NoSuchEntity, AccessDenied for AWS's own */
export function requireOwnPolicy(parts: Parts, arn: string): PolicyRow {
  const found = requirePolicy(parts, arn);
  if (found.owner === 'aws') throw iamErrors.unmodifiable(arn);
  return found.policy;
}

/** @throws MalformedPolicyDocument, LimitExceeded */
export function checkManagedDocument(text: string): void {
  checkDocument(text, 'identity');
  if (documentSize(text) > SIZE_LIMITS.managed) {
    throw iamErrors.limit(`Cannot exceed quota for PolicySize: ${SIZE_LIMITS.managed}`);
  }
}

/** A policy as IAM describes it. Lists leave out description and tags. */
export function describePolicy({ store }: Parts, { owner, policy }: AnyPolicy): Policy {
  const common = {
    PolicyName: policy.name,
    Arn: policy.arn,
    Path: policy.path,
    AttachmentCount: store.held.attachments({ policy_arn: policy.arn })?.count ?? 0,
    PermissionsBoundaryUsageCount: boundedBy(store, policy.arn),
    IsAttachable: true,
  };
  if (owner === 'aws') return { ...common, DefaultVersionId: MANAGED_VERSION };
  return {
    ...common,
    PolicyId: policy.id,
    DefaultVersionId: versionId(policy.default_version),
    CreateDate: new Date(policy.created_at),
    UpdateDate: new Date(policy.updated_at),
  };
}

export function describePolicyInFull(parts: Parts, found: AnyPolicy): Policy {
  const summary = describePolicy(parts, found);
  if (found.owner === 'aws') return summary;
  const { description, tags } = found.policy;
  return {
    ...summary,
    ...(description === null ? {} : { Description: description }),
    ...(tags === '{}' ? {} : { Tags: readTags(tags) }),
  };
}

/** How many users and roles a policy bounds. */
export function boundedBy({ users, roles }: IdentityStore, boundary: string): number {
  return (users.bounded({ boundary })?.count ?? 0) + (roles.bounded({ boundary })?.count ?? 0);
}

const versionId = (version: number): string => `v${version}`;

/** The versions of a policy, newest first, documents included. */
export function policyVersions({ store }: Parts, found: AnyPolicy): PolicyVersion[] {
  if (found.owner === 'aws') {
    const Document = encodeDocument(found.policy.document);
    return [{ VersionId: MANAGED_VERSION, IsDefaultVersion: true, Document }];
  }
  return store.policies.versions({ arn: found.policy.arn }).map((row) => describeVersion(found.policy, row));
}

function describeVersion(policy: PolicyRow, row: VersionRow): PolicyVersion {
  return {
    VersionId: versionId(row.version),
    IsDefaultVersion: row.version === policy.default_version,
    CreateDate: new Date(row.created_at),
    Document: encodeDocument(row.document),
  };
}

/** @throws NoSuchEntity */
export function requireVersion(parts: Parts, found: AnyPolicy, version: string): PolicyVersion {
  const row = policyVersions(parts, found).find(({ VersionId }) => VersionId === version);
  if (!row) throw iamErrors.noPolicyVersion(found.policy.arn, version);
  return row;
}

/** The number in a version's id, `v3`. */
export const versionNumber = (version: string): number => Number(version.slice(1));
