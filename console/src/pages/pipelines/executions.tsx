/** A pipeline's executions, paged by the server; two of them can be compared. */
import { useState } from 'react';
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import './executions.css';

type Summary = NonNullable<Output<'sagemaker', 'ListPipelineExecutions'>['PipelineExecutionSummaries']>[number];

const idOf = ({ PipelineExecutionArn = '' }: Summary) => shortName(PipelineExecutionArn);

export function Executions({ pipeline, arn }: { pipeline: string; arn: string }) {
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const { items, error, more, refetch } = usePages(
    'sagemaker',
    'ListPipelineExecutions',
    { PipelineName: arn, MaxResults: 100 },
    (page) => page.PipelineExecutionSummaries,
  );
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
          { id: 'started', header: 'Started', width: '10rem', cell: (row) => <Started row={row} /> },
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

function Started({ row: { StartTime, PipelineExecutionStatus } }: { row: Summary }) {
  if (PipelineExecutionStatus !== 'Executing') return <Time at={StartTime} />;
  return (
    <>
      <Duration from={StartTime} /> so far
    </>
  );
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
