/**
 * Rules: what of a bus's events they match, when they fire by themselves, and whether they do.
 *
 * U1. A rule that is put again is what was put last, whole; it keeps its targets and tags.
 */

import { compilePattern } from '../../definition/patterns/index.ts';
import type { Occurrences } from '../../engine/occurrences.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import { requireBus } from './bus.ts';
import type { Parts, Sdk } from './context.ts';
import { eventErrors } from './errors.ts';
import { DEFAULT_BUS, DEFAULT_PAGE, MOST_RULES, type RuleState } from './legal.ts';
import { type Place, ruleArn } from './names.ts';
import { laneOf, type Router } from './router.ts';
import { requireSchedule, setDue } from './schedules.ts';
import type { PutRow, RuleRow } from './store.ts';
import { addTags } from './tags.ts';

export type RuleParts = Parts & {
  router: Router;
  /** Forgets what waits to be sent. */
  removeLane(lane: string): void;
  occurrences: Pick<Occurrences, 'set' | 'remove'>;
};

/** @throws ResourceNotFoundException */
export function requireRule(parts: Pick<Parts, 'db'>, place: Place, bus: string | undefined, name: string): RuleRow {
  const { name: busName } = requireBus(parts, place, bus);
  const rule = parts.db.rule({ region: place.region, bus: busName, name });
  if (!rule) throw eventErrors.noRule(name, busName);
  return rule;
}

/** @throws InvalidEventPatternException */
export function requirePattern(text: string): void {
  const compiled = compilePattern(text);
  if (!compiled.ok) throw eventErrors.pattern(compiled.reason);
}

export function requireRole({ ports }: Pick<Parts, 'ports'>, role: string | undefined, arn: string): void {
  if (role !== undefined && !ports.roleTrusts(role, arn)) throw eventErrors.role(role);
}

export function putRule(parts: RuleParts, input: InputOf<Sdk, 'PutRule'>, call: Call): OutputOf<Sdk, 'PutRule'> {
  const { region } = call;
  const name = input.Name!;
  const bus = requireBus(parts, call, input.EventBusName).name;
  const pattern = input.EventPattern || null;
  const schedule = input.ScheduleExpression || null;
  if (pattern === null && schedule === null) throw eventErrors.nothingToMatch();
  if (schedule !== null && bus !== DEFAULT_BUS) throw eventErrors.scheduleElsewhere();
  if (pattern !== null) requirePattern(pattern);
  if (schedule !== null) requireSchedule(schedule);
  const state = (input.State ?? 'ENABLED') as RuleState;
  if (state !== 'ENABLED' && state !== 'DISABLED') throw eventErrors.cloudTrail();
  const arn = ruleArn(call, bus, name);
  requireRole(parts, input.RoleArn, arn);
  const before = parts.db.rule({ region, bus, name });
  if (!before && parts.db.ruleCount({ region, bus })!.count >= MOST_RULES)
    throw eventErrors.tooManyRules(bus, MOST_RULES);
  const counting = before?.schedule === schedule ? before.scheduled_at : call.now;
  const content = {
    ...{ pattern, schedule, state, description: input.Description ?? null, role_arn: input.RoleArn ?? null },
    scheduled_at: schedule === null ? null : counting,
  };
  const id = before?.id ?? parts.db.insertRule({ region, bus, name, ...content });
  if (before) parts.db.updateRule({ id, ...content });
  else addTags(parts, arn, input.Tags ?? []);
  changed(parts, { id, region, bus, name, ...content }, call.now);
  return { RuleArn: arn };
}

/** A rule is what it is now, or gone. */
function changed({ router, occurrences }: RuleParts, rule: PutRow, now: number): void {
  router.changed(rule.region, rule.bus);
  setDue(occurrences, rule, now);
}

export function setState(parts: RuleParts, rule: RuleRow, state: RuleState, now: number): void {
  if (rule.state === state) return;
  parts.db.updateRule({ ...rule, state });
  changed(parts, { ...rule, state }, now);
}

/** To delete what does not exist is no mistake, as on AWS. */
export function deleteRule(parts: RuleParts, input: InputOf<Sdk, 'DeleteRule'>, call: Call): void {
  const { name: bus } = requireBus(parts, call, input.EventBusName);
  const rule = parts.db.rule({ region: call.region, bus, name: input.Name! });
  if (!rule) return;
  if (parts.db.targetCount({ rule: rule.id })!.count > 0) throw eventErrors.ruleHasTargets();
  parts.db.removeRule({ id: rule.id });
  parts.ports.removeTags(ruleArn(call, bus, rule.name));
  changed(parts, { ...rule, schedule: null }, call.now);
}

/** Inside a transaction: a target is gone, and what waits for it. */
export function removeTarget(parts: RuleParts, rule: RuleRow, id: string): void {
  if (parts.db.removeTarget({ rule: rule.id, id }) > 0) parts.removeLane(laneOf(rule.id, id));
}

export function describeRule(rule: RuleRow, place: Place): OutputOf<Sdk, 'DescribeRule'> {
  return { ...summary(rule, place), CreatedBy: place.account };
}

function summary(rule: RuleRow, place: Place) {
  return {
    Name: rule.name,
    Arn: ruleArn(place, rule.bus, rule.name),
    ...(rule.pattern !== null && { EventPattern: rule.pattern }),
    ...(rule.schedule !== null && { ScheduleExpression: rule.schedule }),
    State: rule.state,
    ...(rule.description !== null && { Description: rule.description }),
    ...(rule.role_arn !== null && { RoleArn: rule.role_arn }),
    EventBusName: rule.bus,
  };
}

export function listRules(
  parts: Parts,
  { EventBusName, NamePrefix: prefix = '', NextToken, Limit }: InputOf<Sdk, 'ListRules'>,
  call: Call,
): OutputOf<Sdk, 'ListRules'> {
  const { region } = call;
  const bus = requireBus(parts, call, EventBusName).name;
  const { items, next } = pageOf<RuleRow>(
    { query: { operation: 'ListRules', region, bus, prefix }, token: NextToken, limit: Limit || DEFAULT_PAGE },
    (position, limit) => parts.db.rules({ region, bus, prefix, after: String(position?.[0] ?? ''), limit }),
    ({ name }) => [name],
    eventErrors.token,
  );
  return { Rules: items.map((rule) => summary(rule, call)), ...(next !== undefined && { NextToken: next }) };
}

export function ruleNamesByTarget(
  parts: Parts,
  { EventBusName, TargetArn: arn = '', NextToken, Limit }: InputOf<Sdk, 'ListRuleNamesByTarget'>,
  call: Call,
): OutputOf<Sdk, 'ListRuleNamesByTarget'> {
  const { region } = call;
  const bus = requireBus(parts, call, EventBusName).name;
  const query = { operation: 'ListRuleNamesByTarget', region, bus, arn };
  const { items, next } = pageOf<{ name: string }>(
    { query, token: NextToken, limit: Limit || DEFAULT_PAGE },
    (position, limit) => parts.db.ruleNamesByTarget({ region, bus, arn, after: String(position?.[0] ?? ''), limit }),
    ({ name }) => [name],
    eventErrors.token,
  );
  return { RuleNames: items.map(({ name }) => name), ...(next !== undefined && { NextToken: next }) };
}
