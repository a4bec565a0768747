/**
 * A block of a file: the lines that begin in a range of it, so that a file can be shared out without being read.
 *
 * B1. Every line belongs to one block, however blocks are cut.
 * B2. A line is not longer than a payload may be; beyond that the block is refused, not gathered.
 */
import { readSync } from 'node:fs';
import { badInput } from '../errors.ts';

/** As much as AWS sends to a container at a time at most. */
const LONGEST_LINE = 100 * 2 ** 20;
const SLACK = 4096;
const NEWLINE = 0x0a;

export type Block = { bytes: Uint8Array; from: number; to: number };
type Range = { from: number; to: number; first: number; size: number };

/** Reads blocks into one buffer, which the next call overwrites. Each ends with a line feed, added where the file has none. */
export function createBlockReader(): (file: number, range: Range) => Block {
  let buffer = Buffer.allocUnsafe(0);

  return (file, { from, to, first, size }) => {
    // The byte before tells whether a line begins at `from`.
    const start = Math.max(first, from - 1);
    let filled = 0;
    const fill = (end: number) => {
      const length = Math.min(end, size) - start;
      if (buffer.length < length + 1) {
        const larger = Buffer.allocUnsafe(length + 1 + SLACK);
        buffer.copy(larger, 0, 0, filled);
        buffer = larger;
      }
      while (filled < length) {
        const read = readSync(file, buffer, filled, length - filled, start + filled);
        if (read === 0) throw badInput('The file became shorter while it was read.');
        filled += read;
      }
    };

    fill(to + SLACK);
    const begin = from <= first ? 0 : buffer.subarray(0, Math.min(filled, to - start)).indexOf(NEWLINE) + 1;
    if (begin === 0 && from > first) return { bytes: buffer, from: 0, to: 0 };
    if (start + begin >= to) return { bytes: buffer, from: 0, to: 0 };
    for (let searched = to - 1 - start; ; ) {
      const end = buffer.subarray(searched, filled).indexOf(NEWLINE);
      if (end >= 0) return { bytes: buffer, from: begin, to: searched + end + 1 };
      if (start + filled >= size) {
        buffer[filled] = NEWLINE;
        return { bytes: buffer, from: begin, to: filled + 1 };
      }
      searched = filled;
      if (filled > to - start + LONGEST_LINE) throw badInput(`is longer than ${LONGEST_LINE / 2 ** 20} MB.`);
      fill(start + filled * 2);
    }
  };
}
