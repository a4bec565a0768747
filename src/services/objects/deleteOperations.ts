/** DeleteObject and DeleteObjects: what goes for good, and what leaves a delete marker, is decided in objects.ts. */
import { isAwsError } from '../../protocol/errors.ts';
import { type Access, type Call, type Operations, type StreamCall, streams, writes } from '../../protocol/service.ts';
import { objectKeys } from './conditionKeys.ts';
import { s3Errors } from './errors.ts';
import type { Tell } from './notifications.ts';
import type { Objects, Removed } from './objects.ts';
import { type Input, type Output, onObject, type S3Sdk } from './wire.ts';

export function deleteOperations(objects: Objects, tell: Tell): Operations<S3Sdk, 'DeleteObject' | 'DeleteObjects'> {
  return {
    DeleteObject: writes(
      (input) => deleteAccess(objects, input),
      (input, call) => {
        refuseDirectoryConditions(input.IfMatchLastModifiedTime, input.IfMatchSize);
        const removed = objects.remove(input, input.IfMatch, call.now);
        tellRemoved(tell, input, removed, call);
        const { versionId, marker } = removed;
        return {
          ...(versionId === undefined ? {} : { VersionId: versionId }),
          ...(marker === undefined ? {} : { DeleteMarker: marker }),
        };
      },
      'data',
    ),

    DeleteObjects: streams(
      // Each key is permitted or refused by itself, in the answer.
      () => [],
      (input, call) => deleteObjects(objects, tell, input, call),
      { audit: 'data', readOnly: false },
    ),
  };
}

type Named = { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined };

/** A marker that is removed by its id is a version that is gone. */
function tellRemoved(tell: Tell, { Bucket = '', VersionId }: Named, { told, marker }: Removed, call: Call): void {
  if (!told) return;
  const event = marker && VersionId === undefined ? 'ObjectRemoved:DeleteMarkerCreated' : 'ObjectRemoved:Delete';
  tell(Bucket, () => ({ event, object: told, at: call.now, by: call }));
}

const deleteAccess = (objects: Objects, input: Named): Access[] =>
  onObject(input.VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion', input, objectKeys(objects, input));

/** Conditions that only directory buckets know: ignoring one would delete what should stay. */
function refuseDirectoryConditions(lastModified: Date | undefined, size: number | undefined): void {
  if (lastModified !== undefined) throw s3Errors.notImplemented('x-amz-if-match-last-modified-time');
  if (size !== undefined) throw s3Errors.notImplemented('x-amz-if-match-size');
}

const MOST_DELETED = 1000;
/** How many one transaction takes: a thousand at once would hold the loop. */
const AT_A_TIME = 100;

type Deleted = NonNullable<Output<'DeleteObjects'>['Deleted']>;
type Failed = NonNullable<Output<'DeleteObjects'>['Errors']>;

/** Each key succeeds or fails by itself. @throws MalformedXML, InvalidRequest, NoSuchBucket */
async function deleteObjects(
  objects: Objects,
  tell: Tell,
  input: Input<'DeleteObjects'>,
  call: StreamCall,
): Promise<Output<'DeleteObjects'>> {
  const { Objects: asked = [], Quiet: quiet } = input.Delete ?? {};
  requireDigest(call);
  if (asked.length === 0 || asked.length > MOST_DELETED) throw s3Errors.malformedXml();
  objects.bucket(input);
  const deleted: Deleted = [];
  const errors: Failed = [];
  for (let from = 0; from < asked.length; from += AT_A_TIME) {
    const done = await call.commit(() => deleteEach(objects, tell, input, asked.slice(from, from + AT_A_TIME), call));
    deleted.push(...done.deleted);
    errors.push(...done.errors);
  }
  return { ...(quiet ? {} : { Deleted: deleted }), ...(errors.length > 0 ? { Errors: errors } : {}) };
}

type AskedObject = NonNullable<NonNullable<Input<'DeleteObjects'>['Delete']>['Objects']>[number];

function deleteEach(
  objects: Objects,
  tell: Tell,
  { Bucket }: Input<'DeleteObjects'>,
  asked: readonly AskedObject[],
  call: Call,
) {
  const deleted: Deleted = [];
  const errors: Failed = [];
  for (const { Key, VersionId, ETag, LastModifiedTime, Size } of asked) {
    const version = VersionId === undefined ? {} : { VersionId };
    try {
      refuseDirectoryConditions(LastModifiedTime, Size);
      const refusal = call.refusal?.(deleteAccess(objects, { Bucket, Key, VersionId })[0]!);
      if (refusal) throw refusal;
      const removed = objects.remove({ Bucket, Key, VersionId }, ETag, call.now);
      tellRemoved(tell, { Bucket, VersionId }, removed, call);
      deleted.push({
        ...{ Key, ...version },
        ...(removed.marker ? { DeleteMarker: true, DeleteMarkerVersionId: removed.versionId } : {}),
      });
    } catch (error) {
      if (!isAwsError(error)) throw error;
      errors.push({ Key, ...version, Code: error.code, Message: error.message });
    }
  }
  return { deleted, errors };
}

/** Over the wire a list of what to delete comes with a digest, so that no torn one deletes anything. */
function requireDigest({ headers }: Call): void {
  if (headers['host'] === undefined) return;
  const has = Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
  if (!has) throw s3Errors.invalidRequest('Missing required header for this request: Content-MD5');
}
