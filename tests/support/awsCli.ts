/**
 * The real AWS CLI and boto3 for tests: an environment of their own below .cache/clients, made once from pinned packages.
 *
 * H1. Nothing of the user's is read or touched: the home, the configuration and the credentials are the test's own.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { passedOn } from '../../src/runner/environment.ts';
import { clientEnvironment, type Ran, run } from './clientEnvironment.ts';
import type { TestServer } from './server.ts';

/** The newest versions that still run on Python 3.9. */
const PACKAGES = ['awscli==1.44.50', 'boto3==1.42.60'];

export type AwsClients =
  /** How the CLI is called; boto3's Python where it is there. */
  { available: true; command: readonly string[]; python: string | undefined } | { available: false; reason: string };

let found: Promise<AwsClients> | undefined;

/** The clients, installed when they are missing; else the `aws` on the PATH; else why there are none. */
export function awsClients(): Promise<AwsClients> {
  found ??= find();
  return found;
}

async function find(): Promise<AwsClients> {
  const made = await clientEnvironment({
    name: PACKAGES.join('-').replaceAll('==', '-'),
    packages: PACKAGES,
    python: { from: [3, 9], to: [3, 99] },
    proof: ['-m', 'awscli', '--version'],
  });
  if ('python' in made) return { available: true, command: [made.python, '-m', 'awscli'], python: made.python };
  if ((await run(['aws', '--version'])).status === 0) return { available: true, command: ['aws'], python: undefined };
  return {
    available: false,
    reason: `The AWS CLI cannot be installed here, and there is no aws on the PATH: ${made.missing}`,
  };
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
    // As `telar env` sets it: the server is found for operations whose host has a prefix.
    AWS_DISABLE_HOST_PREFIX_INJECTION: 'true',
    AWS_CONFIG_FILE: join(folder, '.aws/config'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, '.aws/credentials'),
  };
  const answer = async <T>(command: readonly string[], input?: string): Promise<T> => {
    const { status, stdout, stderr } = await run(command, { env, input });
    if (status !== 0) throw new Error(`${command.slice(-8).join(' ')}: ${stderr}`);
    return JSON.parse(stdout || 'null') as T;
  };
  return {
    folder,
    aws: (...words) => run([...clients.command, ...words], { env }),
    json: (...words) => answer([...clients.command, ...words, '--output', 'json']),
    python: (program) => answer([clients.python!, '-'], program),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
