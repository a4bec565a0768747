/** Schedules: everything on the server that runs by the clock. */
import { type Area, page } from '../area.ts';

export const schedules: Area = {
  label: 'Schedules',
  group: 'Flows',
  path: '/schedules',
  pages: [
    { path: '/schedules', page: page(async () => (await import('./schedules.tsx')).SchedulesPage) },
    { path: '/schedules/:group/:name', page: page(async () => (await import('./schedule.tsx')).SchedulePage) },
  ],
};
