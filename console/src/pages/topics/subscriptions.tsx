/** Who a topic tells; and confirming those that wait for it, by their mail in the outbox. */
import { useQueries } from '@tanstack/react-query';
import { useAsked } from '../../data/address.ts';
import { call, keyOf } from '../../data/call.ts';
import { useConfirmation } from '../../data/confirmation.ts';
import { links } from '../../data/links.ts';
import { useCall, usePages } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { quoted } from '../../parts/shell.ts';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { TargetLink } from '../../parts/target.tsx';
import { useToasts } from '../../parts/toast.tsx';

type Subscription = NonNullable<Output<'sns', 'ListSubscriptionsByTopic'>['Subscriptions']>[number];
type Row = Subscription & { attributes: Readonly<Record<string, string>> | undefined; mail: number | undefined };

/** As AWS lists those that nobody has confirmed. */
const PENDING = 'PendingConfirmation';
const MAILS = 200;

export function Subscriptions({ topicArn }: { topicArn: string }) {
  const { items, error, more, refetch } = usePages(
    'sns',
    'ListSubscriptionsByTopic',
    { TopicArn: topicArn },
    (page) => page.Subscriptions,
  );
  const attributes = useAttributes(items ?? []);
  const pending = items?.some(({ SubscriptionArn }) => SubscriptionArn === PENDING) ?? false;
  const mails = useCall('telar', 'ListOutbox', { MaxResults: MAILS }, { enabled: pending });
  const rows = (items ?? []).map(
    (one): Row => ({
      ...one,
      attributes: attributes.get(one.SubscriptionArn ?? ''),
      mail: mails.data?.Messages.find(
        ({ Kind, TopicArn, To }) => Kind === 'confirmation' && TopicArn === topicArn && To === one.Endpoint,
      )?.Id,
    }),
  );
  if (error) return <Failure error={error} retry={refetch} />;
  if (!items) return <Loading />;
  return (
    <DataTable
      label="Subscriptions"
      rows={rows}
      keyOf={({ Protocol, Endpoint, SubscriptionArn }) => `${SubscriptionArn} ${Protocol} ${Endpoint}`}
      more={more}
      empty={
        <Empty
          title="Nobody is told"
          command={`aws sns subscribe --topic-arn ${quoted(topicArn)} --protocol email --notification-endpoint you@example.com`}
        >
          A message to a topic without subscribers goes nowhere.
        </Empty>
      }
      columns={COLUMNS}
    />
  );
}

function useAttributes(items: readonly Subscription[]): ReadonlyMap<string, Readonly<Record<string, string>>> {
  const arns = items.flatMap(({ SubscriptionArn = PENDING }) => (SubscriptionArn === PENDING ? [] : [SubscriptionArn]));
  const found = useQueries({
    queries: arns.map((SubscriptionArn) => ({
      queryKey: keyOf('sns', 'GetSubscriptionAttributes', { SubscriptionArn }) as readonly unknown[],
      queryFn: () => call('sns', 'GetSubscriptionAttributes', { SubscriptionArn }),
    })),
  });
  return new Map(arns.map((arn, index) => [arn, found[index]?.data?.Attributes ?? {}]));
}

const COLUMNS: Column<Row>[] = [
  { id: 'protocol', header: 'By', width: '6rem', cell: ({ Protocol }) => Protocol, sort: ({ Protocol }) => Protocol },
  { id: 'endpoint', header: 'To', cell: endpointOf, sort: ({ Endpoint }) => Endpoint },
  { id: 'state', header: 'State', width: '22rem', cell: (row) => <State row={row} /> },
  {
    id: 'filter',
    header: 'Only',
    cell: ({ attributes }) => attributes?.['FilterPolicy'] && <code>{attributes['FilterPolicy']}</code>,
  },
  {
    ...{ id: 'letters', header: 'Dead letters', width: '12rem' },
    cell({ attributes }) {
      const arn = /"deadLetterTargetArn"\s*:\s*"([^"]+)"/.exec(attributes?.['RedrivePolicy'] ?? '')?.[1];
      return arn && <TargetLink {...targetOf(arn)} />;
    },
  },
];

function endpointOf({ Protocol, Endpoint = '' }: Row) {
  return Protocol === 'sqs' || Protocol === 'lambda' ? <TargetLink {...targetOf(Endpoint)} /> : Endpoint;
}

function State({ row }: { row: Row }) {
  const { SubscriptionArn, mail, Endpoint = '' } = row;
  if (SubscriptionArn !== PENDING) return <Status status="Confirmed" />;
  return (
    <>
      <Status status={PENDING} />{' '}
      {mail !== undefined && (
        <>
          <a href={links.mail(mail)}>Mail</a> <ConfirmSubscription mail={mail} to={Endpoint} />
        </>
      )}
    </>
  );
}

function ConfirmSubscription({ mail, to }: { mail: number; to: string }) {
  const [asking, setAsking] = useAsked(`confirm-${mail}`);
  const confirm = useConfirmation();
  const { show } = useToasts();
  return (
    <>
      <Button onClick={() => setAsking(true)} aria-label={`Confirm ${to}`}>
        Confirm
      </Button>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={`Confirm the subscription of ${to}?`}
        action="Confirm"
        command={`telar outbox confirm ${mail}`}
        onConfirm={async () => {
          await confirm.mutateAsync(mail);
          show(`Messages are sent to ${to} from now on.`, 'good');
        }}
      >
        <p>It is confirmed by the mail that the topic has sent, as {to} would by its link.</p>
      </Confirm>
    </>
  );
}
