/** The overview: what runs now, what failed lately, which models wait for an approval, and how the server fares. */

import { hrefOf, links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';

const SHOWN = 8;

export function HomePage() {
  return (
    <Page title="Overview">
      <Executions
        title="Pipelines that run now"
        status="Executing"
        empty={<Empty title="No pipeline runs">Start one from its page, or from the project:</Empty>}
      />
      <Approvals />
      <Executions title="Failed lately" status="Failed" empty={<Empty title="Nothing has failed" />} />
    </Page>
  );
}

function Executions({ title, status, empty }: { title: string; status: string; empty: React.ReactNode }) {
  const { data, error, refetch } = useCall('sagemaker', 'Search', {
    Resource: 'PipelineExecution',
    SearchExpression: { Filters: [{ Name: 'PipelineExecutionStatus', Operator: 'Equals', Value: status }] },
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
    MaxResults: SHOWN,
  });
  const rows = data?.Results?.flatMap(({ PipelineExecution }) => (PipelineExecution ? [PipelineExecution] : []));
  return (
    <Section title={title}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!rows && !error && <Loading />}
      {rows && (
        <DataTable
          label={title}
          rows={rows}
          keyOf={(row) => row.PipelineExecutionArn ?? ''}
          hrefOf={(row) => hrefOf(row.PipelineExecutionArn ?? '')}
          empty={empty}
          columns={[
            { id: 'name', header: 'Execution', cell: (row) => nameOf(row.PipelineExecutionArn) },
            {
              id: 'status',
              header: 'Status',
              width: '9rem',
              cell: (row) => <Status status={row.PipelineExecutionStatus ?? ''} />,
            },
            { id: 'started', header: 'Started', width: '9rem', cell: (row) => <Time at={row.CreationTime} /> },
            {
              ...{ id: 'took', header: 'Took', width: '8rem', align: 'right' },
              cell: (row) => (
                <Duration from={row.CreationTime} to={status === 'Executing' ? undefined : row.LastModifiedTime} />
              ),
            },
          ]}
        />
      )}
    </Section>
  );
}

/** `titanic / abc123` */
function nameOf(arn = ''): string {
  const [, name = '', id = ''] = /pipeline\/([^/]+)\/execution\/(.+)$/.exec(arn) ?? [];
  return `${name} / ${id}`;
}

function Approvals() {
  const { data, error, refetch } = useCall('sagemaker', 'Search', {
    Resource: 'ModelPackage',
    SearchExpression: {
      Filters: [{ Name: 'ModelApprovalStatus', Operator: 'Equals', Value: 'PendingManualApproval' }],
    },
    SortBy: 'CreationTime',
    SortOrder: 'Descending',
    MaxResults: SHOWN,
  });
  const rows = data?.Results?.flatMap(({ ModelPackage }) => (ModelPackage ? [ModelPackage] : []));
  return (
    <Section title="Models that wait for an approval">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!rows && !error && <Loading />}
      {rows && (
        <DataTable
          label="Models that wait for an approval"
          rows={rows}
          keyOf={(row) => row.ModelPackageArn ?? ''}
          hrefOf={(row) => hrefOf(row.ModelPackageArn ?? '')}
          empty={
            <Empty title="No model waits">
              Models that a pipeline registers are <a href={links.registry()}>in the registry</a>.
            </Empty>
          }
          columns={[
            {
              ...{ id: 'model', header: 'Model' },
              cell: (row) => `${row.ModelPackageGroupName} version ${row.ModelPackageVersion}`,
            },
            { id: 'made', header: 'Registered', width: '9rem', cell: (row) => <Time at={row.CreationTime} /> },
          ]}
        />
      )}
    </Section>
  );
}
