/** The list of pipelines: what each last did, and when it was changed. */
import { useState } from 'react';
import { links } from '../../data/links.ts';
import { useCall, usePages } from '../../data/queries.ts';
import { Field, TextInput } from '../../parts/form.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { toneOf } from '../../parts/tone.ts';
import './pipelines.css';

export function PipelinesPage() {
  const [named, setNamed] = useState('');
  const { items, error, more, refetch } = usePages(
    'sagemaker',
    'ListPipelines',
    { SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 50, PipelineNamePrefix: named || undefined },
    (page) => page.PipelineSummaries,
  );
  return (
    <Page title="Pipelines">
      <div className="pipelines-bar">
        <Field label="Name begins with">
          <TextInput type="search" value={named} onChange={setNamed} />
        </Field>
      </div>
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Pipelines"
          rows={items}
          keyOf={(row) => row.PipelineArn ?? ''}
          hrefOf={(row) => links.pipeline(row.PipelineName ?? '')}
          more={more}
          empty={named === '' ? <NoPipelines /> : <Empty title={`No pipeline’s name begins with “${named}”`} />}
          columns={[
            { id: 'name', header: 'Pipeline', sort: (row) => row.PipelineName, cell: (row) => row.PipelineName },
            {
              id: 'last',
              header: 'Last executions',
              width: '26rem',
              cell: (row) => <Last arn={row.PipelineArn ?? ''} />,
            },
            {
              id: 'updated',
              header: 'Updated',
              width: '9rem',
              sort: (row) => row.LastModifiedTime,
              cell: (row) => <Time at={row.LastModifiedTime} />,
            },
          ]}
        />
      )}
    </Page>
  );
}

const RECENT = 12;

/** Asked for by each row that is shown; a pipeline's events renew its own alone, as its ARN is asked by. */
function Last({ arn }: { arn: string }) {
  const { data } = useCall('sagemaker', 'ListPipelineExecutions', { PipelineName: arn, MaxResults: RECENT });
  const last = data?.PipelineExecutionSummaries?.[0];
  if (!data) return null;
  if (!last) return <span className="pipelines-quiet">It has not run yet</span>;
  const status = last.PipelineExecutionStatus ?? '';
  return (
    <span className="pipelines-last">
      <Recent statuses={(data.PipelineExecutionSummaries ?? []).map((one) => one.PipelineExecutionStatus ?? '')} />
      <Status status={status} />
      {status === 'Executing' ? <Duration from={last.StartTime} /> : <Time at={last.StartTime} />}
    </span>
  );
}

/** The last executions as marks, the newest at the right: what failed is lower, too, for whoever does not see the colour. */
function Recent({ statuses }: { statuses: readonly string[] }) {
  const well = statuses.filter((status) => status === 'Succeeded').length;
  const words = `${well} of the last ${statuses.length} succeeded`;
  return (
    <span className="pipelines-recent" role="img" aria-label={words} title={words}>
      {statuses.toReversed().map((status, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: marks have no name but their place
        <span key={index} className={`pipelines-mark pipelines-mark-${toneOf(status)}`} />
      ))}
    </span>
  );
}

function NoPipelines() {
  return (
    <Empty title="There is no pipeline yet" command="telar publish">
      A pipeline is a graph of steps: it prepares data, trains, judges the model and registers it. Publish a project
      that has one, or create one with the SageMaker Python SDK (<code>pipeline.upsert()</code>).{' '}
      <code>telar init</code> makes a project to begin with.
    </Empty>
  );
}
