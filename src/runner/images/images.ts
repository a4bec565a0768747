/**
 * The images of this machine: which URIs are answered, and making them ready.
 *
 * I1. One build at a time for an image; whoever asks meanwhile waits for the same one.
 * I2. An environment is found by what it is made of: a changed recipe or interpreter has another folder. One that exists
 *     is used without starting Python.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { isRunnerError, runnerError } from '../errors.ts';
import { buildEnvironment, MANIFEST } from './build.ts';
import { type ImageReference, parseImage, type ReadyImage } from './image.ts';
import { layersFolder } from './layers.ts';
import type { ContainerImages } from './oci/containers.ts';
import { findInterpreters, type Interpreter, supports, versionText } from './python.ts';
import { findRecipe, KNOWN_IMAGES, NODE_REPOSITORIES, type PythonRecipe, tagsOf, type Variant } from './recipes.ts';
import { whyNot } from './refusals.ts';

export type Images = {
  /** undefined when the URI is answered, else what is wrong and what to do. */
  refusal(uri: string): string | undefined;
  prepare(uri: string, progress: (line: string) => void): Promise<ReadyImage>;
  /** The image, made ready silently where it is not. */
  ready(uri: string): Promise<ReadyImage>;
  /** The image, if it is ready already. */
  present(uri: string): ReadyImage | undefined;
  /** Interrupts what is being built. */
  close(): void;
};

const PROGRAMS = join(import.meta.dirname, 'programs');
/** Where AWS's SDK for JavaScript is installed for Telar itself: functions find it, as they do on AWS. */
const PACKAGES = packagesFolder();

function packagesFolder(): string | undefined {
  try {
    const path = createRequire(import.meta.url).resolve('@aws-sdk/client-s3');
    return path.slice(0, path.lastIndexOf('/@aws-sdk/'));
  } catch {
    return undefined; // laid out in another way: functions bring theirs
  }
}

/** Runs JavaScript and TypeScript with the very Node.js that runs the server. */
const NODE: ReadyImage = {
  mounts: {
    ...{ 'bin/node': process.execPath, 'bin/serve': join(PROGRAMS, 'node/serve') },
    ...(PACKAGES && { node_modules: PACKAGES }),
  },
  path: [
    { inside: 'bin', outside: dirname(process.execPath) },
    { inside: 'bin', outside: join(PROGRAMS, 'node') },
  ],
  needs: [],
  environment: {},
  entrypoint: [],
  warm: { kind: 'node' },
  notice: undefined,
};

function nodeRefusal({ tag }: ImageReference): string | undefined {
  const major = process.versions.node.split('.')[0]!;
  if (tag === 'latest' || tag.split('.')[0] === major) return undefined;
  return `The node image runs on the server's own Node.js, which is ${process.versions.node}: ask for telar/node:${major}, not for tag '${tag}'.`;
}

function environmentFolder(
  imagesFolder: string,
  recipe: PythonRecipe,
  variant: Variant,
  interpreter: Interpreter,
): string {
  const parts = [
    recipe.name,
    variant.packages,
    interpreter.version,
    interpreter.prefix,
    process.platform,
    process.arch,
  ];
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
  return join(imagesFolder, `${recipe.name}-${hash}`);
}

function readyPython(folder: string, recipe: PythonRecipe, variant: Variant, interpreter: Interpreter): ReadyImage {
  const layers = layersFolder(folder);
  return {
    mounts: { python: folder, programs: PROGRAMS, ...(layers ? { layers } : {}) },
    path: [
      { inside: 'programs/bin', outside: join(PROGRAMS, 'bin') },
      { inside: 'python/bin', outside: join(folder, 'bin') },
    ],
    needs: [interpreter.prefix, interpreter.executable],
    environment: recipe.environment,
    entrypoint: [],
    packages: { interpreter },
    warm: { kind: 'python', modules: recipe.warm },
    notice: variant.notice,
  };
}

/** An environment that is there already, of the best variant that is. */
function existing(imagesFolder: string, recipe: PythonRecipe): ReadyImage | undefined {
  let names: string[];
  try {
    names = readdirSync(imagesFolder).filter((name) => name.startsWith(`${recipe.name}-`));
  } catch {
    return undefined;
  }
  for (const variant of recipe.variants) {
    for (const name of names) {
      const folder = join(imagesFolder, name);
      const manifest = join(folder, MANIFEST);
      if (!existsSync(manifest)) continue;
      const { interpreter } = JSON.parse(readFileSync(manifest, 'utf8')) as { interpreter: Interpreter };
      const same = environmentFolder(imagesFolder, recipe, variant, interpreter) === folder;
      if (same && existsSync(interpreter.executable)) return readyPython(folder, recipe, variant, interpreter);
    }
  }
  return undefined;
}

