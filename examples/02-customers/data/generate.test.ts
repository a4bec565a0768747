import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { generate, HEADER } from './generate.ts';

const base = mkdtempSync(join(tmpdir(), 'customers-data-'));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const read = (folder: string, file: string) => readFileSync(join(base, folder, file), 'utf8');

it('gives the same bytes for the same seed, in files that together are the same however they are cut', async () => {
  const whole = await generate(join(base, 'whole'), { rows: 5_000, seed: 7 });
  const again = await generate(join(base, 'again'), { rows: 5_000, seed: 7 });
  const cut = await generate(join(base, 'cut'), { rows: 5_000, seed: 7, partRows: 2_000 });
  const other = await generate(join(base, 'other'), { rows: 5_000, seed: 8 });
  expect(again).toEqual(whole);
  expect(other.parts[0]!.sha256).not.toBe(whole.parts[0]!.sha256);
  expect(cut.parts.map(({ rows }) => rows)).toEqual([2_000, 2_000, 1_000]);
  const texts = cut.parts.map(({ file }) => read('cut', file).slice(HEADER.length + 1));
  expect(`${HEADER}\n${texts.join('')}`).toBe(read('whole', whole.parts[0]!.file));
});

it('gives these bytes for seed 1: figures in the README stand on them', async () => {
  const { parts } = await generate(join(base, 'pinned'), { rows: 1_000, seed: 1 });
  expect(parts[0]!.sha256).toBe('8e051827471474f59ea42b1996ea79212a9220c1e6f058e2d1ca3731967a8724');
});

it('writes as many rows as are asked for, faulty ones included', async () => {
  for (const rows of [0, 1, 333]) {
    const made = await generate(join(base, `rows-${rows}`), { rows, seed: 1 });
    const lines = readFileSync(join(base, `rows-${rows}`, made.parts[0]!.file), 'latin1').split('\n');
    expect(lines).toHaveLength(rows + 2);
    expect(made).toMatchObject({ synthetic: true, rows });
  }
  await expect(generate(base, { rows: -1, seed: 1 })).rejects.toThrow(/rows is -1/);
  await expect(generate(base, { rows: 1, seed: 1, partRows: 0 })).rejects.toThrow(/partRows is 0/);
});
