/** Two executions of a machine side by side: how they ended, their input and output, how long each state took. */

import { useMemo } from 'react';
import { useAddress } from '../../data/address.ts';
import { hrefOf, links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Differences } from '../../parts/diff.tsx';
import { Field, Select } from '../../parts/form.tsx';
import { duration } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import type { PageProps } from '../area.ts';
import { type ComparedState, compareStates, longer } from './comparison.ts';
import { type Execution, executionArn, isRunning, machineArn, useExecution } from './data.ts';
import { type StateSummary, summariesOf } from './fold.ts';
import { useHistory } from './history.ts';
import { parsed } from './json.ts';
import './machines.css';

export function ComparePage({ params: { name } }: PageProps<'name'>) {
  return (
    <Page
      title="Compare executions"
      crumbs={[
        { label: 'State machines', href: links.machines() },
        { label: name, href: links.machine(name) },
      ]}
    >
      <Comparison machine={machineArn(name)} />
    </Page>
  );
}

function Comparison({ machine }: { machine: string }) {
  const [left, setLeft] = useAddress('left');
  const [right, setRight] = useAddress('right');
  return (
    <>
      <div className="machines-sides">
        <Choice label="Left" machine={machine} value={left ?? ''} onChange={setLeft} />
        <Choice label="Right" machine={machine} value={right ?? ''} onChange={setRight} />
      </div>
      {left && right ? (
        <Sides leftArn={executionArn(machine, left)} rightArn={executionArn(machine, right)} />
      ) : (
        <Empty title="Choose two executions">What differs between them is shown here.</Empty>
      )}
    </>
  );
}

type ChoiceProps = { label: string; machine: string; value: string; onChange(name: string): void };

/** The newest ones, and the one that the address names however old it is. */
function Choice({ label, machine, value, onChange }: ChoiceProps) {
  const { data } = useCall('states', 'ListExecutions', { stateMachineArn: machine, maxResults: 100 });
  const found = (data?.executions ?? []).map(({ name = '', status = '' }) => ({
    value: name,
    label: `${name}, ${phraseOf(status).toLowerCase()}`,
  }));
  const named = value === '' || found.some((one) => one.value === value) ? [] : [{ value, label: value }];
  const none = value === '' ? [{ value: '', label: 'Choose one' }] : [];
  return (
    <Field label={label}>
      <Select value={value} options={[...none, ...named, ...found]} onChange={onChange} />
    </Field>
  );
}

function Sides({ leftArn, rightArn }: { leftArn: string; rightArn: string }) {
  const left = useSide(leftArn);
  const right = useSide(rightArn);
  const states = useMemo(() => compareStates(left.summaries, right.summaries), [left.summaries, right.summaries]);
  const error = left.error ?? right.error;
  if (error) return <Failure error={error} />;
  if (!left.execution || !right.execution || !left.whole || !right.whole) return <Loading />;
  const labels = [left.execution.name, right.execution.name] as const;
  return (
    <>
      <div className="machines-sides">
        <Head execution={left.execution} />
        <Head execution={right.execution} />
      </div>
      <Section title="Input">
        <Differences left={parsed(left.execution.input)} right={parsed(right.execution.input)} labels={labels} />
      </Section>
      <Section title="States">
        <DataTable
          dense
          label="States"
          rows={states}
          keyOf={({ name }) => name}
          columns={columns}
          empty="No state was entered."
        />
      </Section>
      <Section title="Output">
        <Differences left={endOf(left.execution)} right={endOf(right.execution)} labels={labels} />
      </Section>
    </>
  );
}

function useSide(arn: string) {
  const { data: execution, error } = useExecution(arn);
  const history = useHistory(arn, execution);
  const { fold, version, whole } = history;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fold is changed in place, and its version tells
  const summaries = useMemo(() => summariesOf(fold.visits()), [fold, version]);
  return { execution, summaries, whole, error: error ?? history.error };
}

function Head({ execution }: { execution: Execution }) {
  const { executionArn: arn = '', name, status = '', startDate, stopDate } = execution;
  return (
    <div className="machines-stack">
      <a className="machines-name" href={hrefOf(arn)}>
        {name}
      </a>
      <span className="machines-bar">
        <Status status={status} />
        <Time at={startDate} />
        <Duration from={startDate} to={isRunning(status) ? undefined : stopDate} />
      </span>
    </div>
  );
}

/** An execution that failed has an error where another has its output. */
function endOf({ output, error, cause }: Execution): unknown {
  return output === undefined ? { error, cause: parsed(cause) } : parsed(output);
}

const columns: Column<ComparedState>[] = [
  { id: 'name', header: 'State', cell: ({ name }) => name },
  { id: 'left', header: 'Left', width: '9rem', cell: ({ left }) => <Became summary={left} /> },
  {
    id: 'left-took',
    header: 'Took',
    width: '7rem',
    align: 'right',
    cell: ({ left }) => tookWords(left),
    sort: ({ left }) => left?.took,
  },
  { id: 'right', header: 'Right', width: '9rem', cell: ({ right }) => <Became summary={right} /> },
  {
    id: 'right-took',
    header: 'Took',
    width: '7rem',
    align: 'right',
    cell: ({ right }) => tookWords(right),
    sort: ({ right }) => right?.took,
  },
  { id: 'longer', header: 'Longer by', width: '7rem', align: 'right', cell: longerWords, sort: longer },
];

function Became({ summary }: { summary: StateSummary | undefined }) {
  if (!summary) return <span className="machines-quiet">not entered</span>;
  return <Status status={summary.status} />;
}

const tookWords = (summary: StateSummary | undefined): string => (summary ? duration(summary.took) : '');

function longerWords(state: ComparedState): string {
  const by = longer(state);
  return by === undefined ? '' : `${by > 0 ? '+' : ''}${duration(by)}`;
}
