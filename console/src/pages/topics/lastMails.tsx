/** The mails that a topic's messages have become lately. What goes to queues, functions and web addresses is kept there, or nowhere. */
import { links } from '../../data/links.ts';
import { useCall } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Failure } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';

/** Publishing is a data event, of which nobody tells. */
const EVERY_MS = 5000;
/** So many of the newest mails, of all topics, are looked at. */
const LOOKED_AT = 200;
const SHOWN = 10;

type Mail = Output<'telar', 'ListOutbox'>['Messages'][number];

export function LastMails({ topicArn }: { topicArn: string }) {
  const { data, error } = useCall('telar', 'ListOutbox', { MaxResults: LOOKED_AT }, { every: EVERY_MS });
  const mails = data?.Messages.filter((mail) => mail.TopicArn === topicArn && mail.Kind === 'notification');
  return (
    <Section title="Last mails">
      {error && <Failure error={error} />}
      {mails && (
        <DataTable
          label="Last mails of the topic"
          dense
          rows={mails.slice(0, SHOWN)}
          keyOf={({ Id }) => String(Id)}
          hrefOf={({ Id }) => links.mail(Id)}
          empty={<p>No message has become a mail lately. Only subscribers by mail that have confirmed get any.</p>}
          columns={COLUMNS}
        />
      )}
    </Section>
  );
}

const COLUMNS: Column<Mail>[] = [
  { id: 'subject', header: 'Mail', cell: ({ Subject }) => Subject },
  { id: 'to', header: 'To', cell: ({ To }) => To },
  { id: 'status', header: 'Status', width: '9rem', cell: ({ Status: status }) => <Status status={status} /> },
  { id: 'when', header: 'When', width: '8rem', cell: ({ Time: at }) => <Time at={at} /> },
];
