/**
 * What policies look at in requests to S3, and what a caller is told of objects that do not exist.
 *
 * Mirrors "Actions, resources, and condition keys for Amazon S3" in the service authorization reference.
 */
import { isAwsError } from '../../protocol/errors.ts';
import type { Call, ConditionKeys } from '../../protocol/service.ts';
import type { Address, Objects } from './objects.ts';
import { parseTags, type Tag } from './tags.ts';
import { onBucket } from './wire.ts';

type Reading = Pick<Address, 'Bucket' | 'Key' | 'VersionId'>;

/** Of what reads or deletes an object. */
export const objectKeys = (objects: Objects, input: Reading) => (): ConditionKeys => ({
  's3:VersionId': input.VersionId,
  ...Object.fromEntries(existingTags(objects, input).map(({ key, value }) => [`s3:ExistingObjectTag/${key}`, value])),
});

function existingTags(objects: Objects, { Bucket, Key, VersionId }: Reading): readonly Tag[] {
  try {
    return objects.get({ Bucket, Key, VersionId }).attributes.tags ?? [];
  } catch (error) {
    // Where there is no object, there is no tag of one.
    if (isAwsError(error)) return [];
    throw error;
  }
}

type Writing = {
  ACL?: string | undefined;
  StorageClass?: string | undefined;
  ServerSideEncryption?: string | undefined;
  SSEKMSKeyId?: string | undefined;
  Tagging?: string | undefined;
  CopySource?: string | undefined;
  MetadataDirective?: string | undefined;
  IfMatch?: string | undefined;
  IfNoneMatch?: string | undefined;
};

/** Of what writes an object. */
export const writingKeys = (input: Writing) => (): ConditionKeys => {
  const tags = input.Tagging ? parseTags(input.Tagging) : [];
  return {
    's3:x-amz-acl': input.ACL,
    's3:x-amz-storage-class': input.StorageClass,
    's3:x-amz-server-side-encryption': input.ServerSideEncryption,
    's3:x-amz-server-side-encryption-aws-kms-key-id': input.SSEKMSKeyId,
    's3:x-amz-copy-source': input.CopySource,
    's3:x-amz-metadata-directive': input.MetadataDirective,
    's3:if-match': input.IfMatch,
    's3:if-none-match': input.IfNoneMatch,
    's3:RequestObjectTagKeys': tags.map(({ key }) => key),
    ...Object.fromEntries(tags.map(({ key, value }) => [`s3:RequestObjectTag/${key}`, value])),
  };
};

type Listing = {
  Prefix?: string | undefined;
  Delimiter?: string | undefined;
  MaxKeys?: number | undefined;
};

/** Of what lists a bucket. */
export const listingKeys = (input: Listing) => (): ConditionKeys => ({
  's3:prefix': input.Prefix,
  's3:delimiter': input.Delimiter,
  's3:max-keys': input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
});

/** What one must be allowed to be told that there is no such thing. */
const TOLD_TO: Readonly<Record<string, string>> = { NoSuchKey: 'ListBucket', NoSuchVersion: 'ListBucketVersions' };

/** That a key or version does not exist is told only to whom the bucket may be listed. @throws AccessDenied in place of NoSuchKey and NoSuchVersion */
export function seenBy<T>(call: Call, bucket: string | undefined, find: () => T): T {
  try {
    return find();
  } catch (error) {
    const action = isAwsError(error) ? TOLD_TO[error.code] : undefined;
    throw (action && call.refusal?.(onBucket(action, bucket)[0]!)) ?? error;
  }
}
