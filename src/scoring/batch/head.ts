/** The beginning of a CSV file: where its first line is, and what that is made of. */
import type { FileHandle } from 'node:fs/promises';
import { describeLine } from '../csv/rows.ts';
import { badInput } from '../errors.ts';

const CHUNK = 64 * 1024;
const LONGEST = 16 * 2 ** 20;

export type Head = {
  size: number;
  /** Where the first line that is not blank begins, and how many stand before it. */
  first: number;
  skipped: number;
  delimiter: number;
  width: number;
};

/** undefined where there is no line that is not blank. @throws ScoringError */
export async function readHead(file: FileHandle): Promise<Head | undefined> {
  const { size } = await file.stat();
  for (let length = CHUNK; ; length *= 4) {
    const wanted = Math.min(length, size);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, 0);
    const text = buffer.toString('latin1', 0, bytesRead);
    const first = text.search(/\S/);
    const end = first < 0 ? -1 : text.indexOf('\n', first);
    if (bytesRead >= size || end >= 0) {
      if (first < 0) return undefined;
      const begin = text.lastIndexOf('\n', first) + 1;
      const line = text.slice(begin, end < 0 ? undefined : end).trimEnd();
      return { size, first: begin, skipped: text.slice(0, begin).split('\n').length - 1, ...describeLine(line) };
    }
    if (length >= LONGEST) throw badInput(`has a first line of more than ${LONGEST / 2 ** 20} MB.`);
  }
}
