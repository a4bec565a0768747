/** Who would call, in a simulation: a user, or a session of a role, by their ARN. */
import type { PrincipalNames } from '../../definition/policy/principals.ts';
import type { Context } from '../../definition/policy/variables.ts';
import type { Principal } from '../../protocol/service.ts';
import type { Parts } from './context.ts';
import { iamErrors } from './errors.ts';
import { assumedRoleArn, parseIamArn } from './names.ts';
import { roleByArn } from './roles.ts';
import { requireUser } from './users.ts';

export type SimulatedCaller = { names: PrincipalNames; context: Context };

/** Sessions of roles that nobody opened are told from real ones by their name. */
const SESSION = 'simulated';

/** The principal that an ARN names: of a role, a session of it. @throws NoSuchEntity, InvalidInput */
export function principalNamed(parts: Parts, arn: string): Principal {
  const { account, store } = parts;
  const user = parseIamArn(account, 'user', arn);
  if (user) {
    const { id } = requireUser(parts, user.name);
    return { kind: 'user', arn, userId: id, account, accessKeyId: undefined };
  }
  const [, sessionOf, session = SESSION] = /^arn:aws:sts::\d{12}:assumed-role\/([^/]+)\/([^/]+)$/.exec(arn) ?? [];
  const role = sessionOf === undefined ? roleByArn(parts, arn) : store.roles.get({ name: sessionOf });
  if (role) {
    const own = assumedRoleArn(account, role.name, session);
    return { kind: 'assumed-role', arn: own, userId: `${role.id}:${session}`, account, accessKeyId: undefined };
  }
  if (sessionOf !== undefined || parseIamArn(account, 'role', arn))
    throw iamErrors.noRole(sessionOf ?? arn.slice(arn.lastIndexOf('/') + 1));
  throw iamErrors.invalidInput(`'${arn}' is no user, role or role session of the account ${account}.`);
}

export function callerNamed(parts: Parts, arn: string): SimulatedCaller {
  const principal = principalNamed(parts, arn);
  const { names, principalArn, username, tags } = parts.permissions.of(principal);
  const known = new Map<string, string | undefined>([
    ['aws:principalarn', principalArn],
    ['aws:principalaccount', principal.account],
    ['aws:principaltype', principal.kind === 'user' ? 'User' : 'AssumedRole'],
    ['aws:userid', principal.userId],
    ['aws:username', username],
    ...[...tags].map(([key, value]) => [`aws:principaltag/${key}`, value] as const),
  ]);
  return {
    names,
    context(key) {
      const value = known.get(key);
      return value === undefined ? undefined : [value];
    },
  };
}
