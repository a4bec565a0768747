/**
 * The table of S3 operations that Telar implements. The chain answers NotImplemented, by name, for all others.
 * Each noun's operations stand in a file of their own.
 */
import type { Random } from '../../base/random.ts';
import { type Operations, streams } from '../../protocol/service.ts';
import type { Bytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import { bucketOperations } from './bucketOperations.ts';
import { completeUpload } from './completion.ts';
import { copyOperations } from './copyOperations.ts';
import { listOperations } from './listOperations.ts';
import { multipartOperations } from './multipartOperations.ts';
import { objectOperations } from './objectOperations.ts';
import type { Objects } from './objects.ts';
import type { ObjectsPorts } from './ports.ts';
import type { ObjectsStore } from './store.ts';
import { onObject, type S3Sdk } from './wire.ts';

type Names =
  | ('CreateBucket' | 'HeadBucket' | 'ListBuckets' | 'DeleteBucket' | 'GetBucketLocation' | 'GetBucketVersioning')
  | ('PutObject' | 'GetObject' | 'HeadObject' | 'DeleteObject' | 'DeleteObjects')
  | ('CopyObject' | 'UploadPartCopy')
  | ('ListObjectsV2' | 'ListObjects')
  | ('CreateMultipartUpload' | 'UploadPart' | 'CompleteMultipartUpload' | 'AbortMultipartUpload')
  | ('ListParts' | 'ListMultipartUploads');

export type ObjectOperations = Operations<S3Sdk, Names>;

type Context = {
  store: Store;
  rows: ObjectsStore;
  bytes: Bytes;
  objects: Objects;
  ports: ObjectsPorts;
  random: Random;
};

export function objectsOperations(context: Context): ObjectOperations {
  return {
    ...bucketOperations(context.objects, context.rows),
    ...objectOperations(context),
    ...listOperations(context.objects, context.rows),
    ...copyOperations(context),
    ...multipartOperations(context),
    CompleteMultipartUpload: streams(
      (input) => onObject('PutObject', input),
      (input, call) => completeUpload(context, input, call),
      { audit: 'data', readOnly: false },
    ),
  };
}
