/** Which URI means which image: one small file each, by rename, so that a name is there whole or not at all. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../folder.ts';
import type { Image } from './fetching.ts';

export type NamedImage = Image & {
  /** Canonical. */
  uri: string;
  /** The folder, archive or registry it came from. */
  from: string;
  /** Milliseconds since the epoch. */
  at: number;
};

export type Names = {
  find(uri: string): NamedImage | undefined;
  list(): NamedImage[];
  record(image: NamedImage): void;
  remove(uri: string): void;
};

export function openNames(folder: string): Names {
  const place = (uri: string) => join(folder, `${createHash('sha256').update(uri).digest('hex')}.json`);
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as NamedImage;
  return {
    find: (uri) => (existsSync(place(uri)) ? read(place(uri)) : undefined),
    list: () =>
      (existsSync(folder) ? readdirSync(folder) : [])
        .filter((name) => name.endsWith('.json'))
        .map((name) => read(join(folder, name)))
        .sort((one, other) => (one.uri < other.uri ? -1 : 1)),
    record(image) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeWhole(place(image.uri), `${JSON.stringify(image, null, 2)}\n`);
    },
    remove: (uri) => rmSync(place(uri), { force: true }),
  };
}
