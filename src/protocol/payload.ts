/**
 * The body of an operation that streams: unframed, its framing verified (lengths, signatures of chunks), with all digests that
 * were declared for its content: the hash in the signature, checksums in headers or trailers, Content-MD5.
 *
 * Invariant: the digests are the reader's to compute, who has other uses for them and may do it on another thread, and to
 * compare (`verifyDigests`). Nothing may be kept of a body before its end, and before they were compared.
 */
import { type Readable, Transform } from 'node:stream';
import { letGo } from '../base/letGo.ts';
import { type ChunkedDecoder, createChunkedDecoder, incompleteBody } from './awsChunked.ts';
import {
  algorithmOf,
  badChecksum,
  badMd5,
  type Checksum,
  type ChecksumAlgorithm,
  checksumIn,
  declaredChecksum,
  declaredMd5,
  hexadecimal,
} from './checksums.ts';
import { type AwsError, awsError, isAwsError } from './errors.ts';
import { chunkSigner, contentHashMismatch, type Signed } from './sigv4.ts';
import type { WireRequest } from './wire.ts';

/** What a client declared of a body's content. */
export type Declared = {
  /** Lower-case hexadecimal, from the signature. */
  sha256: string | undefined;
  /** Base64, from Content-MD5. */
  md5: string | undefined;
  /** The algorithm of the checksum in a header or in a trailer to come. */
  algorithm: ChecksumAlgorithm | undefined;
  /** That checksum: known, at the latest, once the content has ended. */
  checksum(): Checksum | undefined;
};

/** The chunks of a stream are its reader's alone. */
export type Payload = { content: Buffer | Readable; declared: Declared };

/** The algorithms whose digests `verifyDigests` needs. */
export function digestsToVerify({ sha256, md5, algorithm }: Declared): ChecksumAlgorithm[] {
  return [...(sha256 ? ['SHA256' as const] : []), ...(md5 ? ['MD5' as const] : []), ...(algorithm ? [algorithm] : [])];
}

/**
 * Compares what was declared with the digests (base64) of the content, which has ended.
 *
 * @throws XAmzContentSHA256Mismatch, BadDigest
 */
export function verifyDigests(declared: Declared, digests: ReadonlyMap<ChecksumAlgorithm, string>): void {
  const { sha256, md5 } = declared;
  if (sha256 !== undefined) {
    const computed = hexadecimal(digests.get('SHA256') ?? '');
    if (computed !== sha256) throw contentHashMismatch(sha256, computed);
  }
  const checksum = declared.checksum();
  if (checksum && digests.get(checksum.algorithm) !== checksum.value) throw badChecksum(checksum);
  if (md5 !== undefined && digests.get('MD5') !== md5) throw badMd5(md5, digests.get('MD5') ?? '');
}

/** Longest object that one request may carry: S3's 5 GiB. */
const LONGEST_BODY = 5 * 1024 ** 3;

/**
 * Opens a request's body, the whole when it is there already. Without a signature (authentication is off) chunk signatures
 * are not verified; all else is.
 *
 * @param secret of the caller who signed
 * @throws InvalidRequest, InvalidDigest, MissingContentLength, EntityTooLarge, NotImplemented when what is declared
 *   cannot hold; the content fails (here, where it is whole) with IncompleteBody, SignatureDoesNotMatch or MalformedTrailerError
 */
export function openPayload(
  request: { headers: WireRequest['headers']; body: Readable | Buffer },
  signed: Signed | undefined,
  secret: string | undefined,
): Payload {
  const opened = openFraming(request.headers, signed, secret);
  const content = Buffer.isBuffer(request.body)
    ? unframed(opened.decoder, request.body)
    : unframing(opened.decoder, request.body);
  return { content, declared: opened.declared };
}

function unframed(decoder: Decoder | undefined, body: Buffer): Buffer {
  if (!decoder) return body;
  const pieces = decoder.push(body);
  decoder.end();
  return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
}

