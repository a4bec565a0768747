/** The rules of multipart uploads: which parts make an object, and how it is tagged. */
import { hash } from 'node:crypto';
import { type Random, randomString } from '../../base/random.ts';
import { algorithmNamed, type ChecksumMembers, checksumOf } from './checksums.ts';
import { s3Errors } from './errors.ts';
import type { Part, Upload } from './store.ts';

const MOST_PARTS = 10_000;
/** In bytes; only the last part may be smaller. */
export const SMALLEST_PART = 5 * 1024 * 1024;

const ID_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** An upload's id: its time, so that ids sort by it, and chance, so that nobody guesses one. */
export function uploadId(now: number, random: Random): string {
  return now.toString(16).padStart(12, '0') + randomString(random, 52, ID_ALPHABET);
}

/** @throws InvalidArgument */
export function checkPartNumber(number: number | undefined): number {
  if (number === undefined || !Number.isInteger(number) || number < 1 || number > MOST_PARTS) {
    throw s3Errors.invalidArgument(
      'Part number must be an integer between 1 and 10000, inclusive',
      'partNumber',
      String(number),
    );
  }
  return number;
}

/** A part as CompleteMultipartUpload lists it. */
export type AskedPart = ChecksumMembers & { PartNumber?: number | undefined; ETag?: string | undefined };

/**
 * The parts that a completion asks for, out of those that are there.
 *
 * @throws MalformedXML, InvalidPartOrder, InvalidPart, EntityTooSmall, InvalidRequest
 */
export function chooseParts(upload: Upload, asked: readonly AskedPart[], there: readonly Part[]): Part[] {
  if (asked.length === 0 || asked.length > MOST_PARTS) throw s3Errors.malformedXml();
  const byNumber = new Map(there.map((part) => [part.number, part]));
  let previous = 0;
  const chosen = asked.map((one) => {
    const number = checkPartNumber(one.PartNumber);
    if (number <= previous) throw s3Errors.invalidPartOrder(upload.id);
    previous = number;
    return matchPart(upload, one, number, byNumber.get(number));
  });
  for (const part of chosen.slice(0, -1)) {
    if (part.size < SMALLEST_PART) throw s3Errors.entityTooSmall({ ...part, etag: part.md5 });
  }
  return chosen;
}

function matchPart(upload: Upload, asked: AskedPart, number: number, part: Part | undefined): Part {
  const etag = asked.ETag?.replace(/^"(.*)"$/, '$1') ?? '';
  const checksum = checksumOf(asked);
  if (upload.algorithm && upload.checksumType === 'COMPOSITE' && !checksum) {
    throw s3Errors.invalidRequest(
      `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
    );
  }
  const same =
    part !== undefined &&
    part.md5 === etag &&
    (!checksum || (checksum.algorithm === upload.algorithm && checksum.value === part.checksum));
  if (!same) throw s3Errors.invalidPart(upload.id, number, etag);
  return part;
}

/** What tells a repeated completion from another one. */
export function completionDigest(asked: readonly AskedPart[]): string {
  return hash('sha256', JSON.stringify(asked.map(({ PartNumber, ETag }) => [PartNumber, ETag?.replaceAll('"', '')])));
}

/** @throws InvalidRequest when a part brings a checksum of another algorithm than its upload's */
export function checkPartAlgorithm(upload: Upload, declared: string | undefined): void {
  const algorithm = algorithmNamed(declared);
  if (!algorithm || !upload.algorithm || algorithm === upload.algorithm) return;
  throw s3Errors.invalidRequest(
    `Checksum Type mismatch occurred, expected checksum Type: ${upload.algorithm.toLowerCase()}, actual checksum Type: ${algorithm.toLowerCase()}`,
  );
}
