import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isPassOf, passFor, readPass, rememberUpstream, upstreamOf, type Way } from './pass.ts';

const key = { accessKeyId: 'AKIAABCDEFGHIJKLMNOP', secretAccessKey: 'secret/with+signs' };
const header = ({ username, password }: { username: string; password: string }) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;

it.each(['direct', 'offline', { upstream: '0123456789abcdef' }] as Way[])('a pass says its way: %o', (way) => {
  const pass = readPass(header(passFor(key, way)));
  expect(pass).toMatchObject({ accessKeyId: key.accessKeyId, way });
  expect(isPassOf(pass!, key.secretAccessKey)).toBe(true);
  expect(isPassOf(pass!, 'another')).toBe(false);
});

it('P1: the password is not the secret, and an address holds it as it is', () => {
  const { username, password } = passFor(key, 'direct');
  expect(password).not.toContain(key.secretAccessKey);
  expect(encodeURIComponent(username + password)).toBe(username + password);
});

it('whatever else comes is no pass', () => {
  const good = passFor(key, 'direct');
  for (const bad of [
    undefined,
    '',
    'Basic',
    'Bearer abc',
    header({ ...good, username: key.accessKeyId }),
    header({ ...good, username: `${key.accessKeyId}.../../etc/passwd` }),
    header({ ...good, password: `${good.password}x` }),
    header({ ...good, password: '' }),
  ]) {
    expect(readPass(bad)).toBeUndefined();
  }
  fc.assert(fc.property(fc.string({ maxLength: 100 }), (text) => readPass(`Basic ${btoaOf(text)}`) === undefined));
});

const btoaOf = (text: string) => Buffer.from(text).toString('base64');

it("an upstream's password is kept where only the owner reads it", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'telar-pass-'));
  try {
    const url = 'http://me:word@proxy.example:3128/';
    const id = rememberUpstream(folder, url);
    expect((await upstreamOf(folder, id))?.href).toBe(url);
    expect(await upstreamOf(folder, '0000000000000000')).toBeUndefined();
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
