/**
 * All SQL of the objects service.
 *
 * T1. Every write of an object is a row of its own under a version that only grows. The current one of a key has no
 *     `ended_at`; replaced and deleted ones keep their row, and with it their bytes, for the lineage of jobs.
 * T2. Bucket names are global on S3: no region in the keys, the bucket's region is an attribute.
 * T3. A row names a file only after the file is durable (store/bytes.ts, B1).
 */
import type { StoredBytes } from '../../store/bytes.ts';
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { Attributes } from './attributes.ts';
import type { Bucket } from './buckets.ts';
import type { ChecksumAlgorithm, ChecksumType, ObjectChecksum } from './checksums.ts';

export const migrations: Migrations = {
  owner: 'objects',
  steps: [
    `CREATE TABLE objects_buckets (
       name TEXT PRIMARY KEY, region TEXT NOT NULL, created_at INTEGER NOT NULL
     ) STRICT, WITHOUT ROWID;

     CREATE TABLE objects_versions (
       version INTEGER PRIMARY KEY AUTOINCREMENT,
       bucket TEXT NOT NULL, key TEXT NOT NULL,
       modified_at INTEGER NOT NULL, ended_at INTEGER,
       size INTEGER NOT NULL, etag TEXT NOT NULL, md5 TEXT NOT NULL, file TEXT,
       checksum TEXT, parts TEXT, attributes TEXT NOT NULL
     ) STRICT;
     CREATE UNIQUE INDEX objects_current ON objects_versions (bucket, key) WHERE ended_at IS NULL;
     CREATE INDEX objects_files ON objects_versions (file) WHERE file IS NOT NULL;

     -- Apart from the versions, so that lists do not page through bytes.
     CREATE TABLE objects_inline (
       version INTEGER PRIMARY KEY REFERENCES objects_versions ON DELETE CASCADE, bytes BLOB NOT NULL
     ) STRICT;

     CREATE TABLE objects_uploads (
       id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL,
       initiated_at INTEGER NOT NULL, initiator TEXT NOT NULL,
       algorithm TEXT, checksum_type TEXT NOT NULL, attributes TEXT NOT NULL,
       completed TEXT
     ) STRICT;
     CREATE INDEX objects_open_uploads ON objects_uploads (bucket, key, id) WHERE completed IS NULL;

     CREATE TABLE objects_parts (
       upload TEXT NOT NULL REFERENCES objects_uploads ON DELETE CASCADE, number INTEGER NOT NULL,
       modified_at INTEGER NOT NULL, size INTEGER NOT NULL, md5 TEXT NOT NULL, checksum TEXT, file TEXT, bytes BLOB,
       PRIMARY KEY (upload, number)
     ) STRICT;
     CREATE INDEX objects_part_files ON objects_parts (file) WHERE file IS NOT NULL;`,
  ],
};

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
};

/** What a list shows of an object. */
export type ObjectEntry = Pick<StoredObject, 'key' | 'version' | 'modifiedAt' | 'size' | 'etag'> & {
  checksum: ObjectChecksum | undefined;
  storageClass: string | undefined;
};

export type VersionInFile = { version: number; bucket: string; key: string; file: string; size: number };

export type NewObject = Omit<StoredObject, 'version' | 'file'> & { stored: StoredBytes };

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

type VersionRow = Omit<StoredObject, 'file' | 'checksum' | 'parts' | 'attributes'> & {
  file: string | null;
  checksum: string | null;
  parts: string | null;
  attributes: string;
};
type EntryRow = Omit<ObjectEntry, 'checksum' | 'storageClass'> & {
  checksum: string | null;
  storageClass: string | null;
};
type UploadRow = Omit<Upload, 'algorithm' | 'attributes' | 'completed'> & {
  algorithm: ChecksumAlgorithm | null;
  attributes: string;
  completed: string | null;
};
type PartRow = Omit<Part, 'checksum' | 'file'> & { checksum: string | null; file: string | null };
type BytesRow = { file: string | null; bytes: Uint8Array | null; size: number };

const VERSION = 'bucket, key, version, modified_at AS modifiedAt, size, etag, md5, file, checksum, parts, attributes';
const ENTRY =
  "key, version, modified_at AS modifiedAt, size, etag, checksum, attributes ->> 'storageClass' AS storageClass";
const UPLOAD =
  'id, bucket, key, initiated_at AS initiatedAt, initiator, algorithm, checksum_type AS checksumType, attributes, completed';
const PART = 'number, modified_at AS modifiedAt, size, md5, checksum, file';

const parsed = <T>(json: string | null): T | undefined => (json === null ? undefined : (JSON.parse(json) as T));
const json = (value: unknown): string | null => (value === undefined ? null : JSON.stringify(value));

function objectOf(row: VersionRow): StoredObject {
  return {
    ...row,
    file: row.file ?? undefined,
    checksum: parsed(row.checksum),
    parts: parsed(row.parts),
    attributes: JSON.parse(row.attributes) as Attributes,
  };
}

