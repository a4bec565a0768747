/**
 * Whether policies allow a request: AWS's evaluation logic within one account. Pure.
 *
 * E1. An explicit deny in any policy that applies wins.
 * E2. Nothing is allowed that no policy allows.
 * E3. Identity-based and resource-based policies add up; a permissions boundary and session policies only bound them. How
 *     a resource-based policy names the caller decides whether its Allow is bounded (principals.ts).
 * E4. A role is assumed only if its trust policy allows it: `resource.required`.
 *
 * Mirrors "Policy evaluation logic" and "How AWS enforcement code logic evaluates requests" in the IAM user guide. There are
 * no organizations here, so no service or resource control policies.
 */
import {
  type Asked,
  applies,
  asked,
  type CompiledPolicy,
  type CompiledStatement,
  type PolicyRequest,
} from './compile.ts';
import type { NamedAs } from './principals.ts';
import type { Effect } from './types.ts';

export type PolicySet = {
  /** The caller's own policies; `everything` for the root user, whom none restricts. */
  identity: readonly CompiledPolicy[] | 'everything';
  boundary?: CompiledPolicy | undefined;
  /** Undefined when the session was opened without any; several add up. */
  session?: readonly CompiledPolicy[] | undefined;
  /** Of the resource that the request is about. */
  resource?: { policy: CompiledPolicy; required: boolean } | undefined;
};

export const LAYERS = ['identity', 'resource', 'boundary', 'session'] as const;
export type Layer = (typeof LAYERS)[number];

export type Decision = {
  verdict: 'allowed' | 'explicitDeny' | 'implicitDeny';
  /** The policies that decided: those that allow or deny, or those that lack an Allow. */
  layer: Layer;
  /** The statement that decided; none when an Allow is lacking, or none was needed. */
  statement: CompiledStatement | undefined;
};

/**
 * @example
 * evaluate({ action: 's3:GetObject', resource: 'arn:aws:s3:::b/k', names, context }, { identity: [policy] }).verdict
 */
export function evaluate(request: PolicyRequest, policies: PolicySet): Decision {
  const question = asked(request);
  for (const layer of LAYERS) {
    const statement = firstOf(policiesOf(policies, layer), 'Deny', question);
    if (statement) return { verdict: 'explicitDeny', layer, statement };
  }
  const { identity, boundary, session, resource } = policies;
  const granted = resource && bestGrant(resource.policy, question);
  if (resource?.required && !granted) return lacking('resource');
  if (granted?.as === 'directly') return { verdict: 'allowed', layer: 'resource', statement: granted.statement };
  if (identity === 'everything') return { verdict: 'allowed', layer: 'identity', statement: undefined };
  const own = firstOf(identity, 'Allow', question);
  if (!own && granted?.as !== 'as-role') return lacking('identity');
  if (boundary && !firstOf([boundary], 'Allow', question)) return lacking('boundary');
  if (session && !firstOf(session, 'Allow', question)) return lacking('session');
  return own
    ? { verdict: 'allowed', layer: 'identity', statement: own }
    : { verdict: 'allowed', layer: 'resource', statement: granted?.statement };
}

const lacking = (layer: Layer): Decision => ({ verdict: 'implicitDeny', layer, statement: undefined });

export function policiesOf(
  { identity, boundary, session, resource }: PolicySet,
  layer: Layer,
): readonly CompiledPolicy[] {
  switch (layer) {
    case 'identity':
      return identity === 'everything' ? [] : identity;
    case 'boundary':
      return boundary ? [boundary] : [];
    case 'session':
      return session ?? [];
    case 'resource':
      return resource ? [resource.policy] : [];
  }
}

function firstOf(policies: readonly CompiledPolicy[], effect: Effect, question: Asked): CompiledStatement | undefined {
  for (const { statements } of policies) {
    for (const statement of statements) {
      if (statement.effect === effect && applies(statement, question)) return statement;
    }
  }
  return undefined;
}

const WORTH: Readonly<Record<NamedAs, number>> = { directly: 3, 'as-role': 2, 'as-account': 1 };

/** Of the Allows of a resource-based policy, the one that is worth most to the caller. */
function bestGrant({ statements }: CompiledPolicy, question: Asked) {
  let best: { as: NamedAs; statement: CompiledStatement } | undefined;
  for (const statement of statements) {
    const as = statement.effect === 'Allow' ? applies(statement, question) : undefined;
    if (as && WORTH[as] > (best ? WORTH[best.as] : 0)) best = { as, statement };
  }
  return best;
}
