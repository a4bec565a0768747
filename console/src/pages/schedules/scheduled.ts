/**
 * Everything that runs by the clock, as one list: the Scheduler's schedules, and rules that have one. What the lists do not say (an
 * expression, the next time) is asked for the rows that are loaded.
 */
import { useQueries } from '@tanstack/react-query';
import { call, keyOf } from '../../data/call.ts';
import { type Paged, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';

export type Times = Output<'telar', 'DescribeScheduleTimes'>['Times'][number];

export type Schedule = Output<'scheduler', 'GetSchedule'>;

export type Scheduled = {
  kind: 'schedule' | 'rule';
  arn: string;
  name: string;
  group: string | undefined;
  state: string;
  targets: readonly string[];
  /** Undefined until it is known. */
  expression: string | undefined;
  timeZone: string;
  window: number | undefined;
  times: Times | undefined;
};

/** As `telar schedule` takes it. */
export const meant = ({ kind, group, name }: Pick<Scheduled, 'kind' | 'group' | 'name'>): string =>
  kind === 'rule' || group === 'default' ? name : `${group}/${name}`;

type Summary = NonNullable<Output<'scheduler', 'ListSchedules'>['Schedules']>[number];
type Rule = NonNullable<Output<'events', 'ListRules'>['Rules']>[number];

const PAGE = 100;

export function useScheduled(): Omit<Paged<Scheduled>, 'items'> & { items: Scheduled[] | undefined } {
  const schedules = usePages('scheduler', 'ListSchedules', { MaxResults: PAGE }, (page) => page.Schedules);
  const rules = usePages('events', 'ListRules', { Limit: PAGE }, (page) =>
    page.Rules?.filter(({ ScheduleExpression }) => ScheduleExpression !== undefined),
  );
  const bare = [...useSchedules(schedules.items ?? []), ...useRules(rules.items ?? [])];
  const times = useTimes(bare.map(({ arn }) => arn));
  const items = bare.map((one) => ({ ...one, times: times.get(one.arn) }));
  return {
    items: schedules.items && rules.items ? items : undefined,
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

type Bare = Omit<Scheduled, 'times'>;

function useSchedules(summaries: readonly Summary[]): Bare[] {
  const found = useQueries({
    queries: summaries.map(({ GroupName, Name }) => ({
      queryKey: keyOf('scheduler', 'GetSchedule', { GroupName, Name }) as readonly unknown[],
      queryFn: () => call('scheduler', 'GetSchedule', { GroupName, Name }),
    })),
  });
  return summaries.map(({ Arn = '', Name = '', GroupName, State = '', Target }, index) => {
    const one = found[index]?.data;
    return {
      ...{ kind: 'schedule', arn: Arn, name: Name, group: GroupName, state: State, targets: [Target?.Arn ?? ''] },
      ...{ expression: one?.ScheduleExpression, timeZone: one?.ScheduleExpressionTimezone ?? 'UTC' },
      window: one?.FlexibleTimeWindow?.MaximumWindowInMinutes,
    };
  });
}

function useRules(rules: readonly Rule[]): Bare[] {
  const found = useQueries({
    queries: rules.map(({ Name: Rule }) => ({
      queryKey: keyOf('events', 'ListTargetsByRule', { Rule }) as readonly unknown[],
      queryFn: () => call('events', 'ListTargetsByRule', { Rule }),
    })),
  });
  return rules.map(({ Arn = '', Name = '', State = '', ScheduleExpression }, index) => ({
    ...{ kind: 'rule', arn: Arn, name: Name, group: undefined, state: State, window: undefined },
    ...{ expression: ScheduleExpression, timeZone: 'UTC' },
    targets: (found[index]?.data?.Targets ?? []).map((target) => target.Arn ?? ''),
  }));
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
      refetchInterval: 10_000,
    })),
  });
  return new Map(found.flatMap(({ data }) => (data?.Times ?? []).map((times) => [times.Arn, times] as const)));
}
