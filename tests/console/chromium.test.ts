/** How the console's tests come by a Chromium (tests/support/chromium.ts), with programs and packages made for it. */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findChromium } from '../support/chromium.ts';
import { unpackChromium } from '../support/unpackedChromium.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-chromium-test-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

/** A program that writes down how it was started, and ends with `status`. */
function program(name: string, status = 0): string {
  const file = path.join(folder, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, `#!/bin/sh\necho "$1" >> "$0.calls"\nexit ${status}\n`, { mode: 0o755 });
  return file;
}
const calls = (file: string) => fs.readFileSync(`${file}.calls`, 'utf8').trim().split('\n');

/** Looks with these folders on the PATH; `unpack` fails unless one is given. */
function find(options: Parameters<typeof findChromium>[0] & { on?: string[] } = {}) {
  const { on = [], ...others } = options;
  const PATH = on.map((name) => path.join(folder, name)).join(path.delimiter);
  const unpack = async () => ({ missing: 'apt-get is not there' });
  return findChromium({ cache: path.join(folder, 'cache'), environment: { PATH }, unpack, apps: [], ...others });
}

it('takes the named one, and no other where that does not start', async () => {
  program('bin/chromium');
  const named = program('mine');
  const broken = program('broken', 1);
  expect(await find({ on: ['bin'], environment: { TELAR_CHROMIUM: named } })).toEqual({ executable: named, env: {} });
  expect(await find({ on: ['bin'], environment: { TELAR_CHROMIUM: broken } })).toEqual({
    missing: `${broken} (TELAR_CHROMIUM) does not start.`,
  });
});

it('takes an installed one that starts, has it show a page once, and looks again when it is gone', async () => {
  program('a/chromium', 1);
  const chrome = program('b/google-chrome');
  expect(await find({ on: ['a', 'b'] })).toEqual({ executable: chrome, env: {} });
  expect(await find({ on: ['a', 'b'] })).toEqual({ executable: chrome, env: {} });
  expect(calls(chrome)).toEqual(['--headless', '--version']);

  fs.rmSync(chrome);
  expect(await find({ on: ['a', 'b'] })).toHaveProperty('missing');
});

it('unpacks one where none is installed: once, however many look at the same time', async () => {
  const made = { executable: program('unpacked'), env: { LD_LIBRARY_PATH: '/libraries' } };
  const said: string[] = [];
  let times = 0;
  const unpack = async () => {
    times += 1;
    await setTimeout(50);
    return made;
  };
  const looking = Array.from({ length: 3 }, () => find({ unpack, say: (line) => said.push(line) }));
  expect(await Promise.all(looking)).toEqual([made, made, made]);
  expect([times, said.length]).toEqual([1, 1]);
});

it('says what to do where there is none, remembers it, and tries again when it is told to', async () => {
  let times = 0;
  const unpack = async () => {
    times += 1;
    return { missing: 'apt-get is not there' };
  };
  const first = await find({ unpack });
  expect(first).toEqual({
    missing: expect.stringMatching(/apt-get is not there.*apt install chromium.*TELAR_CHROMIUM/),
  });
  expect(await find({ unpack })).toEqual(first);
  expect(times).toBe(1);
  expect(await find({ unpack, again: true })).toEqual(first);
  expect(times).toBe(2);
});

it('does not keep one that was unpacked and does not start', async () => {
  const unpack = async () => ({ executable: program('unpacked', 127), env: {} });
  expect(await find({ unpack })).toEqual({ missing: expect.stringContaining('does not start') });
});

describe('unpacking', () => {
  /** An apt whose plan is `plan`, and a dpkg-deb that unpacks each package as `unpacks`, a command in its folder. */
  function packageTools({ plan = '', unpacks = 'true', update = 'exit 0' }): void {
    const script = (name: string, text: string) => {
      fs.mkdirSync(path.join(folder, 'bin'), { recursive: true });
      fs.writeFileSync(path.join(folder, 'bin', name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    };
    script(
      'apt-get',
      `cp "$2" "${folder}/apt.conf"
       case "$3" in
         update) ${update};;
         --simulate) cat <<'PLAN'\n${plan}\nPLAN
         ;;
         download) shift 3; echo "$@" > "${folder}/wanted"; touch one.deb;;
       esac`,
    );
    script('dpkg-deb', `cd "$3" && ${unpacks}`);
    vi.stubEnv('PATH', `${path.join(folder, 'bin')}${path.delimiter}${process.env['PATH']}`);
  }
  const unpack = () => unpackChromium(path.join(folder, 'chromium'));

  it('takes what is missing or too old, and the fonts, without a trace in the folders of the machine', async () => {
    const libraries = 'usr/lib/some-machine';
    packageTools({
      plan: [
        'Inst libogg0 (1.3.5-3 Debian:12.15/oldstable [amd64])',
        'Inst libnss3 [2:3.80] (2:3.87-1 Debian:12.15/oldstable [amd64]) []',
        'Conf libogg0 (1.3.5-3 Debian:12.15/oldstable [amd64])',
      ].join('\n'),
      unpacks: `mkdir -p usr/lib/chromium ${libraries}/gtk-3.0 && touch usr/lib/chromium/chromium ${libraries}/libogg.so.0 ${libraries}/gtk-3.0/plugin.so`,
    });
    const root = path.join(folder, 'chromium/root');
    expect(await unpack()).toEqual({
      executable: path.join(root, 'usr/lib/chromium/chromium'),
      env: {
        LD_LIBRARY_PATH: path.join(root, libraries),
        FONTCONFIG_FILE: path.join(folder, 'chromium/fonts.conf'),
      },
    });
    const wanted = fs.readFileSync(path.join(folder, 'wanted'), 'utf8').trim();
    expect(wanted).toBe('libogg0=1.3.5-3 libnss3=2:3.87-1 fonts-inter fonts-dejavu-core');
    const config = fs.readFileSync(path.join(folder, 'apt.conf'), 'utf8');
    expect(config).toContain(`Dir::State::lists "${path.join(folder, 'chromium/apt/lists')}";`);
    expect(config).toContain('#clear APT::Update::Post-Invoke;');
    expect(fs.readdirSync(path.join(folder, 'chromium')).sort()).toEqual(['fonts.conf', 'root']);
  });

  it('says what apt said last', async () => {
    packageTools({ update: 'echo "W: first" >&2; echo "E: the line is dead" >&2; exit 100' });
    expect(await unpack()).toEqual({ missing: '`apt-get update` failed: W: first E: the line is dead' });
  });

  it('knows that Ubuntu gives a script that asks for a snap', async () => {
    packageTools({ unpacks: 'mkdir -p usr/bin usr/lib && touch usr/bin/chromium-browser' });
    expect(await unpack()).toEqual({ missing: 'the package chromium of this system holds no Chromium' });
  });
});
