/** Pipelines: their definitions, their executions while they run and after. */
import { type Area, page } from '../area.ts';

export const pipelines: Area = {
  label: 'Pipelines',
  group: 'Work',
  path: '/pipelines',
  pages: [
    { path: '/pipelines', page: page(async () => (await import('./pipelines.tsx')).PipelinesPage) },
    { path: '/pipelines/:name', page: page(async () => (await import('./pipeline.tsx')).PipelinePage) },
    { path: '/pipelines/:name/compare', page: page(async () => (await import('./compare.tsx')).ComparePage) },
    {
      path: '/pipelines/:name/executions/:execution',
      page: page(async () => (await import('./execution.tsx')).ExecutionPage),
    },
  ],
};
