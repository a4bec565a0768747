/** What a job is given beside what is its own; and whether it can read it, in each kind of sandbox, however it starts. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { silentLog } from '../base/log.ts';
import { systemWorld } from '../base/world.ts';
import { jobEnvironment } from './environment.ts';
import { FILES } from './folder.ts';
import { type Isolation, isolation as machineIsolation } from './isolation.ts';
import { proxied, type Trust } from './proxied.ts';
import { createRunner, type Runner } from './runner.ts';

const trust: Trust = {
  folder: '/data/proxy/trust',
  files: {
    AWS_CA_BUNDLE: 'bundle.pem',
    REQUESTS_CA_BUNDLE: 'bundle.pem',
    CURL_CA_BUNDLE: 'bundle.pem',
    SSL_CERT_FILE: 'bundle.pem',
    NODE_EXTRA_CA_CERTS: 'authority.pem',
  },
};
const url = 'http://ASIA.direct:word@127.0.0.1:4566';
const proxy = { HTTPS_PROXY: url, https_proxy: url, NO_PROXY: 'localhost', no_proxy: 'localhost' };
const given = (own: Record<string, string>) => proxied({ proxy, networkIsolation: false }, trust, '/t', own);

describe('a job with a network', () => {
  it('is sent to the proxy, and trusts its authority', () => {
    expect(given({})).toEqual({
      ...proxy,
      ...{ AWS_CA_BUNDLE: '/t/bundle.pem', REQUESTS_CA_BUNDLE: '/t/bundle.pem', CURL_CA_BUNDLE: '/t/bundle.pem' },
      ...{ SSL_CERT_FILE: '/t/bundle.pem', NODE_EXTRA_CA_CERTS: '/t/authority.pem' },
    });
  });

  it('X1: has its own proxy alone, in whichever letters it is written', () => {
    for (const name of ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy']) {
      const names = Object.keys(given({ [name]: 'http://own:3128' }));
      expect(names.filter((one) => /_proxy$/i.test(one))).toEqual([]);
    }
    expect(given({ no_proxy: 'own.example' })).toMatchObject({ HTTPS_PROXY: url });
    expect(Object.keys(given({ no_proxy: 'own.example' }))).not.toContain('NO_PROXY');
  });

  it('X1: has its own certificates, also where a client would look at others first', () => {
    const names = Object.keys(given({ SSL_CERT_FILE: '/own.pem' }));
    expect(names).not.toContain('SSL_CERT_FILE');
    expect(names).not.toContain('CURL_CA_BUNDLE');
    expect(names).toContain('AWS_CA_BUNDLE');
    expect(Object.keys(given({ CURL_CA_BUNDLE: '/own.pem' }))).not.toContain('REQUESTS_CA_BUNDLE');
  });
});

describe('nothing is given', () => {
  const nothing = (spec: Parameters<typeof proxied>[0], known: Trust | undefined) => proxied(spec, known, '/t', {});

  it('to a job without a network, to one that is not sent, and before there is an authority', () => {
    expect(nothing({ proxy, networkIsolation: true }, trust)).toEqual({});
    expect(nothing({ networkIsolation: false }, trust)).toEqual({});
    expect(nothing({ proxy, networkIsolation: false }, undefined)).toEqual({});
  });
});

it("the server's proxy in small letters won over the job's own in capitals", () => {
  const machine = { path: [], home: '/h', tmp: '/t', image: {} };
  const environment = jobEnvironment({
    ...machine,
    server: { https_proxy: 'http://server:1', http_proxy: 'http://server:1', no_proxy: 'server.example' },
    own: { HTTPS_PROXY: 'http://own:2' },
  });
  expect(environment).toMatchObject({ HTTPS_PROXY: 'http://own:2', http_proxy: 'http://server:1' });
  expect(environment).not.toHaveProperty('https_proxy');
  const around = jobEnvironment({
    ...machine,
    server: { http_proxy: 'http://server:1' },
    own: { NO_PROXY: 'own.example' },
  });
  expect(around).toMatchObject({ NO_PROXY: 'own.example', no_proxy: 'own.example,localhost,127.0.0.1,::1' });
});

const machine = await machineIsolation();
const kinds: [string, Isolation][] = [['nobody', { kind: 'none', reason: 'a test says so.' }]];
if (machine.kind === 'namespaces') kinds.push([machine.as, machine]);
if (machine.kind === 'namespaces' && machine.as === 'root') kinds.push(['user', { kind: 'namespaces', as: 'user' }]);

describe.each(kinds)('a sandbox made by %s', (_as, isolation) => {
  let base: string;
  let runner: Runner;
  let count = 0;
  const folder = () => join(base, 'data/trust');
  beforeAll(() => {
    base = mkdtempSync(join(tmpdir(), 'telar-trust-'));
    mkdirSync(folder(), { recursive: true });
    writeFileSync(join(folder(), 'bundle.pem'), 'trusted');
    runner = createRunner({
      ...{ world: { ...systemWorld, log: silentLog }, isolation, hide: [join(base, 'data')] },
      ...{ jobsFolder: join(base, 'jobs'), imagesFolder: join(base, 'images') },
      trust: () => ({ folder: folder(), files: { AWS_CA_BUNDLE: 'bundle.pem' } }),
    });
  });
  afterAll(() => {
    runner.close();
    // What waits for jobs is told to end, and may write a last file while it does.
    rmSync(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  });

  /** Whether the last job became what a process was that had waited. */
  let waited = false;
  /** What a job says that prints its bundle, and tries to change it. */
  async function said(command: (script: string) => string[]): Promise<string> {
    const jobId = `trust-${++count}`;
    const { ml, log, root } = runner.folder(jobId);
    mkdirSync(ml, { recursive: true });
    const script = join(ml, 'script.mjs');
    writeFileSync(
      script,
      `import { appendFileSync, readFileSync } from 'node:fs';
const path = process.env.AWS_CA_BUNDLE;
console.log(readFileSync(path, 'utf8'), process.env.HTTPS_PROXY);
if (path.startsWith('/opt/')) try { appendFileSync(path, 'x'); console.log('changed'); } catch {}`,
    );
    const image = `telar/node:${process.versions.node.split('.')[0]}`;
    runner.prepared(image);
    const spec = { jobId, image, entrypoint: command(script), arguments: [], environment: {}, networkIsolation: false };
    await runner.launch({ ...spec, proxy });
    await runner.exit(jobId);
    waited = readFileSync(join(root, FILES.command), 'utf8').includes('spare.m');
    return readFileSync(log, 'utf8').replace(/^telar: .*\n/gm, '');
  }
  const inside = (script: string) => (isolation.kind === 'none' ? script : '/opt/ml/script.mjs');

  it('shows the certificates, and lets nobody change them', async () => {
    expect(await said((script) => ['node', '--no-warnings', inside(script)])).toBe(`trusted ${url}\n`);
  });

  // Nothing waits where there are no namespaces.
  it.skipIf(isolation.kind === 'none')('shows them to what has waited for the job', async () => {
    await expect
      .poll(async () => [await said((script) => ['node', inside(script)]), waited], { timeout: 10_000 })
      .toEqual([`trusted ${url}\n`, true]);
  });

  it('X2: shows what was written anew to whatever waits already', async () => {
    writeFileSync(join(folder(), 'new'), 'renewed');
    renameSync(join(folder(), 'new'), join(folder(), 'bundle.pem'));
    expect(await said((script) => ['node', inside(script)])).toBe(`renewed ${url}\n`);
  });
});
