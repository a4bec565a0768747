/**
 * Packages of a job over its image's: what a job gets before it starts, and answering its wish for a layer while it runs.
 *
 * A job writes `request.json` into its temporary folder (telar_runtime/layers.py). The layer is made in a job of its own, which
 * sees nothing but the requirements, and appears to all jobs of the image under the name of its key.
 *
 * K1. A request is hostile input: bounded, checked, and never followed through a link. Its key is computed anew from its content.
 * K2. One job makes a layer, however many ask, in however many servers: its id is made of the key. A server that restarts finds
 *     it again, as any job.
 * K3. A job with network isolation gets layers that are there, and has none made: what it would ask for could be a message.
 */
import { constants, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { lstat, open } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import { FILES, type JobFolder, writeWhole } from './folder.ts';
import { explainPip } from './images/build.ts';
import type { ReadyImage } from './images/image.ts';
import {
  adopt,
  hasLayer,
  layerKey,
  noteUse,
  type RequirementFile,
  removeAnswer,
  writeAnswer,
} from './images/layers.ts';
import { makeOverlay } from './images/overlay.ts';
import { INSIDE } from './sandbox.ts';
import type { JobExit } from './supervision.ts';
import type { ReadyFolders } from './warm/readyFolders.ts';

/** In a job's temporary folder, and in its root folder, which it does not see. */
const REQUESTS = '.telar';
const ENVIRONMENT = 'python';
/** Below a job's temporary folder. */
const OVERLAY = `${REQUESTS}/${ENVIRONMENT}`;
const REQUEST = 'request.json';
const WISHES = 'packages.json';

const LOOK_MILLISECONDS = 100;
const TAKEOVER_MILLISECONDS = 10_000;
const BUILD_MINUTES = 30;
const MOST_BYTES = 2 ** 21;
const MOST_FILES = 20;
const MOST_LAYERS_A_JOB = 5;
const KEPT_LOG = 6000;

type Wishes = { image: string; networkIsolation: boolean };

/** What making a layer needs of the runner. */
export type LayerBuilds = {
  clock: Clock;
  image(uri: string): Promise<ReadyImage>;
  folder(jobId: string): JobFolder;
  launched(jobId: string): boolean;
  /** Such a job may not ask for layers itself. */
  launch(jobId: string, image: string, command: readonly string[]): Promise<void>;
  exit(jobId: string): Promise<JobExit>;
  stop(jobId: string, graceMilliseconds: number): Promise<void>;
  remove(jobId: string): Promise<void>;
};

/**
 * Gives a job of a Python image its own environment, and the right to ask for layers.
 *
 * @param wishes undefined for a job that may not ask
 * @param inside whether the job sees its folder at /opt/ml, or where it is
 * @param ready where such an environment may be waiting
 * @returns for the job: folders for the head of its PATH, and variables
 */
export function preparePackages(
  folder: JobFolder,
  image: ReadyImage,
  wishes: Wishes | undefined,
  inside: boolean,
  ready: ReadyFolders | undefined,
): { path: string[]; environment: Record<string, string> } {
  if (!image.packages) return { path: [], environment: {} };
  const tmp = join(folder.root, FILES.tmp);
  const seenTmp = inside ? INSIDE.tmp : tmp;
  const asks = wishes !== undefined && image.mounts['layers'] !== undefined;
  const { interpreter } = image.packages;
  const make = (folder: string): void => {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    makeOverlay({
      folder: join(folder, ENVIRONMENT),
      seen: join(seenTmp, OVERLAY),
      environment: inside ? `${INSIDE.telar}/python` : image.mounts['python']!,
      interpreter,
      programs: asks ? join(inside ? `${INSIDE.telar}/programs` : image.mounts['programs']!, 'python') : undefined,
    });
  };
  // Inside, all jobs of an image have the same paths.
  if (inside && ready) ready.take(JSON.stringify([image.mounts['python'], asks]), join(tmp, REQUESTS), make);
  else make(join(tmp, REQUESTS));
  const path = [join(seenTmp, OVERLAY, 'bin')];
  if (!wishes || !image.mounts['layers']) return { path, environment: {} };
  writeWhole(join(folder.root, WISHES), JSON.stringify(wishes));
  return {
    path,
    environment: {
      TELAR_LAYERS: inside ? `${INSIDE.telar}/layers` : image.mounts['layers'],
      TELAR_LAYER_REQUESTS: join(seenTmp, REQUESTS),
    },
  };
}

type Request = { name: string; key: string; files: RequirementFile[] };

const isName = (text: unknown): text is string =>
  typeof text === 'string' && /^[\w][\w./+@ -]{0,200}$/.test(text) && !text.split('/').includes('..');

/** @returns undefined when the text is no request that can be met */
export function parseRequest(text: string): Request | undefined {
  let value: { name?: unknown; files?: unknown };
  try {
    value = JSON.parse(text) as typeof value;
  } catch {
    return undefined;
  }
  if (typeof value?.name !== 'string' || !/^[0-9a-f]{16}$/.test(value.name) || !Array.isArray(value.files)) {
    return undefined;
  }
  if (value.files.length === 0 || value.files.length > MOST_FILES) return undefined;
  const files: RequirementFile[] = [];
  for (const entry of value.files as unknown[]) {
    if (!Array.isArray(entry) || !isName(entry[0]) || typeof entry[1] !== 'string') return undefined;
    files.push({ name: entry[0], content: Buffer.from(entry[1], 'base64') });
  }
  if (files[0]!.name !== 'requirements.txt') return undefined;
  return { name: value.name, key: layerKey(files), files };
}

/** The job's request as it is now; undefined when there is none that can be read. */
async function readRequest(root: string): Promise<string | undefined> {
  try {
    // Not to block on a pipe, not to follow a link out of the job's folder.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    if (!(await lstat(join(root, FILES.tmp, REQUESTS))).isDirectory()) return undefined;
    const file = await open(join(root, FILES.tmp, REQUESTS, REQUEST), flags);
    try {
      const { size } = await file.stat();
      if (!(await file.stat()).isFile() || size > MOST_BYTES) return undefined;
      const { buffer, bytesRead } = await file.read(Buffer.alloc(size), 0, size, 0);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}

function wishesOf(root: string): Wishes | undefined {
  try {
    return JSON.parse(readFileSync(join(root, WISHES), 'utf8')) as Wishes;
  } catch {
    return undefined;
  }
}

const logOf = (path: string): string => {
  try {
    return readFileSync(path, 'utf8').slice(-KEPT_LOG);
  } catch {
    return '';
  }
};

/** What a job is told when there is no layer for it. */
type Told = { error: string; log: string };

const ISOLATED =
  'requirements.txt names packages that no earlier job has installed, and this job has network isolation (EnableNetworkIsolation), so that they cannot be fetched. Run a job with the same requirements.txt and without isolation once: its layer is kept, and isolated jobs use it.';
const KILLED = 'The installation of the packages of requirements.txt was killed in its midst. Run the job again.';

const TOO_LONG = `The installation of the packages of requirements.txt took longer than ${BUILD_MINUTES} minutes and was ended.`;

/** Before the build starts only: later the folder is its own, and may hold links. */
function stage(ml: string, files: readonly RequirementFile[]): void {
  for (const { name, content } of files) {
    const path = join(ml, 'input/layer', name);
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
    writeFileSync(`${path}.partial-${process.pid}`, content, { mode: 0o644 });
    renameSync(`${path}.partial-${process.pid}`, path);
  }
}

/** One attempt to make a layer, in a job of its own. @returns why there is none, and whether another attempt could help */
async function build(
  builds: LayerBuilds,
  jobId: string,
  uri: string,
  layers: string,
  files: readonly RequirementFile[],
): Promise<{ told: Told; final: boolean } | undefined> {
  const { ml, log } = builds.folder(jobId);
  if (!builds.launched(jobId)) stage(ml, files);
  await builds.launch(jobId, uri, ['build-layer']);
  let tooLong = false;
  const cancel = builds.clock.at(builds.clock.now() + BUILD_MINUTES * 60_000, () => {
    tooLong = true;
    builds.stop(jobId, 0).catch(() => {}); // it has just ended
  });
  const exit = await builds.exit(jobId).finally(cancel);
  const text = logOf(log);
  if (exit.kind === 'exited' && exit.code === 0) await adopt(layers, files, join(ml, 'layer'), builds.clock.now());
  await builds.remove(jobId);
  if (tooLong) return { told: { error: TOO_LONG, log: text }, final: true };
  if (exit.kind !== 'exited') return { told: { error: KILLED, log: text }, final: false };
  if (exit.code === 0) return undefined;
  const error = `The packages of requirements.txt could not be installed. ${explainPip(text)}`;
  return { told: { error, log: text }, final: true };
}

/** Answers jobs' wishes; `inUse` tells of a layer's key whether a job that is attended to uses it. */
export function createPackages(builds: LayerBuilds) {
  const { clock } = builds;
  const building = new Map<string, Promise<Told | undefined>>();
  const used = new Map<string, number>();
  const layersOf = async (uri: string) => (await builds.image(uri)).mounts['layers']!;

  const appears = async (layers: string, key: string): Promise<boolean> => {
    const end = clock.now() + TAKEOVER_MILLISECONDS;
    while (!hasLayer(layers, key) && clock.now() < end) {
      await new Promise<void>((resolve) => clock.at(clock.now() + LOOK_MILLISECONDS, resolve));
    }
    return hasLayer(layers, key);
  };

  /** undefined when the layer is there. Tries twice: that a build was killed says nothing about its list. */
  const make = async (uri: string, layers: string, { key, files }: Request): Promise<Told | undefined> => {
    const jobId = `layer-${basename(layers).replaceAll(/[^a-zA-Z0-9]/g, '-')}-${key}`;
    let told: Told | undefined;
    for (let attempt = 1; attempt <= 2; attempt++) {
      try {
        const failed = await build(builds, jobId, uri, layers, files);
        told = failed?.told;
        if (!failed || failed.final) break;
      } catch (error) {
        // Another server, which attended to the same build, may be taking its outcome over, and removes the job.
        if (await appears(layers, key)) return undefined;
        told = {
          error: `The packages of requirements.txt could not be installed: ${(error as Error).message}`,
          log: '',
        };
      }
    }
    return told;
  };

  const provide = async (wishes: Wishes, layers: string, request: Request): Promise<Told | undefined> => {
    if (!hasLayer(layers, request.key)) {
      if (wishes.networkIsolation) return { error: ISOLATED, log: '' };
      const id = `${layers}/${request.key}`;
      let made = building.get(id);
      if (!made) {
        made = make(wishes.image, layers, request).finally(() => building.delete(id));
        building.set(id, made);
      }
      const told = await made;
      if (told) return told;
    }
    noteUse(layers, request.key, clock.now());
    return undefined;
  };

  /** Answers a running job, until the function that it returns is called. */
  const attend = (root: string): (() => Promise<void>) => {
    const wishes = wishesOf(root);
    if (!wishes) return async () => {};
    const requests: Request[] = [];
    let last: string | undefined;
    let over = false;
    let cancel = () => {};
    const look = async (): Promise<void> => {
      const text = await readRequest(root);
      if (text === undefined || text === last) return;
      last = text;
      const request = parseRequest(text);
      if (!request) return;
      const layers = await layersOf(wishes.image);
      requests.push(request);
      used.set(request.key, (used.get(request.key) ?? 0) + 1);
      const tooMany = { error: `A job may ask for ${MOST_LAYERS_A_JOB} layers.`, log: '' };
      const told = requests.length > MOST_LAYERS_A_JOB ? tooMany : await provide(wishes, layers, request);
      if (told && !over) writeAnswer(layers, request.name, told);
    };
    const step = async () => {
      await look().catch(() => {}); // its folder is being removed
      if (!over) cancel = clock.at(clock.now() + LOOK_MILLISECONDS, () => void step());
    };
    void step();
    return async () => {
      over = true;
      cancel();
      const text = await readRequest(root);
      const unseen = text !== undefined && text !== last ? parseRequest(text) : undefined;
      if (requests.length === 0 && !unseen) return;
      const layers = await layersOf(wishes.image);
      if (unseen) noteUse(layers, unseen.key, clock.now());
      for (const { name, key } of requests) {
        removeAnswer(layers, name);
        used.set(key, used.get(key)! - 1);
      }
    };
  };
  return { attend, inUse: (key: string) => (used.get(key) ?? 0) > 0 };
}
