/** The queues that a function takes messages from. */
import { usePages } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { quoted } from '../../parts/shell.ts';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';

type Source = NonNullable<Output<'lambda', 'ListEventSourceMappings'>['EventSourceMappings']>[number];

export function Sources({ name }: { name: string }) {
  const { items, error, more, refetch } = usePages(
    'lambda',
    'ListEventSourceMappings',
    { FunctionName: name, MaxItems: 100 },
    (page) => page.EventSourceMappings,
    { token: 'Marker', next: 'NextMarker' },
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label="Event sources"
      rows={items}
      keyOf={({ UUID = '' }) => UUID}
      more={more}
      empty={
        <Empty
          title="It takes messages from no queue"
          command={`aws lambda create-event-source-mapping --function-name ${quoted(name)} --event-source-arn QUEUE_ARN`}
        >
          Rules and topics send to a function by themselves; from a queue, it is given messages in batches.
        </Empty>
      }
      columns={COLUMNS}
    />
  );
}

const COLUMNS: Column<Source>[] = [
  { id: 'source', header: 'From', cell: ({ EventSourceArn = '' }) => <TargetLink {...targetOf(EventSourceArn)} /> },
  { id: 'state', header: 'State', width: '9rem', cell: ({ State = '' }) => <Status status={State} /> },
  { id: 'batch', header: 'At a time', width: '8rem', align: 'right', cell: ({ BatchSize }) => BatchSize },
  {
    ...{ id: 'window', header: 'Waits for more', width: '9rem', align: 'right' },
    cell: ({ MaximumBatchingWindowInSeconds: seconds = 0 }) => `${seconds} s`,
  },
  { id: 'result', header: 'Last result', cell: ({ LastProcessingResult }) => LastProcessingResult },
];
