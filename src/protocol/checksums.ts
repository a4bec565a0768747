/**
 * The checksums with which S3's clients vouch for the bytes they send: incremental, and verified in S3's words.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash, hash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { crc32c } from './crc.ts';
import { crc64nvme } from './crc64.ts';
import { type AwsError, awsError } from './errors.ts';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'CRC64NVME' | 'SHA1' | 'SHA256' | 'SHA512' | 'MD5';

/** A checksum in the form in which it travels: base64 of the digest's bytes, the highest first. */
export type Checksum = { algorithm: ChecksumAlgorithm; value: string };

export type Hasher = {
  update(bytes: Uint8Array): void;
  /** The digest so far, base64. Call it once. */
  digest(): string;
};

const CHECKSUM_HEADER = 'x-amz-checksum-';
/** Bytes of each digest. */
const LENGTHS: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
};
/** Members of the same header family that are not checksums. */
const NOT_CHECKSUMS: ReadonlySet<string> = new Set(['mode', 'type', 'algorithm']);

/** Starts a checksum. `new` hashers of the CRC family cost nothing; the others hold a native context. */
export function createHasher(algorithm: ChecksumAlgorithm): Hasher {
  switch (algorithm) {
    case 'CRC32':
      return crcHasher((bytes, crc: number) => crc32(bytes, crc), 0, uint32);
    case 'CRC32C':
      return crcHasher(crc32c, 0, uint32);
    case 'CRC64NVME':
      return crcHasher(crc64nvme, 0n, uint64);
    default: {
      const state = createHash(algorithm);
      return { update: (bytes) => void state.update(bytes), digest: () => state.digest('base64') };
    }
  }
}

function crcHasher<T>(step: (bytes: Uint8Array, crc: T) => T, start: T, write: (crc: T) => Buffer): Hasher {
  let crc = start;
  return {
    update(bytes) {
      crc = step(bytes, crc);
    },
    digest: () => write(crc).toString('base64'),
  };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(value);
  return bytes;
}

/** The algorithm that a header or trailer name stands for: `x-amz-checksum-crc32` → CRC32. */
export function algorithmOf(header: string): ChecksumAlgorithm | undefined {
  if (!header.startsWith(CHECKSUM_HEADER)) return undefined;
  const name = header.slice(CHECKSUM_HEADER.length).toUpperCase();
  return name in LENGTHS ? (name as ChecksumAlgorithm) : undefined;
}

/**
 * The checksum that a request's headers declare for its body; undefined when there is none, or when the trailer will
 * bring it.
 *
 * @throws InvalidRequest when there are several, when one is not of its algorithm's length, or when one was announced
 *   and none came; NotImplemented for an algorithm that Telar does not compute
 */
export function declaredChecksum(headers: Readonly<Record<string, string>>): Checksum | undefined {
  const names = Object.keys(headers).filter(
    (name) => name.startsWith(CHECKSUM_HEADER) && !NOT_CHECKSUMS.has(name.slice(CHECKSUM_HEADER.length)),
  );
  const [name] = names;
  if (name === undefined) {
    if (headers['x-amz-sdk-checksum-algorithm'] !== undefined && headers['x-amz-trailer'] === undefined)
      throw awsError(
        'InvalidRequest',
        'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
      );
    return undefined;
  }
  if (names.length > 1)
    throw awsError(
      'InvalidRequest',
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  return checksumIn(name, headers[name] ?? '');
}

/** Reads one checksum header or trailer. @throws as `declaredChecksum` */
export function checksumIn(name: string, value: string): Checksum {
  const algorithm = algorithmOf(name);
  if (!algorithm)
    throw awsError(
      'NotImplemented',
      `Telar does not compute the checksum of the header '${name}'. Use one of ${Object.keys(LENGTHS).join(', ')}.`,
      501,
    );
  if (!isBase64Of(value, LENGTHS[algorithm])) throw awsError('InvalidRequest', `Value for ${name} header is invalid.`);
  return { algorithm, value };
}

/** The Content-MD5 header's value. @throws InvalidDigest when it is not base64 of 16 bytes */
export function declaredMd5(headers: Readonly<Record<string, string>>): string | undefined {
  const value = headers['content-md5'];
  if (value !== undefined && !isBase64Of(value, LENGTHS.MD5))
    throw awsError('InvalidDigest', 'The Content-MD5 you specified was invalid.', 400, { 'Content-MD5': value });
  return value;
}

/** The refusal of bytes that do not have the checksum declared for them. */
export function badChecksum({ algorithm }: Checksum): AwsError {
  return awsError('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
}

/** The refusal of bytes that do not have the Content-MD5 declared for them. Both in base64. */
export function badMd5(expected: string, calculated: string): AwsError {
  return awsError('BadDigest', 'The Content-MD5 you specified did not match what we received.', 400, {
    ExpectedDigest: expected,
    CalculatedDigest: calculated,
  });
}

/** Verifies a whole body against what its headers declare. @throws BadDigest, and as `declaredChecksum` */
export function verifyBody(headers: Readonly<Record<string, string>>, body: Uint8Array): void {
  const checksum = declaredChecksum(headers);
  if (checksum && digestOf(checksum.algorithm, body) !== checksum.value) throw badChecksum(checksum);
  const md5 = declaredMd5(headers);
  if (md5 === undefined) return;
  const calculated = digestOf('MD5', body);
  if (calculated !== md5) throw badMd5(md5, calculated);
}

/** The checksum of a whole body, base64. */
export function digestOf(algorithm: ChecksumAlgorithm, body: Uint8Array): string {
  if (!algorithm.startsWith('CRC')) return hash(algorithm, body, 'base64');
  const hasher = createHasher(algorithm);
  hasher.update(body);
  return hasher.digest();
}

/** A digest as ETags and file names write it. @param base64 as checksums travel */
export function hexadecimal(base64: string): string {
  return Buffer.from(base64, 'base64').toString('hex');
}

function isBase64Of(value: string, length: number): boolean {
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === length && bytes.toString('base64') === value;
}
