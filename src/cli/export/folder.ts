/**
 * A folder whose files are made from the project, which people may add to but not change.
 *
 * W1. A file is overwritten or removed only when its bytes are those that were written here before: a list of them,
 *     `.telar-export.json`, lies in the folder. Anything else of that name is somebody's, and nothing at all is written.
 * W2. The same files give the same folder, the list included.
 * W3. Nothing is read or written outside of the folder: no path of a file leads out, by its name or through a link.
 */
import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure } from '../errors.ts';

/** Path → bytes. */
export type Files = ReadonlyMap<string, Uint8Array>;
/**
 * `gone`: was written once and is wanted no more. `edited`: was written here, and changed since. `foreign`: something else
 * that has the name of a file to write.
 */
export type State = 'new' | 'changed' | 'same' | 'gone' | 'edited' | 'foreign';
export type Entry = { readonly path: string; readonly state: State };

const LIST = '.telar-export.json';
const LONGEST_NAME = 255;

/** How the folder stands to the files, in the order of their paths. */
export function compareFolder(folder: string, files: Files): Entry[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === false) {
    throw failure('ForeignFiles', `${folder} is there, and is no folder. Choose another one.`);
  }
  const written = readList(folder);
  const paths = [...new Set([...files.keys(), ...written.keys()])].sort();
  mustFit(paths);
  return paths.flatMap((path) => {
    const state = stateOf(contentOf(folder, path), files.get(path), written.get(path));
    return state === undefined ? [] : [{ path, state }];
  });
}

/** Makes the folder as the files are. @throws ForeignFiles when that would overwrite what was not written here */
export function writeFolder(folder: string, files: Files): Entry[] {
  const entries = compareFolder(folder, files);
  mustBeOurs(folder, entries);
  for (const { path, state } of entries) {
    if (state === 'gone') remove(folder, path);
    else if (state !== 'same') put(folder, path, files.get(path)!);
  }
  put(folder, LIST, listOf(files));
  return entries;
}

type Content = Uint8Array | 'nothing' | 'no file';

function stateOf(there: Content, wanted: Uint8Array | undefined, written: string | undefined): State | undefined {
  if (there === 'nothing') return wanted ? 'new' : undefined;
  if (there === 'no file') return 'foreign';
  if (wanted && Buffer.compare(there, wanted) === 0) return 'same';
  if (written === undefined) return 'foreign';
  if (sha256(there) !== written) return 'edited';
  return wanted ? 'changed' : 'gone';
}

function contentOf(folder: string, path: string): Content {
  const parts = path.split('/');
  for (let depth = 1; depth <= parts.length; depth += 1) {
    const stats = lstatSync(join(folder, ...parts.slice(0, depth)), { throwIfNoEntry: false });
    if (!stats) return 'nothing';
    if (depth < parts.length ? !stats.isDirectory() : !stats.isFile()) return 'no file';
  }
  return readFileSync(join(folder, path));
}

function mustBeOurs(folder: string, entries: readonly Entry[]): void {
  const named = (state: State) => entries.filter((entry) => entry.state === state).map(({ path }) => path);
  const [foreign, edited] = [named('foreign'), named('edited')];
  if (foreign.length === 0 && edited.length === 0) return;
  const reasons = [
    ...(foreign.length > 0 ? [`${foreign.join(', ')}: not written by 'telar export'`] : []),
    ...(edited.length > 0 ? [`${edited.join(', ')}: changed since it was`] : []),
  ];
  throw failure(
    'ForeignFiles',
    `${folder} has files that would be overwritten (${reasons.join('; ')}), and nothing was written. Put what is yours into files of other names and delete these, or choose another folder.`,
  );
}

/** @throws UnwritablePath when a path leads out of the folder, or two cannot both be files */
function mustFit(paths: readonly string[]): void {
  const all = new Set(paths);
  for (const path of paths) {
    const parts = path.split('/');
    const unfit = parts.find((part) => /^\.{0,2}$|\0/.test(part) || Buffer.byteLength(part) > LONGEST_NAME);
    if (unfit !== undefined || path === LIST) {
      throw failure('UnwritablePath', `'${path}' can be no file of a folder. Choose another name or key for it.`);
    }
    const above = parts.map((_, depth) => parts.slice(0, depth).join('/')).find((parent) => all.has(parent));
    if (above !== undefined) {
      throw failure(
        'UnwritablePath',
        `'${above}' and '${path}' cannot both be files: one would be the folder of the other. Choose another key for one.`,
      );
    }
  }
}

function put(folder: string, path: string, bytes: Uint8Array | string): void {
  const file = join(folder, path);
  mkdirSync(dirname(file), { recursive: true });
  // By a new name first: a half-written file would be taken for one that somebody changed.
  // One of its own, since a name may be as long as names can be.
  const temporary = join(dirname(file), `.telar-export.${process.pid}.tmp`);
  writeFileSync(temporary, bytes);
  renameSync(temporary, file);
}

function remove(folder: string, path: string): void {
  rmSync(join(folder, path));
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    try {
      rmdirSync(join(folder, parent));
    } catch {
      return; // Not empty: other files live there.
    }
  }
}

function listOf(files: Files): string {
  const hashes = [...files.keys()].sort().map((path) => [path, sha256(files.get(path)!)]);
  return `${JSON.stringify({ files: Object.fromEntries(hashes) }, null, 2)}\n`;
}

/** Path → SHA-256 of what was written last. @throws BrokenList */
function readList(folder: string): ReadonlyMap<string, string> {
  let text: string;
  try {
    text = readFileSync(join(folder, LIST), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new Map();
    throw error;
  }
  try {
    const { files } = JSON.parse(text) as { files: Record<string, string> };
    return new Map(Object.entries(files));
  } catch {
    throw failure(
      'BrokenList',
      `${join(folder, LIST)} cannot be read: it lists what 'telar export' wrote. Restore it, or delete it and the files that were exported.`,
    );
  }
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
