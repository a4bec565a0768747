/**
 * How events lie on the disk: many to a row, as one block of bytes. A chunk holds events of one stream that stand one
 * after the other in it, by time and by arrival.
 *
 * C1. A chunk spans at most SPAN milliseconds: whoever looks for an instant knows how far back a chunk with it can begin.
 * C2. It holds at most CHUNK bytes, or one event: reading one never keeps the loop long, however large the stream.
 * C3. What is decoded equals what was encoded, event for event; text that is not Unicode has been replaced before.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type LogEvent, sizeOf } from './event.ts';

/** In milliseconds. */
export const SPAN = 60_000;
/** In bytes, AWS's overhead of each event included. */
const CHUNK = 64 * 1024;
const MOST_EVENTS = 2000;
/** A chunk below this many bytes takes the events that come next, so that single events do not make a row each. */
export const GROWS_BELOW = 16 * 1024;
/** Shorter blocks are kept as they are. */
const WORTH_COMPRESSING = 256;

const PLAIN = 0;
const ZSTD = 1;
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };

export type Chunk = { events: readonly LogEvent[]; bytes: number };

/** Cuts events, which must be in the order of their times, into chunks. */
export function chunksOf(events: readonly LogEvent[]): Chunk[] {
  const chunks: Chunk[] = [];
  let open: LogEvent[] = [];
  let bytes = 0;
  for (const event of events) {
    const size = sizeOf(event);
    const first = open[0];
    if (first && (bytes + size > CHUNK || open.length === MOST_EVENTS || event.at - first.at > SPAN)) {
      chunks.push({ events: open, bytes });
      open = [];
      bytes = 0;
    }
    open.push(event);
    bytes += size;
  }
  if (open.length > 0) chunks.push({ events: open, bytes });
  return chunks;
}

/** Columns of numbers, each as its difference from the one before, then the text of all messages. */
export function encodeChunk(events: readonly LogEvent[]): Uint8Array {
  const head: number[] = [];
  push(head, events.length);
  let [at, ingested] = [0, 0];
  for (const event of events) {
    push(head, event.at - at);
    push(head, zigzag(event.ingested - ingested));
    push(head, event.message.length);
    ({ at, ingested } = event);
  }
  const block = Buffer.concat([Buffer.from(head), Buffer.from(events.map(({ message }) => message).join(''))]);
  if (block.length < WORTH_COMPRESSING) return Buffer.concat([Buffer.of(PLAIN), block]);
  return Buffer.concat([Buffer.of(ZSTD), zstdCompressSync(block, OPTIONS)]);
}

export function decodeChunk(payload: Uint8Array): LogEvent[] {
  const body = payload.subarray(1);
  const block =
    payload[0] === PLAIN ? Buffer.from(body.buffer, body.byteOffset, body.length) : zstdDecompressSync(body);
  const read = reader(block);
  const count = read.number();
  const heads: { at: number; ingested: number; length: number }[] = [];
  let [at, ingested] = [0, 0];
  for (let n = 0; n < count; n += 1) {
    at += read.number();
    ingested += unzigzag(read.number());
    heads.push({ at, ingested, length: read.number() });
  }
  // Lengths are those of JavaScript's strings: one decoding for all, and each message a slice of it.
  const text = block.toString('utf8', read.at());
  let from = 0;
  return heads.map(({ length, ...head }) => {
    const message = text.slice(from, from + length);
    from += length;
    return { ...head, message };
  });
}

/** Seven bits to a byte, the lowest first; bit operations would end at 32. */
function push(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

const zigzag = (value: number) => (value < 0 ? -2 * value - 1 : 2 * value);
const unzigzag = (value: number) => (value % 2 === 0 ? value / 2 : -(value + 1) / 2);

function reader(block: Uint8Array) {
  let position = 0;
  return {
    at: () => position,
    number(): number {
      let value = 0;
      for (let scale = 1; ; scale *= 128) {
        const byte = block[position++]!;
        value += (byte % 128) * scale;
        if (byte < 128) return value;
      }
    },
  };
}
