/**
 * Images as files: an OCI layout, as a folder or a tar archive, and what `docker save` writes.
 *
 * S1. Names inside an archive are looked up, never opened: its members lie in files that are numbered.
 * S2. All bytes go into the blob store through their digests, whoever wrote them.
 *
 * @see https://github.com/opencontainers/image-spec/blob/main/image-layout.md
 */
import { createReadStream, createWriteStream, existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join, posix } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract as readArchive } from 'tar-stream';
import { runnerError } from '../../errors.ts';
import type { Blobs, Expected } from './blobs.ts';
import { type Descriptor, LARGEST_CONFIG, LARGEST_MANIFEST, parseDockerArchive, parseIndex } from './documents.ts';

/** Where a named file of an image lies on this machine; undefined when the image has none of that name. */
type Files = (name: string) => string | undefined;

/** Members of an archive and their bytes, at most. */
const MOST_MEMBERS = 10_000;
const LARGEST_ARCHIVE = 64 * 1024 ** 3;
const CONFIG_TYPE = 'application/vnd.oci.image.config.v1+json';
const LAYER_TYPE = 'application/vnd.oci.image.layer.v1.tar';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';

export type Opened = {
  /** What the image's own index offers. */
  manifests: readonly Descriptor[];
  /** Brings a blob into the store. @throws ImageBroken when the image has not got it */
  fetch(wanted: Expected): Promise<void>;
  close(): void;
};

/**
 * Opens a layout or an archive.
 *
 * @param path absolute
 * @throws ImageBroken
 */
export async function openSource(path: string, blobs: Blobs): Promise<Opened> {
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw broken(path, 'does not exist. Name the folder of an OCI layout, or a tar archive of an image');
  if (found.isDirectory())
    return opened(
      path,
      (name) => existing(join(path, name)),
      blobs,
      () => {},
    );
  if (!found.isFile()) throw broken(path, 'is neither a folder nor a file. Name an OCI layout, or a tar archive');
  const members = blobs.temporary();
  const close = () => rmSync(members, { recursive: true, force: true });
  try {
    return await opened(path, await extract(path, members), blobs, close);
  } catch (error) {
    close();
    throw error;
  }
}

const broken = (path: string, why: string) => runnerError('ImageBroken', `The image ${path} ${why}.`);

const existing = (path: string) => (existsSync(path) ? path : undefined);

function readText(path: string, limit: number, image: string): string {
  if (statSync(path).size > limit) throw broken(image, `has a document of more than ${limit} bytes`);
  return readFileSync(path, 'utf8');
}

async function opened(path: string, files: Files, blobs: Blobs, close: () => void): Promise<Opened> {
  const index = files('index.json');
  if (index) {
    const manifests = parseIndex(readText(index, LARGEST_MANIFEST, path), `${path}: index.json`);
    return { manifests, fetch: (wanted) => fetchBlob(path, files, blobs, wanted), close };
  }
  const saved = files('manifest.json');
  if (!saved) {
    throw broken(path, "has neither index.json (an OCI layout) nor manifest.json (what 'docker save' writes)");
  }
  const manifest = await fromDockerArchive(path, saved, files, blobs);
  return { manifests: [manifest], fetch: (wanted) => fetchBlob(path, files, blobs, wanted), close };
}

async function fetchBlob(path: string, files: Files, blobs: Blobs, wanted: Expected): Promise<void> {
  if (blobs.has(wanted.digest)) return;
  const file = files(`blobs/sha256/${wanted.digest.slice('sha256:'.length)}`);
  if (!file) throw broken(path, `lacks its part ${wanted.digest}: it is damaged. Write it again`);
  await store(createReadStream(file), blobs, wanted);
}

async function store(content: Readable, blobs: Blobs, expected: Expected | undefined): Promise<Expected> {
  const receiver = await blobs.receive(expected);
  try {
    for await (const chunk of content) await receiver.write(chunk as Buffer);
    return await receiver.finish();
  } catch (error) {
    await receiver.abandon();
    throw error;
  }
}

/** Gives an image without a manifest of its own the one that a registry would have made. */
async function fromDockerArchive(path: string, saved: string, files: Files, blobs: Blobs): Promise<Descriptor> {
  const images = parseDockerArchive(readText(saved, LARGEST_MANIFEST, path), `${path}: manifest.json`);
  if (images.length > 1) {
    const names = images.map(({ RepoTags, Config }) => RepoTags?.[0] ?? Config);
    throw broken(path, `holds ${images.length} images (${names.join(', ')}): save the one that is meant alone`);
  }
  const { Config, Layers } = images[0]!;
  const put = async (name: string, mediaType: string): Promise<Descriptor> => {
    const file = files(name);
    if (!file) throw broken(path, `lacks its part ${name}: it is damaged. Write it again`);
    return { mediaType, ...(await store(createReadStream(file), blobs, undefined)) };
  };
  const configFile = files(Config);
  if (configFile && statSync(configFile).size > LARGEST_CONFIG) throw broken(path, 'has too large a configuration');
  const config = await put(Config, CONFIG_TYPE);
  const layers: Descriptor[] = [];
  for (const layer of Layers) layers.push(await put(layer, LAYER_TYPE));
  const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers }));
  const receiver = await blobs.receive(undefined);
  await receiver.write(manifest);
  return { mediaType: MANIFEST_TYPE, ...(await receiver.finish()) };
}

async function isGzip(path: string): Promise<boolean> {
  for await (const chunk of createReadStream(path, { end: 1 })) return (chunk as Buffer).readUInt16BE(0) === 0x1f8b;
  return false;
}

/** Writes an archive's files into a folder, by number. */
async function extract(path: string, folder: string): Promise<Files> {
  const members = new Map<string, string>();
  const links = new Map<string, string>();
  const archive = readArchive();
  const content = createReadStream(path);
  const compressed = statSync(path).size >= 2 && (await isGzip(path));
  const reading = compressed ? pipeline(content, createGunzip(), archive) : pipeline(content, archive);
  // Told by the loop below, which ends with the same error.
  reading.catch(() => {});
  let bytes = 0;
  try {
    for await (const entry of archive) {
      const { name, type, size = 0, linkname } = entry.header;
      const plain = posix.normalize(name);
      bytes += size;
      if (members.size + links.size >= MOST_MEMBERS || bytes > LARGEST_ARCHIVE) {
        throw broken(path, `holds more than ${MOST_MEMBERS} files or ${LARGEST_ARCHIVE} bytes: it is no image`);
      }
      if (type === 'file') {
        const file = join(folder, String(members.size));
        members.set(plain, file);
        await pipeline(entry, createWriteStream(file, { mode: 0o600 }));
        continue;
      }
      // Old versions of Docker save a layer that is there already as a link to it.
      if ((type === 'symlink' || type === 'link') && linkname) {
        links.set(plain, posix.join(type === 'symlink' ? posix.dirname(plain) : '', linkname));
      }
      entry.resume();
    }
    await reading;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ImageBroken' || error.code === 'ENOSPC'))
      throw error;
    throw broken(path, `is no tar archive of an image (${error instanceof Error ? error.message : String(error)})`);
  }
  return (name) => members.get(posix.normalize(name)) ?? members.get(links.get(posix.normalize(name)) ?? '');
}
