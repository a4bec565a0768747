/** The beginning of a CSV file: where its first line is, and what that is made of. */
import type { FileHandle } from 'node:fs/promises';
import { countFields } from '../csv/fields.ts';
import { badInput } from '../errors.ts';

const CHUNK = 64 * 1024;
const LONGEST = 16 * 2 ** 20;

export type Head = {
  size: number;
  /** Where the first line that is not blank begins, and how many stand before it. */
  first: number;
  skipped: number;
  /** Fields of the first row. */
  width: number;
};

/** @throws ScoringError, also where no line is left to score: what a container answers then depends on how files are split */
export async function readHead(file: FileHandle): Promise<Head> {
  const { size } = await file.stat();
  for (let length = CHUNK; ; length *= 4) {
    const wanted = Math.min(length, size);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(wanted), 0, wanted, 0);
    const text = buffer.toString('latin1', 0, bytesRead);
    const first = text.search(/[^\r\n]/);
    const end = first < 0 ? -1 : text.indexOf('\n', first);
    if (bytesRead >= size || end >= 0) {
      if (first < 0) throw badInput('has no row to score.');
      const begin = text.lastIndexOf('\n', first) + 1;
      return {
        size,
        first: begin,
        skipped: text.slice(0, begin).split('\n').length - 1,
        width: countFields(buffer, begin, end < 0 ? bytesRead : end),
      };
    }
    if (length >= LONGEST) throw badInput(`has a first line of more than ${LONGEST / 2 ** 20} MB.`);
  }
}
