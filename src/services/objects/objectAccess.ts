/**
 * What Telar's other services do with objects: jobs stage inputs and store outputs, pipelines read property files, the
 * step cache compares versions. Reads are synchronous, so that they may stand inside the caller's transaction.
 *
 * J1. Missing buckets and keys are S3's own errors here, too: NoSuchBucket, NoSuchKey.
 * J2. A version names content for good: it stays readable after its object was replaced or deleted, until `telar gc`.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { World } from '../../base/world.ts';
import type { Bytes } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import { type AttributeInput, attributesOf } from './attributes.ts';
import { LARGEST_OBJECT } from './body.ts';
import { s3Errors } from './errors.ts';
import { successor } from './keys.ts';
import type { Objects } from './objects.ts';
import type { ObjectEntry, ObjectsStore, StoredObject } from './store.ts';

export type ObjectName = { bucket: string; key: string };

/** Content that can be read: a file, to be read only and never linked out of the data folder; or the bytes themselves. */
export type OpenedObject = { object: StoredObject } & ({ path: string } | { bytes: Buffer });

export type ObjectAccess = {
  /** Every object under a prefix, in S3's order. @throws NoSuchBucket */
  listPrefix(bucket: string, prefix: string): ObjectEntry[];
  /** @throws NoSuchBucket, NoSuchKey */
  head(bucket: string, key: string): StoredObject;
  /**
   * The bytes of a small object: at once when they lie in the store (up to 64 kB), otherwise as a promise.
   *
   * @param limit in bytes
   * @throws NoSuchBucket, NoSuchKey, EntityTooLarge beyond the limit
   */
  readSmall(bucket: string, key: string, limit: number): Buffer | Promise<Buffer>;
  /**
   * An object's content, or that of one of its former versions.
   *
   * @throws NoSuchBucket, NoSuchKey; a version that is not of this object is a NoSuchKey
   */
  openObject(bucket: string, key: string, version?: number): OpenedObject;
  /**
   * Stores a file's or a buffer's bytes under a key; resolves once durable. The file may change or go afterwards.
   *
   * @param attributes content type, metadata … as PutObject takes them
   * @param also more work for the same transaction: what records the object commits with it
   * @throws NoSuchBucket, KeyTooLongError
   */
  putFile(
    name: ObjectName,
    content: string | Uint8Array,
    attributes?: AttributeInput,
    also?: (object: StoredObject) => void,
  ): Promise<StoredObject>;
  /** The current version of each object, in order; undefined where there is none, or no bucket. */
  currentVersions(names: readonly ObjectName[]): (number | undefined)[];
};

type Context = { store: Store; rows: ObjectsStore; bytes: Bytes; objects: Objects; world: World };

export function objectAccess({ store, rows, bytes, objects, world }: Context): ObjectAccess {
  const at = (bucket: string, key: string) => ({ Bucket: bucket, Key: key });

  async function putFile(
    { bucket, key }: ObjectName,
    content: string | Uint8Array,
    input: AttributeInput = {},
    also: (object: StoredObject) => void = () => {},
  ): Promise<StoredObject> {
    const attributes = attributesOf(input);
    const unconditional = { ifMatch: undefined, ifNoneMatch: undefined };
    objects.admit(at(bucket, key), unconditional);
    const md5 = createHash('md5');
    const { stored, size, release } = await bytes.receive(sourceOf(content), {
      limit: LARGEST_OBJECT,
      tooLong: () => s3Errors.entityTooLarge(undefined, LARGEST_OBJECT),
      hashers: [md5],
    });
    const etag = md5.digest('hex');
    try {
      return await store.transact(() => {
        const object = objects.write(
          {
            ...{ bucket, key, modifiedAt: world.clock.now(), stored, size, md5: etag, etag, attributes },
            ...{ checksum: undefined, parts: undefined },
          },
          unconditional,
        );
        also(object);
        return object;
      });
    } finally {
      release();
    }
  }

  return {
    listPrefix(bucket, prefix) {
      objects.bucket({ Bucket: bucket });
      return [...rows.entries(bucket, prefix, successor(prefix))];
    },
    head: (bucket, key) => objects.get(at(bucket, key)),
    readSmall(bucket, key, limit) {
      const object = objects.get(at(bucket, key));
      if (object.size > limit) throw s3Errors.entityTooLarge(object.size, limit);
      const body = bytes.open(objects.bytesOf(object));
      return Buffer.isBuffer(body) ? body : buffer(body);
    },
    openObject(bucket, key, version) {
      const object = version === undefined ? objects.get(at(bucket, key)) : rows.version(bucket, key, version);
      if (!object) throw s3Errors.noSuchKey(key);
      const stored = objects.bytesOf(object);
      return stored.kind === 'file'
        ? { object, path: bytes.pathOf(stored)! }
        : { object, bytes: Buffer.from(stored.bytes) };
    },
    putFile,
    currentVersions: (names) => names.map(({ bucket, key }) => rows.currentVersion(bucket, key)),
  };
}

async function* sourceOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  if (typeof content === 'string') yield* createReadStream(content) as AsyncIterable<Uint8Array>;
  else yield content;
}
