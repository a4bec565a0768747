/** The operations of multipart uploads, but for their completion: begin, parts, abort, lists. An upload is known by its id, bucket and key together. */
import type { Random } from '../../base/random.ts';
import { type Operations, reads, type StreamCall, streams, writes } from '../../protocol/service.ts';
import type { Bytes, StoredBytes } from '../../store/bytes.ts';
import { attributesOf, refuseUnsupported } from './attributes.ts';
import { receiveBody } from './body.ts';
import { ownerOf } from './bucketOperations.ts';
import { algorithmNamed, type Checksum, checksumMembers, checksumOf, checksumTypeOf } from './checksums.ts';
import { s3Errors } from './errors.ts';
import { checkKey } from './keys.ts';
import { firstAfter, listPage } from './listing.ts';
import { encoderOf, pageSize } from './listOperations.ts';
import { checkPartAlgorithm, checkPartNumber, uploadId } from './multipart.ts';
import { writeAccess } from './objectOperations.ts';
import type { Address, Objects } from './objects.ts';
import type { NewPart, ObjectsStore, Upload } from './store.ts';
import { bySecond, type Input, type Output, onBucket, onObject, quoted, type S3Sdk } from './wire.ts';

type Names = 'CreateMultipartUpload' | 'UploadPart' | 'AbortMultipartUpload' | 'ListParts' | 'ListMultipartUploads';
type Context = { bytes: Bytes; objects: Objects; rows: ObjectsStore; random: Random };

export function multipartOperations({ bytes, objects, rows, random }: Context): Operations<S3Sdk, Names> {
  return {
    CreateMultipartUpload: writes(
      (input) => writeAccess(input),
      (input, call) => {
        refuseUnsupported(input);
        const { name: bucket } = objects.bucket(input);
        const algorithm = algorithmNamed(input.ChecksumAlgorithm);
        const upload: Upload = {
          ...{ id: uploadId(call.now, random), bucket, key: checkKey(input.Key), initiatedAt: call.now },
          ...{ initiator: call.principal.arn, algorithm, attributes: attributesOf(input), completed: undefined },
          checksumType: checksumTypeOf(algorithm, input.ChecksumType),
        };
        rows.addUpload(upload);
        return { Bucket: bucket, Key: upload.key, UploadId: upload.id, ...checksumOfUpload(upload) };
      },
      'data',
    ),

    UploadPart: streams(
      (input) => onObject('PutObject', input),
      (input, call) => uploadPart(bytes, objects, rows, input, call),
      { audit: 'data', readOnly: false },
    ),

    AbortMultipartUpload: writes(
      (input) => onObject('AbortMultipartUpload', input),
      (input) => {
        const upload = openUpload(objects, rows, input, input.UploadId);
        if (input.IfMatchInitiatedTime) throw s3Errors.notImplemented('x-amz-if-match-initiated-time');
        objects.letGo(rows.filesOfParts({ upload: upload.id }));
        rows.removeUpload({ id: upload.id });
        return {};
      },
      'data',
    ),

    ListParts: reads(
      (input) => onObject('ListMultipartUploadParts', input),
      (input, call) => listParts(rows, openUpload(objects, rows, input, input.UploadId), input, call.account),
      'data',
    ),

    ListMultipartUploads: reads(
      (input) => onBucket('ListBucketMultipartUploads', input.Bucket),
      (input, call) => {
        objects.bucket(input);
        return listUploads(rows, input, call.account);
      },
      'data',
    ),
  };
}

/** The upload of that id, still open, for that very key. @throws NoSuchBucket, NoSuchUpload */
export function openUpload(objects: Objects, rows: ObjectsStore, address: Address, id: string | undefined): Upload {
  const upload = anyUpload(objects, rows, address, id);
  if (upload.completed) throw s3Errors.noSuchUpload(upload.id);
  return upload;
}

/** The upload of that id, completed or not. @throws NoSuchBucket, NoSuchUpload */
export function anyUpload(objects: Objects, rows: ObjectsStore, address: Address, id = ''): Upload {
  const { name } = objects.bucket(address);
  const upload = rows.upload(id);
  if (!upload || upload.bucket !== name || upload.key !== address.Key) throw s3Errors.noSuchUpload(id);
  return upload;
}

async function uploadPart(
  bytes: Bytes,
  objects: Objects,
  rows: ObjectsStore,
  input: Input<'UploadPart'>,
  call: StreamCall,
): Promise<Output<'UploadPart'>> {
  if (input.SSECustomerAlgorithm || input.SSECustomerKey) {
    throw s3Errors.notImplemented('x-amz-server-side-encryption-customer-algorithm');
  }
  const number = checkPartNumber(input.PartNumber);
  const upload = openUpload(objects, rows, input, input.UploadId);
  checkPartAlgorithm(upload, input.ChecksumAlgorithm ?? checksumOf(input)?.algorithm);
  const { stored, release, ...body } = await receiveBody(bytes, input, upload.algorithm);
  try {
    checkPartAlgorithm(upload, body.checksum?.algorithm);
    await call.commit(() => {
      openUpload(objects, rows, input, input.UploadId);
      setPart(objects, rows, upload, partOf(number, body, call.now), stored);
    });
    return { ETag: quoted(body.md5), ...checksumMembers(body.checksum) };
  } finally {
    release();
  }
}

