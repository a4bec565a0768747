/**
 * scripts/setup.mjs, run as npm runs it, in a repository made for the test: its npm is a small program that writes down how
 * it was called and leaves behind what npm would.
 */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';

type Packages = Record<string, object>;

let root: string;
beforeEach(() => {
  root = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-setup-'));
  fs.mkdirSync(path.join(root, 'scripts'));
  fs.copyFileSync(path.join(import.meta.dirname, '../scripts/setup.mjs'), path.join(root, 'scripts/setup.mjs'));
});
afterEach(() => fs.rmSync(root, { recursive: true }));

const HERE = { optional: true, os: [process.platform], cpu: [process.arch] };
const ELSEWHERE = { optional: true, os: ['elsewhere'], cpu: [process.arch] };
const A = { version: '1.0.0', integrity: 'sha512-a' };

function write(name: string, text: string, mode?: number): void {
  const file = path.join(root, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, text, { mode });
}

const locked = (packages: Packages) =>
  write('package-lock.json', JSON.stringify({ packages: { '': {}, ...packages } }));
const installed = (packages: Packages) => write('node_modules/.package-lock.json', JSON.stringify({ packages }));

/** Runs set-up with an npm that ends with `status` and installs `leaves`. */
function setup({
  leaves = {},
  status = 0,
  PATH = path.dirname(process.execPath),
}: {
  leaves?: Packages;
  status?: number;
  PATH?: string;
} = {}) {
  write(
    'npm-cli.js',
    `const fs = require('node:fs');
     fs.appendFileSync('npm-calls', process.argv.slice(2).join(' ') + '\\n');
     fs.mkdirSync('node_modules', { recursive: true });
     if (${status} === 0) fs.writeFileSync('node_modules/.package-lock.json', ${JSON.stringify(JSON.stringify({ packages: leaves }))});
     process.exit(${status});`,
  );
  const {
    status: ended,
    stderr,
    stdout,
  } = spawnSync(process.execPath, [path.join(root, 'scripts/setup.mjs')], {
    encoding: 'utf8',
    env: { PATH, npm_execpath: path.join(root, 'npm-cli.js') },
  });
  const calls = path.join(root, 'npm-calls');
  return {
    ended,
    stderr,
    stdout,
    calls: fs.existsSync(calls) ? fs.readFileSync(calls, 'utf8').trim().split('\n') : [],
  };
}

it('installs on a fresh clone, and then says and does nothing', () => {
  locked({ 'node_modules/a': A });
  const first = setup({ leaves: { 'node_modules/a': A } });
  expect(first).toMatchObject({ ended: 0, stdout: '', stderr: expect.stringContaining('nothing is installed yet') });
  expect(first.calls).toEqual(['ci --include=dev --include=optional --ignore-scripts --no-audit --no-fund']);
  const second = setup();
  expect(second).toMatchObject({ ended: 0, stdout: '', stderr: '' });
  expect(second.calls).toHaveLength(1);
});

it('accepts what somebody installed with npm itself, without the packages of other platforms', () => {
  locked({
    'node_modules/a': A,
    'node_modules/b': { ...A, ...ELSEWHERE },
    'node_modules/c': { ...A, ...HERE, libc: ['musl'] },
  });
  installed({ 'node_modules/a': A });
  expect(setup()).toMatchObject({ ended: 0, calls: [] });
});

it.each<[string, Packages, Packages, string]>([
  [
    'a version changed',
    { 'node_modules/a': { ...A, version: '2.0.0' } },
    { 'node_modules/a': A },
    'is at 1.0.0, and package-lock.json names 2.0.0',
  ],
  [
    'bytes changed',
    { 'node_modules/a': { ...A, integrity: 'sha512-b' } },
    { 'node_modules/a': A },
    'node_modules/a is at',
  ],
  ['a package is missing', { 'node_modules/a': A }, {}, 'node_modules/a is not installed'],
  [
    'a package of this platform is missing',
    { 'node_modules/a': { ...A, ...HERE } },
    {},
    'node_modules/a is not installed',
  ],
  ['a package was removed', {}, { 'node_modules/a': A }, 'package-lock.json does not name it'],
])('installs where %s', (_, wanted, present, why) => {
  locked(wanted);
  installed(present);
  const { ended, stderr, calls } = setup({ leaves: wanted });
  expect({ ended, calls: calls.length }).toEqual({ ended: 0, calls: 1 });
  expect(stderr).toContain(why);
});

it('does not try for ever to get an optional package that the registry does not have', () => {
  locked({ 'node_modules/a': { ...A, ...HERE } });
  expect(setup({ leaves: {} }).calls).toHaveLength(1);
  expect(setup({ leaves: {} })).toMatchObject({ ended: 0, calls: [expect.any(String)] });
});

it('says what to do where npm fails, and tries again next time', () => {
  locked({ 'node_modules/a': A });
  const failed = setup({ status: 7 });
  expect(failed).toMatchObject({
    ended: 1,
    stderr: expect.stringMatching(/npm ci ended with status 7.*npm config get registry/s),
  });
  expect(setup({ leaves: { 'node_modules/a': A } })).toMatchObject({ ended: 0 });
});

it('prefers the Node that npm installed, and refuses one that is too old or does not run, with what to do', () => {
  locked({});
  installed({});
  write('old/node', '#!/bin/sh\necho v20.20.2\n', 0o755);
  const tooOld = setup({ PATH: path.join(root, 'old') });
  expect(tooOld).toMatchObject({
    ended: 1,
    stderr: expect.stringMatching(/need Node 24 or later.*is v20\.20\.2.*Install Node 24/s),
  });

  write('node_modules/.bin/node', '#!/bin/sh\necho v24.1.0\n', 0o755);
  expect(setup({ PATH: path.join(root, 'old') })).toMatchObject({ ended: 0, stderr: '' });

  write('node_modules/.bin/node', '#!/nonexistent/loader\n', 0o755);
  expect(setup({ PATH: path.join(root, 'old') })).toMatchObject({
    ended: 1,
    stderr: expect.stringContaining('it does not run here'),
  });
});

it('names a missing package-lock.json', () => {
  expect(setup()).toMatchObject({ ended: 1, stderr: expect.stringContaining('package-lock.json is missing') });
});
