/** The versions of a machine, and the aliases that route executions to them. */
import { useCall, usePages } from '../../data/queries.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { nameOf, quoted } from './commands.ts';

export function Versions({ arn }: { arn: string }) {
  return (
    <div className="machines-stack">
      <VersionList arn={arn} />
      <AliasList arn={arn} />
    </div>
  );
}

const OPTIONS = { token: 'nextToken' } as const;

function VersionList({ arn }: { arn: string }) {
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
          keyOf={({ stateMachineVersionArn }) => stateMachineVersionArn ?? ''}
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
