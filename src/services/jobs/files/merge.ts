/**
 * What several hosts of a job left in folders of the same name, as one folder.
 *
 * On AWS every host uploads what it has, so that of files of the same name the last upload is what is there. Here that is decided:
 * M1. Of files of the same name, or of a file where another host has a folder, the lower host's is kept, and the log names the others.
 */
import type { LeftFile } from './walk.ts';

export type HostFiles = { host: string; folder: string; files: readonly LeftFile[] };
/** A file, and the folder that its path is relative to. */
export type PlacedFile = LeftFile & { folder: string };
export type Collision = { path: string; host: string; keptOf: string };

/** How many collisions a job's log names one by one. */
const NAMED = 20;

export function mergeHosts(hosts: readonly HostFiles[]): { files: PlacedFile[]; collisions: Collision[] } {
  const owners = new Map<string, string>();
  const folders = new Map<string, string>();
  const files: PlacedFile[] = [];
  const collisions: Collision[] = [];
  for (const { host, folder, files: left } of hosts) {
    for (const file of left) {
      const above = foldersAbove(file.path);
      const inTheWay = [file.path, ...above].map((path) => owners.get(path)).find(Boolean) ?? folders.get(file.path);
      if (inTheWay !== undefined) {
        collisions.push({ path: file.path, host, keptOf: inTheWay });
        continue;
      }
      owners.set(file.path, host);
      for (const path of above) if (!folders.has(path)) folders.set(path, host);
      files.push({ ...file, folder });
    }
  }
  return { files: files.sort((a, b) => (a.path < b.path ? -1 : 1)), collisions };
}

/** @example foldersAbove('a/b/c') // ['a', 'a/b'] */
function foldersAbove(path: string): string[] {
  const parts = path.split('/');
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Lines for the job's log. @param folder below /opt/ml */
export function collisionLines(folder: string, collisions: readonly Collision[]): string[] {
  const lines = collisions
    .slice(0, NAMED)
    .map(
      ({ path, host, keptOf }) =>
        `telar: ${folder}/${path} of ${host} is not stored: ${keptOf} has it, too, and is kept.`,
    );
  const more = collisions.length - lines.length;
  return more > 0 ? [...lines, `telar: ${more} more files below ${folder} are not stored for the same reason.`] : lines;
}
