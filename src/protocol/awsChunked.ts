/**
 * The aws-chunked framing of S3 bodies: `size[;chunk-signature=…]CRLF bytes CRLF … 0[…]CRLF [trailers] CRLF`.
 * A push decoder, indifferent to where its input was cut; payload.ts puts it into a stream.
 *
 * Invariants: nothing of a stream is accepted as whole before its end: bytes are handed on as they come, and a wrong
 * signature, length or trailer is refused when it shows; framing never takes more memory than its bounds below.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
 */
import { createHash, type Hash, hash } from 'node:crypto';
import { authErrors } from './authErrors.ts';
import { type AwsError, awsError } from './errors.ts';
import { type ChunkSigner, sameText } from './sigv4.ts';

/** Longest line that starts a chunk; a size and a signature take about 100 bytes. */
const LONGEST_HEADER = 1024;
const LONGEST_TRAILERS = 16 * 1024;

export type ChunkedOptions = {
  /** Bytes of the decoded body (`x-amz-decoded-content-length`). */
  decodedLength: number;
  /** Set when chunks carry signatures to be verified. */
  signer: ChunkSigner | undefined;
  /** The signature of the request itself, with which the chain of signatures begins. */
  seed: string;
  /** Names announced by `x-amz-trailer`, in lower case; each must come, and no other may. */
  trailers: readonly string[];
};

export type ChunkedDecoder = {
  /** Takes the next bytes off the wire; returns those of the body. @throws IncompleteBody, SignatureDoesNotMatch, MalformedTrailerError */
  push(bytes: Buffer): Buffer[];
  /** The wire has ended. Returns the trailers, names in lower case. @throws as `push` */
  end(): Readonly<Record<string, string>>;
};

/** The refusal of a body that ended early, or whose framing cannot be read. */
export function incompleteBody(detail: string): AwsError {
  return awsError('IncompleteBody', `The request body terminated unexpectedly: ${detail}.`);
}

/** Where the decoder stands between two cuts. */
type Position = {
  at: 'header' | 'data' | 'data-end' | 'trailers' | 'done';
  /** Bytes left of the chunk. */
  left: number;
  /** Bytes announced by the chunks so far. */
  announced: number;
  /** The signature of the chunk before, and the one that this chunk claims. */
  previous: string;
  claimed: string;
  hash: Hash | undefined;
  trailers: Record<string, string>;
};

const NOTHING = Buffer.alloc(0);

export function createChunkedDecoder(options: ChunkedOptions): ChunkedDecoder {
  let pending: Buffer = NOTHING;
  const position: Position = {
    at: 'header',
    left: 0,
    announced: 0,
    previous: options.seed,
    claimed: '',
    hash: undefined,
    trailers: {},
  };
  return {
    push(bytes) {
      const out: Buffer[] = [];
      let rest = pending.length > 0 ? Buffer.concat([pending, bytes]) : bytes;
      for (;;) {
        const { length } = rest;
        const { at } = position;
        rest = READERS[at](position, rest, options, out);
        if (rest.length === length && position.at === at) break;
      }
      // A few bytes of framing at most, which must not keep the chunk.
      pending = rest.length === 0 ? NOTHING : Buffer.from(rest);
      return out;
    },
    end() {
      const { at, announced, trailers } = position;
      if (at !== 'done') throw incompleteBody(`it ended within the ${at === 'trailers' ? 'trailers' : 'chunks'}`);
      if (announced !== options.decodedLength)
        throw incompleteBody(
          `it has ${announced} bytes where x-amz-decoded-content-length says ${options.decodedLength}`,
        );
      return trailers;
    },
  };
}

/** Takes what it can from the front, changes the position, and returns the rest. */
type Reader = (position: Position, rest: Buffer, options: ChunkedOptions, out: Buffer[]) => Buffer;

const READERS: Readonly<Record<Position['at'], Reader>> = {
  header: readHeader,
  data: readData,
  'data-end': readDataEnd,
  trailers: readTrailers,
  done(_position, rest) {
    if (rest.length > 0) throw incompleteBody('there are bytes after the last chunk');
    return rest;
  },
};

