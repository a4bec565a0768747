/** Queues: what waits to be taken. */
import { type Area, page } from '../area.ts';

export const queues: Area = {
  label: 'Queues',
  group: 'Flows',
  path: '/queues',
  pages: [
    { path: '/queues', page: page(async () => (await import('./queues.tsx')).QueuesPage) },
    { path: '/queues/:name', page: page(async () => (await import('./queue.tsx')).QueuePage) },
  ],
};
