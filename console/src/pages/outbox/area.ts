/** The outbox: mails that notifications have become. */
import { type Area, page } from '../area.ts';

const outboxPage = page(async () => (await import('./outbox.tsx')).OutboxPage);

export const outbox: Area = {
  label: 'Outbox',
  group: 'Flows',
  path: '/outbox',
  pages: [
    { path: '/outbox', page: outboxPage },
    { path: '/outbox/:id', page: outboxPage },
  ],
};
