/**
 * Everything that runs by the clock, as one list: the Scheduler's schedules, and rules that have one. What the lists do not say (an
 * expression, a target) is asked for the rows that are looked at.
 */
import { useQueries } from '@tanstack/react-query';
import { call, keyOf } from '../../data/call.ts';
import { type Paged, useCall, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';

export type Times = Output<'telar', 'DescribeScheduleTimes'>['Times'][number];

export type Schedule = Output<'scheduler', 'GetSchedule'>;

/** A row of the list: what the lists themselves say, and when it next occurs. */
export type Scheduled = {
  kind: 'schedule' | 'rule';
  arn: string;
  name: string;
  group: string | undefined;
  state: string;
  times: Times | undefined;
};

/** As `telar schedule` takes it. */
export const meant = ({ kind, group, name }: Pick<Scheduled, 'kind' | 'group' | 'name'>): string =>
  kind === 'rule' || group === 'default' ? name : `${group}/${name}`;

const PAGE = 100;
/** Of more rows than these the next times are not asked for again and again. */
const WATCHED = 500;

export function useScheduled(): Paged<Scheduled> {
  const schedules = usePages('scheduler', 'ListSchedules', { MaxResults: PAGE }, (page) => page.Schedules);
  const rules = usePages('events', 'ListRules', { Limit: PAGE }, (page) =>
    page.Rules?.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined),
  );
  const bare = [
    ...(schedules.items ?? []).map(({ Arn = '', Name = '', GroupName, State = '' }) => ({
      ...{ kind: 'schedule' as const, arn: Arn, name: Name, group: GroupName, state: State },
    })),
    ...(rules.items ?? []).map(({ Arn = '', Name = '', State = '' }) => ({
      ...{ kind: 'rule' as const, arn: Arn, name: Name, group: undefined, state: State },
    })),
  ];
  const times = useTimes(bare.map(({ arn }) => arn));
  return {
    items: schedules.items && rules.items ? bare.map((one) => ({ ...one, times: times.get(one.arn) })) : undefined,
    error: schedules.error ?? rules.error,
    more: {
      hasMore: schedules.more.hasMore || rules.more.hasMore,
      loading: schedules.more.loading || rules.more.loading,
      load() {
        for (const { more } of [schedules, rules]) if (more.hasMore && !more.loading) more.load();
      },
    },
    refetch() {
      schedules.refetch();
      rules.refetch();
    },
  };
}

export type Detail = { expression: string; timeZone: string; window: number | undefined; targets: readonly string[] };

/** What the lists do not say of a row; asked for by the rows that are in the window. */
export function useDetail({ kind, group, name }: Pick<Scheduled, 'kind' | 'group' | 'name'>): Detail | undefined {
  const isRule = kind === 'rule';
  const schedule = useCall('scheduler', 'GetSchedule', { GroupName: group, Name: name }, { enabled: !isRule }).data;
  const rule = useCall('events', 'DescribeRule', { Name: name }, { enabled: isRule }).data;
  const targets = useCall('events', 'ListTargetsByRule', { Rule: name }, { enabled: isRule }).data;
  if (schedule) {
    return {
      ...{ expression: schedule.ScheduleExpression ?? '', timeZone: schedule.ScheduleExpressionTimezone ?? 'UTC' },
      ...{ window: schedule.FlexibleTimeWindow?.MaximumWindowInMinutes, targets: [schedule.Target?.Arn ?? ''] },
    };
  }
  if (!rule || !targets) return undefined;
  return {
    ...{ expression: rule.ScheduleExpression ?? '', timeZone: 'UTC', window: undefined },
    targets: (targets.Targets ?? []).map(({ Arn = '' }) => Arn),
  };
}

/** A hundred at a time, which is what one call takes. */
function useTimes(arns: readonly string[]): ReadonlyMap<string, Times> {
  const slices = Array.from({ length: Math.ceil(arns.length / PAGE) }, (_, index) => ({
    Arns: arns.slice(index * PAGE, (index + 1) * PAGE),
  }));
  const found = useQueries({
    queries: slices.map((input) => ({
      queryKey: keyOf('telar', 'DescribeScheduleTimes', input) as readonly unknown[],
      queryFn: () => call('telar', 'DescribeScheduleTimes', input),
      // What has occurred tells nobody: it is looked at.
      refetchInterval: arns.length > WATCHED ? (false as const) : 10_000,
    })),
  });
  return new Map(found.flatMap(({ data }) => (data?.Times ?? []).map((times) => [times.Arn, times] as const)));
}
