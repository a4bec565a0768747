/**
 * How environments are built: with a stand-in for Python (a script that answers as Python, venv and pip do), so that every
 * way to fail can be had at will. images/programs.test.ts builds the real ones.
 */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../base/clock.ts';
import { createImages, type Images } from './images.ts';

const IMAGE = 'sagemaker-scikit-learn:1.2-1';
let base: string;
let imagesFolder: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'telar-images-'));
  imagesFolder = join(base, 'images');
});
afterEach(() => {
  delete process.env['TELAR_PYTHON'];
  rmSync(base, { recursive: true, force: true });
});

type Behaviour = { version?: string; venv?: string; pip?: string; imports?: string };

/** A Python of our own; each part is shell text that runs in place of the real thing. Counts its builds in `built`. */
function standIn({ version = '[3, 11, 4]', venv = ':', pip = ':', imports = ':' }: Behaviour): void {
  const python = join(base, 'python');
  const answer = JSON.stringify({ executable: python, prefix: base }).replace('}', `, "version": ${version}}`);
  const script = `#!/bin/sh
case "$*" in
  '-I -c import json'*) echo '${answer}' ;;
  '-I -c'*) ${imports} ;;
  '-m venv '*) echo built >>${base}/built; ${venv}; mkdir -p "$3/bin" "$3/lib" && cp "$0" "$3/bin/python" && printf '#!%s/bin/python\\npip\\n' "$3" >"$3/bin/pip" ;;
  '-m pip install '*) echo 'Collecting numpy==1.24.4'; ${pip} ;;
  '-m compileall '*) exit 1 ;;
esac
`;
  writeFileSync(python, script);
  chmodSync(python, 0o755);
  process.env['TELAR_PYTHON'] = python;
}

const images = (): Images => createImages({ clock: systemClock, imagesFolder });
const builds = () => readFileSync(join(base, 'built'), 'utf8').trim().split('\n').length;

async function failure(behaviour: Behaviour) {
  standIn(behaviour);
  const error = await images()
    .prepare(IMAGE, () => {})
    .then(
      () => undefined,
      (thrown: Error & { code?: string }) => thrown,
    );
  expect(readdirSync(imagesFolder)).toEqual([]); // nothing half built is left
  return { code: error?.code, message: error?.message ?? '' };
}

