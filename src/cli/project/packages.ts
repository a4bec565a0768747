/**
 * Packages of npm for a function's zip, as they are installed in the project: those that are named, and all that they depend on.
 *
 * K1. Found as Node.js finds them, from the folder of who needs them upwards. Nothing is downloaded, and no script runs.
 * K2. In the zip each lies in `node_modules`, or, where another version is already in its place, in the one of who needs it.
 * K3. What no program runs stays out: type declarations, source maps, texts. Licences go along.
 * K4. Symbolic links in a package are refused by name: what they lead to differs from machine to machine.
 */
import { type Dirent, existsSync, lstatSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { failure } from '../errors.ts';

/** A file on the disk, and its path in the zip. */
export type PackageFile = { path: string; file: string; size: number; executable: boolean };
type Need = { name: string; optional: boolean; by: Installed | undefined };
type Installed = { name: string; folder: string; place: string };
type Manifest = {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
  peerDependenciesMeta?: Record<string, { optional?: boolean }>;
};

const LEFT_OUT = /\.(d\.[cm]?ts|map|md|markdown)$/i;
/** As Lambda's. */
const MOST_FILES = 100_000;

/**
 * @param project the folder of telar.config.ts
 * @returns in one order on every machine
 * @throws BrokenPackage
 */
export function packageFiles(project: string, names: readonly string[]): PackageFile[] {
  const places = new Map<string, Installed>();
  const needs: Need[] = names.map((name) => ({ name, optional: false, by: undefined }));
  // Breadth first: all that a package needs has its place before what these need is looked for.
  for (let need = needs.shift(); need; need = needs.shift()) {
    const folder = installedFolder(project, need);
    if (folder === undefined) continue;
    const seen = visible(places, need.by?.place ?? '', need.name);
    if (seen?.folder === folder) continue;
    const inPlaceOf = seen === undefined ? '' : `${need.by!.place}/`;
    const found = { name: need.name, folder, place: `${inPlaceOf}node_modules/${need.name}` };
    places.set(found.place, found);
    needs.push(...needsOf(found));
  }
  const files = [...places.values()].flatMap(filesOf);
  if (files.length > MOST_FILES)
    throw broken(`The packages ${names.join(', ')} are ${files.length} files, and Lambda takes ${MOST_FILES}`);
  return files.sort((one, other) => Buffer.compare(Buffer.from(one.path), Buffer.from(other.path)));
}

/** Undefined when an optional one is not there: npm leaves out what is for other platforms. */
function installedFolder(project: string, { name, optional, by }: Need): string | undefined {
  const from = by?.folder ?? realpathSync(project);
  for (let folder = from; ; folder = dirname(folder)) {
    const found = join(folder, 'node_modules', name);
    if (existsSync(join(found, 'package.json'))) return realpathSync(found);
    if (folder === dirname(folder)) break;
  }
  if (optional) return undefined;
  const whose = by ? `, which ${by.name} needs,` : '';
  const install = by ? 'npm install' : `npm install --save-exact ${name}`;
  throw broken(`The package ${name}${whose} is not installed in ${project} or above: run '${install}' there`);
}

/** What `require` would find in the zip, from a place in it. */
function visible(places: ReadonlyMap<string, Installed>, place: string, name: string): Installed | undefined {
  for (let at = place; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const found = places.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
    if (found || at === '') return found;
  }
}

function needsOf(by: Installed): Need[] {
  const { dependencies, optionalDependencies, peerDependencies, peerDependenciesMeta } = manifestOf(by);
  const optional = { ...optionalDependencies };
  for (const name of Object.keys({ ...peerDependencies })) {
    if (peerDependenciesMeta?.[name]?.optional === true) optional[name] = '*';
  }
  const all = Object.keys({ ...dependencies, ...peerDependencies, ...optional });
  return all.sort().map((name) => ({ name, optional: name in optional, by }));
}

function manifestOf({ name, folder }: Installed): Manifest {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  } catch (error) {
    throw broken(
      `The package.json of ${name} in ${folder} cannot be read (${(error as Error).message}): install it again`,
    );
  }
}

function filesOf({ name, folder, place }: Installed): PackageFile[] {
  const files: PackageFile[] = [];
  const walk = (below: string) => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      if (entry.isDirectory() && entry.name !== 'node_modules') walk(path);
      else if (isRun(name, folder, path, entry)) {
        const { size, mode } = lstatSync(join(folder, path));
        files.push({ path: `${place}/${path}`, file: join(folder, path), size, executable: (mode & 0o100) !== 0 });
      }
    }
  };
  walk('');
  return files;
}

function isRun(name: string, folder: string, path: string, entry: Dirent): boolean {
  if (entry.isSymbolicLink())
    throw broken(
      `${join(folder, path)}, in the package ${name}, is a symbolic link, which a function's zip cannot hold: install the package anew, or leave it out`,
    );
  return entry.isFile() && !LEFT_OUT.test(entry.name);
}

const broken = (message: string) => failure('BrokenPackage', `${message}.`);
