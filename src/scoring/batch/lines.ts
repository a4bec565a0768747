/** Predictions as lines of text, behind their input where that was asked for. */
import { findFields } from '../csv/fields.ts';
import { jsonFloat, LONGEST_NUMBER, writePrediction, writeText } from '../csv/format.ts';
import type { RowReader } from '../csv/rows.ts';
import type { BlockTask } from './tasks.ts';

export type LineWriter = {
  /** Writes the lines of rows that `reader` read last; `bytes` are what it read them from. */
  write(outputs: Float32Array, rows: number, bytes: Uint8Array): void;
  /** All that was written. */
  finish(): Uint8Array<ArrayBuffer>;
};

const NEWLINE = 0x0a;
const COMMA = 0x2c;
const CLOSING = 0x5d;

export function createLineWriter(
  { style, layout: { width }, spare }: Pick<BlockTask, 'style' | 'layout' | 'spare'>,
  reader: RowReader,
  outputs: number,
): LineWriter {
  let buffer = new Uint8Array(spare);
  let length = 0;
  const starts = new Int32Array(width + 2);
  const isJson = style.accept !== 'text/csv';

  function reserve(size: number): void {
    if (buffer.length >= length + size) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + size));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  function appendText(text: string): void {
    reserve(text.length);
    length = writeText(text, buffer, length);
  }

  /** One number, or Python's list of them. */
  function appendPrediction(found: Float32Array, row: number): void {
    reserve(outputs * (LONGEST_NUMBER + 2) + 2);
    if (outputs === 1) {
      appendNumber(found[row]!);
      return;
    }
    for (let output = 0; output < outputs; output += 1) {
      length = writeText(output === 0 ? '[' : ', ', buffer, length);
      appendNumber(found[row * outputs + output]!);
    }
    buffer[length] = CLOSING;
    length += 1;
  }

  /** Within what is reserved. */
  function appendNumber(value: number): void {
    if (isJson && !Number.isFinite(value)) length = writeText(jsonFloat(value), buffer, length);
    else length = writePrediction(value, buffer, length);
  }

  /** One by one: a view of a few bytes costs more than they do. */
  function appendBytes(bytes: Uint8Array, from: number, to: number): void {
    reserve(to - from);
    for (let at = from; at < to; at += 1) buffer[length++] = bytes[at]!;
  }

  function appendByte(byte: number): void {
    reserve(1);
    buffer[length] = byte;
    length += 1;
  }

  function plain(found: Float32Array, row: number): void {
    if (!isJson) appendPrediction(found, row);
    else {
      appendText('{"score": ');
      appendPrediction(found, row);
      appendText('}');
    }
    appendByte(NEWLINE);
  }

  function joined(found: Float32Array, row: number, bytes: Uint8Array): void {
    if (style.kept) appendKept(style.kept, found, row, bytes);
    else {
      appendBytes(bytes, reader.starts[row]!, reader.ends[row]!);
      appendByte(COMMA);
      appendPrediction(found, row);
    }
    appendByte(NEWLINE);
  }

  /** The prediction is the field behind the last of the input. */
  function appendKept(kept: readonly number[], found: Float32Array, row: number, bytes: Uint8Array): void {
    findFields(bytes, reader.starts[row]!, reader.ends[row]!, starts);
    for (let position = 0; position < kept.length; position += 1) {
      const field = kept[position]!;
      if (position > 0) appendByte(COMMA);
      if (field < width) appendBytes(bytes, starts[field]!, starts[field + 1]! - 1);
      else appendPrediction(found, row);
    }
  }

  return {
    write(found, rows, bytes) {
      for (let row = 0; row < rows; row += 1) {
        if (style.joined) joined(found, row, bytes);
        else plain(found, row);
      }
    },
    finish: () => buffer.subarray(0, length),
  };
}
