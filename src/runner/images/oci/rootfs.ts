/**
 * Images' files, unpacked: `rootfs/<chain>`, named by the layers they are made of and by whose they are.
 *
 * U1. It is unpacked into a folder of another name and gets its own by rename, after a sync: one that exists is complete.
 *     What a crash left half unpacked is deleted by the next one.
 * U2. One process of the machine unpacks it at a time; the others wait. It is never written to afterwards.
 * U3. While a job uses it, it is not deleted: each use is a file that names the job's folder.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../base/clock.ts';
import { formatDuration } from '../../../base/duration.ts';
import { runnerError } from '../../errors.ts';
import { FILES } from '../../folder.ts';
import { JOB_UID, SYSTEM_PATH } from '../../isolation.ts';
import { takeLock } from '../build.ts';
import type { Layer, Limits } from './layer.ts';
import { pause } from './requests.ts';
import type { UnpackMessage, UnpackOrder } from './unpackWorker.ts';

export type Rootfs = { folder: string; points: Readonly<Record<string, string>> };

export type Unpack = {
  /** Where the unpacked images lie. */
  folder: string;
  layers: readonly Layer[];
  limits: Limits;
  progress: (line: string) => void;
  clock: Clock;
};

const MANIFEST = 'telar.json';
const WAIT_MILLISECONDS = 250;

/** Files belong to whoever jobs run as: nobody where the server is root, else the server's own user. */
const owner = (): number | undefined => (process.getuid?.() === 0 ? JOB_UID : undefined);

/** The name that the OCI gives to layers on top of each other, and the files' owner. */
export function rootfsName(diffIds: readonly string[]): string {
  const chain = diffIds.reduce<string | undefined>(
    (below, id) => (below === undefined ? id : `sha256:${createHash('sha256').update(`${below} ${id}`).digest('hex')}`),
    undefined,
  );
  const hex = (chain ?? `sha256:${createHash('sha256').digest('hex')}`).slice('sha256:'.length);
  return `${hex}-${owner() ?? process.getuid?.() ?? 0}`;
}

const placeOf = ({ folder, layers }: Pick<Unpack, 'folder' | 'layers'>) =>
  join(folder, rootfsName(layers.map(({ diffId }) => diffId)));

/** One that is there already. */
export function existingRootfs(unpack: Pick<Unpack, 'folder' | 'layers'>): Rootfs | undefined {
  const place = placeOf(unpack);
  const manifest = join(place, MANIFEST);
  if (!existsSync(manifest)) return undefined;
  const { points } = JSON.parse(readFileSync(manifest, 'utf8')) as { points: Record<string, string> };
  return { folder: join(place, 'files'), points };
}

/**
 * Unpacks layers, or waits for the process that does.
 *
 * @throws ImageBroken, DiskFull
 */
export async function ensureRootfs(unpack: Unpack): Promise<Rootfs> {
  const { clock, progress } = unpack;
  const place = placeOf(unpack);
  mkdirSync(dirname(place), { recursive: true, mode: 0o700 });
  const lock = `${place}.lock`;
  let told = false;
  while (!takeLock(lock)) {
    if (!told) progress('Another process unpacks this image; waiting for it');
    told = true;
    await pause(clock, WAIT_MILLISECONDS);
  }
  try {
    return existingRootfs(unpack) ?? (await build(unpack, place));
  } finally {
    await rm(lock, { force: true });
  }
}

async function build({ layers, limits, progress, clock }: Unpack, place: string): Promise<Rootfs> {
  const started = clock.now();
  const prefix = `${basename(place)}.building-`;
  for (const name of readdirSync(dirname(place))) {
    if (name.startsWith(prefix)) await rm(join(dirname(place), name), { recursive: true, force: true });
  }
  const building = `${place}.building-${process.pid}`;
  const root = join(building, 'files');
  try {
    mkdirSync(root, { recursive: true, mode: 0o755 });
    const { points, skipped } = await work({ root, layers, owner: owner(), limits }, progress);
    if (skipped > 0) progress(`  left out ${skipped} devices and pipes: jobs have those of /dev that need no rights`);
    writeFileSync(join(building, MANIFEST), `${JSON.stringify({ points, layers: layers.length }, null, 2)}\n`);
    await syncAll(building);
    renameSync(building, place);
    progress(`The image is unpacked (${formatDuration(clock.now() - started)})`);
    return { folder: join(place, 'files'), points };
  } catch (error) {
    await rm(building, { recursive: true, force: true });
    throw error;
  }
}

/** A machine that loses power must not find files empty that a later boot takes for whole. Where `sync` cannot, the kernel's own time has to do. */
function syncAll(folder: string): Promise<void> {
  return new Promise((resolve) => {
    execFile('sync', ['-f', folder], { env: { PATH: SYSTEM_PATH } }, () => resolve());
  });
}

function work(
  order: UnpackOrder,
  progress: (line: string) => void,
): Promise<{ points: Record<string, string>; skipped: number }> {
  return new Promise((resolve, reject) => {
    const file = new URL(`./unpackWorker${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, { workerData: order, resourceLimits: { maxOldGenerationSizeMb: 1024 } });
    worker.on('message', (message: UnpackMessage) => {
      if (message.kind === 'line') progress(message.line);
      else if (message.kind === 'done') resolve(message);
      else reject(runnerError(message.code, message.message));
    });
    worker.on('error', (error) =>
      reject(runnerError('ImageBroken', `An image could not be unpacked: ${error.message}`)),
    );
    worker.on('exit', (code) =>
      reject(runnerError('ImageBroken', `The unpacking of an image ended with status ${code}.`)),
    );
  });
}

const usesOf = (place: string) => `${place}.uses`;

/** Notes that a job uses a root file system, for as long as it has not ended. */
export function holdRootfs(files: string, jobRoot: string): void {
  const uses = usesOf(dirname(files));
  mkdirSync(uses, { recursive: true, mode: 0o700 });
  writeFileSync(join(uses, basename(jobRoot)), jobRoot);
}

/** A job that uses it now. */
function userOf(place: string): string | undefined {
  if (!existsSync(usesOf(place))) return undefined;
  return readdirSync(usesOf(place)).find((job) => {
    const root = readFileSync(join(usesOf(place), job), 'utf8');
    return existsSync(root) && !existsSync(join(root, FILES.exit));
  });
}

/** @throws ImageInUse */
export function checkUnused(folder: string, name: string): void {
  const job = userOf(join(folder, name));
  if (job === undefined) return;
  throw runnerError('ImageInUse', `Job ${job} runs from this image. Wait for its end, or stop it; then try again.`);
}

/** Deletes all but those that are named or used. */
export async function sweepRootfs(folder: string, kept: ReadonlySet<string>): Promise<void> {
  if (!existsSync(folder)) return;
  const names = readdirSync(folder).filter((name) => /^[0-9a-f]{64}-\d+$/.test(name));
  for (const name of names) {
    const place = join(folder, name);
    if (kept.has(name) || userOf(place) !== undefined || existsSync(`${place}.lock`)) continue;
    // A folder without its manifest is no longer taken for whole, should the deletion be cut short.
    await rm(join(place, MANIFEST), { force: true });
    await rm(place, { recursive: true, force: true });
    await rm(usesOf(place), { recursive: true, force: true });
  }
}