/** Member by member: lists make a thousand of these, and a spread of SQLite's rows takes half as long again. */
function entryOf({ key, version, modifiedAt, size, etag, checksum, storageClass }: EntryRow): ObjectEntry {
  return { key, version, modifiedAt, size, etag, checksum: parsed(checksum), storageClass: storageClass ?? undefined };
}

function uploadOf(row: UploadRow): Upload {
  return {
    ...row,
    algorithm: row.algorithm ?? undefined,
    attributes: JSON.parse(row.attributes) as Attributes,
    completed: parsed(row.completed),
  };
}

function bytesOf(row: BytesRow): StoredBytes {
  if (row.file !== null) return { kind: 'file', file: row.file, size: row.size };
  return { kind: 'inline', bytes: row.bytes! };
}

const fileOf = (stored: StoredBytes) => (stored.kind === 'file' ? stored.file : null);

/** Greater than every key. A key has at most 1,024 bytes, so none is this long. */
const BEYOND_ALL_KEYS = '\u{10ffff}'.repeat(257);

export type ObjectsStore = ReturnType<typeof objectsStore>;

export function objectsStore(sql: Sql) {
  return { ...bucketRows(sql), ...objectRows(sql), ...uploadRows(sql), isReferenced: referenceCheck(sql) };
}

function bucketRows(sql: Sql) {
  return {
    bucket: sql.one<{ name: string }, Bucket>(
      'SELECT name, region, created_at AS createdAt FROM objects_buckets WHERE name = $name',
    ),
    /** In the order of names, after the given one. */
    buckets: sql.all<{ after: string; start: string; region: string | null; limit: number }, Bucket>(
      `SELECT name, region, created_at AS createdAt FROM objects_buckets
       WHERE name > $after AND substr(name, 1, length($start)) = $start AND region = coalesce($region, region)
       ORDER BY name LIMIT $limit`,
    ),
    addBucket: sql.change<Bucket>(
      'INSERT INTO objects_buckets (name, region, created_at) VALUES ($name, $region, $createdAt)',
    ),
    removeBucket: sql.change<{ name: string }>('DELETE FROM objects_buckets WHERE name = $name'),
  };
}

function objectRows(sql: Sql) {
  const current = sql.one<{ bucket: string; key: string }, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions WHERE bucket = $bucket AND key = $key AND ended_at IS NULL`,
  );
  const former = sql.one<{ bucket: string; key: string; version: number }, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions WHERE version = $version AND bucket = $bucket AND key = $key`,
  );
  const entries = sql.each<{ bucket: string; from: string; below: string }, EntryRow>(
    `SELECT ${ENTRY} FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ended_at IS NULL ORDER BY key`,
  );
  const currentVersion = sql.one<{ bucket: string; key: string }, { version: number }>(
    'SELECT version FROM objects_versions WHERE bucket = $bucket AND key = $key AND ended_at IS NULL',
  );
  const insert = sql.insert(
    `INSERT INTO objects_versions (bucket, key, modified_at, size, etag, md5, file, checksum, parts, attributes)
     VALUES ($bucket, $key, $modifiedAt, $size, $etag, $md5, $file, $checksum, $parts, $attributes)`,
  );
  const insertBytes = sql.change<{ version: number; bytes: Uint8Array }>(
    'INSERT INTO objects_inline (version, bytes) VALUES ($version, $bytes)',
  );
  const inline = sql.one<{ version: number }, { bytes: Uint8Array }>(
    'SELECT bytes FROM objects_inline WHERE version = $version',
  );
  return {
    current(bucket: string, key: string): StoredObject | undefined {
      const row = current({ bucket, key });
      return row && objectOf(row);
    },
    version(bucket: string, key: string, version: number): StoredObject | undefined {
      const row = former({ bucket, key, version });
      return row && objectOf(row);
    },
    currentVersion: (bucket: string, key: string): number | undefined => currentVersion({ bucket, key })?.version,
    /** Current objects from a key on, below another; read only as far as asked for. */
    *entries(bucket: string, from: string, below: string | undefined): Generator<ObjectEntry> {
      for (const row of entries({ bucket, from, below: below ?? BEYOND_ALL_KEYS })) yield entryOf(row);
    },
    /** Ends the current version of a key, if any; answers how many. */
    end: sql.change<{ bucket: string; key: string; at: number }>(
      'UPDATE objects_versions SET ended_at = $at WHERE bucket = $bucket AND key = $key AND ended_at IS NULL',
    ),
    add({ stored, ...object }: NewObject): StoredObject {
      const { bucket, key, modifiedAt, size, etag, md5 } = object;
      const version = insert({
        ...{ bucket, key, modifiedAt, size, etag, md5, file: fileOf(stored) },
        ...{
          checksum: json(object.checksum),
          parts: json(object.parts),
          attributes: JSON.stringify(object.attributes),
        },
      });
      if (stored.kind === 'inline') insertBytes({ version, bytes: stored.bytes });
      return { ...object, version, file: fileOf(stored) ?? undefined };
    },
    /** Every version whose bytes are a file, page by page. */
    versionsInFiles: sql.all<{ after: number; limit: number }, VersionInFile>(
      `SELECT version, bucket, key, file, size FROM objects_versions
       WHERE version > $after AND file IS NOT NULL ORDER BY version LIMIT $limit`,
    ),
    bytesOf({ version, file, size }: StoredObject): StoredBytes {
      return bytesOf({ file: file ?? null, size, bytes: file === undefined ? inline({ version })!.bytes : null });
    },
  };
}

