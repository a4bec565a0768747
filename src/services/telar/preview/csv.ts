/**
 * Rows of a CSV file as people have them: with a header or without, comma, tab, semicolon or bar, rows of unequal width. Fields are
 * found by the reader that scoring has.
 *
 * V1. A quote that is not closed, and a line that does not end, are told by the row; they never take the rest of the file into a cell.
 */
import { findFields } from '../../../scoring/csv/fields.ts';
import type { PreviewCell } from '../api.ts';
import type { Head } from './head.ts';
import { unreadable } from './refusal.ts';
import { MOST_COLUMNS, type Read, type Table } from './table.ts';

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const QUOTE = 0x22;
const DELIMITERS = [',', '\t', ';', '|'].map((text) => text.charCodeAt(0));
const LONGEST_RECORD = 1024 * 1024;

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** What pandas takes for a missing value. */
const MISSING = new Set(['', 'NA', 'N/A', '#N/A', 'n/a', '<NA>', 'NULL', 'null', 'NaN', 'nan', '-NaN', '-nan', 'None']);
const BOOLEANS = new Map([
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
]);

/** A field's value; a number too large to be one stays a text. */
function cellOf(text: string): PreviewCell {
  const bare = text.trim();
  if (MISSING.has(bare)) return null;
  if (NUMBER.test(bare)) {
    const value = Number(bare);
    if (Number.isFinite(value)) return value;
  }
  return BOOLEANS.get(bare) ?? text;
}

export function readCsv({ bytes, whole }: Pick<Head, 'bytes' | 'whole'>, table: Table, tabs = false): Read {
  if (!whole && !bytes.includes(NEWLINE)) {
    throw unreadable(
      `It has no line end within its first ${bytes.length.toLocaleString('en')} bytes, so that it has no rows.`,
    );
  }
  const records = recordsOf(bytes, whole, tabs ? 0x09 : undefined);
  const first = records.next();
  if (first.done) return { notes: ['It has no rows.'] };
  const named = isHeader(first.value.fields);
  const width = first.value.fields.length;
  table.addColumns(
    first.value.fields.map((name, place) => (named && name.trim() !== '' ? name.trim() : `column ${place + 1}`)),
  );
  let [short, long] = [0, 0];
  const add = (record: readonly string[]) => {
    if (record.length < width) short += 1;
    if (record.length > width) long += 1;
    const fields = record.slice(0, Math.min(width, MOST_COLUMNS));
    const cells = fields.map(cellOf);
    table.add(
      cells,
      cells.map((cell, place) => asWritten(cell, fields[place]!)),
    );
  };
  if (!named) add(first.value.fields);
  let until: number | undefined;
  for (const { fields, end } of records) {
    if (!table.full) add(fields);
    else {
      until = end;
      break;
    }
  }
  const notes = [
    ...(named ? [] : ['It has no header: its columns are numbered.']),
    ...(short > 0 ? [`${rows(short)} fewer fields than the first: what they lack is missing.`] : []),
    ...(long > 0 ? [`${rows(long)} more fields than the first: what is beyond is left out.`] : []),
  ];
  return { notes, ...(until !== undefined && { until }) };
}

/** A number that is written in another way than JavaScript would, 007 or 1.50, is shown as it is written. */
const asWritten = (cell: PreviewCell, text: string): PreviewCell =>
  cell === null || String(cell) === text.trim() ? cell : text;

const rows = (count: number) => (count === 1 ? '1 row has' : `${count.toLocaleString('en')} rows have`);

/** A row of words; an index that pandas has written has no name. */
function isHeader(fields: readonly string[]): boolean {
  const named = fields.filter((field) => field.trim() !== '');
  return named.length * 2 > fields.length && named.every((field) => typeof cellOf(field) === 'string');
}

/** Records, each a list of its fields without their quotes; the last one is left out where the beginning of an object cuts it. */
function* recordsOf(
  bytes: Buffer,
  whole: boolean,
  given: number | undefined,
): Generator<{ fields: string[]; end: number }> {
  let starts = new Int32Array(1024);
  let delimiter = given;
  let row = 0;
  for (let from = 0; from < bytes.length; ) {
    row += 1;
    const end = recordEnd(bytes, from, row);
    if (end === undefined && !whole) return;
    const to = end ?? bytes.length;
    const last = to > from && bytes[to - 1] === RETURN ? to - 1 : to;
    // An empty line is no row.
    if (last > from) {
      delimiter ??= delimiterOf(bytes, from, last);
      let count = findFields(bytes, from, last, starts, delimiter);
      if (count >= starts.length) {
        starts = new Int32Array(count + 1);
        count = findFields(bytes, from, last, starts, delimiter);
      }
      yield {
        fields: Array.from({ length: count }, (_, field) => fieldOf(bytes, starts[field]!, starts[field + 1]! - 1)),
        end: to,
      };
    }
    from = to + 1;
  }
}

/** Where the line feed is that ends a record: one between quotes does not. Undefined where the bytes end first. */
function recordEnd(bytes: Buffer, from: number, row: number): number | undefined {
  let inQuotes = false;
  let at = from;
  for (; at < bytes.length; at += 1) {
    const code = bytes[at];
    if (code === QUOTE) inQuotes = !inQuotes;
    else if (code === NEWLINE && !inQuotes) return at;
    if (at - from > LONGEST_RECORD) {
      throw unreadable(
        inQuotes
          ? `Row ${row} has a quote that is not closed within 1 MB.`
          : `Row ${row} is longer than 1 MB, which no table shows.`,
      );
    }
  }
  return inQuotes ? unclosed(row) : undefined;
}

function unclosed(row: number): never {
  throw unreadable(`Row ${row} has a quote that is not closed.`);
}

/** The one that parts most fields; a comma where none does. */
function delimiterOf(bytes: Buffer, from: number, to: number): number {
  const none = new Int32Array(0);
  const counts = DELIMITERS.map((delimiter) => findFields(bytes, from, to, none, delimiter));
  return DELIMITERS[counts.indexOf(Math.max(...counts))]!;
}

function fieldOf(bytes: Buffer, from: number, to: number): string {
  const text = bytes.toString('utf8', from, to);
  if (bytes[from] !== QUOTE || to - from < 2 || bytes[to - 1] !== QUOTE) return text;
  return text.slice(1, -1).replaceAll('""', '"');
}
