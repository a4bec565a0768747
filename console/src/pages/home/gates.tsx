/** The gates that pipelines came to lately: which of them held, and which refused. */
import { useMemo } from 'react';
import { hrefOf } from '../../data/links.ts';
import { useCall, useCalls } from '../../data/queries.ts';
import { Empty, Failure } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

/** The gates of so many of the newest executions are looked at. */
const EXECUTIONS = 8;
const SHOWN = 5;

export function Gates() {
  const { data, error } = useCall('sagemaker', 'Search', {
    ...{ Resource: 'PipelineExecution', SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: EXECUTIONS },
  });
  const inputs = useMemo(
    () =>
      (data?.Results ?? []).flatMap(({ PipelineExecution: { PipelineExecutionArn = '' } = {} }) =>
        PipelineExecutionArn === '' ? [] : [{ PipelineExecutionArn, MaxResults: 100 }],
      ),
    [data],
  );
  const executions = useCalls('sagemaker', 'ListPipelineExecutionSteps', inputs);
  const rows = executions
    .flatMap((found, index) =>
      (found?.PipelineExecutionSteps ?? []).flatMap(({ StepName = '', EndTime, Metadata }) => {
        const outcome = Metadata?.Condition?.Outcome;
        return outcome ? [{ arn: inputs[index]?.PipelineExecutionArn ?? '', StepName, EndTime, outcome }] : [];
      }),
    )
    .slice(0, SHOWN);
  return (
    <Section title="Gates">
      {error && <Failure error={error} />}
      <DataTable
        label="Gates"
        dense
        rows={rows}
        keyOf={({ arn, StepName }) => `${arn} ${StepName}`}
        hrefOf={({ arn, StepName }) => `${hrefOf(arn)}?step=${encodeURIComponent(StepName)}`}
        empty={<Empty title="No pipeline has come to a gate">A condition step lets a model pass, or does not.</Empty>}
        columns={[
          { id: 'gate', header: 'Gate', cell: ({ StepName }) => StepName },
          {
            ...{ id: 'outcome', header: 'Outcome', width: '9rem' },
            cell: ({ outcome }) => (
              <Status status={outcome === 'True' ? 'Holds' : 'Refused'} tone={outcome === 'True' ? 'good' : 'warn'} />
            ),
          },
          { id: 'time', header: 'When', width: '7rem', cell: ({ EndTime }) => <Time at={EndTime} /> },
        ]}
      />
    </Section>
  );
}