function uploadRows(sql: Sql) {
  const find = sql.one<{ id: string }, UploadRow>(`SELECT ${UPLOAD} FROM objects_uploads WHERE id = $id`);
  const open = sql.each<{ bucket: string; from: string; below: string }, UploadRow>(
    `SELECT ${UPLOAD} FROM objects_uploads
     WHERE bucket = $bucket AND key >= $from AND key < $below AND completed IS NULL ORDER BY key, id`,
  );
  const add = sql.change(
    `INSERT INTO objects_uploads (id, bucket, key, initiated_at, initiator, algorithm, checksum_type, attributes)
     VALUES ($id, $bucket, $key, $initiatedAt, $initiator, $algorithm, $checksumType, $attributes)`,
  );
  const setCompleted = sql.change<{ id: string; completed: string }>(
    'UPDATE objects_uploads SET completed = $completed WHERE id = $id',
  );
  const setPart = sql.change(
    `INSERT OR REPLACE INTO objects_parts (upload, number, modified_at, size, md5, checksum, file, bytes)
     VALUES ($upload, $number, $modifiedAt, $size, $md5, $checksum, $file, $bytes)`,
  );
  const parts = sql.all<{ upload: string; after: number; limit: number }, PartRow>(
    `SELECT ${PART} FROM objects_parts WHERE upload = $upload AND number > $after ORDER BY number LIMIT $limit`,
  );
  const partBytes = sql.one<{ upload: string; number: number }, BytesRow>(
    'SELECT file, bytes, size FROM objects_parts WHERE upload = $upload AND number = $number',
  );
  return {
    upload(id: string): Upload | undefined {
      const row = find({ id });
      return row && uploadOf(row);
    },
    *openUploads(bucket: string, from: string, below: string | undefined): Generator<Upload> {
      for (const row of open({ bucket, from, below: below ?? BEYOND_ALL_KEYS })) yield uploadOf(row);
    },
    addUpload({ attributes, algorithm, completed: _, ...upload }: Upload): void {
      add({ ...upload, algorithm: algorithm ?? null, attributes: JSON.stringify(attributes) });
    },
    completeUpload: (id: string, completed: NonNullable<Upload['completed']>) =>
      setCompleted({ id, completed: JSON.stringify(completed) }),
    removeUpload: sql.change<{ id: string }>('DELETE FROM objects_uploads WHERE id = $id'),
    removeUploadsOf: sql.change<{ bucket: string }>('DELETE FROM objects_uploads WHERE bucket = $bucket'),
    setPart(upload: string, { number, modifiedAt, size, md5, checksum }: NewPart, stored: StoredBytes): void {
      const bytes = stored.kind === 'inline' ? stored.bytes : null;
      setPart({ upload, number, modifiedAt, size, md5, checksum: checksum ?? null, file: fileOf(stored), bytes });
    },
    /** In the order of their numbers. */
    parts: (upload: string, after = 0, limit = 10_000): Part[] =>
      parts({ upload, after, limit }).map((part) => ({
        ...part,
        checksum: part.checksum ?? undefined,
        file: part.file ?? undefined,
      })),
    partBytes(upload: string, number: number): StoredBytes | undefined {
      const row = partBytes({ upload, number });
      return row && bytesOf(row);
    },
    removeParts: sql.change<{ upload: string }>('DELETE FROM objects_parts WHERE upload = $upload'),
    filesOfParts: sql.all<{ upload: string }, { file: string; size: number }>(
      'SELECT file, size FROM objects_parts WHERE upload = $upload AND file IS NOT NULL',
    ),
    filesOfBucketParts: sql.all<{ bucket: string }, { file: string; size: number }>(
      `SELECT file, size FROM objects_parts JOIN objects_uploads ON id = upload
       WHERE bucket = $bucket AND file IS NOT NULL`,
    ),
  };
}

/** Whether any row names the file. */
function referenceCheck(sql: Sql): (file: string) => boolean {
  const inVersions = sql.one<{ file: string }, { one: number }>(
    'SELECT 1 AS one FROM objects_versions WHERE file = $file LIMIT 1',
  );
  const inParts = sql.one<{ file: string }, { one: number }>(
    'SELECT 1 AS one FROM objects_parts WHERE file = $file LIMIT 1',
  );
  return (file) => inVersions({ file }) !== undefined || inParts({ file }) !== undefined;
}
