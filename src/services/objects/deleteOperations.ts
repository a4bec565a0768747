/** DeleteObject and DeleteObjects: what goes for good, and what leaves a delete marker, is decided in objects.ts. */
import { isAwsError } from '../../protocol/errors.ts';
import { type Access, type Call, type Operations, writes } from '../../protocol/service.ts';
import { s3Errors } from './errors.ts';
import type { Objects } from './objects.ts';
import { type Input, type Output, onObject, type S3Sdk } from './wire.ts';

export function deleteOperations(objects: Objects): Operations<S3Sdk, 'DeleteObject' | 'DeleteObjects'> {
  return {
    DeleteObject: writes(
      (input) => deleteAccess(input),
      (input, call) => {
        refuseDirectoryConditions(input.IfMatchLastModifiedTime, input.IfMatchSize);
        const { versionId, marker } = objects.remove(input, input.IfMatch, call.now);
        return {
          ...(versionId === undefined ? {} : { VersionId: versionId }),
          ...(marker === undefined ? {} : { DeleteMarker: marker }),
        };
      },
      'data',
    ),

    DeleteObjects: writes(
      ({ Bucket, Delete }) => (Delete?.Objects ?? []).flatMap((object) => deleteAccess({ Bucket, ...object })),
      (input, call) => deleteObjects(objects, input, call),
      'data',
    ),
  };
}

const deleteAccess = (input: {
  Bucket?: string | undefined;
  Key?: string | undefined;
  VersionId?: string | undefined;
}): Access[] => onObject(input.VersionId === undefined ? 'DeleteObject' : 'DeleteObjectVersion', input);

/** Conditions that only directory buckets know: ignoring one would delete what should stay. */
function refuseDirectoryConditions(lastModified: Date | undefined, size: number | undefined): void {
  if (lastModified !== undefined) throw s3Errors.notImplemented('x-amz-if-match-last-modified-time');
  if (size !== undefined) throw s3Errors.notImplemented('x-amz-if-match-size');
}

const MOST_DELETED = 1000;

/** Each key succeeds or fails by itself. @throws MalformedXML, InvalidRequest, NoSuchBucket */
function deleteObjects(objects: Objects, input: Input<'DeleteObjects'>, call: Call): Output<'DeleteObjects'> {
  const { Objects: asked = [], Quiet: quiet } = input.Delete ?? {};
  requireDigest(call);
  if (asked.length === 0 || asked.length > MOST_DELETED) throw s3Errors.malformedXml();
  objects.bucket(input);
  const deleted: NonNullable<Output<'DeleteObjects'>['Deleted']> = [];
  const errors: NonNullable<Output<'DeleteObjects'>['Errors']> = [];
  for (const { Key, VersionId, ETag, LastModifiedTime, Size } of asked) {
    const version = VersionId === undefined ? {} : { VersionId };
    try {
      refuseDirectoryConditions(LastModifiedTime, Size);
      const removed = objects.remove({ Bucket: input.Bucket, Key, VersionId }, ETag, call.now);
      deleted.push({
        ...{ Key, ...version },
        ...(removed.marker ? { DeleteMarker: true, DeleteMarkerVersionId: removed.versionId } : {}),
      });
    } catch (error) {
      if (!isAwsError(error)) throw error;
      errors.push({ Key, ...version, Code: error.code, Message: error.message });
    }
  }
  return { ...(quiet ? {} : { Deleted: deleted }), ...(errors.length > 0 ? { Errors: errors } : {}) };
}

/** Over the wire a list of what to delete comes with a digest, so that no torn one deletes anything. */
function requireDigest({ headers }: Call): void {
  if (headers['host'] === undefined) return;
  const has = Object.keys(headers).some((name) => name === 'content-md5' || name.startsWith('x-amz-checksum-'));
  if (!has) throw s3Errors.invalidRequest('Missing required header for this request: Content-MD5');
}
