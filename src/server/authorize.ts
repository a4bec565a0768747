/**
 * Whether a caller may do what an operation declares: the policies that apply, gathered and evaluated, and AWS's words for
 * a refusal. How policies are evaluated is definition/policy/evaluate.ts; what a principal holds is identity's.
 *
 * Z1. Every operation of every caller passes here: requests, the steps of pipelines, what jobs do with objects.
 * Z2. With authentication off nobody knows who calls, and nothing is refused.
 */
import { type CompiledPolicy, compilePolicy, type PolicyRequest } from '../definition/policy/compile.ts';
import { type Decision, evaluate, type Layer, type PolicySet } from '../definition/policy/evaluate.ts';
import type { Policy } from '../definition/policy/types.ts';
import type { Context } from '../definition/policy/variables.ts';
import type { Api } from '../protocol/api.ts';
import { type AwsError, awsError } from '../protocol/errors.ts';
import type { Access, Call, Principal } from '../protocol/service.ts';
import type { Identity } from '../services/identity/index.ts';
import { requestContext, type TagsOf } from './requestContext.ts';

type Named = Pick<Api, 'name' | 'protocol' | 'deniedCode'>;

export type Authorize = (
  api: Named,
  principal: Principal,
  access: readonly Access[],
  call: Call,
) => AwsError | undefined;

export type AuthorizeParts = {
  identity: Pick<Identity, 'caller' | 'trustPolicy'>;
  /** The policy attached to a resource, if there is one, and what people know it by. The same one for as long as it stands. */
  resourcePolicy(resourceArn: string): { id: string; policy: Policy } | undefined;
  tagsOf: TagsOf;
  /** Whether a resource is closed to whoever is not known, whatever its policy says: a public access block. */
  keepsPublicOut(resourceArn: string): boolean;
  /** False with authentication off. */
  enforced: boolean;
};

/** What is asked for a role's trust policy: nothing else may allow it alone. */
const ASSUMING = new Set(['sts:AssumeRole', 'sts:TagSession']);

export function createAuthorize(parts: AuthorizeParts): Authorize {
  const decide = createDecide(parts);
  return (api, principal, access, call) => {
    if (!parts.enforced) return undefined;
    if (api.name === 'iam' && principal.kind === 'user' && principal.session) return sessionOfUser();
    for (const one of access) {
      const refusal = refuse(api, principal, one, call);
      if (refusal) return refusal;
    }
    return undefined;
  };

  function refuse(api: Named, principal: Principal, access: Access, call: Call): AwsError | undefined {
    const because = (reason: string) => accessDenied(api, principal.arn, access, reason);
    if (principal.account !== call.account) return because(`because it is not of the account ${call.account}`);
    if (principal.kind === 'anonymous' && parts.keepsPublicOut(access.resource)) return unknownCaller();
    if (ASSUMING.has(access.action)) {
      if (principal.kind === 'root') return because('because roles may not be assumed by the root user');
      if (!parts.identity.trustPolicy(access.resource)) return because('(there is no such role in this account)');
    }
    const { decision } = decide(principal, access, call);
    if (decision.verdict === 'allowed') return undefined;
    if (principal.kind === 'anonymous') return unknownCaller();
    // A service has no policies of its own: what is lacking is the resource's.
    const lacked = principal.kind === 'service' && decision.verdict === 'implicitDeny' ? 'resource' : decision.layer;
    return because(reasonOf({ ...decision, layer: lacked }, access.action));
  }
}

/** The question and the policies that a request comes down to, and the answer. */
export type Decided = { request: PolicyRequest; policies: PolicySet; decision: Decision };

export function createDecide({
  identity,
  resourcePolicy,
  tagsOf,
}: Omit<AuthorizeParts, 'enforced' | 'keepsPublicOut'>) {
  const known = new WeakMap<Policy, CompiledPolicy>();

  function compiled(id: string, policy: Policy): CompiledPolicy {
    const before = known.get(policy);
    if (before) return before;
    const ready = compilePolicy(id, policy);
    known.set(policy, ready);
    return ready;
  }

  function attached({ action, resource }: Access): PolicySet['resource'] {
    if (ASSUMING.has(action)) {
      const policy = identity.trustPolicy(resource);
      return policy && { policy, required: true };
    }
    const found = resourcePolicy(resource);
    return found && { policy: compiled(found.id, found.policy), required: false };
  }

  /** @param override condition keys to take from elsewhere than the request */
  return (principal: Principal, access: Access, call: Call, override?: Context): Decided => {
    const caller = identity.caller(principal);
    const { action, resource } = access;
    const own = requestContext({ caller, principal, access, call, tagsOf });
    const context: Context = override ? (key) => override(key) ?? own(key) : own;
    const request = { action, resource, names: caller.names, context };
    const policies: PolicySet = { ...caller.policies, resource: attached(access) };
    return { request, policies, decision: evaluate(request, policies) };
  };
}

/** AWS lets credentials of GetSessionToken call IAM only if a second factor opened them, which none does here. */
const sessionOfUser = () =>
  awsError(
    'InvalidClientTokenId',
    'The security token included in the request is invalid: credentials of GetSessionToken may not call IAM without multi-factor authentication.',
    403,
  );

/** As S3 words it to whoever is not known: not a word about the bucket. */
const unknownCaller = () => awsError('AccessDenied', 'Access Denied', 403);

const KINDS: Readonly<Record<Layer, string>> = {
  identity: 'identity-based policy',
  resource: 'resource-based policy',
  boundary: 'permissions boundary',
  session: 'session policy',
};

/** @example reasonOf(decision, 's3:GetObject') // 'because no identity-based policy allows the s3:GetObject action' */
export function reasonOf({ verdict, layer }: Decision, action: string): string {
  const kind = KINDS[layer];
  if (verdict === 'implicitDeny') return `because no ${kind} allows the ${action} action`;
  return `with an explicit deny in ${layer === 'identity' ? 'an' : 'a'} ${kind}`;
}

/** The JSON services add `Exception` to the code, and S3 quotes the resource. */
function accessDenied({ protocol, deniedCode }: Named, arn: string, { action, resource }: Access, reason: string) {
  const plain = protocol === 'rest-xml' || protocol === 'query';
  const named = protocol === 'rest-xml' ? `"${resource}"` : resource;
  return awsError(
    deniedCode ?? (plain ? 'AccessDenied' : 'AccessDeniedException'),
    `User: ${arn} is not authorized to perform: ${action} on resource: ${named} ${reason}`,
    403,
  );
}
