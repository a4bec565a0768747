/** The jobs that have read or written an object: those, too, that did so with their own credentials, of which AWS's lineage knows nothing. */
import { hrefOf, links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { ObjectName } from './entries.ts';

type Job = Output<'telar', 'ListObjectJobs'>['Jobs'][number];

export function ObjectJobs({ object: { Bucket, Key } }: { object: ObjectName }) {
  const { data, error, refetch } = useCall('telar', 'ListObjectJobs', { Bucket, Key });
  return (
    <Section title="Jobs that have touched it">
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <DataTable
          label="Jobs that have touched the object"
          dense
          rows={data.Jobs}
          keyOf={({ JobArn, Use, Content }) => `${JobArn} ${Use} ${Content}`}
          hrefOf={pageOf}
          empty={
            <Empty title="No job has">
              What jobs are given, read and leave as outputs is recorded; not what they write with keys of their own.
            </Empty>
          }
          columns={COLUMNS}
        />
      )}
    </Section>
  );
}

/** By its name as it was given: in an ARN all letters are small. */
const pageOf = ({ JobArn, JobType, JobName }: Job): string | undefined =>
  JobType === 'Glue' ? hrefOf(JobArn) : links.job(JobType.toLowerCase(), JobName);

const COLUMNS: Column<Job>[] = [
  { id: 'job', header: 'Job', cell: ({ JobName }) => JobName, sort: ({ JobName }) => JobName },
  { id: 'kind', header: 'Kind', width: '8rem', cell: ({ JobType }) => JobType, sort: ({ JobType }) => JobType },
  { id: 'use', header: 'Did', width: '7rem', cell: ({ Use }) => Use, sort: ({ Use }) => Use },
  {
    ...{ id: 'content', header: 'Content', width: '7rem', align: 'right' },
    cell: ({ Content }) => Content,
    sort: ({ Content }) => Number(Content),
  },
  {
    ...{ id: 'when', header: 'Created', width: '9rem' },
    cell: ({ CreatedAt }) => <Time at={CreatedAt} />,
    sort: ({ CreatedAt }) => CreatedAt,
  },
];
