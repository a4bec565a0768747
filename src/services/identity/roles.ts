/** Roles: who may assume them, and how AWS describes them. */
import type { OutputOf } from '../../protocol/service.ts';
import { boundaryOf } from './boundaries.ts';
import type { Iam, Parts } from './context.ts';
import { checkDocument, documentSize, encodeDocument, SIZE_LIMITS } from './documents.ts';
import { iamErrors } from './errors.ts';
import { iamArn, parseIamArn } from './names.ts';
import type { RoleRow } from './store.ts';
import { readTags } from './tags.ts';

/** Seconds; AWS's default for a session of a role, and the least that a role's maximum may be. */
export const DEFAULT_SESSION_SECONDS = 3600;

type Role = NonNullable<OutputOf<Iam, 'GetRole'>['Role']>;

/** @throws NoSuchEntity */
export function requireRole({ store }: Parts, name: string): RoleRow {
  const role = store.roles.get({ name });
  if (!role) throw iamErrors.noRole(name);
  return role;
}

/** The role of an ARN of this account; undefined when there is none, or it lies under another path. */
export function roleByArn({ store, account }: Parts, arn: string): RoleRow | undefined {
  const named = parseIamArn(account, 'role', arn);
  const role = named && store.roles.get({ name: named.name });
  return role?.path === named?.path ? role : undefined;
}

export const roleArn = ({ account }: Parts, { path, name }: Pick<RoleRow, 'path' | 'name'>): string =>
  iamArn(account, 'role', path, name);

/** A role as IAM describes it. Lists leave out the tags and the boundary. */
export function describeRole(parts: Parts, row: RoleRow): Role {
  return {
    Path: row.path,
    RoleName: row.name,
    RoleId: row.id,
    Arn: roleArn(parts, row),
    CreateDate: new Date(row.created_at),
    AssumeRolePolicyDocument: encodeDocument(row.trust),
    ...(row.description === null ? {} : { Description: row.description }),
    MaxSessionDuration: row.max_session_seconds,
  };
}

export function describeRoleWithTags(parts: Parts, row: RoleRow): Role {
  const tags = readTags(row.tags);
  return { ...describeRole(parts, row), ...boundaryOf(row), ...(tags.length > 0 ? { Tags: tags } : {}) };
}

/**
 * Checks a trust policy as AWS does when it is stored.
 *
 * @throws MalformedPolicyDocument, also when it names a user or role of this account that does not exist; LimitExceeded
 */
export function checkTrust(parts: Parts, text: string): void {
  const policy = checkDocument(text, 'trust');
  if (documentSize(text) > SIZE_LIMITS.trust) {
    throw iamErrors.limit(`Cannot exceed quota for ACLSizePerRole: ${SIZE_LIMITS.trust}`);
  }
  const stranger = policy.statements
    .flatMap(({ principals }) => principals?.of.AWS ?? [])
    .find((name) => !principalExists(parts, name));
  if (stranger) throw iamErrors.malformedPolicy(`Invalid principal in policy: "AWS":"${stranger}"`);
}

/** Of a user or role of this account: whether there is one. What names anything else cannot be looked up. */
export function principalExists(parts: Parts, name: string): boolean {
  const user = parseIamArn(parts.account, 'user', name);
  if (user) return parts.store.users.get({ name: user.name })?.path === user.path;
  return parseIamArn(parts.account, 'role', name) === undefined || roleByArn(parts, name) !== undefined;
}

/** The ARN that a policy must allow: the role's own when it exists, else the one that it would have at the root path. */
export function roleResource(parts: Parts, name: string): string {
  return roleArn(parts, parts.store.roles.get({ name }) ?? { path: '/', name });
}
