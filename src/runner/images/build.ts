/**
 * Building a Python environment: venv, pip, compile, try.
 *
 * G1. It is built in a folder of another name and gets its own by rename: an environment that exists is complete. What a
 *     crash left half built is deleted by the next build.
 * G2. One process of the machine builds it at a time; the others wait for the rename.
 * G3. The user's own pip configuration holds: its index, its proxies, its certificates.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Clock } from '../../base/clock.ts';
import { formatDuration } from '../../base/duration.ts';
import { passedOn } from '../environment.ts';
import { type RunnerErrorCode, runnerError } from '../errors.ts';
import { SYSTEM_PATH } from '../isolation.ts';
import { isAlive, ownIdentity, parseIdentity, signalGroup } from '../processes.ts';
import { type Interpreter, versionText } from './python.ts';
import type { PythonRecipe, Variant } from './recipes.ts';

export type Build = {
  recipe: PythonRecipe;
  variant: Variant;
  interpreter: Interpreter;
  /** Where the environment will be. */
  folder: string;
  progress: (line: string) => void;
  clock: Clock;
  /** Aborted when the server stops: it must not wait for pip. */
  signal: AbortSignal;
};

export const MANIFEST = 'telar.json';
const WAIT_MILLISECONDS = 250;
const KEPT_LINES = 40;

type Ran = { code: number | null; output: string };

const INTERRUPTED =
  'The building of the image was interrupted: the server stops. It begins anew when the image is next used.';

/** Runs a program to its end. `umask 022`: jobs under another user must be able to read what is built. */
function run(
  { signal }: Build,
  command: readonly string[],
  tmp: string,
  line: (text: string) => void = () => {},
): Promise<Ran> {
  if (signal.aborted) return Promise.reject(runnerError('EnvironmentBroken', INTERRUPTED));
  const home = process.env['HOME'];
  const environment: Record<string, string> = {
    ...passedOn(process.env),
    ...(home === undefined ? {} : { HOME: home }),
    ...(process.env['XDG_CONFIG_HOME'] ? { XDG_CONFIG_HOME: process.env['XDG_CONFIG_HOME'] } : {}),
    ...(process.env['XDG_CACHE_HOME'] ? { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] } : {}),
    PATH: SYSTEM_PATH,
    TMPDIR: tmp,
    PYTHONUNBUFFERED: '1',
  };
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn('/bin/sh', ['-c', 'umask 022; exec "$@" 2>&1', 'sh', ...command], {
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own, which ends as a whole.
      detached: true,
    });
    const interrupt = () => {
      if (child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
    };
    signal.addEventListener('abort', interrupt, { once: true });
    const last: string[] = [];
    createInterface({ input: child.stdout! }).on('line', (text) => {
      last.push(text);
      if (last.length > KEPT_LINES) last.shift();
      line(text);
    });
    child.on('error', reject);
    child.on('close', (code) => {
      signal.removeEventListener('abort', interrupt);
      if (signal.aborted) reject(runnerError('EnvironmentBroken', INTERRUPTED));
      else resolve({ code, output: last.join('\n') });
    });
  });
}

const SYMPTOMS: readonly { code: RunnerErrorCode; pattern: RegExp; advice: string }[] = [
  {
    code: 'DiskFull',
    pattern: /No space left on device|ENOSPC|Disk quota exceeded/,
    advice: 'The disk is full: free some space (an environment needs up to 1 GB) and try again.',
  },
  {
    code: 'RegistryUnreachable',
    pattern:
      /NewConnectionError|ConnectTimeoutError|Connection (refused|reset|aborted)|Max retries exceeded|ProxyError|SSLError|SSLCertVerificationError|Read timed out|name resolution|Network is unreachable|40[137] (Client Error|Unauthorized|Forbidden|Proxy)/,
    advice:
      'pip cannot reach its package index. Check the network; behind a proxy set HTTPS_PROXY, with a mirror set PIP_INDEX_URL (or pip.conf). Then try again.',
  },
  {
    code: 'PackageMissing',
    pattern: /No matching distribution found|Could not find a version/,
    advice:
      "pip's index has no build of this package for this machine. Check PIP_INDEX_URL, or install another Python (3.11 has most builds).",
  },
];

