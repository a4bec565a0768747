/** STS: who am I, and temporary credentials. */
import { type InputOf, type Operations, reads, writes } from '../../protocol/service.ts';
import type { Parts, Sts } from './context.ts';
import { stsErrors } from './errors.ts';
import { assumableRole, openRoleSession, openUserSession, sessionSeconds } from './sessions.ts';
import { namedOrCalling, requireUser } from './users.ts';

/** Seconds; AWS's default for GetSessionToken. */
const USER_SESSION_SECONDS = 43_200;

/** They narrow what a session may do, or show who opened it: to ignore one would promise what does not hold. */
const UNSUPPORTED = [
  'Policy',
  'PolicyArns',
  'Tags',
  'TransitiveTagKeys',
  'SerialNumber',
  'TokenCode',
  'SourceIdentity',
  'ProvidedContexts',
] as const;

type Names = 'GetCallerIdentity' | 'AssumeRole' | 'GetSessionToken';

export function stsOperations(parts: Parts): Operations<Sts, Names> {
  return {
    // AWS asks no permission for this one, and not even a denial can take it away.
    GetCallerIdentity: reads(
      () => [],
      (_input, { principal }) => ({ UserId: principal.userId, Account: principal.account, Arn: principal.arn }),
    ),
    AssumeRole: writes(
      ({ RoleArn }) => [{ action: 'sts:AssumeRole', resource: RoleArn! }],
      (input, { principal, now }) => {
        refuseUnsupported(input);
        const role = assumableRole(parts, input.RoleArn!, principal);
        const seconds = sessionSeconds(role, principal, input.DurationSeconds);
        const session = openRoleSession(parts, role, input.RoleSessionName!, { now, seconds });
        return {
          Credentials: session.credentials,
          AssumedRoleUser: { AssumedRoleId: session.userId, Arn: session.arn },
        };
      },
    ),
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

function refuseUnsupported(input: Partial<InputOf<Sts, 'AssumeRole'>>): void {
  const given = UNSUPPORTED.find((member) => {
    const value = input[member];
    return Array.isArray(value) ? value.length > 0 : value !== undefined;
  });
  if (given) throw stsErrors.unsupported(given);
}
