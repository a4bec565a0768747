/**
 * Bytes of objects on their way to a parser: cut into slices that keep the loop free, and decompressed.
 *
 * Y1. No slice is larger than SLICE_BYTES, so that parsing one stays within a turn of the loop; between slices others come first
 *     when the turn has worked long enough.
 * Y2. What is compressed is told by its first bytes, not by its name: no CSV or JSON text begins like gzip or zstd.
 */
import { pipeline, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Pace, paced } from '../../../base/pace.ts';
import { readerFailed } from './item.ts';
import type { ReaderPorts, StoredObject } from './ports.ts';

const SLICE_BYTES = 32 * 1024;

const MAGIC_BYTES = 4;

/** The object's bytes, decompressed, in slices. */
export async function* contentOf(
  object: StoredObject,
  ports: Pick<ReaderPorts, 'clock' | 'signal'>,
): AsyncGenerator<Buffer> {
  const pace = paced(ports.clock);
  for await (const chunk of decompressed(object.bytes())) {
    ports.signal?.throwIfAborted();
    yield* slices(chunk, pace);
  }
}

async function* slices(chunk: Uint8Array, pace: Pace): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
    yield bytes.subarray(at, at + SLICE_BYTES);
    await pace();
  }
}

/** A small document, whole. @throws when it is larger than `limit` */
export async function wholeContent(
  object: StoredObject,
  ports: Pick<ReaderPorts, 'clock' | 'signal'>,
  limit: number,
): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of contentOf(object, ports)) {
    size += part.length;
    if (size > limit) throw readerFailed(`The manifest is larger than ${limit} bytes.`);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function* decompressed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = source[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let ended = false;
  const rest = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      while (!ended) {
        const next = await iterator.next();
        if (next.done) ended = true;
        else yield next.value;
      }
    } finally {
      await iterator.return?.();
    }
  };
  while (head.length < MAGIC_BYTES && !ended) {
    const next = await iterator.next();
    if (next.done) ended = true;
    else head = head.length === 0 ? Buffer.from(next.value) : Buffer.concat([head, next.value]);
  }
  const transform = decompressorOf(head);
  if (transform === undefined) yield* rest();
  else yield* through(rest(), transform);
}

function decompressorOf(head: Buffer): Transform | undefined {
  if (head[0] === 0x1f && head[1] === 0x8b) return createGunzip();
  if (head.length >= MAGIC_BYTES && head.readUInt32LE(0) === 0xfd2fb528) return createZstdDecompress();
  return undefined;
}

async function* through(source: AsyncIterable<Uint8Array>, transform: Transform): AsyncGenerator<Uint8Array> {
  // Whatever fails destroys the transform with its error, which reading it then throws.
  pipeline(source, transform, () => {});
  for await (const chunk of transform) yield chunk as Uint8Array;
}
