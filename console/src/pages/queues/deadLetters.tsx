/** A queue as the dead-letter queue of others: whose, and sending its messages back. */

import { useAsked } from '../../data/address.ts';
import { links } from '../../data/links.ts';
import { useAct, useCall, usePages } from '../../data/queries.ts';
import type { Output } from '../../data/types.ts';
import { Button } from '../../parts/button.tsx';
import { Confirm } from '../../parts/dialog.tsx';
import { number } from '../../parts/format.ts';
import { Failure } from '../../parts/notice.tsx';
import { Section } from '../../parts/page.tsx';
import { quoted } from '../../parts/shell.ts';
import { Status } from '../../parts/status.tsx';
import { type Column, DataTable } from '../../parts/table.tsx';
import { Time } from '../../parts/time.tsx';
import { queueName } from './attributes.ts';

/** Shown only where the queue has dead letters of others, or has had. */
export function DeadLetters({ url, arn, waiting }: { url: string; arn: string; waiting: number }) {
  const [asking, setAsking] = useAsked('send-back');
  const sources = usePages(
    'sqs',
    'ListDeadLetterSourceQueues',
    { QueueUrl: url, MaxResults: 100 },
    (page) => page.queueUrls,
  );
  const tasks = useCall('sqs', 'ListMessageMoveTasks', { SourceArn: arn, MaxResults: 10 }, { every: 3000 });
  const move = useAct('sqs', 'StartMessageMoveTask');
  const names = (sources.items ?? []).map(queueName);
  const moves = tasks.data?.Results ?? [];
  if (sources.error) return <Failure error={sources.error} retry={sources.refetch} />;
  if (names.length === 0 && moves.length === 0) return null;
  return (
    <Section
      title="Dead letters of other queues"
      actions={
        names.length > 0 && (
          <Button disabled={waiting === 0} onClick={() => setAsking(true)}>
            Send them back
          </Button>
        )
      }
    >
      <p>
        {names.length === 0 && 'No queue sends its dead letters here any more.'}
        {names.map((name, index) => (
          <span key={name}>
            {index > 0 && ', '}
            <a href={links.queue(name)}>{name}</a>
          </span>
        ))}
      </p>
      {moves.length > 0 && (
        <DataTable
          label="What was sent back"
          rows={moves}
          keyOf={({ StartedTimestamp }) => String(StartedTimestamp)}
          columns={COLUMNS}
        />
      )}
      <Confirm
        open={asking && waiting > 0}
        onClose={() => setAsking(false)}
        title="Send the dead letters back?"
        action="Send them back"
        command={`aws sqs start-message-move-task --source-arn ${quoted(arn)}`}
        onConfirm={() => move.mutateAsync({ SourceArn: arn })}
      >
        <p>
          {waiting === 1 ? 'The one message goes' : `All ${number(waiting)} messages go`} back to the queues that they
          came from. What fails there again comes back here.
        </p>
      </Confirm>
    </Section>
  );
}

type Move = NonNullable<Output<'sqs', 'ListMessageMoveTasks'>['Results']>[number];

const COLUMNS: Column<Move>[] = [
  { id: 'started', header: 'Began', width: '9rem', cell: ({ StartedTimestamp }) => <Time at={StartedTimestamp} /> },
  { id: 'status', header: 'Status', width: '9rem', cell: ({ Status: status = '' }) => <Status status={status} /> },
  {
    ...{ id: 'moved', header: 'Moved', width: '10rem', align: 'right' },
    cell: ({ ApproximateNumberOfMessagesMoved = 0, ApproximateNumberOfMessagesToMove }) =>
      ApproximateNumberOfMessagesToMove === undefined
        ? number(ApproximateNumberOfMessagesMoved)
        : `${number(ApproximateNumberOfMessagesMoved)} of ${number(ApproximateNumberOfMessagesToMove)}`,
  },
  { id: 'reason', header: 'Reason', cell: ({ FailureReason }) => FailureReason },
];
