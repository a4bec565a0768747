/** Predictions as lines of text, behind their input where that was asked for. */
import { pythonRow } from '../csv/format.ts';
import type { RowReader } from '../csv/rows.ts';
import type { LineStyle } from './tasks.ts';

export type LineWriter = {
  /** Writes the lines of rows that `reader` read last; `bytes` are what it read them from. */
  write(outputs: Float32Array, rows: number, bytes: Uint8Array): void;
  /** All that was written. */
  finish(): Uint8Array<ArrayBuffer>;
};

const NEWLINE = 0x0a;
const COMMA = 0x2c;

/** @param spare what may be overwritten, so that memory is used again */
export function createLineWriter(style: LineStyle, reader: RowReader, outputs: number, spare: ArrayBuffer): LineWriter {
  let buffer = new Uint8Array(spare);
  let length = 0;

  function reserve(size: number): void {
    if (buffer.length >= length + size) return;
    const larger = new Uint8Array(Math.max(buffer.length * 2, length + size));
    larger.set(buffer.subarray(0, length));
    buffer = larger;
  }

  /** ASCII. Letter by letter: gathering texts for one call keeps them alive until they are old, and memory grows. */
  function appendText(text: string): void {
    reserve(text.length + 1);
    for (let index = 0; index < text.length; index += 1) buffer[length + index] = text.charCodeAt(index);
    length += text.length;
  }

  function appendBytes(bytes: Uint8Array): void {
    reserve(bytes.length + 1);
    buffer.set(bytes, length);
    length += bytes.length;
  }

  function appendByte(byte: number): void {
    reserve(1);
    buffer[length] = byte;
    length += 1;
  }

  function plain(found: Float32Array, row: number): void {
    const prediction = pythonRow(found, row * outputs, outputs);
    appendText(style.accept === 'text/csv' ? prediction : `{"score": ${prediction}}`);
    appendByte(NEWLINE);
  }

  function joined(found: Float32Array, row: number, bytes: Uint8Array): void {
    const prediction = pythonRow(found, row * outputs, outputs);
    const input = bytes.subarray(reader.starts[row], reader.ends[row]);
    if (style.kept) appendKept(style.kept, fieldsOf(input), prediction);
    else {
      appendBytes(input);
      appendByte(COMMA);
      appendText(prediction);
    }
    appendByte(NEWLINE);
  }

  /** The prediction is the field behind the last of the input. */
  function appendKept(kept: readonly number[], fields: readonly Uint8Array[], prediction: string): void {
    for (const [position, field] of kept.entries()) {
      if (position > 0) appendByte(COMMA);
      if (field < fields.length) appendBytes(fields[field]!);
      else appendText(prediction);
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

function fieldsOf(line: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  let from = 0;
  for (let comma = line.indexOf(COMMA); comma >= 0; comma = line.indexOf(COMMA, from)) {
    fields.push(line.subarray(from, comma));
    from = comma + 1;
  }
  return [...fields, line.subarray(from)];
}
