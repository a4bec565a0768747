/** An execution: its graph, its timeline and its steps as they move; beside them the step that is looked at. */
import { useMemo } from 'react';
import { useAddress } from '../../data/address.ts';
import { hrefOf, links } from '../../data/links.ts';
import { Copy } from '../../parts/command.tsx';
import { shortName } from '../../parts/format.ts';
import { Graph } from '../../parts/graph/graph.tsx';
import { LongText } from '../../parts/longText.tsx';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { Timeline } from '../../parts/timeline.tsx';
import type { PageProps } from '../area.ts';
import { ExecutionActions } from './actions.tsx';
import type { Read } from './definition.ts';
import { ParametersOf } from './parametersOf.tsx';
import { StepPanel } from './stepPanel.tsx';
import { countsOf, firstFailed, hasEnded, nodeFolder, timelineRows } from './steps.ts';
import { StepTable } from './stepTable.tsx';
import { type Execution, useExecution } from './useExecution.ts';
import './execution.css';
import './pipelines.css';

export function ExecutionPage({ params: { name, execution: id } }: PageProps<'name' | 'execution'>) {
  const execution = useExecution(name, id);
  const { described, moves, error, refetch } = execution;
  const status = moves?.ExecutionStatus ?? described?.PipelineExecutionStatus ?? '';
  return (
    <Page
      title={titleOf(described?.PipelineExecutionDisplayName, id)}
      crumbs={[
        { label: 'Pipelines', href: links.pipelines() },
        { label: name, href: links.pipeline(name) },
      ]}
      status={
        status && (
          <>
            <Status status={status} />
            <Copy text={execution.arn} label="Copy the ARN" />
          </>
        )
      }
      actions={described && <ExecutionActions pipeline={name} id={id} execution={execution} />}
    >
      {error && <Failure error={error} retry={refetch} />}
      {!(described && moves) && !error && <Loading />}
      {described?.FailureReason && status === 'Failed' && <WhatFailed execution={execution} />}
      {described && moves && <ExecutionFacts execution={execution} status={status} />}
      {execution.read && moves && <Body pipeline={name} execution={execution} status={status} />}
    </Page>
  );
}

const titleOf = (name: string | undefined, id: string) => (name && !/^execution-\d+$/.test(name) ? name : id);

/** The first thing that somebody wants to know of a failure, one press away. */
function WhatFailed({ execution: { described, moves } }: { execution: Execution }) {
  const [, select] = useAddress('step');
  const failed = firstFailed(moves?.Steps ?? []);
  const reason = moves?.Steps.find(({ StepName }) => StepName === failed)?.FailureReason ?? described?.FailureReason;
  return (
    <Banner tone="bad">
      {failed && (
        <button type="button" className="execution-failed" onClick={() => select(failed)}>
          {failed}
        </button>
      )}
      {failed && ': '}
      <LongText text={reason ?? ''} />
    </Banner>
  );
}

function ExecutionFacts({ execution, status }: { execution: Execution; status: string }) {
  const { described, moves } = execution;
  const over = hasEnded(status);
  const by = described?.CreatedBy?.UserProfileName ?? described?.CreatedBy?.IamIdentity?.Arn;
  const source = described?.SelectiveExecutionConfig?.SourcePipelineExecutionArn;
  return (
    <div className="pipelines-strip">
      <Facts
        items={[
          ['Started', <Time key="started" at={moves?.StartTime} />],
          [
            'Took',
            <Duration
              key="took"
              from={moves?.StartTime}
              to={over ? (moves?.EndTime ?? described?.LastModifiedTime) : undefined}
            />,
          ],
          ['Steps', <Counts key="steps" execution={execution} status={status} />],
          ['Started by', by && shortName(by)],
          ['Version', described?.PipelineVersionId],
          [
            'Description',
            described?.PipelineExecutionDescription && <LongText text={described.PipelineExecutionDescription} />,
          ],
          ['Takes over results of', source && <a href={hrefOf(source)}>{shortName(source)}</a>],
        ]}
      />
    </div>
  );
}

function Counts({ execution: { moves }, status }: { execution: Execution; status: string }) {
  return (
    <span className="execution-counts">
      {countsOf(moves?.Steps ?? [], status).map(([each, count]) => (
        <span key={each} className="execution-count">
          <span className="execution-number">{count.toLocaleString('en-GB')}</span> <Status status={each} />
        </span>
      ))}
    </span>
  );
}

function Body({ pipeline, execution, status }: { pipeline: string; execution: Execution; status: string }) {
  const [selected, select] = useAddress('step');
  const step = execution.moves?.Steps.find(({ StepName }) => StepName === selected);
  const views = <Views execution={execution} status={status} selected={selected} onSelect={select} />;
  if (!step) return views;
  return (
    <div className="execution-split">
      {views}
      <aside className="execution-side" aria-label={`Step ${step.StepName}`}>
        <StepPanel
          key={step.StepName}
          pipeline={pipeline}
          execution={execution}
          step={step}
          status={status}
          onSelect={select}
        />
      </aside>
    </div>
  );
}

type ViewProps = {
  execution: Execution;
  status: string;
  selected: string | undefined;
  onSelect: (step: string) => void;
};

function Views(props: ViewProps) {
  const [view, show] = useAddress('view', 'graph');
  const { moves, parameters, read } = props.execution;
  return (
    <Tabs
      label="What to see of the execution"
      value={view}
      onChange={show}
      tabs={[
        { id: 'graph', label: 'Graph', content: <ExecutionGraph {...props} /> },
        { id: 'timeline', label: 'Timeline', content: <ExecutionTimeline {...props} /> },
        { id: 'steps', label: 'Steps', count: moves?.Steps.length, content: <StepTable {...props} /> },
        {
          id: 'parameters',
          label: 'Parameters',
          count: parameters && Object.keys(parameters).length,
          content: (
            <ParametersOf values={parameters} definition={read && 'plan' in read ? read.definition : undefined} />
          ),
        },
      ]}
    />
  );
}

const NO_EDGES: Read['edges'] = [];

function ExecutionGraph({ execution: { read, moves }, status, selected, onSelect }: ViewProps) {
  const fold = useMemo(() => (read && 'plan' in read ? nodeFolder(read) : undefined), [read]);
  const nodes = useMemo(() => fold?.(moves?.Steps ?? [], status) ?? [], [fold, moves?.Steps, status]);
  if (!read || 'problems' in read)
    return <Banner tone="warn">The definition of this execution cannot be drawn.</Banner>;
  return (
    <Graph
      nodes={nodes}
      edges={read.edges ?? NO_EDGES}
      selected={selected}
      onSelect={onSelect}
      live={!hasEnded(status)}
      height="max(24rem, calc(100vh - 26rem))"
      label="Graph of the execution’s steps"
    />
  );
}

function ExecutionTimeline({ execution: { moves }, status, selected, onSelect }: ViewProps) {
  const rows = useMemo(() => timelineRows(moves?.Steps ?? [], status), [moves?.Steps, status]);
  if (!moves) return null;
  const ended = hasEnded(status) ? (moves.EndTime ?? lastEnd(moves.Steps) ?? moves.StartTime) : undefined;
  return (
    <Timeline
      rows={rows}
      from={moves.StartTime}
      to={ended}
      selected={selected}
      onSelect={onSelect}
      label="Timeline of the execution’s steps"
    />
  );
}

const lastEnd = (steps: readonly { EndTime: string | undefined }[]) =>
  steps.reduce<string | undefined>(
    (last, { EndTime }) => (EndTime && EndTime > (last ?? '') ? EndTime : last),
    undefined,
  );
