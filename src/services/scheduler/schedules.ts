/**
 * Schedules: created, changed, described, listed, removed.
 *
 * C1. A schedule that is enabled, and has an occurrence to come, has a row that says when (engine/occurrences.ts); no other has.
 * C2. An update replaces all of a configuration. One that leaves the times alone leaves the next occurrence alone, too.
 */

import { parseSchedule } from '../../definition/schedules/parse.ts';
import { isTimeZone } from '../../definition/schedules/zones.ts';
import { pageOf } from '../../protocol/pages.ts';
import type { Call, InputOf, OutputOf } from '../../protocol/service.ts';
import type { CreateInput, Parts, Sdk, Target } from './context.ts';
import { errors } from './errors.ts';
import { openGroup, requireGroup } from './groups.ts';
import { MOST_SCHEDULES, PAGE, RETRY_POLICY, START_GRACE } from './legal.ts';
import { DEFAULT_GROUP, type Place, scheduleArn } from './names.ts';
import type { ScheduleRow, Settings } from './store.ts';
import { checkTarget } from './target.ts';
import { firstFrom, sameTimes } from './timing.ts';

export type Named = { Name?: string | undefined; GroupName?: string | undefined };

export const arnOf = (place: Place, { GroupName = DEFAULT_GROUP, Name = '' }: Named): string =>
  scheduleArn(place, GroupName, Name);

/** @throws ResourceNotFoundException */
export function requireSchedule(
  { db }: Pick<Parts, 'db'>,
  { Name = '', GroupName = DEFAULT_GROUP }: Named,
  call: Call,
): ScheduleRow {
  const row = db.schedule({ region: call.region, group_name: GroupName, name: Name });
  if (!row) throw errors.noSchedule(Name);
  return row;
}

/** What a request configures, with AWS's defaults. @throws ValidationException */
function settingsOf(parts: Parts, input: CreateInput, call: Call): Settings {
  const { ScheduleExpression = '', ScheduleExpressionTimezone = 'UTC', StartDate, EndDate } = input;
  const parsed = parseSchedule(ScheduleExpression, 'scheduler');
  if ('problem' in parsed) throw errors.expression(parsed.problem);
  if (!isTimeZone(ScheduleExpressionTimezone)) throw errors.timeZone(ScheduleExpressionTimezone);
  if (input.KmsKeyArn !== undefined) throw errors.encryption();
  const target: Target = { ...input.Target!, RetryPolicy: { ...RETRY_POLICY, ...input.Target!.RetryPolicy } };
  checkTarget(target, call, parts.ports);
  if (!parts.ports.roleTrusts(target.RoleArn!, arnOf(call, input))) throw errors.roleUntrusting();
  return {
    description: input.Description ?? null,
    expression: ScheduleExpression,
    time_zone: ScheduleExpressionTimezone,
    start_at: StartDate?.getTime() ?? null,
    end_at: EndDate?.getTime() ?? null,
    state: input.State ?? 'ENABLED',
    window_minutes: windowOf(input),
    target: JSON.stringify(target),
    after_completion: input.ActionAfterCompletion ?? 'NONE',
  };
}

function windowOf({ FlexibleTimeWindow }: CreateInput): number | null {
  const { Mode, MaximumWindowInMinutes: minutes } = FlexibleTimeWindow!;
  if (Mode === 'FLEXIBLE' && minutes === undefined) throw errors.windowMissing();
  if (Mode === 'OFF' && minutes !== undefined) throw errors.windowUnwanted();
  return minutes ?? null;
}

/** Dates that a request brings anew. */
function checkDates({ start_at: start, end_at: end }: Settings, now: number): void {
  if (start !== null && start < now - START_GRACE) throw errors.startPast();
  if (end !== null && end < now) throw errors.endPast();
  if (start !== null && end !== null && end <= start) throw errors.endBeforeStart();
}

