/**
 * Where the sandbox of a container image mounts what: real places in its files, made when it is unpacked, so that no link of
 * the image leads a mount elsewhere. For a worker: all calls block.
 *
 * M1. An image whose own files stand in the way (`/proc` is a file, say) is refused where it is unpacked.
 */
import { lchownSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runnerError } from '../../errors.ts';
import type { Unpacking } from './layer.ts';
import { entryOf, partsOf, removeEntry } from './tree.ts';

/** Folders that are mounted over in every sandbox. */
const FOLDERS = ['/opt/ml', '/tmp', '/proc', '/dev', '/sys'];
/** Folders that get an empty, writable one of their own where the image's files cannot be made writable. */
const SCRATCH = ['/var/tmp', '/run', '/home'];
const FILES = ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname'];

/** @throws ImageBroken */
export function makePoints(unpacking: Unpacking): Record<string, string> {
  const points: Record<string, string> = {};
  for (const path of [...FOLDERS, ...SCRATCH]) points[path] = folderPoint(unpacking, path);
  for (const path of FILES) points[path] = filePoint(unpacking, path);
  return points;
}

/** `child` is never made: asking for its place makes the folders above. */
function folderPoint({ root, tree }: Unpacking, path: string): string {
  tree.forget();
  const parts = tree.resolve(partsOf(path));
  if (parts && !entryOf(join(root, ...parts))?.isDirectory()) {
    throw runnerError(
      'ImageBroken',
      `The image has a file at ${path}, where its jobs need a folder. Build it without.`,
    );
  }
  // A link to nowhere is no place to mount at.
  const own = entryOf(tree.place(partsOf(path)));
  if (!parts && own) removeEntry(tree.place(partsOf(path)), new Set());
  return relative(root, join(tree.place([...partsOf(path), 'child']), '..'));
}

function filePoint({ root, tree, owner }: Unpacking, path: string): string {
  tree.forget();
  const place = tree.place(partsOf(path));
  const there = entryOf(place);
  if (!there?.isFile()) {
    removeEntry(place, new Set());
    tree.forget();
    writeFileSync(place, '', { flag: 'wx', mode: 0o644 });
    if (owner !== undefined) lchownSync(place, owner, owner);
  }
  return relative(root, place);
}
