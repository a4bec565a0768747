/**
 * Applying one layer of an image to its files. For a worker: it writes with calls that block.
 *
 * L1. A layer is hostile: names with `..` are refused, all others are resolved inside the root (tree.ts); devices and pipes
 *     are left out; set-uid and set-gid bits are cleared; extended attributes are ignored.
 * L2. Bytes, entries and names are bounded, over all layers together.
 * L3. Whatever the layer says of owners, every file belongs to the job's user, who may read it; a folder may be entered.
 *     Inside its sandbox the user is the one that the image names, so that the image finds its own files writable.
 * L4. The uncompressed bytes are the ones that the image's configuration names.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/layer.md
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  createReadStream,
  fchmodSync,
  fchownSync,
  futimesSync,
  lchownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { type Extract, extract, type Header } from 'tar-stream';
import { runnerError } from '../../errors.ts';
import { entryOf, openTree, partsOf, removeEntry, type Tree } from './tree.ts';

export type Limits = { bytes: number; entries: number };
export type Layer = { path: string; diffId: string };

type Entry = Extract extends AsyncIterable<infer Source> ? Source : never;

const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';
const LONGEST_NAME = 4096;
const NOTHING: ReadonlySet<string> = new Set();

export type Unpacking = {
  root: string;
  tree: Tree;
  /** Whose the files become; undefined leaves them to the one who unpacks. */
  owner: number | undefined;
  left: Limits;
  /** Devices and pipes that were left out. */
  skipped: number;
};

export function beginUnpacking(root: string, owner: number | undefined, limits: Limits): Unpacking {
  const give = (path: string) => {
    if (owner !== undefined) lchownSync(path, owner, owner);
  };
  give(root);
  return { root, tree: openTree(root, give), owner, left: { ...limits }, skipped: 0 };
}

const hostile = (why: string) =>
  runnerError('ImageBroken', `A layer of the image ${why}. It is not unpacked: build the image again.`);

/** By its first bytes, since media types are often wrong. */
function decompressor(path: string): NodeJS.ReadWriteStream | undefined {
  const head = Buffer.alloc(4);
  const file = openSync(path, 'r');
  readSync(file, head, 0, 4, 0);
  closeSync(file);
  if (head.readUInt16BE(0) === 0x1f8b) return createGunzip();
  if (head.readUInt32BE(0) === 0x28b52ffd) return createZstdDecompress();
  return undefined;
}

/** @throws ImageBroken */
export async function applyLayer(unpacking: Unpacking, { path, diffId }: Layer): Promise<void> {
  const made = new Set<string>();
  const folders = new Map<string, Date>();
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const archive = extract();
  const unpack = decompressor(path);
  const content = createReadStream(path);
  const reading = unpack ? pipeline(content, unpack, hashing, archive) : pipeline(content, hashing, archive);
  reading.catch(() => {});
  try {
    for await (const entry of archive) await applyEntry(unpacking, entry, made, folders);
    await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.name === error.code || error.code === 'ENOSPC'))
      throw error;
    throw hostile(`cannot be read (${error instanceof Error ? error.message : String(error)})`);
  }
  // Last, since what is written into a folder changes its time.
  for (const [folder, time] of folders) if (entryOf(folder)?.isDirectory()) lutimesSync(folder, time, time);
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== diffId) throw hostile(`holds other bytes than the image names (${digest}, not ${diffId})`);
}

function partsOfName(name: string): string[] {
  const parts = partsOf(name);
  if (parts.includes('..')) throw hostile(`names '${name.slice(0, 200)}', which leads out of it`);
  if (name.length > LONGEST_NAME) throw hostile(`has a name of ${name.length} characters`);
  return parts;
}

