import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLog } from '../../base/log.ts';
import { systemWorld } from '../../base/world.ts';
import { authorityCertificate, openAuthority } from './authority.ts';

const DAY = 24 * 3600 * 1000;

let folder: string;
let now: number;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'telar-authority-')), 'proxy');
  now = Date.UTC(2026, 0, 1);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true, force: true }));

const open = (remembered?: number) => {
  const clock = { ...systemWorld.clock, now: () => now };
  return openAuthority(
    folder,
    { ...systemWorld, log: silentLog, clock },
    remembered === undefined ? {} : { remembered },
  );
};
const certificate = () => readFileSync(authorityCertificate(folder), 'utf8');

it('A1: the key is readable by its owner only, and both stay from start to start', () => {
  open();
  const first = certificate();
  for (const name of ['ca.key', 'ca.pem']) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  open();
  expect(certificate()).toBe(first);
});

it('A2: it is replaced a month before its end, at a start', () => {
  open();
  const first = certificate();
  now = new X509Certificate(first).validToDate.getTime() - 31 * DAY;
  open();
  expect(certificate()).toBe(first);
  now += 2 * DAY;
  open();
  expect(certificate()).not.toBe(first);
});

it('A2: one that was made while the clock was wrong was kept, and trusted by nobody for as long', () => {
  now += 400 * DAY;
  open();
  const first = certificate();
  now -= 400 * DAY;
  open();
  expect(certificate()).not.toBe(first);
  expect(new X509Certificate(certificate()).validFromDate.getTime()).toBeLessThan(now);
});

it('A2: it is replaced while the server runs, too', () => {
  const authority = open();
  const first = certificate();
  const context = authority.contextFor('a.amazonaws.com');
  now = new X509Certificate(first).validToDate.getTime() - DAY;
  expect(authority.contextFor('a.amazonaws.com')).not.toBe(context);
  expect(certificate()).not.toBe(first);
});

it.each(['ca.key', 'ca.pem'])('A2: it is replaced when %s is damaged, or of another', (name) => {
  open();
  const first = certificate();
  writeFileSync(join(folder, name), 'no such thing');
  open();
  expect(certificate()).not.toBe(first);
});

it('A3: a host is remembered, and made anew before its certificate ends', () => {
  const authority = open();
  const made = authority.contextFor('a.amazonaws.com');
  now += 30 * DAY;
  expect(authority.contextFor('a.amazonaws.com')).toBe(made);
  now += 54 * DAY;
  expect(authority.contextFor('a.amazonaws.com')).not.toBe(made);
});

it('A3: so many hosts are remembered, whoever asks for more', () => {
  const authority = open(2);
  const first = authority.contextFor('a.amazonaws.com');
  authority.contextFor('b.amazonaws.com');
  expect(authority.contextFor('a.amazonaws.com')).toBe(first);
  authority.contextFor('c.amazonaws.com');
  expect(authority.contextFor('a.amazonaws.com')).not.toBe(first);
});
