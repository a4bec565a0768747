/** STS: who am I, and temporary credentials. */
import { requestTagKeys } from '../../protocol/conditionKeys.ts';
import {
  type Access,
  type InputOf,
  type Operations,
  reads,
  type SessionFacts,
  writes,
} from '../../protocol/service.ts';
import type { Parts, Sts } from './context.ts';
import { checkDocument } from './documents.ts';
import { iamErrors, stsErrors } from './errors.ts';
import { managedDocument } from './permissions.ts';
import { roleByArn } from './roles.ts';
import { openRoleSession, openUserSession, sessionSeconds } from './sessions.ts';
import { addTags } from './tags.ts';
import { namedOrCalling, requireUser } from './users.ts';

/** Seconds; AWS's default for GetSessionToken. */
const USER_SESSION_SECONDS = 43_200;

/** They show who opened a session, or how: to ignore one would promise what does not hold. */
const UNSUPPORTED = ['TransitiveTagKeys', 'SerialNumber', 'TokenCode', 'SourceIdentity', 'ProvidedContexts'] as const;

/** Managed policies that one session may be opened with. */
const MOST_SESSION_POLICIES = 10;

type Names = 'GetCallerIdentity' | 'AssumeRole' | 'GetSessionToken';

export function stsOperations(parts: Parts): Operations<Sts, Names> {
  return {
    // AWS asks no permission for this one, and not even a denial can take it away.
    GetCallerIdentity: reads(
      () => [],
      (_input, { principal }) => ({ UserId: principal.userId, Account: principal.account, Arn: principal.arn }),
    ),
    // Whether the role trusts the caller is the evaluation's matter: a trust policy is a resource-based policy.
    AssumeRole: writes(assumeAccess, (input, { principal, now }) => {
      refuseUnsupported(input);
      const role = roleByArn(parts, input.RoleArn!);
      if (!role) throw iamErrors.noRole(input.RoleArn!);
      const seconds = sessionSeconds(role, principal, input.DurationSeconds);
      const session = openRoleSession(parts, role, input.RoleSessionName!, { now, seconds }, narrowing(parts, input));
      return {
        Credentials: session.credentials,
        AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
      };
    }),
    GetSessionToken: writes(
      () => [],
      (input, { principal, now }) => {
        refuseUnsupported(input);
        const longTerm = principal.kind === 'user' && principal.accessKeyId?.startsWith('AKIA');
        if (!longTerm) throw stsErrors.notForSessions();
        const user = requireUser(parts, namedOrCalling(parts, undefined, principal));
        const seconds = input.DurationSeconds ?? USER_SESSION_SECONDS;
        return { Credentials: openUserSession(parts, user, { now, seconds }) };
      },
    ),
  };
}

function assumeAccess(input: InputOf<Sts, 'AssumeRole'>): Access[] {
  const resource = input.RoleArn!;
  const keys = () => ({
    'sts:RoleSessionName': input.RoleSessionName,
    'sts:ExternalId': input.ExternalId,
    ...(input.DurationSeconds === undefined ? {} : { 'sts:DurationSeconds': String(input.DurationSeconds) }),
    ...requestTagKeys(input.Tags),
  });
  return [
    { action: 'sts:AssumeRole', resource, keys },
    ...(input.Tags?.length ? [{ action: 'sts:TagSession', resource, keys }] : []),
  ];
}

/** Session policies and tags. @throws MalformedPolicyDocument, NoSuchEntity for a policy that does not exist */
function narrowing(
  { store }: Parts,
  { Policy, PolicyArns = [], Tags = [] }: InputOf<Sts, 'AssumeRole'>,
): Omit<SessionFacts, 'issuedAt'> {
  if (PolicyArns.length > MOST_SESSION_POLICIES) {
    throw iamErrors.validation(`A session may be opened with ${MOST_SESSION_POLICIES} managed policies at most.`);
  }
  const managed = PolicyArns.map(({ arn: id = '' }) => {
    const document = managedDocument(store, id);
    if (document === undefined) throw iamErrors.noPolicy(id);
    return { id, document };
  });
  if (Policy !== undefined) checkDocument(Policy, 'identity');
  const policies = [...(Policy === undefined ? [] : [{ id: 'session policy', document: Policy }]), ...managed];
  const tags = JSON.parse(addTags('{}', Tags)) as Record<string, string>;
  return { ...(policies.length > 0 ? { policies } : {}), ...(Tags.length > 0 ? { tags } : {}) };
}

function refuseUnsupported(input: Partial<InputOf<Sts, 'AssumeRole'>>): void {
  const given = UNSUPPORTED.find((member) => {
    const value = input[member];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (given) throw stsErrors.unsupported(given);
}
