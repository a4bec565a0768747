/** The versions of a function, and the names that point at them. */
import { usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { bytes } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import './functions.css';

type Version = NonNullable<Output<'lambda', 'ListVersionsByFunction'>['Versions']>[number];
type Alias = NonNullable<Output<'lambda', 'ListAliases'>['Aliases']>[number];

const MARKED = { token: 'Marker', next: 'NextMarker' } as const;

export function Versions({ name }: { name: string }) {
  const input = { FunctionName: name, MaxItems: 50 };
  const versions = usePages('lambda', 'ListVersionsByFunction', input, (page) => page.Versions, MARKED);
  const aliases = usePages('lambda', 'ListAliases', input, (page) => page.Aliases, MARKED);
  const error = versions.error ?? aliases.error;
  if (error) return <Failure error={error} retry={versions.error ? versions.refetch : aliases.refetch} />;
  if (!versions.items || !aliases.items) return <Loading />;
  return (
    <div className="function-versions">
      <Section title="Versions">
        <DataTable
          label="Versions"
          rows={versions.items}
          keyOf={({ Version: version = '' }) => version}
          more={versions.more}
          columns={VERSIONS}
        />
      </Section>
      <Section title="Aliases">
        <DataTable
          label="Aliases"
          rows={aliases.items}
          keyOf={({ Name = '' }) => Name}
          more={aliases.more}
          empty={
            <Empty
              title="No alias points at a version"
              command={`aws lambda create-alias --function-name ${quoted(name)} --name live --function-version 1`}
            >
              An alias is a name for a version that whoever invokes need not change when the version does.
            </Empty>
          }
          columns={ALIASES}
        />
      </Section>
    </div>
  );
}

const VERSIONS: Column<Version>[] = [
  { id: 'version', header: 'Version', width: '8rem', cell: ({ Version: version }) => version },
  { id: 'what', header: 'Description', cell: ({ Description }) => Description },
  { id: 'size', header: 'Code', width: '8rem', align: 'right', cell: ({ CodeSize = 0 }) => bytes(CodeSize) },
  { id: 'changed', header: 'Changed', width: '9rem', cell: ({ LastModified }) => <Time at={LastModified} /> },
];

const ALIASES: Column<Alias>[] = [
  { id: 'name', header: 'Alias', width: '12rem', cell: ({ Name }) => Name },
  { id: 'version', header: 'Version', cell: versionsOf },
  { id: 'what', header: 'Description', cell: ({ Description }) => Description },
];

function versionsOf({ FunctionVersion, RoutingConfig }: Alias): string {
  const others = Object.entries(RoutingConfig?.AdditionalVersionWeights ?? {});
  const said = others.map(([version, weight]) => `${version} for ${Math.round((weight ?? 0) * 100)} %`);
  return [FunctionVersion, ...said].join(', ');
}
