/**
 * What Telar's other services do with objects: jobs stage inputs and store outputs, pipelines read property files, the
 * step cache compares versions. Reads are synchronous, so that they may stand inside the caller's transaction.
 *
 * J1. Missing buckets and keys are S3's own errors here, too: NoSuchBucket, NoSuchKey.
 * J2. A version names content for good: it stays readable after its object was replaced or deleted, until `telar gc`.
 */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import type { World } from '../../base/world.ts';
import type { Policy } from '../../definition/policy/types.ts';
import { hexadecimal } from '../../protocol/checksums.ts';
import type { Access, Call } from '../../protocol/service.ts';
import { type Bytes, INLINE_LIMIT } from '../../store/bytes.ts';
import type { Store } from '../../store/store.ts';
import { bucketPolicies, restrictsPublic } from './accessOperations.ts';
import { type AttributeInput, attributesOf } from './attributes.ts';
import { LARGEST_OBJECT } from './body.ts';
import { listingKeys, seenBy } from './conditionKeys.ts';
import { s3Errors } from './errors.ts';
import { createListings, type ObjectListing } from './listings.ts';
import { createMeasuring, type Measure } from './measuring.ts';
import type { Tell } from './notifications.ts';
import { readAccess } from './objectOperations.ts';
import type { Objects } from './objects.ts';
import type { Settings } from './settings.ts';
import type { ObjectsStore, StoredObject } from './store.ts';
import { onBucket } from './wire.ts';

export type ObjectName = { bucket: string; key: string };

/** Content that can be read: a file, to be read only and never linked out of the data folder; or the bytes themselves. */
export type OpenedObject = { object: StoredObject } & ({ path: string } | { bytes: Buffer });

/** Bytes on their way to being an object. */
export type ReceivedObject = {
  /** In bytes. */
  size: number;
  /** Inside a transaction: makes the object. @throws NoSuchBucket when the bucket has gone meanwhile */
  write(): StoredObject;
  /** Once the transaction has ended, or the bytes are given up. */
  release(): void;
};

export type ObjectAccess = {
  /**
   * Every object under a prefix, in S3's order, with a digest of their keys and versions. Read page by page: what is written
   * meanwhile may be in it or not, and the digest is of what is in it.
   *
   * @throws NoSuchBucket
   */
  list(bucket: string, prefix: string): Promise<ObjectListing>;
  /** The digest of the objects under a prefix as they are now, in one stretch. @throws NoSuchBucket */
  fingerprint(bucket: string, prefix: string): string;
  /** Whether any object lies under a prefix. @throws NoSuchBucket */
  anyUnder(bucket: string, prefix: string): boolean;
  /** How much lies under a prefix, counted page by page. @throws NoSuchBucket */
  measure(bucket: string, prefix: string): Promise<Measure>;
  /** What ListObjectsV2 asks for. */
  accessToList(name: { Bucket: string; Prefix?: string | undefined }): readonly Access[];
  /** @throws NoSuchBucket, NoSuchKey */
  head(bucket: string, key: string): StoredObject;
  /**
   * The bytes of a small object: at once when they lie in the store (up to 64 kB), otherwise as a promise.
   *
   * @param limit in bytes
   * @param versionId of a former version, as S3 gives it; otherwise the current one is read
   * @throws NoSuchBucket, NoSuchKey, NoSuchVersion, EntityTooLarge beyond the limit
   */
  readSmall(bucket: string, key: string, limit: number, versionId?: string): Buffer | Promise<Buffer>;
  /**
   * An object's content, or that of one of its former versions.
   *
   * @throws NoSuchBucket, NoSuchKey; a version that is not of this object is a NoSuchKey
   */
  openObject(bucket: string, key: string, version?: number): OpenedObject;
  /** What GetObject asks for. */
  accessToRead(name: Reading): readonly Access[];
  /** What GetObject finds for a caller who may read it. @throws as GetObject: NoSuchKey, NoSuchVersion, InvalidObjectState … */
  openFor(call: Call, name: Reading): OpenedObject;
  /**
   * Takes in a file's or a buffer's bytes, durably; nobody sees them until they are written. The file may change or go
   * afterwards.
   *
   * @param attributes content type, metadata … as PutObject takes them
   * @throws NoSuchBucket, KeyTooLongError
   * @example
   * const received = await objects.receive({ bucket, key }, '/tmp/model.tar.gz');
   * try { await store.transact(() => record(received.write().version)) } finally { received.release() }
   */
  receive(name: ObjectName, content: string | Uint8Array, attributes?: AttributeInput): Promise<ReceivedObject>;
  /** `receive` and `write` in one, in a transaction of its own; resolves once durable. */
  putFile(name: ObjectName, content: string | Uint8Array, attributes?: AttributeInput): Promise<StoredObject>;
  /** The current version of each object, in order; undefined where there is none, or no bucket. */
  currentVersions(names: readonly ObjectName[]): (number | undefined)[];
  /** A bucket's policy, parsed; for whoever authorizes requests. */
  bucketPolicy(bucket: string): Policy | undefined;
  /** Whether a bucket's public access block shuts out whom its policy lets in: those who do not sign. */
  keepsPublicOut(bucket: string): boolean;
};

