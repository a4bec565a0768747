/** A pipeline: its executions, its definition as a graph, its parameters, its versions; and how it is started. */
import { useAddress, useAsked } from '../../data/address.ts';
import { arnHere } from '../../data/here.ts';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Copy } from '../../parts/command.tsx';
import { PlayIcon } from '../../parts/icons.tsx';
import { LongText } from '../../parts/longText.tsx';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Tabs } from '../../parts/page.tsx';
import { Time } from '../../parts/time.tsx';
import type { PageProps } from '../area.ts';
import { readDefinition } from './definition.ts';
import { DefinitionView } from './definitionView.tsx';
import { Executions } from './executions.tsx';
import { ParameterTable } from './parameterTable.tsx';
import { StartDialog } from './startDialog.tsx';
import { Versions } from './versions.tsx';
import './pipelines.css';

export function PipelinePage({ params: { name } }: PageProps<'name'>) {
  const arn = arnHere('sagemaker', `pipeline/${name}`);
  const [shownVersion, showVersion] = useAddress('version');
  const version = shownVersion === undefined ? undefined : Number(shownVersion);
  const { data, error, refetch } = useCall('sagemaker', 'DescribePipeline', {
    PipelineName: arn,
    ...(version !== undefined && { PipelineVersionId: version }),
  });
  const [starting, setStarting] = useAsked('start');
  const read = data && readDefinition(data.PipelineDefinition ?? '');
  const definition = read && 'plan' in read ? read : undefined;
  return (
    <Page
      title={data?.PipelineDisplayName || name}
      crumbs={[{ label: 'Pipelines', href: links.pipelines() }]}
      status={<Copy text={arn} label="Copy the ARN" />}
      actions={
        <Button variant="primary" disabled={!definition} onClick={() => setStarting(true)}>
          <PlayIcon /> Start
        </Button>
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && version !== undefined && (
        <Banner actions={<Button onClick={() => showVersion(undefined)}>Show the newest</Button>}>
          This is version {version}. What is started is it, and not the newest.
        </Banner>
      )}
      {data && <PipelineFacts pipeline={data} />}
      {data && read && (
        <PipelineTabs
          name={name}
          arn={arn}
          version={version}
          onVersion={showVersion}
          text={data.PipelineDefinition ?? ''}
        />
      )}
      {definition && starting && (
        <StartDialog
          pipeline={name}
          arn={arn}
          definition={definition.definition}
          version={version}
          onClose={() => setStarting(false)}
        />
      )}
    </Page>
  );
}

function PipelineFacts({ pipeline }: { pipeline: Output<'sagemaker', 'DescribePipeline'> }) {
  const { RoleArn = '' } = pipeline;
  const most = pipeline.ParallelismConfiguration?.MaxParallelExecutionSteps;
  return (
    <div className="pipelines-strip">
      <Facts
        items={[
          [
            'Description',
            pipeline.PipelineDescription && <LongText key="description" text={pipeline.PipelineDescription} />,
          ],
          ['Updated', <Time key="updated" at={pipeline.LastModifiedTime} />],
          ['Role', RoleArn.split('/').at(-1)],
          ['Steps at once', most === undefined ? undefined : `at most ${most}`],
        ]}
      />
    </div>
  );
}

type TabsProps = {
  name: string;
  arn: string;
  version: number | undefined;
  onVersion: (version: string | undefined) => void;
  text: string;
};

function PipelineTabs({ name, arn, version, onVersion, text }: TabsProps) {
  const [tab, showTab] = useAddress('tab', 'executions');
  const read = readDefinition(text);
  const parameters = 'plan' in read ? (read.definition.Parameters ?? []) : [];
  return (
    <Tabs
      label="What to see of the pipeline"
      value={tab}
      onChange={showTab}
      tabs={[
        { id: 'executions', label: 'Executions', content: <Executions pipeline={name} arn={arn} /> },
        { id: 'definition', label: 'Definition', content: <DefinitionView read={read} text={text} /> },
        {
          id: 'parameters',
          label: 'Parameters',
          count: parameters.length,
          content: <ParameterTable parameters={parameters} />,
        },
        {
          id: 'versions',
          label: 'Versions',
          content: <Versions arn={arn} shown={version} onShow={(id) => onVersion(String(id))} />,
        },
      ]}
    />
  );
}
