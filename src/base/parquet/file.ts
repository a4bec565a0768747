/**
 * A Parquet file opened for its columns, by hyparquet: what of it is bounded for everyone who reads one. For threads: decoding a row
 * group may take seconds.
 *
 * F1. No footer larger than MAX_FOOTER_BYTES is read, and nothing is decompressed to more than MAX_ROW_GROUP_BYTES.
 */
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  type ParquetScan,
  parquetMetadataAsync,
  parquetScan,
  snappyUncompress,
} from 'hyparquet';
import { dateFromDays } from './values.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html */
export const MAX_ROW_GROUP_BYTES = 256 * 1024 * 1024;
const MAX_FOOTER_BYTES = 5 * 1024 * 1024;

export const tooLarge = (what: string, limit: number) => new Error(`it has a ${what} larger than ${limit} bytes`);

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

export type ParquetFile = ParquetScan & {
  /** Of its columns, in order; those of nested ones are left to them. */
  names: readonly string[];
};

/** @throws Error that begins with "it", for what is no Parquet file; what hyparquet says, for a broken one */
export async function openParquet(file: AsyncBuffer): Promise<ParquetFile> {
  const metadata = await metadataOf(file);
  const options = { file, metadata, compressors, utf8: false, geoparquet: false, parsers: { dateFromDays } };
  return { ...(await parquetScan(options)), names: [...new Set(topLevel(metadata))] };
}

async function metadataOf(file: AsyncBuffer): Promise<FileMetaData> {
  const size = file.byteLength;
  if (size < 12) throw new Error('it is no Parquet file');
  const tail = new DataView(await file.slice(size - 8, size));
  if (tail.getUint32(4, true) !== 0x31524150) throw new Error('it is no Parquet file');
  if (tail.getUint32(0, true) > MAX_FOOTER_BYTES) throw tooLarge('footer', MAX_FOOTER_BYTES);
  return parquetMetadataAsync(file, { geoparquet: false });
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
