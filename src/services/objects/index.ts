/**
 * S3 as Telar serves it: buckets, objects, multipart uploads. Owns the tables `objects_*` and the files under the data
 * folder's `objects/` that their rows name.
 */
import { createRequire } from 'node:module';
import type { World } from '../../base/world.ts';
import { defineApi } from '../../protocol/models.ts';
import type { Service } from '../../protocol/service.ts';
import type { Bytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import { createArchive } from './archive.ts';
import { type CrossOriginRules, crossOriginRules } from './crossOrigin.ts';
import { type DamagedObject, damagedObjects } from './fsck.ts';
import { type CollectGarbage, garbageCollector } from './gc.ts';
import { createLifecycles, type LifecycleReport } from './lifecycles.ts';
import { createNotifications } from './notifications.ts';
import { type ObjectAccess, objectAccess } from './objectAccess.ts';
import { createObjects } from './objects.ts';
import { type ObjectOperations, objectsOperations } from './operations.ts';
import type { ObjectsPorts } from './ports.ts';
import { refusals } from './refusals.ts';
import { createSettings } from './settings.ts';
import { objectsStore } from './store.ts';

/** The client is loaded when the API is first used. */
const load = createRequire(import.meta.url);

export type { CrossOriginRules } from './crossOrigin.ts';
export type { CollectGarbage } from './gc.ts';
export type { ObjectAccess } from './objectAccess.ts';
export type { ObjectsPorts, ObjectVersion } from './ports.ts';
export { migrations } from './store.ts';

export type ObjectsContext = {
  store: Store;
  bytes: Bytes;
  world: World;
  account: string;
  /** @default nobody is told */
  ports?: Partial<ObjectsPorts>;
};

export type ObjectsService = {
  service: Service & { operations: ObjectOperations };
  /** What other services get through their ports. */
  objects: ObjectAccess;
  /**
   * Removes the files that no object, former version or part names: leftovers of crashes and of uploads given up.
   * Runs after each start, and a minute after files were let go; may run beside requests.
   */
  sweep(): Promise<{ files: number }>;
  /** Carries out what the buckets' life cycle rules make due; the service does so itself at every midnight. */
  runLifecycles(): Promise<LifecycleReport>;
  /** For `telar gc`: frees what is kept for lineage alone and no longer needed. */
  collectGarbage: CollectGarbage;
  /** For browsers: which pages of other origins a bucket answers. */
  crossOrigin: CrossOriginRules;
  /** For `telar fsck`: the objects and former versions whose bytes are lost or were changed behind Telar's back. */
  damaged(): AsyncIterable<DamagedObject>;
};

/** Milliseconds between the end of a file's last row and the sweep that takes it. */
const SWEEP_AFTER = 60_000;
const TELLS_NOBODY: ObjectsPorts = {
  ...{ recorder: () => undefined, notify() {}, emit() {} },
  ...{ mayInvoke: () => true, principalExists: () => true },
};

export function createObjectsService({ store, bytes, world, account, ports: given }: ObjectsContext): ObjectsService {
  const ports = { ...TELLS_NOBODY, ...given };
  const rows = objectsStore(store.sql, store.whenUndone);
  const archive = createArchive(rows, world.clock);
  const objects = createObjects(store, rows, bytes, account, world.random, () => sweepSoon(), archive.requireReadable);
  const settings = createSettings(rows, store);
  const notifications = createNotifications({ store, world, account, rows, settings, ports });
  const { tell } = notifications;
  const lifecycles = createLifecycles({ store, rows, objects, settings, world, tell });
  let stopping = false;
  let sweeping: Promise<unknown> = Promise.resolve();

  // Once the server stops, the store may close: nothing is asked of it any more, and every file stays.
  const sweepAllBut = (isReferenced: (file: string) => boolean) =>
    bytes.sweep((file) => stopping || isReferenced(file));
  const sweep = () => sweepAllBut(rows.isReferenced);
  let cancelSweep: (() => void) | undefined;

  function sweepNow(): void {
    cancelSweep = undefined;
    sweeping = sweeping.then(sweep).then(
      ({ files }) => files > 0 && world.log('info', 'objects.swept', { files }),
      (error: Error) => world.log('warn', 'objects.sweep-failed', { message: error.message }),
    );
  }

  /** One sweep for all the files that are let go within a minute: it looks at every file there is. */
  function sweepSoon(): void {
    if (!stopping) cancelSweep ??= world.clock.at(world.clock.now() + SWEEP_AFTER, sweepNow);
  }

  const api = defineApi({
    ...{ name: 's3', signingNames: ['s3'], protocol: 'rest-xml', version: '2006-03-01' },
    // Where a bucket's policy lets everyone read: without a signature nobody changes anything, whatever a policy says.
    unsigned: ['GetObject', 'HeadObject', 'ListObjects', 'ListObjectsV2'],
    ...{ xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/', sdk: () => load('@aws-sdk/client-s3') },
  });

  return {
    service: {
      ...{ name: 'objects', api },
      operations: objectsOperations({
        ...{ store, rows, bytes, objects, settings, lifecycles, account, world, ports, archive, notifications },
        random: world.random,
      }),
      refused: refusals,
      start() {
        sweepNow();
        lifecycles.start();
        notifications.start();
      },
      async stop() {
        stopping = true;
        cancelSweep?.();
        await lifecycles.stop();
        await notifications.stop();
        await sweeping;
      },
    },
    objects: objectAccess({ store, rows, bytes, objects, settings, world, tell }),
    sweep,
    runLifecycles: lifecycles.run,
    collectGarbage: garbageCollector({ store, rows, bytes, objects, clock: world.clock, sweep: sweepAllBut }),
    crossOrigin: crossOriginRules(api, rows, settings, world),
    damaged: () => damagedObjects(rows, bytes),
  };
}
