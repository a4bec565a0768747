/** The versions of a pipeline's definition: each update makes one. */

import { hrefOf } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

type Props = { arn: string; shown: number | undefined; onShow: (version: number) => void };

export function Versions({ arn, shown, onShow }: Props) {
  const { items, error, more, refetch } = usePages(
    'sagemaker',
    'ListPipelineVersions',
    { PipelineName: arn, MaxResults: 100 },
    (page) => page.PipelineVersionSummaries,
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label="Versions"
      rows={items}
      keyOf={(row) => String(row.PipelineVersionId)}
      selected={shown === undefined ? undefined : String(shown)}
      onOpen={(row) => onShow(row.PipelineVersionId!)}
      more={more}
      empty={<Empty title="It has no versions" />}
      columns={[
        { id: 'version', header: 'Version', width: '7rem', cell: (row) => `Version ${row.PipelineVersionId}` },
        { id: 'name', header: 'Name', cell: (row) => row.PipelineVersionDisplayName ?? '' },
        { id: 'made', header: 'Made', width: '10rem', cell: (row) => <Time at={row.CreationTime} /> },
        {
          ...{ id: 'last', header: 'Last execution' },
          cell: ({ LastExecutionPipelineExecutionArn: last }) =>
            last === undefined ? 'none' : <a href={hrefOf(last)}>{shortName(last)}</a>,
        },
      ]}
    />
  );
}
