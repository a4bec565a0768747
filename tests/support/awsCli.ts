/**
 * The real AWS CLI and boto3 for tests: an environment of their own below .cache/clients, made once from pinned packages.
 *
 * C1. Parallel suites make it once: a lock, which the system drops with the process, stands before it.
 * C2. What was half made is made anew: the manifest is written last.
 * C3. Nothing of the user's is read or touched: the home, the configuration and the credentials are the test's own.
 */
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { passedOn } from '../../src/runner/environment.ts';
import { findInterpreters, versionText } from '../../src/runner/images/python.ts';
import type { TestServer } from './server.ts';
import { pause } from './workbench.ts';

/** The newest versions that still run on Python 3.9. */
const PACKAGES = ['awscli==1.44.50', 'boto3==1.42.60'];
const OLDEST_PYTHON = [3, 9];
const CLIENTS = fileURLToPath(new URL('../../.cache/clients', import.meta.url));
const LOCK_PATIENCE = 500;

export type AwsClients =
  /** How the CLI is called; boto3's Python where it is there. */
  { available: true; command: readonly string[]; python: string | undefined } | { available: false; reason: string };

let found: Promise<AwsClients> | undefined;

/** The clients, installed when they are missing; else the `aws` on the PATH; else why there are none. */
export function awsClients(): Promise<AwsClients> {
  found ??= locked(install);
  return found;
}

async function locked<T>(work: () => Promise<T>): Promise<T> {
  mkdirSync(CLIENTS, { recursive: true });
  for (;;) {
    const lock = new DatabaseSync(join(CLIENTS, 'lock.db'), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      if (!/locked|busy/i.test(String(error))) throw error;
      await pause(LOCK_PATIENCE);
      continue;
    }
    try {
      return await work();
    } finally {
      lock.close();
    }
  }
}

async function install(): Promise<AwsClients> {
  const folder = join(CLIENTS, PACKAGES.join('-').replaceAll('==', '-'));
  const python = join(folder, 'bin/python');
  const installed: AwsClients = { available: true, command: [python, '-m', 'awscli'], python };
  if (existsSync(join(folder, 'installed.json')) && (await run([python, '-m', 'awscli', '--version'])).status === 0) {
    return installed;
  }
  rmSync(folder, { recursive: true, force: true });
  const problem = await make(folder, python);
  if (problem === undefined) {
    writeFileSync(join(folder, 'installed.json'), JSON.stringify({ packages: PACKAGES }));
    return installed;
  }
  const onPath = await run(['aws', '--version']);
  if (onPath.status === 0) return { available: true, command: ['aws'], python: undefined };
  return {
    available: false,
    reason: `The AWS CLI cannot be installed here, and there is no aws on the PATH: ${problem}`,
  };
}

/** @returns what went wrong */
async function make(folder: string, python: string): Promise<string | undefined> {
  const interpreters = await findInterpreters(process.env);
  const interpreter = interpreters.find(
    ({ version: [major, minor] }) => major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]!,
  );
  if (!interpreter) {
    return `it needs Python 3.9 or newer (found: ${interpreters.map(({ version }) => versionText(version)).join(', ') || 'none'}).`;
  }
  const made = await run([interpreter.executable, '-m', 'venv', folder]);
  if (made.status !== 0) return `${interpreter.executable} -m venv failed: ${lastLines(made)}`;
  const packages = await run([python, '-m', 'pip', 'install', '--disable-pip-version-check', '--quiet', ...PACKAGES]);
  return packages.status === 0 ? undefined : `pip install ${PACKAGES.join(' ')} failed: ${lastLines(packages)}`;
}

const lastLines = ({ stderr, stdout }: Ran) => (stderr.trim() || stdout.trim()).split('\n').slice(-3).join(' ');

export type Ran = { status: number; stdout: string; stderr: string };

function run(command: readonly string[], env: NodeJS.ProcessEnv = process.env, input = ''): Promise<Ran> {
  const [program, ...rest] = command;
  return new Promise((resolve) => {
    const child = execFile(program!, rest, { env, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      const status = error ? (typeof error.code === 'number' ? error.code : -1) : 0;
      resolve({ status, stdout, stderr: stderr || (status === -1 ? String(error) : '') });
    });
    child.stdin?.on('error', () => {}); // it may not want its input
    child.stdin?.end(input);
  });
}

export type AwsHome = {
  /** Runs `aws …`. */
  aws(...words: readonly string[]): Promise<Ran>;
  /** Runs `aws … --output json`. @returns what it prints @throws what it complains of */
  json<T = unknown>(...words: readonly string[]): Promise<T>;
  /** Runs a Python program with boto3, pointed at the server; `print(json.dumps(…))` is its answer. */
  python<T = unknown>(program: string): Promise<T>;
  /** A folder for files. */
  folder: string;
  remove(): void;
};

/** A home of one's own, whose configuration points the clients at a server. */
export function awsHome(clients: AwsClients & { available: true }, server: TestServer): AwsHome {
  const folder = mkdtempSync(join(tmpdir(), 'telar-aws-'));
  mkdirSync(join(folder, '.aws'));
  const { accessKeyId, secretAccessKey } = server.credentials;
  writeFileSync(
    join(folder, '.aws/config'),
    `[default]\nregion = ${server.region}\nendpoint_url = ${server.url}\noutput = json\ncli_pager =\n`,
  );
  writeFileSync(
    join(folder, '.aws/credentials'),
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  const { PATH } = process.env;
  const env = {
    ...passedOn(process.env),
    ...{ PATH, HOME: folder, LANG: 'C.UTF-8', AWS_EC2_METADATA_DISABLED: 'true', NO_PROXY: '127.0.0.1,localhost' },
    AWS_CONFIG_FILE: join(folder, '.aws/config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws/credentials'),
  };
  const answer = async <T>(command: readonly string[], input?: string): Promise<T> => {
    const { status, stdout, stderr } = await run(command, env, input);
    if (status !== 0) throw new Error(`${command.slice(-8).join(' ')}: ${stderr}`);
    return JSON.parse(stdout || 'null') as T;
  };
  return {
    folder,
    aws: (...words) => run([...clients.command, ...words], env),
    json: (...words) => answer([...clients.command, ...words, '--output', 'json']),
    python: (program) => answer([clients.python!, '-'], program),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
