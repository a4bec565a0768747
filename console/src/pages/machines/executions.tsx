/** The executions of a machine, the newest first, paged by the server; two of them can be compared. */

import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import { useAddress } from '../../data/address.ts';
import { hrefOf, links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { Field, Select } from '../../parts/form.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import { commands } from './commands.ts';

import { isRunning, type ListedExecution, type Machine } from './data.ts';

const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'] as const;
type StatusFilter = (typeof STATUSES)[number];
const OPTIONS = [{ value: '', label: 'Any status' }, ...STATUSES.map((value) => ({ value, label: phraseOf(value) }))];

export function Executions({ machine }: { machine: Machine }) {
  if (machine.type === 'EXPRESS') {
    return (
      <Empty title="Executions of an Express machine are not kept">
        What they do is in the machine's log group, where it has one. Start one here to see its answer.
      </Empty>
    );
  }
  return (
    <ChoosingTwo>
      <StandardExecutions machine={machine} />
    </ChoosingTwo>
  );
}

function StandardExecutions({ machine: { stateMachineArn = '', name = '' } }: { machine: Machine }) {
  const [status, setStatus] = useAddress('status');
  const statusFilter = STATUSES.find((one) => one === status);
  const { items, error, more, refetch } = usePages(
    ...(['states', 'ListExecutions'] as const),
    { stateMachineArn, maxResults: 100, ...(statusFilter && { statusFilter }) },
    (page) => page.executions,
    { token: 'nextToken' },
  );
  return (
    <div className="machines-stack">
      <div className="machines-bar">
        <Field label="Status">
          <Select value={statusFilter ?? ''} options={OPTIONS} onChange={(value) => setStatus(value || undefined)} />
        </Field>
        <Chosen machine={name} />
      </div>
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Executions"
          rows={items}
          columns={columns}
          keyOf={({ executionArn }) => executionArn ?? ''}
          hrefOf={({ executionArn }) => hrefOf(executionArn ?? '')}
          more={more}
          empty={<NoExecutions arn={stateMachineArn} filter={statusFilter} />}
        />
      )}
    </div>
  );
}

type Choosing = { chosen: readonly string[]; choose(name: string): void };
const Choices = createContext<Choosing>({ chosen: [], choose: () => {} });

/** Keeps which two are chosen beside the table: thousands of rows need not know. */
function ChoosingTwo({ children }: { children: ReactNode }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const value = useMemo(() => {
    const choose = (name: string) =>
      setChosen((now) => (now.includes(name) ? now.filter((one) => one !== name) : [...now, name].slice(-2)));
    return { chosen, choose };
  }, [chosen]);
  return <Choices value={value}>{children}</Choices>;
}

function Choose({ name }: { name: string }) {
  const { chosen, choose } = useContext(Choices);
  return (
    <label className="machines-choose">
      <input type="checkbox" checked={chosen.includes(name)} onChange={() => choose(name)} />
      <span className="machines-hidden">Compare {name}</span>
    </label>
  );
}

const columns: Column<ListedExecution>[] = [
  { id: 'name', header: 'Execution', cell: ({ name }) => <span className="machines-name">{name}</span> },
  { id: 'status', header: 'Status', width: '9rem', cell: ({ status }) => <Status status={status ?? ''} /> },
  { id: 'started', header: 'Started', width: '8rem', cell: ({ startDate }) => <Time at={startDate} /> },
  {
    ...{ id: 'took', header: 'Took', width: '8rem', align: 'right' },
    cell: ({ startDate, stopDate, status }) => (
      <Duration from={startDate} to={isRunning(status) ? undefined : stopDate} />
    ),
  },
  {
    id: 'redrives',
    header: 'Redrives',
    width: '6rem',
    align: 'right',
    cell: ({ redriveCount }) => redriveCount || '',
  },
  { id: 'as', header: 'Started as', width: '9rem', cell: startedAs },
  {
    ...{ id: 'compare', header: 'Compare', width: '6rem', align: 'center' },
    cell: ({ name = '' }) => <Choose name={name} />,
  },
];

/** The version or alias by which it was started. */
function startedAs({ stateMachineAliasArn, stateMachineVersionArn }: ListedExecution): string {
  const alias = stateMachineAliasArn?.split(':').at(-1);
  const version = stateMachineVersionArn && `version ${stateMachineVersionArn.split(':').at(-1)}`;
  return [alias, version].filter(Boolean).join(', ');
}

function Chosen({ machine }: { machine: string }) {
  const [left, right] = useContext(Choices).chosen;
  if (left === undefined) return null;
  if (right === undefined) return <p className="machines-quiet">Choose another execution to compare with {left}.</p>;
  return <a href={links.machineCompare(machine, left, right)}>Compare the two executions that are chosen</a>;
}

function NoExecutions({ arn, filter }: { arn: string; filter: StatusFilter | undefined }) {
  if (filter) return <Empty title={`No execution is ${phraseOf(filter).toLowerCase()}`} />;
  return (
    <Empty title="It was not started yet" command={commands.start(arn, '', '{}')}>
      Start it above, or from a shell:
    </Empty>
  );
}
