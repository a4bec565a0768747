/** Functions: what runs when something happens. */
import { type Area, page } from '../area.ts';

export const functions: Area = {
  label: 'Functions',
  group: 'Flows',
  path: '/functions',
  pages: [
    { path: '/functions', page: page(async () => (await import('./functions.tsx')).FunctionsPage) },
    { path: '/functions/:name', page: page(async () => (await import('./function.tsx')).FunctionPage) },
  ],
};
