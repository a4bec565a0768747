/**
 * Layers: the outcome of a requirements.txt, kept beside an image's environment and shared, read-only, by its jobs.
 *
 *   images/<environment>.layers/<key>/telar.json   what it was made of, when; its time of modification is its last use
 *                                    /python       lib/…/site-packages and bin
 *                              /.answers/<name>    what a job that asked is told
 *
 * L1. The key is the hash of the requirements and of what they include; the environment's own hash names the folder above.
 * L2. A layer that is there is complete: it gets its name by rename. What a crash left half made has another name.
 * L3. What a layer's making wrote is data here: nothing below `python` is followed or trusted, and its owner is not the job.
 */
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { cp, lchown, lstat, mkdir, opendir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';

export type RequirementFile = { name: string; content: Buffer };

export type Layer = {
  /** The image's environment that it belongs to, and its key: together its name. */
  environment: string;
  key: string;
  bytes: number;
  createdAt: number;
  lastUsedAt: number;
  /** The text of requirements.txt. */
  requirements: string;
};

type Manifest = { createdAt: number; bytes: number; requirements: string };

const SUFFIX = '.layers';
const MANIFEST = 'telar.json';
const ANSWERS = '.answers';
const PARTIAL = '.partial-';
const REMOVED = '.removed-';
/** Searchable by name, not listable: whoever does not know a list's content cannot find its packages. */
const SEARCH_ONLY = 0o711;

/** The same as telar_runtime/requirements.py computes inside. */
export function layerKey(files: readonly RequirementFile[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of files) {
    hash
      .update(`${Buffer.byteLength(name)} ${content.length}\n`)
      .update(name)
      .update(content);
  }
  return hash.digest('hex').slice(0, 32);
}

/** The folder of an environment's layers, made where it is missing; undefined where only another user may write. */
export function layersFolder(environmentFolder: string): string | undefined {
  const folder = `${environmentFolder}${SUFFIX}`;
  try {
    for (const path of [folder, join(folder, ANSWERS)]) mkdirSync(path, { recursive: true, mode: SEARCH_ONLY });
    accessSync(folder, constants.W_OK);
    return folder;
  } catch (error) {
    if (['EACCES', 'EPERM', 'EROFS'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

export const hasLayer = (layers: string, key: string): boolean => existsSync(join(layers, key, MANIFEST));

/** Notes a use, for whoever clears away what is not used. */
export function noteUse(layers: string, key: string, now: number): void {
  try {
    utimesSync(join(layers, key, MANIFEST), now / 1000, now / 1000);
  } catch {
    // removed in this moment
  }
}

export function writeAnswer(layers: string, name: string, answer: { error: string; log: string }): void {
  const path = join(layers, ANSWERS, `${name}.json`);
  writeFileSync(`${path}${PARTIAL}`, JSON.stringify(answer), { mode: 0o644 });
  renameSync(`${path}${PARTIAL}`, path);
}

export function removeAnswer(layers: string, name: string): void {
  rmSync(join(layers, ANSWERS, `${name}.json`), { force: true });
}

/** Takes a folder from the one that made it, with all below, and counts its bytes. Links are entries, never followed. */
async function takeOver(folder: string, owner: { uid: number; gid: number } | undefined): Promise<number> {
  let bytes = 0;
  const own = async (path: string) => {
    bytes += (await lstat(path)).size;
    if (owner) await lchown(path, owner.uid, owner.gid);
  };
  const walk = async (path: string): Promise<void> => {
    await own(path);
    for await (const entry of await opendir(path)) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) await walk(below);
      else await own(below);
    }
  };
  await walk(folder);
  return bytes;
}

/** Moves, also between file systems. */
async function move(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await cp(from, to, { recursive: true, verbatimSymlinks: true });
  }
}

let adopted = 0;

/** Makes a layer of what a build left in `made`. Does nothing when another process was faster. */
export async function adopt(
  layers: string,
  files: readonly RequirementFile[],
  made: string,
  now: number,
): Promise<void> {
  const key = layerKey(files);
  const partial = join(layers, `${PARTIAL}${key}-${++adopted}-${process.pid}`);
  await mkdir(partial, { mode: 0o755 });
  try {
    await move(made, join(partial, 'python'));
    const root = process.getuid?.() === 0;
    const bytes = await takeOver(join(partial, 'python'), root ? { uid: 0, gid: 0 } : undefined);
    const manifest: Manifest = { createdAt: now, bytes, requirements: files[0]!.content.toString() };
    writeFileSync(join(partial, MANIFEST), `${JSON.stringify(manifest)}\n`, { mode: 0o644 });
    noteUse(layers, basename(partial), now);
    await rename(partial, join(layers, key));
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    if (!hasLayer(layers, key)) throw error;
  }
}

function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

async function describe(imagesFolder: string, environment: string, key: string): Promise<Layer | undefined> {
  const manifest = join(imagesFolder, `${environment}${SUFFIX}`, key, MANIFEST);
  try {
    const { createdAt, bytes, requirements } = JSON.parse(readFileSync(manifest, 'utf8')) as Manifest;
    return { environment, key, bytes, createdAt, requirements, lastUsedAt: (await lstat(manifest)).mtimeMs };
  } catch {
    return undefined; // half made, or removed in this moment
  }
}

/** Every layer of every environment, the least recently used first. */
export async function listLayers(imagesFolder: string): Promise<Layer[]> {
  const found: Layer[] = [];
  for (const name of entries(imagesFolder).filter((each) => each.endsWith(SUFFIX))) {
    const environment = name.slice(0, -SUFFIX.length);
    for (const key of entries(join(imagesFolder, name)).filter((each) => /^[0-9a-f]{32}$/.test(each))) {
      const layer = await describe(imagesFolder, environment, key);
      if (layer) found.push(layer);
    }
  }
  return found.sort((a, b) => a.lastUsedAt - b.lastUsedAt);
}

/** Deletes a layer: from one moment to the next for jobs, then its bytes. */
export async function removeLayer(imagesFolder: string, { environment, key }: Pick<Layer, 'environment' | 'key'>) {
  const layers = join(imagesFolder, `${environment}${SUFFIX}`);
  const removed = join(layers, `${REMOVED}${key}-${process.pid}`);
  try {
    await rename(join(layers, key), removed);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rm(removed, { recursive: true, force: true });
  await removeRemains(layers);
}

/** Deletes what processes that have ended left of layers half made or half removed. */
async function removeRemains(layers: string): Promise<void> {
  for (const name of entries(layers).filter((each) => each.startsWith(PARTIAL) || each.startsWith(REMOVED))) {
    if (!runs(Number(name.split('-').at(-1)))) await rm(join(layers, name), { recursive: true, force: true });
  }
}

function runs(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