function readHeader(position: Position, rest: Buffer, options: ChunkedOptions): Buffer {
  const end = rest.indexOf('\r\n');
  if (end > LONGEST_HEADER || (end === -1 && rest.length > LONGEST_HEADER))
    throw incompleteBody('the line that starts a chunk is too long');
  if (end === -1) return rest;
  const line = rest.toString('latin1', 0, end);
  const parts = /^([0-9a-fA-F]{1,12})(?:;chunk-signature=([0-9a-f]{64}))?$/.exec(line);
  if (!parts) throw incompleteBody(`'${line.slice(0, 40)}' does not start a chunk`);
  position.left = Number.parseInt(parts[1] ?? '', 16);
  position.claimed = parts[2] ?? '';
  position.announced += position.left;
  if (position.announced > options.decodedLength)
    throw incompleteBody('it is longer than x-amz-decoded-content-length says');
  if (options.signer) position.hash = createHash('sha256');
  if (position.left > 0) position.at = 'data';
  else {
    verifyChunk(position, options.signer);
    position.at = 'trailers';
  }
  return rest.subarray(end + 2);
}

function readData(position: Position, rest: Buffer, options: ChunkedOptions, out: Buffer[]): Buffer {
  const piece = rest.subarray(0, position.left);
  if (piece.length === 0) return rest;
  position.hash?.update(piece);
  out.push(piece);
  position.left -= piece.length;
  if (position.left === 0) {
    verifyChunk(position, options.signer);
    position.at = 'data-end';
  }
  return rest.subarray(piece.length);
}

function readDataEnd(position: Position, rest: Buffer): Buffer {
  if (rest.length < 2) return rest;
  if (rest[0] !== 13 || rest[1] !== 10) throw incompleteBody('a chunk is longer than its size says');
  position.at = 'header';
  return rest.subarray(2);
}

function verifyChunk(position: Position, signer: ChunkSigner | undefined): void {
  if (!signer || !position.hash) return;
  const expected = signer.chunk(position.previous, position.hash.digest('hex'));
  if (!sameText(expected, position.claimed)) throw authErrors('rest-xml').mismatch();
  position.previous = expected;
}

function readTrailers(position: Position, rest: Buffer, options: ChunkedOptions): Buffer {
  const end = rest.length >= 2 && rest[0] === 13 && rest[1] === 10 ? 0 : rest.indexOf('\r\n\r\n');
  if (end > LONGEST_TRAILERS || (end === -1 && rest.length > LONGEST_TRAILERS)) throw malformedTrailers();
  if (end === -1) return rest;
  position.trailers = parseTrailers(rest.toString('latin1', 0, end), position.previous, options);
  position.at = 'done';
  return rest.subarray(end === 0 ? 2 : end + 4);
}

function parseTrailers(text: string, previous: string, { trailers, signer }: ChunkedOptions): Record<string, string> {
  const entries: [string, string][] = [];
  for (const line of text.split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) entries.push([line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim()]);
    else if (line.trim() !== '') throw malformedTrailers();
  }
  const given = entries.filter(([name]) => name !== 'x-amz-trailer-signature');
  if (given.length !== trailers.length || given.some(([name]) => !trailers.includes(name))) throw malformedTrailers();
  if (signer && trailers.length > 0) {
    const claim = entries.find(([name]) => name === 'x-amz-trailer-signature')?.[1] ?? '';
    const canonical = given.map(([name, value]) => `${name}:${value}\n`).join('');
    if (!sameText(signer.trailer(previous, hash('sha256', canonical)), claim)) throw authErrors('rest-xml').mismatch();
  }
  return Object.fromEntries(given);
}

function malformedTrailers(): AwsError {
  return awsError(
    'MalformedTrailerError',
    'The request contained trailing data that was not well-formed or did not conform to our published schema.',
  );
}
