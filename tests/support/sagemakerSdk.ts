/**
 * The SageMaker Python SDK for tests: its environments, made once from pinned packages, and a place in which a script of
 * tests/clients/sagemaker runs as its user would run it.
 *
 * S1. Scripts are run as they are: all that points them at Telar is what `telar env` says, as in `telar shell`.
 * S2. Nothing of the user's is read or touched: home, configuration and working folder are the test's own.
 */
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { passedOn } from '../../src/runner/environment.ts';
import { clientEnvironment, run } from './clientEnvironment.ts';
import { startTestServer, type TestServer } from './server.ts';

const SCRIPTS = fileURLToPath(new URL('../clients/sagemaker', import.meta.url));
const TELAR = fileURLToPath(new URL('../../bin/telar.mjs', import.meta.url));
/** The Python of Telar's images first: remote functions need the same on both sides. */
const PYTHON = { from: [3, 11], to: [3, 12] } as const;
const ROLE = 'DataScientist';
const ACCOUNT = '000000000000';

/** The newest of each major version, and what it installs beside it: pinned in requirements-….txt beside the scripts. */
const SDKS = {
  v2: { number: '2.257.7', requirements: 'requirements-v2.txt' },
  v3: { number: '3.27.0', requirements: 'requirements-v3.txt' },
} as const;

export type SdkVersion = keyof typeof SDKS;

export type SagemakerSdk = {
  server: TestServer;
  /** The version of the environment's Python. */
  python: string;
  /** A folder that holds the scripts, and in which they run. */
  folder: string;
  /** Runs `python …` in the folder. @returns what it printed @throws what it complained of */
  run(...words: readonly string[]): Promise<string>;
};

/**
 * Starts a server with a data scientist's role, and a home whose AWS profile is that role, before the suite; removes both
 * after it. Where the SDK cannot be had, each test is skipped with the reason.
 */
export function realSdk(version: SdkVersion, ready: (sdk: SagemakerSdk) => void): void {
  let close: (() => Promise<void>) | undefined;
  let missing: string | undefined;

  beforeAll(async () => {
    const { number, requirements } = SDKS[version];
    const made = await clientEnvironment({
      name: `sagemaker-${number}`,
      packages: ['-r', join(SCRIPTS, requirements)],
      python: PYTHON,
      // Not by an import: version 3 asks for AWS's region as soon as it is imported.
      proof: ['-c', `from importlib.metadata import version; assert version("sagemaker") == "${number}"`],
    });
    if ('missing' in made) {
      missing = made.missing;
      return;
    }
    const server = await startTestServer();
    await createRole(server);
    const home = mkdtempSync(join(tmpdir(), 'telar-sdk-'));
    close = async () => {
      await server.close();
      rmSync(home, { recursive: true, force: true });
    };
    const folder = join(home, 'work');
    cpSync(SCRIPTS, folder, { recursive: true });
    const env = await environmentOf(server, home, made.python);
    const python = async (...words: readonly string[]) => {
      const { status, stdout, stderr } = await run([made.python, ...words], { env, cwd: folder });
      if (status !== 0) throw new Error(`python ${words.join(' ')}: ${stdout.slice(-4000)}\n${stderr.slice(-4000)}`);
      return stdout;
    };
    const numbers = await python('-c', 'import platform; print(platform.python_version())');
    ready({ server, python: numbers.trim(), folder, run: python });
  });
  afterAll(async () => {
    await close?.();
  });
  beforeEach((context) => {
    if (missing !== undefined) context.skip(`No SageMaker Python SDK ${version}: ${missing}`);
  });
}

/** Whom a notebook on SageMaker runs as: a role that SageMaker may assume, too, and hand to jobs. */
async function createRole({ client }: TestServer): Promise<void> {
  const iam = new IAM(client);
  const document = (...Statement: object[]) => JSON.stringify({ Version: '2012-10-17', Statement });
  const trusted = { Service: 'sagemaker.amazonaws.com', AWS: `arn:aws:iam::${ACCOUNT}:root` };
  await iam.createRole({
    RoleName: ROLE,
    AssumeRolePolicyDocument: document({ Effect: 'Allow', Principal: trusted, Action: 'sts:AssumeRole' }),
  });
  await iam.attachRolePolicy({
    RoleName: ROLE,
    PolicyArn: 'arn:aws:iam::aws:policy/AmazonSageMakerFullAccess',
  });
  await iam.putRolePolicy({
    RoleName: ROLE,
    PolicyName: 'look',
    PolicyDocument: document({
      Effect: 'Allow',
      Action: ['iam:GetRole', 'iam:SimulatePrincipalPolicy'],
      Resource: '*',
    }),
  });
}

/** As in `telar shell`, where the profile's role is taken instead of the keys. */
async function environmentOf(server: TestServer, home: string, python: string): Promise<NodeJS.ProcessEnv> {
  const { accessKeyId, secretAccessKey } = server.credentials;
  const write = (path: string, lines: readonly string[]) => {
    mkdirSync(dirname(join(home, path)), { recursive: true });
    writeFileSync(join(home, path), `${lines.join('\n')}\n`);
  };
  const where = [`region = ${server.region}`, `endpoint_url = ${server.url}`];
  const role = [`role_arn = arn:aws:iam::${ACCOUNT}:role/${ROLE}`, 'source_profile = admin'];
  write('.aws/config', ['[default]', ...where, ...role, '[profile admin]', ...where]);
  const keys = [`aws_access_key_id = ${accessKeyId}`, `aws_secret_access_key = ${secretAccessKey}`];
  write('.aws/credentials', ['[admin]', ...keys]);
  const base = {
    ...passedOn(process.env),
    PATH: [dirname(python), process.env['PATH']].join(delimiter),
    ...{ HOME: home, LANG: 'C.UTF-8' },
  };
  const asked = [process.execPath, TELAR, 'env', '--data', server.server.folder.root, '--json'];
  const { status, stdout, stderr } = await run(asked, { env: base });
  if (status !== 0) throw new Error(stderr);
  const { AWS_ACCESS_KEY_ID: _id, AWS_SECRET_ACCESS_KEY: _secret, ...variables } = JSON.parse(stdout);
  return { ...base, ...variables };
}
