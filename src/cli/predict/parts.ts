/**
 * A CSV file cut into what a model is asked about, and put together again with its answers. Bytes are never re-written: a row
 * of the result is the row of the file and what the model said of it.
 *
 * F1. A row that spans lines (a quoted line break) stays one row; empty lines are none.
 * F2. Rows and answers are of the same number, or nothing is joined.
 * F3. Every row has as many fields as the header, or the first row: a model that is asked about half a row answers all the same.
 */
import { failure } from '../errors.ts';
import { lineStarts } from '../project/csv.ts';

export type Rows = {
  /** Without its line break; undefined where the file has none. */
  header: Buffer | undefined;
  /** Each without its line break. */
  rows: Buffer[];
};

const QUOTE = 0x22;
const COMMA = 0x2c;
const NEWLINE = 0x0a;
const RETURN = 0x0d;
const BREAK = Buffer.from('\n');
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** @param file for messages @throws NoRows, OddRow */
export function rowsOf(content: Buffer, hasHeader: boolean, file: string): Rows {
  const text = content.subarray(0, 3).equals(BYTE_ORDER_MARK) ? content.subarray(3) : content;
  const starts = lineStarts(text);
  const lines = starts
    .slice(0, -1)
    .map((start, index) => withoutBreak(text.subarray(start, starts[index + 1])))
    .filter((line) => line.length > 0);
  const header = hasHeader ? lines.shift() : undefined;
  if (lines.length > 0) {
    requireSameFields(header, lines, file);
    return { header, rows: lines };
  }
  throw failure(
    'NoRows',
    `${file} has no row${hasHeader ? ' below its header line' : ''}. Give a CSV file with at least one${hasHeader ? ', or say --no-header where its first line is a row' : ''}.`,
  );
}

/** F3. */
function requireSameFields(header: Buffer | undefined, rows: readonly Buffer[], file: string): void {
  const wanted = fieldCount(header ?? rows[0]!);
  const refuse = (index: number, why: string) => {
    throw failure('OddRow', `Row ${index + 1} of ${file} ${why}`);
  };
  rows.forEach((row, index) => {
    const found = fieldCount(row);
    if (found === undefined) refuse(index, 'opens a quote that is never closed. Close it, or take it away.');
    if (found !== wanted)
      refuse(
        index,
        `has ${found} ${found === 1 ? 'field' : 'fields'}, and the ${header ? 'header line' : 'first row'} ${wanted}. Correct it; a field that holds a comma is in quotes.`,
      );
  });
}

/** Of a row; undefined where a quote stays open. Quotes count wherever they are, as in `lineStarts`. */
function fieldCount(row: Buffer): number | undefined {
  let fields = 1;
  let quoted = false;
  for (let at = 0; at < row.length; at += 1) {
    if (row[at] === QUOTE) quoted = !quoted;
    else if (row[at] === COMMA && !quoted) fields += 1;
  }
  return quoted ? undefined : fields;
}

function withoutBreak(line: Buffer): Buffer {
  let end = line.length;
  if (line[end - 1] === NEWLINE) end -= 1;
  if (line[end - 1] === RETURN) end -= 1;
  return line.subarray(0, end);
}

/**
 * Files of whole rows, each at most `limit` bytes large (a row that is larger is one by itself).
 *
 * @param header goes before each part's rows
 */
export function partsOf(rows: readonly Buffer[], header: Buffer | undefined, limit: number): Buffer[] {
  const parts: Buffer[] = [];
  let part: Buffer[] = [];
  let size = 0;
  const head = header ? [header, BREAK] : [];
  const close = () => {
    if (part.length > 0) parts.push(Buffer.concat([...head, ...part]));
    part = [];
    size = header ? header.length + 1 : 0;
  };
  close();
  for (const row of rows) {
    if (size + row.length + 1 > limit) close();
    part.push(row, BREAK);
    size += row.length + 1;
  }
  close();
  return parts;
}

/** A model's answers, one a line; empty lines are none. */
export function answersOf(outputs: readonly string[]): string[] {
  return outputs.flatMap((text) => text.split(/\r?\n/)).filter((line) => line !== '');
}

/** @param file for messages @throws AnswersMissing when the model did not answer a row each */
export function joined({ header, rows }: Rows, answers: readonly string[], file: string): Buffer {
  if (answers.length !== rows.length) {
    throw failure(
      'AnswersMissing',
      `The model gave ${answers.length} answers to the ${rows.length} rows of ${file}, so they cannot be told apart, and nothing was written. A model that is asked about rows answers one line for each.`,
    );
  }
  const pieces: Buffer[] = header ? [header, Buffer.from(`,${predictionColumns(answers[0]!).join(',')}\n`)] : [];
  rows.forEach((row, index) => {
    pieces.push(row, Buffer.from(`,${answers[index]}\n`));
  });
  return Buffer.concat(pieces);
}

/** @example predictionColumns('0.9,0.1') // ['prediction_1', 'prediction_2'] */
export function predictionColumns(answer: string): string[] {
  const count = answer.split(',').length;
  return count === 1 ? ['prediction'] : Array.from({ length: count }, (_, index) => `prediction_${index + 1}`);
}
