/** Predictions as lines of text, behind their input where that was asked for. */
import { LONGEST_NUMBER, writePrediction, writeText } from '../csv/format.ts';
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
const CLOSING = 0x5d;

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

  function appendText(text: string): void {
    reserve(text.length);
    length = writeText(text, buffer, length);
  }

  /** One number, or Python's list of them. */
  function appendPrediction(found: Float32Array, row: number): void {
    reserve(outputs * (LONGEST_NUMBER + 2) + 2);
    if (outputs === 1) {
      length = writePrediction(found[row]!, buffer, length);
      return;
    }
    for (let output = 0; output < outputs; output += 1) {
      length = writeText(output === 0 ? '[' : ', ', buffer, length);
      length = writePrediction(found[row * outputs + output]!, buffer, length);
    }
    buffer[length] = CLOSING;
    length += 1;
  }

  function appendBytes(bytes: Uint8Array): void {
    reserve(bytes.length);
    buffer.set(bytes, length);
    length += bytes.length;
  }

  function appendByte(byte: number): void {
    reserve(1);
    buffer[length] = byte;
    length += 1;
  }

  function plain(found: Float32Array, row: number): void {
    if (style.accept === 'text/csv') appendPrediction(found, row);
    else {
      appendText('{"score": ');
      appendPrediction(found, row);
      appendText('}');
    }
    appendByte(NEWLINE);
  }

  function joined(found: Float32Array, row: number, bytes: Uint8Array): void {
    const input = bytes.subarray(reader.starts[row], reader.ends[row]);
    if (style.kept) appendKept(style.kept, fieldsOf(input), found, row);
    else {
      appendBytes(input);
      appendByte(COMMA);
      appendPrediction(found, row);
    }
    appendByte(NEWLINE);
  }

  /** The prediction is the field behind the last of the input. */
  function appendKept(kept: readonly number[], fields: readonly Uint8Array[], found: Float32Array, row: number): void {
    for (const [position, field] of kept.entries()) {
      if (position > 0) appendByte(COMMA);
      if (field < fields.length) appendBytes(fields[field]!);
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

function fieldsOf(line: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  let from = 0;
  for (let comma = line.indexOf(COMMA); comma >= 0; comma = line.indexOf(COMMA, from)) {
    fields.push(line.subarray(from, comma));
    from = comma + 1;
  }
  return [...fields, line.subarray(from)];
}
