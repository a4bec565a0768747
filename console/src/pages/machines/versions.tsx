/** The versions of a machine, and the aliases that route executions to them. */
import { useAddress } from '../../data/address.ts';
import { useCall, usePages } from '../../data/queries.ts';
import { Differences } from '../../parts/diff.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { nameOf } from './commands.ts';
import type { Machine } from './data.ts';
import { parsed } from './json.ts';

export function Versions({ machine }: { machine: Machine }) {
  const { stateMachineArn: arn = '' } = machine;
  const [shown, show] = useAddress('version');
  return (
    <div className="machines-stack">
      <VersionList arn={arn} shown={shown} onShow={show} />
      {shown !== undefined && <VersionDetails machine={machine} version={shown} />}
      <AliasList arn={arn} />
    </div>
  );
}

const OPTIONS = { token: 'nextToken' } as const;

type ListProps = { arn: string; shown: string | undefined; onShow(version: string): void };

function VersionList({ arn, shown, onShow }: ListProps) {
  const { items, error, more, refetch } = usePages(
    ...(['states', 'ListStateMachineVersions', { stateMachineArn: arn }] as const),
    (page) => page.stateMachineVersions,
    OPTIONS,
  );
  return (
    <Section title="Versions">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Versions"
          rows={items}
          keyOf={({ stateMachineVersionArn }) => nameOf(stateMachineVersionArn ?? '')}
          selected={shown}
          onOpen={({ stateMachineVersionArn }) => onShow(nameOf(stateMachineVersionArn ?? ''))}
          more={more}
          empty={
            <Empty
              title="No version was published"
              command={`aws stepfunctions publish-state-machine-version --state-machine-arn ${quoted(arn)}`}
            >
              A version is a revision that stays as it is, so that executions can be started by it whatever is published
              later:
            </Empty>
          }
          columns={[
            {
              ...{ id: 'version', header: 'Version' },
              cell: ({ stateMachineVersionArn }) => nameOf(stateMachineVersionArn ?? ''),
            },
            { id: 'made', header: 'Published', width: '10rem', cell: ({ creationDate }) => <Time at={creationDate} /> },
          ]}
        />
      )}
    </Section>
  );
}

/** How its definition differs from the machine's present one. */
function VersionDetails({ machine, version }: { machine: Machine; version: string }) {
  const { stateMachineArn = '', definition } = machine;
  const arn = `${stateMachineArn}:${version}`;
  const { data, error, refetch } = useCall('states', 'DescribeStateMachine', { stateMachineArn: arn });
  return (
    <Section title={`Version ${version}, and what is published now`}>
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data?.description && <p>{data.description}</p>}
      {data && (
        <Differences left={parsed(data.definition)} right={parsed(definition)} labels={[`Version ${version}`, 'Now']} />
      )}
    </Section>
  );
}

function AliasList({ arn }: { arn: string }) {
  const { items, error, more, refetch } = usePages(
    ...(['states', 'ListStateMachineAliases', { stateMachineArn: arn }] as const),
    (page) => page.stateMachineAliases,
    OPTIONS,
  );
  return (
    <Section title="Aliases">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Aliases"
          rows={items}
          keyOf={({ stateMachineAliasArn }) => stateMachineAliasArn ?? ''}
          more={more}
          empty={
            <Empty title="There is no alias">
              An alias is a name for one version, or for two and the shares of executions that each gets.
            </Empty>
          }
          columns={[
            {
              ...{ id: 'alias', header: 'Alias', width: '14rem' },
              cell: ({ stateMachineAliasArn }) => nameOf(stateMachineAliasArn ?? ''),
            },
            {
              ...{ id: 'routes', header: 'Leads to' },
              cell: ({ stateMachineAliasArn }) => <Routes arn={stateMachineAliasArn ?? ''} />,
            },
            { id: 'made', header: 'Created', width: '10rem', cell: ({ creationDate }) => <Time at={creationDate} /> },
          ]}
        />
      )}
    </Section>
  );
}

function Routes({ arn }: { arn: string }) {
  const { data } = useCall('states', 'DescribeStateMachineAlias', { stateMachineAliasArn: arn });
  const routes = data?.routingConfiguration ?? [];
  return routes
    .map(({ stateMachineVersionArn = '', weight }) => `version ${nameOf(stateMachineVersionArn)}: ${weight} %`)
    .join(', ');
}
