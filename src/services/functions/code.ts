/**
 * The code of functions: zips by their SHA-256, each with its files beside it, as workers see them.
 *
 * C1. A zip and its files are whole, and the zip is on the disk, before any version names them.
 * C2. A zip is hostile: no entry leaves its folder, no link is followed, sizes and numbers are bounded by what is really written.
 * C3. What no version names, and nobody holds, goes.
 */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync } from 'node:fs';
import { copyFile, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { functionErrors } from './errors.ts';
import { unzip } from './unzip.ts';

export type Code = {
  /** In hexadecimal. */
  sha256: string;
  /** Of the zip, in bytes. */
  size: number;
  /** Once a version names it, or it is given up. */
  release(): void;
};

export type CodeStore = {
  /** @throws InvalidParameterValueException: no zip, too large, hostile */
  keep(source: { bytes: Uint8Array } | { path: string }): Promise<Code>;
  /** The folder of its files, made anew where it is missing. */
  folder(sha256: string): Promise<string>;
  /** Keeps it from going. */
  hold(sha256: string): () => void;
  /** Lets go what nobody names. */
  sweep(): Promise<void>;
};

const ZIP = /^([0-9a-f]{64})\.zip$/;

/** @param used whether any version names a code */
export function createCodeStore(folder: string, used: (sha256: string) => boolean): CodeStore {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const holds = new Map<string, number>();
  const unpacking = new Map<string, Promise<string>>();
  let made = 0;
  const zipOf = (sha256: string) => join(folder, `${sha256}.zip`);
  const temporary = () => join(folder, `.new-${process.pid}-${++made}`);

  function hold(sha256: string): () => void {
    holds.set(sha256, (holds.get(sha256) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = holds.get(sha256)! - 1;
      if (left > 0) holds.set(sha256, left);
      else holds.delete(sha256);
    };
  }

  async function unpacked(sha256: string): Promise<string> {
    const path = join(folder, sha256);
    if (existsSync(path)) return path;
    const partial = temporary();
    try {
      await unzip(zipOf(sha256), partial);
      await rename(partial, path).catch((error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error; // made meanwhile
      });
      return path;
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }

  function folderOf(sha256: string): Promise<string> {
    let making = unpacking.get(sha256);
    if (!making) {
      making = unpacked(sha256).finally(() => unpacking.delete(sha256));
      unpacking.set(sha256, making);
    }
    return making;
  }

  async function keep(source: { bytes: Uint8Array } | { path: string }): Promise<Code> {
    const partial = temporary();
    try {
      if ('bytes' in source) await writeFile(partial, source.bytes, { mode: 0o600 });
      else await copyFile(source.path, partial);
      const { size } = await stat(partial);
      if (size === 0) throw functionErrors.emptyZip();
      const sha256 = await digest(partial);
      const release = hold(sha256);
      try {
        await settle(partial, zipOf(sha256));
        await folderOf(sha256);
        return { sha256, size, release };
      } catch (error) {
        release();
        if (!used(sha256) && !holds.has(sha256)) await rm(zipOf(sha256), { force: true });
        throw error;
      }
    } finally {
      await rm(partial, { force: true });
    }
  }

  async function sweep(): Promise<void> {
    for (const name of await readdir(folder)) {
      const sha256 = ZIP.exec(name)?.[1] ?? (/^[0-9a-f]{64}$/.test(name) ? name : undefined);
      const left =
        sha256 === undefined
          ? name.startsWith('.new-') && !name.startsWith(`.new-${process.pid}-`)
          : !used(sha256) && !holds.has(sha256);
      if (left) await rm(join(folder, name), { recursive: true, force: true });
    }
  }

  return { keep, folder: folderOf, hold, sweep };
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 256 * 1024 })) hash.update(piece as Buffer);
  return hash.digest('hex');
}

/** Gives a file its name, durably. */
async function settle(from: string, to: string): Promise<void> {
  for (const path of [from, join(to, '..')]) {
    const file = await open(path, 'r');
    if (path === from) {
      await file.sync();
      await rename(from, to);
    } else await file.sync();
    await file.close();
  }
}
