/** Takes in the bytes of a request: whole and verified, or not at all. */
import { Readable } from 'node:stream';
import { hexadecimal } from '../../protocol/checksums.ts';
import { digestsToVerify, type Payload, verifyDigests } from '../../protocol/payload.ts';
import type { Bytes, Received } from '../../store/bytes.ts';
import { type Checksum, type ChecksumAlgorithm, type ChecksumMembers, checksumOf } from './checksums.ts';
import { s3Errors } from './errors.ts';

/** S3's limits of one put, in bytes, and of an object made from parts. */
export const LARGEST_PUT = 5 * 1024 ** 3;
export const LARGEST_OBJECT = 5 * 1024 ** 4;

export type BodyInput = ChecksumMembers & {
  Body?: unknown;
  ContentLength?: number | undefined;
  ContentMD5?: string | undefined;
};

export type ReceivedBody = Received & {
  /** Hexadecimal. */
  md5: string;
  /** The one that the client declared, verified; otherwise one of the algorithm that was wanted. */
  checksum: Checksum | undefined;
};

/**
 * Stores a request's body, verified against all that was declared for it.
 *
 * @param wanted compute this checksum where the client declares none
 * @throws EntityTooLarge, IncompleteBody, BadDigest, XAmzContentSHA256Mismatch, InvalidRequest; then nothing is kept
 */
export async function receiveBody(
  bytes: Bytes,
  input: BodyInput,
  wanted: ChecksumAlgorithm | undefined,
): Promise<ReceivedBody> {
  const length = input.ContentLength;
  if (length !== undefined && length > LARGEST_PUT) throw s3Errors.entityTooLarge(length, LARGEST_PUT);
  const { content, declared } = isPayload(input.Body) ? input.Body : internal(input);
  const algorithm = declared.algorithm ?? wanted;
  const received = await bytes.receive(content, {
    limit: LARGEST_PUT,
    given: isPayload(input.Body),
    tooLong: () => s3Errors.entityTooLarge(length, LARGEST_PUT),
    digests: [...new Set<ChecksumAlgorithm>(['MD5', ...digestsToVerify(declared), ...(algorithm ? [algorithm] : [])])],
  });
  try {
    if (length !== undefined && length !== received.size) throw s3Errors.incompleteBody();
    verifyDigests(declared, received.digests);
    return {
      ...received,
      md5: hexadecimal(received.digests.get('MD5')!),
      checksum: algorithm && { algorithm, value: received.digests.get(algorithm)! },
    };
  } catch (error) {
    received.release();
    throw error;
  }
}

/** Whether a body need not be waited for. */
export function isWhole({ Body: body }: BodyInput): boolean {
  return isPayload(body) && Buffer.isBuffer(body.content);
}

function isPayload(body: unknown): body is Payload {
  return typeof body === 'object' && body !== null && 'declared' in body;
}

function isStream(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

/** A body of a caller inside Telar: a stream, text, bytes or nothing. */
function internal(input: BodyInput): Payload {
  const checksum = checksumOf(input);
  const content = isStream(input.Body)
    ? Readable.from(input.Body)
    : Buffer.from((input.Body as string | Uint8Array | undefined) ?? '');
  const declared = { sha256: undefined, md5: input.ContentMD5, algorithm: checksum?.algorithm };
  return { content, declared: { ...declared, checksum: () => checksum } };
}