describe('an environment', () => {
  it('that is being built is given up when the server stops, which does not wait for pip', async () => {
    standIn({ pip: 'sleep 600 & wait' });
    const one = images();
    const begun = Promise.withResolvers<void>();
    const built = one.prepare(IMAGE, (line) => line.includes('numpy') && begun.resolve());
    await begun.promise;
    one.close();
    await expect(built).rejects.toMatchObject({
      code: 'EnvironmentBroken',
      message: expect.stringContaining('the server stops'),
    });
    expect(readdirSync(imagesFolder)).toEqual([]);
  });

  it('is built once for all who ask at a time, and told about to each', async () => {
    standIn({});
    const one = images();
    const lines: string[][] = [[], []];
    await Promise.all(lines.map((told) => one.prepare(IMAGE, (line) => told.push(line))));
    expect(builds()).toBe(1);
    expect(lines[0]).toEqual(lines[1]);
    expect(lines[0]![0]).toContain('Building image scikit-learn-1.2-1 with Python 3.11.4');
    expect(lines[0]!.some((line) => /^ {2}numpy 1\.24\.4 \(1 of 14, /.test(line))).toBe(true);
    expect(lines[0]!.at(-1)).toMatch(/^Image scikit-learn-1.2-1 is ready/);
  });

  it('is built once by several servers on one folder', async () => {
    standIn({ pip: 'sleep 0.3' });
    const told: string[] = [];
    await Promise.all([1, 2, 3].map(() => images().prepare(IMAGE, (line) => told.push(line))));
    expect(builds()).toBe(1);
    expect(told.filter((line) => line.startsWith('Another process builds'))).toHaveLength(2);
  });

  it('that is there is used without asking Python again', async () => {
    standIn({});
    await images().prepare(IMAGE, () => {});
    process.env['TELAR_PYTHON'] = '/nowhere/python';
    const ready = await images().ready(IMAGE);
    expect(ready.needs).toEqual([base, join(base, 'python')]);
    expect(ready.notice).toBeUndefined();
    // Its scripts must not name the folder they were built in.
    expect(readFileSync(join(ready.mounts['python']!, 'bin/pip'), 'utf8')).toBe('#!/usr/bin/env python3\npip\n');
  });

  it('that a crash left half built is built again, and the ruins are cleared away', async () => {
    standIn({});
    await images().prepare(IMAGE, () => {});
    const [name] = readdirSync(imagesFolder);
    rmSync(join(imagesFolder, name!), { recursive: true });
    mkdirSync(join(imagesFolder, `${name}.building-1/bin`), { recursive: true });
    writeFileSync(join(imagesFolder, `${name}.lock`), '999999999\n1\nanother-boot\n');
    await images().prepare(IMAGE, () => {});
    expect(builds()).toBe(2);
    expect(readdirSync(imagesFolder)).toEqual([name, `${name}.layers`]);
  });

  it('on a newer Python has the nearest versions, and says so to builder and jobs', async () => {
    standIn({ version: '[3, 13, 1]' });
    const told: string[] = [];
    await images().prepare(IMAGE, (line) => told.push(line));
    const notice = (await images().ready(IMAGE)).notice;
    expect(notice).toBe(
      'The image has scikit-learn 1.2.1, which does not install on Python 3.13: this job runs with scikit-learn 1.5.2. Install Python 3.11 for the exact versions.',
    );
    expect(told).toContain(`  ${notice}`);
  });
});

describe('a build that fails says what, why, and what to do', () => {
  it('no Python', async () => {
    process.env['TELAR_PYTHON'] = '/nowhere/python';
    const error = images().prepare(IMAGE, () => {});
    await expect(error).rejects.toMatchObject({ code: 'PythonMissing' });
    await expect(error).rejects.toThrow(
      /needs Python 3\.9 to 3\.14.*'\/nowhere\/python', which TELAR_PYTHON names, is none.*Install one/,
    );
    expect(existsSync(imagesFolder)).toBe(false);
  });

  it('a Python too old', async () => {
    standIn({ version: '[3, 8, 2]' });
    await expect(images().prepare(IMAGE, () => {})).rejects.toThrow(/found 3\.8\.2/);
  });

  it('no venv', async () => {
    const said =
      'echo "The virtual environment was not created successfully because ensurepip is not available."; exit 1';
    const { code, message } = await failure({ venv: said });
    expect(code).toBe('VenvMissing');
    expect(message).toContain('apt install python3.11-venv');
  });

  it.each([
    ['RegistryUnreachable', "WARNING: Retrying after connection broken by 'NewConnectionError'", /set PIP_INDEX_URL/],
    ['RegistryUnreachable', 'ERROR: HTTP error 403 Client Error: Forbidden for url', /HTTPS_PROXY/],
    ['PackageMissing', 'ERROR: No matching distribution found for numpy==1.24.4', /No matching distribution.*no build/],
    [
      'DiskFull',
      'ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device',
      /disk is full/,
    ],
    ['EnvironmentBroken', 'ERROR: something else', /installing its packages failed.*something else/],
  ])('%s: %s', async (expected, line, says) => {
    const { code, message } = await failure({ pip: `echo "${line}"; exit 1` });
    expect(code).toBe(expected);
    expect(message).toMatch(says);
    expect(message).toContain('scikit-learn-1.2-1');
  });

  it('packages that do not import', async () => {
    const { code, message } = await failure({
      imports: 'echo "ImportError: libgomp.so.1: cannot open shared object"; exit 1',
    });
    expect(code).toBe('EnvironmentBroken');
    expect(message).toMatch(/importing sklearn, pandas, boto3 failed.*libgomp/);
  });
});
