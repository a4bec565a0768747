/** The mail server that notifications are handed to. It is loaded when the first mail is sent. */
import { untilAborted } from '../../base/untilAborted.ts';
import type { NotificationPorts } from '../../services/notifications/index.ts';

export type MailServer = {
  host: string;
  /** @default 465 with `secure`, else 587 */
  port?: number;
  /** TLS from the first byte. Otherwise STARTTLS is used wherever the server offers it. */
  secure?: boolean;
  user?: string;
  password?: string;
  /** The sender's address. */
  from: string;
};

const WITHIN = 30_000;
const CONNECTIONS = 4;

/** @example mailThrough({ host: 'smtp.example.com', user: 'me', password: '…', from: 'telar@example.com' }) */
export function mailThrough(server: MailServer): { mail: NonNullable<NotificationPorts['mail']>; close(): void } {
  const { host, secure = false, port = secure ? 465 : 587, user, password, from } = server;
  const opened = once(async () => {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      ...{ host, port, secure, pool: true, maxConnections: CONNECTIONS },
      ...{ connectionTimeout: WITHIN, greetingTimeout: WITHIN, socketTimeout: WITHIN },
      ...(user !== undefined && { auth: { user, pass: password ?? '' } }),
      // What is sent are texts of messages: no file is read, and no address fetched, for them.
      ...{ disableFileAccess: true, disableUrlAccess: true },
    });
  });
  let transport: Awaited<ReturnType<typeof opened>> | undefined;
  return {
    mail: {
      from,
      async send({ from: sender, to, subject, text }, stopped) {
        transport = await opened();
        const sending = transport.sendMail({ from: sender, to: { name: '', address: to }, subject, text });
        // What is on its way to the mail server may still arrive: it is sent again after the next start.
        await untilAborted(sending, stopped, 'The server is closing.');
      },
    },
    close: () => transport?.close(),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}
