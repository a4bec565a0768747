/**
 * DuckDB for the jobs: its npm package, as files that are uploaded once and mounted where Node.js looks for packages.
 *
 * P1. Nothing is installed in a job, and nothing of Telar's is needed: the files lie at `…/input/node_modules`, beside the code.
 * P2. A native package is for one platform: this machine's when Telar runs the jobs. For AWS install linux-x64's and publish.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { uploadFile } from 'telar';

const here = createRequire(import.meta.url);
const NAMES = [
  '@duckdb/node-api',
  '@duckdb/node-bindings',
  `@duckdb/node-bindings-${process.platform}-${process.arch}`,
  'detect-libc',
];
const RUNS = /\.(js|json|node|so|dylib)$|^LICENSE$/;

const version = (JSON.parse(readFileSync(join(folderOf(NAMES[0]!), 'package.json'), 'utf8')) as { version: string })
  .version;

/** Where the packages lie below the bucket: another version, another place. */
export const packagesPrefix = `pipeline/packages/duckdb-${version}-${process.platform}-${process.arch}`;

/** One upload for each file. */
export const packageUploads = NAMES.flatMap((name) =>
  filesOf(folderOf(name)).map((path) =>
    uploadFile({
      file: relative(import.meta.dirname, join(folderOf(name), path)),
      key: `${packagesPrefix}/${name}/${path}`,
    }),
  ),
);

/** The folder of an installed package, found as Node.js finds it. */
function folderOf(name: string): string {
  const found = (here.resolve.paths(name) ?? [])
    .map((folder) => join(folder, name))
    .find((folder) => hasPackage(folder));
  if (found) return found;
  throw new Error(
    `${name} is not installed: run \`npm install --ignore-scripts @duckdb/node-api@1.5.6-r.1\` in the project.`,
  );
}

function hasPackage(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'package.json')).length > 0;
  } catch {
    return false;
  }
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && RUNS.test(entry.name))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((path) => !path.includes('node_modules/'))
    .sort();
}
