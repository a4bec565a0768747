import { execFile } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { atLeast, atMost, type Bench, median, round } from './figures.ts';
import { benchNames, loadBench } from './find.ts';
import { capacity, describeMachine } from './machine.ts';
import { record } from './report.ts';

const run = promisify(execFile);

describe('figures', () => {
  it('takes the median of odd and even counts, in any order', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(() => median([])).toThrow('at least one sample');
  });

  it('meets a target from below or from above, and is better than its peer in that direction', () => {
    const peer = { name: 'other', samples: [40, 10, 20] };
    const duration = atMost('start', 'ms', [12, 8, 10], { target: 10, peer });
    expect(duration).toEqual({
      name: 'start',
      value: 10,
      unit: 'ms',
      min: 8,
      max: 12,
      runs: 3,
      target: 10,
      met: true,
      peer: { name: 'other', value: 20 },
      ratio: 2,
    });
    expect(atLeast('rate', '1/s', [10], { target: 11, peer })).toMatchObject({ met: false, ratio: 0.5 });
    expect(atMost('size', 'MB', [11], { target: 10 })).toMatchObject({ met: false });
    expect(atMost('watched', 'ms', [1])).not.toHaveProperty('met');
  });

  it('rounds to what was measured', () => {
    expect([1234.5, 0.123456, 999.9, 0].map(round)).toEqual([1235, 0.123, 1000, 0]);
  });
});

describe('machine', () => {
  it('counts the cores that two threads get', async () => {
    const cores = await capacity();
    expect(cores).toBeGreaterThan(0);
    expect(cores).toBeLessThan(Number.POSITIVE_INFINITY);
  });

  it('is calm only if it was so before and after', () => {
    expect(describeMachine(1.95, 1.9).capacity.calm).toBe(true);
    expect(describeMachine(1.95, 1.2).capacity.calm).toBe(false);
  });
});

describe('benchmarks of a folder', () => {
  const folders: string[] = [];
  const folderOf = (files: Record<string, string>) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'telar-bench-'));
    folders.push(folder);
    for (const [name, content] of Object.entries(files)) fs.writeFileSync(path.join(folder, name), content);
    return folder;
  };
  afterEach(() => {
    for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true });
  });

  it('are found and loaded by name', async () => {
    const folder = folderOf({
      'tiny.bench.ts': "export const bench = { name: 'tiny', describe: 'd', notMeasured: [], run: async () => [] };",
      'README.md': '',
    });
    expect(benchNames(folder)).toEqual(['tiny']);
    expect(await (await loadBench(folder, 'tiny')).run(() => {})).toEqual([]);
  });

  it('are refused where they export nothing, or something of another name', async () => {
    const folder = folderOf({
      'none.bench.ts': 'export const x = 1;',
      'other.bench.ts': "export const bench = { name: 'tiny', describe: 'd', notMeasured: [], run: async () => [] };",
    });
    await expect(loadBench(folder, 'none')).rejects.toThrow(/none\.bench\.ts must export `bench`/);
    await expect(loadBench(folder, 'other')).rejects.toThrow('Give it the name of its file: "other"');
  });

  it('that do not exist are named, with those that do, and status 2', async () => {
    const refused = run(process.execPath, [path.join(import.meta.dirname, '../run.ts'), 'nonesuch']);
    await expect(refused).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('no benchmark nonesuch') });
  });
});

describe('the README', () => {
  const bench: Bench = { name: 'tiny', describe: 'Adds numbers.', notMeasured: ['subtraction'], run: async () => [] };
  const report = (value: number) => ({
    bench: 'tiny',
    figures: [atMost('sum', 'ms', [value], { target: 2 })],
    machine: describeMachine(2, 2),
  });

  it('gets a section, which the next run replaces and which leaves the rest alone', () => {
    const first = record('# Benchmarks\n', bench, report(1));
    expect(first).toContain('| sum | 1 ms | 1–1 (1) | 2 ms | yes |  |  |');
    expect(first).toContain('Not measured: subtraction.');
    const second = record(`${first}\nAfter.\n`, bench, report(3));
    expect(second).toContain('| sum | 3 ms | 3–3 (1) | 2 ms | no |  |  |');
    expect(second).not.toContain('| sum | 1 ms');
    expect(second.startsWith('# Benchmarks\n')).toBe(true);
    expect(second.endsWith('\nAfter.\n')).toBe(true);
  });

  it('is not written over where a section does not end', () => {
    expect(() => record('<!-- bench tiny -->\nprecious', bench, report(1))).toThrow('<!-- end tiny -->');
  });
});
