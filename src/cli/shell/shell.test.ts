/** The rules of what is set and taken out, without a server. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readPass } from '../../server/proxy/pass.ts';
import { trustVariables } from '../../server/proxy/trust.ts';
import { proxyVariables, type Route, routeOf } from '../../server/proxy/variables.ts';
import { written } from './dialects.ts';
import { interactive } from './interactive.ts';
import { keysOf, profileFiles, writeProfileFiles } from './profiles.ts';
import { awsVariables } from './variables.ts';

const url = 'http://127.0.0.1:4566';
const credentials = { accessKeyId: 'AKIAABCDEFGHIJKLMNOP', secretAccessKey: 'secret' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'telar-shell-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('variables of AWS', () => {
  const reach = { url, region: 'eu-west-1', credentials };

  it('V1: what would lead elsewhere goes', () => {
    const before = { AWS_ENDPOINT_URL_S3: 'https://real', AWS_USE_FIPS_ENDPOINT: 'true', AWS_PROFILE: 'prod' };
    const changes = awsVariables(reach, before);
    for (const name of [...Object.keys(before), 'AWS_SESSION_TOKEN', 'AWS_SECURITY_TOKEN']) {
      expect(name in changes && changes[name] === undefined).toBe(true);
    }
    expect(changes).toMatchObject({
      AWS_ENDPOINT_URL: url,
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    });
  });

  it('a session token stays with its keys', () => {
    const held = { ...reach, credentials: { ...credentials, sessionToken: 't' } };
    expect(awsVariables(held, {})['AWS_SESSION_TOKEN']).toBe('t');
  });

  it('with a profile, the keys are its own alone', () => {
    const changes = awsVariables({ ...reach, profile: profileFiles(folder, 'ds') }, { AWS_ACCESS_KEY_ID: 'x' });
    expect(changes).toMatchObject({ AWS_PROFILE: 'ds', AWS_CONFIG_FILE: join(folder, 'config') });
    expect('AWS_ACCESS_KEY_ID' in changes && changes['AWS_ACCESS_KEY_ID'] === undefined).toBe(true);
  });
});

describe('profiles', () => {
  it('are written beside what the files hold already', () => {
    const files = profileFiles(folder, 'data-science-user');
    writeFileSync(
      files.config,
      '[profile other]\nregion = x\n\n[profile data-science-user]\noutput = json\nregion = old\n',
    );
    writeProfileFiles(files, { url, region: 'eu-west-1', keys: { ...credentials, sessionToken: 't' } });
    expect(readFileSync(files.config, 'utf8')).toBe(
      `[profile other]\nregion = x\n\n[profile data-science-user]\nregion = eu-west-1\nendpoint_url = ${url}\noutput = json\n`,
    );
    expect(keysOf(files)).toEqual(credentials);
    expect(readFileSync(files.credentials, 'utf8')).toContain('aws_session_token = t');
    writeProfileFiles(files, { url, region: 'eu-west-1', keys: credentials });
    expect(readFileSync(files.credentials, 'utf8')).not.toContain('aws_session_token');
  });

  it.each(['', 'a b', 'a]\n[b', '#x'])('a name that no file could hold is refused: %j', (name) => {
    expect(() => profileFiles(folder, name)).toThrow(/is no name for a profile/);
  });
});

describe('proxies', () => {
  const route = (before: Record<string, string>, offline = false) => routeOf({ url, folder, offline, before });
  const variables = (before: Record<string, string>, offline = false) =>
    proxyVariables(url, credentials, route(before, offline) as Route);
  const wayOf = ({ HTTPS_PROXY }: Record<string, string>) => {
    const { username, password } = new URL(HTTPS_PROXY!);
    return readPass(`Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`)?.way;
  };

  it("lead to the server, and from there as the user's own settings say", () => {
    expect(wayOf(variables({}))).toBe('direct');
    expect(variables({}).https_proxy).toBe(variables({}).HTTPS_PROXY);
    expect(wayOf(variables({ HTTPS_PROXY: 'corp:3128' }))).toEqual({ upstream: expect.any(String) });
    expect(wayOf(variables({ HTTPS_PROXY: 'corp:3128' }, true))).toBe('offline');
    expect(wayOf(variables({ HTTPS_PROXY: 'corp:3128', no_proxy: '*' }))).toBe('direct');
    expect(wayOf(variables({ HTTPS_PROXY: variables({}).HTTPS_PROXY! }))).toBe('direct');
  });

  it('Y2: NO_PROXY keeps its names, except those of AWS', () => {
    const given =
      'corp.example, .amazonaws.com *.s3.amazonaws.com com, sts.amazonaws.com:443, 10.0.0.0/8,amazonaws.com.example';
    const { NO_PROXY, no_proxy } = variables({ NO_PROXY: given });
    expect(NO_PROXY).toBe('corp.example,10.0.0.0/8,amazonaws.com.example,localhost,127.0.0.1,::1');
    expect(no_proxy).toBe(NO_PROXY);
    expect(variables({ NO_PROXY: given }, true).NO_PROXY).toBe('localhost,127.0.0.1,::1');
  });

  it('Y1: one that cannot be respected is refused, without its password', () => {
    expect(route({ ALL_PROXY: 'socks5://me:w@rd/@corp:1080' })).toEqual({
      unsupported: expect.stringMatching(/^ALL_PROXY names socks5:\/\/corp:1080, and/),
    });
  });

  it('--offline was refused behind a SOCKS proxy, by a message that said to add --offline', () => {
    expect(wayOf(variables({ ALL_PROXY: 'socks5://corp:1080' }, true))).toBe('offline');
  });
});

describe('certificates', () => {
  const own = '-----BEGIN CERTIFICATE-----\nTELAR\n-----END CERTIFICATE-----\n';
  const text = (variables: Record<string, string>, name: string) => readFileSync(variables[name]!, 'utf8');
  beforeEach(() => writeFileSync(join(folder, 'ca.pem'), own));

  it('are those that each client trusts already, and the authority', () => {
    const [corporate, other] = ['corporate', 'other'].map((name) => {
      writeFileSync(join(folder, name), `${name}\n`);
      return join(folder, name);
    });
    const before = { SSL_CERT_FILE: corporate!, REQUESTS_CA_BUNDLE: other!, NODE_EXTRA_CA_CERTS: other! };
    const variables = trustVariables(folder, before);
    expect(text(variables, 'SSL_CERT_FILE')).toBe(`corporate\n${own}`);
    expect(text(variables, 'CURL_CA_BUNDLE')).toBe(`corporate\n${own}`);
    expect(text(variables, 'AWS_CA_BUNDLE')).toBe(`other\n${own}`); // as botocore itself falls back
    expect(text(variables, 'REQUESTS_CA_BUNDLE')).toBe(`other\n${own}`);
    expect(text(variables, 'NODE_EXTRA_CA_CERTS')).toBe(`other\n${own}`);
  });

  it('of CURL_CA_BUNDLE alone were not those of requests and pip, which take it', () => {
    writeFileSync(join(folder, 'company'), 'company\n');
    const variables = trustVariables(folder, { CURL_CA_BUNDLE: join(folder, 'company') });
    expect(text(variables, 'REQUESTS_CA_BUNDLE')).toBe(`company\n${own}`);
    expect(text(variables, 'SSL_CERT_FILE')).not.toContain('company');
  });

  it("are the system's where nothing is named, and Node.js gets the authority alone", () => {
    const variables = trustVariables(folder, {});
    const bundle = text(variables, 'AWS_CA_BUNDLE');
    expect(bundle.split('-----BEGIN CERTIFICATE-----').length).toBeGreaterThan(50);
    expect(bundle.endsWith(own)).toBe(true);
    expect(text(variables, 'NODE_EXTRA_CA_CERTS')).toBe(own);
  });

  it('may be named as a folder, and must be there', () => {
    mkdirSync(join(folder, 'many'));
    const certificate = own.replace('TELAR', 'ONE');
    for (const name of ['a.pem', 'a-again.pem']) writeFileSync(join(folder, 'many', name), certificate);
    const variables = trustVariables(folder, { REQUESTS_CA_BUNDLE: join(folder, 'many') });
    expect(text(variables, 'REQUESTS_CA_BUNDLE')).toBe(certificate + own);
    expect(() => trustVariables(folder, { AWS_CA_BUNDLE: join(folder, 'gone') })).toThrow(/gone, which cannot be read/);
  });
});

it('a shell that reads none of our files kept the keys in a variable that it never takes out', () => {
  for (const shell of ['/bin/tcsh', '/usr/bin/nu', '/bin/constructor']) {
    const started = interactive(shell, join(folder, 'shell'), { AWS_SECRET_ACCESS_KEY: 's' }, { HOME: '/h' });
    expect(started).toEqual({ words: ['-i'], environment: { HOME: '/h' } });
  }
  const like = interactive('/bin/ksh', join(folder, 'shell'), { A: 'a' }, { HOME: '/h' });
  expect(like.environment).toMatchObject({ ENV: join(folder, 'shell/shrc') });
});

describe('dialects', () => {
  const nasty = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((text) => !/[\0\r]/.test(text));

  it.for(['sh', 'fish'])('are read by %s as they were meant', (shell, context) => {
    if (spawnSync(shell, ['-c', 'true']).status !== 0) context.skip(`There is no ${shell} on this machine.`);
    fc.assert(
      fc.property(nasty, (value) => {
        const lines = written({ GONE: undefined, NEVER: undefined, TOLD: value }, shell === 'sh' ? 'posix' : 'fish');
        const program = `${lines.join('\n')}\nprintf '%s|%s' "$GONE" "$TOLD"`;
        const said = execFileSync(shell, ['-c', program], { env: { ...process.env, GONE: 'there' } }).toString();
        expect(said).toBe(`|${value}`);
      }),
      { numRuns: 20 },
    );
  });

  it('an apostrophe in a path ended the value of a .env file early', () => {
    const path = "/home/o'neil/.telar/bundle.pem";
    const [line] = written({ AWS_CA_BUNDLE: path }, 'dotenv');
    expect(parseEnv(line!)).toEqual({ AWS_CA_BUNDLE: path });
  });

  it('an empty AWS_PROFILE would be one that does not exist: a .env file names what must not be set', () => {
    const lines = written({ AWS_PROFILE: undefined, B: 'b' }, 'dotenv');
    expect(lines).toEqual(['# Must not be set beside these: AWS_PROFILE', "B='b'"]);
  });
});
