/** An execution, live: its graph, what each state did and when, its events, its data; and what can be done with it. */

import { useMemo } from 'react';
import { outlineOf } from '../../../../src/definition/asl/outline.ts';
import { useAddress } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Json } from '../../parts/code.tsx';
import { Graph } from '../../parts/graph/graph.tsx';
import { LongText } from '../../parts/longText.tsx';
import { Banner, Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section, Split, type Tab, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { Timeline } from '../../parts/timeline.tsx';
import type { PageProps } from '../area.ts';
import { ExecutionActions } from './actions.tsx';
import { startedBy } from './begun.ts';
import { nameOf } from './commands.ts';
import { type Execution, isRunning, useExecution } from './data.ts';
import { edgesOf, nodesOf, timelineOf } from './drawing.ts';
import { Events } from './events.tsx';
import { failedStates, summariesOf } from './fold.ts';
import { useHistory } from './history.ts';
import { parsed } from './json.ts';
import { MapRuns } from './mapRuns.tsx';
import type { Seen } from './seen.ts';
import { StatePanel } from './statePanel.tsx';
import './machines.css';

export function ExecutionPage({ params: { arn } }: PageProps<'arn'>) {
  const { data: execution, error, refetch } = useExecution(arn);
  const running = execution && isRunning(execution.status);
  const history = useHistory(arn, execution);
  const machine = useCall('states', 'DescribeStateMachineForExecution', { executionArn: arn });
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fold is changed in place, and its version tells
  const summaries = useMemo(() => summariesOf(history.fold.visits()), [history.fold, history.version]);
  const failure = error ?? machine.error;
  const retry = () => void Promise.all([refetch(), machine.refetch()]);
  const name = nameOf(arn);
  const machineName = nameOf(arn.slice(0, arn.lastIndexOf(':'))).split('/')[0] ?? '';
  // A machine that was deleted has no definition any more; what its executions did is kept.
  const { definition = machine.error ? '{}' : undefined, roleArn } = machine.data ?? {};
  const seen =
    execution && definition !== undefined
      ? { execution, running: running ?? false, definition, roleArn, history, summaries }
      : undefined;
  return (
    <Page
      title={name}
      crumbs={[
        { label: 'State machines', href: links.machines() },
        { label: machineName, href: links.machine(machineName) },
      ]}
      status={
        <span role="status" aria-label="Status">
          {execution && <Status status={execution.status ?? ''} />}
        </span>
      }
      actions={seen && <ExecutionActions seen={seen} />}
    >
      {failure && <Failure error={failure} retry={retry} />}
      {history.error && !failure && <Failure error={history.error} retry={history.retry} />}
      {!seen && !failure && <Loading />}
      {seen && <ExecutionFacts execution={seen.execution} />}
      {seen && <Why seen={seen} />}
      {seen && <ExecutionTabs seen={seen} />}
    </Page>
  );
}

function ExecutionFacts({ execution }: { execution: Execution }) {
  const { startDate, stopDate, status, redriveCount = 0, redriveDate } = execution;
  const { stateMachineAliasArn, stateMachineVersionArn, mapRunArn, input } = execution;
  const begun = mapRunArn !== undefined || startedBy(input) !== undefined;
  return (
    <Facts
      items={[
        ['Started', <Time key="at" at={startDate} />],
        ['Took', <Duration key="took" from={startDate} to={isRunning(status) ? undefined : stopDate} />],
        ['Version', stateMachineVersionArn && nameOf(stateMachineVersionArn)],
        ['Alias', stateMachineAliasArn && nameOf(stateMachineAliasArn)],
        ['Redriven', redriveCount > 0 ? <Redrives key="redrives" count={redriveCount} at={redriveDate} /> : undefined],
        ['Redrive', notRedrivable(execution)],
        ['Begun by', begun ? <Parent key="parent" execution={execution} /> : undefined],
      ]}
    />
  );
}

/** Why one that did not succeed cannot go on. */
function notRedrivable({ status, redriveStatus, redriveStatusReason }: Execution): string | undefined {
  const ended = !isRunning(status) && status !== 'SUCCEEDED';
  return ended && redriveStatus !== 'REDRIVABLE' ? redriveStatusReason : undefined;
}

/** The execution that began this one: for an item of its Map, or as the work of one of its states. */
function Parent({ execution: { mapRunArn, input } }: { execution: Execution }) {
  const run = useCall(...(['states', 'DescribeMapRun', { mapRunArn: mapRunArn ?? '' }] as const), {
    enabled: mapRunArn !== undefined,
  });
  const parent = mapRunArn === undefined ? startedBy(input) : run.data?.executionArn;
  if (parent === undefined) return null;
  const query = mapRunArn === undefined ? '' : `?tab=runs&run=${encodeURIComponent(mapRunArn)}`;
  return <a href={`${links.machineExecution(parent)}${query}`}>{nameOf(parent)}</a>;
}

function Redrives({ count, at }: { count: number; at: number | undefined }) {
  return (
    <>
      {count === 1 ? 'once' : `${count} times`}, last <Time at={at} />
    </>
  );
}

/** Why it failed, and in which states: the first thing that is asked of a failed execution. */
function Why({ seen: { execution, summaries, running } }: { seen: Seen }) {
  const [, select] = useAddress('state');
  if (running || execution.status === 'SUCCEEDED') return null;
  const { error, cause } = execution;
  const failed = failedStates(summaries);
  return (
    <Banner tone={execution.status === 'ABORTED' ? 'warn' : 'bad'}>
      <div className="machines-why">
        <p>
          {error !== undefined && <code>{error}</code>} <LongText text={cause ?? ''} />
          {error === undefined && cause === undefined && 'It ended without an error of its own.'}
        </p>
        {failed.length > 0 && (
          <p>
            Failed in{' '}
            {failed.slice(0, 5).map(({ name }) => (
              <button key={name} type="button" className="machines-link" onClick={() => select(name)}>
                {name}
              </button>
            ))}
          </p>
        )}
      </div>
    </Banner>
  );
}

function ExecutionTabs({ seen }: { seen: Seen }) {
  const [tab, setTab] = useAddress('tab', 'graph');
  const { history, definition } = seen;
  const distributed = useMemo(
    () => outlineOf(definition).states.some(({ does }) => does === 'distributed'),
    [definition],
  );
  const runs: Tab[] = distributed ? [{ id: 'runs', label: 'Map runs', content: <MapRuns seen={seen} /> }] : [];
  return (
    <Tabs
      label="Execution"
      value={tab}
      onChange={setTab}
      tabs={[
        { id: 'graph', label: 'Graph', content: <LiveGraph seen={seen} /> },
        { id: 'timeline', label: 'Timeline', content: <LiveTimeline seen={seen} /> },
        {
          id: 'events',
          label: 'Events',
          count: history.events.length,
          content: <Events arn={seen.execution.executionArn ?? ''} history={history} />,
        },
        { id: 'data', label: 'Input and output', content: <InputAndOutput execution={seen.execution} /> },
        ...runs,
      ]}
    />
  );
}

function LiveGraph({ seen }: { seen: Seen }) {
  const { definition, summaries, running } = seen;
  const [selected, select] = useAddress('state');
  const outline = useMemo(() => outlineOf(definition), [definition]);
  const edges = useMemo(() => edgesOf(outline), [outline]);
  const nodes = useMemo(() => nodesOf(outline, summaries), [outline, summaries]);
  if (nodes.length === 0) return <Empty title="Its definition is gone">Its events tell what it did.</Empty>;
  return (
    <Split sideLabel="State" side={<StatePanel seen={seen} name={selected} />}>
      <Graph
        label="States"
        nodes={nodes}
        edges={edges}
        selected={selected}
        onSelect={select}
        live={running}
        height="70vh"
      />
    </Split>
  );
}

function LiveTimeline({ seen }: { seen: Seen }) {
  const { execution, history, running } = seen;
  const [selected, select] = useAddress('state');
  const { fold, version, whole } = history;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the fold is changed in place, and its version tells
  const rows = useMemo(() => timelineOf(fold.visits()), [fold, version]);
  const row = rows.find(({ label }) => label.trimStart() === selected);
  if (rows.length === 0) return whole ? <Empty title="No state was entered" /> : <Loading />;
  const choose = (id: string) => select(rows.find((one) => one.id === id)?.label.trimStart());
  return (
    <Split sideLabel="State" side={<StatePanel seen={seen} name={selected} />}>
      <Timeline
        label="States by time"
        rows={rows}
        from={execution.startDate ?? 0}
        to={running ? undefined : execution.stopDate}
        selected={row?.id}
        onSelect={choose}
      />
    </Split>
  );
}

function InputAndOutput({ execution: { input, output } }: { execution: Execution }) {
  return (
    <div className="machines-sides">
      <Section title="Input">
        <Json value={parsed(input)} open={3} />
      </Section>
      <Section title="Output">
        {output === undefined ? <Empty title="It has no output" /> : <Json value={parsed(output)} open={3} />}
      </Section>
    </div>
  );
}
