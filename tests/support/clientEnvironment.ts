/**
 * Python environments of AWS's clients: folders below .cache/clients, made once from pinned packages.
 *
 * C1. Parallel suites make one once: a lock, which the system drops with the process, stands before it.
 * C2. What was half made is made anew: the manifest is written last.
 */
import { execFile } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findInterpreters, versionText } from '../../src/runner/images/python.ts';
import type { PythonVersion } from '../../src/runner/images/recipes.ts';
import { exclusively } from './lock.ts';

const CLIENTS = fileURLToPath(new URL('../../.cache/clients', import.meta.url));

export type ClientEnvironmentSpec = {
  /** Names its folder; with what is pinned, so that other packages are another folder. */
  name: string;
  /** What `pip install` is told. */
  packages: readonly string[];
  /** The interpreters it installs on, both ends included; the first one found is used. */
  python: { from: PythonVersion; to: PythonVersion };
  /** The arguments of a Python that works when the environment does. */
  proof: readonly string[];
};

export type ClientEnvironment = { python: string } | { missing: string };

/** The environment, made when it is not there, or why it cannot be had. */
export function clientEnvironment(spec: ClientEnvironmentSpec): Promise<ClientEnvironment> {
  return exclusively(join(CLIENTS, `${spec.name}.lock.db`), () => install(spec));
}

async function install(spec: ClientEnvironmentSpec): Promise<ClientEnvironment> {
  const folder = join(CLIENTS, spec.name);
  const python = join(folder, 'bin/python');
  const manifest = join(folder, 'installed.json');
  if (existsSync(manifest) && (await run([python, ...spec.proof])).status === 0) return { python };
  rmSync(folder, { recursive: true, force: true });
  const missing = await make(spec, folder, python);
  if (missing !== undefined) return { missing };
  writeFileSync(manifest, JSON.stringify({ packages: spec.packages }));
  return { python };
}

/** @returns what went wrong */
async function make(spec: ClientEnvironmentSpec, folder: string, python: string): Promise<string | undefined> {
  const { from, to } = spec.python;
  const interpreters = await findInterpreters(process.env);
  const interpreter = interpreters.find(
    ({ version: [major, minor] }) => major === from[0] && minor >= from[1] && minor <= to[1],
  );
  if (!interpreter) {
    const found = interpreters.map(({ version }) => versionText(version)).join(', ') || 'none';
    return `it needs Python ${versionText(from)} to ${versionText(to)} (found: ${found}).`;
  }
  const made = await run([interpreter.executable, '-m', 'venv', folder]);
  if (made.status !== 0) return `${interpreter.executable} -m venv failed: ${lastLines(made)}`;
  const words = ['install', '--disable-pip-version-check', '--quiet', ...spec.packages];
  const installed = await run([python, '-m', 'pip', ...words]);
  return installed.status === 0 ? undefined : `pip ${words.join(' ')} failed: ${lastLines(installed)}`;
}

const lastLines = ({ stderr, stdout }: Ran) => (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ');

export type Ran = { status: number; stdout: string; stderr: string };

type RunOptions = { env?: NodeJS.ProcessEnv; input?: string; cwd?: string; signal?: AbortSignal };

/** Runs a command to its end, whatever that is. */
export function run(
  command: readonly string[],
  { env = process.env, input = '', cwd, signal }: RunOptions = {},
): Promise<Ran> {
  const [program, ...rest] = command;
  return new Promise((resolve) => {
    const child = execFile(
      program!,
      rest,
      { env, cwd, signal, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        const status = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
        resolve({ status, stdout, stderr: stderr || (status === -1 ? String(error) : '') });
      },
    );
    child.stdin?.on('error', () => {}); // it may not want its input
    child.stdin?.end(input);
  });
}
