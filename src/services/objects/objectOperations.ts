/**
 * The operations on objects, one by one: put, get, head.
 *
 * R1. A put refuses before it takes bytes where it can, and again, for good, in the transaction that writes.
 */
import type { Readable } from 'node:stream';
import { type Access, type Call, type Operations, reads, type StreamCall, streams } from '../../protocol/service.ts';
import type { ByteRange, Bytes } from '../../store/bytes.ts';
import type { Archive } from './archive.ts';
import { attributesOf, refuseUnsupported } from './attributes.ts';
import { isWhole, receiveBody } from './body.ts';
import { algorithmNamed, checksumMembers } from './checksums.ts';
import { objectKeys, seenBy, writingKeys } from './conditionKeys.ts';
import { checkRead, type WriteConditions } from './conditions.ts';
import { s3Errors } from './errors.ts';
import type { Lifecycles } from './lifecycles.ts';
import { encodeMetadata } from './metadata.ts';
import type { Notifications } from './notifications.ts';
import type { Objects } from './objects.ts';
import type { ObjectsPorts } from './ports.ts';
import { contentRange, partRangeOf, rangeOf } from './ranges.ts';
import type { StoredObject } from './store.ts';
import { bySecond, type Input, type Output, onObject, quoted, type S3Sdk } from './wire.ts';

type Names = 'PutObject' | 'GetObject' | 'HeadObject';
type Context = {
  bytes: Bytes;
  objects: Objects;
  lifecycles: Lifecycles;
  ports: ObjectsPorts;
  archive: Archive;
  notifications: Notifications;
};

export function objectOperations(context: Context): Operations<S3Sdk, Names> {
  const { objects } = context;
  return {
    PutObject: streams(
      (input) => writeAccess(input),
      (input, call) => putObject(context, input, call),
      { audit: 'data', readOnly: false },
    ),

    GetObject: streams(
      (input) => readAccess(objects, input),
      (input, call) => getObject(context, input, call),
      { audit: 'data', readOnly: true },
    ),

    HeadObject: reads(
      (input) => readAccess(objects, input),
      (input, call) => {
        const { object, range } = seenBy(call, input.Bucket, () => select(objects, input, call));
        return describe(context, object, range, input);
      },
      'data',
    ),
  };
}

type Named = { Bucket?: string | undefined; Key?: string | undefined; VersionId?: string | undefined };

export const readAccess = (objects: Objects, input: Named): Access[] =>
  onObject(input.VersionId === undefined ? 'GetObject' : 'GetObjectVersion', input, objectKeys(objects, input));

/** What a write needs: to put the object, and its tags where it brings some. */
export function writeAccess(input: { Bucket?: string; Key?: string; Tagging?: string }): Access[] {
  const keys = writingKeys(input);
  return [...onObject('PutObject', input, keys), ...(input.Tagging ? onObject('PutObjectTagging', input, keys) : [])];
}

export function writeConditions(input: { IfMatch?: string; IfNoneMatch?: string }): WriteConditions {
  return { ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch };
}

async function putObject(
  { bytes, objects, lifecycles, notifications }: Context,
  input: Input<'PutObject'>,
  call: StreamCall,
): Promise<Output<'PutObject'>> {
  refuseUnsupported(input);
  if (input.WriteOffsetBytes !== undefined) throw s3Errors.notImplemented('x-amz-write-offset-bytes');
  const attributes = attributesOf(input);
  const wanted = algorithmNamed(input.ChecksumAlgorithm);
  // A small body is there already: nothing is saved by refusing before it is taken.
  if (!isWhole(input)) objects.admit(input, writeConditions(input));
  const { stored, size, md5, checksum, release } = await receiveBody(bytes, input, wanted);
  try {
    const object = await call.commit(() => {
      const written = objects.write(
        {
          ...{ bucket: input.Bucket ?? '', key: input.Key ?? '', modifiedAt: call.now, stored, size, md5, etag: md5 },
          ...{ checksum: checksum && { ...checksum, type: 'FULL_OBJECT' }, parts: undefined, attributes },
        },
        writeConditions(input),
      );
      notifications.tell(written.bucket, () => ({ event: eventOf(call), object: written, at: call.now, by: call }));
      return written;
    });
    return {
      ETag: quoted(object.etag),
      ...checksumMembers(object.checksum),
      ...(object.checksum ? { ChecksumType: object.checksum.type } : {}),
      ...writtenMembers(object, lifecycles),
    };
  } finally {
    release();
  }
}

async function getObject(context: Context, input: Input<'GetObject'>, call: StreamCall): Promise<Output<'GetObject'>> {
  const { bytes, objects, ports } = context;
  const record = ports.recorder(call);
  let body: Buffer | Readable | undefined;
  // What is answered is durable; and opened with the look for it, so that no sweep comes between.
  const answer = (): Output<'GetObject'> => {
    const { object, range } = seenBy(call, input.Bucket, () => select(objects, input, call));
    record?.(object);
    body = bytes.open(objects.bytesOf(object), range);
    return { ...describe(context, object, range, input), Body: asSdkStream(body) };
  };
  try {
    return await (record ? call.commit(answer) : call.read(answer));
  } catch (error) {
    if (body && !Buffer.isBuffer(body)) body.destroy();
    throw error;
  }
}

