/** Models that wait for somebody to decide about them. */
import { hrefOf, links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

const SHOWN = 8;

export function Approvals() {
  const { data, error, refetch } = useCall('sagemaker', 'Search', {
    Resource: 'ModelPackage',
    SearchExpression: {
      Filters: [{ Name: 'ModelApprovalStatus', Operator: 'Equals', Value: 'PendingManualApproval' }],
    },
    ...{ SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: SHOWN },
  });
  const rows = data?.Results?.flatMap(({ ModelPackage }) => (ModelPackage ? [ModelPackage] : []));
  return (
    <Section title="Models that wait for a decision">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!rows && !error && <Loading />}
      {rows && (
        <DataTable
          label="Models that wait for a decision"
          dense
          rows={rows}
          keyOf={(row) => row.ModelPackageArn ?? ''}
          hrefOf={(row) => hrefOf(row.ModelPackageArn ?? '')}
          empty={
            <Empty title="No model waits">
              Those that were decided about are <a href={links.registry()}>in the registry</a>.
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
