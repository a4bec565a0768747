/** Predictions as lines of text, behind their input where that was asked for. */
import { pythonRow } from '../csv/format.ts';
import type { RowReader } from '../csv/rows.ts';
import type { LineStyle } from './tasks.ts';

export type LineWriter = {
  /** Writes the lines of rows that `reader` read last; `bytes` are what it read them from. */
  write(outputs: Float32Array, rows: number, bytes: Uint8Array): void;
  /** All that was written. */
  finish(): Uint8Array;
};

export function createLineWriter(style: LineStyle, reader: RowReader, outputs: number): LineWriter {
  let buffer = Buffer.alloc(0);
  let length = 0;

  function append(text: Buffer | string, size: number): void {
    if (buffer.length < length + size) {
      const larger = Buffer.alloc(Math.max(buffer.length * 2, length + size));
      buffer.copy(larger, 0, 0, length);
      buffer = larger;
    }
    length += typeof text === 'string' ? buffer.write(text, length, 'latin1') : text.copy(buffer, length);
  }

  const prediction = (found: Float32Array, row: number) => pythonRow(found, row * outputs, outputs);

  function plain(found: Float32Array, rows: number): void {
    const [before, after] = style.accept === 'text/csv' ? ['', '\n'] : ['{"score": ', '}\n'];
    let text = '';
    for (let row = 0; row < rows; row += 1) text += before + prediction(found, row) + after;
    append(text, text.length);
  }

  function joined(found: Float32Array, rows: number, bytes: Uint8Array): void {
    for (let row = 0; row < rows; row += 1) {
      const input = Buffer.from(
        bytes.buffer,
        bytes.byteOffset + reader.starts[row]!,
        reader.ends[row]! - reader.starts[row]!,
      );
      const end = `${prediction(found, row)}\n`;
      if (style.kept) {
        const fields = [...input.toString('latin1').split(','), prediction(found, row)];
        const text = `${style.kept.map((field) => fields[field]).join(',')}\n`;
        append(text, text.length);
      } else {
        append(input, input.length);
        append(`,${end}`, end.length + 1);
      }
    }
  }

  return {
    write: (found, rows, bytes) => (style.joined ? joined(found, rows, bytes) : plain(found, rows)),
    finish: () => new Uint8Array(buffer.buffer, buffer.byteOffset, length),
  };
}
