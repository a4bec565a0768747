import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { crc32 as zlibCrc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ChunkedOptions, createChunkedDecoder } from './awsChunked.ts';
import { type ChecksumAlgorithm, createHasher, declaredChecksum, digestOf, verifyBody } from './checksums.ts';
import { isAwsError } from './errors.ts';
import { digestsToVerify, openPayload, type Payload, verifyDigests } from './payload.ts';
import { chunkSigner, parseAuthorization, type Signed } from './sigv4.ts';

const SECRET = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const SEED = '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9';
const CHUNK_SIGNATURES = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
];

function publishedAuth(): Signed {
  const auth = parseAuthorization({
    query: '',
    headers: {
      'x-amz-date': '20130524T000000Z',
      authorization: `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders=host,Signature=${SEED}`,
    },
  });
  if (auth.kind !== 'signed') throw new Error('unreadable');
  return auth;
}

const signed = publishedAuth();
const signer = chunkSigner(signed, SECRET);
const sha256 = (bytes: Uint8Array) => Buffer.from(digestOf('SHA256', bytes), 'base64').toString('hex');

/** AWS's published example: 65 kB of 'a' in two chunks. */
function published(): Buffer {
  const chunk = (size: number, index: number) =>
    `${size.toString(16)};chunk-signature=${CHUNK_SIGNATURES[index]}\r\n${'a'.repeat(size)}\r\n`;
  return Buffer.from(chunk(65_536, 0) + chunk(1024, 1) + chunk(0, 2));
}

