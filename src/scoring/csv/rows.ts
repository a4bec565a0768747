/**
 * Rows of CSV, from bytes into columns of float32. No header, as SageMaker has none: a first row of words is an error.
 *
 * C1. Every row is as wide as the first; what is not, and what is no number, is an error that names its line.
 * C2. Lines end with LF or CRLF. Blank lines, without a space even, may stand at a file's end only.
 * C3. What is in fields that are passed over does not matter: words, and commas between quotes.
 */
import { badInput, ScoringError } from '../errors.ts';
import { countFields, passedOver, RETURN_INSIDE } from './fields.ts';
import { COMMA, cursor, NEWLINE, numberAt, RETURN, SPACE } from './number.ts';

/** What is wrong with a blank line that others follow. */
export const BLANK_INSIDE = 'is blank. Blank lines may stand at the end of a file only.';

/** A container would guess a delimiter from blanks, or strip them away with their line; an empty line it may pass over. */
const BLANK_AROUND = 'has blanks beside its only value, which a container may take for a delimiter: leave them out.';
const BLANK_ALONE = 'has nothing for its only value, which a container may pass over: write nan.';

export type Layout = {
  /** Fields of a row. */
  width: number;
  /** Of each field the column that it fills, or -1 where it is passed over. */
  targets: Int32Array;
  /** A row has one value, all others are passed over. */
  single: boolean;
  /** Bytes of a line. */
  longest: number;
};

export type RowReader = {
  /** Of each row that was read where its line begins, and where it ends without its line break. */
  starts: Int32Array;
  ends: Int32Array;
  /** Where to go on. */
  next: number;
  /** Lines that were read so far, blank ones included. */
  lines: number;
  /** How many of them were blank, at the end. */
  blanks: number;
  /**
   * Reads rows until there is no more, or no more room. The byte before `to` must be a line feed.
   *
   * @returns how many; 0 when all is read
   * @throws ScoringError; `lines` then counts those before the bad one
   */
  read(bytes: Uint8Array, from: number, to: number): number;
};

/**
 * Only commas part columns: what else a container takes for a delimiter, it guesses.
 *
 * @param width fields of the first row
 * @param chosen the fields that are features, in order
 * @throws ScoringError
 */
export function layoutOf(width: number, chosen: readonly number[], features: number, longest: number): Layout {
  if (chosen.length > features)
    throw badInput(`A row has ${chosen.length} values, but the model has ${features} features.`);
  if (chosen.length === 0) throw badInput('No column is left to score.');
  const targets = new Int32Array(width).fill(-1);
  for (const [target, field] of chosen.entries()) {
    if (targets[field] !== -1) throw badInput(`The filter selects column ${field} more than once.`);
    targets[field] = target;
  }
  return { width, targets, single: chosen.length === 1, longest };
}

export function createRowReader(layout: Layout, columns: Float32Array, stride: number): RowReader {
  const { width, targets, single, longest } = layout;
  const reader: RowReader = {
    starts: new Int32Array(stride),
    ends: new Int32Array(stride),
    next: 0,
    lines: 0,
    blanks: 0,
    read(bytes, from, to) {
      let at = from;
      let row = 0;
      while (row < stride && at < to) {
        const blank = bytes[at]! <= SPACE ? blankEnd(bytes, at) : -1;
        if (blank >= 0) {
          reader.blanks += 1;
          at = blank;
        } else {
          if (reader.blanks > 0) {
            reader.lines -= reader.blanks;
            throw badInput(BLANK_INSIDE);
          }
          reader.starts[row] = at;
          at = readRow(bytes, at, row);
          reader.ends[row] = at;
          at += bytes[at] === RETURN ? 2 : 1;
          row += 1;
        }
        reader.lines += 1;
      }
      reader.next = at;
      return row;
    },
  };

  /** @returns where the line ends */
  function readRow(bytes: Uint8Array, start: number, row: number): number {
    let at = start;
    for (let field = 0; ; field += 1) {
      if (field >= width) throw wrongWidth(bytes, start);
      const target = targets[field]!;
      if (target < 0) at = passedOver(bytes, at);
      else {
        const begin = at;
        try {
          columns[target * stride + row] = numberAt(bytes, at);
        } catch (error) {
          throw inColumn(error, field);
        }
        at = cursor.at;
        if (single) checkAlone(bytes, begin, at);
      }
      const code = bytes[at]!;
      if (code === COMMA) at += 1;
      else if (code === NEWLINE || (code === RETURN && bytes[at + 1] === NEWLINE)) {
        if (field + 1 !== width) throw wrongWidth(bytes, start);
        if (at - start > longest) throw badInput(`is longer than ${longest} bytes.`);
        return at;
      } else throw badInput(RETURN_INSIDE);
    }
  }

  function checkAlone(bytes: Uint8Array, from: number, to: number): void {
    if (from === to) throw badInput(BLANK_ALONE);
    if (bytes[from]! <= SPACE || bytes[to - 1]! <= SPACE) throw badInput(BLANK_AROUND);
  }

  function wrongWidth(bytes: Uint8Array, start: number): ScoringError {
    const count = countFields(bytes, start, bytes.indexOf(NEWLINE, start));
    return badInput(`has ${count} columns, but the first line has ${width}.`);
  }

  return reader;
}

/** Where the next line begins if this one is blank, else -1. */
function blankEnd(bytes: Uint8Array, start: number): number {
  if (bytes[start] === NEWLINE) return start + 1;
  return bytes[start] === RETURN && bytes[start + 1] === NEWLINE ? start + 2 : -1;
}

function inColumn(error: unknown, field: number): unknown {
  return error instanceof ScoringError ? badInput(`, column ${field + 1}: ${error.message}`) : error;
}
