import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { digestOf } from '../protocol/checksums.ts';
import { type ByteRange, type Bytes, INLINE_LIMIT, openBytes, type StoredBytes, sizeOf } from './bytes.ts';

let root: string;
let place: { objects: string; temporary: string };
let bytes: Bytes;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'telar-bytes-'));
  place = { objects: join(root, 'objects'), temporary: join(root, 'temporary') };
  mkdirSync(place.objects);
  mkdirSync(place.temporary);
  bytes = openBytes(place);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const unlimited = { limit: Number.MAX_SAFE_INTEGER, tooLong: () => new Error('unreachable') };
const none = () => false;

/** The content in chunks of the given sizes, over and over. */
function chunked(content: Buffer, sizes: readonly number[]): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0, turn = 0; at < content.length; turn += 1) {
        const size = sizes[turn % sizes.length]!;
        yield content.subarray(at, at + size);
        at += size;
      }
    })(),
  );
}

async function read(stored: StoredBytes, range?: ByteRange): Promise<Buffer> {
  const body = bytes.open(stored, range);
  return Buffer.isBuffer(body) ? body : buffer(body);
}

function files(): string[] {
  return readdirSync(place.objects).flatMap((directory) => readdirSync(join(place.objects, directory)));
}

describe('receive and open', () => {
  it.each([true, false])(
    'frees the chunks of a source that was given to it, and no others (given: %s)',
    async (given) => {
      const content = randomBytes(3_000_000);
      const chunks = Array.from({ length: 30 }, (_, index) => {
        const chunk = Buffer.allocUnsafeSlow(100_000);
        content.copy(chunk, 0, index * 100_000);
        return chunk;
      });
      const received = await bytes.receive(Readable.from(chunks), { ...unlimited, given });
      expect((await read(received.stored)).equals(content)).toBe(true);
      expect(chunks.map((chunk) => chunk.length)).toEqual(chunks.map(() => (given ? 0 : 100_000)));
    },
  );

  it.each([0, 1, INLINE_LIMIT, INLINE_LIMIT + 1, 1_000_003])('gives back %i bytes as they came', async (size) => {
    const content = randomBytes(size);
    const digests = ['MD5', 'CRC64NVME', 'SHA1'] as const;
    const received = await bytes.receive(chunked(content, [1000, 70_000]), { ...unlimited, digests });
    expect(received.size).toBe(size);
    expect(sizeOf(received.stored)).toBe(size);
    expect(received.stored.kind).toBe(size <= INLINE_LIMIT ? 'inline' : 'file');
    expect((await read(received.stored)).equals(content)).toBe(true);
    for (const each of digests) expect(received.digests.get(each)).toBe(digestOf(each, content));
    const whole = await bytes.receive(content, { ...unlimited, digests });
    expect(whole).toMatchObject({ size, stored: { kind: received.stored.kind } });
    for (const each of digests) expect(whole.digests.get(each)).toBe(digestOf(each, content));
    expect(readdirSync(place.temporary)).toEqual([]);
  });

  it('gives any range of any content, however it was chunked', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 400_000 }), { minLength: 1, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 700_000 }), sizes, fc.nat(), fc.nat(), async (size, chunks, a, b) => {
        const content = randomBytes(size);
        const { stored } = await bytes.receive(chunked(content, chunks), unlimited);
        const [first, last] = [a % size, b % size].sort((x, y) => x - y) as [number, number];
        expect((await read(stored, { first, last })).equals(content.subarray(first, last + 1))).toBe(true);
      }),
      { numRuns: 25 },
    );
  });

  it('takes many large uploads at once, more than there are blocks for, each in its order', async () => {
    const contents = Array.from({ length: 30 }, (_, index) => randomBytes(1_200_000 + index));
    const received = await Promise.all(contents.map((content) => bytes.receive(chunked(content, [65_536]), unlimited)));
    for (const [index, { stored }] of received.entries()) {
      expect((await read(stored)).equals(contents[index]!)).toBe(true);
    }
  });

  it('names files by their digest, closed to writing, and tells their path', async () => {
    const content = randomBytes(100_000);
    const { stored } = await bytes.receive(chunked(content, [100_000]), unlimited);
    const path = bytes.pathOf(stored)!;
    expect(path).toContain(createHash('sha256').update(content).digest('hex'));
    expect(readFileSync(path).equals(content)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o444);
    expect(bytes.pathOf({ kind: 'inline', bytes: content })).toBeUndefined();
  });
});

