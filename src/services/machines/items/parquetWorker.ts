/**
 * The thread that decodes a Parquet file (parquet.ts): row group by row group, its rows in small portions as they are asked for.
 *
 * W1. No row group or footer larger than AWS's limits is read, and nothing is decompressed to more than that.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetScan,
  snappyUncompress,
} from 'hyparquet';
import { MAX_ITEM_BYTES } from './item.ts';
import type { FromParquet, ParquetStart, ToParquet } from './parquetMessages.ts';
import { dateFromDays, jsonOf } from './parquetValues.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
const MAX_ROW_GROUP_BYTES = 256 * 1024 * 1024;
const MAX_FOOTER_BYTES = 5 * 1024 * 1024;

/** Of one message: parsing it holds the server's loop. */
const PORTION_ROWS = 1000;
const PORTION_CHARACTERS = 32 * 1024;

const { size, from } = workerData as ParquetStart;
const port = parentPort!;
const say = (message: FromParquet) => port.postMessage(message);

/** What was asked for, as far as it is there. */
type Asked = { readonly bytes: Uint8Array<ArrayBuffer>; filled: number; resolve(bytes: ArrayBuffer): void };
const waiting = new Map<number, Asked>();
let asked = 0;
let credit = 0;
let wake: () => void = () => {};

port.on('message', (message: ToParquet) => {
  if (message.kind === 'more') {
    credit += 1;
    wake();
    return;
  }
  const slice = waiting.get(message.id)!;
  slice.bytes.set(message.bytes, slice.filled);
  slice.filled += message.bytes.length;
  if (slice.filled < slice.bytes.length) return;
  waiting.delete(message.id);
  slice.resolve(slice.bytes.buffer);
});

const file: AsyncBuffer = {
  byteLength: size,
  slice(start, end = size) {
    const begin = start < 0 ? size + start : start;
    if (!(begin >= 0 && begin <= end && end <= size)) throw new Error('it refers to bytes beyond its end');
    if (end - begin > MAX_ROW_GROUP_BYTES) throw tooLarge('row group', MAX_ROW_GROUP_BYTES);
    asked += 1;
    const id = asked;
    return new Promise((resolve) => {
      if (begin === end) return resolve(new ArrayBuffer(0));
      waiting.set(id, { bytes: new Uint8Array(end - begin), filled: 0, resolve });
      say({ kind: 'slice', id, from: begin, to: end });
    });
  },
};

const tooLarge = (what: string, limit: number) => new Error(`it has a ${what} larger than ${limit} bytes`);

function bounded(length: number): number {
  if (length > MAX_ROW_GROUP_BYTES) throw tooLarge('row group', MAX_ROW_GROUP_BYTES);
  return length;
}

const compressors: Compressors = {
  SNAPPY(input, length) {
    const output = new Uint8Array(bounded(length));
    snappyUncompress(input, output);
    return output;
  },
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, bounded(length)) }),
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, bounded(length)) }),
  BROTLI: (input, length) => brotliDecompressSync(input, { maxOutputLength: Math.max(1, bounded(length)) }),
};

async function metadataOf(): Promise<FileMetaData> {
  if (size < 12) throw new Error('it is no Parquet file');
  const tail = new DataView(await file.slice(size - 8, size));
  if (tail.getUint32(4, true) !== 0x31524150) throw new Error('it is no Parquet file');
  if (tail.getUint32(0, true) > MAX_FOOTER_BYTES) throw tooLarge('footer', MAX_FOOTER_BYTES);
  const metadata = await parquetMetadataAsync(file, { geoparquet: false });
  for (const group of metadata.row_groups)
    if (group.total_byte_size > MAX_ROW_GROUP_BYTES) throw tooLarge('row group', MAX_ROW_GROUP_BYTES);
  return metadata;
}

async function read(): Promise<void> {
  const metadata = await metadataOf();
  const scan = await parquetScan({
    file,
    metadata,
    compressors,
    utf8: false,
    geoparquet: false,
    parsers: { dateFromDays },
  });
  const names = [...new Set(topLevel(metadata))];
  for (const { rowStart, rowEnd } of scan.ranges) {
    if (rowEnd <= from) continue;
    const columns: ArrayLike<unknown>[] = [];
    for (const column of names) columns.push(await scan.readColumn({ column, rowStart, rowEnd }));
    await giveRows(names, columns, Math.max(0, from - rowStart), rowEnd - rowStart);
  }
}

/** The children of the root, which the schema lists before it goes into each. */
function topLevel({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  const below = (at: number): number => {
    let next = at + 1;
    for (let child = 0; child < (schema[at]?.num_children ?? 0); child += 1) next = below(next);
    return next;
  };
  let next = 1;
  for (let child = 0; child < (schema[0]?.num_children ?? 0); child += 1) {
    names.push(schema[next]!.name);
    next = below(next);
  }
  return names;
}

async function giveRows(
  names: readonly string[],
  columns: readonly ArrayLike<unknown>[],
  first: number,
  end: number,
): Promise<void> {
  let rows: string[] = [];
  let characters = 0;
  for (let index = first; index < end; index += 1) {
    const row = JSON.stringify(Object.fromEntries(names.map((name, at) => [name, jsonOf(columns[at]![index])])));
    if (Buffer.byteLength(row) > MAX_ITEM_BYTES) throw tooLarge('row', MAX_ITEM_BYTES);
    rows.push(row);
    characters += row.length;
    if (rows.length < PORTION_ROWS && characters < PORTION_CHARACTERS) continue;
    await give(rows);
    rows = [];
    characters = 0;
  }
  if (rows.length > 0) await give(rows);
}

async function give(rows: readonly string[]): Promise<void> {
  while (credit === 0)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  credit -= 1;
  say({ kind: 'rows', text: `[${rows.join(',')}]` });
}

try {
  await read();
  say({ kind: 'end' });
} catch (error) {
  say({ kind: 'failed', cause: error instanceof Error ? error.message : String(error) });
}
port.close();
