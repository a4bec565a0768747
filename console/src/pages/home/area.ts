/** The overview: what runs, what failed, what waits. */
import { type Area, page } from '../area.ts';

export const home: Area = {
  label: 'Overview',
  group: 'Overview',
  path: '/',
  pages: [{ path: '/', page: page(async () => (await import('./home.tsx')).HomePage) }],
};
