/** A group: its versions with their figures, how a figure went from version to version, and two of them chosen to be compared. */
import { useAddress } from '../../data/address.ts';
import { hrefOf, links } from '../../data/links.ts';
import { type Paged, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { LineChart } from '../../parts/chart.tsx';
import { Checkbox, Select } from '../../parts/form.tsx';
import { number } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page, Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { PageProps } from '../area.ts';
import { type Described, useDescribed } from './versionsQuery.ts';

type Version = NonNullable<Output<'sagemaker', 'ListModelPackages'>['ModelPackageSummaryList']>[number];

/** The figures of so many of the newest versions are read. */
const WITH_FIGURES = 30;
const FIGURE_COLUMNS = 3;

export function GroupPage({ params: { group } }: PageProps<'group'>) {
  const versions = usePages(
    'sagemaker',
    'ListModelPackages',
    { ModelPackageGroupName: group, SortBy: 'CreationTime', SortOrder: 'Descending', MaxResults: 100 },
    (page) => page.ModelPackageSummaryList,
  );
  const described = useDescribed((versions.items ?? []).slice(0, WITH_FIGURES).map((one) => one.ModelPackageArn ?? ''));
  return (
    <Page title={group} crumbs={[{ label: 'Model registry', href: links.registry() }]}>
      {versions.error && <Failure error={versions.error} retry={versions.refetch} />}
      {!versions.items && !versions.error && <Loading />}
      {versions.items && (
        <>
          <Course described={described} />
          <Versions group={group} versions={versions} described={described} />
        </>
      )}
    </Page>
  );
}

const namesOf = (described: readonly Described[]): string[] => [
  ...new Set(described.flatMap(({ metrics }) => (metrics ?? []).map(({ name }) => name))),
];

function Course({ described }: { described: readonly Described[] }) {
  const names = namesOf(described);
  const [chosen, setChosen] = useAddress('figure');
  const name = chosen ?? names[0] ?? '';
  const points = described.flatMap(({ model, metrics }): [number, number][] => {
    const value = metrics?.find((metric) => metric.name === name)?.value;
    return value === undefined || model?.ModelPackageVersion === undefined ? [] : [[model.ModelPackageVersion, value]];
  });
  if (points.length < 2) return null;
  return (
    <Section
      title="From version to version"
      actions={
        <Select
          aria-label="Figure"
          value={name}
          onChange={setChosen}
          options={names.map((one) => ({ value: one, label: one }))}
        />
      }
    >
      <LineChart
        label={`${name} by version`}
        xKind="step"
        height={180}
        series={[{ label: name, points: points.toSorted(([a], [b]) => a - b) }]}
      />
    </Section>
  );
}

type VersionsProps = { group: string; versions: Paged<Version>; described: readonly Described[] };

function Versions({ group, versions, described }: VersionsProps) {
  const [marked, mark] = useAddress('compare', '');
  const chosen = new Set(marked.split(',').filter(Boolean).map(Number));
  const byArn = new Map(described.map((one) => [one.arn, one]));
  const [left, right] = [...chosen].sort((a, b) => a - b);
  const choose = (version: number, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(version);
    else next.delete(version);
    mark([...next].join(','));
  };
  return (
    <Section
      title="Versions"
      actions={
        chosen.size === 2 ? (
          <a href={`${links.modelGroup(group)}/compare?left=${left}&right=${right}`}>Compare the two versions</a>
        ) : (
          <Button disabled>Choose two to compare</Button>
        )
      }
    >
      <DataTable
        label={`Versions of ${group}`}
        rows={versions.items ?? []}
        keyOf={(version) => version.ModelPackageArn ?? ''}
        hrefOf={(version) => hrefOf(version.ModelPackageArn ?? '')}
        more={versions.more}
        empty={<Empty title="The group has no version">A pipeline's register step adds one.</Empty>}
        columns={columnsOf({ byArn, names: namesOf(described).slice(0, FIGURE_COLUMNS), chosen, choose })}
      />
    </Section>
  );
}

type ColumnParts = {
  byArn: ReadonlyMap<string, Described>;
  names: readonly string[];
  chosen: ReadonlySet<number>;
  choose(version: number, on: boolean): void;
};

function columnsOf({ byArn, names, chosen, choose }: ColumnParts): Column<Version>[] {
  const figure = (version: Version, name: string) =>
    byArn.get(version.ModelPackageArn ?? '')?.metrics?.find((metric) => metric.name === name)?.value;
  return [
    {
      ...{ id: 'version', header: 'Version', width: '6rem' },
      cell: (version) => version.ModelPackageVersion,
      sort: (version) => version.ModelPackageVersion,
    },
    {
      ...{ id: 'approval', header: 'Approval', width: '12rem' },
      cell: (version) => <Status status={version.ModelApprovalStatus ?? ''} />,
      sort: (version) => version.ModelApprovalStatus,
    },
    ...names.map(
      (name): Column<Version> => ({
        ...{ id: name, header: name, align: 'right' },
        cell: (version) => {
          const value = figure(version, name);
          return value === undefined ? '' : number(value);
        },
        sort: (version) => figure(version, name),
      }),
    ),
    {
      ...{ id: 'made', header: 'Registered', width: '9rem' },
      cell: (version) => <Time at={version.CreationTime} />,
      sort: (version) => version.CreationTime,
    },
    {
      ...{ id: 'compare', header: 'Compare', width: '7rem' },
      cell: ({ ModelPackageVersion = 0 }) => (
        <Checkbox
          label={`Version ${ModelPackageVersion}`}
          checked={chosen.has(ModelPackageVersion)}
          onChange={(on) => choose(ModelPackageVersion, on)}
        />
      ),
    },
  ];
}
