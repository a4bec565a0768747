/** The mail server that notifications are handed to, as `telar up` is told of it. */
import type { MailServer } from '../server/notifications/index.ts';
import { misuse } from './errors.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * By its address: `smtp://user@host:587`, or `smtps://…` for TLS from the first byte. A password belongs in TELAR_SMTP_PASSWORD, where
 * no list of processes shows it; one in the address is taken, too.
 *
 * @returns undefined where none is given: mails go to the outbox alone
 * @throws misuse
 */
export function mailServerOf(
  { smtp, mailFrom }: { smtp?: string; mailFrom?: string },
  environment: Environment,
): MailServer | undefined {
  const text = smtp ?? environment['TELAR_SMTP_URL'];
  const from = mailFrom ?? environment['TELAR_MAIL_FROM'];
  if (text === undefined || text === '') {
    if (mailFrom !== undefined) throw misuse('--mail-from needs a mail server: give --smtp, or set TELAR_SMTP_URL.');
    return undefined;
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'smtp:' && url.protocol !== 'smtps:') || url.hostname === '')
    throw misuse(
      "The mail server's address is such as smtp://user@host:587 or smtps://user@host (--smtp, TELAR_SMTP_URL).",
    );
  if (!from || !/^[^\s<>]+@[^\s<>]+$/.test(from))
    throw misuse('Mails need a sender: give --mail-from ADDRESS, or set TELAR_MAIL_FROM.');
  const password = environment['TELAR_SMTP_PASSWORD'] ?? (url.password && decodeURIComponent(url.password));
  return {
    ...{ host: url.hostname, secure: url.protocol === 'smtps:', from },
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { user: decodeURIComponent(url.username) }),
    ...(password && { password }),
  };
}
