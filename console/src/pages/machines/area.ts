/** State machines: their definitions, versions and executions. */
import { type Area, page } from '../area.ts';

export const machines: Area = {
  label: 'State machines',
  group: 'Work',
  path: '/machines',
  pages: [
    { path: '/machines', page: page(async () => (await import('./machines.tsx')).MachinesPage) },
    { path: '/machines/:name/compare', page: page(async () => (await import('./compare.tsx')).ComparePage) },
    { path: '/machines/:name', page: page(async () => (await import('./machine.tsx')).MachinePage) },
    { path: '/machine-executions/:arn', page: page(async () => (await import('./execution.tsx')).ExecutionPage) },
  ],
};
