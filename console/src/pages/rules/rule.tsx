/** A rule: what it waits for, what it sends where, and trying both. */
import { useSearchParams } from 'wouter';
import { parseSchedule } from '../../../../src/definition/schedules/parse.ts';
import { upcoming, wallTime } from '../../../../src/definition/schedules/upcoming.ts';
import { scheduleInWords } from '../../../../src/definition/schedules/words.ts';
import { useAsked } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useAct, useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Json } from '../../parts/code.tsx';
import { NextTimes } from '../../parts/nextTimes.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section, Tabs } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { Status } from '../../parts/status.tsx';
import { SwitchButton } from '../../parts/switchButton.tsx';
import { Arn } from '../../parts/target.tsx';
import type { PageProps } from '../area.ts';
import { RuleTargets } from './targets.tsx';
import { TryPattern } from './tryPattern.tsx';

type Rule = Output<'events', 'DescribeRule'>;

export function RulePage({ params: { bus, name } }: PageProps<'bus' | 'name'>) {
  const { data, error, refetch } = useCall('events', 'DescribeRule', { EventBusName: bus, Name: name });
  return (
    <Page
      title={name}
      crumbs={[
        { label: 'Rules', href: links.rules() },
        { label: bus, href: links.bus(bus) },
      ]}
      status={data && <Status status={data.State ?? ''} />}
      actions={data && <Switch rule={data} bus={bus} />}
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <What rule={data} bus={bus} />
          {data.ScheduleExpression !== undefined && <Next rule={data} expression={data.ScheduleExpression} />}
          <Parts rule={data} bus={bus} />
        </>
      )}
    </Page>
  );
}

function Switch({ rule: { Name = '', State, ManagedBy }, bus }: { rule: Rule; bus: string }) {
  const enable = useAct('events', 'EnableRule');
  const disable = useAct('events', 'DisableRule');
  const [asking, ask] = useAsked('switch');
  const on = State !== 'DISABLED';
  if (ManagedBy !== undefined) return null;
  const onBus = bus === 'default' ? '' : ` --event-bus-name ${quoted(bus)}`;
  return (
    <SwitchButton
      {...{ on, asking, onAsk: ask }}
      name={Name}
      consequence={on ? 'What happens from now on sets nothing going by it.' : 'It waits for what happens from now on.'}
      command={`aws events ${on ? 'disable' : 'enable'}-rule --name ${quoted(Name)}${onBus}`}
      onSwitch={() => (on ? disable : enable).mutateAsync({ Name, EventBusName: bus })}
    />
  );
}

function What({ rule, bus }: { rule: Rule; bus: string }) {
  const { ScheduleExpression } = rule;
  return (
    <Facts
      items={[
        ['Description', rule.Description],
        ['When', ScheduleExpression && `${scheduleInWords(ScheduleExpression, 'rules')} (UTC)`],
        ['Expression', ScheduleExpression && <code>{ScheduleExpression}</code>],
        [
          'Event bus',
          <a key="bus" href={links.bus(bus)}>
            {bus}
          </a>,
        ],
        ['As', rule.RoleArn && <Arn arn={rule.RoleArn} />],
        ['Managed by', rule.ManagedBy],
        ['ARN', <Arn key="arn" arn={rule.Arn ?? ''} />],
      ]}
    />
  );
}

const SHOWN = 5;

function Next({ rule, expression }: { rule: Rule; expression: string }) {
  const { data, error, refetch } = useCall(
    'telar',
    'DescribeScheduleTimes',
    { Arns: [rule.Arn ?? ''] },
    { every: 10_000 },
  );
  const parsed = parseSchedule(expression, 'rules');
  const next = data?.Times[0]?.Next;
  const times =
    next === undefined || 'problem' in parsed
      ? []
      : upcoming(parsed.schedule, Date.parse(next), SHOWN, { timeZone: 'UTC' });
  return (
    <Section title="Next occurrences">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {data && (
        <NextTimes
          times={times}
          wall={(at) => wallTime(at, 'UTC')}
          none={rule.State === 'DISABLED' ? 'It is disabled: nothing occurs.' : 'It has no occurrence to come.'}
        />
      )}
    </Section>
  );
}

function Parts({ rule, bus }: { rule: Rule; bus: string }) {
  const [query, setQuery] = useSearchParams();
  const { EventPattern } = rule;
  return (
    <Tabs
      label="Of the rule"
      value={query.get('show') ?? 'targets'}
      onChange={(show) => setQuery({ show }, { replace: true })}
      tabs={[
        { id: 'targets', label: 'Targets', content: <RuleTargets rule={rule} bus={bus} /> },
        {
          ...{ id: 'pattern', label: 'Pattern' },
          content:
            EventPattern === undefined ? (
              <Empty title="It has no pattern">It occurs by its schedule alone.</Empty>
            ) : (
              <Json value={JSON.parse(EventPattern)} open={4} />
            ),
        },
        ...(EventPattern === undefined
          ? []
          : [{ id: 'test', label: 'Test', content: <TryPattern rule={rule} pattern={EventPattern} bus={bus} /> }]),
      ]}
    />
  );
}
