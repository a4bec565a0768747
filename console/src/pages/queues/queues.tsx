/** All queues, and how much waits in each. */
import { useQueries } from '@tanstack/react-query';
import { call, keyOf } from '../../data/call.ts';
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import { number } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';
import { type Attributes, countsOf, queueName, redriveOf } from './attributes.ts';

type Row = { url: string; name: string; attributes: Attributes | undefined };

/** What is sent and received is told by no event. */
const EVERY = 10_000;
/** More than these are not looked at again and again. */
const WATCHED = 200;

export function QueuesPage() {
  const { items, error, more, refetch } = usePages('sqs', 'ListQueues', { MaxResults: 100 }, (page) => page.QueueUrls);
  const found = useQueries({
    queries: (items ?? []).map((QueueUrl) => ({
      queryKey: keyOf('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }) as readonly unknown[],
      queryFn: () => call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] }),
      refetchInterval: items && items.length > WATCHED ? (false as const) : EVERY,
    })),
  });
  const rows = (items ?? []).map(
    (url, index): Row => ({ url, name: queueName(url), attributes: found[index]?.data?.Attributes }),
  );
  return (
    <Page title="Queues">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Queues"
          rows={rows}
          keyOf={({ url }) => url}
          hrefOf={({ name }) => links.queue(name)}
          more={more}
          empty={
            <Empty title="There is no queue yet" command="aws sqs create-queue --queue-name work">
              A queue keeps messages until somebody takes them. Rules, topics and functions send what they could not
              deliver to one, too: its dead letters.
            </Empty>
          }
          columns={COLUMNS}
        />
      )}
    </Page>
  );
}

const count = (of: keyof ReturnType<typeof countsOf>) => ({
  cell: ({ attributes }: Row) => attributes && number(countsOf(attributes)[of]),
  sort: ({ attributes }: Row) => attributes && countsOf(attributes)[of],
});

const COLUMNS: Column<Row>[] = [
  { id: 'name', header: 'Queue', cell: ({ name }) => name, sort: ({ name }) => name },
  { id: 'visible', header: 'Waiting', width: '8rem', align: 'right', ...count('visible') },
  { id: 'flight', header: 'In flight', width: '8rem', align: 'right', ...count('inFlight') },
  { id: 'delayed', header: 'Delayed', width: '8rem', align: 'right', ...count('delayed') },
  {
    ...{ id: 'letters', header: 'Dead letters' },
    cell({ attributes }) {
      const redrive = attributes && redriveOf(attributes);
      return redrive && <TargetLink {...targetOf(redrive.arn)} />;
    },
  },
];
