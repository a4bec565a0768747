/** Everything on a server that runs by the clock: the Scheduler's schedules, and EventBridge's rules that have one. */
import { parseSchedule } from '../../definition/schedules/parse.ts';
import { upcoming } from '../../definition/schedules/upcoming.ts';
import { type Clients, everyPage } from '../aws.ts';
import { misuse } from '../errors.ts';

export type Scheduled = {
  kind: 'schedule' | 'rule';
  arn: string;
  name: string;
  /** Of a schedule. */
  group: string | undefined;
  enabled: boolean;
  expression: string;
  timeZone: string;
  start: number | undefined;
  end: number | undefined;
  window: number | undefined;
  /** ARNs: of a rule there may be several. */
  targets: string[];
  /** When it next occurs, in milliseconds since the epoch. */
  next: number | undefined;
  missedPolicy: 'run-once' | 'skip' | undefined;
  missed: { at: number; outcome: 'ran-late' | 'skipped' } | undefined;
};

/** As people name it: without the group, where that is the default one. */
export const nameOf = ({ kind, group, name }: Scheduled): string =>
  kind === 'rule' ? `rule ${name}` : group === 'default' ? name : `${group}/${name}`;

/** In the order of their kinds, groups and names. */
export async function readScheduled(on: Clients): Promise<Scheduled[]> {
  const [schedules, rules] = await Promise.all([readSchedules(on), readRules(on)]);
  return withTimes(on, [...schedules, ...rules]);
}

/** @throws Misuse when a name means nothing, or several things */
export async function findScheduled(on: Clients, meant: string): Promise<Scheduled> {
  const all = await readScheduled(on);
  const found = all.filter((one) => [one.arn, nameOf(one), one.name, `${one.group}/${one.name}`].includes(meant));
  // A name of its own, before that of one in another group.
  const exact = found.filter((one) => one.arn === meant || nameOf(one) === meant);
  const [first, second] = exact.length > 0 ? exact : found;
  if (!first) throw misuse(`There is no schedule '${meant}'. 'telar schedule list' names all.`);
  if (second) throw misuse(`'${meant}' may be ${nameOf(first)} or ${nameOf(second)}: say which.`);
  return first;
}

type Bare = Omit<Scheduled, 'next' | 'missedPolicy' | 'missed'>;

async function readSchedules(on: Clients): Promise<Bare[]> {
  const scheduler = await on.scheduler();
  const summaries = await everyPage(async (NextToken) => {
    const page = await scheduler.listSchedules({ NextToken, MaxResults: 100 });
    return { items: page.Schedules, next: page.NextToken };
  });
  return inTens(summaries, async ({ GroupName, Name, Arn = '' }): Promise<Bare> => {
    const one = await scheduler.getSchedule({ GroupName, Name });
    return {
      ...{ kind: 'schedule', arn: Arn, name: Name ?? '', group: GroupName, enabled: one.State === 'ENABLED' },
      ...{ expression: one.ScheduleExpression ?? '', timeZone: one.ScheduleExpressionTimezone ?? 'UTC' },
      ...{ start: one.StartDate?.getTime(), end: one.EndDate?.getTime() },
      ...{ window: one.FlexibleTimeWindow?.MaximumWindowInMinutes, targets: [one.Target?.Arn ?? ''] },
    };
  });
}

/** Only rules of the default bus have schedules. */
async function readRules(on: Clients): Promise<Bare[]> {
  const events = await on.events();
  const rules = await everyPage(async (NextToken) => {
    const page = await events.listRules({ NextToken, Limit: 100 });
    return { items: page.Rules, next: page.NextToken };
  });
  const scheduled = rules.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined);
  return inTens(scheduled, async ({ Name = '', Arn = '', State, ScheduleExpression = '' }): Promise<Bare> => {
    const { Targets = [] } = await events.listTargetsByRule({ Rule: Name });
    return {
      ...{ kind: 'rule', arn: Arn, name: Name, group: undefined, enabled: State !== 'DISABLED' },
      ...{ expression: ScheduleExpression, timeZone: 'UTC', start: undefined, end: undefined, window: undefined },
      targets: Targets.map((target) => target.Arn ?? ''),
    };
  });
}

async function withTimes(on: Clients, all: readonly Bare[]): Promise<Scheduled[]> {
  const times = new Map<string, Awaited<ReturnType<typeof timesOf>>[number]>();
  for (let from = 0; from < all.length; from += 100) {
    for (const one of await timesOf(on, all.slice(from, from + 100))) times.set(one.Arn, one);
  }
  return all.map((one) => {
    const { Next, Missed, MissedPolicy } = times.get(one.arn) ?? {};
    const missed = Missed && { at: Date.parse(Missed.At), outcome: Missed.Outcome };
    const next = Next === undefined ? undefined : Date.parse(Next);
    return { ...one, next, missedPolicy: MissedPolicy, missed };
  });
}

const timesOf = async (on: Clients, some: readonly Bare[]) =>
  (await on.telar('DescribeScheduleTimes', { Arns: some.map(({ arn }) => arn) })).Times;

/** The next times, the first of them as the server says it. */
export function timesFrom(one: Scheduled, count: number): number[] {
  const parsed = parseSchedule(one.expression, one.kind === 'rule' ? 'rules' : 'scheduler');
  if ('problem' in parsed || one.next === undefined) return [];
  return upcoming(parsed.schedule, one.next, count, { timeZone: one.timeZone, start: one.start, end: one.end });
}

/** A few at a time. */
async function inTens<T, R>(items: readonly T[], read: (item: T) => Promise<R>): Promise<R[]> {
  const all: R[] = [];
  for (let from = 0; from < items.length; from += 10) {
    all.push(...(await Promise.all(items.slice(from, from + 10).map(read))));
  }
  return all;
}
