/**
 * Buckets and objects as a domain: what exists, what may be written, and what a write does. Everything that touches an
 * object, from the wire or from another service, comes through here.
 *
 * O1. All of it is synchronous and runs inside the caller's transaction.
 * O2. A write replaces the current version of its key in one step; the replaced one keeps its row and its bytes.
 * O3. Files that lose their last row are held until that is durable: a sweep never acts on what a crash could undo.
 */
import type { Bytes, StoredBytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import type { Bucket } from './buckets.ts';
import { checkWrite, type WriteConditions } from './conditions.ts';
import { s3Errors } from './errors.ts';
import { checkKey } from './keys.ts';
import type { NewObject, ObjectsStore, StoredObject } from './store.ts';

/** Which object a request is about, and who it believes owns the bucket. */
export type Address = {
  Bucket?: string | undefined;
  Key?: string | undefined;
  VersionId?: string | undefined;
  ExpectedBucketOwner?: string | undefined;
};

export type Objects = ReturnType<typeof createObjects>;

export function createObjects(
  store: Pick<Store, 'whenDurable' | 'whenUndone'>,
  rows: ObjectsStore,
  bytes: Bytes,
  account: string,
) {
  /** @throws NoSuchBucket, AccessDenied when the bucket is not who the caller believes */
  function bucket({ Bucket: name = '', ExpectedBucketOwner: owner }: Address): Bucket {
    const found = rows.bucket({ name });
    if (!found) throw s3Errors.noSuchBucket(name);
    if (owner !== undefined && owner !== account) throw s3Errors.accessDenied();
    return found;
  }

  /** The object, if there is one. @throws NoSuchBucket, KeyTooLongError */
  function find(address: Address): StoredObject | undefined {
    const { name } = bucket(address);
    return rows.current(name, checkKey(address.Key));
  }

  /** @throws NoSuchKey, and as `find` */
  function get(address: Address): StoredObject {
    checkVersionId(address.VersionId);
    const found = find(address);
    if (!found) throw s3Errors.noSuchKey(address.Key ?? '');
    return found;
  }

  /** Whether a write would be taken: asked before its bytes are, so that a refusal is early. @throws as `write` */
  function admit(address: Address, conditions: WriteConditions): void {
    checkWrite(conditions, find(address), address.Key ?? '');
  }

  /** @throws NoSuchBucket, PreconditionFailed, NoSuchKey */
  function write(object: NewObject, conditions: WriteConditions): StoredObject {
    admit({ Bucket: object.bucket, Key: object.key }, conditions);
    rows.end({ bucket: object.bucket, key: object.key, at: object.modifiedAt });
    return rows.add(object);
  }

  /** Deletes the current version; nothing when there is none. @throws NoSuchBucket, PreconditionFailed */
  function remove(address: Address, ifMatch: string | undefined, at: number): void {
    checkVersionId(address.VersionId);
    admit(address, { ifMatch, ifNoneMatch: undefined });
    rows.end({ bucket: address.Bucket ?? '', key: address.Key ?? '', at });
  }

  /** Keeps files, whose rows this transaction removes, until that is durable. */
  function letGo(files: readonly { file: string; size: number }[]): void {
    for (const { file, size } of files) {
      const release = bytes.hold({ kind: 'file', file, size });
      store.whenDurable(release);
      store.whenUndone(release);
    }
  }

  return {
    bucket,
    find,
    get,
    admit,
    write,
    remove,
    letGo,
    bytesOf: (object: StoredObject): StoredBytes => rows.bytesOf(object),
  };
}

/** While versioning is off the only version has the id `null`. */
function checkVersionId(version: string | undefined): void {
  if (version !== undefined && version !== 'null') throw s3Errors.invalidVersionId(version);
}