export function createSchedule(parts: Parts, input: CreateInput, call: Call): { ScheduleArn: string } {
  const { region, now } = call;
  const { Name: name = '', GroupName: group_name = DEFAULT_GROUP } = input;
  openGroup(parts, call, group_name);
  if (parts.db.schedule({ region, group_name, name })) throw errors.scheduleExists(name);
  if (parts.db.scheduleCount({ region })!.count >= MOST_SCHEDULES) throw errors.tooMany('schedules', MOST_SCHEDULES);
  const settings = settingsOf(parts, input, call);
  checkDates(settings, now);
  const anchor = settings.state === 'ENABLED' ? now : null;
  const row = { ...settings, region, group_name, name, anchor, created_at: now, modified_at: now };
  const id = parts.db.insertSchedule(row);
  if (settings.state === 'ENABLED') awaitNext(parts, id, firstFrom(row, now));
  return { ScheduleArn: scheduleArn(call, group_name, name) };
}

export function updateSchedule(
  parts: Parts,
  input: InputOf<Sdk, 'UpdateSchedule'>,
  call: Call,
): { ScheduleArn: string } {
  const { now } = call;
  const before = requireSchedule(parts, input, call);
  openGroup(parts, call, before.group_name);
  const settings = settingsOf(parts, input, call);
  const same = sameTimes(before, settings);
  if (!same) checkDates(settings, now);
  const enabled = settings.state === 'ENABLED';
  const anchor = enabled && !(same && before.anchor !== null) ? now : same ? before.anchor : null;
  parts.db.setSchedule({ ...settings, id: before.id, anchor, modified_at: now });
  if (!enabled) parts.occurrences.remove(String(before.id));
  else if (!same || before.state !== 'ENABLED')
    awaitNext(parts, before.id, firstFrom({ ...before, ...settings, anchor }, now));
  return { ScheduleArn: scheduleArn(call, before.group_name, before.name) };
}

/** One that never occurs any more waits for nothing. */
function awaitNext({ occurrences }: Parts, id: number, next: number | undefined): void {
  if (next === undefined) occurrences.remove(String(id));
  else occurrences.set(String(id), next);
}

export function describeSchedule(row: ScheduleRow, place: Place): OutputOf<Sdk, 'GetSchedule'> {
  return {
    ...{ Arn: scheduleArn(place, row.group_name, row.name), GroupName: row.group_name, Name: row.name },
    ...{ ScheduleExpression: row.expression, ScheduleExpressionTimezone: row.time_zone },
    StartDate: dateOf(row.start_at),
    EndDate: dateOf(row.end_at),
    ...{ Description: row.description ?? undefined, State: row.state },
    ...{ CreationDate: new Date(row.created_at), LastModificationDate: new Date(row.modified_at) },
    Target: JSON.parse(row.target) as Target,
    FlexibleTimeWindow:
      row.window_minutes === null ? { Mode: 'OFF' } : { Mode: 'FLEXIBLE', MaximumWindowInMinutes: row.window_minutes },
    ActionAfterCompletion: row.after_completion,
  };
}

const dateOf = (at: number | null): Date | undefined => (at === null ? undefined : new Date(at));

export function listSchedules(
  parts: Parts,
  input: InputOf<Sdk, 'ListSchedules'>,
  call: Call,
): OutputOf<Sdk, 'ListSchedules'> {
  const { region } = call;
  const {
    GroupName = '',
    NamePrefix: prefix = '',
    State: state = '',
    NextToken: token,
    MaxResults: limit = PAGE,
  } = input;
  if (GroupName !== '') requireGroup(parts, call, GroupName);
  const { items, next } = pageOf<ScheduleRow>(
    { query: { operation: 'ListSchedules', region, GroupName, prefix, state }, token, limit },
    (position, most) => {
      const [afterGroup, after] = [String(position?.[0] ?? ''), String(position?.[1] ?? '')];
      return parts.db.schedules({ region, group_name: GroupName, prefix, state, afterGroup, after, limit: most });
    },
    (row) => [row.group_name, row.name],
  );
  const summary = (row: ScheduleRow) => {
    const {
      Arn,
      Name,
      GroupName: group,
      State,
      CreationDate,
      LastModificationDate,
      Target: target,
    } = describeSchedule(row, call);
    return { Arn, Name, GroupName: group, State, CreationDate, LastModificationDate, Target: { Arn: target?.Arn } };
  };
  return { Schedules: items.map(summary), NextToken: next };
}
