/**
 * CompleteMultipartUpload: joins the parts into one object.
 *
 * P1. The parts are held while they are read, so that neither an abort nor a sweep takes them away in between.
 * P2. Repeating a completion gives the answer of the first, also when the first's answer was lost in a crash.
 */
import { hexadecimal } from '../../protocol/checksums.ts';
import type { Call, StreamCall } from '../../protocol/service.ts';
import type { Bytes, StoredBytes } from '../../store/bytes.ts';
import { LARGEST_OBJECT } from './body.ts';
import { checksumMembers, checksumOf, compositeChecksum, multipartEtag, type ObjectChecksum } from './checksums.ts';
import { checkWrite } from './conditions.ts';
import { s3Errors } from './errors.ts';
import type { Lifecycles } from './lifecycles.ts';
import { chooseParts, completionDigest } from './multipart.ts';
import { anyUpload } from './multipartOperations.ts';
import type { Notifications } from './notifications.ts';
import { writeConditions, writtenMembers } from './objectOperations.ts';
import type { Objects } from './objects.ts';
import type { NewObject, ObjectsStore, Part, StoredObject, Upload } from './store.ts';
import { type Input, type Output, quoted } from './wire.ts';

type Context = {
  bytes: Bytes;
  objects: Objects;
  rows: ObjectsStore;
  lifecycles: Lifecycles;
  notifications: Notifications;
};
type Asked = Input<'CompleteMultipartUpload'>;
type Plan = { upload: Upload; parts: Part[]; stored: StoredBytes[]; release(): void };

export async function completeUpload(
  context: Context,
  input: Asked,
  call: StreamCall,
): Promise<Output<'CompleteMultipartUpload'>> {
  const { bytes, lifecycles } = context;
  const begun = await call.commit(() => begin(context, input));
  if ('done' in begun) return answerOf(begun.done, lifecycles, call);
  const { upload, parts, stored } = begun;
  try {
    const full = upload.checksumType === 'FULL_OBJECT' ? upload.algorithm : undefined;
    const received = await bytes.receive(joined(bytes, stored), {
      limit: LARGEST_OBJECT,
      given: true,
      tooLong: () => s3Errors.entityTooLarge(undefined, LARGEST_OBJECT),
      digests: full ? ['MD5', full] : ['MD5'],
    });
    try {
      const checksum = checksumOfWhole(upload, parts, full && received.digests.get(full));
      checkDeclared(input, checksum);
      const object: NewObject = {
        ...{ bucket: upload.bucket, key: upload.key, modifiedAt: call.now, attributes: upload.attributes },
        ...{ stored: received.stored, size: received.size, checksum, md5: hexadecimal(received.digests.get('MD5')!) },
        etag: multipartEtag(parts.map((part) => part.md5)),
        parts: parts.map((part) => ({ size: part.size, checksum: part.checksum })),
      };
      return answerOf(await call.commit(() => finish(context, input, object, call)), lifecycles, call);
    } finally {
      received.release();
    }
  } finally {
    begun.release();
  }
}

/** Checks the request and takes hold of the parts; or finds that all is done already. */
function begin({ bytes, objects, rows }: Context, input: Asked): Plan | { done: StoredObject } {
  const upload = anyUpload(objects, rows, input, input.UploadId);
  const asked = input.MultipartUpload?.Parts ?? [];
  const done = completedBefore(objects, rows, upload, input);
  if (done) return { done };
  if (input.ChecksumType !== undefined && input.ChecksumType !== upload.checksumType) {
    throw s3Errors.invalidRequest(
      `The upload was created using the ${upload.checksumType} checksum mode. The complete request must use the same checksum mode.`,
    );
  }
  const parts = chooseParts(upload, asked, rows.parts(upload.id));
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && input.MpuObjectSize !== size) {
    throw s3Errors.invalidRequest(
      `The provided 'x-amz-mp-object-size' header value ${input.MpuObjectSize} does not match what was computed: ${size}`,
    );
  }
  checkWrite(writeConditions(input), objects.find(input), upload.key);
  const stored = parts.map((part): StoredBytes => {
    const { file, size } = part;
    return file === undefined ? rows.partBytes(upload.id, part.number)! : { kind: 'file', file, size };
  });
  const releases = stored.map((each) => bytes.hold(each));
  return {
    ...{ upload, parts, stored },
    release() {
      for (const release of releases) release();
    },
  };
}

