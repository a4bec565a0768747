/** What is going to start by itself: the next occurrences of schedules and of rules with one. */
import { hrefOf } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Empty, Failure } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

const MOST = 50;
const SHOWN = 5;

export function Upcoming() {
  const schedules = useCall('scheduler', 'ListSchedules', { MaxResults: MOST, State: 'ENABLED' });
  const rules = useCall('events', 'ListRules', { Limit: MOST });
  const arns = [
    ...(schedules.data?.Schedules ?? []).map(({ Arn = '' }) => Arn),
    ...(rules.data?.Rules ?? []).flatMap(({ Arn = '', ScheduleExpression }) => (ScheduleExpression ? [Arn] : [])),
  ];
  const times = useCall('telar', 'DescribeScheduleTimes', { Arns: arns }, { enabled: arns.length > 0 });
  const error = schedules.error ?? rules.error ?? times.error;
  const rows = (times.data?.Times ?? [])
    .flatMap(({ Arn, Next, Missed }) => (Next === undefined ? [] : [{ Arn, Next, Missed }]))
    .toSorted((a, b) => a.Next.localeCompare(b.Next))
    .slice(0, SHOWN);
  return (
    <Section title="Starts by itself next">
      {error && <Failure error={error} />}
      <DataTable
        label="Next occurrences"
        dense
        rows={rows}
        keyOf={({ Arn }) => Arn}
        hrefOf={({ Arn }) => hrefOf(Arn)}
        empty={
          <Empty title="Nothing is scheduled" command="telar schedule list">
            A project says with <code>defineSchedule</code> or <code>defineRule</code> what starts when.
          </Empty>
        }
        columns={[
          { id: 'name', header: 'Schedule', cell: ({ Arn }) => Arn.split('/').at(-1) },
          { id: 'next', header: 'Next', width: '6rem', cell: ({ Next }) => <Time at={Next} /> },
          {
            ...{ id: 'missed', header: 'Last missed', width: '9rem' },
            cell: ({ Missed }) =>
              Missed && (
                <>
                  <Time at={Missed.At} />, {Missed.Outcome === 'ran-late' ? 'ran late' : 'skipped'}
                </>
              ),
          },
        ]}
      />
    </Section>
  );
}
