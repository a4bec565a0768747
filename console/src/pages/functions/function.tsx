/** A function: what it is, invoking it, and what it has logged. */
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { duration } from '../../parts/format.ts';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Page, Tabs } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { Arn } from '../../parts/target.tsx';
import { Time } from '../../parts/time.tsx';
import type { PageProps } from '../area.ts';
import { Behaviour } from './behaviour.tsx';
import { Invoke } from './invoke.tsx';
import { FunctionLog } from './log.tsx';
import { Sources } from './sources.tsx';
import { Versions } from './versions.tsx';

const CHANGING_MS = 2000;

type Found = Output<'lambda', 'GetFunction'>;

export function FunctionPage({ params: { name } }: PageProps<'name'>) {
  const [changing, setChanging] = useState(false);
  const { data, error, refetch } = useCall(
    'lambda',
    'GetFunction',
    { FunctionName: name },
    { every: changing && CHANGING_MS },
  );
  const configuration = data?.Configuration;
  // No event tells that a function has become active.
  const now = configuration?.State === 'Pending' || configuration?.LastUpdateStatus === 'InProgress';
  if (now !== changing) setChanging(now);
  return (
    <Page
      title={name}
      crumbs={[{ label: 'Functions', href: links.functions() }]}
      status={configuration && <Status status={configuration.State ?? ''} />}
    >
      {error && <Failure error={error} retry={() => void refetch()} />}
      {!data && !error && <Loading />}
      {data && configuration && (
        <>
          {configuration.StateReason && <Banner tone="bad">{configuration.StateReason}</Banner>}
          <Parts name={name} found={data} />
        </>
      )}
    </Page>
  );
}

function Parts({ name, found }: { name: string; found: Found }) {
  const [query, setQuery] = useSearchParams();
  return (
    <Tabs
      label="Of the function"
      value={query.get('show') ?? 'test'}
      onChange={(show) => setQuery({ show }, { replace: true })}
      tabs={[
        { id: 'test', label: 'Test', content: <Invoke name={name} /> },
        { id: 'configuration', label: 'Configuration', content: <Configuration found={found} /> },
        { id: 'versions', label: 'Versions and aliases', content: <Versions name={name} /> },
        { id: 'sources', label: 'Event sources', content: <Sources name={name} /> },
        { id: 'events', label: 'Asynchronous events', content: <Behaviour name={name} /> },
        {
          id: 'log',
          label: 'Log',
          content: <FunctionLog group={found.Configuration?.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`} />,
        },
      ]}
    />
  );
}

function Configuration({ found }: { found: Found }) {
  const { Configuration = {}, Concurrency, Tags = {} } = found;
  const names = Object.keys(Configuration.Environment?.Variables ?? {});
  return (
    <Facts
      items={[
        ['Description', Configuration.Description],
        ['Runtime', Configuration.Runtime],
        ['Handler', <code key="handler">{Configuration.Handler}</code>],
        ['Memory', `${Configuration.MemorySize} MB`],
        ['Time', duration((Configuration.Timeout ?? 0) * 1000)],
        ['Temporary space', Configuration.EphemeralStorage?.Size && `${Configuration.EphemeralStorage.Size} MB`],
        ['Role', <Arn key="role" arn={Configuration.Role ?? ''} />],
        ['Environment', names.length === 0 ? 'No variables' : names.join(', ')],
        ['At a time', concurrencyInWords(Concurrency?.ReservedConcurrentExecutions)],
        ['Code', <code key="code">{Configuration.CodeSha256}</code>],
        ['Last change', Configuration.LastUpdateStatus && <Status status={Configuration.LastUpdateStatus} />],
        ['Reason', Configuration.LastUpdateStatusReason],
        ['Changed', <Time key="changed" at={Configuration.LastModified} />],
        [
          'Tags',
          Object.entries(Tags)
            .map(([key, value]) => `${key} = ${value}`)
            .join(', '),
        ],
        ['ARN', <Arn key="arn" arn={Configuration.FunctionArn ?? ''} />],
      ]}
    />
  );
}

function concurrencyInWords(reserved: number | undefined): string {
  if (reserved === undefined) return 'As many as there is room for';
  return reserved === 0 ? 'None: it is switched off' : `${reserved} invocations at most`;
}
