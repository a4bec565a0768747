/**
 * Builds the console where it is not built, or its sources have changed: `npm run demo` and `npm test` do so through setup.mjs.
 * What a build was made of is written beside it, so that nothing is built twice.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'console');
const seal = join(folder, 'dist', '.built');

/** The console's own, and the pure rules that it shares with the server. */
const FOLDERS = ['console/src', 'src/base', 'src/definition'];

/** Of everything that a build is made of. */
function sourcesHash(): string {
  const hash = createHash('sha256');
  const sources = FOLDERS.flatMap((name) => readdirSync(join(root, name), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const others = ['console/index.html', 'console/vite.config.ts', 'package-lock.json'].map((name) => join(root, name));
  for (const path of [...others, ...sources]) hash.update(`${path.slice(root.length)}\n`).update(readFileSync(path));
  return hash.digest('hex');
}

const wanted = sourcesHash();
if (!existsSync(seal) || readFileSync(seal, 'utf8') !== wanted) {
  const started = performance.now();
  const { build } = await import('vite');
  await build({ root: folder, configFile: join(folder, 'vite.config.ts'), logLevel: 'warn' });
  writeFileSync(seal, wanted);
  process.stderr.write(`Telar: console built in ${((performance.now() - started) / 1000).toFixed(1)} s.\n`);
}
