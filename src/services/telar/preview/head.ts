/**
 * The beginning of an object as text in UTF-8: decompressed, and brought from the encodings that spreadsheets write.
 *
 * H1. No more than MOST_BYTES are taken in, whatever they were compressed from; of a compressed object no more is read than that needs.
 */
import { isUtf8 } from 'node:buffer';
import { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { unreadable } from './refusal.ts';

const MOST_BYTES = 4 * 1024 * 1024;
const PIECE = 256 * 1024;
/** So much at the beginning tells text from anything else. */
const TOLD_BY = 8192;

export type ByteSource = { size: number; read(from: number, to: number): Promise<Uint8Array> };

export type Head = {
  bytes: Buffer;
  /** The object ends with them. */
  whole: boolean;
  /** As they lie in the object, before they were brought to UTF-8. */
  taken: number;
  notes: string[];
};

export async function headOf(source: ByteSource): Promise<Head> {
  const start = Buffer.from(await source.read(0, Math.min(4, source.size)));
  const compression = compressionOf(start);
  if (compression === undefined) {
    const bytes = Buffer.from(await source.read(0, Math.min(MOST_BYTES, source.size)));
    return textOf({ bytes, whole: bytes.length === source.size, taken: bytes.length, notes: [] });
  }
  const found = await decompressed(source, compression);
  return textOf({ ...found, notes: [`It is compressed by ${compression}: bytes are counted decompressed.`] });
}

export const magicOf = async (source: ByteSource): Promise<string> =>
  Buffer.from(await source.read(0, Math.min(4, source.size))).toString('latin1');

function compressionOf(start: Buffer): 'gzip' | 'zstd' | undefined {
  if (start[0] === 0x1f && start[1] === 0x8b) return 'gzip';
  return start.length === 4 && start.readUInt32LE(0) === 0xfd2fb528 ? 'zstd' : undefined;
}

async function decompressed(source: ByteSource, by: 'gzip' | 'zstd'): Promise<Omit<Head, 'notes'>> {
  const through = by === 'gzip' ? createGunzip() : createZstdDecompress();
  const input = Readable.from(pieces(source));
  input.on('error', (error) => through.destroy(error));
  const chunks: Buffer[] = [];
  let length = 0;
  let whole = true;
  try {
    for await (const chunk of input.pipe(through) as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      length += chunk.length;
      if (length < MOST_BYTES) continue;
      whole = false;
      break;
    }
  } catch (error) {
    throw unreadable(`It begins like ${by}, but cannot be decompressed: ${(error as Error).message}.`);
  } finally {
    input.destroy();
  }
  const bytes = Buffer.concat(chunks).subarray(0, MOST_BYTES);
  return { bytes, whole, taken: bytes.length };
}

async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE) yield await source.read(at, Math.min(source.size, at + PIECE));
}

/** @throws Unreadable where it is no text */
function textOf(head: Head): Head {
  const { bytes, notes } = head;
  const wide =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff && 'utf-16be';
  if (wide) return { ...head, ...recoded(bytes, wide), notes: [...notes, 'It is UTF-16.'] };
  refuseBinary(bytes);
  const body = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
  // A character may be cut at the end.
  const sure = head.whole ? body : body.subarray(0, Math.max(0, body.length - 4));
  if (isUtf8(sure) || isUtf8(body)) return { ...head, bytes: body };
  if (lastWhole(body) !== undefined) return { ...head, bytes: lastWhole(body)! };
  return {
    ...head,
    ...recoded(body, 'windows-1252'),
    notes: [...notes, 'It is no UTF-8: it is read as Windows-1252.'],
  };
}

const recoded = (bytes: Buffer, encoding: string) => ({ bytes: Buffer.from(new TextDecoder(encoding).decode(bytes)) });

/** Without the character that the end cuts, if that is all that is wrong with it. */
function lastWhole(body: Buffer): Buffer | undefined {
  for (let cut = 1; cut <= 3; cut += 1) {
    const shorter = body.subarray(0, Math.max(0, body.length - cut));
    if (isUtf8(shorter)) return shorter;
  }
  return undefined;
}

function refuseBinary(bytes: Buffer): void {
  if (bytes.subarray(257, 262).toString('latin1') === 'ustar') {
    throw unreadable('It is a tar archive: download it to look inside.');
  }
  if (bytes.subarray(0, 2).toString('latin1') === 'PK' && bytes[2] === 3) {
    throw unreadable('It is a zip archive: download it to look inside.');
  }
  if (bytes.subarray(0, TOLD_BY).includes(0)) {
    throw unreadable('It is no text, and no format that can be shown: CSV, JSON, JSON Lines, Parquet and text can.');
  }
}
