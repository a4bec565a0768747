/** The tables of a comparison. */
import { links } from '../../data/links.ts';
import { duration, NOTHING, number } from '../../parts/format.ts';
import { Empty } from '../../parts/notice.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { type FigureSet, figureRows, type StepRow, stepRows } from './comparison.ts';
import { hasEnded } from './steps.ts';
import type { There } from './useExecution.ts';

type Labels = readonly [string, string];

/** Who is who: a row for each. */
export function Summaries({
  pipeline,
  ids,
  left,
  right,
}: {
  pipeline: string;
  ids: Labels;
  left: There;
  right: There;
}) {
  const rows = [
    { side: 'Left', id: ids[0], execution: left },
    { side: 'Right', id: ids[1], execution: right },
  ];
  return (
    <DataTable
      label="The two executions"
      rows={rows}
      keyOf={({ side }) => side}
      columns={[
        {
          id: 'execution',
          header: 'Execution',
          cell: ({ id }) => <a href={links.pipelineExecution(pipeline, id)}>{id}</a>,
        },
        { id: 'side', header: 'Side', width: '6rem', cell: ({ side }) => side },
        {
          id: 'status',
          header: 'Status',
          width: '9rem',
          cell: ({ execution }) => <Status status={execution.moves.ExecutionStatus} />,
        },
        {
          id: 'started',
          header: 'Started',
          width: '9rem',
          cell: ({ execution }) => <Time at={execution.moves.StartTime} />,
        },
        {
          id: 'took',
          header: 'Took',
          width: '8rem',
          align: 'right',
          cell: ({ execution: { moves, described } }) => (
            <Duration
              from={moves.StartTime}
              to={hasEnded(moves.ExecutionStatus) ? (moves.EndTime ?? described.LastModifiedTime) : undefined}
            />
          ),
        },
        {
          id: 'version',
          header: 'Version',
          width: '6rem',
          align: 'right',
          cell: ({ execution }) => execution.described.PipelineVersionId ?? NOTHING,
        },
      ]}
    />
  );
}

/** More, less or the same: with its sign. */
const signed = (text: string, value: number) => (value > 0 ? `+${text}` : text);

type StepProps = { left: There['moves']; right: There['moves']; labels: Labels };

export function StepComparison({ left, right, labels }: StepProps) {
  return (
    <DataTable
      label="Steps side by side"
      dense
      rows={stepRows(left, right)}
      keyOf={({ name }) => name}
      columns={[
        { id: 'step', header: 'Step', cell: ({ name }) => name, sort: ({ name }) => name },
        { id: 'left', header: labels[0], width: '9rem', cell: ({ left: side }) => <StatusOf side={side} /> },
        {
          id: 'leftTook',
          header: 'Took',
          width: '6rem',
          align: 'right',
          sort: ({ left: side }) => side?.took,
          cell: ({ left: side }) => tookText(side),
        },
        { id: 'right', header: labels[1], width: '9rem', cell: ({ right: side }) => <StatusOf side={side} /> },
        {
          id: 'rightTook',
          header: 'Took',
          width: '6rem',
          align: 'right',
          sort: ({ right: side }) => side?.took,
          cell: ({ right: side }) => tookText(side),
        },
        {
          id: 'longer',
          header: 'Longer by',
          width: '7rem',
          align: 'right',
          sort: ({ longer }) => longer,
          cell: ({ longer }) => (longer === undefined ? NOTHING : signed(duration(longer), longer)),
        },
        {
          id: 'differs',
          header: 'Differs',
          width: '6rem',
          sort: ({ differs }) => !differs,
          cell: ({ differs }) => (differs ? 'yes' : ''),
        },
      ]}
    />
  );
}

function StatusOf({ side }: { side: StepRow['left'] }) {
  if (!side) return <span className="compare-quiet">not there</span>;
  return side.cached ? <Status status="Cached" /> : <Status status={side.status} />;
}

const tookText = (side: StepRow['left']) => (side?.took === undefined ? NOTHING : duration(side.took));

type FigureProps = { left: readonly FigureSet[]; right: readonly FigureSet[]; labels: Labels };

export function FigureTable({ left, right, labels }: FigureProps) {
  const figure = (value: number | undefined) => (value === undefined ? NOTHING : number(value));
  return (
    <DataTable
      label="Figures side by side"
      dense
      rows={figureRows(left, right)}
      keyOf={({ step, name }) => `${step} ${name}`}
      empty={
        <Empty title="Neither has figures">
          Figures are what a training job logs as metrics, and the numbers of the JSON reports that steps declare as
          property files.
        </Empty>
      }
      columns={[
        { id: 'name', header: 'Figure', cell: ({ name }) => name, sort: ({ name }) => name },
        { id: 'step', header: 'Step', cell: ({ step }) => step, sort: ({ step }) => step },
        { id: 'left', header: labels[0], width: '9rem', align: 'right', cell: ({ left: value }) => figure(value) },
        { id: 'right', header: labels[1], width: '9rem', align: 'right', cell: ({ right: value }) => figure(value) },
        {
          id: 'more',
          header: 'More by',
          width: '8rem',
          align: 'right',
          sort: ({ more }) => more,
          cell: ({ more }) => (more === undefined ? NOTHING : signed(figure(more), more)),
        },
      ]}
    />
  );
}
