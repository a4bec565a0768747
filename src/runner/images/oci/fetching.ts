/**
 * From a name to the parts of one image: index → manifest → configuration and layers, whoever has them. What comes out is
 * all that is ever needed of the image again.
 */
import { runnerError } from '../../errors.ts';
import type { Blobs, Expected } from './blobs.ts';
import {
  checkPlatform,
  choose,
  type Descriptor,
  type ImageConfig,
  LARGEST_CONFIG,
  LARGEST_MANIFEST,
  parseConfig,
  parseManifestOrIndex,
} from './documents.ts';
import type { Registry } from './registry.ts';
import type { Opened } from './source.ts';

/** Where an image comes from. */
export type Origin = {
  /** The document that begins it: an index, or a manifest. */
  begin(): Promise<{ text: string; digest: string; mediaType: string } | { manifests: readonly Descriptor[] }>;
  document(descriptor: Descriptor): Promise<string>;
  blob(wanted: Expected): Promise<void>;
};

export type Image = {
  /** Of its manifest. */
  digest: string;
  config: string;
  layers: { digest: string; diffId: string }[];
  /** As stored. */
  bytes: number;
  platform: string;
};

/** All layers together, as they are stored. */
const LARGEST_IMAGE = 64 * 1024 ** 3;
/** Indexes in indexes, at most. */
const DEEPEST = 3;

export function registryOrigin(registry: Registry, by: string, blobs: Blobs): Origin {
  return {
    begin: () => registry.manifest(by),
    document: async ({ digest }) => (await registry.manifest(digest)).text,
    blob: (wanted) => registry.blob(wanted, blobs),
  };
}

export function fileOrigin(source: Opened, blobs: Blobs): Origin {
  return {
    begin: async () => ({ manifests: source.manifests }),
    async document(descriptor) {
      await source.fetch(descriptor);
      return blobs.text(descriptor.digest, LARGEST_MANIFEST);
    },
    blob: source.fetch,
  };
}

async function findManifest(origin: Origin, wanted: string, what: string) {
  const first = await origin.begin();
  let found: { text: string; digest: string; mediaType: string };
  if ('manifests' in first) {
    const chosen = choose(first.manifests, wanted, what);
    found = { text: await origin.document(chosen), digest: chosen.digest, mediaType: chosen.mediaType };
  } else found = first;
  for (let depth = 0; depth < DEEPEST; depth++) {
    const read = parseManifestOrIndex(found.text, found.mediaType, what);
    if (read.kind === 'manifest') return { manifest: read.manifest, digest: found.digest };
    const chosen = choose(read.manifests, wanted, what);
    found = { text: await origin.document(chosen), digest: chosen.digest, mediaType: chosen.mediaType };
  }
  throw runnerError('ImageBroken', `${what} is an index of indexes, ${DEEPEST} deep. Name one of its images.`);
}

/** @param what the image, as messages name it */
export async function fetchImage(options: {
  origin: Origin;
  blobs: Blobs;
  platform: string;
  what: string;
  progress: (line: string) => void;
}): Promise<Image> {
  const { origin, blobs, platform, what, progress } = options;
  const { manifest, digest } = await findManifest(origin, platform, what);
  if (manifest.config.size > LARGEST_CONFIG) throw runnerError('ImageBroken', `${what} has too large a configuration.`);
  await origin.blob(manifest.config);
  const config: ImageConfig = parseConfig(
    blobs.text(manifest.config.digest, LARGEST_CONFIG),
    `${what}: its configuration`,
  );
  checkPlatform(config, platform, what);
  const diffIds = config.rootfs.diff_ids;
  if (diffIds.length !== manifest.layers.length) {
    throw runnerError(
      'ImageBroken',
      `${what} has ${manifest.layers.length} layers, and its configuration names ${diffIds.length}. Build it again.`,
    );
  }
  const bytes = manifest.layers.reduce((sum, layer) => sum + layer.size, manifest.config.size);
  if (bytes > LARGEST_IMAGE) {
    throw runnerError('ImageBroken', `${what} has ${bytes} bytes, more than the ${LARGEST_IMAGE} that Telar fetches.`);
  }
  const count = manifest.layers.length;
  progress(`${what}: ${count} ${count === 1 ? 'layer' : 'layers'}, ${(bytes / 1e6).toFixed(1)} MB`);
  for (const [index, layer] of manifest.layers.entries()) {
    const there = blobs.has(layer.digest) ? ', there already' : '';
    progress(`  layer ${index + 1} of ${manifest.layers.length}, ${(layer.size / 1e6).toFixed(1)} MB${there}`);
    if (!there) await origin.blob(layer);
  }
  const layers = manifest.layers.map((layer, index) => ({ digest: layer.digest, diffId: diffIds[index]! }));
  return { digest, config: manifest.config.digest, layers, bytes, platform };
}
