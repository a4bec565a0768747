/**
 * Container images of the user's own: brought here by name, unpacked once, run by the sandbox; by Docker where that is asked
 * for, or where there is no sandbox.
 *
 * N1. An image is brought here before a job asks for it (`telar images pull`, `import`): creating a job never makes the
 *     server fetch what its caller names. Its name then means these very bytes, until it is brought here again.
 * N2. What takes long is begun, and goes on when its caller has gone; `activity` tells how far it is.
 * N3. Bytes that no name needs are deleted when a name is. Whoever fetches meanwhile looks again before naming its image.
 */
import { isAbsolute, join } from 'node:path';
import type { Clock } from '../../../base/clock.ts';
import type { Log } from '../../../base/log.ts';
import { runnerError } from '../../errors.ts';
import { isolation } from '../../isolation.ts';
import type { ContainerConfig, ReadyImage } from '../image.ts';
import { type Blobs, openBlobs } from './blobs.ts';
import { readRegistries } from './credentials.ts';
import { dockerClient, dockerImage } from './docker.ts';
import { type ImageConfig, LARGEST_CONFIG, machinePlatform, parseConfig } from './documents.ts';
import { fetchImage, fileOrigin, type Origin, registryOrigin } from './fetching.ts';
import type { Limits } from './layer.ts';
import { type NamedImage, type Names, openNames } from './names.ts';
import { parseReference, type Reference } from './reference.ts';
import { openRegistry } from './registry.ts';
import { checkUnused, ensureRootfs, existingRootfs, holdRootfs, rootfsName, sweepRootfs } from './rootfs.ts';
import { openSource } from './source.ts';

export type Activity = {
  state: 'Working' | 'Done' | 'Failed';
  lines: readonly string[];
  /** Why it failed. */
  failure: { code: string; message: string } | undefined;
};

/** What people do with images. URIs are taken as they are written. */
export type ImageCatalogue = {
  list(): NamedImage[];
  /** Begins to bring a layout or an archive under a name. @throws UnknownImage */
  beginImport(path: string, uri: string): void;
  /** Begins to fetch an image from its registry. @throws UnknownImage */
  beginPull(uri: string): void;
  /** The last that was begun under this name. */
  activity(uri: string): Activity | undefined;
  /** @throws UnknownImage, ImageInUse */
  remove(uri: string): Promise<void>;
};

/** What the runner needs of them. */
export type ContainerImages = ImageCatalogue & {
  /** Whether the URI names a container image that is here. */
  knows(uri: string): boolean;
  /** What to do about an image that is not here. */
  advice(uri: string): string;
  ready(uri: string, progress: (line: string) => void): Promise<ReadyImage>;
  /** Notes that a job runs from an image, so that it is not deleted under it. */
  hold(image: ReadyImage, jobRoot: string): void;
};

export type ContainerOptions = {
  clock: Clock;
  log: Log;
  imagesFolder: string;
  /** Credentials for registries (credentials.ts). */
  registriesFile?: string;
  /** Whether Telar's own image answers to a URI: no other may take its name. */
  own(uri: string): boolean;
  /** `docker`: the machine's Docker runs all of them. `auto`: it does where there is no sandbox. @default 'auto' */
  engine?: 'auto' | 'docker';
  /** Docker's client. @default the machine's */
  docker?: string;
  limits?: Limits;
  /** Before the second attempt at a request, in milliseconds. */
  firstWait?: number;
};

/** 64 GB and a million files: ten times what large images have. */
const LIMITS: Limits = { bytes: 64 * 1024 ** 3, entries: 1_000_000 };
const MOST_LINES = 1000;
const MOST_ACTIVITIES = 100;
/** A removal may take bytes away that were just found to be there. */
const FETCHES = 3;

type Parts = ContainerOptions & { folder: string; blobs(): Blobs; names(): Names };

