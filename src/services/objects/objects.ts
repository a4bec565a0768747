/**
 * Buckets and objects as a domain: what exists, what may be written, and what a write does. Everything that touches an
 * object, from the wire or from another service, comes through here.
 *
 * O1. All of it is synchronous and runs inside the caller's transaction.
 * O2. A write replaces the current version of its key in one step; the replaced one keeps its row and its bytes, as a
 *     noncurrent version that clients see where the bucket is versioned, for lineage alone where it is not.
 * O3. Files that lose their last row are held until that is durable: a sweep never acts on what a crash could undo.
 * O4. Of a key at most one version is current, and at most one has the id `null`.
 */
import type { Random } from '../../base/random.ts';
import type { Bytes, StoredBytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import type { Bucket } from './buckets.ts';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { s3Errors } from './errors.ts';
import { checkKey } from './keys.ts';
import type { NewObject, ObjectsStore, StoredObject } from './store.ts';
import { checkVersionId, NULL_VERSION, versionIdOf, versionIn } from './versionIds.ts';

/** Which object a request is about, and who it believes owns the bucket. */
export type Address = {
  Bucket?: string | undefined;
  Key?: string | undefined;
  VersionId?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
};

/** What a deletion did. Both are undefined where the bucket has never been versioned. */
export type Removed = {
  /** Of the marker that was made, or of the version that was removed. */
  versionId: string | undefined;
  /** Whether a marker was made, or removed. */
  marker: boolean | undefined;
  /** What became of the key, for whoever is told; undefined where nothing was done. */
  told: Told | undefined;
};

/** The object that is gone, or the marker that hides it. */
export type Told = Pick<StoredObject, 'key' | 'version' | 'versionId'> & { size?: number; etag?: string };

export type Objects = ReturnType<typeof createObjects>;

type Name = { bucket: string; key: string };

/** The MD5 of nothing, which S3 says of delete markers. */
const EMPTY = 'd41d8cd98f00b204e9800998ecf8427e';

export function createObjects(
  store: Pick<Store, 'whenDurable' | 'whenUndone'>,
  rows: ObjectsStore,
  bytes: Bytes,
  account: string,
  random: Random,
  /** Called when files have lost their last row, durably. */
  onLetGo: () => void,
  /** Before bytes are read on anyone's behalf. @throws InvalidObjectState for what is archived */
  requireReadable: (object: StoredObject) => void,
) {
  /** @throws NoSuchBucket, AccessDenied when the bucket is not who the caller believes */
  function bucket({ Bucket: name = '', ExpectedBucketOwner: owner }: Address): Bucket {
    const found = rows.bucket({ name });
    if (!found) throw s3Errors.noSuchBucket(name);
    if (owner !== undefined && owner !== account) throw s3Errors.accessDenied();
    return found;
  }

  /** The object as clients know it: without a version id where its bucket has never been versioned. */
  const shown = ({ versioning }: Bucket, object: StoredObject): StoredObject =>
    versioning ? object : { ...object, versionId: undefined };

  /** The current object, if there is one. @throws NoSuchBucket, KeyTooLongError */
  function find(address: Address): StoredObject | undefined {
    const at = bucket(address);
    const found = rows.current(at.name, checkKey(address.Key));
    return found && shown(at, found);
  }

  /** A version by its id, delete markers included. @throws InvalidArgument for what is no id */
  function version({ bucket, key }: Name, id: string): StoredObject | undefined {
    checkVersionId(id);
    if (id === NULL_VERSION) {
      const current = rows.current(bucket, key);
      return current?.versionId === NULL_VERSION ? current : rows.formerNull(bucket, key);
    }
    const number = versionIn(id);
    const found = number === undefined ? undefined : rows.visibleVersion(bucket, key, number);
    return found?.versionId === id ? found : undefined;
  }

  /**
   * The object, or the version of it, that a request is about.
   *
   * @throws NoSuchKey, NoSuchVersion, MethodNotAllowed where the version is a delete marker; and as `find`
   */
  function get(address: Address): StoredObject {
    const at = bucket(address);
    const name = { bucket: at.name, key: checkKey(address.Key) };
    if (address.VersionId !== undefined) {
      const found = version(name, address.VersionId);
      if (!found) throw s3Errors.noSuchVersion(name.key, address.VersionId);
      if (found.marker) throw s3Errors.deleteMarker(found);
      return shown(at, found);
    }
    const found = rows.current(name.bucket, name.key);
    if (found) return shown(at, found);
    const former = at.versioning ? rows.newestFormer(name.bucket, name.key) : undefined;
    throw s3Errors.noSuchKey(name.key, former?.marker ? former : undefined);
  }

  /** Whether a write would be taken: asked before its bytes are, so that a refusal is early. @throws as `write` */
  function admit(address: Address, conditions: WriteConditions): { at: Bucket; current: StoredObject | undefined } {
    const at = bucket(address);
    const current = rows.current(at.name, checkKey(address.Key));
    checkWrite(conditions, current, address.Key ?? '');
    return { at, current };
  }

  /** How often the current objects of each bucket have changed, as far as this process knows. */
  const changes = new Map<string, number>();

  function changed(name: string): void {
    const count = () => void changes.set(name, (changes.get(name) ?? 0) + 1);
    count();
    store.whenUndone(count);
  }

  /** Ends what was current, as the bucket's versioning has it; answers the id of what comes instead. */
  function makeRoom(
    { versioning }: Bucket,
    { bucket, key }: Name,
    current: StoredObject | undefined,
    at: number,
  ): string {
    const name = { bucket, key };
    changed(bucket);
    if (!versioning) {
      if (current) rows.end({ ...name, at, removedAt: at });
      return NULL_VERSION;
    }
    const replaced = versioning === 'Suspended' && current?.versionId === NULL_VERSION;
    if (current) rows.end({ ...name, at, removedAt: replaced ? at : null });
    else {
      const former = rows.newestFormer(name.bucket, name.key);
      if (former?.marker) rows.outdateMarker({ version: former.version, at });
    }
    if (versioning === 'Enabled') return versionIdOf(rows.nextVersion(), random);
    rows.removeFormerNull({ ...name, at });
    return NULL_VERSION;
  }

  /** @throws NoSuchBucket, PreconditionFailed, NoSuchKey */
  function write(object: NewObject, conditions: WriteConditions): StoredObject {
    const { at, current } = admit({ Bucket: object.bucket, Key: object.key }, conditions);
    return shown(at, rows.add(object, makeRoom(at, object, current, object.modifiedAt)));
  }

  /**
   * Deletes the current version, which in a versioned bucket leaves a delete marker; or, by its id, a version for good.
   * Nothing is done where there is nothing to delete.
   *
   * @throws NoSuchBucket, PreconditionFailed
   */
  function remove(address: Address, ifMatch: string | undefined, now: number): Removed {
    if (address.VersionId !== undefined) return removeVersion(address, address.VersionId, ifMatch, now);
    const { at, current } = admit(address, { ifMatch, ifNoneMatch: undefined });
    const name = { bucket: at.name, key: address.Key ?? '' };
    const versionId = makeRoom(at, name, current, now);
    if (!at.versioning) {
      const version = rows.nextVersion() - 1;
      return {
        versionId: undefined,
        marker: undefined,
        told: current && { key: name.key, version, versionId: undefined },
      };
    }
    const version = rows.addMarker({ ...name, at: now, versionId });
    return { versionId, marker: true, told: { key: name.key, version, versionId, etag: EMPTY } };
  }

  function removeVersion(address: Address, id: string, ifMatch: string | undefined, now: number): Removed {
    const at = bucket(address);
    const name = { bucket: at.name, key: checkKey(address.Key) };
    const found = version(name, id);
    if (ifMatch !== undefined) checkWrite({ ifMatch, ifNoneMatch: undefined }, found, name.key);
    if (found) {
      changed(name.bucket);
      rows.removeVersion({ version: found.version, at: now });
      // What the latest version hid is the latest now.
      const next = rows.current(name.bucket, name.key) ? undefined : rows.newestFormer(name.bucket, name.key);
      if (next && !next.marker && next.version < found.version) rows.promote({ version: next.version });
    }
    const told = found && { key: name.key, version: rows.nextVersion() - 1, versionId: at.versioning ? id : undefined };
    return at.versioning
      ? { versionId: id, marker: found?.marker || undefined, told }
      : { versionId: undefined, marker: undefined, told };
  }

  /** Keeps files, whose rows this transaction removes, until that is durable. */
  function letGo(files: readonly { file: string; size: number }[]): void {
    for (const { file, size } of files) {
      const release = bytes.hold({ kind: 'file', file, size });
      store.whenDurable(release);
      store.whenUndone(release);
    }
    if (files.length > 0) store.whenDurable(onLetGo);
  }

  return {
    bucket,
    find,
    get,
    admit,
    write,
    remove,
    letGo,
    /** Equal numbers stand for equal lists of current objects. */
    changesOf: (name: string): number => changes.get(name) ?? 0,
    /** A row as clients know it; the bucket must be there. */
    shown: (object: StoredObject): StoredObject => shown(bucket({ Bucket: object.bucket }), object),
    /** @throws InvalidObjectState */
    bytesOf(object: StoredObject): StoredBytes {
      requireReadable(object);
      return rows.bytesOf(object);
    },
  };
}
