/**
 * Gathers rows into a preview: the first of them as they are, all of them in the summaries of their columns.
 *
 * T1. An answer is bounded, however wide or long rows are: columns, cells and letters each have their limit, and the preview says so.
 */
import type { ObjectPreview, PreviewCell } from '../api.ts';
import { type Column, createColumn } from './column.ts';

/** So many columns are shown and summed up. */
export const MOST_COLUMNS = 300;
/** So many rows are summed up: more would tell little more, and take seconds. */
const MOST_ROWS = 250_000;
/** Letters of one cell, and of all rows together. */
const LONGEST_CELL = 300;
const MOST_LETTERS = 250_000;

/** What a reader has made of the beginning of an object; `until`: the bytes that it has read, where it stopped before their end. */
export type Read = { notes: string[]; until?: number };

export type Table = {
  /** The place of a column; one of a name that is not there yet is added. Undefined beyond MOST_COLUMNS. */
  column(name: string): number | undefined;
  /** Adds columns by their places, where names may recur. */
  addColumns(names: readonly string[]): void;
  /** It takes no more rows. */
  readonly full: boolean;
  /** Cells by the places of their columns. @param shown how they are written, where that is another matter */
  add(row: readonly PreviewCell[], shown?: readonly PreviewCell[]): void;
  result(): Pick<ObjectPreview, 'ColumnCount' | 'Columns' | 'Rows' | 'SampledRows'>;
};

/** @param mostRows that are given as they are */
export function createTable(mostRows: number, { untyped = false } = {}): Table {
  const columns: { name: string; column: Column }[] = [];
  const places = new Map<string, number>();
  const others = new Set<string>();
  let unnamed = 0;
  const rows: PreviewCell[][] = [];
  let count = 0;
  let letters = 0;

  function append(name: string): number {
    columns.push({ name, column: createColumn(untyped) });
    return columns.length - 1;
  }

  function keep(row: readonly PreviewCell[]): void {
    if (rows.length >= mostRows || letters >= MOST_LETTERS) return;
    const cells = row.map(shortened);
    for (const cell of cells) letters += typeof cell === 'string' ? cell.length + 4 : 8;
    if (letters < MOST_LETTERS) rows.push(cells);
  }

  return {
    column(name) {
      const known = places.get(name);
      if (known !== undefined) return known;
      if (columns.length >= MOST_COLUMNS) {
        others.add(name);
        return undefined;
      }
      const place = append(name);
      places.set(name, place);
      return place;
    },
    addColumns(names) {
      for (const name of names.slice(0, MOST_COLUMNS)) append(name);
      unnamed = Math.max(0, names.length - MOST_COLUMNS);
    },
    get full() {
      return count >= MOST_ROWS;
    },
    add(row, shown = row) {
      count += 1;
      for (let place = 0; place < Math.min(row.length, columns.length); place += 1) {
        columns[place]!.column.add(row[place] ?? null);
      }
      keep(shown);
    },
    result: () => ({
      ColumnCount: columns.length + others.size + unnamed,
      Columns: columns.map(({ name, column }) => column.summary(name.slice(0, LONGEST_CELL), count)),
      // Columns that came later are missing in the rows before.
      Rows: rows.map((row) => columns.map((_, place) => row[place] ?? null)),
      SampledRows: count,
    }),
  };
}

const shortened = (cell: PreviewCell | undefined): PreviewCell =>
  typeof cell === 'string' && cell.length > LONGEST_CELL ? `${cell.slice(0, LONGEST_CELL)}…` : (cell ?? null);
