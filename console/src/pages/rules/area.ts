/** Event buses and their rules: what happens, and what it sets going. */
import { type Area, page } from '../area.ts';

export const rules: Area = {
  label: 'Rules',
  group: 'Flows',
  path: '/rules',
  pages: [
    { path: '/rules', page: page(async () => (await import('./rules.tsx')).RulesPage) },
    { path: '/rules/:bus/:name', page: page(async () => (await import('./rule.tsx')).RulePage) },
  ],
};
