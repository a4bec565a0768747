/** `telar shell` and `telar env` through the real binary, as one types them: commands, terminals, profiles, and the way back. */
import { type ChildProcess, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IAM } from '@aws-sdk/client-iam';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from '../support/server.ts';
import { finished, type Ran, ROOT } from './telar.ts';

const BINARY = join(ROOT, 'bin/telar.mjs');
const TERMINAL = join(ROOT, 'tests/support/terminal.py');

let folder: string;
let home: string;
let server: TestServer;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'telar-home-'));
  folder = join(home, 'data');
  server = await startTestServer({ folder });
});
afterAll(async () => {
  await server.close();
  rmSync(home, { recursive: true, force: true });
});

type Environment = Record<string, string>;

/** A person's own environment, and nothing of the tests'. */
const own = (more: Environment = {}): Environment => ({
  ...{ PATH: process.env['PATH'] ?? '', HOME: home, LANG: 'C.UTF-8', TERM: 'dumb', TELAR_DATA: folder },
  ...more,
});

function start(words: readonly string[], environment = own(), input?: string): ChildProcess {
  const child = spawn(process.execPath, [BINARY, ...words], { cwd: home, env: environment });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  return child;
}

const run = (words: readonly string[], environment?: Environment, input?: string): Promise<Ran> =>
  finished(start(words, environment, input));

/** The environment of a command in the shell. */
async function inside(options: readonly string[] = [], environment?: Environment): Promise<Environment> {
  const print = [process.execPath, '-p', 'JSON.stringify(process.env)'];
  const { stdout, status, stderr } = await run(['shell', ...options, '--', ...print], environment);
  expect({ status, stderr }).toMatchObject({ status: 0 });
  return JSON.parse(stdout) as Environment;
}

describe('telar shell with a command', () => {
  it('passes on its exit status, its arguments and its input', async () => {
    expect((await run(['shell', '--', 'sh', '-c', 'exit 7'])).status).toBe(7);
    const echoed = await run(
      ['shell', '--', 'sh', '-c', 'cat; printf "%s|" "$@"', 'sh', 'a b', '--json', '*'],
      own(),
      'in\n',
    );
    expect(echoed).toMatchObject({ status: 0, stdout: 'in\na b|--json|*|', stderr: '' });
  });

  it('is the command: a signal ends the one as the other', async () => {
    const wait = 'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.05; done';
    const child = start(['shell', '--', 'sh', '-c', wait]);
    const ran = finished(child);
    child.stdout!.once('data', () => child.kill('SIGTERM'));
    expect(await ran).toMatchObject({ status: 3, stdout: 'ready\nbye\n' });
    const killed = start(['shell', '--', 'sh', '-c', 'kill -KILL $$']);
    await finished(killed);
    expect(killed.signalCode).toBe('SIGKILL');
  });

  it('refuses a program that is not there, and options that cannot be had', async () => {
    writeFileSync(join(home, 'no-program'), '');
    for (const words of [
      ['shell', '--', 'no-such-program'],
      ['shell', '--', './no-program'],
      ['shell', '--offline', '--no-proxy', '--', 'true'],
      ['shell', '--region', 'the moon', '--', 'true'],
      ['shell', '--profile', 'a b', '--', 'true'],
      ['env', '--format', 'cmd'],
    ]) {
      expect(await run(words)).toMatchObject({ status: 2, stdout: '' });
    }
    const without = own({ TELAR_DATA: join(home, 'none') });
    expect((await run(['shell', '--', 'true'], without)).stderr).toMatch(/No server runs on .*none\. Start one/);
  });

  it('reads commands from its input where there is no terminal', async () => {
    const ran = await run(['shell'], own({ SHELL: '/bin/sh' }), 'echo "$AWS_ENDPOINT_URL"; exit 4\n');
    expect(ran).toMatchObject({ status: 4, stdout: `${server.url}\n` });
  });
});

