/** `telar schedule`: what runs by itself, when it runs next, and whether it does. */
import { formatDuration } from '../../base/duration.ts';
import { wallTime } from '../../definition/schedules/upcoming.ts';
import type { Clients } from '../aws.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, misuse } from '../errors.ts';
import { table } from '../render/text.ts';
import { findScheduled, nameOf, readScheduled, type Scheduled, timesFrom } from '../schedules/read.ts';
import { targetName } from '../schedules/text.ts';
import { clients } from './shared.ts';

export async function listSchedules(context: Context): Promise<ExitStatus> {
  const { out } = context;
  const { bold } = out.style;
  const all = await readScheduled(clients(context));
  if (all.length === 0) {
    out.paragraph(
      "Nothing runs by itself here. A project's schedules come with 'telar publish'; others with CreateSchedule of EventBridge Scheduler.",
    );
  } else {
    const now = Date.now();
    const rows = all.map((one) => rowOf(context, one, now));
    out.lines(table([['Schedule', 'When', 'State', 'Next', 'Target'].map(bold), ...rows]));
    for (const one of all) tellMissed(context, one);
  }
  out.result({ schedules: all.map(record) });
  return 0;
}

function rowOf({ out }: Context, one: Scheduled, now: number): string[] {
  const { dim, accent } = out.style;
  const zone = one.timeZone === 'UTC' ? '' : ` ${dim(one.timeZone)}`;
  return [
    nameOf(one),
    `${one.expression}${zone}`,
    one.enabled ? accent('enabled') : dim('disabled'),
    one.next === undefined ? dim(one.enabled ? 'never' : '') : `in ${formatDuration(Math.max(0, one.next - now))}`,
    one.targets.map(targetName).join(', '),
  ];
}

function tellMissed({ out }: Context, one: Scheduled): void {
  if (!one.missed) return;
  const { at, outcome } = one.missed;
  const what = outcome === 'ran-late' ? 'ran late, once' : 'was skipped';
  const policy = one.missedPolicy === undefined ? '' : ` (${one.missedPolicy})`;
  out.line(out.style.dim(`  ${nameOf(one)} missed ${wallTime(at, one.timeZone)}, which ${what}${policy}.`));
}

export async function switchSchedule(
  context: Context,
  state: 'ENABLED' | 'DISABLED',
  meant: string,
): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const before = await findScheduled(on, meant);
  const wanted = state === 'ENABLED';
  if (before.enabled !== wanted) await setState(on, before, state);
  const one = await findScheduled(on, before.arn);
  const { bold } = out.style;
  out.line(`${bold(nameOf(one))} is ${wanted ? 'enabled' : 'disabled'}${before.enabled === wanted ? ' already' : ''}.`);
  if (wanted) {
    out.line(
      one.next === undefined ? '  It has no run to come.' : `  It next runs ${wallTime(one.next, one.timeZone)}.`,
    );
  }
  out.result({ schedule: record(one), before: before.enabled ? 'enabled' : 'disabled' });
  return 0;
}

/** UpdateSchedule takes a whole configuration: what GetSchedule answers, but for what is not configured. */
async function setState(on: Clients, one: Scheduled, State: 'ENABLED' | 'DISABLED'): Promise<void> {
  if (one.kind === 'rule') {
    const events = await on.events();
    const Name = one.name;
    await (State === 'ENABLED' ? events.enableRule({ Name }) : events.disableRule({ Name }));
    return;
  }
  const scheduler = await on.scheduler();
  const there = await scheduler.getSchedule({ GroupName: one.group, Name: one.name });
  const { Name, GroupName, Description, ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate } = there;
  const { KmsKeyArn, Target, FlexibleTimeWindow, ActionAfterCompletion } = there;
  await scheduler.updateSchedule({
    ...{ Name, GroupName, Description, ScheduleExpression, ScheduleExpressionTimezone, StartDate, EndDate },
    ...{ KmsKeyArn, Target, FlexibleTimeWindow, ActionAfterCompletion, State },
  });
}

const MOST_TIMES = 1000;

export async function nextRuns(context: Context, meant: string, options: { count?: string }): Promise<ExitStatus> {
  const { out } = context;
  const { bold, dim } = out.style;
  const count = countOf(options.count);
  const one = await findScheduled(clients(context), meant);
  const times = timesFrom(one, count);
  out.line(`${bold(nameOf(one))}  ${one.expression}  ${dim(one.timeZone)}`);
  if (times.length === 0) out.line(one.enabled ? '  It has no run to come.' : '  It is disabled.');
  else {
    const local = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const zones = [...new Set([one.timeZone, local, 'UTC'])];
    out.lines(table([zones.map(bold), ...times.map((at) => zones.map((zone) => wallTime(at, zone)))]));
  }
  if (one.window !== undefined && times.length > 0)
    out.line(dim(`  Each at a random moment of the ${one.window} minutes that follow.`));
  out.result({
    schedule: record(one),
    times: times.map((at) => ({ utc: new Date(at).toISOString(), local: wallTime(at, one.timeZone) })),
  });
  return 0;
}

function countOf(text = '5'): number {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= MOST_TIMES) return count;
  throw misuse(`--count is '${text}': give a number from 1 to ${MOST_TIMES}.`);
}

function record(one: Scheduled) {
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    ...{ kind: one.kind, name: one.name, group: one.group ?? null, arn: one.arn },
    ...{ expression: one.expression, timeZone: one.timeZone, state: one.enabled ? 'enabled' : 'disabled' },
    ...{ startAt: time(one.start), endAt: time(one.end), flexibleMinutes: one.window ?? null },
    ...{ next: time(one.next), targets: one.targets, missedPolicy: one.missedPolicy ?? null },
    missed: one.missed ? { at: time(one.missed.at), outcome: one.missed.outcome } : null,
  };
}
