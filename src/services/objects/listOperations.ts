/** ListObjectsV2 and ListObjects: the same pages (listing.ts), continued by a token or by a marker. */
import { decodeToken, encodeToken } from '../../protocol/pages.ts';
import { type Operations, reads } from '../../protocol/service.ts';
import { ownerOf } from './bucketOperations.ts';
import { listingKeys } from './conditionKeys.ts';
import { s3Errors } from './errors.ts';
import { urlEncodeKey } from './keys.ts';
import { firstAfter, type ListPage, listPage } from './listing.ts';
import type { Objects } from './objects.ts';
import type { ObjectEntry, ObjectsStore } from './store.ts';
import { bySecond, type Input, type Output, onBucket, quoted, type S3Sdk } from './wire.ts';

type Names = 'ListObjectsV2' | 'ListObjects';
type Content = NonNullable<Output<'ListObjectsV2'>['Contents']>[number];

const MOST_KEYS = 1000;

export function listOperations(objects: Objects, rows: ObjectsStore): Operations<S3Sdk, Names> {
  return {
    ListObjectsV2: reads(
      (input) => onBucket('ListBucket', input.Bucket, listingKeys(input)),
      (input, call) => {
        objects.bucket(input);
        return listObjectsV2(rows, input, call.account);
      },
      'data',
    ),
    ListObjects: reads(
      (input) => onBucket('ListBucket', input.Bucket, listingKeys(input)),
      (input, call) => {
        objects.bucket(input);
        return listObjects(rows, input, call.account);
      },
      'data',
    ),
  };
}

function listObjectsV2(rows: ObjectsStore, input: Input<'ListObjectsV2'>, account: string): Output<'ListObjectsV2'> {
  refuseOptionalAttributes(input.OptionalObjectAttributes);
  const { Bucket: bucket = '', Prefix: prefix = '', Delimiter: delimiter, ContinuationToken: token } = input;
  const query = { operation: 'ListObjectsV2', bucket, prefix, delimiter };
  const position = token === undefined ? undefined : decodeToken(query, token);
  if (token !== undefined && !position) {
    throw s3Errors.invalidArgument('The continuation token provided is incorrect', 'continuation-token', token);
  }
  const after = position ? String(position[0]) : input.StartAfter;
  const limit = pageSize(input.MaxKeys, 'max-keys', 'maxKeys');
  const page = pageAfter(rows, { bucket, prefix, delimiter, after, limit });
  const encode = encoderOf(input.EncodingType);
  return {
    ...common(page, input, encode),
    MaxKeys: limit,
    KeyCount: page.entries.length + page.prefixes.length,
    Contents: page.entries.map((entry) => contentOf(entry, encode, input.FetchOwner ? account : undefined)),
    ...(token === undefined ? {} : { ContinuationToken: token }),
    ...(page.next ? { NextContinuationToken: encodeToken(query, [page.next.key]) } : {}),
    ...(input.StartAfter === undefined ? {} : { StartAfter: encode(input.StartAfter) }),
  };
}

function listObjects(rows: ObjectsStore, input: Input<'ListObjects'>, account: string): Output<'ListObjects'> {
  refuseOptionalAttributes(input.OptionalObjectAttributes);
  const { Bucket: bucket = '', Prefix: prefix = '', Delimiter: delimiter, Marker: marker = '' } = input;
  const limit = pageSize(input.MaxKeys, 'max-keys', 'maxKeys');
  const page = pageAfter(rows, { bucket, prefix, delimiter, after: marker || undefined, limit });
  const encode = encoderOf(input.EncodingType);
  return {
    ...common(page, input, encode),
    MaxKeys: limit,
    Marker: encode(marker),
    Contents: page.entries.map((entry) => contentOf(entry, encode, account)),
    // Without a delimiter the client goes on from the last key itself.
    ...(page.next && delimiter ? { NextMarker: encode(page.next.key) } : {}),
  };
}

type Asked = {
  bucket: string;
  prefix: string;
  delimiter: string | undefined;
  after: string | undefined;
  limit: number;
};

function pageAfter(rows: ObjectsStore, { bucket, after, ...query }: Asked): ListPage<ObjectEntry> {
  const from = firstAfter(after, query);
  if (from === undefined) return { entries: [], prefixes: [], next: undefined };
  return listPage(
    {
      entries: (start, below) => rows.entries(bucket, start, below),
      first: (start, below) => rows.firstKey(bucket, start, below),
    },
    { ...query, from },
  );
}

/** The members that both lists share. */
function common(page: ListPage<ObjectEntry>, input: Input<'ListObjectsV2'> | Input<'ListObjects'>, encode: Encode) {
  return {
    Name: input.Bucket ?? '',
    Prefix: encode(input.Prefix ?? ''),
    IsTruncated: page.next !== undefined,
    ...(page.prefixes.length > 0
      ? { CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })) }
      : {}),
    ...(input.Delimiter ? { Delimiter: encode(input.Delimiter) } : {}),
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
  };
}

function contentOf(entry: ObjectEntry, encode: Encode, account: string | undefined): Content {
  return {
    Key: encode(entry.key),
    LastModified: bySecond(entry.modifiedAt),
    ETag: quoted(entry.etag),
    Size: entry.size,
    StorageClass: (entry.storageClass ?? 'STANDARD') as NonNullable<Content['StorageClass']>,
    ...(entry.checksum ? { ChecksumAlgorithm: [entry.checksum.algorithm], ChecksumType: entry.checksum.type } : {}),
    ...(account === undefined ? {} : { Owner: ownerOf(account) }),
  };
}

/** Attributes that lists show when asked: RestoreStatus, of what is archived. Nothing is. */
export function refuseOptionalAttributes(asked: readonly string[] | undefined): void {
  if (asked && asked.length > 0) throw s3Errors.notImplemented(`x-amz-optional-object-attributes: ${asked.join(',')}`);
}

type Encode = (key: string) => string;

/** @throws InvalidArgument */
export function encoderOf(encoding: string | undefined): Encode {
  if (encoding === undefined) return (key) => key;
  if (encoding === 'url') return urlEncodeKey;
  throw s3Errors.invalidArgument('Invalid Encoding Method specified in Request', 'encoding-type', encoding);
}

/** How many a list may show; S3 shows 1,000 at most, whatever is asked for. @throws InvalidArgument */
export function pageSize(asked: number | undefined, argument: string, name: string): number {
  if (asked === undefined) return MOST_KEYS;
  if (!Number.isInteger(asked) || asked < 0 || asked > 2 ** 31 - 1) {
    throw s3Errors.invalidArgument(
      `Argument ${name} must be an integer between 0 and 2147483647`,
      argument,
      String(asked),
    );
  }
  return Math.min(asked, MOST_KEYS);
}