async function applyEntry(
  unpacking: Unpacking,
  entry: Entry,
  made: Set<string>,
  folders: Map<string, Date>,
): Promise<void> {
  const { tree, left } = unpacking;
  const { name, type, size } = entry.header;
  left.entries -= 1;
  left.bytes -= size;
  if (left.entries < 0) throw hostile('brings more files than Telar unpacks');
  if (left.bytes < 0) throw hostile('brings more bytes than Telar unpacks');
  const parts = partsOfName(name);
  const base = parts.at(-1);
  if (base === undefined || base.startsWith(WHITEOUT)) {
    // The root itself is the sandbox's.
    // What a whiteout looks through counts as well: a layer of nothing else would keep the worker for ever.
    if (base !== undefined) left.entries -= whiteOut(tree, parts, made);
    return drain(entry);
  }
  const place = tree.place(parts);
  if (type === 'directory') {
    makeFolder(unpacking, place, entry.header);
    const time = timeOf(entry.header);
    if (time) folders.set(place, time);
  } else if (type === 'file' || type === 'contiguous-file') {
    clear(tree, place);
    await writeFile(unpacking, place, entry);
  } else if (type === 'symlink') {
    clear(tree, place);
    symlinkSync(entry.header.linkname ?? '', place);
    if (unpacking.owner !== undefined) lchownSync(place, unpacking.owner, unpacking.owner);
    tree.forget();
  } else if (type === 'link') {
    makeHardLink(unpacking, place, entry.header);
  } else if (type === 'character-device' || type === 'block-device' || type === 'fifo') {
    unpacking.skipped += 1;
    return drain(entry);
  } else {
    throw hostile(`holds '${name.slice(0, 200)}', which is of no kind that Telar reads`);
  }
  made.add(place);
  for (let above = dirname(place); above !== unpacking.root && !made.has(above); above = dirname(above))
    made.add(above);
  return drain(entry);
}

async function drain(entry: Entry): Promise<void> {
  for await (const _ of entry) {
    // Bytes that nobody wants.
  }
}

/** Takes away what stands where something else comes to be. */
function clear(tree: Tree, place: string): void {
  const there = entryOf(place);
  if (!there) return;
  if (there.isDirectory() || there.isSymbolicLink()) tree.forget();
  removeEntry(place, NOTHING);
}

/**
 * Deletes what an earlier layer brought, and this one takes away. What this layer itself brings stays, in whatever order
 * they come.
 *
 * @returns how many entries were looked at
 */
function whiteOut(tree: Tree, parts: readonly string[], made: ReadonlySet<string>): number {
  const base = parts.at(-1)!;
  tree.forget();
  if (base === OPAQUE) {
    const folder = dirname(tree.place(parts));
    return readdirSync(folder).reduce((seen, name) => seen + removeEntry(join(folder, name), made), 0);
  }
  const name = base.slice(WHITEOUT.length);
  // `.wh..wh.plnk` and the like are notes of a file system, not whiteouts.
  if (name.startsWith(WHITEOUT)) return 0;
  if (name === '' || name === '.' || name === '..') throw hostile(`takes away '${name}'`);
  return removeEntry(tree.place([...parts.slice(0, -1), name]), made);
}

/** Permissions: the owner's at least as needed to read and to delete; none that give rights away. */
function modeOf({ mode }: Header, folder: boolean): number {
  const plain = mode & 0o777;
  const runs = folder || (plain & 0o111) !== 0 ? 0o700 : 0o600;
  return plain | runs;
}

/** A time that a file can have. */
function timeOf({ mtime }: Header): Date | undefined {
  return Math.abs(mtime.getTime()) < 2 ** 43 ? mtime : undefined;
}

function makeFolder({ tree, owner }: Unpacking, place: string, header: Header): void {
  const there = entryOf(place);
  if (!there?.isDirectory()) {
    clear(tree, place);
    mkdirSync(place);
    tree.forget();
  }
  chmodSync(place, modeOf(header, true));
  if (owner !== undefined) lchownSync(place, owner, owner);
}

async function writeFile({ owner }: Unpacking, place: string, entry: Entry): Promise<void> {
  const file = openSync(place, 'wx', 0o600);
  try {
    for await (const chunk of entry as AsyncIterable<Buffer>) {
      for (let at = 0; at < chunk.length; ) at += writeSync(file, chunk, at);
    }
    if (owner !== undefined) fchownSync(file, owner, owner);
    fchmodSync(file, modeOf(entry.header, false));
    const time = timeOf(entry.header);
    if (time) futimesSync(file, time, time);
  } finally {
    closeSync(file);
  }
}

function makeHardLink({ root, tree }: Unpacking, place: string, { name, linkname }: Header): void {
  const parts = partsOfName(linkname);
  tree.forget();
  const above = tree.resolve(parts.slice(0, -1));
  const target = above && parts.length > 0 ? join(root, ...above, parts.at(-1)!) : undefined;
  const entry = target === undefined ? undefined : entryOf(target);
  if (!target || !entry || entry.isDirectory()) {
    throw hostile(`links '${name.slice(0, 200)}' to '${linkname.slice(0, 200)}', which is not there`);
  }
  if (target === place) return;
  if (entryOf(place)) {
    if (entryOf(place)!.isDirectory()) clear(tree, place);
    else unlinkSync(place);
  }
  linkSync(target, place);
}
