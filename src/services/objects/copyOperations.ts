/** CopyObject and UploadPartCopy. Copies share the file of their source; bytes are read only where a digest is missing. */
import { createHasher, hexadecimal } from '../../protocol/checksums.ts';
import { isAwsError } from '../../protocol/errors.ts';
import { type Access, type Call, type Operations, type StreamCall, streams } from '../../protocol/service.ts';
import { type ByteRange, type Bytes, type StoredBytes, sizeOf } from '../../store/bytes.ts';
import { type Attributes, attributesOf, refuseUnsupported } from './attributes.ts';
import { LARGEST_PUT } from './body.ts';
import { algorithmNamed, type ChecksumAlgorithm, checksumMembers, type ObjectChecksum } from './checksums.ts';
import { seenBy, writingKeys } from './conditionKeys.ts';
import { checkCopySource } from './conditions.ts';
import { s3Errors } from './errors.ts';
import type { Lifecycles } from './lifecycles.ts';
import { checkPartNumber } from './multipart.ts';
import { openUpload, partOf, setPart } from './multipartOperations.ts';
import type { Notifications } from './notifications.ts';
import { readAccess, writeAccess, writeConditions, writtenMembers } from './objectOperations.ts';
import type { Address, Objects } from './objects.ts';
import type { ObjectsPorts } from './ports.ts';
import { copyRangeOf } from './ranges.ts';
import type { ObjectsStore, StoredObject } from './store.ts';
import { parseTags } from './tags.ts';
import { bySecond, type Input, type Output, onObject, quoted, type S3Sdk } from './wire.ts';

type Context = {
  bytes: Bytes;
  objects: Objects;
  rows: ObjectsStore;
  lifecycles: Lifecycles;
  ports: ObjectsPorts;
  notifications: Notifications;
};
type Source = { object: StoredObject; stored: StoredBytes; release(): void };

export function copyOperations(context: Context): Operations<S3Sdk, 'CopyObject' | 'UploadPartCopy'> {
  return {
    CopyObject: streams(
      (input) => [...sourceAccess(context, input.CopySource), ...writeAccess(input)],
      (input, call) => copyObject(context, input, call),
      { audit: 'data', readOnly: false },
    ),
    UploadPartCopy: streams(
      (input) => [...sourceAccess(context, input.CopySource), ...onObject('PutObject', input, writingKeys(input))],
      (input, call) => copyPart(context, input, call),
      { audit: 'data', readOnly: false },
    ),
  };
}

/**
 * `bucket/key`, `/bucket/key` or `bucket/key?versionId=…`, percent-encoded.
 *
 * @throws InvalidArgument
 */
