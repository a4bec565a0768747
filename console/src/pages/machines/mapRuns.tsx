/** The runs of an execution's distributed Maps: how many items each has done, and the executions that carry them out. */
import { useAddress } from '../../data/address.ts';
import { hrefOf } from '../../data/links.ts';
import { useCall, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Facts, Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { DataTable } from '../../parts/table.tsx';
import { Duration, Time } from '../../parts/time.tsx';
import { isRunning } from './data.ts';
import type { Seen } from './seen.ts';

type MapRun = Output<'states', 'DescribeMapRun'>;

const EVERY_MS = 1500;

export function MapRuns({ seen: { execution, running } }: { seen: Seen }) {
  const [selected, select] = useAddress('run');
  const { items, error, more, refetch } = usePages(
    ...(['states', 'ListMapRuns', { executionArn: execution.executionArn ?? '' }] as const),
    (page) => page.mapRuns,
    { token: 'nextToken', every: running && EVERY_MS },
  );
  const shown = selected ?? items?.[0]?.mapRunArn;
  return (
    <div className="machines-stack">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Map runs"
          rows={items}
          keyOf={({ mapRunArn }) => mapRunArn ?? ''}
          selected={shown}
          onOpen={({ mapRunArn }) => select(mapRunArn)}
          more={more}
          empty={<Empty title="No Map has begun yet" />}
          columns={[
            { id: 'name', header: 'Map', cell: ({ mapRunArn = '' }) => labelOf(mapRunArn) },
            {
              ...{ id: 'status', header: 'Status', width: '9rem' },
              cell: ({ mapRunArn = '', stopDate }) => <RunStatus arn={mapRunArn} ended={stopDate !== undefined} />,
            },
            { id: 'started', header: 'Started', width: '8rem', cell: ({ startDate }) => <Time at={startDate} /> },
            {
              ...{ id: 'took', header: 'Took', width: '8rem', align: 'right' },
              cell: ({ startDate, stopDate }) => <Duration from={startDate} to={stopDate} />,
            },
          ]}
        />
      )}
      {shown !== undefined && <MapRunDetails arn={shown} running={running} />}
    </div>
  );
}

/** The list tells when a run has ended, and not how. */
function RunStatus({ arn, ended }: { arn: string; ended: boolean }) {
  const { data } = useCall('states', 'DescribeMapRun', { mapRunArn: arn }, { every: ended ? false : EVERY_MS });
  return data ? <Status status={data.status ?? ''} /> : null;
}

/** `Rows`, of `…:mapRun:titanic/Rows:6f…`. */
const labelOf = (arn: string): string => /:mapRun:[^/]+\/([^:]+):/.exec(arn)?.[1] ?? arn;

function MapRunDetails({ arn, running }: { arn: string; running: boolean }) {
  const { data, error } = useCall('states', 'DescribeMapRun', { mapRunArn: arn }, { every: running && EVERY_MS });
  return (
    <Section title={`Run of ${labelOf(arn)}`}>
      {error && <Failure error={error} />}
      {data && <Counts run={data} />}
      <Children arn={arn} running={running} />
    </Section>
  );
}

function Counts({ run }: { run: MapRun }) {
  const { status, itemCounts, maxConcurrency, toleratedFailureCount, toleratedFailurePercentage, redriveCount } = run;
  const { total = 0, succeeded = 0, failed = 0, running = 0, pending = 0, resultsWritten } = itemCounts ?? {};
  return (
    <>
      <progress className="machines-progress" value={succeeded + failed} max={total || 1} aria-label="Items done" />
      <Facts
        items={[
          ['Status', <Status key="status" status={status ?? ''} />],
          ['Items', `${succeeded} of ${total} succeeded, ${failed} failed, ${running} running, ${pending} pending`],
          ['Results written', resultsWritten],
          ['At once', maxConcurrency === 0 ? 'as many as the machine takes' : maxConcurrency],
          ['Failures tolerated', toleratedWords(toleratedFailureCount, toleratedFailurePercentage)],
          ['Redriven', redriveCount ? `${redriveCount} times` : undefined],
        ]}
      />
    </>
  );
}

function toleratedWords(count = 0, percentage = 0): string {
  const words = [count > 0 && `${count} items`, percentage > 0 && `${percentage} %`].filter(Boolean);
  return words.length > 0 ? words.join(' or ') : 'none';
}

function Children({ arn, running }: { arn: string; running: boolean }) {
  const { items, error, more, refetch } = usePages(
    ...(['states', 'ListExecutions', { mapRunArn: arn, maxResults: 100 }] as const),
    (page) => page.executions,
    { token: 'nextToken', every: running && EVERY_MS },
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      dense
      label="Executions of items"
      rows={items}
      keyOf={({ executionArn }) => executionArn ?? ''}
      hrefOf={({ executionArn }) => hrefOf(executionArn ?? '')}
      more={more}
      empty={<Empty title="None of them is kept">Executions of Express Maps are counted above and kept nowhere.</Empty>}
      columns={[
        { id: 'name', header: 'Execution', cell: ({ name }) => <span className="machines-name">{name}</span> },
        { id: 'status', header: 'Status', width: '9rem', cell: ({ status }) => <Status status={status ?? ''} /> },
        { id: 'items', header: 'Items', width: '5rem', align: 'right', cell: ({ itemCount }) => itemCount },
        {
          ...{ id: 'took', header: 'Took', width: '7rem', align: 'right' },
          cell: ({ startDate, stopDate, status }) => (
            <Duration from={startDate} to={isRunning(status) ? undefined : stopDate} />
          ),
        },
      ]}
    />
  );
}
