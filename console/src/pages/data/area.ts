/** Buckets and their objects: looked into, uploaded, deleted, and where they came from. */
import { type Area, page } from '../area.ts';

export const data: Area = {
  label: 'Buckets',
  group: 'Data',
  path: '/data',
  pages: [
    { path: '/data', page: page(async () => (await import('./buckets.tsx')).BucketsPage) },
    { path: '/data/:bucket', page: page(async () => (await import('./bucket.tsx')).BucketPage) },
    { path: '/data/:bucket/object', page: page(async () => (await import('./object.tsx')).ObjectPage) },
  ],
};
