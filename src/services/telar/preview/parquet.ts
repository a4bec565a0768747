/**
 * Rows of a Parquet file's beginning, column by column.
 *
 * Q1. What is decoded is bounded: so many rows, and of the columns in order as many as MOST_DECODED bytes hold. The others are named.
 */
import { openParquet, type ParquetFile } from '../../../base/parquet/file.ts';
import { jsonOf } from '../../../base/parquet/values.ts';
import type { ObjectPreview, PreviewCell } from '../api.ts';
import type { ByteSource } from './head.ts';
import { unreadable } from './refusal.ts';
import { createTable, MOST_COLUMNS, type Table } from './table.ts';

const MOST_DECODED = 64 * 1024 * 1024;
const MOST_ROWS = 100_000;
const MOST_CELLS = 2_000_000;
const LONGEST_NESTED = 1000;

export async function previewParquet(source: ByteSource, maxRows: number): Promise<ObjectPreview> {
  let taken = 0;
  const file = {
    byteLength: source.size,
    slice(start: number, end = source.size): Promise<ArrayBuffer> {
      const bytes = slice(start, end);
      // The reader asks ahead for several ranges, and gives up at the first that fails: nobody waits for the others then.
      bytes.catch(() => {});
      return bytes;
    },
  };
  async function slice(start: number, end: number): Promise<ArrayBuffer> {
    const begin = start < 0 ? source.size + start : start;
    if (!(begin >= 0 && begin <= end && end <= source.size)) throw new Error('it refers to bytes beyond its end');
    taken += end - begin;
    return new Uint8Array(await source.read(begin, end)).buffer;
  }
  try {
    const opened = await openParquet(file);
    const table = createTable(maxRows);
    const total = opened.metadata.row_groups.reduce((sum, { num_rows }) => sum + Number(num_rows), 0);
    const notes = await readRows(opened, table);
    const found = table.result();
    return {
      ...{ Format: 'Parquet', ...found, ColumnCount: opened.names.length, TotalRows: total, Text: undefined },
      ...{ SampledBytes: Math.min(taken, source.size), WholeObject: notes.length === 0 && found.SampledRows === total },
      Notes: notes,
    };
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw unreadable(`The Parquet file cannot be read: ${(error as Error).message.replace(/\.$/, '')}.`);
  }
}

/** @returns notes about what was left out */
async function readRows(file: ParquetFile, table: Table): Promise<string[]> {
  const wanted = file.names.slice(0, MOST_COLUMNS);
  const mostRows = Math.min(MOST_ROWS, Math.floor(MOST_CELLS / Math.max(1, wanted.length)));
  let room = MOST_DECODED;
  let shown: readonly string[] | undefined;
  let count = 0;
  for (const { rowStart, rowEnd: groupEnd } of file.ranges) {
    if (count >= mostRows) break;
    const sizes = sizesAt(file, rowStart);
    // The columns are those that the first row group has room for.
    shown ??= fitting(wanted, sizes, room);
    const needed = shown.reduce((sum, name) => sum + (sizes.get(name) ?? 0), 0);
    if (needed > room) break;
    room -= needed;
    if (count === 0) table.addColumns(shown);
    const rowEnd = Math.min(groupEnd, rowStart + mostRows - count);
    await addRows(file, table, shown, { rowStart, rowEnd });
    count += rowEnd - rowStart;
  }
  if (shown === undefined) table.addColumns(wanted);
  const left = wanted.filter((name) => shown !== undefined && !shown.includes(name));
  return left.length === 0
    ? []
    : [`Too large to be looked into: ${left.slice(0, 10).join(', ')}${left.length > 10 ? ' …' : ''}.`];
}

async function addRows(
  { readColumn }: ParquetFile,
  table: Table,
  names: readonly string[],
  range: { rowStart: number; rowEnd: number },
): Promise<void> {
  const columns: ArrayLike<unknown>[] = [];
  for (const column of names) columns.push(await readColumn({ column, ...range }));
  for (let row = 0; row < range.rowEnd - range.rowStart; row += 1)
    table.add(columns.map((column) => cellOf(column[row])));
}

function cellOf(value: unknown): PreviewCell {
  const json = jsonOf(value);
  return typeof json === 'object' && json !== null ? JSON.stringify(json).slice(0, LONGEST_NESTED) : json;
}

/** Of each column in the row group of a row, the bytes that it is decoded from; a page that says less takes more all the same (F1). */
function sizesAt({ metadata }: ParquetFile, row: number): Map<string, number> {
  const sizes = new Map<string, number>();
  let start = 0;
  for (const { columns, num_rows } of metadata.row_groups) {
    if (row >= start && row < start + Number(num_rows)) {
      for (const { meta_data: data } of columns) {
        const name = data?.path_in_schema[0] ?? '';
        sizes.set(name, (sizes.get(name) ?? 0) + Number(data?.total_uncompressed_size ?? 0));
      }
    }
    start += Number(num_rows);
  }
  return sizes;
}

function fitting(names: readonly string[], sizes: ReadonlyMap<string, number>, room: number): string[] {
  let left = room;
  return names.filter((name) => {
    const size = sizes.get(name) ?? 0;
    if (size > left) return false;
    left -= size;
    return true;
  });
}
