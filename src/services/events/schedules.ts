/**
 * Rules that fire by themselves. What falls due while no server runs is caught up with as the rule's tag `telar:missed` says:
 * `run-once` fires once for all that was missed, `skip` does not; either is logged, and kept with the rule.
 */

import { uuid } from '../../base/random.ts';
import { catchUp, MISSED_POLICIES, MISSED_TAG, type MissedPolicy } from '../../definition/schedules/missed.ts';
import { nextOccurrence } from '../../definition/schedules/next.ts';
import { parseSchedule } from '../../definition/schedules/parse.ts';
import type { ScheduleExpression } from '../../definition/schedules/types.ts';
import type { Occurrence, Occurrences } from '../../engine/occurrences.ts';
import type { Parts } from './context.ts';
import { eventErrors } from './errors.ts';
import { eventTime } from './event.ts';
import { type Place, ruleArn, ruleIn } from './names.ts';
import type { Router } from './router.ts';
import type { MissedOutcome, PutRow } from './store.ts';

/** @throws ValidationException */
export function requireSchedule(text: string): ScheduleExpression {
  const parsed = parseSchedule(text, 'rules');
  if ('problem' in parsed) throw eventErrors.schedule();
  return parsed.schedule;
}

/** Inside a transaction: when a rule fires next, after it was put, enabled or disabled. */
export function setDue(occurrences: Pick<Occurrences, 'set' | 'remove'>, rule: PutRow, now: number): void {
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
  const { db, world, account } = parts;
  return ({ key, at, now }: Occurrence): number | undefined => {
    const rule = db.ruleOfId({ id: Number(key) });
    if (!rule || rule.schedule === null || rule.state === 'DISABLED') return undefined;
    const place = { account, region: rule.region };
    const arn = ruleArn(place, rule.bus, rule.name);
    const due = catchUp(requireSchedule(rule.schedule), at, now, { anchor: rule.scheduled_at ?? at });
    const policy = missedPolicy(parts, arn);
    const last = due.missed ? due.at : due.passedOver;
    if (last !== undefined) {
      const first = { at: new Date(at).toISOString(), last: new Date(last).toISOString() };
      world.log('warn', 'events.schedule-missed', { rule: arn, ...first, policy, tag: MISSED_TAG });
    }
    if (due.missed) {
      const missed_outcome = policy === 'run-once' ? 'ran-late' : 'skipped';
      db.setMissed({ id: rule.id, missed_at: due.at, missed_outcome });
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

const isPolicy = (value: string | undefined): value is MissedPolicy =>
  MISSED_POLICIES.some((policy) => policy === value);

function missedPolicy({ ports, missed }: Parts, arn: string): MissedPolicy {
  const value = ports.tagsOf(arn).find(({ Key }) => Key === MISSED_TAG)?.Value;
  return isPolicy(value) ? value : missed;
}

/** When a rule next fires, and what it has missed: what AWS has no operation for. */
export type RuleTimes = {
  Next: string | undefined;
  MissedPolicy: MissedPolicy;
  Missed: { At: string; Outcome: MissedOutcome } | undefined;
};

/** Undefined when an ARN names no rule that has a schedule. */
export function timesOf(
  parts: Parts,
  occurrences: Pick<Occurrences, 'nextOf'>,
  place: Place,
  arn: string,
): RuleTimes | undefined {
  const named = ruleIn(place, arn);
  const rule = named && parts.db.rule({ region: place.region, ...named });
  if (!rule || rule.schedule === null) return undefined;
  const next = occurrences.nextOf(String(rule.id));
  const Next = next === undefined ? undefined : new Date(next).toISOString();
  const { missed_at: at, missed_outcome: Outcome } = rule;
  const Missed = at === null || Outcome === null ? undefined : { At: new Date(at).toISOString(), Outcome };
  return { Next, MissedPolicy: missedPolicy(parts, arn), Missed };
}

/** @throws ValidationException for a value that the tag does not have */
export function requirePolicyTag(tags: readonly { Key?: string | undefined; Value?: string | undefined }[]): void {
  const found = tags.find(({ Key }) => Key === MISSED_TAG);
  if (found && !isPolicy(found.Value)) throw eventErrors.missedTag(found.Value ?? '', MISSED_TAG, MISSED_POLICIES);
}