/** Frames pieces as an unsigned or a signed stream, with the trailers given. */
function frame(pieces: readonly Uint8Array[], signs: boolean, trailers: Record<string, string> = {}): Buffer {
  let previous = SEED;
  const parts: Uint8Array[] = [];
  for (const piece of [...pieces.filter((one) => one.length > 0), new Uint8Array()]) {
    previous = signer.chunk(previous, sha256(piece));
    const signature = signs ? `;chunk-signature=${previous}` : '';
    parts.push(Buffer.from(`${piece.length.toString(16)}${signature}\r\n`), piece);
    if (piece.length > 0) parts.push(Buffer.from('\r\n'));
  }
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}`);
  if (signs && lines.length > 0)
    lines.push(`x-amz-trailer-signature:${signer.trailer(previous, sha256(Buffer.from(`${lines.join('\n')}\n`)))}`);
  return Buffer.concat([...parts, Buffer.from([...lines.map((line) => `${line}\r\n`), '\r\n'].join(''))]);
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const points = [0, ...[...at].map((point) => point % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return points.slice(1).map((point, index) => bytes.subarray(points[index], point));
}

function decode(pieces: readonly Buffer[], options: Partial<ChunkedOptions> & { decodedLength: number }) {
  const decoder = createChunkedDecoder({ signer: undefined, seed: SEED, trailers: [], ...options });
  const body = Buffer.concat(pieces.flatMap((piece) => decoder.push(piece)));
  return { body, trailers: decoder.end() };
}

describe('aws-chunked', () => {
  it("decodes AWS's published example and verifies its chain of signatures", () => {
    const { body } = decode([published()], { decodedLength: 66_560, signer });
    expect(body.equals(Buffer.alloc(66_560, 'a'))).toBe(true);
  });

  it('gives the same bytes wherever the wire was cut', () => {
    const pieces = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 });
    fc.assert(
      fc.property(
        pieces,
        fc.array(fc.nat(), { maxLength: 20 }),
        fc.boolean(),
        fc.boolean(),
        (chunks, cuts, signs, trails) => {
          const whole = Buffer.concat(chunks);
          const trailers: Record<string, string> = trails ? { 'x-amz-checksum-crc32': digestOf('CRC32', whole) } : {};
          const result = decode(cut(frame(chunks, signs, trailers), cuts), {
            decodedLength: whole.length,
            signer: signs ? signer : undefined,
            trailers: Object.keys(trailers),
          });
          expect(result.body.equals(whole)).toBe(true);
          expect(result.trailers).toEqual(trailers);
        },
      ),
    );
  });

  it('refuses every truncation', () => {
    const wire = frame([Buffer.from('hello'), Buffer.from('world')], true, { 'x-amz-checksum-crc32': 'AAAAAA==' });
    const options = { decodedLength: 10, signer, trailers: ['x-amz-checksum-crc32'] };
    for (let length = 0; length < wire.length; length++) {
      expect(() => decode([wire.subarray(0, length)], options)).toThrow(
        expect.objectContaining({ code: 'IncompleteBody' }),
      );
    }
    expect(decode([wire], options).body.toString()).toBe('helloworld');
  });

  it.each([
    ['a changed byte', (wire: string) => wire.replace('hello', 'hellO'), 'SignatureDoesNotMatch'],
    ['a missing signature', (wire: string) => wire.replace(/;chunk-signature=\w+/, ''), 'SignatureDoesNotMatch'],
    ['a chunk that is too long', (wire: string) => wire.replace(/^5;/, '4;'), /IncompleteBody|SignatureDoesNotMatch/],
    ['a size that is no number', (wire: string) => wire.replace(/^5/, 'x'), 'IncompleteBody'],
    ['bytes after the end', (wire: string) => `${wire}more`, 'IncompleteBody'],
    ['an endless first line', () => 'a'.repeat(5000), 'IncompleteBody'],
    ['a changed trailer', (wire: string) => wire.replace('AAAAAA==', 'BAAAAA=='), 'SignatureDoesNotMatch'],
    [
      'a trailer not announced',
      (wire: string) => wire.replace('x-amz-checksum-crc32', 'x-amz-other'),
      'MalformedTrailerError',
    ],
  ])('refuses %s', (_what, spoil, code) => {
    const wire = frame([Buffer.from('hello'), Buffer.from('world')], true, { 'x-amz-checksum-crc32': 'AAAAAA==' });
    const options = { decodedLength: 10, signer, trailers: ['x-amz-checksum-crc32'] };
    expect(() => decode([Buffer.from(spoil(wire.toString()))], options)).toThrow(
      expect.objectContaining({ code: typeof code === 'string' ? code : expect.stringMatching(code) }),
    );
  });

  it('refuses a body that is longer or shorter than it said', () => {
    const wire = frame([Buffer.from('hello')], false);
    for (const decodedLength of [4, 6])
      expect(() => decode([wire], { decodedLength })).toThrow(expect.objectContaining({ code: 'IncompleteBody' }));
  });

  it('never throws anything but an AwsError', () => {
    const wire = fc.oneof(
      fc.uint8Array(),
      fc.string().map((text) => Buffer.from(`3\r\nabc\r\n0\r\n${text}\r\n\r\n`)),
    );
    fc.assert(
      fc.property(wire, (bytes) => {
        try {
          decode([Buffer.from(bytes)], { decodedLength: 3 });
        } catch (error) {
          expect(isAwsError(error)).toBe(true);
        }
      }),
    );
  });
});

describe('checksums', () => {
  // The check values of the CRC catalogue, for '123456789'.
  it.each([
    ['CRC32', 'cbf43926'],
    ['CRC32C', 'e3069283'],
    ['CRC64NVME', 'ae8b14860a799888'],
    ['SHA1', 'f7c3bc1d808e04732adf679965ccc34ca7ae3441'],
    ['MD5', '25f9e794323b453885f5181f1b624d0b'],
  ] as const)('%s', (algorithm, hex) => {
    expect(Buffer.from(digestOf(algorithm, Buffer.from('123456789')), 'base64').toString('hex')).toBe(hex);
  });

  it('do not depend on how the bytes were cut', () => {
    const algorithms: ChecksumAlgorithm[] = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA256'];
    fc.assert(
      fc.property(
        fc.constantFrom(...algorithms),
        fc.uint8Array(),
        fc.array(fc.nat(), { maxLength: 4 }),
        (algorithm, bytes, cuts) => {
          const hasher = createHasher(algorithm);
          for (const piece of cut(Buffer.from(bytes), cuts)) hasher.update(piece);
          expect(hasher.digest()).toBe(digestOf(algorithm, bytes));
        },
      ),
    );
  });

  it('are refused in the words of S3', () => {
    const body = Buffer.from('abc');
    const check = (headers: Record<string, string>) => () => verifyBody(headers, body);
    const code = (expected: string) => expect.objectContaining({ code: expected });
    expect(
      check({ 'x-amz-checksum-crc32': digestOf('CRC32', body), 'content-md5': digestOf('MD5', body) }),
    ).not.toThrow();
    expect(check({ 'x-amz-checksum-crc32': 'AAAAAA==' })).toThrow(
      expect.objectContaining({
        code: 'BadDigest',
        message: 'The CRC32 you specified did not match the calculated checksum.',
      }),
    );
    expect(check({ 'x-amz-checksum-crc32': 'AAAA' })).toThrow(code('InvalidRequest'));
    expect(check({ 'content-md5': 'AAAA' })).toThrow(code('InvalidDigest'));
    expect(check({ 'content-md5': digestOf('MD5', Buffer.from('x')) })).toThrow(code('BadDigest'));
    expect(check({ 'x-amz-checksum-crc32': 'AAAAAA==', 'x-amz-checksum-sha1': 'AAAA' })).toThrow(
      code('InvalidRequest'),
    );
    expect(check({ 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toThrow(code('InvalidRequest'));
    expect(check({ 'x-amz-checksum-xxhash3': 'AAAA' })).toThrow(code('NotImplemented'));
    expect(declaredChecksum({ 'x-amz-checksum-mode': 'ENABLED' })).toBeUndefined();
  });
});

describe('openPayload', () => {
  const unsigned = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

  async function read(headers: Record<string, string>, wire: Uint8Array, as?: Signed) {
    const open = (body: Readable | Buffer) => openPayload({ headers, body }, as, as && SECRET);
    const settled = async (payload: Payload) => {
      const bytes = Buffer.isBuffer(payload.content) ? payload.content : await buffer(payload.content);
      const digests = digestsToVerify(payload.declared).map((each) => [each, digestOf(each, bytes)] as const);
      verifyDigests(payload.declared, new Map(digests));
      return { text: bytes.toString(), checksum: payload.declared.checksum() };
    };
    const streamed = await settled(open(Readable.from(cut(Buffer.from(wire), [3, 40, 70]))));
    expect(await settled(open(Buffer.from(wire)))).toEqual(streamed);
    return streamed;
  }

  it('verifies signed chunks, and tells the checksum of the trailer', async () => {
    const value = digestOf('CRC64NVME', Buffer.from('helloworld'));
    const headers = {
      'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
      'x-amz-decoded-content-length': '10',
      'x-amz-trailer': 'x-amz-checksum-crc64nvme',
    };
    const wire = frame([Buffer.from('hello'), Buffer.from('world')], true, { 'x-amz-checksum-crc64nvme': value });
    expect(await read(headers, wire, signed)).toEqual({
      text: 'helloworld',
      checksum: { algorithm: 'CRC64NVME', value },
    });
  });

  it('refuses a trailer that does not match the bytes', async () => {
    const headers = {
      'x-amz-content-sha256': unsigned,
      'x-amz-decoded-content-length': '5',
      'x-amz-trailer': 'x-amz-checksum-crc32',
    };
    const right = digestOf('CRC32', Buffer.from('hello'));
    const wire = frame([Buffer.from('hello')], false, { 'x-amz-checksum-crc32': right });
    expect((await read(headers, wire)).checksum).toEqual({ algorithm: 'CRC32', value: right });
    const spoilt = Buffer.from(wire.toString().replace('hello', 'hellO'));
    await expect(read(headers, spoilt)).rejects.toMatchObject({ code: 'BadDigest' });
    expect(zlibCrc32('hello')).toBe(Buffer.from(right, 'base64').readUInt32BE());
  });

  it('refuses a body whose hash is not the signed one', async () => {
    const body = Buffer.from('hello');
    expect((await read({ 'x-amz-content-sha256': sha256(body) }, body)).text).toBe('hello');
    await expect(read({ 'x-amz-content-sha256': sha256(body) }, Buffer.from('other'))).rejects.toMatchObject({
      code: 'XAmzContentSHA256Mismatch',
    });
    await expect(read({ 'content-md5': digestOf('MD5', body) }, Buffer.from('other'))).rejects.toMatchObject({
      code: 'BadDigest',
    });
  });

  it('fails when the connection is lost, and harms nobody who was not reading', async () => {
    const body = new Readable({ read() {} });
    const payload = openPayload({ headers: {}, body }, undefined, undefined).content as Readable;
    body.push('some');
    body.destroy(new Error('ECONNRESET'));
    await new Promise((resolve) => payload.once('close', resolve));
    await expect(payload.toArray()).rejects.toMatchObject({ code: 'IncompleteBody' });
  });

  it('refuses at once what it cannot decode', () => {
    const open = (headers: Record<string, string>) => () =>
      openPayload({ headers, body: Readable.from([]) }, undefined, undefined);
    expect(open({ 'x-amz-content-sha256': unsigned })).toThrow(
      expect.objectContaining({ code: 'MissingContentLength' }),
    );
    expect(open({ 'x-amz-content-sha256': unsigned, 'x-amz-decoded-content-length': '9999999999999' })).toThrow(
      expect.objectContaining({ code: 'EntityTooLarge' }),
    );
    expect(open({ 'x-amz-content-sha256': 'STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD' })).toThrow(
      expect.objectContaining({ code: 'NotImplemented' }),
    );
  });
});
