/** Topics: who is told what. */
import { type Area, page } from '../area.ts';

export const topics: Area = {
  label: 'Topics',
  group: 'Flows',
  path: '/topics',
  pages: [
    { path: '/topics', page: page(async () => (await import('./topics.tsx')).TopicsPage) },
    { path: '/topics/:arn', page: page(async () => (await import('./topic.tsx')).TopicPage) },
  ],
};
