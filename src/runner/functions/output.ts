/**
 * What a worker printed: the file that its process writes to, read as it grows.
 *
 * O1. Read in pieces, so that much of it holds up nobody. While nothing runs, a long file is emptied: a worker that lives long
 *     keeps no long file.
 */
import { closeSync, fstatSync, ftruncateSync, openSync, readSync } from 'node:fs';

export type Output = {
  /** The next bytes, at most `most`; empty where there are none now. */
  read(most: number): Buffer;
  /** How many bytes there are that were not read yet. */
  left(): number;
  /** Nothing runs that could print. */
  rest(): void;
  close(): void;
};

/** A file that is longer is emptied, in bytes. */
const LONG = 1024 * 1024;

export function openOutput(path: string): Output {
  // Held open: its folder is renamed, and the process may do with it what it likes.
  const file = openSync(path, 'r+');
  let at = 0;
  let closed = false;
  const left = () => (closed ? 0 : Math.max(0, fstatSync(file).size - at));
  return {
    left,
    read(most) {
      if (closed) return Buffer.alloc(0);
      const buffer = Buffer.allocUnsafe(most);
      const length = readSync(file, buffer, 0, most, at);
      at += length;
      return buffer.subarray(0, length);
    },
    rest() {
      if (at < LONG || left() > 0) return;
      ftruncateSync(file, 0);
      at = 0;
    },
    close() {
      if (!closed) closeSync(file);
      closed = true;
    },
  };
}
