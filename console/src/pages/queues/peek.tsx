/**
 * Looks at messages without taking them: a receive that hides them for no time. It is a receive all the same, and counts as one; where
 * the queue has dead letters, it can make one.
 */
import { useState } from 'react';
import { useAct } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Json } from '../../parts/code.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { jsonOrText } from '../../parts/jsonText.ts';
import { Empty, Failure } from '../../parts/notice.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import type { Redrive } from './attributes.ts';
import { urlCommand } from './urlCommand.ts';

type Message = NonNullable<Output<'sqs', 'ReceiveMessage'>['Messages']>[number];

const MOST = 10;

export function Peek({ name, url, redrive }: { name: string; url: string; redrive: Redrive | undefined }) {
  const receive = useAct('sqs', 'ReceiveMessage');
  const [chosen, setChosen] = useState<string>();
  const messages = receive.data && (receive.data.Messages ?? []);
  const shown = messages?.find(({ MessageId }) => MessageId === chosen);
  const look = () =>
    receive.mutate({
      ...{ QueueUrl: url, MaxNumberOfMessages: MOST, VisibilityTimeout: 0, WaitTimeSeconds: 0 },
      ...{ MessageSystemAttributeNames: ['All'], MessageAttributeNames: ['All'] },
    });
  return (
    <>
      <p>
        <Button busy={receive.isPending} onClick={look}>
          Look at messages
        </Button>{' '}
        {MOST} at most, which stay where they are. To look is to receive, and counts as that
        {redrive && `: after ${redrive.after} receives a message becomes a dead letter`}.
      </p>
      {receive.error && <Failure error={receive.error} />}
      {messages && (
        <DataTable
          label="Messages"
          rows={messages}
          keyOf={({ MessageId = '' }) => MessageId}
          onOpen={({ MessageId }) => setChosen(MessageId)}
          selected={chosen}
          empty={
            <Empty title="No message can be received now">Those in flight and those delayed cannot be seen.</Empty>
          }
          columns={COLUMNS}
        />
      )}
      {shown && <Json value={{ ...shown, Body: jsonOrText(shown.Body ?? '') }} open={3} />}
      <CopyCommand
        command={`aws sqs receive-message --queue-url ${urlCommand(name)} --max-number-of-messages ${MOST} --visibility-timeout 0 --attribute-names All --message-attribute-names All`}
      />
    </>
  );
}

const COLUMNS: Column<Message>[] = [
  { id: 'body', header: 'Message', cell: ({ Body = '' }) => <code>{Body.slice(0, 200)}</code> },
  {
    id: 'received',
    header: 'Received',
    width: '8rem',
    align: 'right',
    cell: ({ Attributes }) => Attributes?.ApproximateReceiveCount,
  },
  {
    id: 'sent',
    header: 'Sent',
    width: '8rem',
    cell: ({ Attributes }) => <Time at={Number(Attributes?.SentTimestamp)} />,
  },
];
