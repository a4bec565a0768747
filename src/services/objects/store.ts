/**
 * All SQL of the objects service.
 *
 * T1. Every write of an object is a row of its own under a version that only grows. The current one of a key has no
 *     `ended_at`. One with `ended_at` alone is a noncurrent version, which S3's clients still see; one with `removed_at`
 *     they do not, and its row and bytes are kept for the lineage of jobs until `telar gc`.
 * T4. A delete marker has `ended_at` from the first: no list of current objects ever steps over one.
 * T2. Bucket names are global on S3: no region in the keys, the bucket's region is an attribute.
 * T3. A row names a file only after the file is durable (store/bytes.ts, B1).
 */
import type { StoredBytes } from '../../store/bytes.ts';
import type { Migrations } from '../../store/migrations.ts';
import type { Sql } from '../../store/sql.ts';
import type { Store } from '../../store/store.ts';
import { bucketRows, settingRows } from './bucketStore.ts';
import { restoreRows } from './restoreStore.ts';
import {
  type AgeingVersion,
  type BytesRow,
  bytesOf,
  type EntryRow,
  entryOf,
  fileOf,
  json,
  type ListedName,
  type NewObject,
  type NewPart,
  type ObjectEntry,
  objectOf,
  type Part,
  type PartRow,
  type RemovedVersion,
  type StoredObject,
  type Upload,
  type UploadRow,
  uploadOf,
  type VersionInFile,
  type VersionRow,
} from './rows.ts';

export type {
  AgeingVersion,
  ListedName,
  NewObject,
  NewPart,
  ObjectEntry,
  Part,
  RemovedVersion,
  StoredObject,
  Upload,
  VersionInFile,
} from './rows.ts';

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

    `ALTER TABLE objects_buckets ADD COLUMN versioning TEXT;

     ALTER TABLE objects_versions ADD COLUMN version_id TEXT NOT NULL DEFAULT 'null';
     ALTER TABLE objects_versions ADD COLUMN marker INTEGER NOT NULL DEFAULT 0;
     ALTER TABLE objects_versions ADD COLUMN removed_at INTEGER;
     UPDATE objects_versions SET removed_at = ended_at WHERE ended_at IS NOT NULL;
     CREATE INDEX objects_history ON objects_versions (bucket, key, version)
       WHERE ended_at IS NOT NULL AND removed_at IS NULL;
     CREATE UNIQUE INDEX objects_history_null ON objects_versions (bucket, key)
       WHERE version_id = 'null' AND ended_at IS NOT NULL AND removed_at IS NULL;
     CREATE INDEX objects_completed ON objects_uploads (initiated_at) WHERE completed IS NOT NULL;

     CREATE TABLE objects_settings (
       bucket TEXT NOT NULL REFERENCES objects_buckets ON DELETE CASCADE, kind TEXT NOT NULL, document TEXT NOT NULL,
       PRIMARY KEY (bucket, kind)
     ) STRICT, WITHOUT ROWID;`,

    `-- Archived versions that can be read, and until when.
     CREATE TABLE objects_restores (
       version INTEGER PRIMARY KEY REFERENCES objects_versions ON DELETE CASCADE, until INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX objects_restores_until ON objects_restores (until);`,
  ],
};

const VERSION = `bucket, key, version, modified_at AS modifiedAt, size, etag, md5, file, checksum, parts, attributes,
  version_id AS versionId, marker`;
const ENTRY = `key, version, modified_at AS modifiedAt, size, etag, checksum, attributes ->> 'storageClass' AS storageClass,
  version_id AS versionId, marker`;
const AGEING = `key, version, version_id AS versionId, modified_at AS modifiedAt, ended_at AS endedAt, size, marker,
  attributes ->> 'storageClass' AS storageClass, attributes ->> 'tags' AS tags`;
/** Versions that clients see and that are not current; the words of the partial indexes. */
const IN_HISTORY = 'ended_at IS NOT NULL AND removed_at IS NULL';
const UPLOAD =
  'id, bucket, key, initiated_at AS initiatedAt, initiator, algorithm, checksum_type AS checksumType, attributes, completed';
const PART = 'number, modified_at AS modifiedAt, size, md5, checksum, file';

/** Greater than every key. A key has at most 1,024 bytes, so none is this long. */
const BEYOND_ALL_KEYS = '\u{10ffff}'.repeat(257);

/** Entries that are read at a time: at first, in case few are wanted, and then. */
const FEW = 16;
const A_PAGE = 1000;

/** Keys of a bucket, from one on, below another. */
type Stretch = { bucket: string; from: string; below: string };

export type ObjectsStore = ReturnType<typeof objectsStore>;

