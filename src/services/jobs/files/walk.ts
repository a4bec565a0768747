/**
 * What a job left in its folder. All of it was written by the job, which may have been anything.
 *
 * H1. No symbolic link is followed, neither at the end of a path nor on the way: a job cannot have the server read another
 *     file in its place. The job's processes are gone by now, so what was looked at stays as it was.
 * H2. Links, sockets, pipes and devices are no outputs.
 */
import { chmodSync, closeSync, constants, type Dirent, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { jobFailure } from '../errors.ts';

export type LeftFile = { path: string; size: number; executable: boolean };

/** The files of a folder that are looked at without leaving the loop: for few, that is ten times faster. */
const FEW = 200;

function look(path: string): Stats | undefined {
  try {
    return lstatSync(path);
  } catch {
    return undefined;
  }
}

/** The real path of a folder below `root`, or undefined when there is none, or a link leads there. */
export function realFolder(root: string, folder: string): string | undefined {
  let path = root;
  for (const part of ['', ...folder.split('/').filter(Boolean)]) {
    path = join(path, part);
    const entry = look(path);
    if (!entry?.isDirectory()) return undefined;
    admit(path, entry.mode, 0o700);
  }
  return path;
}

/** A job may take its own user's rights away; what is read here is removed later, which needs the right to write in it. */
function admit(path: string, mode: number, needed: number): void {
  if ((mode & needed) !== needed) chmodSync(path, (mode & 0o777) | needed);
}

/** What a folder holds that is no output, by path and kind: the first few, and how many there are. */
export type PassedOver = { named: { path: string; kind: string }[]; count: number };

/** How many a job's log names one by one. */
const NAMED = 20;

const kindOf = (entry: Dirent) =>
  entry.isSymbolicLink() ? 'a link' : entry.isSocket() ? 'a socket' : entry.isFIFO() ? 'a pipe' : 'no file';

/** All regular files under a folder, by path; folders that hold nothing are left out. */
export async function filesUnder(folder: string): Promise<{ files: LeftFile[]; passedOver: PassedOver }> {
  const found: LeftFile[] = [];
  const passedOver: PassedOver = { named: [], count: 0 };
  const pending = [''];
  for (let below = pending.pop(); below !== undefined; below = pending.pop()) {
    let looked = 0;
    for (const entry of await readdir(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (!entry.isDirectory() && !entry.isFile()) {
        passedOver.count += 1;
        if (passedOver.count <= NAMED) passedOver.named.push({ path, kind: kindOf(entry) });
        continue;
      }
      if (path.includes('\ufffd')) throw notText(path);
      looked += 1;
      const { mode, size } = looked > FEW ? await lstat(join(folder, path)) : lstatSync(join(folder, path));
      admit(join(folder, path), mode, entry.isDirectory() ? 0o700 : 0o400);
      if (entry.isDirectory()) pending.push(path);
      else found.push({ path, size, executable: (mode & 0o100) !== 0 });
    }
  }
  return { files: found.sort((a, b) => (a.path < b.path ? -1 : 1)), passedOver };
}

/** Lines for the job's log. @param folder below /opt/ml */
export function passedOverLines(folder: string, { named, count }: PassedOver): string[] {
  const lines = named.map(({ path, kind }) => `telar: ${folder}/${path} is not stored: it is ${kind}, not a file.`);
  const more = count - named.length;
  return more > 0 ? [...lines, `telar: ${more} more below ${folder} are not stored for the same reason.`] : lines;
}

/** An object's key is text; a file's name is any bytes. */
function notText(path: string): Error {
  const what = `Data upload failed: the name of the output file '${path}' is not UTF-8`;
  return jobFailure('ClientError', `${what}. Have the job write it under another name.`);
}

/** The beginning of a text file that the job left for us; undefined when there is none. @param most in bytes */
export function textLeft(root: string, folder: string, name: string, most: number): string | undefined {
  const inside = realFolder(root, folder);
  if (!inside) return undefined;
  const path = join(inside, name);
  const entry = look(path);
  if (!entry?.isFile()) return undefined;
  admit(path, entry.mode, 0o400);
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  try {
    const buffer = Buffer.alloc(most);
    const length = readSync(file, buffer, 0, most, 0);
    return buffer.subarray(0, length).toString().trim() || undefined;
  } finally {
    closeSync(file);
  }
}