export function createContainerImages(options: ContainerOptions): ContainerImages {
  const folder = join(options.imagesFolder, 'containers');
  let blobs: Blobs | undefined;
  let names: Names | undefined;
  const parts: Parts = {
    ...options,
    folder,
    blobs() {
      blobs ??= openBlobs(folder);
      return blobs;
    },
    names() {
      names ??= openNames(join(folder, 'names'));
      return names;
    },
  };
  const activities = new Map<string, Activity & { lines: string[] }>();
  const unpacking = new Map<string, Promise<ReadyImage>>();

  /** @throws UnknownImage when something is under way for this name already */
  function begin(uri: string, work: (progress: (line: string) => void) => Promise<void>): void {
    if (activities.get(uri)?.state === 'Working') {
      throw runnerError('ImageInUse', `'${uri}' is being brought here already. Wait for its end.`);
    }
    const activity: Activity & { lines: string[] } = { state: 'Working', lines: [], failure: undefined };
    activities.delete(uri);
    activities.set(uri, activity);
    // Oldest first: what nobody has asked after for so long is forgotten.
    for (const [old, { state }] of activities) {
      if (activities.size <= MOST_ACTIVITIES) break;
      if (state !== 'Working') activities.delete(old);
    }
    const progress = (line: string) => {
      if (activity.lines.length < MOST_LINES) activity.lines.push(line);
    };
    work(progress).then(
      () => {
        activity.state = 'Done';
      },
      (error: Error & { code?: string }) => {
        activity.failure =
          error.code === 'ENOSPC'
            ? {
                code: 'DiskFull',
                message: `The disk became full while '${uri}' was brought here: free some space and try again.`,
              }
            : { code: error.code ?? error.name, message: error.message };
        activity.state = 'Failed';
        options.log('warn', 'images.not-brought', { uri, message: error.message });
      },
    );
  }

  const find = (uri: string) => {
    const reference = parseReference(uri);
    return reference && parts.names().find(reference.canonical);
  };

  return {
    list: () => parts.names().list(),
    beginImport(path, uri) {
      const { canonical } = nameable(parts, uri);
      if (!isAbsolute(path)) throw runnerError('UnknownImage', `'${path}' is not absolute: name the whole path.`);
      begin(canonical, (progress) => importImage(parts, path, canonical, progress));
    },
    beginPull(uri) {
      const reference = nameable(parts, uri);
      begin(reference.canonical, (progress) => pullImage(parts, reference, progress));
    },
    activity: (uri) => activities.get(parseReference(uri)?.canonical ?? uri),
    remove: (uri) => removeImage(parts, uri, find(uri)),
    knows: (uri) => (options.engine === 'docker' ? parseReference(uri) !== undefined : find(uri) !== undefined),
    advice: (uri) =>
      parseReference(uri)
        ? `A container image of your own is brought here first: 'telar images pull ${uri}' from its registry, or 'telar images import PATH --as ${uri}' from an OCI layout or a tar archive.`
        : 'It is not written as an image is: host/repository:tag.',
    async ready(uri, progress) {
      if (options.engine === 'docker' || (await isolation()).kind === 'none') {
        return dockerImage(options.docker ?? dockerClient(), uri, progress);
      }
      const image = find(uri);
      if (!image) throw runnerError('UnknownImage', `The image '${uri}' was removed. Bring it here again.`);
      const name = rootfsName(image.layers.map(({ diffId }) => diffId));
      // Whoever asks while it is unpacked waits for the same.
      let unpacked = unpacking.get(`${name} ${image.config}`);
      if (!unpacked) {
        unpacked = unpack(parts, image, progress).finally(() => unpacking.delete(`${name} ${image.config}`));
        unpacking.set(`${name} ${image.config}`, unpacked);
      }
      return unpacked;
    },
    hold(image, jobRoot) {
      if (image.container?.kind === 'rootfs') holdRootfs(image.container.folder, jobRoot);
    },
  };
}

/** @throws UnknownImage */
function nameable({ own }: Parts, uri: string): Reference {
  const reference = parseReference(uri);
  if (!reference) {
    throw runnerError(
      'UnknownImage',
      `'${uri}' is no name of an image: write it as host/repository:tag, in lower case.`,
    );
  }
  if (own(uri)) {
    throw runnerError('UnknownImage', `'${uri}' is an image that Telar makes itself. Take another name for yours.`);
  }
  return reference;
}

async function importImage(parts: Parts, path: string, uri: string, progress: (line: string) => void): Promise<void> {
  const blobs = parts.blobs();
  progress(`Reading ${path}`);
  const source = await openSource(path, blobs);
  try {
    await bring(parts, { uri, from: path, origin: fileOrigin(source, blobs), progress });
  } finally {
    source.close();
  }
}

