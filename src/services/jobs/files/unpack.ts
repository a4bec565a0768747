/**
 * Unpacks a model's archive (tar.gz), which anybody may have made.
 *
 * U1. Every file comes to lie below the target: no name leads out of it, and no link is made that could.
 * U2. What comes out is counted while it comes out: an archive that unpacks to more than it may is given up there.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { safePath } from './paths.ts';
import type { Task } from './work.ts';

/** Entries of one archive: a bound, far beyond what models have. */
const MOST_ENTRIES = 200_000;

/** Rejects with what is wrong, in words that follow the archive's name. */
export async function unpack({ content, target, most }: Extract<Task, { kind: 'unpack' }>): Promise<void> {
  const source = 'path' in content ? createReadStream(content.path) : Readable.from([Buffer.from(content.bytes)]);
  const tar = extract();
  const read = pipeline(source, createGunzip(), tar);
  const written = writeEntries(tar, target, most);
  written.catch((error: Error) => tar.destroy(error));
  // What cannot be read any more is not waited for: entries that never come have no end.
  const ends = await Promise.allSettled([read, Promise.race([written, read.then(() => written)])]);
  const reasons = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as Error] : []));
  // Whichever of the two failed first closed the other.
  const first = reasons.find(({ message }) => !/premature close|destroyed/i.test(message)) ?? reasons[0];
  if (first) throw first;
}

async function writeEntries(entries: ReturnType<typeof extract>, target: string, most: number): Promise<void> {
  let room = most;
  let count = 0;
  for await (const entry of entries) {
    const { name, type, size, mode } = entry.header;
    count += 1;
    if (count > MOST_ENTRIES) throw new Error(`it has more than ${MOST_ENTRIES} entries`);
    room -= size ?? 0;
    if (room < 0) throw new Error(`it unpacks to more than the ${most} bytes of the job's volume`);
    const relative = name.replace(/^(\.\/+)+/, '').replace(/^\.$/, '');
    if (relative !== '' && (type === 'file' || type === 'contiguous-file')) {
      await writeEntry(entry, placeOf(target, name, relative), mode);
    } else {
      if (relative !== '' && type === 'directory') await mkdir(placeOf(target, name, relative), { recursive: true });
      else if (type === 'symlink' || type === 'link')
        throw new Error(`'${name}' in it is a link. Pack the file itself`);
      else if (type !== 'directory') throw new Error(`'${name}' in it is neither a file nor a folder (${type})`);
      entry.resume();
    }
  }
}

function placeOf(target: string, name: string, relative: string): string {
  const place = safePath(relative);
  if ('problem' in place) throw new Error(`'${name}' in it cannot become a file: ${place.problem}`);
  return join(target, place.path);
}

async function writeEntry(entry: AsyncIterable<unknown>, path: string, mode: number | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const executable = ((mode ?? 0) & 0o100) !== 0;
  await pipeline(entry, createWriteStream(path, { mode: executable ? 0o755 : 0o644 }));
}