describe('uploads that fail', () => {
  it.each([10, 100_000])('beyond the limit leave nothing (%i bytes)', async (limit) => {
    const tooLong = () => new Error('too long');
    const receiving = bytes.receive(chunked(randomBytes(limit + 1), [9999]), { limit, tooLong });
    await expect(receiving).rejects.toThrow('too long');
    expect(readdirSync(place.temporary)).toEqual([]);
    expect(files()).toEqual([]);
  });

  it('when the sender goes away leave nothing', async () => {
    async function* broken() {
      yield randomBytes(300_000);
      throw new Error('connection reset');
    }
    await expect(bytes.receive(broken(), unlimited)).rejects.toThrow('connection reset');
    expect(readdirSync(place.temporary)).toEqual([]);
    expect(files()).toEqual([]);
  });

  it('torn by a crash are gone at the next start, other temporary files stay', () => {
    writeFileSync(join(place.temporary, 'upload-7'), 'half of an upl');
    writeFileSync(join(place.temporary, 'another-owner'), '');
    openBytes(place);
    expect(readdirSync(place.temporary)).toEqual(['another-owner']);
  });
});

describe('verify', () => {
  it('finds files that are gone, torn or changed', async () => {
    const { stored } = await bytes.receive(chunked(randomBytes(100_000), [7000]), unlimited);
    const path = bytes.pathOf(stored)!;
    expect(await bytes.verify(stored)).toBe('sound');
    expect(await bytes.verify({ kind: 'inline', bytes: randomBytes(3) })).toBe('sound');
    chmodSync(path, 0o600);
    truncateSync(path, 99_999);
    expect(await bytes.verify(stored)).toBe('changed');
    rmSync(path);
    expect(await bytes.verify(stored)).toBe('missing');
  });
});

describe('equal contents and sweeping', () => {
  const content = randomBytes(200_000);
  const receive = () => bytes.receive(chunked(content, [50_000]), unlimited);

  it('share one file, also when they arrive at the same time', async () => {
    const received = await Promise.all([receive(), receive(), receive()]);
    expect(files()).toHaveLength(1);
    expect(readdirSync(place.temporary)).toEqual([]);
    for (const { stored } of received) expect((await read(stored)).equals(content)).toBe(true);
  });

  it('a file that was renamed but never committed is swept', async () => {
    await receive();
    bytes = openBytes(place);
    expect(await bytes.sweep(none)).toEqual({ files: 1 });
    expect(files()).toEqual([]);
    expect(readdirSync(place.temporary)).toEqual([]);
  });

  it('a referenced file stays', async () => {
    const { stored, release } = await receive();
    release();
    expect(await bytes.sweep((file) => stored.kind === 'file' && stored.file === file)).toEqual({ files: 0 });
    expect((await read(stored)).equals(content)).toBe(true);
  });

  it('a file stays while anyone holds it, and goes after the last release', async () => {
    const first = await receive();
    const second = await receive();
    const unhold = bytes.hold(first.stored);
    first.release();
    first.release();
    second.release();
    expect(await bytes.sweep(none)).toEqual({ files: 0 });
    unhold();
    expect(await bytes.sweep(none)).toEqual({ files: 1 });
  });

  it('a sweep beside uploads of the same content never takes what they return', async () => {
    for (let round = 0; round < 10; round += 1) {
      (await receive()).release();
      const [, received] = await Promise.all([bytes.sweep(none), receive(), bytes.sweep(none)]);
      expect(existsSync(bytes.pathOf(received.stored)!)).toBe(true);
      received.release();
    }
  });

  it('a reader that has opened a file reads it to the end, whatever is swept', async () => {
    const { stored, release } = await receive();
    const body = bytes.open(stored) as Readable;
    release();
    expect(await bytes.sweep(none)).toEqual({ files: 1 });
    expect((await buffer(body)).equals(content)).toBe(true);
  });
});
