/** A mail server for a test: a real one, that keeps what it is sent. */
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { SMTPServer } from 'smtp-server';

export type TestMail = { from: string; to: string[]; text: string; user: string | undefined };

export type TestMailServer = {
  port: number;
  mails: TestMail[];
  /** Answers so many of the next mails with this code, before it takes them. */
  refuse(times: number, code: number): void;
  until(count: number): Promise<TestMail[]>;
  close(): Promise<void>;
};

const PASSWORD = 'open sesame';

export async function startMailServer(): Promise<TestMailServer> {
  const mails: TestMail[] = [];
  let refusing = { times: 0, code: 0 };
  const server = new SMTPServer({
    authMethods: ['PLAIN', 'LOGIN'],
    // Its certificate is made by nobody: mails are sent in the clear.
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    onAuth({ username, password }, _session, done) {
      if (password === PASSWORD) done(null, { user: username ?? '' });
      else done(new Error('Wrong password'));
    },
    onData(stream, session, done) {
      let text = '';
      stream.setEncoding('utf8');
      stream.on('data', (chunk: string) => {
        text += chunk;
      });
      stream.on('end', () => {
        if (refusing.times > 0) {
          refusing.times -= 1;
          return done(Object.assign(new Error('Not now'), { responseCode: refusing.code }));
        }
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        const user = typeof session.user === 'string' ? session.user : undefined;
        mails.push({ from, to: rcptTo.map(({ address }) => address), text, user });
        return done();
      });
    },
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    refuse(times, code) {
      refusing = { times, code };
    },
    async until(count) {
      while (mails.length < count) await sleep(10);
      return mails;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

export const mailOptions = ({ port }: TestMailServer) => ({
  ...{ host: '127.0.0.1', port, user: 'telar', password: PASSWORD, from: 'telar@example.com' },
});

/** The text of a mail as it was sent: headers taken off, quoted-printable undone. */
export function textOf({ text }: TestMail): string {
  const [head = '', ...body] = text.split('\r\n\r\n');
  const plain = body.join('\r\n\r\n');
  if (!/quoted-printable/i.test(head)) return plain;
  const bytes = plain
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