/** Lines in which pip names the package at fault, the telling ones first. */
const BLAMES = [
  /No matching distribution found for .*|Could not find a version that satisfies .*/g,
  /(?:ERROR: )?Cannot install .*|ResolutionImpossible.*/g,
  /Failed (?:building wheel for|to build) .*|Getting requirements to build wheel did not run successfully.*/g,
  /Invalid requirement: .*/g,
  /ERROR: .*/g,
];

/** What pip's output says about its failure, for whoever wrote the requirements: the package by name, and what to do. */
export function explainPip(output: string): string {
  const blame = BLAMES.map((pattern) => output.match(pattern)).find((found) => found !== null);
  const said = (blame ?? [output.trim().split('\n').at(-1) ?? ''])
    .slice(0, 2)
    .map((line) => line.replace(/^ERROR: /, '').slice(0, 300))
    .join(' ');
  const symptom = SYMPTOMS.find(({ pattern }) => pattern.test(output));
  const unreachable = symptom?.code === 'RegistryUnreachable' || symptom?.code === 'DiskFull';
  return `pip said: ${said}. ${unreachable ? symptom.advice : 'Correct requirements.txt; the log has all of its output.'}`;
}

function buildFailure(build: Build, what: string, output: string): Error {
  const symptom = SYMPTOMS.find(({ pattern }) => pattern.test(output));
  const last = output
    .trim()
    .split('\n')
    .filter((line) => /error|no space/i.test(line))
    .slice(-2)
    .join(' ')
    .slice(0, 500);
  return runnerError(
    symptom?.code ?? 'EnvironmentBroken',
    `Image ${build.recipe.name} could not be built: ${what} failed with Python ${versionText(build.interpreter.version)} (${build.interpreter.executable}). ${last || output.trim().slice(-500)} ${symptom?.advice ?? 'See the lines above; then try again.'}`,
  );
}

async function makeVenv(build: Build, folder: string, tmp: string): Promise<void> {
  const { executable, version } = build.interpreter;
  const made = await run(build, [executable, '-m', 'venv', folder], tmp);
  if (made.code === 0 && existsSync(join(folder, 'bin', 'pip'))) return;
  if (SYMPTOMS[0]!.pattern.test(made.output)) throw buildFailure(build, 'making the virtual environment', made.output);
  const short = `${version[0]}.${version[1]}`;
  throw runnerError(
    'VenvMissing',
    `Python ${short} (${executable}) cannot make virtual environments, which image ${build.recipe.name} needs: its venv or ensurepip module is missing. Install it (Debian, Ubuntu: apt install python${short}-venv; Fedora: dnf install python3-pip), or name another interpreter in TELAR_PYTHON.`,
  );
}

async function installPackages(build: Build, folder: string, tmp: string): Promise<void> {
  const { variant, progress, clock } = build;
  const started = clock.now();
  const list = join(tmp, 'requirements.txt');
  writeFileSync(list, `${variant.packages.join('\n')}\n`);
  const total =
    variant.packages.filter((name) => !name.includes(';')).length +
    (variant.packages.some((name) => name.includes(';')) ? 1 : 0);
  let seen = 0;
  const builds = ['--only-binary=:all:', ...(variant.fromSource ?? []).map((name) => `--no-binary=${name}`)];
  const options = ['--no-deps', ...builds, '--no-input', '--no-compile', '--disable-pip-version-check'];
  const pip = [join(folder, 'bin', 'python'), '-m', 'pip', 'install', '--progress-bar=off', ...options, '-r', list];
  const installed = await run(build, pip, tmp, (line) => {
    const collecting = /^Collecting (\S+?)==(\S+)/.exec(line);
    const elapsed = formatDuration(clock.now() - started);
    if (collecting) progress(`  ${collecting[1]} ${collecting[2]} (${++seen} of ${total}, ${elapsed})`);
    if (line.startsWith('Installing collected packages')) progress(`  unpacking ${seen} packages (${elapsed})`);
  });
  if (installed.code !== 0) throw buildFailure(build, 'installing its packages', installed.output);
}

