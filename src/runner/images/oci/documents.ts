/**
 * The JSON documents of an image: index, manifest, configuration; OCI's and Docker's (schema 2), which agree in all that is
 * read here.
 *
 * D1. A document is hostile until it is parsed: sizes, counts and digests are bounded here, once.
 *
 * @see https://github.com/opencontainers/image-spec
 */
import type { z } from 'zod';
import { schemas } from '../../../base/zod.ts';
import { runnerError } from '../../errors.ts';
import { DIGEST } from './reference.ts';

/** Largest documents that are read, in bytes. */
export const LARGEST_MANIFEST = 4 * 1024 ** 2;
export const LARGEST_CONFIG = 2 * 1024 ** 2;
/** Largest layer as it is stored. */
const LARGEST_LAYER = 32 * 1024 ** 3;
const MOST_LAYERS = 512;

const documents = schemas(({ z }) => {
  const digest = z.string().regex(DIGEST, 'only sha256 digests are read');
  const size = z.number().int().min(0).max(LARGEST_LAYER);
  const platform = z.object({
    architecture: z.string().default(''),
    os: z.string().default(''),
    variant: z.string().optional(),
  });

  const descriptor = z.object({
    mediaType: z.string().default(''),
    digest,
    size,
    platform: platform.optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  });

  const index = z.object({ manifests: z.array(descriptor).max(1000) });
  const manifest = z.object({ config: descriptor, layers: z.array(descriptor).max(MOST_LAYERS) });

  const words = z.array(z.string()).nullish();
  const config = platform.extend({
    config: z
      .object({
        User: z.string().nullish(),
        Env: words,
        Entrypoint: words,
        Cmd: words,
        WorkingDir: z.string().nullish(),
      })
      .nullish(),
    rootfs: z.object({ diff_ids: z.array(digest).max(MOST_LAYERS) }),
  });

  /** What `docker save` writes as manifest.json. */
  const dockerArchive = z
    .array(z.object({ Config: z.string(), RepoTags: words, Layers: z.array(z.string()).max(MOST_LAYERS) }))
    .min(1);

  const told = z.object({ mediaType: z.string().optional(), manifests: z.unknown().optional() });
  return { told, descriptor, index, manifest, config, dockerArchive };
});

type Documents = ReturnType<typeof documents>;
export type Descriptor = z.infer<Documents['descriptor']>;
export type Manifest = z.infer<Documents['manifest']>;
export type ImageConfig = z.infer<Documents['config']>;

const CONTAINER_CONFIG = /^application\/vnd\.(oci\.image|docker\.container\.image)\./;
const INDEX = /(image\.index|manifest\.list)/;
const SCHEMA_1 = /docker\.distribution\.manifest\.v1/;

function parse<Name extends keyof Documents>(name: Name, text: string, what: string): z.infer<Documents[Name]> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw runnerError('ImageBroken', `${what} is no JSON: the image is damaged, or this is no image. Fetch it again.`);
  }
  const parsed = documents()[name].safeParse(value);
  if (parsed.success) return parsed.data as z.infer<Documents[Name]>;
  const { path, message } = parsed.error.issues[0]!;
  throw runnerError('ImageBroken', `${what} cannot be read: ${path.join('.') || 'it'}: ${message}. Build it again.`);
}

export function parseManifestOrIndex(
  text: string,
  mediaType: string,
  what: string,
): { kind: 'manifest'; manifest: Manifest } | { kind: 'index'; manifests: Descriptor[] } {
  const told = parse('told', text, what);
  const type = told.mediaType ?? mediaType;
  if (SCHEMA_1.test(type)) {
    throw runnerError('ImageBroken', `${what} is of Docker's schema 1, which is no longer read. Push it again.`);
  }
  if (INDEX.test(type) || told.manifests !== undefined) {
    return { kind: 'index', manifests: parse('index', text, what).manifests };
  }
  const read = parse('manifest', text, what);
  if (read.config.mediaType !== '' && !CONTAINER_CONFIG.test(read.config.mediaType)) {
    throw runnerError(
      'ImageBroken',
      `${what} is no container image: its configuration is of type ${read.config.mediaType}.`,
    );
  }
  return { kind: 'manifest', manifest: read };
}

export const parseIndex = (text: string, what: string): Descriptor[] => parse('index', text, what).manifests;
export const parseConfig = (text: string, what: string): ImageConfig => parse('config', text, what);
export const parseDockerArchive = (text: string, what: string) => parse('dockerArchive', text, what);

/** As Go names architectures, which is what images go by. */
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

export const machinePlatform = (arch: string = process.arch): string => `linux/${ARCHITECTURES[arch] ?? arch}`;

/** @throws ImageBroken when this machine cannot run the image */
export function checkPlatform({ os, architecture }: ImageConfig, wanted: string, what: string): void {
  const has = `${os || 'linux'}/${architecture || wanted.split('/')[1]}`;
  if (has === wanted) return;
  throw runnerError('ImageBroken', `${what} is for ${has}, and this machine is ${wanted}. Build it for ${wanted}.`);
}

/** The one image of an index that this machine runs. @throws ImageBroken when there is none, or there are several */
export function choose(manifests: readonly Descriptor[], wanted: string, what: string): Descriptor {
  const images = manifests.filter(({ annotations }) => !annotations?.['vnd.docker.reference.type']);
  const named = images.filter(({ platform }) => platform && `${platform.os}/${platform.architecture}` === wanted);
  // arm64 comes with the variant v8 or none; any other variant is of other processors.
  const fitting = named.filter(({ platform }) => !platform!.variant || platform!.variant === 'v8');
  const candidates = fitting.length > 0 ? fitting : images.filter(({ platform }) => !platform);
  const distinct = [...new Map(candidates.map((one) => [one.digest, one])).values()];
  if (distinct.length === 1) return distinct[0]!;
  if (distinct.length === 0) {
    const has = [...new Set(images.map(({ platform }) => platform && `${platform.os}/${platform.architecture}`))];
    throw runnerError(
      'ImageBroken',
      `${what} has no image for ${wanted}; it has ${has.filter(Boolean).join(', ') || 'none'}. Build it for ${wanted}.`,
    );
  }
  throw runnerError(
    'ImageBroken',
    `${what} holds ${distinct.length} images for ${wanted}, and only one can be meant. Write each to a layout of its own.`,
  );
}