async function pullImage(parts: Parts, reference: Reference, progress: (line: string) => void): Promise<void> {
  const { clock, registriesFile, firstWait } = parts;
  const registries = readRegistries(registriesFile);
  const registry = openRegistry(reference, { clock, registries, ...(firstWait !== undefined && { firstWait }) });
  const origin = registryOrigin(registry, reference.digest ?? reference.tag!, parts.blobs());
  await bring(parts, { uri: reference.canonical, from: 'registry', origin, progress });
}

type Bringing = { uri: string; from: string; origin: Origin; progress: (line: string) => void };

/** Fetches an image, unpacks it, and gives it its name. */
async function bring(parts: Parts, { uri, from, origin, progress }: Bringing): Promise<void> {
  const { clock } = parts;
  const blobs = parts.blobs();
  for (let fetches = 1; ; fetches++) {
    const image = await fetchImage({ origin, blobs, platform: machinePlatform(), what: uri, progress });
    const named: NamedImage = { uri, from, at: clock.now(), ...image };
    const whole = () => [image.config, ...image.layers.map(({ digest }) => digest)].every(blobs.has);
    try {
      if ((await isolation()).kind === 'namespaces') await unpack(parts, named, progress);
      if (!whole())
        throw runnerError('ImageBroken', `Parts of ${uri} were removed while it was brought here. Try again.`);
    } catch (error) {
      // Another image's removal may have taken parts along that were just found to be there.
      if (whole() || fetches >= FETCHES) throw error;
      continue;
    }
    parts.names().record(named);
    progress(`${uri} is here: ${image.digest}`);
    return;
  }
}

async function unpack(parts: Parts, image: NamedImage, progress: (line: string) => void): Promise<ReadyImage> {
  const blobs = parts.blobs();
  const layers = image.layers.map(({ digest, diffId }) => ({ path: blobs.path(digest), diffId }));
  const order = { folder: join(parts.folder, 'rootfs'), layers };
  const rootfs =
    existingRootfs(order) ??
    (await ensureRootfs({ ...order, limits: parts.limits ?? LIMITS, progress, clock: parts.clock }));
  const config = containerConfig(parseConfig(blobs.text(image.config, LARGEST_CONFIG), image.uri));
  const container = { kind: 'rootfs' as const, ...rootfs, config };
  return { mounts: {}, path: [], needs: [], environment: {}, entrypoint: [], notice: undefined, container };
}

function containerConfig({ config }: ImageConfig): ContainerConfig {
  const pairs = (config?.Env ?? []).map((pair) => {
    const [name = '', ...value] = pair.split('=');
    return [name, value.join('=')] as const;
  });
  const folder = config?.WorkingDir || '/';
  return {
    user: config?.User ?? '',
    environment: Object.fromEntries(pairs.filter(([name]) => name !== '')),
    entrypoint: config?.Entrypoint ?? [],
    command: config?.Cmd ?? [],
    workingFolder: folder.startsWith('/') ? folder : `/${folder}`,
  };
}

/** @throws UnknownImage, ImageInUse */
async function removeImage(parts: Parts, uri: string, image: NamedImage | undefined): Promise<void> {
  if (!image)
    throw runnerError('UnknownImage', `There is no image '${uri}'. 'telar images list' lists those there are.`);
  const names = parts.names();
  const rootfs = join(parts.folder, 'rootfs');
  const nameOf = ({ layers }: NamedImage) => rootfsName(layers.map(({ diffId }) => diffId));
  const others = names.list().filter((one) => one.uri !== image.uri);
  const kept = new Set(others.map(nameOf));
  if (!kept.has(nameOf(image))) checkUnused(rootfs, nameOf(image));
  names.remove(image.uri);
  await sweepRootfs(rootfs, kept);
  const blobs = parts.blobs();
  // Looked up and taken away without a pause: no image is named in between.
  const named = names.list().flatMap(({ config, layers }) => [config, ...layers.map(({ digest }) => digest)]);
  const needed = new Set(named);
  await blobs.discard(blobs.list().filter((digest) => !needed.has(digest)));
}