/** The object that an equal completion has made; undefined when the upload is still open. @throws NoSuchUpload for another completion */
function completedBefore(objects: Objects, rows: ObjectsStore, upload: Upload, input: Asked): StoredObject | undefined {
  if (!upload.completed) return undefined;
  const same = upload.completed.request === completionDigest(input.MultipartUpload?.Parts ?? []);
  const object = same ? rows.version(upload.bucket, upload.key, upload.completed.version) : undefined;
  if (!object) throw s3Errors.noSuchUpload(upload.id);
  return objects.shown(object);
}

function finish({ objects, rows, notifications }: Context, input: Asked, object: NewObject, call: Call): StoredObject {
  const upload = anyUpload(objects, rows, input, input.UploadId);
  const done = completedBefore(objects, rows, upload, input);
  if (done) return done;
  const written = objects.write(object, writeConditions(input));
  objects.letGo(rows.filesOfParts({ upload: upload.id }));
  rows.removeParts({ upload: upload.id });
  rows.completeUpload(upload.id, {
    request: completionDigest(input.MultipartUpload?.Parts ?? []),
    version: written.version,
  });
  const event = 'ObjectCreated:CompleteMultipartUpload';
  notifications.tell(object.bucket, () => ({ event, object: written, at: call.now, by: call }));
  return written;
}

async function* joined(bytes: Bytes, stored: readonly StoredBytes[]): AsyncGenerator<Uint8Array> {
  for (const each of stored) {
    const body = bytes.open(each);
    if (Buffer.isBuffer(body)) yield body;
    else yield* body as AsyncIterable<Uint8Array>;
  }
}

function checksumOfWhole(upload: Upload, parts: readonly Part[], full: string | undefined): ObjectChecksum | undefined {
  if (!upload.algorithm) return undefined;
  if (full !== undefined) return { algorithm: upload.algorithm, value: full, type: 'FULL_OBJECT' };
  return compositeChecksum(
    upload.algorithm,
    parts.map((part) => part.checksum ?? ''),
  );
}

/** @throws BadDigest, InvalidRequest when the request declares another checksum of the whole than it has */
function checkDeclared(input: Asked, checksum: ObjectChecksum | undefined): void {
  const declared = checksumOf(input);
  if (!declared) return;
  if (declared.algorithm !== checksum?.algorithm) {
    throw s3Errors.invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${checksum?.algorithm.toLowerCase() ?? 'null'}, actual checksum Type: ${declared.algorithm.toLowerCase()}`,
    );
  }
  // Clients may leave the number of parts off a composite.
  if (declared.value !== checksum.value && declared.value !== checksum.value.replace(/-\d+$/, '')) {
    throw s3Errors.badChecksum(declared.algorithm);
  }
}

function answerOf(object: StoredObject, lifecycles: Lifecycles, call: StreamCall): Output<'CompleteMultipartUpload'> {
  const { bucket, key, etag, checksum } = object;
  const path = key.split('/').map(encodeURIComponent).join('/');
  const host = call.headers['host'];
  return {
    Location:
      host === undefined
        ? `https://${bucket}.s3.${call.region}.amazonaws.com/${path}`
        : `http://${host}/${bucket}/${path}`,
    ...{ Bucket: bucket, Key: key, ETag: quoted(etag) },
    ...checksumMembers(checksum),
    ...(checksum ? { ChecksumType: checksum.type } : {}),
    ...writtenMembers(object, lifecycles),
  };
}
