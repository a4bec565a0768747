/** All topics, and how many are told by each. */
import { useQueries } from '@tanstack/react-query';
import { call, keyOf } from '../../data/call.ts';
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import { shortName } from '../../parts/format.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';

type Row = { arn: string; attributes: Readonly<Record<string, string>> | undefined };

export function TopicsPage() {
  const { items, error, more, refetch } = usePages('sns', 'ListTopics', {}, (page) => page.Topics);
  const arns = (items ?? []).map(({ TopicArn = '' }) => TopicArn);
  const found = useQueries({
    queries: arns.map((TopicArn) => ({
      queryKey: keyOf('sns', 'GetTopicAttributes', { TopicArn }) as readonly unknown[],
      queryFn: () => call('sns', 'GetTopicAttributes', { TopicArn }),
    })),
  });
  const rows = arns.map((arn, index): Row => ({ arn, attributes: found[index]?.data?.Attributes }));
  return (
    <Page title="Topics">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items && (
        <DataTable
          label="Topics"
          rows={rows}
          keyOf={({ arn }) => arn}
          hrefOf={({ arn }) => links.topic(arn)}
          more={more}
          empty={
            <Empty title="There is no topic yet" command="aws sns create-topic --name alerts">
              A topic tells its subscribers: queues, functions, web addresses, people by mail. Rules and state machines
              publish to it.
            </Empty>
          }
          columns={COLUMNS}
        />
      )}
    </Page>
  );
}

const counted = (name: string) => (row: Row) => row.attributes?.[name];
const sorted = (name: string) => (row: Row) => Number(row.attributes?.[name] ?? 0);

const COLUMNS: Column<Row>[] = [
  { id: 'name', header: 'Topic', cell: ({ arn }) => shortName(arn), sort: ({ arn }) => shortName(arn) },
  { id: 'shown', header: 'Shown as', cell: counted('DisplayName') },
  { id: 'kind', header: 'Kind', width: '8rem', cell: ({ arn }) => (arn.endsWith('.fifo') ? 'FIFO' : 'Standard') },
  {
    ...{ id: 'confirmed', header: 'Subscribers', width: '8rem', align: 'right' },
    ...{ cell: counted('SubscriptionsConfirmed'), sort: sorted('SubscriptionsConfirmed') },
  },
  {
    ...{ id: 'pending', header: 'To confirm', width: '8rem', align: 'right' },
    ...{ cell: counted('SubscriptionsPending'), sort: sorted('SubscriptionsPending') },
  },
];
