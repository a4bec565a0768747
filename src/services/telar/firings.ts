/** What schedules and rules have set going: put together of what waits to be sent, and of the audit trail. */
import { type Operation, reads } from '../../protocol/service.ts';
import type { Firing, TelarInput, TelarOutputs } from './api.ts';
import { errors } from './errors.ts';
import type { SeenFirings, TelarPorts } from './ports.ts';

type Name = 'ListFirings';
type Parts = Pick<TelarPorts, 'firings' | 'auditedOf'>;

export function firingOperations(ports: Parts): { [N in Name]: Operation<TelarInput<N>, TelarOutputs[N]> } {
  return {
    ListFirings: reads(
      ({ Arn }) => [{ action: 'telar:ListFirings', resource: Arn }],
      ({ Arn, MaxResults }) => {
        const found = ports.firings(Arn, MaxResults);
        if (!found) throw errors.noFirings(Arn);
        // Targets of a rule mostly have one role: its calls are looked for once.
        const principals = [...new Set(found.callers.map(({ principal }) => principal))];
        const called = principals.flatMap((principal) => {
          const targets = found.callers.filter((one) => one.principal === principal).map(({ target }) => target);
          return callsOf(ports, principal, targets, MaxResults);
        });
        const all = [...found.waiting.map(waiting), ...called];
        return { Firings: all.sort((a, b) => b.Time.localeCompare(a.Time)).slice(0, MaxResults) };
      },
    ),
  };
}

function waiting({ at, due, attempt, target }: SeenFirings['waiting'][number]): Firing {
  return {
    ...{ Time: iso(at), TargetArn: target, Status: 'Waiting', Due: iso(due), Attempt: attempt },
    ...{ Operation: undefined, ErrorCode: undefined },
  };
}

type Recorded = { api: string; operation: string; resources: readonly string[]; error?: string };

/** A role's session may have called other things, too. */
function callsOf({ auditedOf }: Parts, principal: string, targets: readonly string[], most: number): Firing[] {
  return auditedOf(principal, most).flatMap(({ at, record }): Firing[] => {
    const { api, operation, resources, error } = JSON.parse(record) as Recorded;
    const target = targets.find((one) => isAbout(one, resources));
    if (target === undefined) return [];
    return [
      {
        ...{ Time: iso(at), TargetArn: target, Status: error === undefined ? 'Called' : 'Refused' },
        ...{ Due: undefined, Attempt: undefined, Operation: `${api}:${operation}`, ErrorCode: error },
      },
    ];
  });
}

/** A version of a machine is asked for as the machine; what an `aws-sdk` operation touches, the target does not say. */
const isAbout = (target: string, resources: readonly string[]): boolean =>
  target.includes(':aws-sdk:') ||
  resources.some((resource) => target === resource || target.startsWith(`${resource}:`));

const iso = (at: number): string => new Date(at).toISOString();
