/**
 * Whom a resource policy or a trust policy names.
 *
 * Mirrors "AWS JSON policy elements: Principal" and "NotPrincipal" in the IAM user guide.
 */
import type { Effect, Match, Principals } from './types.ts';

/** The names that a caller goes by, in a policy's words. */
export type PrincipalNames = {
  /** Its own: a user's ARN and id, a session's ARN and id, of the root user the account. */
  own: readonly string[];
  /** Of a session: its role's ARN and id. */
  role: readonly string[];
  /** The account's twelve digits, and its root ARN: they stand for everyone of the account whom its own policies allow. */
  account: readonly string[];
  /** Of an AWS service: `sagemaker.amazonaws.com`. */
  service: readonly string[];
};

/**
 * How a statement names the caller, which decides what an Allow is worth:
 * - `directly`, by the caller's own name or by `*`: it is enough.
 * - `as-role`: it is enough for the role, and the role's boundary and the session's policies bound it.
 * - `as-account`: the account is free to allow it; its identity-based policies still have to.
 */
export type NamedAs = 'directly' | 'as-role' | 'as-account';

export function compilePrincipals({ negated, of }: Match<Principals>, effect: Effect) {
  const named = namedBy(of);
  if (!negated) return named;
  const listed = new Set([...(of.AWS ?? []), ...(of.Service ?? [])]);
  // A Deny spares only whom it lists with all that stands above them: the account, and the role of a session. An Allow
  // reaches only whom it lists under no name at all.
  return (names: PrincipalNames): NamedAs | undefined => {
    if (effect === 'Allow') return named(names) === undefined ? 'directly' : undefined;
    const layers = [names.account, names.role, names.own, names.service].filter(({ length }) => length > 0);
    // Nobody at all, whom an unsigned request is from, has no layer: nothing spares them.
    const isListed = layers.length > 0 && layers.every((layer) => layer.some((name) => listed.has(name)));
    return listed.has('*') || isListed ? undefined : 'directly';
  };
}

function namedBy(of: Principals) {
  const aws = new Set(of.AWS);
  const services = new Set(of.Service);
  const everyone = aws.has('*');
  return ({ own, role, account, service }: PrincipalNames): NamedAs | undefined => {
    if (everyone || own.some((name) => aws.has(name)) || service.some((name) => services.has(name))) return 'directly';
    if (role.some((name) => aws.has(name))) return 'as-role';
    return account.some((name) => aws.has(name)) ? 'as-account' : undefined;
  };
}
