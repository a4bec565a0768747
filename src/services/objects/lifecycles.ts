/**
 * Carries out the life cycle rules of all buckets: once after each start, and from then on at every midnight (UTC), when
 * things fall due.
 *
 * Y1. A part of a bucket at a time, each in a transaction of its own: what a rule sees is what it acts on, and requests come
 *     in between. A crash loses nothing: the next run finds again what is due.
 */
import type { World } from '../../base/world.ts';
import type { Store } from '../../store/store.ts';
import type { Attributes } from './attributes.ts';
import {
  type Ageing,
  abortDue,
  expiryOf,
  type LifecycleRule,
  movesDown,
  noncurrentDue,
  removesLoneMarker,
  transitionDue,
} from './lifecycle.ts';
import type { Tell } from './notifications.ts';
import type { Objects, Removed } from './objects.ts';
import type { Settings } from './settings.ts';
import type { AgeingVersion, ObjectsStore, StoredObject } from './store.ts';
import type { Tag } from './tags.ts';

/** `unrestored`: archived objects that can no longer be read. */
export type LifecycleReport = { expired: number; removed: number; moved: number; aborted: number; unrestored: number };

export type Lifecycles = {
  /** The `x-amz-expiration` header: when the object expires, and by which rule. */
  expirationOf(object: StoredObject): string | undefined;
  /** Carries out what is due in all buckets. */
  run(): Promise<LifecycleReport>;
  /** Runs now and at every midnight, while there are rules or restored objects. Call it again when there is the first. */
  start(): void;
  stop(): Promise<void>;
};

type Context = { store: Store; rows: ObjectsStore; objects: Objects; settings: Settings; world: World; tell: Tell };

/** Rows at a time. Deciding about one takes a few microseconds, removing one some tens. */
const PART = 100;
const DAY = 86_400_000;

export function createLifecycles(context: Context): Lifecycles {
  const { settings, world } = context;
  let stopping = false;
  let cancel: (() => void) | undefined;
  let running: Promise<unknown> = Promise.resolve();

  async function run(): Promise<LifecycleReport> {
    const report = { expired: 0, removed: 0, moved: 0, aborted: 0, unrestored: 0 };
    for (const bucket of settings.bucketsWith('lifecycle')) {
      for (const pass of [currentPass, historyPass, uploadsPass]) {
        const step = pass(context, bucket, report);
        while (!stopping && (await context.store.transact(step)));
      }
    }
    const step = restoresPass(context, report);
    while (!stopping && (await context.store.transact(step)));
    return report;
  }

  function arm(at: number): void {
    cancel = world.clock.at(at, () => {
      if (stopping) return;
      running = run().then(
        (report) => world.log('info', 'objects.life-cycles', report),
        (error: Error) => world.log('warn', 'objects.life-cycles-failed', { message: error.message }),
      );
      arm(Math.floor(world.clock.now() / DAY + 1) * DAY);
    });
  }

  const hasWork = () => settings.bucketsWith('lifecycle').length > 0 || context.rows.anyRestored({}) !== undefined;

  return {
    run,
    expirationOf(object) {
      const rules = settings.get(object.bucket, 'lifecycle');
      const expiry = rules && expiryOf(rules, { ...object, tags: object.attributes.tags ?? [] });
      return (
        expiry && `expiry-date="${new Date(expiry.at).toUTCString()}", rule-id="${encodeURIComponent(expiry.rule)}"`
      );
    },
    start() {
      if (cancel || stopping || !hasWork()) return;
      arm(world.clock.now());
    },
    async stop() {
      stopping = true;
      cancel?.();
      await running;
    },
  };
}

/** One part of a pass; answers whether there may be more. */
type Step = () => boolean;

const ageing = (row: AgeingVersion): Ageing => ({ ...row, tags: row.tags ? (JSON.parse(row.tags) as Tag[]) : [] });

/** The rules as they are now: they may have changed since the last part. */
const rulesOf = ({ settings }: Context, bucket: string): readonly LifecycleRule[] =>
  settings.get(bucket, 'lifecycle') ?? [];

function currentPass(context: Context, bucket: string, report: LifecycleReport): Step {
  const { rows, objects, world } = context;
  let after = '';
  return () => {
    const now = world.clock.now();
    const rules = rulesOf(context, bucket);
    const page = rules.length === 0 ? [] : rows.ageing({ bucket, after, limit: PART });
    for (const row of page) {
      const version = ageing(row);
      const expiry = expiryOf(rules, version);
      if (expiry && expiry.at <= now) {
        const removed = objects.remove({ Bucket: bucket, Key: row.key }, undefined, now);
        tellExpired(context, bucket, removed, now);
        report.expired += 1;
      } else report.moved += move(context, bucket, row, transitionDue(rules, version, now));
    }
    after = page.at(-1)?.key ?? after;
    return page.length === PART;
  };
}

