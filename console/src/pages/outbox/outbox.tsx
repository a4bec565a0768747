/** The outbox as a mail reader: mails on the left, the chosen one on the right. */
import { useLocation } from 'wouter';
import { links } from '../../data/links.ts';
import { usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Empty, Failure, Loading } from '../../parts/notice.tsx';
import { Page } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { Mail } from './mail.tsx';
import './outbox.css';

type Message = Output<'telar', 'ListOutbox'>['Messages'][number];

/** Publishing is a data event, of which nobody tells. */
const EVERY = 5000;

export function OutboxPage({ params }: { params: Readonly<Record<string, string>> }) {
  const [, go] = useLocation();
  const { items, error, more, refetch } = usePages('telar', 'ListOutbox', { MaxResults: 50 }, (page) => page.Messages, {
    ...{ token: 'Before', next: 'Next', every: EVERY },
  });
  const chosen = params['id'] === undefined ? items?.[0]?.Id : Number(params['id']);
  return (
    <Page title="Outbox">
      {error && <Failure error={error} retry={refetch} />}
      {!items && !error && <Loading />}
      {items?.length === 0 && (
        <Empty
          title="The outbox is empty"
          command="aws sns subscribe --topic-arn TOPIC --protocol email --notification-endpoint you@example.com"
        >
          Messages of topics to subscribers by mail end up here, whether or not there is a mail server (telar up
          --smtp).
        </Empty>
      )}
      {items && items.length > 0 && (
        <div className="outbox">
          <DataTable
            label="Mails"
            rows={items}
            keyOf={({ Id }) => String(Id)}
            hrefOf={({ Id }) => links.mail(Id)}
            onOpen={({ Id }) => go(`~${links.mail(Id)}`, { replace: true })}
            selected={String(chosen)}
            more={more}
            columns={COLUMNS}
          />
          {chosen !== undefined && <Mail key={chosen} id={chosen} />}
        </div>
      )}
    </Page>
  );
}

const COLUMNS: Column<Message>[] = [
  {
    ...{ id: 'mail', header: 'Mail' },
    cell: ({ Subject, To }) => (
      <span className="outbox-entry">
        <span className="outbox-subject">{Subject}</span>
        <span className="outbox-to">{To}</span>
      </span>
    ),
  },
  { id: 'status', header: 'Status', width: '7rem', cell: ({ Status: status }) => <Status status={status} /> },
  { id: 'when', header: 'When', width: '6rem', cell: ({ Time: at }) => <Time at={at} /> },
];
