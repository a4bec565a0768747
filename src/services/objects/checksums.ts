/**
 * The additional checksums of stored objects. The protocol verifies what a client sends over the wire; here is how
 * checksums are named in inputs and outputs, and how those of a multipart object come from its parts.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import { createHash } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, digestOf } from '../../protocol/checksums.ts';
import { s3Errors } from './errors.ts';

export type { Checksum, ChecksumAlgorithm };
/** FULL_OBJECT: over the object's bytes. COMPOSITE: over the checksums of its parts, ending in `-<parts>`. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';
export type ObjectChecksum = Checksum & { type: ChecksumType };

const ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256', 'SHA512', 'MD5'] as const;

export type ChecksumMembers = { [A in ChecksumAlgorithm as `Checksum${A}`]?: string | undefined };

/** `{ ChecksumCRC32: '…' }`, as inputs and outputs carry it. */
export function checksumMembers(checksum: Checksum | undefined): ChecksumMembers {
  return checksum ? { [`Checksum${checksum.algorithm}`]: checksum.value } : {};
}

/** The checksum among an input's members. @throws InvalidRequest when there are several */
export function checksumOf(members: ChecksumMembers): Checksum | undefined {
  const found = ALGORITHMS.flatMap((algorithm) => {
    const value = members[`Checksum${algorithm}`];
    return value === undefined ? [] : [{ algorithm, value }];
  });
  if (found.length > 1) {
    throw s3Errors.invalidRequest(
      'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
    );
  }
  return found[0];
}

/** @throws InvalidRequest for an algorithm that Telar does not compute */
export function algorithmNamed(name: string | undefined): ChecksumAlgorithm | undefined {
  if (name === undefined) return undefined;
  const algorithm = ALGORITHMS.find((each) => each === name.toUpperCase());
  if (!algorithm) {
    throw s3Errors.invalidRequest(
      `Checksum algorithm provided is unsupported. Please try again with any of the valid types: [${ALGORITHMS.join(', ')}]`,
    );
  }
  return algorithm;
}

/** CRCs of parts could be joined to one of the whole; digests could not, so S3 offers them as composites only. */
const FULL: readonly ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME'];

/** The type of a multipart upload's checksum. @throws InvalidRequest for a pair that S3 does not offer */
export function checksumTypeOf(algorithm: ChecksumAlgorithm | undefined, asked: string | undefined): ChecksumType {
  const usual = algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE';
  if (asked === undefined) return usual;
  if (algorithm === undefined) {
    throw s3Errors.invalidRequest(
      'The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.',
    );
  }
  const offered =
    asked === 'FULL_OBJECT' ? FULL.includes(algorithm) : asked === 'COMPOSITE' && algorithm !== 'CRC64NVME';
  if (!offered) {
    throw s3Errors.invalidRequest(
      `The ${asked} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return asked as ChecksumType;
}

/** The composite of its parts' checksums. @param parts base64, in order */
export function compositeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): ObjectChecksum {
  const bytes = Buffer.concat(parts.map((part) => Buffer.from(part, 'base64')));
  return { algorithm, type: 'COMPOSITE', value: `${digestOf(algorithm, bytes)}-${parts.length}` };
}

/** The ETag of a multipart object. @param md5s of its parts, hexadecimal, in order */
export function multipartEtag(md5s: readonly string[]): string {
  const bytes = Buffer.concat(md5s.map((md5) => Buffer.from(md5, 'hex')));
  return `${createHash('md5').update(bytes).digest('hex')}-${md5s.length}`;
}
