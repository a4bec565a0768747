/** The audit trail: who changed what, and who was denied. */
import { type Area, page } from '../area.ts';

export const audit: Area = {
  label: 'Audit trail',
  group: 'Server',
  path: '/audit',
  pages: [{ path: '/audit', page: page(async () => (await import('./audit.tsx')).AuditPage) }],
};
