/** A state machine: its executions, its definition, its versions and aliases. */
import { useAddress } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import { Button } from '../../parts/button.tsx';
import { Copy } from '../../parts/command.tsx';
import { PlayIcon } from '../../parts/icons.tsx';
import { Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { Time } from '../../parts/time.tsx';
import { phraseOf } from '../../parts/tone.ts';
import type { PageProps } from '../area.ts';
import { type Machine, machineArn } from './data.ts';
import { Definition, DefinitionGraph } from './definition.tsx';
import { Executions } from './executions.tsx';
import { StartDialog } from './start.tsx';
import { Versions } from './versions.tsx';
import './machines.css';

const crumbs = [{ label: 'State machines', href: links.machines() }];

export function MachinePage({ params: { name } }: PageProps<'name'>) {
  const arn = machineArn(name);
  const { data, error, refetch } = useCall('states', 'DescribeStateMachine', { stateMachineArn: arn });
  const [starting, setStarting] = useAddress('start');
  return (
    <Page
      title={name}
      crumbs={crumbs}
      status={data && <Status status={data.status ?? ''} />}
      actions={
        data && (
          <Button variant="primary" onClick={() => setStarting('now')}>
            <PlayIcon /> Start
          </Button>
        )
      }
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && <MachineFacts machine={data} />}
      {data && <MachineTabs machine={data} />}
      {data && starting !== undefined && <StartDialog machine={data} onClose={() => setStarting(undefined)} />}
    </Page>
  );
}

function MachineFacts({ machine }: { machine: Machine }) {
  const { stateMachineArn = '', type, description, creationDate, roleArn = '', loggingConfiguration } = machine;
  const level = loggingConfiguration?.level ?? 'OFF';
  return (
    <Facts
      items={[
        ['Type', phraseOf(type ?? '')],
        ['Description', description],
        ['Revised', <Time key="at" at={creationDate} />],
        ['Logs', level === 'OFF' ? 'Off' : `${phraseOf(level)} events`],
        ['Role', <Arn key="role" arn={roleArn} label="Copy the role's ARN" />],
        ['ARN', <Arn key="arn" arn={stateMachineArn} label="Copy the ARN" />],
      ]}
    />
  );
}

function Arn({ arn, label }: { arn: string; label: string }) {
  return (
    <span className="machines-arn">
      <code>{arn}</code>
      <Copy text={arn} label={label} />
    </span>
  );
}

function MachineTabs({ machine }: { machine: Machine }) {
  const [tab, setTab] = useAddress('tab', 'executions');
  return (
    <Tabs
      label={machine.name ?? ''}
      value={tab}
      onChange={setTab}
      tabs={[
        { id: 'executions', label: 'Executions', content: <Executions machine={machine} /> },
        { id: 'graph', label: 'Graph', content: <DefinitionGraph machine={machine} /> },
        { id: 'definition', label: 'Definition', content: <Definition machine={machine} /> },
        { id: 'versions', label: 'Versions and aliases', content: <Versions machine={machine} /> },
      ]}
    />
  );
}
