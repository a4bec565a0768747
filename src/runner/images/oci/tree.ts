/**
 * Writing into an unpacked image as if its folder were the root of the machine. For a worker: all calls block.
 *
 * T1. No call leaves the root: every link on the way is resolved by hand, its absolute targets from the root, `..` no
 *     higher than the root. The kernel is never given a path that has a link in it.
 * T2. Only one worker writes into a root, so that what was resolved stays so.
 */
import { lstatSync, mkdirSync, readdirSync, readlinkSync, rmdirSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';

/** As Linux counts them. */
const MOST_LINKS = 40;

export type Tree = {
  /** Where a path's last part lies, which is not followed; missing folders above it are made. @throws on a loop */
  place(parts: readonly string[]): string;
  /** Where a path leads, its last part followed, too; relative to the root. undefined when it leads to nothing. */
  resolve(parts: readonly string[]): string[] | undefined;
  /** After a link or a folder has gone or come: what was remembered may be wrong. */
  forget(): void;
};

export const entryOf = (path: string): Stats | undefined => lstatSync(path, { throwIfNoEntry: false });

/** A path's parts: no empty ones, no `.`. */
export const partsOf = (path: string): string[] => path.split('/').filter((part) => part !== '' && part !== '.');

/** @param give is told each folder that is made on the way */
export function openTree(root: string, give: (path: string) => void): Tree {
  let known = '';
  let knownPlace = root;
  let valid = false;

  /** @param make whether missing folders are made */
  function walk(parts: readonly string[], make: boolean): string[] | undefined {
    const at: string[] = [];
    const pending = parts.toReversed();
    let links = 0;
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '..') {
        at.pop();
        continue;
      }
      const path = join(root, ...at, part);
      const entry = entryOf(path);
      if (entry?.isSymbolicLink()) {
        if (++links > MOST_LINKS) throw new Error(`/${parts.join('/')} is a loop of links`);
        const target = readlinkSync(path);
        if (target.startsWith('/')) at.length = 0;
        pending.push(...partsOf(target).reverse());
        continue;
      }
      if (!entry) {
        if (!make) return undefined;
        mkdirSync(path, { mode: 0o755 });
        give(path);
      } else if (make && !entry.isDirectory()) {
        // A later layer may put a folder where an earlier one had a file.
        unlinkSync(path);
        mkdirSync(path, { mode: 0o755 });
        give(path);
      } else if (!entry.isDirectory() && pending.length > 0) {
        return undefined;
      }
      at.push(part);
    }
    return at;
  }

  return {
    place(parts) {
      const above = parts.slice(0, -1);
      const key = above.join('/');
      if (!valid || key !== known) {
        knownPlace = join(root, ...walk(above, true)!);
        known = key;
        valid = true;
      }
      return join(knownPlace, parts.at(-1)!);
    },
    resolve: (parts) => walk(parts, false),
    forget() {
      valid = false;
    },
  };
}

/**
 * Deletes an entry, and all below it. Nothing is followed.
 *
 * @param keep paths that stay, with the folders they lie in
 * @returns how many entries were looked at
 */
export function removeEntry(path: string, keep: ReadonlySet<string>): number {
  const entry = entryOf(path);
  if (!entry) return 1;
  if (!entry.isDirectory()) {
    if (!keep.has(path)) unlinkSync(path);
    return 1;
  }
  let seen = 1;
  for (const name of readdirSync(path)) seen += removeEntry(join(path, name), keep);
  if (!keep.has(path) && readdirSync(path).length === 0) rmdirSync(path);
  return seen;
}
