/**
 * Whether a caller may do what an operation declares. Every operation's row says what it touches; here is where the
 * evaluation of policies stands, between the two.
 *
 * Until that evaluation is built, whoever holds valid credentials of the account may do everything in it, and nobody else
 * anything: a policy is stored and shown, not enforced. docs/architecture.md says so to users.
 */
import { type AwsError, commonErrors } from '../protocol/errors.ts';
import type { Access, Call, Principal } from '../protocol/service.ts';

/** Undefined when all of it is allowed. */
export function authorize(principal: Principal, access: readonly Access[], call: Call): AwsError | undefined {
  if (principal.kind !== 'anonymous' && principal.account === call.account) return undefined;
  const { action, resource } = access[0] ?? { action: 'unknown', resource: '*' };
  return commonErrors.accessDenied(principal.arn, action, resource, `because it is not of the account ${call.account}`);
}