/** A part as it is kept. */
export function partOf(
  number: number,
  body: { size: number; md5: string; checksum: Checksum | undefined },
  modifiedAt: number,
): NewPart {
  return { number, modifiedAt, size: body.size, md5: body.md5, checksum: body.checksum?.value };
}

/** Sets a part, in place of one of the same number. */
export function setPart(
  objects: Objects,
  rows: ObjectsStore,
  upload: Upload,
  part: NewPart,
  stored: StoredBytes,
): void {
  const replaced = rows.partBytes(upload.id, part.number);
  if (replaced?.kind === 'file') objects.letGo([replaced]);
  // A checksum of another algorithm than the upload's is not kept: nothing could be made of it.
  rows.setPart(upload.id, upload.algorithm ? part : { ...part, checksum: undefined }, stored);
}

function checksumOfUpload({ algorithm, checksumType }: Upload) {
  return algorithm ? { ChecksumAlgorithm: algorithm, ChecksumType: checksumType } : {};
}

function initiatorOf(upload: Upload) {
  return { ID: upload.initiator, DisplayName: upload.initiator.split(/[:/]/).at(-1) ?? '' };
}

function listParts(
  rows: ObjectsStore,
  upload: Upload,
  input: Input<'ListParts'>,
  account: string,
): Output<'ListParts'> {
  const limit = pageSize(input.MaxParts, 'max-parts', 'maxParts');
  const after = Number(input.PartNumberMarker ?? 0);
  if (!Number.isInteger(after) || after < 0) {
    throw s3Errors.invalidArgument(
      'Argument part-number-marker must be an integer between 0 and 2147483647',
      'part-number-marker',
      String(input.PartNumberMarker),
    );
  }
  const found = rows.parts(upload.id, after, limit + 1);
  const page = found.slice(0, limit);
  const truncated = found.length > limit && limit > 0;
  return {
    ...{ Bucket: upload.bucket, Key: upload.key, UploadId: upload.id, MaxParts: limit, IsTruncated: truncated },
    ...{ PartNumberMarker: String(after), NextPartNumberMarker: String(page.at(-1)?.number ?? 0) },
    ...{ Initiator: initiatorOf(upload), Owner: ownerOf(account) },
    ...checksumOfUpload(upload),
    StorageClass: upload.attributes.storageClass ?? 'STANDARD',
    Parts: page.map((part) => ({
      ...{ PartNumber: part.number, LastModified: bySecond(part.modifiedAt), ETag: quoted(part.md5), Size: part.size },
      ...(part.checksum && upload.algorithm
        ? checksumMembers({ algorithm: upload.algorithm, value: part.checksum })
        : {}),
    })),
  };
}

function listUploads(
  rows: ObjectsStore,
  input: Input<'ListMultipartUploads'>,
  account: string,
): Output<'ListMultipartUploads'> {
  const { Bucket: bucket = '', Prefix: prefix = '', Delimiter: delimiter, KeyMarker, UploadIdMarker } = input;
  const limit = pageSize(input.MaxUploads, 'max-uploads', 'maxUploads');
  const encode = encoderOf(input.EncodingType);
  // With an id as marker, the list goes on within the uploads of the marker's key.
  const within = KeyMarker && UploadIdMarker ? KeyMarker : undefined;
  const from =
    within !== undefined && within >= prefix ? within : firstAfter(KeyMarker || undefined, { prefix, delimiter });
  const page =
    from === undefined
      ? { entries: [], prefixes: [], next: undefined }
      : listPage((start, below) => behindMarker(rows.openUploads(bucket, start, below), within, UploadIdMarker), {
          ...{ prefix, delimiter, from, limit },
        });
  return {
    ...{ Bucket: bucket, MaxUploads: limit, IsTruncated: page.next !== undefined, Prefix: encode(prefix) },
    ...{ KeyMarker: encode(KeyMarker ?? ''), UploadIdMarker: UploadIdMarker ?? '' },
    ...(delimiter ? { Delimiter: encode(delimiter) } : {}),
    ...(input.EncodingType ? { EncodingType: input.EncodingType } : {}),
    ...(page.next ? { NextKeyMarker: encode(page.next.key), NextUploadIdMarker: page.next.entry?.id ?? '' } : {}),
    ...(page.prefixes.length > 0 ? { CommonPrefixes: page.prefixes.map((each) => ({ Prefix: encode(each) })) } : {}),
    Uploads: page.entries.map((upload) => ({
      ...{ Key: encode(upload.key), UploadId: upload.id, Initiated: bySecond(upload.initiatedAt) },
      ...{ Initiator: initiatorOf(upload), Owner: ownerOf(account) },
      ...{ StorageClass: upload.attributes.storageClass ?? 'STANDARD', ...checksumOfUpload(upload) },
    })),
  };
}

function* behindMarker(uploads: Iterable<Upload>, key: string | undefined, id: string | undefined): Generator<Upload> {
  for (const upload of uploads) {
    if (upload.key !== key || id === undefined || upload.id > id) yield upload;
  }
}
