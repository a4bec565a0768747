/**
 * The outbox: mails of this server, whether or not a mail server takes them too.
 *
 * O1. It is bounded: by number, by bytes, and in time; the oldest go first.
 */
import type { Parts } from './context.ts';
import type { Mail } from './ports.ts';
import type { OutboxKind, OutboxRow, OutboxStatus } from './store.ts';

const MOST = { messages: 1000, bytes: 64 * 1024 * 1024 };
const KEPT_FOR = 30 * 24 * 3_600_000;

type Kept = {
  delivery: number;
  region: string;
  topic: string;
  subscription: string;
  kind: OutboxKind;
  mail: Mail;
};

/** Inside the transaction of an attempt; the first keeps it. */
export function keepMail({ db, ports, world }: Parts, { mail, ...kept }: Kept): void {
  const now = world.clock.now();
  const made = db.insertOutbox({
    ...kept,
    ...{ at: now, sender: mail.from, recipient: mail.to, subject: mail.subject, body: mail.text },
    bytes: Buffer.byteLength(mail.text),
    ...{ status: ports.mail ? 'waiting' : 'kept', error: null },
  });
  if (made === 0) return;
  const upTo = db.outboxExcess(MOST)?.id ?? 0;
  db.removeOutbox({ upTo, before: now - KEPT_FOR });
}

/** Inside a transaction: what has become of a mail. */
export function setMailStatus({ db }: Pick<Parts, 'db'>, delivery: number, status: OutboxStatus, error?: string): void {
  db.setOutbox({ delivery, status, error: error?.slice(0, 1000) ?? null });
}

export type OutboxEntry = Omit<OutboxRow, 'body' | 'delivery'>;

export type Outbox = {
  /** The newest first, older than an id. */
  list(before: number, limit: number): OutboxEntry[];
  get(id: number): (OutboxEntry & { body: string }) | undefined;
};

export const outboxOver = ({ db }: Pick<Parts, 'db'>): Outbox => ({
  list: (before, limit) => db.outboxPage({ before, limit }),
  get: (id) => db.outbox({ id }),
});
