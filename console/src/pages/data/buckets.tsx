/** All buckets. */
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { ObjectCount, Size } from './amount.tsx';

export function BucketsPage() {
  const { items, error, more, refetch } = usePages('s3', 'ListBuckets', { MaxBuckets: 1000 }, (page) => page.Buckets, {
    token: 'ContinuationToken',
  });
  return (
    <Page title="Buckets">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Buckets"
          rows={items}
          keyOf={({ Name = '' }) => Name}
          hrefOf={({ Name = '' }) => links.bucket(Name)}
          more={more}
          empty={
            <Empty title="There is no bucket yet" command="telar shell -- aws s3 mb s3://my-data">
              Buckets hold what jobs read and write. Publishing a project makes the ones that it names; any S3 client
              makes others.
            </Empty>
          }
          columns={[
            { id: 'name', header: 'Bucket', cell: ({ Name }) => Name, sort: ({ Name }) => Name },
            {
              ...{ id: 'objects', header: 'Objects', width: '8rem', align: 'right' },
              cell: ({ Name = '' }) => <ObjectCount bucket={Name} />,
            },
            {
              ...{ id: 'size', header: 'Size', width: '8rem', align: 'right' },
              cell: ({ Name = '' }) => <Size bucket={Name} />,
            },
            { id: 'region', header: 'Region', width: '10rem', cell: ({ BucketRegion }) => BucketRegion },
            {
              ...{ id: 'made', header: 'Created', width: '9rem' },
              cell: ({ CreationDate }) => <Time at={CreationDate} />,
              sort: ({ CreationDate }) => CreationDate,
            },
          ]}
        />
      )}
    </Page>
  );
}