type Reading = { Bucket: string; Key: string; VersionId?: string | undefined };

const UNCONDITIONAL = { ifMatch: undefined, ifNoneMatch: undefined };

type Context = {
  store: Store;
  rows: ObjectsStore;
  bytes: Bytes;
  objects: Objects;
  settings: Settings;
  world: World;
  tell: Tell;
};

export function objectAccess({ store, rows, bytes, objects, settings, world, tell }: Context): ObjectAccess {
  const listings = createListings(rows, objects, world.clock);
  const at = (bucket: string, key: string) => ({ Bucket: bucket, Key: key });

  async function receive(
    { bucket, key }: ObjectName,
    content: string | Uint8Array,
    input: AttributeInput = {},
  ): Promise<ReceivedObject> {
    const attributes = attributesOf(input);
    objects.admit(at(bucket, key), UNCONDITIONAL);
    const { stored, size, digests, release } = await bytes.receive(sourceOf(content), {
      limit: LARGEST_OBJECT,
      given: typeof content === 'string',
      tooLong: () => s3Errors.entityTooLarge(undefined, LARGEST_OBJECT),
      digests: ['MD5'],
    });
    const md5 = hexadecimal(digests.get('MD5')!);
    const whole = { checksum: undefined, parts: undefined };
    return {
      size,
      release,
      write() {
        const modifiedAt = world.clock.now();
        const object = { bucket, key, modifiedAt, stored, size, md5, etag: md5, attributes, ...whole };
        const written = objects.write(object, UNCONDITIONAL);
        tell(bucket, () => ({ event: 'ObjectCreated:Put', object: written, at: modifiedAt, by: 'telar' }));
        return written;
      },
    };
  }

  async function putFile(...received: Parameters<typeof receive>): Promise<StoredObject> {
    const { write, release } = await receive(...received);
    try {
      return await store.transact(write);
    } finally {
      release();
    }
  }

  function opened(object: StoredObject): OpenedObject {
    const stored = objects.bytesOf(object);
    return stored.kind === 'file'
      ? { object, path: bytes.pathOf(stored)! }
      : { object, bytes: Buffer.from(stored.bytes) };
  }

  return {
    ...listings,
    measure: createMeasuring(rows, objects, world.clock),
    accessToList: (input) => onBucket('ListBucket', input.Bucket, listingKeys(input)),
    bucketPolicy: bucketPolicies(settings),
    keepsPublicOut: (bucket) => restrictsPublic(settings, bucket),
    head: (bucket, key) => objects.get(at(bucket, key)),
    readSmall(bucket, key, limit, VersionId) {
      const object = objects.get({ ...at(bucket, key), ...(VersionId !== undefined && { VersionId }) });
      if (object.size > limit) throw s3Errors.entityTooLarge(object.size, limit);
      const body = bytes.open(objects.bytesOf(object));
      return Buffer.isBuffer(body) ? body : buffer(body);
    },
    openObject(bucket, key, version) {
      const object = version === undefined ? objects.get(at(bucket, key)) : rows.version(bucket, key, version);
      if (!object) throw s3Errors.noSuchKey(key);
      return opened(object);
    },
    accessToRead: (name) => readAccess(objects, name),
    openFor: (call, name) => opened(seenBy(call, name.Bucket, () => objects.get(name))),
    receive,
    putFile,
    currentVersions: (names) => names.map(({ bucket, key }) => rows.currentVersion(bucket, key)),
  };
}

/** A small file is read at once: a stream of it goes to the pool of threads and back five times. */
function sourceOf(content: string | Uint8Array): AsyncIterable<Uint8Array> | Uint8Array {
  if (typeof content !== 'string') return content;
  return statSync(content).size <= INLINE_LIMIT ? readFileSync(content) : createReadStream(content);
}