/** A browser's form comes as a PutObject that is made of it. */
const eventOf = ({ headers }: Call) =>
  headers['content-type']?.startsWith('multipart/form-data; boundary=') ? 'ObjectCreated:Post' : 'ObjectCreated:Put';

/** What every answer to a write says of the version that it made. */
export function writtenMembers(object: StoredObject, lifecycles: Lifecycles) {
  const expiration = lifecycles.expirationOf(object);
  return {
    ...(object.versionId === undefined ? {} : { VersionId: object.versionId }),
    ...(expiration === undefined ? {} : { Expiration: expiration }),
  };
}

type ReadInput = Input<'GetObject'> & Input<'HeadObject'>;

/** Query parameters that say what an answer's headers shall be: only who signs may. */
const OVERRIDES = [
  'ResponseCacheControl',
  'ResponseContentDisposition',
  'ResponseContentEncoding',
  'ResponseContentLanguage',
  'ResponseContentType',
  'ResponseExpires',
] as const;

/** Finds what a read is about. @throws NoSuchKey, PreconditionFailed, NotModified, InvalidRange, InvalidPartNumber */
function select(
  objects: Objects,
  input: ReadInput,
  call: Call,
): { object: StoredObject; range: ByteRange | undefined } {
  if (input.SSECustomerAlgorithm || input.SSECustomerKey) {
    throw s3Errors.notImplemented('x-amz-server-side-encryption-customer-algorithm');
  }
  if (call.principal.kind === 'anonymous' && OVERRIDES.some((name) => input[name] !== undefined)) {
    throw s3Errors.invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
  }
  const object = objects.get(input);
  checkRead(
    {
      ...{ ifMatch: input.IfMatch, ifNoneMatch: input.IfNoneMatch },
      ...{ ifModifiedSince: input.IfModifiedSince, ifUnmodifiedSince: input.IfUnmodifiedSince },
    },
    object,
  );
  if (input.PartNumber === undefined) return { object, range: rangeOf(input.Range, object.size) };
  if (input.Range !== undefined) {
    throw s3Errors.invalidRequest('Cannot specify both Range header and partNumber query parameter.');
  }
  const sizes = object.parts?.map(({ size }) => size) ?? [object.size];
  return { object, range: partRangeOf(input.PartNumber, sizes) };
}

/** What GetObject and HeadObject say of an object besides its bytes. */
function describe(
  { lifecycles, archive }: Pick<Context, 'lifecycles' | 'archive'>,
  object: StoredObject,
  range: ByteRange | undefined,
  input: ReadInput,
): Omit<Output<'GetObject'> & Output<'HeadObject'>, 'Body'> {
  const { attributes, size } = object;
  const checksum = input.ChecksumMode === 'ENABLED' && !range ? object.checksum : undefined;
  const expires = input.ResponseExpires?.getTime() ?? attributes.expires;
  return omitUndefined({
    AcceptRanges: 'bytes',
    LastModified: bySecond(object.modifiedAt),
    ETag: quoted(object.etag),
    ContentLength: range ? range.last - range.first + 1 : size,
    ContentRange: range && contentRange(range, size),
    ContentType: input.ResponseContentType ?? attributes.contentType,
    CacheControl: input.ResponseCacheControl ?? attributes.cacheControl,
    ContentDisposition: input.ResponseContentDisposition ?? attributes.contentDisposition,
    ContentEncoding: input.ResponseContentEncoding ?? attributes.contentEncoding,
    ContentLanguage: input.ResponseContentLanguage ?? attributes.contentLanguage,
    Expires: expires === undefined ? undefined : new Date(expires),
    WebsiteRedirectLocation: attributes.websiteRedirect,
    StorageClass: attributes.storageClass,
    Metadata: Object.fromEntries(
      Object.entries(attributes.metadata).map(([name, value]) => [name, encodeMetadata(value)]),
    ),
    VersionId: object.versionId,
    Expiration: lifecycles.expirationOf(object),
    Restore: archive.restoreOf(object),
    TagCount: attributes.tags?.length,
    PartsCount: input.PartNumber === undefined ? undefined : object.parts?.length,
    ...checksumMembers(checksum),
    ChecksumType: checksum?.type,
  });
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

function omitUndefined<T extends Record<string, unknown>>(members: T): Partial<Defined<T>> {
  const defined: Record<string, unknown> = {};
  for (const name in members) if (members[name] !== undefined) defined[name] = members[name];
  return defined as Partial<Defined<T>>;
}

/** The SDK types a body as its clients see it, with their helpers on it; the codec sends a plain stream or buffer. */
function asSdkStream(body: Buffer | Readable): NonNullable<Output<'GetObject'>['Body']> {
  return body as unknown as NonNullable<Output<'GetObject'>['Body']>;
}
