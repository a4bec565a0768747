/** Jobs of all kinds: what runs and waits now, what has run, and each job with all that is known of it. */
import { type Area, page } from '../area.ts';

export const jobs: Area = {
  label: 'Jobs',
  group: 'Work',
  path: '/jobs',
  pages: [
    { path: '/jobs', page: page(async () => (await import('./jobs.tsx')).JobsPage) },
    { path: '/glue', page: page(async () => (await import('./glueJobs.tsx')).GlueJobsPage) },
    { path: '/glue/:name', page: page(async () => (await import('./glueJob.tsx')).GlueJobPage) },
    { path: '/jobs/:kind/:name', page: page(async () => (await import('./job.tsx')).JobPage) },
  ],
};
