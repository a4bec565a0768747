/**
 * Who may assume a role: the role's trust policy against the names that a caller goes by. Pure.
 *
 * T1. A statement with a Condition never lets anyone in, and always keeps out whom it denies: conditions are not evaluated
 *     yet, and a doubt must not open a door.
 */
import { arn } from '../../base/arn.ts';
import type { Match, Policy, Principals, PrincipalType, Statement } from '../../definition/policy/types.ts';
import { matchesAction } from '../../definition/policy/wildcards.ts';
import type { Principal } from '../../protocol/service.ts';

/** The names under which a trust policy may mean a caller. */
export type Names = Readonly<Partial<Record<PrincipalType, readonly string[]>>>;

export const TRUST_VERDICTS = ['trusted', 'denied', 'conditional', 'unmentioned'] as const;
/** `conditional`: trusted only under a Condition, which is not evaluated yet. */
export type TrustVerdict = (typeof TRUST_VERDICTS)[number];

/** @example serviceNames('sagemaker.amazonaws.com') */
export const serviceNames = (service: string): Names => ({ Service: [service] });

/** @param role the role behind an assumed-role principal, if it still exists */
export function principalNames(principal: Principal, role: { arn: string; id: string } | undefined): Names {
  const account = principal.account;
  const everyone = ['*', account, arn('iam', '', account, 'root')];
  switch (principal.kind) {
    case 'root':
      return { AWS: everyone };
    case 'user':
      return { AWS: [...everyone, principal.arn, principal.userId] };
    case 'assumed-role':
      return { AWS: [...everyone, principal.arn, principal.userId, ...(role ? [role.arn, role.id] : [])] };
    case 'service':
      return serviceNames(principal.arn);
    case 'anonymous':
      return { AWS: ['*'] };
  }
}

/** Whether `policy` lets the holder of `names` carry out `action`. A denial wins. */
export function trusts(policy: Policy, names: Names, action = 'sts:AssumeRole'): TrustVerdict {
  const concerned = policy.statements.filter((statement) => concerns(statement, names, action));
  if (concerned.some(({ effect }) => effect === 'Deny')) return 'denied';
  if (concerned.some(({ conditions }) => conditions.length === 0)) return 'trusted';
  return concerned.length > 0 ? 'conditional' : 'unmentioned';
}

function concerns(statement: Statement, names: Names, action: string): boolean {
  const named = statement.actions.of.some((pattern) => matchesAction(pattern, action));
  if (named === statement.actions.negated) return false;
  return statement.principals !== undefined && meant(statement.principals, names);
}

function meant({ negated, of }: Match<Principals>, names: Names): boolean {
  const types = Object.keys(of) as PrincipalType[];
  const named = types.some((type) => of[type]?.some((name) => names[type]?.includes(name)));
  return named !== negated;
}
