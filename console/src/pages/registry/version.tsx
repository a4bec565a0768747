/** A version of a model: what it is, what speaks for it, what it was made of, and the decision about it. */
import { useSearchParams } from 'wouter';
import { type Metric, metricsIn } from '../../../../src/definition/pipeline/reportMetrics.ts';
import type { Json as JsonValue } from '../../../../src/definition/pipeline/types.ts';
import { useAddress } from '../../data/address.ts';
import { Lineage } from '../../data/lineageView.tsx';
import { hrefOf, links } from '../../data/links.ts';
import { useJsonObject } from '../../data/objects.ts';
import { useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { Copy } from '../../parts/command.tsx';
import { number } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Section, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { PageProps } from '../area.ts';
import { Decision, VERDICTS, type Verdict } from './decision.tsx';
import { type ModelPackage, reportUri } from './model.ts';
import { useVersionArn } from './versionArn.ts';

export function VersionPage({ params: { group, version } }: PageProps<'group' | 'version'>) {
  const arn = useVersionArn(group, version);
  const { data, error, refetch } = useCall(
    'sagemaker',
    'DescribeModelPackage',
    { ModelPackageName: arn ?? '' },
    { enabled: arn !== undefined },
  );
  const report = useJsonObject(data ? reportUri(data) : '');
  const [asked, setDeciding] = useAddress('ask');
  const deciding = VERDICTS.find((verdict) => verdict === asked && verdict !== data?.ModelApprovalStatus);
  const metrics = report.data === undefined ? [] : metricsIn(report.data as JsonValue);
  return (
    <Page
      title={`${group} version ${version}`}
      crumbs={[
        { label: 'Model registry', href: links.registry() },
        { label: group, href: links.modelGroup(group) },
      ]}
      status={data && <Status status={data.ModelApprovalStatus ?? ''} />}
      actions={data && <Actions status={data.ModelApprovalStatus ?? ''} onDecide={setDeciding} />}
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && (
        <>
          <What model={data} />
          <Evidence model={data} report={report.data} metrics={metrics} error={report.error} />
          <Decision verdict={deciding} onClose={() => setDeciding(undefined)} model={data} metrics={metrics} />
        </>
      )}
    </Page>
  );
}

/** As on AWS, any decision may follow any other: what is offered is whatever would change something. */
function Actions({ status, onDecide }: { status: string; onDecide(verdict: Verdict): void }) {
  return (
    <>
      {status !== 'Rejected' && <Button onClick={() => onDecide('Rejected')}>Reject</Button>}
      {status !== 'Approved' && (
        <Button variant="primary" onClick={() => onDecide('Approved')}>
          Approve
        </Button>
      )}
    </>
  );
}

function What({ model }: { model: ModelPackage }) {
  const { InferenceSpecification, CustomerMetadataProperties = {} } = model;
  return (
    <Facts
      items={[
        ['Description', model.ModelPackageDescription],
        ['Decision', model.ApprovalDescription],
        ['Registered', <Time key="made" at={model.CreationTime} />],
        ['By', model.CreatedBy?.IamIdentity?.Arn?.split('/').slice(1).join(', session ')],
        ...(InferenceSpecification?.Containers ?? []).flatMap((container): [string, React.ReactNode][] => [
          ['Model', <Place key="model" uri={container.ModelDataUrl} />],
          ['Image', <code key="image">{container.Image}</code>],
        ]),
        ...Object.entries(CustomerMetadataProperties).map(([name, value]): [string, React.ReactNode] => [
          name,
          <Place key={name} uri={value} />,
        ]),
        [
          'ARN',
          <span key="arn">
            <code>{model.ModelPackageArn}</code> <Copy label="Copy the ARN" text={model.ModelPackageArn ?? ''} />
          </span>,
        ],
      ]}
    />
  );
}

/** A place that leads to its page, if it has one. */
function Place({ uri = '' }: { uri?: string | undefined }) {
  const href = hrefOf(uri);
  return href === undefined ? <code>{uri}</code> : <a href={href}>{uri}</a>;
}

type EvidenceProps = { model: ModelPackage; report: unknown; metrics: readonly Metric[]; error: unknown };

function Evidence({ model, report, metrics, error }: EvidenceProps) {
  const [query, setQuery] = useSearchParams();
  const uri = reportUri(model);
  return (
    <Tabs
      label="What speaks for the model"
      value={query.get('show') ?? 'figures'}
      onChange={(show) => setQuery({ show }, { replace: true })}
      tabs={[
        { id: 'figures', label: 'Figures', content: <Figures metrics={metrics} uri={uri} error={error} /> },
        { id: 'report', label: 'Evaluation report', content: <Report uri={uri} report={report} error={error} /> },
        {
          id: 'lineage',
          label: 'Lineage',
          content: (
            <Lineage
              source={model.ModelPackageArn ?? ''}
              label="What the model was made of, and what was made with it"
              none="Lineage is recorded of models that a pipeline registers."
            />
          ),
        },
        {
          ...{ id: 'record', label: 'Whole record' },
          content: <Json value={model} />,
        },
      ]}
    />
  );
}

function Figures({ metrics, uri, error }: { metrics: readonly Metric[]; uri: string; error: unknown }) {
  if (error) return <Failure error={error} />;
  return (
    <DataTable
      label="Figures of the evaluation"
      dense
      rows={metrics}
      keyOf={({ name }) => name}
      empty={
        <Empty title="No figures">
          {uri === ''
            ? 'The model was registered without an evaluation report (ModelMetrics).'
            : 'The report has no numbers in it.'}
        </Empty>
      }
      columns={[
        { id: 'name', header: 'Figure', cell: ({ name }) => name, sort: ({ name }) => name },
        { id: 'value', header: 'Value', align: 'right', width: '10rem', cell: ({ value }) => number(value) },
      ]}
    />
  );
}

function Report({ uri, report, error }: { uri: string; report: unknown; error: unknown }) {
  if (uri === '') return <Empty title="No report">The model was registered without one (ModelMetrics).</Empty>;
  if (error) return <Failure error={error} />;
  return (
    <Section title="Report" actions={<Place uri={uri} />}>
      {report === undefined ? <Loading /> : <Json value={report} open />}
    </Section>
  );
}
