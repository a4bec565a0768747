/**
 * The model inside a file: an artefact of a training job (model.tar.gz), or the model's own file.
 *
 * A1. Nothing is unpacked to disk; a name that leads out of the archive makes it a broken one all the same.
 * A2. Sizes are bounded: the model's, what is unpacked in all, and the number of entries.
 * A3. An archive is taken only if serving it would score one model and run no script of its own.
 */
import { createReadStream } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { badModel, unsupported } from '../errors.ts';

export type ArchiveLimits = { model: number; unpacked: number; entries: number };

const LIMITS: ArchiveLimits = { model: 512 * 2 ** 20, unpacked: 4 * 2 ** 30, entries: 10_000 };
const MODEL_NAME = /^(xgboost-model|.+\.(json|ubj|xgb|bst|bin|model|pkl|pickle|joblib))$/;

/** The bytes of the model. @throws ScoringError; the system's errors where the file cannot be read */
export async function modelBytes(path: string, limits: ArchiveLimits = LIMITS): Promise<Uint8Array> {
  if (await isGzip(path)) return fromArchive(path, limits);
  const { size } = await stat(path);
  if (size > limits.model) throw tooLarge(basename(path), limits);
  return readFile(path);
}

async function isGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

function tooLarge(name: string, { model }: ArchiveLimits): Error {
  return unsupported(
    `The model ${name} is larger than ${model / 2 ** 20} MB, which is the most that Telar scores itself.`,
  );
}

async function fromArchive(path: string, limits: ArchiveLimits): Promise<Uint8Array> {
  const found = new Map<string, Buffer>();
  const tar = extract();
  let unpacked = 0;
  const counted = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      unpacked += chunk.length;
      if (unpacked > limits.unpacked)
        throw badModel(`The archive unpacks to more than ${limits.unpacked / 2 ** 20} MB.`);
      yield chunk;
    }
  };
  const fed = pipeline(createReadStream(path), createGunzip(), counted, tar);
  // What fails in feeding also ends the reading below; told there.
  fed.catch(() => {});
  let entries = 0;
  try {
    for await (const entry of tar) {
      entries += 1;
      if (entries > limits.entries) throw badModel(`The archive has more than ${limits.entries} entries.`);
      const name = checkedName(entry.header.name);
      const isModel = entry.header.type === 'file' && !name.includes('/') && MODEL_NAME.test(name);
      if (isModel && (entry.header.size ?? 0) > limits.model) throw tooLarge(name, limits);
      const parts: Buffer[] = [];
      for await (const part of entry) if (isModel) parts.push(part as Buffer);
      if (isModel) found.set(name, Buffer.concat(parts));
    }
    await fed;
  } catch (error) {
    tar.destroy();
    throw (error as { kind?: string }).kind
      ? error
      : badModel(`The archive cannot be read: ${(error as Error).message}`);
  }
  return onlyModel(found);
}

/** @throws ScoringError */
function checkedName(raw: string): string {
  const name = posix.normalize(raw).replace(/^\.\//, '');
  if (posix.isAbsolute(name) || name === '..' || name.startsWith('../') || name.includes('\0'))
    throw badModel(`The archive has an entry that leads out of it: ${raw.slice(0, 100)}.`);
  if (name.endsWith('.py'))
    throw unsupported(`The archive has a script of its own, ${name.slice(0, 100)}: its container serves it.`);
  return name;
}

function onlyModel(found: ReadonlyMap<string, Buffer>): Uint8Array {
  const names = [...found.keys()].filter((name) => !name.startsWith('.'));
  const [name] = names;
  if (name === undefined) {
    throw unsupported(
      'The archive has no model at its top level that Telar knows: xgboost-model, *.json, *.ubj, *.xgb or *.pkl.',
    );
  }
  if (names.length === 1) return found.get(name)!;
  throw unsupported(
    `The archive has ${names.length} models (${names.slice(0, 5).join(', ')}), an ensemble: its container serves it.`,
  );
}