describe('the environment', () => {
  it("is the server's, and of the person's own what does not lead elsewhere", async () => {
    const before = {
      MINE: 'mine',
      AWS_PROFILE: 'prod',
      AWS_ENDPOINT_URL_S3: 'https://real.example',
      AWS_SESSION_TOKEN: 't',
    };
    const found = await inside(['--region', 'eu-west-1'], own(before));
    const { accessKeyId, secretAccessKey } = server.credentials;
    expect(found).toMatchObject({
      ...{ MINE: 'mine', AWS_ENDPOINT_URL: server.url, AWS_ACCESS_KEY_ID: accessKeyId },
      ...{ AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: 'eu-west-1', AWS_DEFAULT_REGION: 'eu-west-1' },
    });
    for (const name of ['AWS_PROFILE', 'AWS_ENDPOINT_URL_S3', 'AWS_SESSION_TOKEN'])
      expect(found).not.toHaveProperty(name);
    for (const name of [
      'AWS_CA_BUNDLE',
      'REQUESTS_CA_BUNDLE',
      'SSL_CERT_FILE',
      'CURL_CA_BUNDLE',
      'NODE_EXTRA_CA_CERTS',
    ]) {
      expect(readFileSync(found[name]!, 'utf8')).toContain(readFileSync(join(folder, 'proxy/ca.pem'), 'utf8'));
    }
    expect(new URL(found['HTTPS_PROXY']!).host).toBe(new URL(server.url).host);
  });

  it('is the same in a shell within a shell', async () => {
    const before = own({ HTTPS_PROXY: 'http://corp.example:3128', NO_PROXY: 'corp.example' });
    const once = await inside([], before);
    expect(await inside([], once)).toEqual(once);
  });

  it('is printed for a shell to take, and taken back', async () => {
    const before = own({
      HTTPS_PROXY: 'http://corp.example:3128',
      AWS_PROFILE: "it's mine",
      TELAR: `${process.execPath} ${BINARY}`,
    });
    const program =
      'env | sort; eval "$($TELAR env)"; $TELAR env --json; eval "$($TELAR env --undo)"; echo; env | sort';
    const child = spawn('sh', ['-c', program], { cwd: home, env: before, stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = await finished(child);
    expect(stderr).toBe('');
    const [first, last] = stdout.split(/^\{.*\}\n\n/m);
    expect(last).toBe(first);
    expect(stdout).toContain(`{"AWS_ENDPOINT_URL":"${server.url}"`);
  });

  it('is written for other readers', async () => {
    expect((await run(['env', '--format', 'fish'])).stdout).toMatch(/^set -gx AWS_ENDPOINT_URL 'http/m);
    const { stdout } = await run(['env', '--format', 'dotenv']);
    expect(stdout).toMatch(/^AWS_ENDPOINT_URL='http/m);
    expect(stdout).toMatch(/^# Must not be set beside these: AWS_PROFILE /);
  });

  it('has no proxy where none is wanted, or none can be trusted', async () => {
    expect(Object.keys(await inside(['--no-proxy']))).not.toContain('HTTPS_PROXY');
    const elsewhere = await run(['env', '--url', 'http://127.0.0.1:9']);
    expect(elsewhere.stderr).toMatch(
      /no proxy: its certificate lies in the data folder of http:\/\/127\.0\.0\.1:9, which .* is not/,
    );
    expect(elsewhere.stdout).not.toContain('HTTPS_PROXY');
    expect((await run(['env', '--offline', '--url', 'http://127.0.0.1:9'])).status).toBe(2);
    const certificate = join(folder, 'proxy/ca.pem');
    renameSync(certificate, `${certificate}.away`);
    expect((await run(['env'])).stderr).toMatch(/no proxy: the server at .* is of an older Telar/);
    renameSync(`${certificate}.away`, certificate);
  });
});

describe('telar shell --profile', () => {
  const profile = ['--profile', 'data-science-user'];

  it("has telar's keys, until a user's are rotated into it; ~/.aws is left alone", async () => {
    mkdirSync(join(home, '.aws'));
    writeFileSync(join(home, '.aws/credentials'), '[data-science-user]\naws_access_key_id = REAL\n');
    const found = await inside(profile);
    expect(found).toMatchObject({ AWS_PROFILE: 'data-science-user', AWS_CONFIG_FILE: join(folder, 'aws/config') });
    expect(found).not.toHaveProperty('AWS_ACCESS_KEY_ID');
    expect(readFileSync(found['AWS_CONFIG_FILE']!, 'utf8')).toContain(`endpoint_url = ${server.url}`);
    expect(readFileSync(found['AWS_SHARED_CREDENTIALS_FILE']!, 'utf8')).toContain(server.credentials.accessKeyId);

    await new IAM(server.client).createUser({ UserName: 'data-science-user' });
    const rotate = [process.execPath, BINARY, 'keys', 'rotate', 'data-science-user', ...profile, '--json'];
    const rotated = await run(['shell', ...profile, '--', ...rotate]);
    expect(rotated.stderr).toMatch(/profile data-science-user has the keys AKIA\w+, those that telar itself uses/);
    const { newKey } = rotated.result as { newKey: { accessKeyId: string } };

    const after = await run(['shell', ...profile, '--', 'env']);
    expect(after.stderr).toBe('');
    expect(after.stdout).toContain(`HTTPS_PROXY=http://${newKey.accessKeyId}.direct:`);
    expect(readFileSync(join(folder, 'aws/credentials'), 'utf8')).toContain(newKey.accessKeyId);
    await new IAM(server.client).deleteAccessKey({ UserName: 'data-science-user', AccessKeyId: newKey.accessKeyId });
    expect((await run(['shell', ...profile, '--', 'true'])).stderr).toMatch(/has the keys/);
    expect(readFileSync(join(home, '.aws/credentials'), 'utf8')).toBe(
      '[data-science-user]\naws_access_key_id = REAL\n',
    );
  });
});

describe('at a terminal', () => {
  const STARTUP = 'export AWS_PROFILE=prod HTTPS_PROXY=http://corp.example:1 MINE=yes\n';
  const SHELLS: Record<string, Environment> = {
    bash: { '.bashrc': STARTUP },
    zsh: { '.zshenv': 'ZDOTDIR="$HOME/deep"\n', 'deep/.zshrc': STARTUP },
    fish: { '.config/fish/config.fish': 'set -gx AWS_PROFILE prod; set -gx HTTPS_PROXY x; set -gx MINE yes\n' },
    sh: { '.shrc': STARTUP },
  };
  const where = (program: string) =>
    (process.env['PATH'] ?? '')
      .split(':')
      .map((at) => join(at, program))
      .find((path) => existsSync(path));

  it.for(Object.keys(SHELLS))(
    "%s takes its own start-up files, then Telar's variables; Ctrl-C ends what it runs, and its status is passed on",
    async (name, context) => {
      const [shell, python] = [where(name), where('python3')];
      if (shell === undefined) context.skip(`There is no ${name} on this machine.`);
      if (python === undefined) context.skip('Without Python there is no terminal to be had.');
      const place = join(home, name);
      for (const [file, text] of Object.entries(SHELLS[name]!)) {
        mkdirSync(join(place, file, '..'), { recursive: true });
        writeFileSync(join(place, file), text);
      }
      chmodSync(place, 0o700); // zsh complains of others
      const environment = own({ HOME: place, SHELL: shell!, ENV: join(place, '.shrc'), OUT: join(place, 'out') });
      const typed = [
        '?(telar) ',
        'echo "$MINE|$AWS_PROFILE|$AWS_ENDPOINT_URL|$HTTPS_PROXY|$TELAR_SHELL_EXPORTS|$ZDOTDIR" > $OUT; echo do"ne"',
        '?done',
        // What is to be ended says itself that it has begun: a shell may be between two commands.
        `sh -c 'echo be"gun"; exec sleep 60'`,
        '?begun',
        '^C',
        '?(telar) ',
        'exit 5',
      ];
      const words = [TERMINAL, process.execPath, BINARY, 'shell'];
      const child = spawn(python!, words, { cwd: home, env: environment });
      child.stdin.end(`${typed.join('\n')}\n`);
      const { status, stdout } = await finished(child);
      expect({ status, stdout }).toMatchObject({ status: 5 });
      expect(stdout).toContain(`AWS clients in this shell reach Telar at ${server.url}, as AKIA`);
      const [mine, awsProfile, url, proxy, ...rest] = readFileSync(environment['OUT']!, 'utf8').trim().split('|');
      const zdotdir = name === 'zsh' ? join(place, 'deep') : '';
      expect([mine, awsProfile, url, ...rest]).toEqual(['yes', '', server.url, '', zdotdir]);
      expect(new URL(proxy!).host).toBe(new URL(server.url).host);
    },
  );
});
