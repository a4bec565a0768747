/**
 * Copies a job's inputs and configuration into its folder.
 *
 * T1. What is listed, its versions and the prefix's fingerprint belong together: one is the digest of the other. Copies are
 *     made of those versions, whatever is written to the bucket meanwhile.
 * T2. Files are copied, never linked: a job may do with its inputs what it likes, and the store's files stay as they are.
 */
import { constants, createReadStream, createWriteStream, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../../base/clock.ts';
import { isAwsError } from '../../../protocol/errors.ts';
import type { Call } from '../../../protocol/service.ts';
import { jobFailure } from '../errors.ts';
import { ASIDE, GIGABYTE, type Job, type PlannedInput, parseS3Uri } from '../plan.ts';
import type { JobObjects, ListedObject, ObjectContent, ObjectVersion, PrefixRead } from '../ports.ts';
import type { Staged } from './files.ts';
import { placeOf, safePath } from './paths.ts';
import { inThread } from './work.ts';

/** One object, and the file below /opt/ml that it becomes. */
type Copy = {
  object: ObjectVersion;
  size: number;
  path: string;
  gzip: boolean;
  /** It is an archive: its files become those of the folder that `path` lies in. */
  unpacked: boolean;
  /** Its path lies below `ASIDE`, not below /opt/ml. */
  aside: boolean;
};
type Found = { copies: Copy[]; reads: ObjectVersion[]; prefixes: PrefixRead[] };

const AT_A_TIME = 4;
/** So many small objects are written without leaving the loop. */
const FEW = 64;
/** The longest manifest, in bytes. */
const LONGEST_MANIFEST = 64 * 1024 * 1024;

/** @param folders what the job will see as /opt/ml, host by host */
export async function stageInputs(
  job: Job,
  folders: readonly string[],
  objects: JobObjects,
  call: Call,
  signal: AbortSignal,
  clock: Clock,
): Promise<Staged> {
  for (const [host, ml] of folders.entries()) await makeFolder(job, host, ml);
  const found: Found[] = [];
  for (const input of job.plan.inputs) found.push(await find(job, input, objects, call));
  for (const [host, ml] of folders.entries()) {
    const copies = found.flatMap((each, index) => shard(each.copies, job.plan.inputs[index]!, host, folders.length));
    for (const aside of [false, true]) checkPlaces(copies.filter((copy) => copy.aside === aside));
    checkSize(job, copies);
    const room = { bytes: job.plan.volumeBytes };
    const few = copies.length <= FEW;
    await eachOf(copies, signal, async (copy) => {
      try {
        const base = copy.aside ? asideOf(ml) : ml;
        await makeFile(join(base, copy.path), copy, objects, call, { room, few, clock }, signal);
      } catch (error) {
        throw downloadFailed(error, `s3://${copy.object.bucket}/${copy.object.key}`);
      }
    });
  }
  return { reads: found.flatMap(({ reads }) => reads), prefixes: found.flatMap(({ prefixes }) => prefixes) };
}

/** @param ml of the same host */
const asideOf = (ml: string) => join(dirname(ml), ASIDE.folder);

/** Empties a host's folder, and writes what it is told of the job. */
async function makeFolder({ plan }: Job, host: number, ml: string): Promise<void> {
  for (const folder of [ml, asideOf(ml)]) if (existsSync(folder)) await rm(folder, { recursive: true, force: true });
  // Few and small: going through the pool of threads for each would take longer than all of them.
  for (const folder of ['', ...plan.folders]) mkdirSync(join(ml, folder), { recursive: true });
  for (const [path, document] of Object.entries({ ...plan.configuration, ...plan.hostConfiguration[host] })) {
    mkdirSync(dirname(join(ml, path)), { recursive: true });
    writeFileSync(join(ml, path), JSON.stringify(document));
  }
}

/** What a host gets of an input: everything, or every nth object, in the order of their keys. */
function shard(copies: readonly Copy[], { sharded }: PlannedInput, host: number, hosts: number): readonly Copy[] {
  return sharded ? copies.filter((_, index) => index % hosts === host) : copies;
}

/** Errors of S3 in the words of SageMaker's download; others as they are. */
function downloadFailed(error: unknown, uri: string): unknown {
  if (!isAwsError(error)) return error;
  return jobFailure('ClientError', `Data download failed:${error.code} (${error.status}): ${error.message} (${uri})`);
}

async function find(job: Job, input: PlannedInput, objects: JobObjects, call: Call): Promise<Found> {
  try {
    if (input.type === 'S3Object') return findObject(input, objects, call);
    return await (input.type === 'S3Prefix'
      ? findPrefix(job, input, objects, call)
      : findManifest(input, objects, call));
  } catch (error) {
    throw downloadFailed(error, input.uri);
  }
}

async function findPrefix(job: Job, input: PlannedInput, objects: JobObjects, call: Call): Promise<Found> {
  const { bucket, key: prefix } = parseS3Uri(input.uri)!;
  const { objects: listed, fingerprint } = await objects.list(call, bucket, prefix);
  if (listed.length === 0) {
    throw jobFailure(
      'ClientError',
      `Data download failed:NoSuchKey (404): No S3 objects found under S3 URL "${input.uri}" given in input data source. Please ensure that the bucket exists in the selected region (${job.region}), that objects exist under that S3 prefix, and that the role "${job.roleArn}" has "s3:ListBucket" permissions on bucket "${bucket}". (input '${input.name}')`,
    );
  }
  const copies = listed.flatMap((object) => {
    const place = placeOf(object.key, prefix);
    return place === 'skip' ? [] : [copyOf(input, bucket, object, place)];
  });
  return { copies, reads: copies.map(({ object }) => object), prefixes: [{ uri: input.uri, fingerprint }] };
}

function findObject(input: PlannedInput, objects: JobObjects, call: Call): Found {
  const { bucket, key } = parseS3Uri(input.uri)!;
  const listed = objects.head(call, bucket, key);
  const copy = copyOf(input, bucket, listed, safePath(key.slice(key.lastIndexOf('/') + 1)));
  return { copies: [copy], reads: [copy.object], prefixes: [] };
}

function copyOf(
  input: PlannedInput,
  bucket: string,
  { key, version, size }: ListedObject,
  place: { path: string } | { problem: string },
): Copy {
  if ('problem' in place) {
    throw jobFailure(
      'ClientError',
      `Data download failed: the object s3://${bucket}/${key} of input '${input.name}' cannot become a file, since ${place.problem}. Rename the object, or narrow the input's S3Uri.`,
    );
  }
  const path = input.gzip ? place.path.replace(/\.gz$/, '') : place.path;
  const { gzip, unpacked = false, aside = false } = input;
  return { object: { bucket, key, version }, size, path: `${input.folder}/${path}`, gzip, unpacked, aside };
}

/** https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_S3DataSource.html */
async function findManifest(input: PlannedInput, objects: JobObjects, call: Call): Promise<Found> {
  const { bucket, key } = parseS3Uri(input.uri)!;
  const manifest = objects.head(call, bucket, key);
  const object = { bucket, key, version: manifest.version };
  if (manifest.size > LONGEST_MANIFEST) throw notManifest(input, 'it is too long');
  const { prefix, entries } = parseManifest(input, await text(objects.open(call, object)));
  const base = parseS3Uri(prefix);
  if (!base) throw notManifest(input, `its prefix is no S3 URI: '${prefix}'`);
  const copies = entries.map((entry) => {
    const listed = objects.head(call, base.bucket, `${base.key}${entry}`);
    return copyOf(input, base.bucket, listed, safePath(entry));
  });
  return { copies, reads: [object, ...copies.map((copy) => copy.object)], prefixes: [] };
}

async function text(content: { path: string } | { bytes: Uint8Array }): Promise<string> {
  if ('bytes' in content) return Buffer.from(content.bytes).toString();
  const chunks: Buffer[] = [];
  for await (const chunk of createReadStream(content.path)) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function parseManifest(input: PlannedInput, source: string): { prefix: string; entries: string[] } {
  let document: unknown;
  try {
    document = JSON.parse(source);
  } catch {
    throw notManifest(input, 'it is no JSON');
  }
  const [head, ...entries] = Array.isArray(document) ? (document as unknown[]) : [];
  const prefix = typeof head === 'object' && head !== null && 'prefix' in head ? head.prefix : undefined;
  if (typeof prefix !== 'string' || !entries.every((entry) => typeof entry === 'string')) {
    throw notManifest(input, 'it must be an array: first {"prefix": "s3://…"}, then the rest of each key as text');
  }
  return { prefix, entries };
}

function notManifest(input: PlannedInput, reason: string): Error {
  return jobFailure('ClientError', `${input.uri}, input '${input.name}', is not a manifest: ${reason}.`);
}

/** No two files in one place, and no file where a folder must be. */
function checkPlaces(copies: readonly Copy[]): void {
  const files = new Map<string, Copy>();
  const conflict = (copy: Copy, path: string) => {
    const [one, other] = [copy, files.get(path)!].map(({ object }) => `s3://${object.bucket}/${object.key}`);
    const where = copy.aside ? path : `/opt/ml/${path}`;
    const problem = `Data download failed: ${one} and ${other} cannot both be files: their places in the job's folder are in each other's way (${where}).`;
    throw jobFailure('ClientError', `${problem} Rename one, or give each input a prefix of its own.`);
  };
  for (const copy of copies) {
    if (files.has(copy.path)) conflict(copy, copy.path);
    files.set(copy.path, copy);
  }
  for (const copy of copies) {
    for (let folder = dirname(copy.path); folder !== '.'; folder = dirname(folder)) {
      if (files.has(folder)) conflict(copy, folder);
    }
  }
}

function checkSize(job: Job, copies: readonly Copy[]): void {
  const size = copies.reduce((sum, copy) => sum + copy.size, 0);
  if (size > job.plan.volumeBytes) throw volumeFull(job.plan.volumeBytes, `its inputs are ${size} bytes`);
}

export function volumeFull(volumeBytes: number, reason: string): Error {
  return jobFailure(
    'ClientError',
    `No space left on device: the job asks for a volume of ${volumeBytes / GIGABYTE} GB, and ${reason}. Raise VolumeSizeInGB.`,
  );
}

/** In a thread: archives may be of any size and shape. */
async function unpack(
  content: ObjectContent,
  object: ObjectVersion,
  target: string,
  room: { bytes: number },
  clock: Clock,
): Promise<void> {
  await mkdir(target, { recursive: true });
  try {
    await inThread({ kind: 'unpack', content, target, most: room.bytes }, undefined, clock);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOSPC' || code === 'EDQUOT') throw error;
    throw jobFailure(
      'ClientError',
      `Data download failed: s3://${object.bucket}/${object.key} cannot be unpacked as a tar.gz archive: ${message}.`,
    );
  }
}

async function makeFile(
  target: string,
  copy: Copy,
  objects: JobObjects,
  call: Call,
  { room, few, clock }: { room: { bytes: number }; few: boolean; clock: Clock },
  signal: AbortSignal,
): Promise<void> {
  const { object, gzip } = copy;
  const content = objects.open(call, object);
  if (copy.unpacked) return unpack(content, object, dirname(target), room, clock);
  if (few && !gzip && 'bytes' in content) {
    mkdirSync(dirname(target), { recursive: true });
    return writeFileSync(target, content.bytes);
  }
  await mkdir(dirname(target), { recursive: true });
  if (gzip) {
    const source = 'bytes' in content ? Readable.from([content.bytes]) : createReadStream(content.path);
    const bounded = async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        room.bytes -= chunk.length;
        if (room.bytes < 0)
          throw jobFailure(
            'ClientError',
            `No space left on device: ${object.key} unpacks to more than the job's volume holds. Raise VolumeSizeInGB.`,
          );
        yield chunk;
      }
    };
    await pipeline(source, createGunzip(), bounded, createWriteStream(target), { signal }).catch((error: Error) => {
      if (!('code' in error) || !String(error.code).startsWith('Z_')) throw error;
      throw jobFailure(
        'ClientError',
        `Data download failed: s3://${object.bucket}/${object.key} is not gzip: ${error.message}.`,
      );
    });
  } else if ('bytes' in content) {
    await writeFile(target, content.bytes);
  } else {
    await copyFile(content.path, target, constants.COPYFILE_FICLONE);
    // The store's files are read-only; scripts may change what they were given.
    await chmod(target, 0o644);
  }
}

/** A few at a time, so that neither the disk nor the loop belongs to one job. */
async function eachOf<T>(items: readonly T[], signal: AbortSignal, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  let broken = false;
  const worker = async () => {
    while (!broken && next < items.length) {
      signal.throwIfAborted();
      await work(items[next++]!).catch((error) => {
        broken = true;
        throw error;
      });
    }
  };
  const results = await Promise.allSettled(Array.from({ length: AT_A_TIME }, worker));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure) throw failure.reason;
}
