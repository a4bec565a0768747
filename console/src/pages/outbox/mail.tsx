/** A mail, as plain text: its links are for whoever copies them. */
import { useConfirmation } from '../../data/confirmation.ts';
import { useCall } from '../../data/queries.ts';
import { targetOf } from '../../data/targets.ts';
import { Button } from '../../parts/button.tsx';
import { CopyCommand } from '../../parts/command.tsx';
import { absolute } from '../../parts/format.ts';
import { Banner, Failure, Loading } from '../../parts/notice.tsx';
import { Facts } from '../../parts/page.tsx';
import { TargetLink } from '../../parts/target.tsx';

const STATUSES = {
  Kept: 'Kept here; the server has no mail server',
  Waiting: 'Waiting for the mail server',
  Mailed: 'Handed to the mail server',
  Failed: 'The mail server did not take it',
} as const;

export function Mail({ id }: { id: number }) {
  const { data, error, refetch } = useCall('telar', 'GetOutboxMessage', { Id: id });
  if (error) return <Failure error={error} retry={() => void refetch()} />;
  if (!data) return <Loading />;
  return (
    <article className="outbox-mail" aria-label={data.Subject}>
      <h2 className="outbox-mail-subject">{data.Subject}</h2>
      <Facts
        items={[
          ['From', data.From],
          ['To', data.To],
          ['Date', absolute(data.Time)],
          ['Topic', <TargetLink key="topic" {...targetOf(data.TopicArn)} />],
          ['Status', `${STATUSES[data.Status]}${data.FailureReason === undefined ? '' : `: ${data.FailureReason}`}`],
        ]}
      />
      {data.Kind === 'confirmation' && <Confirmation id={id} to={data.To} />}
      <pre className="outbox-body">{data.Body.trimEnd()}</pre>
    </article>
  );
}

function Confirmation({ id, to }: { id: number; to: string }) {
  const confirm = useConfirmation();
  return (
    <>
      {!confirm.isSuccess && (
        <Banner
          tone="warn"
          actions={
            <Button variant="primary" busy={confirm.isPending} onClick={() => confirm.mutate(id)}>
              Confirm the subscription
            </Button>
          }
        >
          Nothing is sent to {to} until the subscription is confirmed.
        </Banner>
      )}
      {confirm.isSuccess && <Banner tone="good">Messages are sent to {to} from now on.</Banner>}
      {confirm.error && <Failure error={confirm.error} />}
      <CopyCommand command={`telar outbox confirm ${id}`} />
    </>
  );
}
