/**
 * The table of S3 operations that Telar implements: all that are not among the refusals, which the compiler checks.
 * Each noun's operations stand in a file of their own.
 */
import type { Random } from '../../base/random.ts';
import type { World } from '../../base/world.ts';
import { type Operations, streams, writes } from '../../protocol/service.ts';
import type { Bytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import { accessOperations } from './accessOperations.ts';
import { type Archive, restoreObject } from './archive.ts';
import { bucketOperations } from './bucketOperations.ts';
import { completeUpload } from './completion.ts';
import { copyOperations } from './copyOperations.ts';
import { defaultOperations } from './defaultOperations.ts';
import { deleteOperations } from './deleteOperations.ts';
import type { Lifecycles } from './lifecycles.ts';
import { listOperations } from './listOperations.ts';
import { multipartOperations } from './multipartOperations.ts';
import { notificationOperations } from './notificationOperations.ts';
import type { Notifications } from './notifications.ts';
import { objectDetailOperations } from './objectDetailOperations.ts';
import { objectOperations } from './objectOperations.ts';
import type { Objects } from './objects.ts';
import type { ObjectsPorts } from './ports.ts';
import type { refusals } from './refusals.ts';
import { settingOperations } from './settingOperations.ts';
import type { Settings } from './settings.ts';
import type { ObjectsStore } from './store.ts';
import { versionListOperations } from './versionListing.ts';
import { onObject, type S3Sdk } from './wire.ts';

/** Each operation of the API is either here or among the refusals. */
type Names = Exclude<OperationName, keyof typeof refusals>;

/** The names of all of the SDK's commands. */
type OperationName = {
  [K in keyof S3Sdk]: K extends `${infer Name}Command` ? (Name extends '$' ? never : Name) : never;
}[keyof S3Sdk];

export type ObjectOperations = Operations<S3Sdk, Names>;

type Context = {
  store: Store;
  rows: ObjectsStore;
  bytes: Bytes;
  objects: Objects;
  settings: Settings;
  lifecycles: Lifecycles;
  account: string;
  world: World;
  ports: ObjectsPorts;
  random: Random;
  archive: Archive;
  notifications: Notifications;
};

export function objectsOperations(context: Context): ObjectOperations {
  return {
    ...bucketOperations(context.objects, context.rows, context.settings),
    ...settingOperations(context),
    ...accessOperations(context),
    ...defaultOperations(context.objects),
    ...notificationOperations(context),
    ...objectOperations(context),
    ...deleteOperations(context.objects, context.notifications.tell),
    ...objectDetailOperations(context.objects, context.rows, context.notifications.tell),
    ...listOperations(context.objects, context.rows),
    ...versionListOperations(context.objects, context.rows),
    ...copyOperations(context),
    ...multipartOperations(context),
    RestoreObject: writes(
      (input) => onObject('RestoreObject', input),
      (input, call) =>
        restoreObject({ ...context, tell: context.notifications.tell, armed: context.lifecycles.start }, input, call),
      'data',
    ),
    CompleteMultipartUpload: streams(
      (input) => onObject('PutObject', input),
      (input, call) => completeUpload(context, input, call),
      { audit: 'data', readOnly: false },
    ),
  };
}