function pythonMissing(recipe: PythonRecipe, found: readonly Interpreter[]): Error {
  const range = (variant: Variant) => [variant.python.from, variant.python.to].map((version) => version.join('.'));
  const lowest = range(recipe.variants[0]!)[0];
  const highest = range(recipe.variants.at(-1)!)[1];
  const there =
    found.length === 0
      ? nonePlace(process.env['TELAR_PYTHON'])
      : `found ${found.map((one) => versionText(one.version)).join(', ')}`;
  return runnerError(
    'PythonMissing',
    `Image ${recipe.name} needs Python ${lowest} to ${highest}, best ${range(recipe.variants[0]!)[1]}: ${there}. Install one (Debian, Ubuntu: apt install python3 python3-venv), or name it in TELAR_PYTHON.`,
  );
}

function nonePlace(named: string | undefined): string {
  return named ? `'${named}', which TELAR_PYTHON names, is none` : 'there is none on the PATH';
}

/** Builds the best variant that some interpreter of this machine can carry. */
async function build(
  imagesFolder: string,
  recipe: PythonRecipe,
  progress: (line: string) => void,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReadyImage> {
  const interpreters = await findInterpreters(process.env);
  let unusable: unknown;
  for (const variant of recipe.variants) {
    for (const interpreter of interpreters.filter((one) => supports(variant, one.version))) {
      const folder = environmentFolder(imagesFolder, recipe, variant, interpreter);
      try {
        await buildEnvironment({ recipe, variant, interpreter, folder, progress, clock, signal });
        return readyPython(folder, recipe, variant, interpreter);
      } catch (error) {
        // Another interpreter may well have the module that this one lacks.
        if (!isRunnerError(error) || error.code !== 'VenvMissing') throw error;
        progress(`  ${error.message}`);
        unusable = error;
      }
    }
  }
  throw unusable ?? pythonMissing(recipe, interpreters);
}

/** Whether Telar's own image answers to this URI. */
export function isOwnImage(uri: string): boolean {
  const reference = parseImage(uri);
  if (!reference) return false;
  return NODE_REPOSITORIES.includes(reference.repository) || findRecipe(reference) !== undefined;
}

export function createImages(options: {
  clock: Clock;
  imagesFolder: string;
  /** The user's own images, beside Telar's. */
  containers?: ContainerImages | undefined;
}): Images {
  const { clock, imagesFolder, containers } = options;
  const found = new Map<string, { image: ReadyImage; manifest: string }>();
  /** Looked for once, as long as it stays where it is. */
  const there = (recipe: PythonRecipe): ReadyImage | undefined => {
    const known = found.get(recipe.name);
    if (known && existsSync(known.manifest)) return known.image;
    const image = existing(imagesFolder, recipe);
    if (image) found.set(recipe.name, { image, manifest: join(image.mounts['python']!, MANIFEST) });
    return image;
  };
  const closing = new AbortController();
  const building = new Map<string, { ready: Promise<ReadyImage>; listeners: ((line: string) => void)[] }>();

  const refusal = (uri: string): string | undefined => {
    const reference = parseImage(uri);
    if (reference && NODE_REPOSITORIES.includes(reference.repository)) return nodeRefusal(reference);
    if (reference && findRecipe(reference)) return undefined;
    if (containers?.knows(uri)) return undefined;
    const why = reference ? whyNot(reference, tagsOf) : '';
    const advice = containers ? ` ${containers.advice(uri)}` : '';
    return `Telar has no image for '${uri}'. ${why}It runs these, from any registry and account: ${KNOWN_IMAGES}.${advice}`;
  };
  const make = (uri: string, progress: (line: string) => void): Promise<ReadyImage> => {
    if (containers && !isOwnImage(uri)) return containers.ready(uri, progress);
    const recipe = findRecipe(parseImage(uri)!);
    if (!recipe) return Promise.resolve(NODE);
    const present = there(recipe);
    if (present) return Promise.resolve(present);
    let shared = building.get(recipe.name);
    if (!shared) {
      const listeners: ((line: string) => void)[] = [];
      const tell = (line: string) => {
        for (const listener of listeners) listener(line);
      };
      const ready = build(imagesFolder, recipe, tell, clock, closing.signal).finally(() =>
        building.delete(recipe.name),
      );
      shared = { ready, listeners };
      building.set(recipe.name, shared);
    }
    shared.listeners.push(progress);
    return shared.ready;
  };
  const checked = async (uri: string, progress: (line: string) => void): Promise<ReadyImage> => {
    const wrong = refusal(uri);
    if (wrong) throw runnerError('UnknownImage', wrong);
    return make(uri, progress);
  };
  return {
    refusal,
    prepare: checked,
    ready: (uri) => checked(uri, () => {}),
    present(uri) {
      if (refusal(uri) !== undefined) return undefined;
      const recipe = findRecipe(parseImage(uri)!);
      return recipe ? there(recipe) : NODE;
    },
    close: () => closing.abort(),
  };
}
