/** Peers are installed when a benchmark first needs them, into the cache: nobody who builds or tests Telar waits for them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from './figures.ts';

const PEERS = fileURLToPath(new URL('../../.cache/peers', import.meta.url));

/**
 * The folder of an npm package of exactly this version, installed without scripts where it is missing.
 *
 * @returns undefined, with the reason told, where the registry cannot be reached: the benchmark then runs without its peer
 */
export function peerPackage(name: string, version: string, progress: Progress): string | undefined {
  const folder = join(PEERS, `${name}-${version}`);
  if (existsSync(join(folder, 'node_modules', name, 'package.json'))) return folder;
  progress(`installing the peer ${name}@${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'peer', private: true }));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--save-exact'];
  const done = spawnSync('npm', ['install', ...options, `${name}@${version}`], { cwd: folder, encoding: 'utf8' });
  if (done.status === 0) return folder;
  progress(`no peer: ${name}@${version} could not be installed (${(done.stderr ?? '').trim().split('\n')[0]})`);
  return undefined;
}

/**
 * A Python with exactly these packages, in an environment of its own that is made where it is missing.
 *
 * @returns its path; undefined, with the reason told, where it cannot be made: the benchmark then runs without its peer
 */
export function peerPython(packages: readonly string[], progress: Progress): string | undefined {
  const folder = join(PEERS, `python-${packages.join('-').replaceAll('==', '-')}`);
  const python = join(folder, 'bin/python3');
  const ready = join(folder, 'ready');
  if (existsSync(ready)) return python;
  progress(`installing the peer ${packages.join(', ')}`);
  mkdirSync(PEERS, { recursive: true });
  const commands = [
    ['python3', '-m', 'venv', folder],
    [python, '-m', 'pip', 'install', '--quiet', '--only-binary', ':all:', ...packages],
  ];
  for (const [program, ...args] of commands) {
    const done = spawnSync(program!, args, { encoding: 'utf8' });
    if (done.status === 0) continue;
    progress(
      `no peer: ${packages.join(', ')} could not be installed (${(done.stderr ?? '').trim().split('\n').at(-1)})`,
    );
    return undefined;
  }
  writeFileSync(ready, '');
  return python;
}
