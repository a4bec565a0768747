/**
 * S3 as Telar serves it: buckets, objects, multipart uploads. Owns the tables `objects_*` and the files under the data
 * folder's `objects/` that their rows name.
 */
import * as sdk from '@aws-sdk/client-s3';
import type { World } from '../../base/world.ts';
import { defineApi } from '../../protocol/models.ts';
import type { Service } from '../../protocol/service.ts';
import type { Bytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import { type DamagedObject, damagedObjects } from './fsck.ts';
import { type ObjectAccess, objectAccess } from './objectAccess.ts';
import { createObjects } from './objects.ts';
import { type ObjectOperations, objectsOperations } from './operations.ts';
import type { ObjectsPorts } from './ports.ts';
import { objectsStore } from './store.ts';

export type { ObjectAccess } from './objectAccess.ts';
export type { ObjectVersion } from './ports.ts';
export { migrations } from './store.ts';

export type ObjectsContext = {
  store: Store;
  bytes: Bytes;
  world: World;
  account: string;
  /** @default nobody is told */
  ports?: ObjectsPorts;
};

export type ObjectsService = {
  service: Service & { operations: ObjectOperations };
  /** What other services get through their ports. */
  objects: ObjectAccess;
  /**
   * Removes the files that no object, former version or part names: leftovers of crashes and of uploads given up.
   * Runs once after each start; may run beside requests.
   */
  sweep(): Promise<{ files: number }>;
  /** For `telar fsck`: the objects and former versions whose bytes are lost or were changed behind Telar's back. */
  damaged(): AsyncIterable<DamagedObject>;
};

const TELLS_NOBODY: ObjectsPorts = { objectRead: () => {} };

export function createObjectsService({
  store,
  bytes,
  world,
  account,
  ports = TELLS_NOBODY,
}: ObjectsContext): ObjectsService {
  const rows = objectsStore(store.sql);
  const objects = createObjects(store, rows, bytes, account);
  let stopping = false;
  let sweeping: Promise<unknown> = Promise.resolve();

  // Once the server stops, the store may close: nothing is asked of it any more, and every file stays.
  const sweep = () => bytes.sweep((file) => stopping || rows.isReferenced(file));

  return {
    service: {
      name: 'objects',
      api: defineApi({
        ...{ name: 's3', signingNames: ['s3'], protocol: 'rest-xml', version: '2006-03-01' },
        ...{ xmlNamespace: 'http://s3.amazonaws.com/doc/2006-03-01/', sdk },
      }),
      operations: objectsOperations({ store, rows, bytes, objects, ports, random: world.random }),
      start() {
        sweeping = sweep().then(
          ({ files }) => files > 0 && world.log('info', 'objects.swept', { files }),
          (error: Error) => world.log('warn', 'objects.sweep-failed', { message: error.message }),
        );
      },
      async stop() {
        stopping = true;
        await sweeping;
      },
    },
    objects: objectAccess({ store, rows, bytes, objects, world }),
    sweep,
    damaged: () => damagedObjects(rows, bytes),
  };
}
