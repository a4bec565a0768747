/** Container images made on the spot: layers from entries, layouts from layers, programs from this machine's own files. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';

/** A file's content, or what else it is. */
export type LayerEntry = Partial<Header> & { name: string; content?: string | Buffer };

export const sha256 = (bytes: Uint8Array | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** A layer's uncompressed bytes. */
export async function tarOf(entries: readonly LayerEntry[]): Promise<Buffer> {
  const archive = pack();
  for (const { content, ...header } of entries) {
    const bytes = Buffer.from(content ?? '');
    if (content === undefined && header.type !== undefined) archive.entry(header);
    else archive.entry({ mode: 0o644, ...header, size: header.size ?? bytes.length }, bytes);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export type Layer = { bytes: Buffer; diffId: string; mediaType: string };

const COMPRESSIONS = {
  plain: { suffix: '', run: (bytes: Buffer) => bytes },
  gzip: { suffix: '+gzip', run: (bytes: Buffer) => gzipSync(bytes) },
  zstd: { suffix: '+zstd', run: (bytes: Buffer) => zstdCompressSync(bytes) },
};

export function compressed(tar: Buffer, how: keyof typeof COMPRESSIONS = 'plain'): Layer {
  const { suffix, run } = COMPRESSIONS[how];
  return { bytes: run(tar), diffId: sha256(tar), mediaType: `application/vnd.oci.image.layer.v1.tar${suffix}` };
}

export const layerOf = async (entries: readonly LayerEntry[], how: keyof typeof COMPRESSIONS = 'plain') =>
  compressed(await tarOf(entries), how);

/** Programs of this machine with all that they load, as entries at their own places. */
export function programs(names: readonly string[]): LayerEntry[] {
  const files = new Map<string, string>();
  for (const name of names) {
    const path = ['/usr/bin', '/bin'].map((folder) => join(folder, name)).find((place) => existsSync(place))!;
    files.set(`bin/${name}`, realpathSync(path));
    for (const match of execFileSync('sh', ['-c', 'ldd "$1"', 'sh', path], { encoding: 'utf8' }).matchAll(
      /(?:=> )?(\/\S+) \(0x/g,
    )) {
      files.set(match[1]!.slice(1), realpathSync(match[1]!));
    }
  }
  return [...files].map(([name, path]) => ({ name, mode: 0o755, content: readFileSync(path) }));
}

export const MACHINE = { x64: 'amd64', arm64: 'arm64' }[process.arch as string] ?? process.arch;

export type Descriptor = {
  mediaType: string;
  digest: string;
  size: number;
  platform?: { os: string; architecture: string };
};
export type Built = { blobs: Map<string, Buffer>; manifest: Descriptor };

/** The blobs of one image. */
export function build(layers: readonly Layer[], config: object = {}, architecture: string = MACHINE): Built {
  const blobs = new Map<string, Buffer>();
  const put = (bytes: Buffer, mediaType: string): Descriptor => {
    blobs.set(sha256(bytes), bytes);
    return { mediaType, digest: sha256(bytes), size: bytes.length };
  };
  const document = (value: object, mediaType: string) => put(Buffer.from(JSON.stringify(value)), mediaType);
  const rootfs = { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) };
  const manifest = document(
    {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: document({ os: 'linux', architecture, config, rootfs }, 'application/vnd.oci.image.config.v1+json'),
      layers: layers.map(({ bytes, mediaType }) => put(bytes, mediaType)),
    },
    'application/vnd.oci.image.manifest.v1+json',
  );
  return { blobs, manifest: { ...manifest, platform: { os: 'linux', architecture } } };
}

/** Writes images as an OCI layout. */
export function writeLayout(folder: string, images: readonly Built[]): string {
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true });
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const index = { schemaVersion: 2, manifests: images.map(({ manifest }) => manifest) };
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index));
  for (const { blobs } of images) {
    for (const [digest, bytes] of blobs) writeFileSync(join(folder, 'blobs/sha256', digest.slice(7)), bytes);
  }
  return folder;
}
