/** Mails that notifications have become: there to be read whether or not a mail server took them. */
import { arn as formatArn } from '../../base/arn.ts';
import { type Call, type Operation, reads } from '../../protocol/service.ts';
import type { OutboxMessage, TelarInput, TelarOutputs } from './api.ts';
import { errors } from './errors.ts';
import type { SeenMail, TelarPorts } from './ports.ts';

type Name = 'ListOutbox' | 'GetOutboxMessage';

const on = (action: Name, { region, account }: Call) => [
  { action: `telar:${action}`, resource: formatArn('telar', region, account, 'outbox') },
];

export function outboxOperations({ outbox }: Pick<TelarPorts, 'outbox'>): {
  [N in Name]: Operation<TelarInput<N>, TelarOutputs[N]>;
} {
  return {
    ListOutbox: reads(
      (_, call) => on('ListOutbox', call),
      ({ Before = Number.MAX_SAFE_INTEGER, MaxResults }) => {
        const found = outbox.list(Before, MaxResults + 1);
        const page = found.slice(0, MaxResults);
        return { Messages: page.map(messageOf), Next: found.length > MaxResults ? page.at(-1)?.id : undefined };
      },
    ),
    GetOutboxMessage: reads(
      (_, call) => on('GetOutboxMessage', call),
      ({ Id }) => {
        const found = outbox.get(Id);
        if (!found) throw errors.noMail(Id);
        return { ...messageOf(found), Body: found.body };
      },
    ),
  };
}

const STATUSES = { kept: 'Kept', waiting: 'Waiting', mailed: 'Mailed', failed: 'Failed' } as const;

function messageOf(mail: SeenMail): OutboxMessage {
  return {
    ...{ Id: mail.id, Time: new Date(mail.at).toISOString(), Kind: mail.kind },
    ...{ TopicArn: mail.topic, SubscriptionArn: mail.subscription },
    ...{ From: mail.sender, To: mail.recipient, Subject: mail.subject, SizeInBytes: mail.bytes },
    ...{ Status: STATUSES[mail.status], FailureReason: mail.error ?? undefined },
  };
}
