/**
 * Whole prefixes for Telar's other services: their objects, and a digest by which a later look finds whether they are still
 * the same.
 *
 * G1. The digest is of the versions, in the order of their keys. A version is one content of one key, for all time: equal
 *     digests stand for the very same objects.
 * G2. Prefixes of any size are listed without holding the loop; the digest that this gives is remembered, so that the step
 *     cache, which cannot wait, finds it while the bucket is unchanged.
 */
import { createHash, hash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { successor } from './keys.ts';
import type { Objects } from './objects.ts';
import type { ListedName, ObjectsStore } from './store.ts';

const PAGE = 500;
/** Digests that are remembered, at most. */
const MOST_KNOWN = 1000;

export type ObjectListing = { entries: readonly ListedName[]; fingerprint: string };

export type Listings = {
  list(bucket: string, prefix: string): Promise<ObjectListing>;
  fingerprint(bucket: string, prefix: string): string;
  anyUnder(bucket: string, prefix: string): boolean;
};

export function createListings(rows: ObjectsStore, objects: Objects, clock: Pick<Clock, 'soon'>): Listings {
  const known = new Map<string, { changes: number; fingerprint: string }>();

  function remember(bucket: string, prefix: string, changes: number, fingerprint: string): void {
    if (known.size >= MOST_KNOWN) known.clear();
    known.set(`${bucket}/${prefix}`, { changes, fingerprint });
  }

  return {
    async list(bucket, prefix) {
      objects.bucket({ Bucket: bucket });
      const changes = objects.changesOf(bucket);
      const below = successor(prefix);
      const entries: ListedName[] = [];
      const digest = createHash('sha256');
      for (let from = prefix; ; ) {
        const page = rows.names(bucket, from, below, PAGE);
        const text = page.map(({ version }) => version).join(',');
        digest.update(entries.length > 0 && page.length > 0 ? `,${text}` : text);
        for (const entry of page) entries.push(entry);
        const last = page.at(-1);
        if (page.length < PAGE || !last) break;
        from = `${last.key}\u0000`;
        await new Promise<void>((resolve) => clock.soon(resolve));
      }
      const fingerprint = digest.digest('hex');
      if (objects.changesOf(bucket) === changes) remember(bucket, prefix, changes, fingerprint);
      return { entries, fingerprint };
    },
    fingerprint(bucket, prefix) {
      objects.bucket({ Bucket: bucket });
      const changes = objects.changesOf(bucket);
      const before = known.get(`${bucket}/${prefix}`);
      if (before?.changes === changes) return before.fingerprint;
      const fingerprint = hash('sha256', rows.versionsOf(bucket, prefix, successor(prefix)), 'hex');
      remember(bucket, prefix, changes, fingerprint);
      return fingerprint;
    },
    anyUnder(bucket, prefix) {
      objects.bucket({ Bucket: bucket });
      return rows.names(bucket, prefix, successor(prefix), 1).length > 0;
    },
  };
}
