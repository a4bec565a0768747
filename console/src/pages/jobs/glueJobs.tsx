/** AWS Glue's jobs: the scripts that may be run. */
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

const COMMANDS: Readonly<Record<string, string>> = { pythonshell: 'Python shell', glueetl: 'Spark' };

export function GlueJobsPage() {
  return (
    <Page title="Glue jobs" crumbs={[{ label: 'Jobs', href: links.jobs() }]}>
      <GlueJobList contains="" />
    </Page>
  );
}

/** @param contains looked for among those that are loaded: Glue lists by no name */
export function GlueJobList({ contains }: { contains: string }) {
  const { items, error, more, refetch } = usePages('glue', 'GetJobs', { MaxResults: 200 }, ({ Jobs }) => Jobs);
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label="Glue jobs"
      rows={items.filter(({ Name = '' }) => Name.includes(contains))}
      keyOf={({ Name = '' }) => Name}
      hrefOf={({ Name = '' }) => links.glueJob(Name)}
      more={more}
      empty={
        <Empty title="There is no Glue job" command="telar publish">
          A glueJob() of telar.config.ts becomes one when the project is published; glue:CreateJob makes others.
        </Empty>
      }
      columns={[
        { id: 'name', header: 'Job', cell: ({ Name }) => Name, sort: ({ Name }) => Name },
        {
          ...{ id: 'command', header: 'Runs', width: '9rem' },
          cell: ({ Command }) => COMMANDS[Command?.Name ?? ''] ?? Command?.Name,
        },
        { id: 'version', header: 'Version', width: '7rem', cell: ({ GlueVersion }) => GlueVersion },
        { id: 'description', header: 'Description', cell: ({ Description }) => Description },
        {
          ...{ id: 'changed', header: 'Changed', width: '9rem' },
          cell: ({ LastModifiedOn }) => <Time at={LastModifiedOn} />,
          sort: ({ LastModifiedOn }) => LastModifiedOn,
        },
      ]}
    />
  );
}
