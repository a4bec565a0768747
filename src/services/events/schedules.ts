/**
 * Rules that fire by themselves. What falls due while no server runs is caught up with as the rule's tag `telar:missed` says:
 * `run-once` fires once for all that was missed, `skip` does not; either is logged.
 */

import { parseArn } from '../../base/arn.ts';
import { uuid } from '../../base/random.ts';
import { catchUp, MISSED_POLICIES, MISSED_TAG, type MissedPolicy } from '../../definition/schedules/missed.ts';
import { nextOccurrence } from '../../definition/schedules/next.ts';
import { parseSchedule } from '../../definition/schedules/parse.ts';
import type { ScheduleExpression } from '../../definition/schedules/types.ts';
import type { Occurrence, Occurrences } from '../../engine/occurrences.ts';
import type { Parts } from './context.ts';
import { eventErrors } from './errors.ts';
import { eventTime } from './event.ts';
import { ruleArn, ruleIn } from './names.ts';
import type { Router } from './router.ts';
import type { RuleRow } from './store.ts';

/** @throws ValidationException */
export function requireSchedule(text: string): ScheduleExpression {
  const parsed = parseSchedule(text, 'rules');
  if ('problem' in parsed) throw eventErrors.schedule();
  return parsed.schedule;
}

/** Inside a transaction: when a rule fires next, after it was put, enabled or disabled. */
export function setDue(occurrences: Pick<Occurrences, 'set' | 'remove'>, rule: RuleRow, now: number): void {
  const { schedule, state } = rule;
  const key = String(rule.id);
  const next =
    schedule === null || state === 'DISABLED'
      ? undefined
      : nextOccurrence(requireSchedule(schedule), now, { anchor: rule.scheduled_at ?? now });
  if (next === undefined) occurrences.remove(key);
  else occurrences.set(key, next);
}

/** Inside a transaction: fires a rule whose time has come. */
export function occurring(parts: Parts & { router: Router }) {
  const { db, ports, world, account } = parts;
  return ({ key, at, now }: Occurrence): number | undefined => {
    const rule = db.ruleOfId({ id: Number(key) });
    if (!rule || rule.schedule === null || rule.state === 'DISABLED') return undefined;
    const place = { account, region: rule.region };
    const arn = ruleArn(place, rule.bus, rule.name);
    const due = catchUp(requireSchedule(rule.schedule), at, now, { anchor: rule.scheduled_at ?? at });
    const policy = missedPolicy(ports.tagsOf(arn));
    if (due.missed || due.others) {
      const first = { at: new Date(at).toISOString(), last: new Date(due.at).toISOString() };
      world.log('warn', 'events.schedule-missed', { rule: arn, ...first, policy, tag: MISSED_TAG });
    }
    if (!due.missed || policy === 'run-once') {
      parts.router.toTargets(rule.id, {
        ...{ version: '0', id: uuid(world.random), 'detail-type': 'Scheduled Event', source: 'aws.events', account },
        ...{ time: eventTime(due.at), region: rule.region, resources: [arn], detail: {} },
      });
    }
    return due.next;
  };
}

/** As the service `telar` answers them: what was missed is in the server's log alone. */
export type RuleTimes = { Next: string | undefined; MissedPolicy: MissedPolicy; Missed: undefined };

export function timesOf(
  { db, ports, account }: Parts,
  occurrences: Pick<Occurrences, 'nextOf'>,
  arn: string,
): RuleTimes | undefined {
  const region = parseArn(arn)?.region;
  const named = region === undefined ? undefined : ruleIn({ account, region }, arn);
  const rule = named && region !== undefined ? db.rule({ region, ...named }) : undefined;
  if (!rule || rule.schedule === null) return undefined;
  const next = occurrences.nextOf(String(rule.id));
  return {
    Next: next === undefined ? undefined : new Date(next).toISOString(),
    MissedPolicy: missedPolicy(ports.tagsOf(arn)),
    Missed: undefined,
  };
}

const isPolicy = (value: string | undefined): value is MissedPolicy =>
  MISSED_POLICIES.some((policy) => policy === value);

function missedPolicy(tags: readonly { Key: string; Value: string }[]): MissedPolicy {
  const value = tags.find(({ Key }) => Key === MISSED_TAG)?.Value;
  return isPolicy(value) ? value : 'run-once';
}

/** @throws ValidationException for a value that the tag does not have */
export function requirePolicyTag(tags: readonly { Key?: string | undefined; Value?: string | undefined }[]): void {
  const found = tags.find(({ Key }) => Key === MISSED_TAG);
  if (found && !isPolicy(found.Value)) throw eventErrors.missedTag(found.Value ?? '', MISSED_TAG, MISSED_POLICIES);
}