/** Scripts name the interpreter of the folder they were installed into; that folder is about to be renamed. */
function relocateScripts(folder: string): void {
  const bin = join(folder, 'bin');
  for (const name of readdirSync(bin, { withFileTypes: true })) {
    if (!name.isFile()) continue;
    const path = join(bin, name.name);
    const text = readFileSync(path, 'latin1');
    if (!text.startsWith(`#!${folder}/bin/python`)) continue;
    writeFileSync(path, text.replace(/^.*/, '#!/usr/bin/env python3'), 'latin1');
  }
}

async function tryImports(build: Build, folder: string, tmp: string): Promise<void> {
  const python = join(folder, 'bin', 'python');
  build.progress('  compiling');
  // Packages' own tests are left out: half of all files, never imported. Some files compile on no version: the status says nothing.
  await run(build, [python, '-m', 'compileall', '-q', '-j', '0', '-x', '/tests?/', join(folder, 'lib')], tmp);
  const tried = await run(build, [python, '-I', '-c', `import ${build.recipe.imports.join(', ')}`], tmp);
  if (tried.code !== 0) throw buildFailure(build, `importing ${build.recipe.imports.join(', ')}`, tried.output);
}

/** Takes the lock when it is free or its holder has died. */
export function takeLock(lock: string): boolean {
  const mine = `${lock}.${process.pid}`;
  const { pid, start, boot } = ownIdentity();
  writeFileSync(mine, `${pid}\n${start}\n${boot}\n`);
  try {
    const holder = existsSync(lock) ? parseIdentity(readFileSync(lock, 'utf8')) : undefined;
    if (holder && !isAlive(holder)) rmSync(lock, { force: true });
    linkSync(mine, lock);
    return true;
  } catch {
    return false;
  } finally {
    rmSync(mine, { force: true });
  }
}

function removeLeftovers(folder: string): void {
  const prefix = `${basename(folder)}.building-`;
  for (const name of readdirSync(dirname(folder))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(folder), name), { recursive: true, force: true });
  }
}

async function buildLocked(build: Build): Promise<void> {
  const { folder, interpreter, recipe, variant, progress, clock } = build;
  removeLeftovers(folder);
  const started = clock.now();
  const building = `${folder}.building-${process.pid}`;
  const tmp = join(building, '.tmp');
  progress(`Building image ${recipe.name} with Python ${versionText(interpreter.version)} (${interpreter.executable})`);
  if (variant.notice) progress(`  ${variant.notice}`);
  try {
    mkdirSync(tmp, { recursive: true });
    await makeVenv(build, building, tmp);
    await installPackages(build, building, tmp);
    relocateScripts(building);
    await tryImports(build, building, tmp);
    rmSync(tmp, { recursive: true, force: true });
    writeFileSync(
      join(building, MANIFEST),
      `${JSON.stringify({ interpreter, packages: variant.packages }, null, 2)}\n`,
    );
    renameSync(building, folder);
  } catch (error) {
    rmSync(building, { recursive: true, force: true });
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
      throw buildFailure(build, 'writing it', 'No space left on device');
    }
    throw error;
  }
  progress(`Image ${recipe.name} is ready (${formatDuration(clock.now() - started)})`);
}

/**
 * Builds an environment, or waits for the process that does.
 *
 * @throws VenvMissing, RegistryUnreachable, PackageMissing, DiskFull, EnvironmentBroken
 */
export async function buildEnvironment(build: Build): Promise<void> {
  const { folder, clock, progress } = build;
  const lock = `${folder}.lock`;
  mkdirSync(dirname(folder), { recursive: true });
  let told = false;
  while (!takeLock(lock)) {
    if (build.signal.aborted) throw runnerError('EnvironmentBroken', INTERRUPTED);
    if (!told) progress(`Another process builds image ${build.recipe.name}; waiting for it`);
    told = true;
    await new Promise<void>((resolve) => clock.at(clock.now() + WAIT_MILLISECONDS, resolve));
    if (isComplete(folder)) return;
  }
  try {
    if (!isComplete(folder)) await buildLocked(build);
  } finally {
    rmSync(lock, { force: true });
  }
}

function isComplete(folder: string): boolean {
  return statSync(join(folder, MANIFEST), { throwIfNoEntry: false }) !== undefined;
}
