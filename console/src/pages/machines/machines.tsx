/** The list of state machines: of what type each is, how its last executions went, what runs now. */
import { links } from '../../data/links.ts';
import { useCall, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { phraseOf, toneOf } from '../../parts/tone.ts';
import type { ListedExecution } from './data.ts';
import './machines.css';

type Machine = NonNullable<Output<'states', 'ListStateMachines'>['stateMachines']>[number];

/** So many are drawn of each machine. */
const LAST = 12;
/** More running ones are told as "more than". */
const COUNTED = 100;

const columns: Column<Machine>[] = [
  { id: 'name', header: 'Name', cell: ({ name }) => name, sort: ({ name }) => name },
  { id: 'type', header: 'Type', width: '8rem', cell: ({ type }) => phraseOf(type ?? ''), sort: ({ type }) => type },
  { id: 'last', header: 'Last executions', width: '13rem', cell: (machine) => <Last machine={machine} /> },
  { id: 'newest', header: 'Newest', width: '9rem', cell: (machine) => <Newest machine={machine} /> },
  { id: 'started', header: 'Started', width: '8rem', cell: (machine) => <Started machine={machine} /> },
  { id: 'running', header: 'Running', width: '6rem', align: 'right', cell: (machine) => <Running machine={machine} /> },
  {
    ...{ id: 'created', header: 'Created', width: '8rem' },
    cell: ({ creationDate }) => <Time at={creationDate} />,
    sort: ({ creationDate }) => creationDate,
  },
];

export function MachinesPage() {
  const { items, error, more, refetch } = usePages(
    ...(['states', 'ListStateMachines', { maxResults: 200 }] as const),
    (page) => page.stateMachines,
    { token: 'nextToken' },
  );
  return (
    <Page title="State machines">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="State machines"
          rows={items}
          columns={columns}
          keyOf={({ stateMachineArn }) => stateMachineArn ?? ''}
          hrefOf={({ name }) => links.machine(name ?? '')}
          more={more}
          empty={
            <Empty title="There is no state machine" command="telar publish">
              A state machine runs steps in the order that the Amazon States Language describes: choices, retries,
              branches, items. Those of a project come with publishing it:
            </Empty>
          }
        />
      )}
    </Page>
  );
}

/** Rows near the window alone ask. An Express machine's executions are not kept. */
function useLast({ stateMachineArn, type }: Machine): readonly ListedExecution[] | undefined {
  const input = { stateMachineArn: stateMachineArn ?? '', maxResults: LAST };
  return useCall('states', 'ListExecutions', input, { enabled: type === 'STANDARD' }).data?.executions;
}

function Last({ machine }: { machine: Machine }) {
  const executions = useLast(machine);
  if (machine.type === 'EXPRESS') return <span className="machines-quiet">in its log alone</span>;
  if (!executions) return null;
  if (executions.length === 0) return <span className="machines-quiet">none yet</span>;
  const statuses = executions.map(({ status = '' }) => status).reverse();
  return (
    <span className="machines-last" role="img" aria-label={lastWords(statuses)} title={lastWords(statuses)}>
      {statuses.map((status, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a place in the row is all that a mark is
        <span key={index} className={`machines-mark machines-${toneOf(status)}`} />
      ))}
    </span>
  );
}

/** @example '3 succeeded, 1 failed, oldest first' */
function lastWords(statuses: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const status of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return [...counts].map(([status, count]) => `${count} ${phraseOf(status).toLowerCase()}`).join(', ');
}

function Newest({ machine }: { machine: Machine }) {
  const newest = useLast(machine)?.[0];
  return newest ? <Status status={newest.status ?? ''} /> : null;
}

function Started({ machine }: { machine: Machine }) {
  const newest = useLast(machine)?.[0];
  return newest ? <Time at={newest.startDate} /> : null;
}

function Running({ machine }: { machine: Machine }) {
  const { stateMachineArn = '', type } = machine;
  const { data } = useCall(
    ...(['states', 'ListExecutions'] as const),
    { stateMachineArn, statusFilter: 'RUNNING', maxResults: COUNTED },
    { enabled: type === 'STANDARD' },
  );
  if (!data) return null;
  const count = data.executions?.length ?? 0;
  if (count === 0) return 0;
  const words = data.nextToken ? `over ${COUNTED}` : count;
  return <a href={`${links.machine(machine.name ?? '')}?status=RUNNING`}>{words}</a>;
}
