/** Which bytes of an object a request is about: the Range header, or a part of a multipart object. */
import type { ByteRange } from '../../store/bytes.ts';
import { s3Errors } from './errors.ts';

/**
 * The bytes of a Range header; undefined for the whole object. As on S3, a header that is not understood, or that names
 * several ranges, is ignored.
 *
 * @throws InvalidRange when the range lies outside the object
 * @example rangeOf('bytes=-5', 100) // { first: 95, last: 99 }
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | undefined {
  const match = header === undefined ? undefined : /^bytes=(\d*)-(\d*)$/.exec(header.trim());
  if (!match) return undefined;
  const [, from, to] = match as unknown as [string, string, string];
  if (from === '' && to === '') return undefined;
  if (from === '') {
    const count = Number(to);
    if (count === 0 || size === 0) throw s3Errors.invalidRange(header!, size);
    return { first: Math.max(0, size - count), last: size - 1 };
  }
  const first = Number(from);
  if (to !== '' && Number(to) < first) return undefined;
  if (first >= size) throw s3Errors.invalidRange(header!, size);
  return { first, last: to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

/**
 * The range of a copied part, which must be whole and lie inside the source.
 *
 * @throws InvalidArgument
 */
export function copyRangeOf(header: string | undefined, size: number): ByteRange | undefined {
  if (header === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(header.trim());
  const range = match && { first: Number(match[1]), last: Number(match[2]) };
  if (!range || range.last < range.first) {
    throw s3Errors.invalidArgument(
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy',
      'x-amz-copy-source-range',
      header,
    );
  }
  if (range.last >= size) {
    throw s3Errors.invalidArgument(
      `Range specified is not valid for source object of size: ${size}`,
      'x-amz-copy-source-range',
      header,
    );
  }
  return range;
}

/**
 * The bytes of one part. An object that was put whole has one part; an empty object has no bytes to name.
 *
 * @throws InvalidPartNumber
 */
export function partRangeOf(part: number, sizes: readonly number[]): ByteRange | undefined {
  const size = sizes[part - 1];
  if (size === undefined) throw s3Errors.invalidPartNumber(part, sizes.length);
  if (size === 0) return undefined;
  const first = sizes.slice(0, part - 1).reduce((sum, each) => sum + each, 0);
  return { first, last: first + size - 1 };
}

/** The Content-Range header. */
export function contentRange(range: ByteRange, size: number): string {
  return `bytes ${range.first}-${range.last}/${size}`;
}
