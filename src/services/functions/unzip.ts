/** Unpacks a zip that nobody vouches for (C2 of code.ts). */
import { createWriteStream } from 'node:fs';
import { chmod, mkdir, symlink } from 'node:fs/promises';
import { dirname, join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Entry, openPromise, type ZipFile } from 'yauzl';
import { isAwsError } from '../../protocol/errors.ts';
import { functionErrors } from './errors.ts';
import { LIMITS } from './legal.ts';

const FILE_TYPE = 0o170000;
const SYMLINK = 0o120000;
/** Of where a link leads, in bytes. */
const LONGEST_LINK = 4096;

type Link = { path: string; to: string };

/** @throws InvalidParameterValueException */
export async function unzip(zip: string, folder: string): Promise<void> {
  let file: ZipFile;
  try {
    file = await openPromise(zip, { lazyEntries: true, validateEntrySizes: true, strictFileNames: true });
  } catch {
    throw functionErrors.badZip();
  }
  await mkdir(folder, { recursive: true, mode: 0o755 });
  try {
    await unpackAll(file, folder);
  } catch (error) {
    if (isAwsError(error)) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    // What the system says names a path of this machine.
    throw functionErrors.hostileZip(code?.startsWith('E') ? `an entry could not be written (${code})` : message);
  } finally {
    file.close();
  }
}

async function unpackAll(file: ZipFile, folder: string): Promise<void> {
  const links: Link[] = [];
  let [bytes, files] = [0, 0];
  for await (const entry of file.eachEntry()) {
    files += 1;
    bytes += entry.uncompressedSize;
    if (files > LIMITS.files) throw functionErrors.hostileZip(`it has more than ${LIMITS.files} entries`);
    // What is really written is held to what is declared (validateEntrySizes).
    if (bytes > LIMITS.unzipped) throw functionErrors.zipTooLarge(LIMITS.unzipped);
    await unpack(file, entry, folder, links);
  }
  // Links come last: nothing is ever written through one.
  for (const { path, to } of links) {
    await mkdir(dirname(path), { recursive: true, mode: 0o755 });
    await symlink(to, path);
  }
}

async function unpack(file: ZipFile, entry: Entry, folder: string, links: Link[]): Promise<void> {
  const name = posix.normalize(entry.fileName);
  if (name.startsWith('../') || name === '..' || posix.isAbsolute(name) || name.includes('\0'))
    throw functionErrors.hostileZip(`the entry '${entry.fileName}' lies outside of it`);
  const path = join(folder, name);
  const mode = entry.externalFileAttributes >>> 16;
  if (entry.fileName.endsWith('/')) {
    await mkdir(path, { recursive: true, mode: 0o755 });
    return;
  }
  if (entry.isEncrypted()) throw functionErrors.hostileZip(`the entry '${entry.fileName}' is encrypted`);
  const content = await file.openReadStreamPromise(entry);
  if ((mode & FILE_TYPE) === SYMLINK) {
    links.push({ path, to: await linkIn(content, entry) });
    return;
  }
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  // Twice the same name is refused: the second would be written over what the first has made.
  await pipeline(content, createWriteStream(path, { flags: 'wx', mode: 0o644 }));
  if ((mode & 0o111) !== 0) await chmod(path, 0o755);
}

async function linkIn(content: Readable, { fileName, uncompressedSize }: Entry): Promise<string> {
  if (uncompressedSize > LONGEST_LINK) throw functionErrors.hostileZip(`the link '${fileName}' is too long`);
  const pieces: Buffer[] = [];
  for await (const piece of content) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
