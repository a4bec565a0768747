/**
 * CSV as Step Functions reads it: a record to a line, every field a text.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itemreader.html
 *
 * C1. However the text is cut, the records are the same.
 * C2. Fields between quotes may hold delimiters and line ends; a quote inside is written twice, or after a backslash.
 * C3. A backslash before a backslash, a quote or the delimiter stands for that character alone; before any other it is dropped.
 * C4. A record is bounded, whether its quotes are closed or not.
 */
import { itemTooLarge, MAX_ITEM_BYTES, readerFailed } from './item.ts';

export type CsvParser = {
  /** The records that end in this text. */
  readonly push: (text: string) => string[][];
  /** The last record, where no line feed follows it. */
  readonly end: () => string[][];
};

const NOTHING = 0;
const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const BACKSLASH = 92;

/** Where in a field the parser is: before it, in a bare one, between quotes, behind what closed them. */
const BEFORE = 0;
const BARE = 1;
const QUOTED = 2;
const CLOSED = 3;

export function createCsvParser(delimiter: string): CsvParser {
  const DELIMITER = delimiter.charCodeAt(0);
  const special = new Uint8Array(128);
  for (const code of [NEWLINE, RETURN, QUOTE, BACKSLASH, DELIMITER]) special[code] = 1;

  let records: string[][] = [];
  let record: string[] = [];
  let field = '';
  /** Characters of the record so far. */
  let taken = 0;
  let place = BEFORE;
  /** Whether the field has nothing but space so far. */
  let blank = true;
  /** A backslash or a carriage return, of which the next character decides what it is. */
  let held = NOTHING;

  function count(characters: number): void {
    taken += characters;
    if (taken > MAX_ITEM_BYTES) throw itemTooLarge('A row of the CSV file');
  }

  function take(text: string): void {
    field += text;
    blank &&= text.trim() === '';
    count(text.length);
  }

  function endField(): void {
    record.push(field);
    field = '';
    blank = true;
    // An empty one takes memory as well.
    count(1);
    place = BEFORE;
  }

  function endRecord(): void {
    endField();
    records.push(record);
    record = [];
    taken = 0;
  }

  /** @returns whether the quote is text */
  function quote(): boolean {
    if (place === QUOTED) {
      place = CLOSED;
      return false;
    }
    if (place === CLOSED) {
      // The second of two: it is text, and the quotes are open still.
      place = QUOTED;
      return true;
    }
    // Quotes are opened where nothing but space stands before them.
    if (place === BARE && !blank) return true;
    field = '';
    place = QUOTED;
    return false;
  }

  /** What was held, now that the next character is known. @returns whether this one stands for itself */
  function release(code: number): boolean {
    const escaped = held === BACKSLASH && (code === BACKSLASH || code === QUOTE || code === DELIMITER);
    if (held === RETURN && code !== NEWLINE) take('\r');
    held = NOTHING;
    return escaped;
  }

  function push(text: string): string[][] {
    records = [];
    let from = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (held !== NOTHING && release(code)) continue;
      if (code >= 128 || special[code] === 0) {
        if (place !== QUOTED) place = BARE;
        continue;
      }
      if (place === QUOTED && code !== QUOTE && code !== BACKSLASH) continue;
      if (at > from) take(text.slice(from, at));
      from = at + 1;
      if (code === DELIMITER) endField();
      else if (code === NEWLINE) endRecord();
      else if (code === QUOTE) {
        if (quote()) from = at;
      } else {
        held = code;
        if (code === BACKSLASH && place !== QUOTED) place = BARE;
      }
    }
    if (from < text.length) take(text.slice(from));
    return records;
  }

  function end(): string[][] {
    records = [];
    if (place === QUOTED) throw readerFailed('A quote in the CSV file is not closed.');
    if (place !== BEFORE || record.length > 0) endRecord();
    return records;
  }

  return { push, end };
}
