/** Takes in the bytes of a request: whole and verified, or not at all. */
import { createHash } from 'node:crypto';
import { createHasher } from '../../protocol/checksums.ts';
import type { Call } from '../../protocol/service.ts';
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
 * Stores a request's body. Bodies off the wire are verified by the protocol as they pass (see its payload.ts) and fail at
 * their end when they are not what was declared; those of internal calls are verified here.
 *
 * @param wanted compute this checksum where the client declares none
 * @throws EntityTooLarge, IncompleteBody, BadDigest, InvalidRequest; then nothing is kept
 */
export async function receiveBody(
  bytes: Bytes,
  input: BodyInput,
  call: Pick<Call, 'headers'>,
  wanted: ChecksumAlgorithm | undefined,
): Promise<ReceivedBody> {
  const length = input.ContentLength;
  if (length !== undefined && length > LARGEST_PUT) throw s3Errors.entityTooLarge(length, LARGEST_PUT);
  const verified = isVerified(input.Body);
  const declared = checksumOf(input);
  const algorithm = verified && isVouchedFor(call) ? undefined : (declared?.algorithm ?? wanted);
  const checksum = algorithm && createHasher(algorithm);
  const md5 = createHash('md5');
  const received = await bytes.receive(sourceOf(input.Body), {
    limit: LARGEST_PUT,
    tooLong: () => s3Errors.entityTooLarge(length, LARGEST_PUT),
    hashers: checksum ? [md5, checksum] : [md5],
  });
  try {
    const digest = md5.digest();
    if (length !== undefined && length !== received.size) throw s3Errors.incompleteBody();
    if (input.ContentMD5 !== undefined && input.ContentMD5 !== digest.toString('base64')) {
      throw s3Errors.badDigest(input.ContentMD5, digest.toString('base64'));
    }
    const computed = checksum && algorithm ? { algorithm, value: checksum.digest() } : undefined;
    if (computed && declared && computed.value !== declared.value) throw s3Errors.badChecksum(declared.algorithm);
    return { ...received, md5: digest.toString('hex'), checksum: computed ?? checksumAtEnd(input.Body) };
  } catch (error) {
    received.release();
    throw error;
  }
}

type Verified = { readonly checksum: Checksum | undefined };

/** The protocol's payloads know the checksum that the client declared, at the latest at their end. */
function isVerified(body: unknown): body is Verified {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'checksum' in body;
}

function checksumAtEnd(body: unknown): Checksum | undefined {
  return isVerified(body) ? body.checksum : undefined;
}

/** Whether the client declares a checksum, in a header or in a trailer to come. */
function isVouchedFor({ headers }: Pick<Call, 'headers'>): boolean {
  return (
    /x-amz-checksum-/i.test(headers['x-amz-trailer'] ?? '') ||
    Object.keys(headers).some((name) => /^x-amz-checksum-(?!mode$|type$|algorithm$)/.test(name))
  );
}

/** Bodies come as streams off the wire, as text or buffers from callers inside Telar. */
function sourceOf(body: unknown): AsyncIterable<Uint8Array> {
  if (typeof body === 'object' && body !== null && Symbol.asyncIterator in body)
    return body as AsyncIterable<Uint8Array>;
  return once(body === undefined ? new Uint8Array() : Buffer.from(body as string | Uint8Array));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
