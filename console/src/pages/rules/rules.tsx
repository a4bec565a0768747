/** The rules of an event bus, and its archives and replays. */
import { useSearchParams } from 'wouter';
import { scheduleInWords } from '../../../../src/definition/schedules/words.ts';
import { useAsked } from '../../data/address.ts';
import { LISTED, useFirings } from '../../data/firings.ts';
import { links } from '../../data/links.ts';
import { useCall, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { LastFiring } from '../../parts/firings.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Archives, Replays } from './archives.tsx';
import { patternInWords } from './pattern.ts';
import { PutEvent } from './putEvent.tsx';

type Rule = NonNullable<Output<'events', 'ListRules'>['Rules']>[number];

export function RulesPage() {
  const [query, setQuery] = useSearchParams();
  const [putting, setPutting] = useAsked('put');
  const bus = query.get('bus') ?? 'default';
  const tab = query.get('show') ?? 'rules';
  const go = (changes: Readonly<Record<string, string>>) => setQuery({ bus, show: tab, ...changes }, { replace: true });
  return (
    <Page title="Rules" actions={<Button onClick={() => setPutting(true)}>Put an event</Button>}>
      <Buses bus={bus} onBus={(next) => go({ bus: next })} />
      <Tabs
        label="Of the event bus"
        value={tab}
        onChange={(show) => go({ show })}
        tabs={[
          { id: 'rules', label: 'Rules', content: <Rules bus={bus} /> },
          { id: 'archives', label: 'Archives', content: <Archives /> },
          { id: 'replays', label: 'Replays', content: <Replays /> },
        ]}
      />
      {putting && <PutEvent bus={bus} onClose={() => setPutting(false)} />}
    </Page>
  );
}

/** Shown once there is more than the default one, or another is looked at. */
function Buses({ bus, onBus }: { bus: string; onBus(bus: string): void }) {
  const { data, error } = useCall('events', 'ListEventBuses', { Limit: 100 });
  const names = [...new Set(['default', ...(data?.EventBuses ?? []).map(({ Name = '' }) => Name), bus])];
  if (error) return <Failure error={error} />;
  return names.length < 2 ? null : (
    <Field label="Event bus">
      <Select value={bus} onChange={onBus} options={names} />
    </Field>
  );
}

function Rules({ bus }: { bus: string }) {
  const { items, error, more, refetch } = usePages(
    'events',
    'ListRules',
    { EventBusName: bus, Limit: 100 },
    (page) => page.Rules,
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label={`Rules of the event bus ${bus}`}
      rows={items}
      keyOf={({ Arn = '' }) => Arn}
      hrefOf={({ Name = '' }) => links.rule(bus, Name)}
      more={more}
      empty={
        <Empty
          title="The event bus has no rule"
          command={`aws events put-rule --name model-approved --event-pattern '{"source":["aws.sagemaker"]}'`}
        >
          A rule says what happens when something has happened: it matches events by a pattern, or has a schedule, and
          sends them to its targets.
        </Empty>
      }
      columns={COLUMNS}
    />
  );
}

const COLUMNS: Column<Rule>[] = [
  { id: 'name', header: 'Rule', width: '18rem', cell: ({ Name }) => Name, sort: ({ Name }) => Name },
  { id: 'when', header: 'When', cell: whenOf },
  {
    id: 'state',
    header: 'State',
    width: '9rem',
    cell: ({ State = '' }) => <Status status={State} />,
    sort: ({ State }) => State,
  },
  { id: 'last', header: 'Last', width: '12rem', cell: ({ Arn = '' }) => <Last arn={Arn} /> },
  { id: 'description', header: 'Description', cell: ({ Description }) => Description },
];

function Last({ arn }: { arn: string }) {
  return <LastFiring row={useFirings(arn, LISTED).rows?.[0]} />;
}

function whenOf({ ScheduleExpression, EventPattern }: Rule): string {
  const said = [
    ...(ScheduleExpression === undefined ? [] : [scheduleInWords(ScheduleExpression, 'rules')]),
    ...(EventPattern === undefined ? [] : [patternInWords(EventPattern)]),
  ];
  return said.join('; or ');
}
