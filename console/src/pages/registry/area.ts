/** The model registry: groups, their versions, what speaks for each, and who decided about it. */
import { type Area, page } from '../area.ts';

export const registry: Area = {
  label: 'Model registry',
  group: 'Models',
  path: '/registry',
  pages: [
    { path: '/registry', page: page(async () => (await import('./groups.tsx')).GroupsPage) },
    { path: '/registry/:group/compare', page: page(async () => (await import('./compare.tsx')).ComparePage) },
    { path: '/registry/:group', page: page(async () => (await import('./group.tsx')).GroupPage) },
    { path: '/registry/:group/:version', page: page(async () => (await import('./version.tsx')).VersionPage) },
  ],
};