export function parseCopySource(header: string | undefined): {
  Bucket: string;
  Key: string;
  VersionId: string | undefined;
} {
  const [path = '', version] = (header ?? '').split('?versionId=');
  const match = /^\/?([^/]+)\/(.+)$/s.exec(decoded(path));
  if (!match || match[1]!.startsWith('arn:')) {
    throw s3Errors.invalidArgument(
      'Copy Source must mention the source bucket and key: sourcebucket/sourcekey',
      'x-amz-copy-source',
      header ?? '',
    );
  }
  return { Bucket: match[1]!, Key: match[2]!, VersionId: version };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

const sourceAccess = ({ objects }: Context, header: string | undefined): Access[] =>
  readAccess(objects, parseCopySource(header));

/** Finds a copy's source and takes hold of its bytes. @throws NoSuchKey, NoSuchBucket, PreconditionFailed */
function openSource(
  { bytes, objects, ports }: Context,
  input: Input<'CopyObject'> | Input<'UploadPartCopy'>,
  call: Call,
): Source {
  const owner = input.ExpectedSourceBucketOwner;
  const address = parseCopySource(input.CopySource);
  const object = seenBy(call, address.Bucket, () =>
    sourceOf(objects, owner === undefined ? address : { ...address, ExpectedBucketOwner: owner }),
  );
  checkCopySource(
    {
      ...{ ifMatch: input.CopySourceIfMatch, ifNoneMatch: input.CopySourceIfNoneMatch },
      ...{ ifModifiedSince: input.CopySourceIfModifiedSince, ifUnmodifiedSince: input.CopySourceIfUnmodifiedSince },
    },
    object,
  );
  ports.recorder(call)?.(object);
  const stored = objects.bytesOf(object);
  return { object, stored, release: bytes.hold(stored) };
}

function sourceOf(objects: Objects, address: Address): StoredObject {
  try {
    return objects.get(address);
  } catch (error) {
    if (!isAwsError(error) || error.status !== 405) throw error;
    throw s3Errors.invalidRequest(
      'The source of a copy request may not specifically refer to a delete marker by version id.',
    );
  }
}

async function copyObject(
  context: Context,
  input: Input<'CopyObject'>,
  call: StreamCall,
): Promise<Output<'CopyObject'>> {
  const { bytes, objects, lifecycles, notifications } = context;
  refuseUnsupported(input);
  if (input.CopySourceSSECustomerKey) {
    throw s3Errors.notImplemented('x-amz-copy-source-server-side-encryption-customer-key');
  }
  const asked = algorithmNamed(input.ChecksumAlgorithm);
  const source = await call.commit(() => {
    objects.admit(input, writeConditions(input));
    return openSource(context, input, call);
  });
  try {
    const { object, stored } = source;
    refuseIdleCopy(input, object);
    if (object.size > LARGEST_PUT) {
      throw s3Errors.invalidRequest(
        `The specified copy source is larger than the maximum allowable size for a copy source: ${LARGEST_PUT}`,
      );
    }
    const attributes = copiedAttributes(input, object.attributes);
    const checksum = await wholeChecksum(bytes, source, asked ?? object.checksum?.algorithm);
    const copy = await call.commit(() => {
      const written = objects.write(
        {
          ...{ bucket: input.Bucket ?? '', key: input.Key ?? '', modifiedAt: call.now, stored, attributes, checksum },
          // A copy is an object put whole, however its source came to be.
          ...{ size: object.size, md5: object.md5, etag: object.md5, parts: undefined },
        },
        writeConditions(input),
      );
      const event = 'ObjectCreated:Copy';
      notifications.tell(written.bucket, () => ({ event, object: written, at: call.now, by: call }));
      return written;
    });
    return {
      CopyObjectResult: resultOf(copy, checksum),
      ...writtenMembers(copy, lifecycles),
      ...(object.versionId === undefined ? {} : { CopySourceVersionId: object.versionId }),
    };
  } finally {
    source.release();
  }
}

/** S3 refuses a copy that would change nothing. @throws InvalidRequest */
function refuseIdleCopy(input: Input<'CopyObject'>, source: StoredObject): void {
  // An older version of an object is copied over the latest to bring it back.
  const { VersionId: version } = parseCopySource(input.CopySource);
  const itself = source.bucket === input.Bucket && source.key === input.Key && version === undefined;
  const changes =
    input.MetadataDirective === 'REPLACE' ||
    input.TaggingDirective === 'REPLACE' ||
    input.WebsiteRedirectLocation !== undefined ||
    input.StorageClass !== undefined ||
    input.ServerSideEncryption !== undefined;
  if (!itself || changes) return;
  throw s3Errors.invalidRequest(
    "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
  );
}

/** The directives say what comes from the source; storage class and redirect never do. */
function copiedAttributes(input: Input<'CopyObject'>, source: Attributes): Attributes {
  const { tags: sourceTags, storageClass: _, websiteRedirect: __, ...kept } = source;
  const { tags: ____, ...fresh } = attributesOf(input);
  const base = input.MetadataDirective === 'REPLACE' ? fresh : { ...placed(fresh), ...kept };
  const tags = input.TaggingDirective === 'REPLACE' ? parseTags(input.Tagging ?? '') : (sourceTags ?? []);
  return tags.length > 0 ? { ...base, tags } : base;
}

function placed({ storageClass, websiteRedirect }: Attributes): Pick<Attributes, 'storageClass' | 'websiteRedirect'> {
  return { ...(storageClass ? { storageClass } : {}), ...(websiteRedirect ? { websiteRedirect } : {}) };
}

/** The source's checksum of the whole, or one computed now. */
async function wholeChecksum(
  bytes: Bytes,
  { object, stored }: Source,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<ObjectChecksum | undefined> {
  if (!algorithm) return undefined;
  if (object.checksum?.algorithm === algorithm && object.checksum.type === 'FULL_OBJECT') return object.checksum;
  const hasher = createHasher(algorithm);
  for await (const chunk of chunksOf(bytes, stored)) hasher.update(chunk);
  return { algorithm, value: hasher.digest(), type: 'FULL_OBJECT' };
}

async function* chunksOf(bytes: Bytes, stored: StoredBytes, range?: ByteRange): AsyncGenerator<Uint8Array> {
  const body = bytes.open(stored, range);
  if (Buffer.isBuffer(body)) yield body;
  else yield* body as AsyncIterable<Uint8Array>;
}

async function copyPart(
  context: Context,
  input: Input<'UploadPartCopy'>,
  call: StreamCall,
): Promise<Output<'UploadPartCopy'>> {
  const { bytes, objects, rows } = context;
  const number = checkPartNumber(input.PartNumber);
  const { source, upload } = await call.commit(() => {
    const upload = openUpload(objects, rows, input, input.UploadId);
    return { source: openSource(context, input, call), upload };
  });
  try {
    const range = copyRangeOf(input.CopySourceRange, sizeOf(source.stored));
    const { algorithm } = upload;
    const received = await bytes.receive(chunksOf(bytes, source.stored, range), {
      limit: LARGEST_PUT,
      given: true,
      tooLong: () => s3Errors.entityTooLarge(source.object.size, LARGEST_PUT),
      digests: algorithm ? ['MD5', algorithm] : ['MD5'],
    });
    try {
      const { size, digests } = received;
      const checksum = algorithm && { algorithm, value: digests.get(algorithm)! };
      const part = partOf(number, { size, md5: hexadecimal(digests.get('MD5')!), checksum }, call.now);
      await call.commit(() => {
        openUpload(objects, rows, input, input.UploadId);
        setPart(objects, rows, upload, part, received.stored);
      });
      const { versionId } = source.object;
      return {
        CopyPartResult: resultOf({ etag: part.md5, modifiedAt: call.now }, checksum),
        ...(versionId === undefined ? {} : { CopySourceVersionId: versionId }),
      };
    } finally {
      received.release();
    }
  } finally {
    source.release();
  }
}

function resultOf(
  made: { etag: string; modifiedAt: number },
  checksum: ObjectChecksum | { algorithm: ChecksumAlgorithm; value: string } | undefined,
) {
  return {
    ...{ ETag: quoted(made.etag), LastModified: bySecond(made.modifiedAt) },
    ...checksumMembers(checksum),
    ...(checksum && 'type' in checksum ? { ChecksumType: checksum.type } : {}),
  };
}
