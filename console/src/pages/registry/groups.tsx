/** All groups of the registry. */
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

export function GroupsPage() {
  const { items, error, more, refetch } = usePages(
    'sagemaker',
    'ListModelPackageGroups',
    { SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 100 },
    (page) => page.ModelPackageGroupSummaryList,
  );
  return (
    <Page title="Model registry">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Model package groups"
          rows={items}
          keyOf={(group) => group.ModelPackageGroupName ?? ''}
          hrefOf={(group) => links.modelGroup(group.ModelPackageGroupName ?? '')}
          more={more}
          empty={
            <Empty title="No model is registered yet" command="telar run training">
              A pipeline registers a model when its gate holds. The versions of one model form a group, and wait for an
              approval there.
            </Empty>
          }
          columns={[
            {
              ...{ id: 'name', header: 'Group', width: '20rem' },
              cell: (group) => group.ModelPackageGroupName,
              sort: (group) => group.ModelPackageGroupName,
            },
            {
              ...{ id: 'description', header: 'Description' },
              cell: (group) => group.ModelPackageGroupDescription,
            },
            {
              ...{ id: 'made', header: 'Created', width: '9rem' },
              cell: (group) => <Time at={group.CreationTime} />,
              sort: (group) => group.CreationTime,
            },
          ]}
        />
      )}
    </Page>
  );
}
