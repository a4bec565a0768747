/**
 * What policies look at in requests to S3, and what a caller is told of objects that do not exist.
 *
 * Mirrors "Actions, resources, and condition keys for Amazon S3" in the service authorization reference.
 */
import { isAwsError } from '../../protocol/errors.ts';
import type { Call, ConditionKeys } from '../../protocol/service.ts';
import type { Address, Objects } from './objects.ts';
import { parseTags, type Tag, type TagMember } from './tags.ts';
import { onBucket } from './wire.ts';

const TAGGED = ['BucketTag', 'ExistingObjectTag', 'RequestObjectTag'];
const NAMES =
  'AccessGrantsInstanceArn AccessPointNetworkOrigin DataAccessPointAccount DataAccessPointArn ExistingJobOperation ' +
  'ExistingJobPriority InventoryAccessibleOptionalFields JobSuspendedCause LocationConstraint ObjectCreationOperation ' +
  'RequestJobOperation RequestJobPriority RequestObjectTagKeys ResourceAccount TlsVersion VersionId authType delimiter ' +
  'destinationRegion if-match if-none-match isReplicationPauseRequest max-keys object-lock-legal-hold object-lock-mode ' +
  'object-lock-remaining-retention-days object-lock-retain-until-date prefix signatureAge signatureversion x-amz-acl ' +
  'x-amz-content-sha256 x-amz-copy-source x-amz-grant-full-control x-amz-grant-read x-amz-grant-read-acp ' +
  'x-amz-grant-write x-amz-grant-write-acp x-amz-metadata-directive x-amz-object-ownership ' +
  'x-amz-server-side-encryption x-amz-server-side-encryption-aws-kms-key-id ' +
  'x-amz-server-side-encryption-customer-algorithm x-amz-storage-class x-amz-website-redirect-location';

const KNOWN = new Set(NAMES.split(' ').map((name) => `s3:${name}`.toLowerCase()));
const OF_A_TAG = new RegExp(`^s3:(${TAGGED.join('|')})/.`, 'i');

/** Whether S3 defines a key, also one that no request here has. */
export const isConditionKey = (key: string): boolean => KNOWN.has(key.toLowerCase()) || OF_A_TAG.test(key);

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

/** Of what tags an object: its tags, and those it is to have. */
export const taggingKeys =
  (objects: Objects, input: Reading & { Tagging?: { TagSet?: readonly TagMember[] | undefined } | undefined }) =>
  (): ConditionKeys => {
    const tags = input.Tagging?.TagSet ?? [];
    return {
      ...objectKeys(objects, input)(),
      's3:RequestObjectTagKeys': tags.map(({ Key = '' }) => Key),
      ...Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [`s3:RequestObjectTag/${Key}`, Value])),
    };
  };

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
