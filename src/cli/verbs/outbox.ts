/** `telar outbox`: the mails that notifications have become, and the confirmation of a subscription by one of them. */

import { confirmationToken } from '../../base/confirmationToken.ts';
import { formatDuration } from '../../base/duration.ts';
import type { Context } from '../context.ts';
import { type ExitStatus, failure, misuse } from '../errors.ts';
import { table } from '../render/text.ts';
import { clients } from './shared.ts';

const SHOWN = 50;

export async function outbox(context: Context, action: string, which: string | undefined): Promise<ExitStatus> {
  if (action === 'list') return list(context);
  if (action !== 'show' && action !== 'confirm')
    throw misuse(`'${action}' is nothing that the outbox can do: list, show, or confirm.`);
  const id = Number(which);
  if (which === undefined || !Number.isInteger(id) || id < 1)
    throw misuse(`'outbox ${action}' takes the number of a mail: 'telar outbox' lists them.`);
  return action === 'show' ? show(context, id) : confirm(context, id);
}

async function list(context: Context): Promise<ExitStatus> {
  const { out } = context;
  const { Messages } = await clients(context).telar('ListOutbox', { MaxResults: SHOWN });
  if (Messages.length === 0) {
    out.line('The outbox is empty: no topic has sent mail. Messages to subscribers of the protocol email end up here.');
  } else {
    const rows = Messages.map(({ Id, Time, To, Subject, Status }) => [
      String(Id),
      `${formatDuration(Date.now() - Date.parse(Time))} ago`,
      To,
      Subject,
      Status.toLowerCase(),
    ]);
    out.lines(table([['', 'When', 'To', 'Subject', 'Status'].map(out.style.bold), ...rows]));
    out.line(`  ${out.command(`outbox show ${Messages[0]!.Id}`)}`);
  }
  out.result({ messages: Messages });
  return 0;
}

async function show(context: Context, id: number): Promise<ExitStatus> {
  const { out } = context;
  const mail = await clients(context).telar('GetOutboxMessage', { Id: id });
  const { dim } = out.style;
  out.line(`${dim('From:   ')} ${mail.From}`);
  out.line(`${dim('To:     ')} ${mail.To}`);
  out.line(`${dim('Subject:')} ${mail.Subject}`);
  out.line(`${dim('Date:   ')} ${mail.Time}`);
  const reason = mail.FailureReason === undefined ? '' : `: ${mail.FailureReason}`;
  out.line(`${dim('Status: ')} ${STATUSES[mail.Status]}${reason}`);
  out.line();
  out.lines(mail.Body.trimEnd().split('\n'));
  if (mail.Kind === 'confirmation') {
    out.line();
    out.line(`  ${out.command(`outbox confirm ${id}`)}    confirms the subscription`);
  }
  out.result(mail);
  return 0;
}

const STATUSES = {
  Kept: 'kept here; the server has no mail server',
  Waiting: 'waiting for the mail server',
  Mailed: 'handed to the mail server',
  Failed: 'the mail server did not take it',
} as const;

/** The token stands in the link of the mail. */
async function confirm(context: Context, id: number): Promise<ExitStatus> {
  const { out } = context;
  const on = clients(context);
  const { Kind, Body, TopicArn, To } = await on.telar('GetOutboxMessage', { Id: id });
  const token = confirmationToken(Body);
  if (Kind !== 'confirmation' || token === undefined)
    throw failure(
      'NothingToConfirm',
      `Mail ${id} does not ask for a confirmation. 'telar outbox' lists those that do.`,
    );
  const region = TopicArn.split(':')[3]!;
  const sns = await clients(context, region).sns();
  const { SubscriptionArn } = await sns.confirmSubscription({ TopicArn, Token: token });
  out.line(`Confirmed: messages of ${TopicArn} are sent to ${To} from now on.`);
  out.result({ confirmed: SubscriptionArn });
  return 0;
}
