/** All schedules: what runs by the clock, when, and what it starts. */
import { scheduleInWords } from '../../../../src/definition/schedules/words.ts';
import { links } from '../../data/links.ts';
import { targetOf } from '../../data/targets.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';
import { Time } from '../../parts/time.tsx';
import { type Scheduled, useDetail, useScheduled } from './scheduled.ts';

export function SchedulesPage() {
  const { items, error, more, refetch } = useScheduled();
  return (
    <Page title="Schedules">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Schedules"
          rows={items}
          keyOf={({ arn }) => arn}
          hrefOf={({ kind, group, name }) =>
            kind === 'rule' ? links.rule('default', name) : links.schedule(group ?? 'default', name)
          }
          more={more}
          empty={
            <Empty title="Nothing runs by the clock yet" command="telar publish">
              A schedule starts a pipeline, a state machine or a function at set times. A project's schedules come with
              its publication; CreateSchedule of EventBridge Scheduler makes others.
            </Empty>
          }
          columns={COLUMNS}
        />
      )}
    </Page>
  );
}

const nameOf = ({ kind, group, name }: Scheduled): string =>
  kind === 'rule' ? `rule ${name}` : group === 'default' ? name : `${group} / ${name}`;

const COLUMNS: Column<Scheduled>[] = [
  { id: 'name', header: 'Schedule', width: '12rem', cell: nameOf, sort: nameOf },
  { id: 'when', header: 'When', cell: (row) => <When row={row} /> },
  {
    ...{ id: 'state', header: 'State', width: '7.5rem' },
    cell: ({ state }) => <Status status={state} />,
    sort: ({ state }) => state,
  },
  {
    ...{ id: 'next', header: 'Next', width: '5.5rem' },
    cell: ({ times }) => (times?.Next === undefined ? '' : <Time at={times.Next} />),
    sort: ({ times }) => times?.Next,
  },
  { id: 'target', header: 'Starts', width: '15rem', cell: (row) => <Targets row={row} /> },
  { id: 'missed', header: 'Missed', width: '10rem', cell: ({ times }) => <Missed missed={times?.Missed} /> },
];

function When({ row }: { row: Scheduled }) {
  const detail = useDetail(row);
  if (!detail) return null;
  const { expression, timeZone, window } = detail;
  const words = scheduleInWords(expression, row.kind === 'rule' ? 'rules' : 'scheduler');
  return (
    <span title={expression}>
      {words}
      {expression.startsWith('rate') ? '' : `, ${timeZone}`}
      {window === undefined ? '' : `, within ${window} min`}
    </span>
  );
}

function Targets({ row }: { row: Scheduled }) {
  const [first, ...others] = useDetail(row)?.targets ?? [];
  if (first === undefined) return null;
  return (
    <>
      <TargetLink {...targetOf(first)} />
      {others.length > 0 && ` and ${others.length} more`}
    </>
  );
}

function Missed({ missed }: { missed: { At: string; Outcome: string } | undefined }) {
  if (!missed) return null;
  return (
    <>
      <Time at={missed.At} /> ({missed.Outcome === 'ran-late' ? 'ran late' : 'skipped'})
    </>
  );
}
