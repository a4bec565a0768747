/**
 * Calls that nobody outside makes: those of a role through a service (a pipeline's step, a job, a machine's task, a rule's
 * target), and those of a service itself, which only a resource's policy can allow.
 */
import { uuid } from '../base/random.ts';
import type { World } from '../base/world.ts';
import type { Call, Principal } from '../protocol/service.ts';
import type { Identity } from '../services/identity/index.ts';

export type RoleCalls = (roleArn: string, region: string, session: string) => Call;

export function roleCalls(parts: { world: World; account: string; identity: Identity }): RoleCalls {
  const { world, account, identity } = parts;
  return (roleArn, region, session) => {
    const now = world.clock.now();
    const role = identity.role(roleArn);
    const principal: Principal = {
      kind: 'assumed-role',
      arn: sessionArn(account, roleArn, session),
      userId: `${role?.id ?? 'AROAUNKNOWN'}:${session}`,
      account,
      accessKeyId: undefined,
      session: { issuedAt: now },
    };
    return { requestId: uuid(world.random), account, region, principal, now, headers: {} };
  };
}

/** A role's path is no part of it. */
export const sessionArn = (account: string, roleArn: string, session: string): string =>
  `arn:aws:sts::${account}:assumed-role/${roleArn.slice(roleArn.lastIndexOf('/') + 1)}/${session}`;

export type ServiceCalls = (service: string, region: string, sourceArn: string) => Call;

/** @example serviceCalls({ world, account })('events.amazonaws.com', region, ruleArn) */
export function serviceCalls({ world, account }: { world: World; account: string }): ServiceCalls {
  return (service, region, sourceArn) => {
    const principal = { kind: 'service', arn: service, userId: service, account, accessKeyId: undefined } as const;
    const now = world.clock.now();
    return { requestId: uuid(world.random), account, region, principal, now, headers: {}, sourceArn };
  };
}
