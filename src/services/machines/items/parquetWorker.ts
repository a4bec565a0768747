/**
 * The thread that decodes a Parquet file (parquet.ts): row group by row group, its rows in small portions as they are asked for.
 *
 * W1. No row group or footer larger than AWS's limits is read, and nothing is decompressed to more than that.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { AsyncBuffer } from 'hyparquet';
import { MAX_ROW_GROUP_BYTES, openParquet, tooLarge } from '../../../base/parquet/file.ts';
import { jsonOf } from '../../../base/parquet/values.ts';
import { MAX_ITEM_BYTES } from './item.ts';
import type { FromParquet, ParquetStart, ToParquet } from './parquetMessages.ts';

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

async function read(): Promise<void> {
  const { metadata, ranges, readColumn, names } = await openParquet(file);
  for (const group of metadata.row_groups)
    if (group.total_byte_size > MAX_ROW_GROUP_BYTES) throw tooLarge('row group', MAX_ROW_GROUP_BYTES);
  for (const { rowStart, rowEnd } of ranges) {
    if (rowEnd <= from) continue;
    const columns: ArrayLike<unknown>[] = [];
    for (const column of names) columns.push(await readColumn({ column, rowStart, rowEnd }));
    await giveRows(names, columns, Math.max(0, from - rowStart), rowEnd - rowStart);
  }
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
