/**
 * The body of an operation that streams: unframed, and verified against everything that was declared for it: chunk
 * signatures, the hash in the signature, lengths, checksums in headers or trailers, Content-MD5.
 *
 * Invariant: bytes come out before the verdict. A stream that ends has been verified; one that fails ends with an
 * AwsError instead, so nothing may be kept of it until its end.
 */
import { createHash } from 'node:crypto';
import { type Readable, Transform } from 'node:stream';
import { type ChunkedDecoder, createChunkedDecoder, incompleteBody } from './awsChunked.ts';
import {
  algorithmOf,
  badChecksum,
  badMd5,
  type Checksum,
  checksumIn,
  createHasher,
  declaredChecksum,
  declaredMd5,
  type Hasher,
} from './checksums.ts';
import { type AwsError, awsError, isAwsError } from './errors.ts';
import { chunkSigner, contentHashMismatch, type Signed } from './sigv4.ts';
import type { WireRequest } from './wire.ts';

/** A verified body. `checksum` is the one that the client declared, by header or trailer: known once the stream has ended. */
export type Payload = Readable & { readonly checksum: Checksum | undefined };

/** Longest object that one request may carry: S3's 5 GiB. */
const LONGEST_BODY = 5 * 1024 ** 3;

/**
 * Opens a request's body. Without a signature (authentication is off) chunk signatures are not verified; all else is.
 *
 * @param secret of the caller who signed
 * @throws InvalidRequest, InvalidDigest, MissingContentLength, EntityTooLarge, NotImplemented when what is declared
 *   cannot hold; the stream fails with IncompleteBody, BadDigest, SignatureDoesNotMatch, XAmzContentSHA256Mismatch or
 *   MalformedTrailerError
 */
export function openPayload(
  request: Pick<WireRequest, 'headers' | 'body'>,
  signed: Signed | undefined,
  secret: string | undefined,
): Payload {
  const verifier = createVerifier(request.headers, signed, secret);
  const stream = new Transform({
    transform(bytes: Buffer, _encoding, done) {
      settle(done, () => {
        for (const piece of verifier.push(bytes)) stream.push(piece);
      });
    },
    flush(done) {
      settle(done, () => verifier.end());
    },
  });
  // An operation may refuse before it reads: the stream's failure is then nobody's business, and no reason to crash.
  stream.on('error', () => {});
  request.body.once('error', () => stream.destroy(incompleteBody('the connection was lost')));
  request.body.once('close', () => {
    if (!request.body.readableEnded) stream.destroy(incompleteBody('the connection was lost'));
  });
  stream.once('close', () => request.body.unpipe(stream));
  request.body.pipe(stream);
  return Object.defineProperty(stream, 'checksum', { get: () => verifier.checksum() }) as Transform & Payload;
}

function settle(done: (error?: AwsError | Error) => void, work: () => void): void {
  try {
    work();
    done();
  } catch (error) {
    done(isAwsError(error) ? error : error instanceof Error ? error : new Error(String(error)));
  }
}

type Verifier = {
  push(bytes: Buffer): Buffer[];
  end(): void;
  checksum(): Checksum | undefined;
};

function createVerifier(
  headers: WireRequest['headers'],
  signed: Signed | undefined,
  secret: string | undefined,
): Verifier {
  const contentSha256 = headers['x-amz-content-sha256'] ?? signed?.contentSha256 ?? '';
  const chunked = contentSha256.startsWith('STREAMING-');
  const trailers = (headers['x-amz-trailer'] ?? '').split(',').flatMap((name) => name.trim().toLowerCase() || []);
  const decoder = chunked ? chunkedDecoder(headers, contentSha256, trailers, signed, secret) : undefined;
  const md5 = declaredMd5(headers);
  let declared = declaredChecksum(headers);
  const trailing = declared ? undefined : trailers.map(algorithmOf).find((one) => one !== undefined);
  const algorithm = declared?.algorithm ?? trailing;
  const checksumHasher = algorithm && createHasher(algorithm);
  const md5Hasher = md5 === undefined ? undefined : createHasher('MD5');
  const sha256 = /^[0-9a-f]{64}$/.test(contentSha256) ? createHash('sha256') : undefined;
  const hashers: Pick<Hasher, 'update'>[] = [checksumHasher, md5Hasher, sha256].filter((one) => one !== undefined);
  return {
    push(bytes) {
      const pieces = decoder ? decoder.push(bytes) : [bytes];
      for (const piece of pieces) for (const hasher of hashers) hasher.update(piece);
      return pieces;
    },
    end() {
      const received = decoder?.end() ?? {};
      const trailer = trailing && Object.keys(received).find((name) => algorithmOf(name) === trailing);
      if (trailer) declared = checksumIn(trailer, received[trailer] ?? '');
      const computed = sha256?.digest('hex');
      if (computed !== undefined && computed !== contentSha256) throw contentHashMismatch(contentSha256, computed);
      if (declared && checksumHasher && checksumHasher.digest() !== declared.value) throw badChecksum(declared);
      const calculated = md5Hasher?.digest();
      if (md5 !== undefined && calculated !== undefined && calculated !== md5) throw badMd5(md5, calculated);
    },
    checksum: () => declared,
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
