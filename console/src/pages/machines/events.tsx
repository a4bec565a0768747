/** The events of an execution, as they stand in its history: however many, only those near the window are in the page. */

import { useMemo, useState } from 'react';
import { detailsOf, eventWords, timeOf } from '../../../../src/definition/asl/history/events.ts';
import { useAddress } from '../../data/address.ts';
import { Json } from '../../parts/code.tsx';
import { Field, TextInput } from '../../parts/form.tsx';
import { Empty, Loading } from '../../parts/notice.tsx';
import { Split } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { commands } from './commands.ts';
import type { Followed, HistoryEvent } from './history.ts';
import { parsed } from './json.ts';

/** The time alone: the day stands above. */
const clock = (event: HistoryEvent): string => new Date(timeOf(event)).toISOString().slice(11, 23);
const idOf = ({ id = 0 }: HistoryEvent): string => String(id);

const columns: Column<HistoryEvent>[] = [
  { id: 'id', header: 'Id', width: '4.5rem', align: 'right', cell: idOf },
  {
    id: 'at',
    header: 'Time (UTC)',
    width: '7.5rem',
    cell: (event) => <span className="machines-name">{clock(event)}</span>,
  },
  { id: 'type', header: 'Event', width: '14rem', cell: typeOf },
  { id: 'words', header: 'What it says', cell: (event) => eventWords(event).slice(0, 300) },
];

function typeOf({ type }: HistoryEvent) {
  return type && /(?:Failed|TimedOut|Aborted)$/.test(type) ? <Status status={type} tone="bad" /> : type;
}

export function Events({ arn, history: { events, whole } }: { arn: string; history: Followed }) {
  const [selected, select] = useAddress('event');
  const [wanted, setWanted] = useState('');
  const found = useMemo(() => matching(events, wanted), [events, wanted]);
  const event = selected === undefined ? undefined : events[Number(selected) - 1];
  if (!whole && events.length === 0) return <Loading />;
  return (
    <Split sideLabel="Event" side={<EventDetails event={event} command={commands.history(arn)} />}>
      <div className="machines-stack">
        <div className="machines-bar">
          <Field label="Find">
            <TextInput type="search" value={wanted} onChange={setWanted} placeholder="Type, state or text" />
          </Field>
        </div>
        <DataTable
          dense
          label="Events"
          rows={found}
          columns={columns}
          keyOf={idOf}
          selected={selected}
          onOpen={(one) => select(idOf(one))}
          more={{ hasMore: false, load: () => {}, loading: !whole }}
          empty={<Empty title="No event says so" />}
        />
      </div>
    </Split>
  );
}

function matching(events: readonly HistoryEvent[], wanted: string): readonly HistoryEvent[] {
  const text = wanted.trim().toLowerCase();
  if (text === '') return events;
  return events.filter((event) => `${event.type} ${eventWords(event)}`.toLowerCase().includes(text));
}

/** Its details, with the JSON texts in them as what they mean. */
function EventDetails({ event, command }: { event: HistoryEvent | undefined; command: string }) {
  if (!event)
    return (
      <Empty title="No event is selected" command={command}>
        Select one to see all that it says. All of them, in a shell:
      </Empty>
    );
  const details = Object.entries(detailsOf(event)).map(([name, value]) => [name, read(name, value)] as const);
  return (
    <>
      <h2 className="machines-state">{event.type}</h2>
      <p className="machines-quiet">
        Event {event.id}, after {event.previousEventId || 'none'}
      </p>
      <Json value={Object.fromEntries(details)} open={3} />
    </>
  );
}

const TEXTS = new Set(['input', 'output', 'parameters', 'cause']);
const read = (name: string, value: unknown) => (TEXTS.has(name) && typeof value === 'string' ? parsed(value) : value);