/** Pieces of a chunk keep all of it in memory: they are copied out, and the chunk is let go. */
function unframedCopy(decoder: Decoder, bytes: Buffer): Buffer {
  const content = Buffer.concat(decoder.push(bytes));
  letGo(bytes);
  return content;
}

function unframing(decoder: Decoder | undefined, body: Readable): Readable {
  const stream = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      settle(done, () => {
        const content = decoder ? unframedCopy(decoder, bytes) : bytes;
        if (content.length > 0) stream.push(content);
      });
    },
    flush(done) {
      settle(done, () => decoder?.end());
    },
  });
  // An operation may refuse before it reads: the stream's failure is then nobody's business, and no reason to crash.
  stream.on('error', () => {});
  body.once('error', () => stream.destroy(incompleteBody('the connection was lost')));
  body.once('close', () => {
    if (!body.readableEnded) stream.destroy(incompleteBody('the connection was lost'));
  });
  stream.once('close', () => body.unpipe(stream));
  body.pipe(stream);
  return stream;
}

function settle(done: (error?: AwsError | Error) => void, work: () => void): void {
  try {
    work();
    done();
  } catch (error) {
    done(isAwsError(error) ? error : error instanceof Error ? error : new Error(String(error)));
  }
}

type Decoder = Pick<ChunkedDecoder, 'push'> & { end(): void };

function openFraming(
  headers: WireRequest['headers'],
  signed: Signed | undefined,
  secret: string | undefined,
): { decoder: Decoder | undefined; declared: Declared } {
  const contentSha256 = headers['x-amz-content-sha256'] ?? signed?.contentSha256 ?? '';
  const md5 = declaredMd5(headers);
  const sha256 = /^[0-9a-f]{64}$/.test(contentSha256) ? contentSha256 : undefined;
  let checksum = declaredChecksum(headers);
  if (!contentSha256.startsWith('STREAMING-')) {
    const algorithm = checksum?.algorithm;
    return { decoder: undefined, declared: { sha256, md5, algorithm, checksum: () => checksum } };
  }
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').flatMap((name) => name.trim().toLowerCase() || []);
  const trailing = checksum ? undefined : trailers.map(algorithmOf).find((one) => one !== undefined);
  const decoder = chunkedDecoder(headers, contentSha256, trailers, signed, secret);
  return {
    decoder: {
      push: decoder.push,
      end() {
        const received = decoder.end();
        const trailer = trailing && Object.keys(received).find((name) => algorithmOf(name) === trailing);
        if (trailer) checksum = checksumIn(trailer, received[trailer] ?? '');
      },
    },
    declared: { sha256, md5, algorithm: checksum?.algorithm ?? trailing, checksum: () => checksum },
  };
}

function chunkedDecoder(
  headers: WireRequest['headers'],
  contentSha256: string,
  trailers: readonly string[],
  signed: Signed | undefined,
  secret: string | undefined,
): ChunkedDecoder {
  const signs = contentSha256.startsWith('STREAMING-AWS4-HMAC-SHA256-PAYLOAD');
  if (!signs && contentSha256 !== 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
    throw awsError('NotImplemented', `Telar does not decode bodies sent as ${contentSha256}.`, 501);
  return createChunkedDecoder({
    decodedLength: decodedLength(headers),
    signer: signs && signed && secret !== undefined ? chunkSigner(signed, secret) : undefined,
    seed: signed?.signature ?? '',
    trailers: contentSha256.endsWith('-TRAILER') ? trailers : [],
  });
}

function decodedLength(headers: WireRequest['headers']): number {
  const value = headers['x-amz-decoded-content-length'];
  if (value === undefined || !/^\d{1,15}$/.test(value))
    throw awsError('MissingContentLength', 'You must provide the Content-Length HTTP header.', 411);
  if (Number(value) > LONGEST_BODY)
    throw awsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size.', 400, {
      ProposedSize: value,
      MaxSizeAllowed: LONGEST_BODY,
    });
  return Number(value);
}
