/**
 * ListObjectVersions: current versions and the history behind them, as one list.
 *
 * X1. Keys come in their order, the versions of a key newest first. What is current comes from one index and the rest from
 *     another, merged as they are read: a page costs what it shows.
 */
import { type Operations, reads } from '../../protocol/service.ts';
import { ownerOf } from './bucketOperations.ts';
import type { Bucket } from './buckets.ts';
import { listingKeys } from './conditionKeys.ts';
import { s3Errors } from './errors.ts';
import { compareKeys } from './keys.ts';
import { firstAfter, type ListPage, listPage, type Source } from './listing.ts';
import { encoderOf, pageSize, refuseOptionalAttributes } from './listOperations.ts';
import type { Objects } from './objects.ts';
import type { ObjectEntry, ObjectsStore } from './store.ts';
import { NULL_VERSION, versionIn } from './versionIds.ts';
import { bySecond, type Input, type Output, onBucket, quoted, type S3Sdk } from './wire.ts';

type Listed = ObjectEntry & { latest: boolean };

export function versionListOperations(objects: Objects, rows: ObjectsStore): Operations<S3Sdk, 'ListObjectVersions'> {
  return {
    ListObjectVersions: reads(
      (input) => onBucket('ListBucketVersions', input.Bucket, listingKeys(input)),
      (input, call) => listVersions(rows, objects.bucket(input), input, call.account),
      'data',
    ),
  };
}

function listVersions(
  rows: ObjectsStore,
  bucket: Bucket,
  input: Input<'ListObjectVersions'>,
  account: string,
): Output<'ListObjectVersions'> {
  refuseOptionalAttributes(input.OptionalObjectAttributes);
  const { Prefix: prefix = '', Delimiter: delimiter, KeyMarker: marker, VersionIdMarker: versionMarker } = input;
  const limit = pageSize(input.MaxKeys, 'max-keys', 'maxKeys');
  const encode = encoderOf(input.EncodingType);
  const page = pageAfter(rows, bucket, { prefix, delimiter, limit }, marker || undefined, versionMarker);
  const owner = ownerOf(account);
  const base = (entry: Listed) => ({
    ...{ Key: encode(entry.key), VersionId: entry.versionId, IsLatest: entry.latest, Owner: owner },
    LastModified: bySecond(entry.modifiedAt),
  });
  return {
    ...{ Name: bucket.name, Prefix: encode(prefix), MaxKeys: limit, IsTruncated: page.next !== undefined },
    ...{ KeyMarker: encode(marker ?? ''), VersionIdMarker: versionMarker ?? '' },
    ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
    ...(page.next
      ? { NextKeyMarker: encode(page.next.key), NextVersionIdMarker: page.next.entry?.versionId ?? '' }
      : {}),
    ...(page.prefixes.length > 0 ? { CommonPrefixes: page.prefixes.map((one) => ({ Prefix: encode(one) })) } : {}),
    Versions: page.entries
      .filter(({ marker }) => !marker)
      .map((entry) => ({
        ...base(entry),
        ...{
          ETag: quoted(entry.etag),
          Size: entry.size,
          StorageClass: (entry.storageClass ?? 'STANDARD') as 'STANDARD',
        },
        ...(entry.checksum ? { ChecksumAlgorithm: [entry.checksum.algorithm], ChecksumType: entry.checksum.type } : {}),
      })),
    DeleteMarkers: page.entries.filter(({ marker }) => marker).map(base),
  };
}

type Query = { prefix: string; delimiter: string | undefined; limit: number };

/** @throws InvalidArgument for a version to go on after without its key, or one that is none */
function pageAfter(
  rows: ObjectsStore,
  { name: bucket }: Bucket,
  query: Query,
  key: string | undefined,
  id: string | undefined,
): ListPage<Listed> {
  if (id !== undefined && id !== '' && key === undefined) {
    throw s3Errors.invalidArgument(
      'A version-id marker cannot be specified without a key marker.',
      'version-id-marker',
      id,
    );
  }
  // Of the marker's key, what is older than the marker; of all others, everything.
  const before = key !== undefined && id ? versionOf(rows, bucket, key, id) : undefined;
  const within = before !== undefined && key !== undefined && compareKeys(key, query.prefix) >= 0;
  const from = within ? key : firstAfter(key, query);
  if (from === undefined) return { entries: [], prefixes: [], next: undefined };
  const source: Source<Listed> = {
    entries(start, below) {
      const all = merged(rows.entries(bucket, start, below), rows.history(bucket, start, below));
      return within ? olderThan(all, key, before) : all;
    },
    // A key whose versions have all been shown may come out here, too: reading on from it passes them over.
    first: (start, below) => lesser(rows.firstKey(bucket, start, below), rows.firstFormerKey(bucket, start, below)),
  };
  return listPage(source, { ...query, from });
}

/** The row of a version id; undefined when there is none any more, which ends the list of that key. */
function versionOf(rows: ObjectsStore, bucket: string, key: string, id: string): number | undefined {
  if (id !== NULL_VERSION) {
    const version = versionIn(id);
    if (version === undefined) throw s3Errors.invalidArgument('Invalid version id specified', 'version-id-marker', id);
    return version;
  }
  const current = rows.current(bucket, key);
  return current?.versionId === NULL_VERSION ? current.version : rows.formerNull(bucket, key)?.version;
}

function lesser(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return compareKeys(a, b) <= 0 ? a : b;
}

function* olderThan(entries: Iterable<Listed>, key: string, version: number): Generator<Listed> {
  for (const entry of entries) if (entry.key !== key || entry.version < version) yield entry;
}

/** Merges the current versions with the history; of each key the first is the latest. */
function* merged(current: Iterator<ObjectEntry>, history: Iterator<ObjectEntry>): Generator<Listed> {
  let [a, b] = [current.next(), history.next()];
  let key: string | undefined;
  while (!a.done || !b.done) {
    const takeCurrent =
      b.done || (!a.done && (a.value.key === b.value.key || compareKeys(a.value.key, b.value.key) < 0));
    const entry: ObjectEntry = takeCurrent ? a.value : b.value;
    yield { ...entry, latest: entry.key !== key };
    key = entry.key;
    if (takeCurrent) a = current.next();
    else b = history.next();
  }
}