export function objectsStore(sql: Sql, whenUndone: Store['whenUndone']) {
  return {
    ...bucketRows(sql, whenUndone),
    ...settingRows(sql),
    ...objectRows(sql),
    ...historyRows(sql),
    ...ageingRows(sql),
    ...uploadRows(sql),
    ...restoreRows(sql),
    isReferenced: referenceCheck(sql),
  };
}

function objectRows(sql: Sql) {
  const current = sql.one<{ bucket: string; key: string }, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions WHERE bucket = $bucket AND key = $key AND ended_at IS NULL`,
  );
  const former = sql.one<{ bucket: string; key: string; version: number }, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions WHERE version = $version AND bucket = $bucket AND key = $key`,
  );
  const entries = sql.all<Stretch & { limit: number }, EntryRow>(
    `SELECT ${ENTRY} FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ended_at IS NULL ORDER BY key LIMIT $limit`,
  );
  const names = sql.all<{ bucket: string; from: string; below: string; limit: number }, ListedName>(
    `SELECT key, version, size FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ended_at IS NULL ORDER BY key LIMIT $limit`,
  );
  const amount = sql.one<Stretch & { limit: number }, { count: number; bytes: number; last: string | null }>(
    `SELECT count(*) AS count, coalesce(sum(size), 0) AS bytes, max(key) AS last FROM (SELECT key, size FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ended_at IS NULL ORDER BY key LIMIT $limit)`,
  );
  // The next two are answered by the index alone.
  const versions = sql.one<Stretch, { versions: string | null }>(
    `SELECT group_concat(version) AS versions FROM (SELECT version FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ended_at IS NULL ORDER BY key)`,
  );
  const firstKey = sql.one<Stretch, { key: string }>(
    `SELECT key FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ended_at IS NULL ORDER BY key LIMIT 1`,
  );
  const currentVersion = sql.one<{ bucket: string; key: string }, { version: number }>(
    'SELECT version FROM objects_versions WHERE bucket = $bucket AND key = $key AND ended_at IS NULL',
  );
  const insert = sql.insert(
    `INSERT INTO objects_versions
       (bucket, key, modified_at, size, etag, md5, file, checksum, parts, attributes, version_id)
     VALUES ($bucket, $key, $modifiedAt, $size, $etag, $md5, $file, $checksum, $parts, $attributes, $versionId)`,
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
    /** Current objects from a key on, below another; read not much further than asked for. */
    *entries(bucket: string, from: string, below: string = BEYOND_ALL_KEYS): Generator<ObjectEntry> {
      // Several at a time: to step from row to row takes twice as long.
      let start = from;
      for (let limit = FEW; ; limit = A_PAGE) {
        const rows = entries({ bucket, from: start, below, limit });
        for (const row of rows) yield entryOf(row);
        if (rows.length < limit) return;
        start = `${rows.at(-1)!.key}\u0000`;
      }
    },
    /** As `entries`, with what other services need of them only. */
    names: (bucket: string, from: string, below: string | undefined, limit: number): ListedName[] =>
      names({ bucket, from, below: below ?? BEYOND_ALL_KEYS, limit }),
    /** How many of the first current objects there are, their bytes, and the last one's key. */
    amount: (bucket: string, from: string, below: string | undefined, limit: number) =>
      amount({ bucket, from, below: below ?? BEYOND_ALL_KEYS, limit }) ?? { count: 0, bytes: 0, last: null },
    /** The versions of all current objects, in the order of their keys, with commas between. */
    versionsOf: (bucket: string, from: string, below: string | undefined): string =>
      versions({ bucket, from, below: below ?? BEYOND_ALL_KEYS })?.versions ?? '',
    firstKey: (bucket: string, from: string, below: string | undefined): string | undefined =>
      firstKey({ bucket, from, below: below ?? BEYOND_ALL_KEYS })?.key,
    /** Ends the current version of a key, if any; answers how many. @param removedAt null where it stays in the history */
    end: sql.change<{ bucket: string; key: string; at: number; removedAt: number | null }>(
      `UPDATE objects_versions SET ended_at = $at, removed_at = $removedAt
       WHERE bucket = $bucket AND key = $key AND ended_at IS NULL`,
    ),
    /** @param versionId `null`, as text, outside versioned buckets */
    add({ stored, ...object }: NewObject, versionId: string): StoredObject {
      const { bucket, key, modifiedAt, size, etag, md5 } = object;
      const version = insert({
        ...{ bucket, key, modifiedAt, size, etag, md5, file: fileOf(stored), versionId },
        ...{
          checksum: json(object.checksum),
          parts: json(object.parts),
          attributes: JSON.stringify(object.attributes),
        },
      });
      if (stored.kind === 'inline') insertBytes({ version, bytes: stored.bytes });
      return { ...object, version, file: fileOf(stored) ?? undefined, versionId, marker: false };
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

/** Versions that are not current, delete markers among them. */
function historyRows(sql: Sql) {
  type Name = { bucket: string; key: string };
  const visible = sql.one<Name & { version: number }, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions
     WHERE version = $version AND bucket = $bucket AND key = $key AND removed_at IS NULL`,
  );
  const formerNull = sql.one<Name, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions
     WHERE bucket = $bucket AND key = $key AND version_id = 'null' AND ${IN_HISTORY}`,
  );
  const newest = sql.one<Name, VersionRow>(
    `SELECT ${VERSION} FROM objects_versions WHERE bucket = $bucket AND key = $key AND ${IN_HISTORY}
     ORDER BY version DESC LIMIT 1`,
  );
  const history = sql.each<Stretch, EntryRow>(
    `SELECT ${ENTRY} FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ${IN_HISTORY} ORDER BY key, version DESC`,
  );
  const firstFormerKey = sql.one<Stretch, { key: string }>(
    `SELECT key FROM objects_versions
     WHERE bucket = $bucket AND key >= $from AND key < $below AND ${IN_HISTORY} ORDER BY key LIMIT 1`,
  );
  const anyInHistory = sql.one<{ bucket: string }, { one: number }>(
    `SELECT 1 AS one FROM objects_versions WHERE bucket = $bucket AND ${IN_HISTORY} LIMIT 1`,
  );
  const sequence = sql.one<Record<never, never>, { seq: number }>(
    "SELECT seq FROM sqlite_sequence WHERE name = 'objects_versions'",
  );
  const objectIn = (row: VersionRow | undefined) => row && objectOf(row);
  return {
    /** A version that clients see, current or not. */
    visibleVersion: (bucket: string, key: string, version: number) => objectIn(visible({ bucket, key, version })),
    formerNull: (bucket: string, key: string) => objectIn(formerNull({ bucket, key })),
    newestFormer: (bucket: string, key: string) => objectIn(newest({ bucket, key })),
    hasHistory: (bucket: string): boolean => anyInHistory({ bucket }) !== undefined,
    /** Noncurrent versions from a key on, below another, the newest of a key first; read only as far as asked for. */
    *history(bucket: string, from: string, below: string | undefined): Generator<ObjectEntry> {
      for (const row of history({ bucket, from, below: below ?? BEYOND_ALL_KEYS })) yield entryOf(row);
    },
    firstFormerKey: (bucket: string, from: string, below: string | undefined): string | undefined =>
      firstFormerKey({ bucket, from, below: below ?? BEYOND_ALL_KEYS })?.key,
    /** The version that the next row will have. */
    nextVersion: (): number => (sequence({})?.seq ?? 0) + 1,
    addMarker: sql.insert<Name & { at: number; versionId: string }>(
      `INSERT INTO objects_versions (bucket, key, modified_at, ended_at, size, etag, md5, attributes, version_id, marker)
       VALUES ($bucket, $key, $at, $at, 0, '', '', '{}', $versionId, 1)`,
    ),
    removeVersion: sql.change<{ version: number; at: number }>(
      'UPDATE objects_versions SET removed_at = $at, ended_at = coalesce(ended_at, $at) WHERE version = $version',
    ),
    removeFormerNull: sql.change<Name & { at: number }>(
      `UPDATE objects_versions SET removed_at = $at
       WHERE bucket = $bucket AND key = $key AND version_id = 'null' AND ${IN_HISTORY}`,
    ),
    /** A noncurrent version becomes the current one. */
    promote: sql.change<{ version: number }>('UPDATE objects_versions SET ended_at = NULL WHERE version = $version'),
    /** Something newer has come: a marker's age as a noncurrent version counts from now. */
    outdateMarker: sql.change<{ version: number; at: number }>(
      'UPDATE objects_versions SET ended_at = $at WHERE version = $version AND marker = 1',
    ),
    setAttributes: sql.change<{ version: number; attributes: string }>(
      'UPDATE objects_versions SET attributes = $attributes WHERE version = $version',
    ),
  };
}

/** What life cycle rules and `telar gc` go through, in parts that are short enough for the loop. */
function ageingRows(sql: Sql) {
  type Part = { bucket: string; after: string; limit: number };
  const newestVersion = sql.one<Record<never, never>, { version: number | null }>(
    'SELECT max(version) AS version FROM objects_versions',
  );
  return {
    ageing: sql.all<Part, AgeingVersion>(
      `SELECT ${AGEING} FROM objects_versions
       WHERE bucket = $bucket AND key > $after AND ended_at IS NULL ORDER BY key LIMIT $limit`,
    ),
    /** The newest of a key first. */
    ageingHistory: sql.all<Part & { version: number }, AgeingVersion>(
      `SELECT ${AGEING} FROM objects_versions
       WHERE bucket = $bucket AND (key > $after OR (key = $after AND version < $version)) AND key >= $after
         AND ${IN_HISTORY} ORDER BY key, version DESC LIMIT $limit`,
    ),
    nextFormer: sql.one<{ bucket: string; key: string; version: number }, { version: number }>(
      `SELECT version FROM objects_versions WHERE bucket = $bucket AND key = $key AND version < $version AND ${IN_HISTORY}
       ORDER BY version DESC LIMIT 1`,
    ),
    newestVersion: (): number => newestVersion({})?.version ?? 0,
    /** Among the rows of a stretch of versions. */
    removedVersions: sql.all<{ after: number; to: number }, RemovedVersion>(
      `SELECT version, bucket, key, size, file, removed_at AS removedAt FROM objects_versions
       WHERE version > $after AND version <= $to AND removed_at IS NOT NULL ORDER BY version`,
    ),
    deleteVersion: sql.change<{ version: number }>(
      'DELETE FROM objects_versions WHERE version = $version AND removed_at IS NOT NULL',
    ),
    completedUploads: sql.all<{ before: number; limit: number }, { id: string }>(
      `SELECT id FROM objects_uploads WHERE completed IS NOT NULL AND initiated_at < $before
       ORDER BY initiated_at LIMIT $limit`,
    ),
    /** Begun before, in one bucket; the oldest first. */
    oldUploads: sql.all<
      { bucket: string; after: string; limit: number },
      { id: string; key: string; initiatedAt: number }
    >(
      `SELECT id, key, initiated_at AS initiatedAt FROM objects_uploads
       WHERE bucket = $bucket AND completed IS NULL AND id > $after ORDER BY id LIMIT $limit`,
    ),
    /** Rows of a stretch of versions that say what cannot be: for `telar fsck`. */
    impossibleVersions: sql.all<{ after: number; to: number }, { bucket: string; key: string; problem: string }>(
      `SELECT bucket, key, problem FROM (
         SELECT v.version, v.bucket, v.key, CASE
           WHEN v.removed_at IS NOT NULL AND v.ended_at IS NULL THEN 'it is removed and current at once'
           WHEN v.marker = 1 AND v.ended_at IS NULL THEN 'a delete marker is current'
           WHEN v.marker = 1 AND v.file IS NOT NULL THEN 'a delete marker has bytes'
           WHEN v.marker = 0 AND v.file IS NULL AND i.bytes IS NULL THEN 'its bytes are missing'
           WHEN v.file IS NULL AND length(i.bytes) <> v.size THEN 'it has more or fewer bytes than it says'
           WHEN NOT json_valid(v.attributes) THEN 'its attributes cannot be read'
           WHEN v.ended_at IS NULL AND EXISTS (SELECT 1 FROM objects_versions AS h WHERE h.bucket = v.bucket
             AND h.key = v.key AND h.version > v.version AND h.ended_at IS NOT NULL AND h.removed_at IS NULL)
             THEN 'it is current, and a later version is not'
         END AS problem
         FROM objects_versions AS v LEFT JOIN objects_inline AS i ON i.version = v.version
         WHERE v.version > $after AND v.version <= $to)
       WHERE problem IS NOT NULL ORDER BY version`,
    ),
    /** Every part whose bytes are a file, page by page. */
    partsInFiles: sql.all<
      { upload: string; number: number; limit: number },
      { upload: string; number: number; bucket: string; key: string; file: string; size: number }
    >(
      `SELECT upload, number, bucket, key, file, size FROM objects_parts JOIN objects_uploads ON id = upload
       WHERE (upload, number) > ($upload, $number) AND file IS NOT NULL ORDER BY upload, number LIMIT $limit`,
    ),
  };
}

function uploadRows(sql: Sql) {
  const find = sql.one<{ id: string }, UploadRow>(`SELECT ${UPLOAD} FROM objects_uploads WHERE id = $id`);
  const open = sql.each<Stretch, UploadRow>(
    `SELECT ${UPLOAD} FROM objects_uploads
     WHERE bucket = $bucket AND key >= $from AND key < $below AND completed IS NULL ORDER BY key, id`,
  );
  const firstKey = sql.one<Stretch, { key: string }>(
    `SELECT key FROM objects_uploads
     WHERE bucket = $bucket AND key >= $from AND key < $below AND completed IS NULL ORDER BY key LIMIT 1`,
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
    firstUploadKey: (bucket: string, from: string, below: string | undefined): string | undefined =>
      firstKey({ bucket, from, below: below ?? BEYOND_ALL_KEYS })?.key,
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