/** Calls a version by another storage class; its bytes stay where they are. */
function move(context: Context, bucket: string, row: AgeingVersion, storageClass: string | undefined): number {
  const { rows, tell, world } = context;
  if (storageClass === undefined || !movesDown(row.storageClass, storageClass)) return 0;
  const found = rows.version(bucket, row.key, row.version);
  if (!found) return 0;
  const attributes = { ...found.attributes, storageClass: storageClass as NonNullable<Attributes['storageClass']> };
  tell(bucket, () => ({
    ...{ event: 'LifecycleTransition', at: world.clock.now(), by: 'lifecycle' },
    object: { ...found, storageClass },
  }));
  return rows.setAttributes({ version: row.version, attributes: JSON.stringify(attributes) });
}

function tellExpired({ tell }: Context, bucket: string, { told, marker }: Removed, at: number): void {
  if (!told) return;
  const event = marker ? 'LifecycleExpiration:DeleteMarkerCreated' : 'LifecycleExpiration:Delete';
  tell(bucket, () => ({ event, object: told, at, by: 'lifecycle' }));
}

/** Removes a version for good. */
function removeVersion({ rows, tell }: Context, bucket: string, row: AgeingVersion, at: number): number {
  const { key, version, versionId } = row;
  tell(bucket, () => ({
    event: 'LifecycleExpiration:Delete',
    object: { key, version, versionId },
    at,
    by: 'lifecycle',
  }));
  return rows.removeVersion({ version, at });
}

/** Restored objects whose time is over. */
function restoresPass({ rows, objects, world, tell }: Context, report: LifecycleReport): Step {
  return () => {
    const now = world.clock.now();
    const over = rows.restoresOver({ now, limit: PART });
    for (const { version, bucket, key } of over) {
      rows.removeRestore({ version });
      const row = rows.version(bucket, key, version);
      if (!row) continue;
      const object = objects.shown(row);
      report.unrestored += 1;
      const { storageClass } = object.attributes;
      tell(object.bucket, () => ({
        ...{ event: 'ObjectRestore:Delete', at: now, by: 'lifecycle' },
        object: { ...object, storageClass },
      }));
    }
    return over.length === PART;
  };
}

function historyPass(context: Context, bucket: string, report: LifecycleReport): Step {
  const { rows, world } = context;
  let after = { key: '', version: 0 };
  /** Noncurrent versions of `after.key` that stay. */
  let newer = 0;
  return () => {
    const now = world.clock.now();
    const rules = rulesOf(context, bucket);
    const page =
      rules.length === 0 ? [] : rows.ageingHistory({ bucket, after: after.key, version: after.version, limit: PART });
    for (const row of page) {
      const first = row.key !== after.key;
      if (first) newer = 0;
      after = row;
      const version = ageing(row);
      // The latest version of a deleted key is its marker: not a noncurrent one.
      if (first && row.marker && rows.currentVersion(bucket, row.key) === undefined) {
        const lone = rows.nextFormer({ bucket, key: row.key, version: row.version }) === undefined;
        if (lone && removesLoneMarker(rules, version, now)) report.removed += removeVersion(context, bucket, row, now);
        continue;
      }
      const due = noncurrentDue(rules, version, { since: row.endedAt ?? now, newer, now });
      if (due === 'remove') report.removed += removeVersion(context, bucket, row, now);
      else {
        report.moved += move(context, bucket, row, due?.storageClass);
        newer += 1;
      }
    }
    return page.length === PART;
  };
}

function uploadsPass(context: Context, bucket: string, report: LifecycleReport): Step {
  const { rows, objects, world } = context;
  let after = '';
  return () => {
    const rules = rulesOf(context, bucket);
    const page = rules.length === 0 ? [] : rows.oldUploads({ bucket, after, limit: PART });
    for (const upload of page) {
      const at = abortDue(rules, upload);
      if (at === undefined || at > world.clock.now()) continue;
      objects.letGo(rows.filesOfParts({ upload: upload.id }));
      report.aborted += rows.removeUpload({ id: upload.id });
    }
    after = page.at(-1)?.id ?? after;
    return page.length === PART;
  };
}
