/**
 * `telar gc`, the objects' share: frees what nobody can reach any more and nobody's lineage names.
 *
 * Z1. Only versions that clients do not see are looked at, and only those that are older than the retention and that
 *     `keeps` does not claim. The choice is made again in the transaction that removes.
 * Z2. A crash at any instant leaves rows or files too many, never too few: rows go first, durably, files by the sweep.
 * Z3. It goes in short stretches, and stops after a while to be called again: neither the loop nor a request is held.
 */
import { statSync } from 'node:fs';
import type { Clock } from '../../base/clock.ts';
import type { Bytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import type { Objects } from './objects.ts';
import type { ObjectVersion } from './ports.ts';
import type { ObjectsStore, RemovedVersion } from './store.ts';

export type Amount = { count: number; bytes: number };

export type Garbage = {
  /** Deleted and overwritten versions that go. */
  versions: Amount;
  /** Those that would go, but for `keeps`. */
  kept: Amount;
  /** Records of completed uploads that go. */
  uploads: number;
  /** Files that belong to nothing: known only once all versions have been looked at. */
  files: Amount;
  /** Where to go on; undefined when all is done. */
  next: number | undefined;
};

export type GarbageQuery = {
  /** Say what would go, and let it stay. */
  dryRun: boolean;
  /** What was removed at or after this instant is kept. Milliseconds since the epoch. */
  before: number;
  /** Where an earlier call stopped; 0 to begin. */
  after: number;
  /** For how long to work at most, in milliseconds. */
  budget: number;
  /** Whether a version is still needed: by a model's lineage, by a job under way. */
  keeps(version: ObjectVersion): boolean;
};

export type CollectGarbage = (query: GarbageQuery) => Promise<Garbage>;

/** Rows that one stretch reads, and rows that one transaction removes: each may free 64 kB of pages. */
const STRETCH = 2000;
const AT_A_TIME = 50;

type Context = {
  store: Store;
  rows: ObjectsStore;
  bytes: Bytes;
  objects: Objects;
  clock: Clock;
  /** Removes the files that `isReferenced` does not claim. */
  sweep(isReferenced: (file: string) => boolean): Promise<unknown>;
};

export function garbageCollector(context: Context): CollectGarbage {
  const { rows, clock } = context;
  return async (query) => {
    const garbage: Garbage = {
      ...{ versions: nothing(), kept: nothing(), files: nothing() },
      ...{ uploads: 0, next: undefined },
    };
    const until = clock.monotonic() + query.budget;
    const newest = rows.newestVersion();
    for (let after = query.after; after < newest; after += STRETCH) {
      if (clock.monotonic() >= until) return { ...garbage, next: after };
      const goes = chosen(rows.removedVersions({ after, to: after + STRETCH }), query, garbage);
      if (!query.dryRun) await removeAll(context, goes);
      else await soon(clock);
    }
    garbage.uploads = await forgetUploads(context, query);
    garbage.files = await sweepFiles(context, query.dryRun);
    return garbage;
  };
}

const nothing = (): Amount => ({ count: 0, bytes: 0 });
const soon = (clock: Clock) => new Promise<void>((resolve) => clock.soon(resolve));

function add(amount: Amount, { size }: { size: number }): void {
  amount.count += 1;
  amount.bytes += size;
}

function chosen(removed: readonly RemovedVersion[], query: GarbageQuery, garbage: Garbage): RemovedVersion[] {
  return removed.filter((row) => {
    if (row.removedAt >= query.before) return false;
    const kept = query.keeps(row);
    add(kept ? garbage.kept : garbage.versions, row);
    return !kept;
  });
}

async function removeAll({ store, rows, objects }: Context, goes: readonly RemovedVersion[]): Promise<void> {
  for (let from = 0; from < goes.length; from += AT_A_TIME) {
    await store.transact(() => {
      for (const { version, file, size } of goes.slice(from, from + AT_A_TIME)) {
        if (rows.deleteVersion({ version }) > 0 && file !== null) objects.letGo([{ file, size }]);
      }
    });
  }
}

/** A completion repeated later than this is NoSuchUpload. */
async function forgetUploads({ store, rows }: Context, { dryRun, before }: GarbageQuery): Promise<number> {
  if (dryRun) return rows.completedUploads({ before, limit: STRETCH }).length;
  let count = 0;
  for (;;) {
    const page = rows.completedUploads({ before, limit: AT_A_TIME });
    if (page.length === 0) return count;
    await store.transact(() => {
      for (const { id } of page) count += rows.removeUpload({ id });
    });
  }
}

async function sweepFiles({ rows, bytes, sweep }: Context, dryRun: boolean): Promise<Amount> {
  const files = nothing();
  await sweep((file) => {
    if (rows.isReferenced(file)) return true;
    const path = bytes.pathOf({ kind: 'file', file, size: 0 })!;
    add(files, { size: statSync(path, { throwIfNoEntry: false })?.size ?? 0 });
    return dryRun;
  });
  return files;
}
