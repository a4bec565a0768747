/** What the rows of the objects service are in memory, and how they are read out of SQLite's. The SQL is in store.ts. */
import { memo } from '../../base/memo.ts';
import type { StoredBytes } from '../../store/bytes.ts';
import type { Attributes } from './attributes.ts';
import type { ChecksumAlgorithm, ChecksumType, ObjectChecksum } from './checksums.ts';

/** An object, or a former version of one. */
export type StoredObject = {
  bucket: string;
  key: string;
  /** Grows with every write of any object; never given twice. */
  version: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
  /** In bytes. */
  size: number;
  /** Without quotes. */
  etag: string;
  /** Of all bytes, hexadecimal: differs from `etag` for multipart objects. */
  md5: string;
  /** The content's file, see store/bytes.ts; undefined when the bytes are in the store. */
  file: string | undefined;
  checksum: ObjectChecksum | undefined;
  /** Of multipart objects, in order. */
  parts: readonly { size: number; checksum: string | undefined }[] | undefined;
  attributes: Attributes;
  /** S3's id of the version; undefined in answers about a bucket that has never been versioned. */
  versionId: string | undefined;
  /** A delete marker: no bytes, no attributes. */
  marker: boolean;
};

/** What a list shows of an object, or of a version. */
export type ObjectEntry = Pick<StoredObject, 'key' | 'version' | 'modifiedAt' | 'size' | 'etag' | 'marker'> & {
  checksum: ObjectChecksum | undefined;
  storageClass: string | undefined;
  versionId: string;
};

/** What a job needs to know of an object in order to fetch it. */
export type ListedName = Pick<StoredObject, 'key' | 'version' | 'size'>;

/** A row that nobody but lineage can still see, as `telar gc` weighs it. */
export type RemovedVersion = {
  version: number;
  bucket: string;
  key: string;
  size: number;
  file: string | null;
  removedAt: number;
};

/** A version as life cycle rules see it. */
export type AgeingVersion = {
  key: string;
  version: number;
  versionId: string;
  modifiedAt: number;
  /** When it ceased to be current; null while it is. */
  endedAt: number | null;
  size: number;
  marker: number;
  storageClass: string | null;
  /** JSON of `Tag[]`. */
  tags: string | null;
};

export type VersionInFile = { version: number; bucket: string; key: string; file: string; size: number };

export type NewObject = Omit<StoredObject, 'version' | 'file' | 'versionId' | 'marker'> & { stored: StoredBytes };

export type Upload = {
  /** Begins with the time, so that the ids of one key are in the order of their beginning. */
  id: string;
  bucket: string;
  key: string;
  initiatedAt: number;
  /** The ARN of who began it. */
  initiator: string;
  algorithm: ChecksumAlgorithm | undefined;
  checksumType: ChecksumType;
  attributes: Attributes;
  /** Once completed: what was asked for, and the answer to it. */
  completed: { request: string; version: number } | undefined;
};

export type Part = {
  number: number;
  modifiedAt: number;
  size: number;
  md5: string;
  /** Of the upload's algorithm, base64. */
  checksum: string | undefined;
  /** As for objects. */
  file: string | undefined;
};

export type NewPart = Omit<Part, 'file'>;

export type VersionRow = Omit<StoredObject, 'file' | 'checksum' | 'parts' | 'attributes' | 'marker'> & {
  marker: number;
  file: string | null;
  checksum: string | null;
  parts: string | null;
  attributes: string;
};
export type EntryRow = Omit<ObjectEntry, 'checksum' | 'storageClass' | 'marker'> & {
  marker: number;
  checksum: string | null;
  storageClass: string | null;
};
export type UploadRow = Omit<Upload, 'algorithm' | 'attributes' | 'completed'> & {
  algorithm: ChecksumAlgorithm | null;
  attributes: string;
  completed: string | null;
};
export type PartRow = Omit<Part, 'checksum' | 'file'> & { checksum: string | null; file: string | null };
export type BytesRow = { file: string | null; bytes: Uint8Array | null; size: number };

const parsed = <T>(json: string | null): T | undefined => (json === null ? undefined : (JSON.parse(json) as T));
export const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

/** Most objects of a bucket have the same. Shared, so nobody may change them. */
const attributesIn = memo(1000, (text) => Object.freeze(JSON.parse(text) as Attributes));

/** Member by member, here and in entries: a spread of SQLite's rows takes half as long again. */
export function objectOf(row: VersionRow): StoredObject {
  const { bucket, key, version, modifiedAt, size, etag, md5, versionId } = row;
  return {
    ...{ bucket, key, version, modifiedAt, size, etag, md5, versionId },
    file: row.file ?? undefined,
    checksum: parsed(row.checksum),
    parts: parsed(row.parts),
    attributes: attributesIn(row.attributes),
    marker: row.marker === 1,
  };
}

export function entryOf(row: EntryRow): ObjectEntry {
  const { key, version, modifiedAt, size, etag, checksum, versionId } = row;
  const storageClass = row.storageClass ?? undefined;
  return {
    key,
    version,
    modifiedAt,
    size,
    etag,
    checksum: parsed(checksum),
    storageClass,
    versionId,
    marker: row.marker === 1,
  };
}

export function uploadOf(row: UploadRow): Upload {
  return {
    ...row,
    algorithm: row.algorithm ?? undefined,
    attributes: JSON.parse(row.attributes) as Attributes,
    completed: parsed(row.completed),
  };
}

export function bytesOf(row: BytesRow): StoredBytes {
  if (row.file !== null) return { kind: 'file', file: row.file, size: row.size };
  return { kind: 'inline', bytes: row.bytes! };
}

export const fileOf = (stored: StoredBytes) => (stored.kind === 'file' ? stored.file : null);
