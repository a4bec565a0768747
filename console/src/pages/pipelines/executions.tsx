/** A pipeline's executions, paged by the server; two of them can be compared. */
import { useMemo, useState } from 'react';
import { links } from '../../data/links.ts';
import { useCalls, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { hasEnded } from './steps.ts';
import './executions.css';

type Summary = NonNullable<Output<'sagemaker', 'ListPipelineExecutions'>['PipelineExecutionSummaries']>[number];

const NONE: readonly Summary[] = [];

const idOf = ({ PipelineExecutionArn = '' }: Summary) => shortName(PipelineExecutionArn);

export function Executions({ pipeline, arn }: { pipeline: string; arn: string }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { items, error, more, refetch } = usePages(
    'sagemaker',
    'ListPipelineExecutions',
    { PipelineName: arn, MaxResults: 100 },
    (page) => page.PipelineExecutionSummaries,
  );
  const times = useTimes(items ?? NONE);
  // A third choice takes the place of the older of two.
  const choose = (id: string) =>
    setChosen((now) => (now.includes(id) ? now.filter((other) => other !== id) : [...now, id].slice(-2)));
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <>
      <CompareBar pipeline={pipeline} chosen={chosen} some={items.length > 1} />
      <DataTable
        label="Executions"
        rows={items}
        keyOf={idOf}
        hrefOf={(row) => links.pipelineExecution(pipeline, idOf(row))}
        selected={new Set(chosen)}
        more={more}
        empty={
          <Empty title="It has not run yet" command={`telar run ${pipeline}`}>
            Start it here, from the project, or let a schedule start it.
          </Empty>
        }
        columns={[
          { id: 'name', header: 'Execution', cell: (row) => nameOf(row) },
          {
            ...{ id: 'status', header: 'Status', width: '9rem' },
            cell: (row) => <Status status={row.PipelineExecutionStatus ?? ''} />,
          },
          { id: 'started', header: 'Started', width: '9rem', cell: (row) => <Time at={row.StartTime} /> },
          {
            ...{ id: 'took', header: 'Took', width: '8rem', align: 'right' },
            cell: (row) => <Took row={row} times={times.get(row.PipelineExecutionArn ?? '')} />,
          },
          {
            ...{ id: 'version', header: 'Version', width: '5rem', align: 'right' },
            cell: (row) => times.get(row.PipelineExecutionArn ?? '')?.PipelineVersionId ?? '',
          },
          { id: 'reason', header: 'What went wrong', cell: (row) => row.PipelineExecutionFailureReason ?? '' },
          {
            ...{ id: 'compare', header: 'Compare', width: '6rem', align: 'center' },
            cell: (row) => (
              <input
                type="checkbox"
                className="executions-choice"
                aria-label={`Compare ${nameOf(row)}`}
                checked={chosen.includes(idOf(row))}
                onChange={() => choose(idOf(row))}
              />
            ),
          },
        ]}
      />
    </>
  );
}

/** The name that it was given, or its id: the names that are made up say nothing that its time does not. */
function nameOf(row: Summary): string {
  const name = row.PipelineExecutionDisplayName;
  return name && !/^execution-\d+$/.test(name) ? name : idOf(row);
}

/** So many to a question: as many as are listed at once. */
const TOGETHER = 100;

type Times = Output<'telar', 'DescribeExecutionTimes'>['Times'][number];

/** By ARN: AWS's list has when executions began, and not when they ended. */
function useTimes(rows: readonly Summary[]): ReadonlyMap<string, Times> {
  const questions = useMemo(() => {
    const arns = rows.map(({ PipelineExecutionArn = '' }) => PipelineExecutionArn);
    const count = Math.ceil(arns.length / TOGETHER);
    return Array.from({ length: count }, (_, at) => ({
      PipelineExecutionArns: arns.slice(at * TOGETHER, (at + 1) * TOGETHER),
    }));
  }, [rows]);
  const answers = useCalls('telar', 'DescribeExecutionTimes', questions);
  return useMemo(
    () => new Map(answers.flatMap((answer) => answer?.Times ?? []).map((one) => [one.PipelineExecutionArn, one])),
    [answers],
  );
}

function Took({ row, times }: { row: Summary; times: Times | undefined }) {
  if (!hasEnded(row.PipelineExecutionStatus ?? '')) return <Duration from={row.StartTime} />;
  return times?.EndTime === undefined ? null : <Duration from={times.StartTime} to={times.EndTime} />;
}

function CompareBar({ pipeline, chosen, some }: { pipeline: string; chosen: readonly string[]; some: boolean }) {
  if (!some) return null;
  const [left, right] = chosen;
  return (
    <p className="executions-bar" role="status">
      {left !== undefined && right !== undefined ? (
        <a href={links.comparePipelineExecutions(pipeline, left, right)}>
          Compare {left} and {right}
        </a>
      ) : (
        `Choose ${chosen.length === 1 ? 'one more' : 'two'} to compare them.`
      )}
    </p>
  );
}
