/**
 * Unpacks a model's archive (tar.gz), which anybody may have made.
 *
 * U1. Every file comes to lie below the target: no name leads out of it, and no link is made that could.
 * U2. What comes out is counted while it comes out: an archive that unpacks to more than it may is given up there.
 * U3. Nothing is written any more once it is settled how it went: every file is closed by then.
 */
import { createReadStream } from 'node:fs';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type ExtractEvents, extract, type Header } from 'tar-stream';
import { safePath } from './paths.ts';
import type { Task } from './work.ts';

/** Entries of one archive: a bound, far beyond what models have. */
const MOST_ENTRIES = 200_000;
/** Of what comes out at a time, in bytes. */
const CHUNK = 64 * 1024;

/** Rejects with what is wrong, in words that follow the archive's name. */
export async function unpack({ content, target, most }: Extract<Task, { kind: 'unpack' }>): Promise<void> {
  const source = 'path' in content ? createReadStream(content.path) : Readable.from([Buffer.from(content.bytes)]);
  const tar = extract();
  const take = taking(target, most);
  let refusal: Error | undefined;
  let taken: Promise<void> = Promise.resolve();
  // By its event: who iterates over an archive that broke off before it was asked for the next entry waits forever.
  tar.on('entry', (header, entry, next) => {
    entry.on('error', () => {}); // whoever reads it hears of it
    taken = take(header, entry).then(
      () => next(),
      (error: Error) => {
        refusal = error;
        tar.destroy(error);
      },
    );
  });
  const failure = await pipeline(source, createGunzip({ chunkSize: CHUNK }), tar).catch((error: Error) => error);
  // An entry under way ends with its archive (U3).
  await taken;
  const closed = failure instanceof Error && 'code' in failure && failure.code === 'ERR_STREAM_PREMATURE_CLOSE';
  // Where reading failed first, the entry was given up for that; where it was only closed, the entry closed it.
  const reason = failure instanceof Error && !closed ? failure : (refusal ?? failure);
  if (reason) throw reason;
}

/** Takes an archive's entries, one after the other. */
function taking(target: string, most: number): (header: Header, entry: ExtractEvents['entry'][1]) => Promise<void> {
  let room = most;
  let count = 0;
  return async ({ name, type, size, mode }, entry) => {
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
  };
}

function placeOf(target: string, name: string, relative: string): string {
  const place = safePath(relative);
  if ('problem' in place) throw new Error(`'${name}' in it cannot become a file: ${place.problem}`);
  return join(target, place.path);
}

async function writeEntry(entry: AsyncIterable<unknown>, path: string, mode: number | undefined): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const executable = ((mode ?? 0) & 0o100) !== 0;
  const file = await open(path, 'w', executable ? 0o755 : 0o644);
  try {
    for await (const part of entry) await file.writeFile(part as Buffer);
  } finally {
    await file.close();
  }
}
