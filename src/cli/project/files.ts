/**
 * The files of a code bundle: which they are, in one order on every machine.
 *
 * F1. Paths are relative to the bundle's folder, with forward slashes, sorted by their bytes.
 * F2. What tools leave behind (caches, editors' files, version control) never travels.
 * F3. Symbolic links are refused by name: what they lead to differs from machine to machine.
 */
import { lstatSync, readdirSync, readFileSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import type { CodeBundle } from '../../sdk/index.ts';
import { failure } from '../errors.ts';

export type BundleFile = { path: string; bytes: Buffer; executable: boolean };

const LEFTOVER =
  /^(__pycache__|node_modules|\.git|\.hg|\.svn|\.venv|\.ipynb_checkpoints|\.telar|\.DS_Store|.*\.pyc|.*~)$/;
const LARGEST_BUNDLE = 256 * 1024 * 1024;

/** @param folder the bundle's folder, absolute @throws BrokenBundle */
export function bundleFiles(folder: string, code: CodeBundle): BundleFile[] {
  const paths = new Set<string>();
  for (const included of code.include) collect(folder, normal(included), paths);
  const sorted = [...paths].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  if (sorted.length === 0) {
    throw failure(
      'BrokenBundle',
      `The code bundle holds no file: ${folder} has none below ${code.include.join(', ')}.`,
    );
  }
  let total = 0;
  return sorted.map((path) => {
    const bytes = readFileSync(join(folder, path));
    total += bytes.length;
    if (total > LARGEST_BUNDLE) {
      throw failure(
        'BrokenBundle',
        `The code bundle in ${folder} is larger than 256 MB (at ${path}). Leave data out of \`include\`: upload it as data.`,
      );
    }
    return { path, bytes, executable: (lstatSync(join(folder, path)).mode & 0o100) !== 0 };
  });
}

function normal(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  return parts.join('/');
}

function collect(folder: string, path: string, into: Set<string>): void {
  const stats = look(folder, path);
  if (stats.isSymbolicLink()) {
    throw failure(
      'BrokenBundle',
      `${join(folder, path)} is a symbolic link, which a code bundle cannot hold. Put the file itself there.`,
    );
  }
  if (stats.isFile()) into.add(path);
  else if (stats.isDirectory()) {
    for (const name of readdirSync(join(folder, path))) {
      if (!LEFTOVER.test(name)) collect(folder, path === '' ? name : `${path}/${name}`, into);
    }
  } else
    throw failure('BrokenBundle', `${join(folder, path)} is neither a file nor a folder. Take it out of \`include\`.`);
}

function look(folder: string, path: string): Stats {
  const stats = lstatSync(join(folder, path), { throwIfNoEntry: false });
  if (stats) return stats;
  throw failure(
    'BrokenBundle',
    `${join(folder, path)}, which the code bundle includes, is not there. Make it, or correct \`include\` in telar.config.ts.`,
  );
}
